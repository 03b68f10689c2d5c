"""What tests share: a repository made from a mapping of paths to texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from cdgen.repo import Repo, open_repo

MakeRepo = Callable[[Mapping[str, str]], Repo]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write examples/*/expected anew instead of comparing with it")


@pytest.fixture
def make_repo(tmp_path: Path) -> MakeRepo:
    """`make_repo({"cmd/api/main.go": "package main"})` is a repository outside git, in `.root`. Further calls add files."""

    def make(files: Mapping[str, str]) -> Repo:
        root = tmp_path / "service"
        root.mkdir(exist_ok=True)
        for name, text in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return open_repo(root)[0]

    return make
