"""What Python projects build with, their test runner, dependencies and migrations."""

from __future__ import annotations

import pytest

from cdgen.model import facts as f
from cdgen.repo import Scope
from cdgen.stacks.python import pip
from tests.conftest import MakeRepo
from tests.stacks.python.seen import STACKS, values

LIB = {"libs/lib/pyproject.toml": '[project]\nname = "Shop_Lib"\n', "libs/lib/shop_lib.py": ""}
BUILDS_WITH: dict[str, tuple[str, str, list[str]]] = {
    "nothing": ("pip", "flask\n-e .\n", []),
    "a folder outside the repository": ("pip", "-e ../../../lib\n", []),
    "a folder that is not there": ("pip", "-e ../../libs/other\n", []),
    "a comment": ("pip", "# -e ../../libs/lib\n", []),
    "requirements": ("pip", "-e ../../libs/lib\n", ["libs/lib"]),
    "uv workspace": ("uv", '[project]\nname = "a"\n[tool.uv.sources]\nshop-lib = { workspace = true }\n', ["libs/lib"]),
    "uv path": ("uv", '[project]\nname = "a"\n[tool.uv.sources]\nshop-lib = { path = "../../libs/lib" }\n', ["libs/lib"]),
    "poetry": (
        "poetry",
        '[tool.poetry]\nname = "a"\n[tool.poetry.dependencies]\nlib = {path = "../../libs/lib", develop = true}\n',
        ["libs/lib"],
    ),
    "pdm": ("pdm", '[project]\nname = "a"\ndependencies = ["lib @ file:///${PROJECT_ROOT}/../../libs/lib"]\n', ["libs/lib"]),
}


@pytest.mark.parametrize("name", BUILDS_WITH)
def test_what_it_builds_with(make_repo: MakeRepo, name: str) -> None:
    tool, manifest, expected = BUILDS_WITH[name]
    path = "requirements.txt" if tool == "pip" else "pyproject.toml"
    repo = make_repo({f"services/a/{path}": manifest, "services/a/app.py": "", **LIB})
    facts = STACKS[tool].facts(Scope(repo, "services/a"))
    assert [fact.value for fact in facts if fact.key is f.DEPENDS_ON] == expected


TEST = "def test_x(): ...\n"
RUNNERS = {
    "none": ({"app.py": ""}, []),
    "pytest": ({"tests/test_x.py": f"import pytest\n\n{TEST}"}, ["pytest"]),
    "unittest": ({"tests/test_x.py": "import unittest\n\nclass X(unittest.TestCase):\n    def test_x(self): ...\n"}, ["unittest"]),
    "nox": ({"noxfile.py": "", "app.py": ""}, ["nox"]),
}


@pytest.mark.parametrize("name", RUNNERS)
def test_runner(make_repo: MakeRepo, name: str) -> None:
    files, expected = RUNNERS[name]
    assert values(make_repo, {"requirements.txt": "flask\n", **files}, f.TEST_RUNNER) == expected


def test_dependencies_are_those_of_production(make_repo: MakeRepo) -> None:
    files = {"app.py": "", "requirements.txt": "flask\nredis\n# django\n", "requirements-dev.txt": "-r requirements.txt\npytest\n"}
    assert values(make_repo, files, f.DEPENDENCIES) == [2]


def test_yoyo(make_repo: MakeRepo) -> None:
    scope = Scope(
        make_repo({"requirements.txt": "yoyo-migrations\n", "yoyo.ini": "[DEFAULT]\nsources = db/steps\n", "app.py": ""}), "."
    )
    assert [fact.value for fact in pip.facts(scope) if fact.key is f.MIGRATIONS] == ["yoyo: db/steps"]
