"""`cdgen check --staged`: the check of the tree exactly as it will be committed."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cdgen.errors import NotAGitRepositoryError
from cdgen.repo import git
from cdgen.repo.staged import export


@contextmanager
def staged_copy(directory: Path) -> Iterator[Path]:
    """A temporary repository that holds what is staged in the one around `directory`."""
    root = git.top_level(directory.resolve())
    if root is None:
        raise NotAGitRepositoryError(f"{directory.resolve()} is not inside a git repository", where=str(directory), hint="git init")
    with tempfile.TemporaryDirectory(prefix="cdgen-staged-") as scratch:
        copy = Path(scratch) / root.name
        export(root, copy)
        yield copy
