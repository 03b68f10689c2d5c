"""What cdgen itself wrote into a repository, as its lock says."""

from __future__ import annotations

import os
from pathlib import Path

from cdgen.repo.contents import MAX_BYTES, open_contained

LOCKS = (".cdgen/lock", ".cdgen/.cdgen-lock.tmp")  # the second is there when a run was interrupted
DIGITS = 32
BETWEEN = ("  ", " *")


def owned(root: Path) -> frozenset[str]:
    """Paths of the lock's lines, whatever a merge left around them."""
    return frozenset(path for name in LOCKS for path in _paths(root, name))


def _paths(root: Path, name: str) -> list[str]:
    try:
        with os.fdopen(open_contained(root, name), "rb") as stream:
            lines = stream.read(MAX_BYTES).decode("utf-8", "replace").splitlines()
    except OSError:
        return []
    return [line[DIGITS + 2 :] for line in lines if line[DIGITS : DIGITS + 2] in BETWEEN and line[:DIGITS].isalnum()]
