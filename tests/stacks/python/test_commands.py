"""Commands as the repository runs them, and where its packages come from."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from cdgen.model import facts as f
from cdgen.model.facts import PrivateRegistry
from tests.conftest import MakeRepo
from tests.stacks.python.seen import facts, surest, values

PYTEST = "import pytest\n\n\ndef test_a():\n    assert True\n"
UNITTEST = "import unittest\n\n\nclass A(unittest.TestCase):\n    def test_a(self): ...\n"
PROJECT = '[project]\nname = "shop"\ndependencies = []\n'
POETRY = '[tool.poetry]\nname = "shop"\n[tool.poetry.dependencies]\npython = "^3.12"\n'
BACKEND = '[build-system]\nbuild-backend = "poetry.core.masonry.api"\n'
INSTALL: Mapping[str, tuple[Mapping[str, str], str | None]] = {
    "sources only": ({"main.py": "", "runtime.txt": "python-3.12.1"}, None),
    "pip": ({"requirements.txt": "flask\n", "a.py": ""}, "pip install -r requirements.txt"),
    "pip, no tests": (
        {"requirements.txt": "flask\n", "requirements-dev.txt": "pytest\n", "a.py": ""},
        "pip install -r requirements.txt",
    ),
    "pip, tests": (
        {"requirements.txt": "flask\n", "requirements-dev.txt": "pytest\n", "tests/test_a.py": PYTEST},
        "pip install -r requirements.txt -r requirements-dev.txt",
    ),
    "pip, the test file includes the other": (
        {"requirements.txt": "flask\n", "requirements-test.txt": "-r requirements.txt\npytest\n", "tests/test_a.py": PYTEST},
        "pip install -r requirements-test.txt",
    ),
    "pip, the compiled test file repeats the other": (
        {"requirements.txt": "flask==3\n", "requirements-dev.txt": "flask==3\npytest==9\n", "tests/test_a.py": PYTEST},
        "pip install -r requirements-dev.txt",
    ),
    "pip, a folder": (
        {
            "requirements/base.txt": "flask\n",
            "requirements/dev.txt": "-r base.txt\npytest\n",
            "tests/test_a.py": PYTEST,
            "a.py": "",
        },
        "pip install -r requirements/dev.txt",
    ),
    "pip, tests of the standard library": (
        {"requirements.txt": "flask\n", "test-requirements.txt": "requests-mock\n", "tests/test_a.py": UNITTEST},
        "pip install -r requirements.txt -r test-requirements.txt",
    ),
    "pip, pytest in no file": (
        {"requirements.txt": "flask\n", "tests/test_a.py": PYTEST},
        "pip install -r requirements.txt && pip install pytest",
    ),
    "pip, hashes in one of two files": (
        {"requirements.txt": "flask==3 --hash=sha256:ab\n", "requirements-dev.txt": "pytest\n", "tests/test_a.py": PYTEST},
        "pip install -r requirements.txt && pip install -r requirements-dev.txt",
    ),
    "pip, code under src": (
        {"requirements.txt": "flask\n", "setup.py": "setup(name='a')", "src/a/__init__.py": ""},
        "pip install -r requirements.txt && pip install --no-deps -e .",
    ),
    "pipenv": ({"Pipfile": "", "Pipfile.lock": "{}"}, "pipenv sync --dev"),
    "pipenv, no lock": ({"Pipfile": ""}, "pipenv install --dev"),
    "poetry, nothing to install": (
        {"pyproject.toml": POETRY + BACKEND, "poetry.lock": "", "main.py": ""},
        "poetry install --no-interaction --no-root",
    ),
    "poetry": ({"pyproject.toml": POETRY + BACKEND, "poetry.lock": "", "shop/__init__.py": ""}, "poetry install --no-interaction"),
    "poetry, optional group": (
        {
            "pyproject.toml": POETRY
            + '[tool.poetry.group.test]\noptional = true\n[tool.poetry.group.test.dependencies]\npytest = "*"\n'
            + BACKEND,
            "poetry.lock": "",
            "shop/__init__.py": "",
            "tests/test_a.py": PYTEST,
        },
        "poetry install --no-interaction --with test",
    ),
    "uv": ({"pyproject.toml": PROJECT, "uv.lock": ""}, "uv sync --frozen"),
    "uv, no lock": ({"pyproject.toml": PROJECT + "[tool.uv]\n"}, "uv sync"),
    "uv, default group": (
        {"pyproject.toml": PROJECT + '[dependency-groups]\ndev = ["pytest"]\n', "uv.lock": "", "tests/test_a.py": PYTEST},
        "uv sync --frozen",
    ),
    "uv, another group": (
        {"pyproject.toml": PROJECT + '[dependency-groups]\ntest = ["pytest"]\n', "uv.lock": "", "tests/test_a.py": PYTEST},
        "uv sync --frozen --group test",
    ),
    "uv, extra": (
        {
            "pyproject.toml": PROJECT + '[project.optional-dependencies]\ntest = ["pytest"]\n',
            "uv.lock": "",
            "tests/test_a.py": PYTEST,
        },
        "uv sync --frozen --extra test",
    ),
    "pdm": ({"pyproject.toml": PROJECT, "pdm.lock": ""}, "pdm sync"),
    "setuptools": ({"setup.py": "setup(name='a')", "a/__init__.py": ""}, "pip install -e ."),
    "setuptools, extra": (
        {"setup.py": "setup(name='a', extras_require={'dev': ['pytest']})", "a/__init__.py": "", "tests/test_a.py": PYTEST},
        'pip install -e ".[dev]"',
    ),
    "setup.cfg, extra": (
        {"setup.cfg": "[options.extras_require]\ntest =\n    pytest\n", "setup.py": "setup()", "tests/test_a.py": PYTEST},
        'pip install -e ".[test]"',
    ),
    "a project, group": (
        {"pyproject.toml": PROJECT + '[dependency-groups]\ntest = ["pytest"]\n', "tests/test_a.py": PYTEST},
        "pip install -e . --group test",
    ),
}
TEST: Mapping[str, tuple[Mapping[str, str], str | None]] = {
    "none": ({"a.py": ""}, None),
    "pytest required, no tests": ({"requirements.txt": "pytest\n", "a.py": ""}, None),
    "fixtures only": ({"tests/conftest.py": "import pytest\n", "a.py": ""}, None),
    "pytest": ({"tests/test_a.py": PYTEST, "tests/__init__.py": ""}, "pytest"),
    "code beside the tests": ({"tests/test_a.py": PYTEST}, "python -m pytest"),
    "configured path": ({"tests/test_a.py": PYTEST, "pytest.ini": "[pytest]\npythonpath = .\n"}, "pytest"),
    "unittest": ({"tests/unit/test_a.py": UNITTEST}, "python -m unittest discover -s tests/unit"),
    "unittest at the top": ({"test_a.py": UNITTEST}, "python -m unittest discover"),
    "django": (
        {
            "manage.py": "import django\nexecute_from_command_line([])\n",
            "shop/tests.py": "from django.test import TestCase\ndef test(): ...\n",
        },
        "python manage.py test",
    ),
    "tox, plain": (
        {"tox.ini": "[testenv]\ncommands = pytest tests/unit {posargs}\n", "tests/unit/test_a.py": PYTEST},
        "pytest tests/unit",
    ),
    "tox, not plain": ({"tox.ini": "[testenv]\ncommands =\n  a\n  b\n", "test_a.py": PYTEST}, "pytest"),
    "tox, nothing else": ({"tox.ini": "[testenv]\ncommands =\n  a\n  b\n", "a.py": ""}, "tox"),
    "app.json": ({"app.json": '{"environments": {"test": {"scripts": {"test": "make verify"}}}}', "a.py": ""}, "make verify"),
    "unit and integration": (
        {"tests/unit/test_a.py": PYTEST, "tests/integration/test_b.py": PYTEST, "tests/__init__.py": ""},
        "pytest tests/unit",
    ),
    "integration beside": (
        {"tests/test_a.py": PYTEST, "tests/integration/test_b.py": PYTEST, "conftest.py": ""},
        "pytest --ignore=tests/integration",
    ),
    "integration marked": (
        {
            "tests/test_a.py": PYTEST,
            "tests/test_b.py": "import pytest\n@pytest.mark.integration\ndef test_b(): ...\n",
            "conftest.py": "",
        },
        'pytest -m "not integration"',
    ),
}
RUNNERS = {
    "uv": ({"pyproject.toml": PROJECT, "uv.lock": ""}, "uv run pytest"),
    "pipenv": ({"Pipfile": "", "Pipfile.lock": "{}"}, "pipenv run pytest"),
    "poetry": ({"pyproject.toml": POETRY, "poetry.lock": ""}, "poetry run pytest"),
    "pdm": ({"pyproject.toml": PROJECT, "pdm.lock": ""}, "pdm run pytest"),
    "pdm script": ({"pyproject.toml": PROJECT + '[tool.pdm.scripts]\ntest = "pytest -q"\n', "pdm.lock": ""}, "pdm run test"),
    "pipenv script": ({"Pipfile": '[scripts]\ntest = "pytest"\n', "Pipfile.lock": "{}"}, "pipenv run test"),
    "poe": (
        {
            "pyproject.toml": PROJECT + '[dependency-groups]\ndev = ["poethepoet"]\n[tool.poe.tasks]\ntest = "pytest"\n',
            "uv.lock": "",
        },
        "uv run poe test",
    ),
    "poe, not installed": ({"pyproject.toml": PROJECT + '[tool.poe.tasks]\ntest = "pytest"\n', "uv.lock": ""}, "uv run pytest"),
}
LINT: Mapping[str, tuple[Mapping[str, str], str | None]] = {
    "none": ({"requirements.txt": "flask\n", "a.py": ""}, None),
    "configured, not installed": ({"requirements.txt": "flask\n", "ruff.toml": "", "a.py": ""}, None),
    "a formatter that nobody configured": ({"requirements.txt": "black\n", "a.py": ""}, None),
    "installed": ({"requirements.txt": "ruff\n", "a.py": ""}, "ruff check ."),
    "configured": ({"requirements.txt": "flake8\n", ".flake8": "[flake8]\n", "a.py": ""}, "flake8"),
    "several": (
        {
            "pyproject.toml": PROJECT + '[dependency-groups]\ndev = ["ruff", "mypy"]\n[tool.ruff]\n[tool.mypy]\n',
            "uv.lock": "",
            "shop/a.py": "",
        },
        "uv run ruff check . && uv run mypy shop",
    ),
    "mypy names its files": (
        {"requirements.txt": "mypy\n", "pyproject.toml": '[tool.mypy]\nfiles = ["shop"]\n', "shop/a.py": ""},
        "mypy",
    ),
    "pylint": ({"requirements.txt": "pylint\n", ".pylintrc": "", "shop/a.py": ""}, "pylint shop"),
}
COVERAGE: Mapping[str, tuple[Mapping[str, str], str | None]] = {
    "none": ({"requirements.txt": "pytest\n", "test_a.py": PYTEST}, None),
    "plug-in": ({"requirements.txt": "pytest\npytest-cov\n", "test_a.py": PYTEST}, "pytest --cov"),
    "coverage": ({"requirements.txt": "coverage\n", "test_a.py": UNITTEST}, "coverage run -m unittest discover && coverage report"),
    "a Makefile runs the tests": (
        {"requirements.txt": "pytest\npytest-cov\n", "test_a.py": PYTEST, "Makefile": "test:\n\tpytest\n"},
        None,
    ),
}
START: Mapping[str, tuple[Mapping[str, str], str | None]] = {
    "library": ({"setup.py": "setup(name='a')", "a/__init__.py": "", "a/b.py": ""}, None),
    "two scripts": ({"requirements.txt": "", "x.py": "", "y.py": ""}, None),
    "one script": ({"requirements.txt": "", "make-data.py": "print()"}, "python make-data.py"),
    "usual name": ({"requirements.txt": "", "main.py": "", "other.py": ""}, "python main.py"),
    "package that runs": ({"requirements.txt": "", "shop/__init__.py": "", "shop/__main__.py": "print()"}, "python -m shop"),
    "flask": (
        {
            "requirements.txt": "flask\n",
            "app.py": "from flask import Flask\na = Flask('a')\nif __name__ == '__main__':\n    a.run()\n    app.run()\n",
        },
        "python app.py",
    ),
    "flask, developer's server": (
        {"requirements.txt": "flask\n", "web.py": "from flask import Flask\nserver = Flask('a')\n"},
        "flask --app web:server run --host 0.0.0.0 --port 5000",
    ),
    "gunicorn": (
        {"requirements.txt": "flask\ngunicorn\n", "web.py": "from flask import Flask\napp = Flask('a')\n"},
        "gunicorn --bind 0.0.0.0:8000 web:app",
    ),
    "gunicorn, factory": (
        {
            "requirements.txt": "flask\ngunicorn\n",
            "shop/__init__.py": "from flask import Flask\ndef create_app(config=None):\n    return Flask('a')\n",
        },
        'gunicorn --bind 0.0.0.0:8000 "shop:create_app()"',
    ),
    "gunicorn, factory called": (
        {
            "requirements.txt": "flask\ngunicorn\n",
            "shop/__init__.py": "from flask import Flask\ndef create_app(name):\n    return Flask(name)\n",
            "wsgi.py": "from shop import create_app\napplication = create_app('x')\n",
        },
        "gunicorn --bind 0.0.0.0:8000 wsgi",
    ),
    "gunicorn, configuration": (
        {
            "requirements.txt": "flask\ngunicorn\n",
            "app.py": "from flask import Flask\napp = Flask('a')\n",
            "gunicorn.conf.py": "bind = ':80'\n",
        },
        "gunicorn app:app",
    ),
    "uvicorn": (
        {
            "requirements.txt": "fastapi\nuvicorn\n",
            "app/main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
            "app/b.py": "from app import main\n",
        },
        "uvicorn app.main:app --host 0.0.0.0 --port 8000",
    ),
    "uvicorn, imports begin in src": (
        {
            "requirements.txt": "fastapi\nuvicorn\n",
            "src/main.py": "from fastapi import FastAPI\nimport db\napp = FastAPI()\n",
            "src/db.py": "",
        },
        "uvicorn main:app --app-dir src --host 0.0.0.0 --port 8000",
    ),
    "uvicorn, own settings": (
        {
            "requirements.txt": "fastapi\nuvicorn\n",
            "main.py": "import uvicorn\nfrom fastapi import FastAPI\napp = FastAPI()\nif __name__ == '__main__':\n    uvicorn.run(app, port=1234)\n",
        },
        "python main.py",
    ),
    "django without a server for production": (
        {"requirements.txt": "django\n", "manage.py": "import django\nexecute_from_command_line([])\n"},
        None,
    ),
    "django, gunicorn": (
        {
            "requirements.txt": "django\ngunicorn\n",
            "manage.py": "execute_from_command_line([])\n",
            "shop/wsgi.py": "application = get_wsgi_application()\n",
        },
        "gunicorn --bind 0.0.0.0:8000 shop.wsgi",
    ),
    "django, uvicorn": (
        {
            "requirements.txt": "django\nuvicorn\n",
            "manage.py": "execute_from_command_line([])\n",
            "shop/asgi.py": "application = get_asgi_application()\n",
        },
        "uvicorn shop.asgi:application --host 0.0.0.0 --port 8000",
    ),
    "function": (
        {
            "requirements.txt": "functions-framework\n",
            "main.py": "def hello(r): ...\n",
            "project.toml": '[[build.env]]\nname = "GOOGLE_FUNCTION_TARGET"\nvalue = "hello"\n',
        },
        "functions-framework --target hello",
    ),
    "function that nobody names": ({"requirements.txt": "functions-framework\n", "main.py": "def hello(r): ...\n"}, None),
    "celery": (
        {"requirements.txt": "celery\n", "tasks.py": "from celery import Celery\napp = Celery('x')\n"},
        "celery -A tasks worker",
    ),
    "start script": (
        {"requirements.txt": "flask\n", "start.sh": "exec gunicorn -w 2 web:app\n", "web.py": ""},
        "gunicorn -w 2 web:app",
    ),
    "start script for developers": (
        {"requirements.txt": "flask\n", "start.sh": "uvicorn main:app --reload\n", "x.py": "", "y.py": ""},
        None,
    ),
    "own command": (
        {
            "pyproject.toml": PROJECT
            + '[project.scripts]\nshop-admin = "shop.admin:main"\nshopd = "shop.server:main"\n[build-system]\nbuild-backend = "hatchling.build"\n',
            "shop/__init__.py": "",
            "shop/admin.py": "",
            "shop/server.py": "from http.server import HTTPServer\ndef main():\n    HTTPServer(('', 80), H).serve_forever()\n",
        },
        "shopd",
    ),
}
REGISTRIES: Mapping[str, tuple[Mapping[str, str], list[PrivateRegistry]]] = {
    "public": (
        {"requirements.txt": "--index-url https://pypi.org/simple\n-f https://download.pytorch.org/whl\nflask\n", "a.py": ""},
        [],
    ),
    "a mirror": ({"requirements.txt": "-i https://pypi.tuna.tsinghua.edu.cn/simple\nflask\n", "a.py": ""}, []),
    "extra index": (
        {"requirements.txt": "--extra-index-url https://packages.example.com/simple\nflask\n", "a.py": ""},
        [PrivateRegistry("pypi", "packages.example.com", "PIP_EXTRA_INDEX_URL")],
    ),
    "with a variable": (
        {"requirements.txt": "--index-url https://user:${TOKEN}@packages.example.com/simple\nflask\n", "a.py": ""},
        [PrivateRegistry("pypi", "packages.example.com", "TOKEN")],
    ),
    "pip.conf": (
        {
            "requirements.txt": "flask\n",
            "pip.conf": "[global]\nextra-index-url = https://packages.example.com/simple\n",
            "a.py": "",
        },
        [PrivateRegistry("pypi", "packages.example.com", "PIP_EXTRA_INDEX_URL")],
    ),
    "poetry": (
        {
            "pyproject.toml": POETRY + '[[tool.poetry.source]]\nname = "my-team"\nurl = "https://packages.example.com/simple"\n',
            "poetry.lock": "",
        },
        [PrivateRegistry("pypi", "packages.example.com", "POETRY_HTTP_BASIC_MY_TEAM_PASSWORD")],
    ),
    "uv": (
        {
            "pyproject.toml": PROJECT + '[[tool.uv.index]]\nname = "team"\nurl = "https://packages.example.com/simple"\n',
            "uv.lock": "",
        },
        [PrivateRegistry("pypi", "packages.example.com", "UV_INDEX_TEAM_PASSWORD")],
    ),
    "Pipfile": (
        {
            "Pipfile": '[[source]]\nname = "team"\nurl = "https://${USER}:${PASSWORD}@packages.example.com/simple"\n',
            "Pipfile.lock": "{}",
        },
        [PrivateRegistry("pypi", "packages.example.com", "PASSWORD")],
    ),
    "a repository": (
        {"requirements.txt": "shop @ git+https://${GIT_TOKEN}@git.example.com/team/shop.git\n", "a.py": ""},
        [PrivateRegistry("pypi", "git.example.com", "GIT_TOKEN")],
    ),
}


@pytest.mark.parametrize(("files", "expected"), INSTALL.values(), ids=INSTALL)
def test_install(make_repo: MakeRepo, files: Mapping[str, str], expected: str | None) -> None:
    assert surest(make_repo, files, f.INSTALL) == expected


@pytest.mark.parametrize(("files", "expected"), TEST.values(), ids=TEST)
def test_unit_tests(make_repo: MakeRepo, files: Mapping[str, str], expected: str | None) -> None:
    assert surest(make_repo, {"requirements.txt": "django\n", **files}, f.TEST) == expected


@pytest.mark.parametrize(("files", "expected"), RUNNERS.values(), ids=RUNNERS)
def test_the_tools_runner_stands_before_the_command(make_repo: MakeRepo, files: Mapping[str, str], expected: str) -> None:
    assert surest(make_repo, {**files, "test_a.py": PYTEST}, f.TEST) == expected


@pytest.mark.parametrize(("files", "expected"), LINT.values(), ids=LINT)
def test_lint(make_repo: MakeRepo, files: Mapping[str, str], expected: str | None) -> None:
    assert surest(make_repo, files, f.LINT) == expected


@pytest.mark.parametrize(("files", "expected"), COVERAGE.values(), ids=COVERAGE)
def test_coverage(make_repo: MakeRepo, files: Mapping[str, str], expected: str | None) -> None:
    assert surest(make_repo, files, f.COVERAGE) == expected


@pytest.mark.parametrize(("files", "expected"), START.values(), ids=START)
def test_start(make_repo: MakeRepo, files: Mapping[str, str], expected: str | None) -> None:
    assert surest(make_repo, files, f.START) == expected


@pytest.mark.parametrize(("files", "expected"), REGISTRIES.values(), ids=REGISTRIES)
def test_private_indexes_are_named_secrets(make_repo: MakeRepo, files: Mapping[str, str], expected: list[PrivateRegistry]) -> None:
    assert values(make_repo, files, f.REGISTRY) == expected


@pytest.mark.parametrize(
    ("tests", "command", "needing"),
    [
        ({"tests/test_a.py": PYTEST}, None, []),
        ({"tests/integration/test_a.py": PYTEST, "conftest.py": ""}, "pytest tests/integration", ["tests/integration/test_a.py"]),
        (
            {"test_a.py": "import pytest\n@pytest.mark.integration\ndef test_a(): ...\n"},
            "pytest -m integration",
            ["test_a.py"],
        ),
        ({"test_a.py": PYTEST + "import psycopg\npsycopg.connect()\n"}, None, ["test_a.py"]),
        ({"test_a.py": PYTEST + "create_engine('sqlite://')\n"}, None, []),
    ],
)
def test_integration(make_repo: MakeRepo, tests: Mapping[str, str], command: str | None, needing: list[str]) -> None:
    seen = facts(make_repo, {"requirements.txt": "flask\n", "a.py": "", **tests})
    assert next((fact.value for fact in seen if fact.key is f.INTEGRATION), None) == command
    assert [fact.value for fact in seen if fact.key is f.INTEGRATION_TESTS] == needing


def test_every_place_that_is_named_holds_the_fact(make_repo: MakeRepo) -> None:
    """A source with a line names a line that is there."""
    files = {
        "requirements.txt": "# pinned\nflask==3.1\npsycopg2-binary\n",
        "app.py": "import os\nfrom flask import Flask\n\napp = Flask(__name__)\n\n\n@app.get('/healthz')\ndef x(): ...\n\n\nos.environ['SHOP']\napp.run(port=81)\n",
        ".python-version": "3.12\n",
    }
    lines = {name: text.splitlines() for name, text in files.items()}
    placed = [fact for fact in facts(make_repo, files) if fact.source and fact.source.line]
    words = {
        "framework": "flask",
        "backing": "psycopg2",
        "health.path": "/healthz",
        "env": "SHOP",
        "port": "81",
        "language.version": "3.12",
    }
    found = {
        fact.key.name: lines[fact.source.path][fact.source.line - 1] for fact in placed if fact.source and fact.key.name in words
    }
    assert {key for key, word in words.items() if word not in found.get(key, "")} == set()
