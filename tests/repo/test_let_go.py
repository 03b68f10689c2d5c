"""What is kept of one service while the next is read: bounded, and read again when it is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from cdgen.repo import Repo, snapshot


def sources(root: Path, number: int) -> Repo:
    paths = tuple(f"v{each:03}.py" for each in range(number))
    for path in paths:
        (root / path).write_text(f"value = '{path}'\n", encoding="utf-8")
    return Repo(root, paths, is_git=False)


def test_a_few_trees_and_texts_are_kept(tmp_path: Path) -> None:
    repo = sources(tmp_path, 3)
    trees = [repo.syntax(path, "python") for path in repo.files]
    repo.let_go()
    assert [repo.syntax(path, "python") for path in repo.files] == trees


def test_many_trees_are_let_go_and_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "MOST_TREES", 2)
    repo = sources(tmp_path, 3)
    before = [repo.syntax(path, "python") for path in repo.files]
    repo.let_go()
    again = repo.syntax("v001.py", "python")
    assert again is not before[1]
    assert again is not None and again.root.text == b"value = 'v001.py'\n"


def test_contents_beyond_the_bound_are_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "MOST_HELD", 10)
    repo = sources(tmp_path, 1)
    first = repo.data("v000.py")
    repo.let_go()
    assert repo.data("v000.py") == first
    assert repo.data("v000.py") is not first


def test_contents_in_memory_only_are_never_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "MOST_HELD", 0)
    repo = Repo.of({"a": b"text"})
    assert repo.text("a") == "text"
    repo.let_go()
    assert repo.text("a") == "text"
