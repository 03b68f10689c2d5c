"""What an image is made of: the words it starts with, its bases, its files, and why there may be none."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from cdgen import app
from cdgen.model.service import Service
from cdgen.repo import Scope
from cdgen.stacks.python.base.entry import Entry, entry
from cdgen.stacks.python.base.project import read_project
from tests.conftest import MakeRepo

FLASK = "from flask import Flask\n\napp = Flask(__name__)\n"
REQUIRED = {"requirements.txt": "flask==3.1\ngunicorn==23\n", "app.py": FLASK}
HASHED = "flask==3.1 --hash=sha256:aa\ngunicorn==23 --hash=sha256:bb\n"
PACKAGE = '[project]\nname = "shop"\nscripts = { shop = "shop:main" }\nreadme = "README.md"\n[build-system]\nbuild-backend = "hatchling.build"\n'
WORDS: Mapping[str, tuple[str | None, tuple[str, ...] | str]] = {
    "nothing": (None, "it is not known how the service starts"),
    "a pipe": ("gunicorn app:app | tee log", "the start command needs a shell: gunicorn app:app | tee log"),
    "a variable": ("gunicorn $APP", "the start command needs a shell: gunicorn $APP"),
    "an open quote": ('gunicorn "app', 'the start command cannot be read: gunicorn "app'),
    "another program": ("npm start", "the start command is a program that the packages do not bring: npm"),
    "a script": ("./start.sh", "the start command is a program that the packages do not bring: start.sh"),
    "python": ("python3 main.py --fast", ("python", "main.py", "--fast")),
    "a file": ("./manage.py serve", ("python", "manage.py", "serve")),
    "runner": ("poetry run python -m shop", ("python", "-m", "shop")),
    "exec": ("exec gunicorn -b :80 a:b", ("gunicorn", "-b", ":80", "a:b")),
    "the port": ("gunicorn --bind :$PORT a:b", ("gunicorn", "--bind", ":8080", "a:b")),
    "its own default": ("gunicorn -w ${WORKERS:-2} -b :80 a:b", ("gunicorn", "-w", "2", "-b", ":80", "a:b")),
    "preparation": ("python manage.py migrate && gunicorn -b :80 a.wsgi", ("gunicorn", "-b", ":80", "a.wsgi")),
    "gunicorn, loopback": ("gunicorn a:b", ("gunicorn", "--bind", "0.0.0.0:8080", "a:b")),
    "gunicorn, configured": ("gunicorn -c conf.py a:b", ("gunicorn", "-c", "conf.py", "a:b")),
    "uvicorn, loopback": ("uvicorn a:b", ("uvicorn", "a:b", "--host", "0.0.0.0", "--port", "8080")),
    "uvicorn": ("uvicorn a:b --host 0.0.0.0 --port 1", ("uvicorn", "a:b", "--host", "0.0.0.0", "--port", "1")),
    "uvicorn, module": ("python -m uvicorn a:b", ("python", "-m", "uvicorn", "a:b", "--host", "0.0.0.0", "--port", "8080")),
    "flask": ("flask run", ("flask", "run", "--host", "0.0.0.0", "--port", "8080")),
    "django": ("python manage.py runserver", ("python", "manage.py", "runserver", "0.0.0.0:8080")),
    "hypercorn": ("hypercorn a:b", ("hypercorn", "--bind", "0.0.0.0:8080", "a:b")),
}
NONE: Mapping[str, Mapping[str, str]] = {
    "source only": {"requirements.txt": "flask\ngunicorn\npsycopg2==2.9\n", "app.py": FLASK},
    "psycopg's C extra": {"requirements.txt": "flask\ngunicorn\npsycopg[c]\n", "app.py": FLASK},
    "from git": {"requirements.txt": "flask\ngunicorn\ngit+https://github.com/pallets/click#egg=click\n", "app.py": FLASK},
    "no pinned Python": {**REQUIRED, ".python-version": "3.9\n"},
    "generated code": {**REQUIRED, "rpc.py": "import shop_pb2\n", "gen.sh": "python -m grpc_tools.protoc shop.proto\n"},
}


@pytest.mark.parametrize(("command", "expected"), WORDS.values(), ids=WORDS)
def test_words_of_the_entry_point(make_repo: MakeRepo, command: str | None, expected: tuple[str, ...] | str) -> None:
    found = entry(command, read_project(Scope(make_repo(REQUIRED), "."), "pip"), 8080)
    assert (found.words if isinstance(found, Entry) else found) == expected


def test_what_a_command_sets_and_where_it_goes(make_repo: MakeRepo) -> None:
    project = read_project(Scope(make_repo(REQUIRED), "."), "pip")
    assert entry("cd ./web && MODE=prod gunicorn -b :1 a:b", project, 1) == Entry(
        ("gunicorn", "-b", ":1", "a:b"), (("MODE", "prod"),), "web"
    )


def service(make_repo: MakeRepo, files: Mapping[str, str]) -> Service:
    return app.inspect(make_repo(files).root).services[0]


@pytest.mark.parametrize("files", NONE.values(), ids=NONE)
def test_no_image_and_the_reason(make_repo: MakeRepo, files: Mapping[str, str]) -> None:
    found = service(make_repo, files)
    assert found.recipe is None and any(reason.startswith("no image: ") for reason in found.no_image)


def test_an_own_dockerfile_is_left_alone(make_repo: MakeRepo) -> None:
    found = service(make_repo, {**NONE["source only"], "Dockerfile": "FROM python:3.12\nCMD gunicorn app:app\n"})
    assert (found.recipe, found.no_image) == (None, ())


def test_the_packages_of_a_hashed_file_are_checked(make_repo: MakeRepo) -> None:
    recipe = service(make_repo, {**REQUIRED, "requirements.txt": HASHED}).recipe
    assert recipe and recipe.values["steps"] == ("pip --python /opt/venv/bin/python install --require-hashes -r requirements.txt",)
    plain = service(make_repo, REQUIRED).recipe
    assert plain and "--require-hashes" not in plain.values["steps"][0]


def test_only_what_runs_is_in_the_image(make_repo: MakeRepo) -> None:
    files = (
        "templates/a.html",
        "tests/test_a.py",
        "docs/a.md",
        "README.md",
        "deploy/a.yaml",
        ".env",
        "tox.ini",
        "data.json",
        "k8s/a.yaml",
    )
    recipe = service(make_repo, {**REQUIRED, **dict.fromkeys(files, "")}).recipe
    assert recipe and set(recipe.include) == {"requirements.txt", "app.py", "data.json", "templates"}


def test_every_base_has_a_digest_and_the_same_minor(make_repo: MakeRepo) -> None:
    recipe = service(make_repo, {**REQUIRED, ".python-version": "3.12\n"}).recipe
    assert recipe
    bases = {name: base for name, base in recipe.bases.items() if base}
    assert set(bases) == {"syntax", "build", "runtime"} and all("@sha256:" in base for base in bases.values())
    assert bases["build"].startswith("python:3.12.") and bases["runtime"] == bases["build"]


def test_a_runtime_without_a_shell_where_its_minor_fits(make_repo: MakeRepo) -> None:
    recipe = service(make_repo, {**REQUIRED, ".python-version": "3.13\n"}).recipe
    assert recipe and recipe.bases["runtime"].startswith("gcr.io/distroless/python3-debian13:nonroot@sha256:")
    assert recipe.values["entrypoint"][:3] == ("/usr/bin/python3", "-m", "gunicorn")
    assert ("PYTHONPATH", "/opt/venv/lib/python3.13/site-packages") in recipe.values["environment"]


def test_a_package_is_installed_where_its_own_command_starts_it(make_repo: MakeRepo) -> None:
    server = "from http.server import HTTPServer\ndef main():\n    HTTPServer(('', 8080), H).serve_forever()\n"
    files = {"pyproject.toml": PACKAGE, "README.md": "", "src/shop/__init__.py": server, "LICENSE": ""}
    recipe = service(make_repo, files).recipe
    assert recipe and recipe.values["itself"] == "pip --python /opt/venv/bin/python install ."
    assert (recipe.values["entrypoint"], recipe.values["sources"]) == (("shop",), ())
    assert set(recipe.include) == {"pyproject.toml", "README.md", "src"}


@pytest.mark.parametrize(
    ("files", "steps", "tool"),
    [
        (
            {"pyproject.toml": '[project]\nname = "a"\ndependencies = ["flask", "gunicorn"]\n', "uv.lock": ""},
            "uv sync --frozen --no-dev",
            "",
        ),
        (
            {"Pipfile": '[packages]\nflask = "*"\ngunicorn = "*"\n', "Pipfile.lock": "{}"},
            "python -m pipenv requirements --hash",
            "pipenv==",
        ),
        (
            {
                "pyproject.toml": '[tool.poetry]\nname = "a"\n[tool.poetry.dependencies]\nflask = "*"\ngunicorn = "*"\n',
                "poetry.lock": "# @generated by Poetry 2.1.3",
            },
            "VIRTUAL_ENV=/opt/venv python -m poetry install --only main --no-root",
            "poetry==2.1.3",
        ),
        (
            {"pyproject.toml": '[project]\nname = "a"\ndependencies = ["flask", "gunicorn"]\n', "pdm.lock": ""},
            "python -m pdm export --prod",
            "pdm[locked]==",
        ),
    ],
    ids=["uv", "pipenv", "poetry", "pdm"],
)
def test_the_lock_of_every_tool_is_what_gets_installed(
    make_repo: MakeRepo, files: Mapping[str, str], steps: str, tool: str
) -> None:
    recipe = service(make_repo, {**files, "app.py": FLASK}).recipe
    assert recipe and recipe.values["steps"][0].startswith(steps) and recipe.values["tool"].startswith(tool)


def test_the_toolchain(make_repo: MakeRepo) -> None:
    found = service(make_repo, {**REQUIRED, ".python-version": "3.11\n"}).toolchain
    assert (found.version, found.version_file, found.package_manager, found.lockfiles) == (
        "3.11",
        ".python-version",
        "pip",
        ("requirements.txt",),
    )
