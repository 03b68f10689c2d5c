"""The measure of the corpus: what counts as right, as missing and as a false claim. The corpus itself is `make test-corpus`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tools.corpus_answers import is_right
from tools.measure_corpus import NOT_PROVEN, judge, main

RIGHT: list[tuple[str, Any, Any]] = [
    ("language", "typescript", "javascript"),
    ("framework", "next", "nextjs"),
    ("language_version", "1.8", "8"),
    ("language_version", ">=3.11", "3.11.4"),
    ("health_path", "/health", "health/"),
    ("port", 8080, 8080),
    ("start_command", "sh -c 'exec python3 -m app'", "python -m app"),
    ("start_command", "gunicorn -b 0.0.0.0:80 app:app", "gunicorn --bind=0.0.0.0:80 app:app"),
    ("start_command", "node server.js", "/usr/bin/tini -- node server.js"),
    ("language_version", "lts/iron", "lts/iron"),
    ("test_command", "./mvnw -B verify", "mvn test"),
    ("test_command", "uv run pytest", "pytest"),
    ("backing_services", ["postgres", "sqlite"], ["postgresql"]),
]
WRONG: list[tuple[str, Any, Any]] = [
    ("language", "go", "python"),
    ("language_version", "3.11", "3.12"),
    ("port", 8080, 80),
    ("start_command", "node a.js", "node b.js"),
    ("test_command", "npm test", "npm run lint"),
    ("test_command", "mvn test", "mvn compile"),
    ("backing_services", ["postgres"], ["postgresql", "redis"]),
    ("is_service", True, False),
]


@pytest.mark.parametrize(("field", "wanted", "answer"), RIGHT)
def test_right(field: str, wanted: Any, answer: Any) -> None:
    assert is_right(field, wanted, answer)


@pytest.mark.parametrize(("field", "wanted", "answer"), WRONG)
def test_wrong(field: str, wanted: Any, answer: Any) -> None:
    assert not is_right(field, wanted, answer)


@pytest.mark.parametrize(
    ("label", "answer", "outcome"),
    [
        ({"port": 80}, {"port": 80}, "right"),
        ({"port": 80, "accept": {"port": [81]}}, {"port": 81}, "right"),
        ({"port": 80, "accept": {"port": [None]}}, {}, "right"),
        ({"port": 80}, {}, "missing"),
        ({"port": 80}, {"port": 81}, "wrong"),
        ({"absent": ["port"]}, {}, "nothing"),
        ({"absent": ["port"]}, {"port": 80}, "claim"),
        ({"backing_services": []}, {"backing_services": ["redis"]}, "claim"),
        ({"backing_services": []}, {"backing_services": ["sqlite"]}, "nothing"),
        ({"is_service": False}, {"is_service": False}, "right"),
        ({"is_service": False}, {"is_service": None}, "missing"),
    ],
)
def test_outcome(label: dict[str, Any], answer: dict[str, Any], outcome: str) -> None:
    assert [verdict.outcome for verdict in judge({"repo": "a/b", "path": ".", **label}, answer)] == [outcome]


def test_what_is_not_labelled_is_not_measured() -> None:
    assert list(judge({"repo": "a/b", "path": ".", "port": None}, {"port": 80})) == []


def test_without_mirrors_nothing_is_proven(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == NOT_PROVEN
    assert main([str(tmp_path)]) == NOT_PROVEN
    assert "not proven" in capsys.readouterr().out
