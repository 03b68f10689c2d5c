"""Paths as a tree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any


def file_tree(paths: Iterable[str]) -> Iterator[str]:
    """One line per folder and file; a folder with one entry shares its line with it."""
    root: dict[str, Any] = {}
    for path in sorted(set(paths)):
        here = root
        for part in path.split("/"):
            here = here.setdefault(part, {})
    yield from _lines(root, "")


def _lines(folder: dict[str, Any], margin: str) -> Iterator[str]:
    names = list(folder)
    for name in names:
        last = name == names[-1]
        label, below = name, folder[name]
        while len(below) == 1:
            only = next(iter(below))
            label, below = f"{label}/{only}", below[only]
        yield f"{margin}{'└── ' if last else '├── '}{label}{'/' if below else ''}"
        yield from _lines(below, margin + ("    " if last else "│   "))
