"""Which build tool claims which folder."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from cdgen.errors import InputError
from cdgen.model import facts as f
from tests.conftest import MakeRepo
from tests.stacks.python.seen import claims, facts, surest

POETRY = '[tool.poetry]\nname = "shop"\n[tool.poetry.dependencies]\npython = "^3.12"\n'
PROJECT = '[project]\nname = "shop"\ndependencies = ["flask"]\n'
NOTHING: Mapping[str, Mapping[str, str]] = {
    "no Python at all": {"main.go": "package main"},
    "settings of a formatter only": {"pyproject.toml": "[tool.ruff]\n", "scripts/tool.py": "print()"},
    "requirements of the documentation, no code": {"docs/requirements.txt": "sphinx\n", "main.go": ""},
    "requirements in a hidden folder": {".github/requirements.txt": "flask\n", ".github/x.py": ""},
    "a script beside a Go program": {"tool.py": "print()", "Dockerfile": "FROM golang:1.27\n", "go.mod": ""},
    "setup.cfg with settings only": {"setup.cfg": "[flake8]\nmax-line-length = 100\n", "a.py": ""},
    "development requirements only": {"requirements-dev.txt": "pytest\n", "a.py": ""},
}
CLAIMS: Mapping[str, tuple[Mapping[str, str], list[tuple[str, str, int]]]] = {
    "requirements": ({"requirements.txt": "flask\n", "app.py": ""}, [("pip", ".", 2)]),
    "empty requirements": ({"requirements.txt": "", "src/main.py": ""}, [("pip", ".", 2)]),
    "requirements in a folder": ({"requirements/prod.txt": "flask\n", "app.py": ""}, [("pip", ".", 2)]),
    "requirements source": ({"requirements.in": "flask\n", "app.py": ""}, [("pip", ".", 2)]),
    "uv": ({"pyproject.toml": PROJECT, "uv.lock": ""}, [("uv", ".", 3)]),
    "uv without lock": ({"pyproject.toml": PROJECT + "[tool.uv]\npackage = false\n"}, [("uv", ".", 2)]),
    "poetry": ({"pyproject.toml": POETRY, "poetry.lock": ""}, [("poetry", ".", 3)]),
    "poetry without lock": ({"pyproject.toml": POETRY}, [("poetry", ".", 2)]),
    "pdm": ({"pyproject.toml": PROJECT, "pdm.lock": ""}, [("pdm", ".", 3)]),
    "pipenv": ({"Pipfile": "", "Pipfile.lock": "{}"}, [("pipenv", ".", 3)]),
    "pipenv without lock": ({"Pipfile": ""}, [("pipenv", ".", 2)]),
    "pipenv and setup.py: the lock": ({"Pipfile": "", "Pipfile.lock": "{}", "setup.py": "setup()"}, [("pipenv", ".", 3)]),
    "poetry and exported requirements": (
        {"pyproject.toml": POETRY, "poetry.lock": "", "requirements.txt": "flask\n", "a.py": ""},
        [("poetry", ".", 3)],
    ),
    "setuptools": (
        {"pyproject.toml": PROJECT + '[build-system]\nbuild-backend = "setuptools.build_meta"\n'},
        [("setuptools", ".", 2)],
    ),
    "setup.py": ({"setup.py": "setup()", "shop/__init__.py": ""}, [("setuptools", ".", 2)]),
    "setup.py and requirements": ({"setup.py": "setup()", "requirements.txt": "flask\n"}, [("pip", ".", 2)]),
    "requirements that only name the project": ({"setup.py": "setup()", "requirements.txt": "-e .\n"}, [("setuptools", ".", 2)]),
    "hatch": ({"pyproject.toml": PROJECT + '[build-system]\nbuild-backend = "hatchling.build"\n'}, [("hatch", ".", 2)]),
    "project without a backend": ({"pyproject.toml": PROJECT}, [("pip", ".", 2)]),
    "another backend": ({"pyproject.toml": PROJECT + '[build-system]\nbuild-backend = "flit_core.buildapi"\n'}, [("pip", ".", 2)]),
    "two locks that can both be used": (
        {"pyproject.toml": PROJECT + POETRY, "uv.lock": "", "poetry.lock": ""},
        [("poetry", ".", 3), ("uv", ".", 3)],
    ),
    "a lock that outlived the move to uv": ({"pyproject.toml": PROJECT, "uv.lock": "", "poetry.lock": ""}, [("uv", ".", 3)]),
    "a lock that outlived the move to poetry": ({"pyproject.toml": POETRY, "uv.lock": "", "poetry.lock": ""}, [("poetry", ".", 3)]),
    "requirements and a poetry project without lock": (
        {"pyproject.toml": POETRY, "requirements.txt": "flask\n", "a.py": ""},
        [("pip", ".", 2), ("poetry", ".", 2)],
    ),
    "two services": (
        {"a/requirements.txt": "flask\n", "a/x.py": "", "b/pyproject.toml": POETRY, "b/poetry.lock": ""},
        [("pip", "a", 2), ("poetry", "b", 3)],
    ),
    "members of a workspace": (
        {"pyproject.toml": '[tool.uv.workspace]\nmembers = ["api"]\n', "uv.lock": "", "api/pyproject.toml": PROJECT},
        [("uv", ".", 3), ("uv", "api", 3)],
    ),
    "a package of the service above is not its own": (
        {"requirements.txt": "flask\n", "a.py": "", "plugin/__init__.py": "", "plugin/requirements.txt": "redis\n"},
        [("pip", ".", 2)],
    ),
    "sources with a version file": ({"main.py": "", "runtime.txt": "python-3.12.1\n"}, [("pip", ".", 1)]),
    "sources of an image": ({"seed/make.py": "", "seed/Dockerfile": "FROM python:3.12\n"}, [("pip", "seed", 1)]),
}


@pytest.mark.parametrize("files", NOTHING.values(), ids=NOTHING)
def test_no_claim(make_repo: MakeRepo, files: Mapping[str, str]) -> None:
    assert claims(make_repo(files)) == []


@pytest.mark.parametrize(("files", "expected"), CLAIMS.values(), ids=CLAIMS)
def test_claims(make_repo: MakeRepo, files: Mapping[str, str], expected: list[tuple[str, str, int]]) -> None:
    assert claims(make_repo(files)) == expected


def test_a_workspace_root_is_no_service(make_repo: MakeRepo) -> None:
    from cdgen.stacks.python import uv

    files = {"pyproject.toml": '[tool.uv.workspace]\nmembers = ["api"]\n', "uv.lock": "", "api/pyproject.toml": PROJECT}
    assert {claim.directory: claim.root_only for claim in uv.detect(make_repo(files))} == {".": True, "api": False}


@pytest.mark.parametrize("text", ["[project\n", "= 3\n", '[project]\nname = "a"\nname = "b"\n'])
def test_a_broken_manifest_is_named_with_its_line(make_repo: MakeRepo, text: str) -> None:
    with pytest.raises(InputError, match=r"pyproject\.toml is not valid TOML") as caught:
        facts(make_repo, {"pyproject.toml": text, "uv.lock": ""}, "uv")
    assert (caught.value.where or "").startswith("pyproject.toml:")


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"runtime.txt": "python-2.7.18\n", "main.py": "print 1\n"}, "Python 2.7.18: Python 2 has had no fixes since 2020"),
        ({"environment.yml": "name: shop\n", "main.py": "print(1)\n"}, "a conda environment"),
        ({"runtime.txt": "python-3.12.1\n", "main.py": "print(1)\n"}, None),
    ],
)
def test_what_cannot_be_paved_says_why(make_repo: MakeRepo, files: Mapping[str, str], reason: str | None) -> None:
    assert surest(make_repo, files, f.UNSUPPORTED, "pip") == reason
