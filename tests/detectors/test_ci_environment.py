"""Commands that a pipeline runs in an environment it activated, as they run in a fresh checkout."""

from __future__ import annotations

import pytest

from cdgen.detectors import ci_files
from cdgen.model import facts as f
from cdgen.repo import Scope
from tests.conftest import MakeRepo

PIPELINE = "jobs:\n  a:\n    steps:\n    - run: {}\n"
ROWS: dict[str, tuple[str, dict[str, str], str]] = {
    "pip": ("pytest", {"requirements.txt": ""}, "pytest"),
    "two tools": ("pytest", {"poetry.lock": "", "Pipfile.lock": ""}, "pytest"),
    "said already": ("poetry run pytest", {"poetry.lock": ""}, "poetry run pytest"),
    "a program of the machine": ("tox", {"poetry.lock": ""}, "tox"),
    "poetry": ("pytest tests", {"poetry.lock": ""}, "poetry run pytest tests"),
    "poetry without a lock": ("pytest", {"pyproject.toml": "[tool.poetry]\n"}, "poetry run pytest"),
    "uv": ("python -m pytest", {"uv.lock": ""}, "uv run python -m pytest"),
    "pipenv": ("python manage.py test", {"Pipfile": ""}, "pipenv run python manage.py test"),
    "pdm": ("pytest", {"pdm.lock": ""}, "pdm run pytest"),
}


@pytest.mark.parametrize("name", ROWS)
def test_commands(make_repo: MakeRepo, name: str) -> None:
    command, files, expected = ROWS[name]
    repo = make_repo({".github/workflows/ci.yml": PIPELINE.format(command), **files})
    assert [fact.value for fact in ci_files.detect(Scope(repo, ".", family="python")) if fact.key is f.TEST] == [expected]


def test_another_family_is_left_alone(make_repo: MakeRepo) -> None:
    repo = make_repo({".github/workflows/ci.yml": PIPELINE.format("make test"), "uv.lock": ""})
    assert [fact.value for fact in ci_files.detect(Scope(repo, ".", family="go")) if fact.key is f.TEST] == ["make test"]
