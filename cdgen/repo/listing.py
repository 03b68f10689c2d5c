"""Which files of a repository are looked at: those of git's index or of a folder, without dependencies and build output."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

MAX_FILES = 200_000
MAX_DEPTH = 64
PRUNED = frozenset(
    {
        ".git",
        "node_modules",
        "vendor",
        "target",
        "build",
        "dist",
        ".venv",
        "venv",
        "__pycache__",
        ".gradle",
        ".idea",
        ".tox",
        ".nox",
        ".mypy_cache",
        ".pytest_cache",
        ".next",
        ".yarn",
        "bower_components",
        "_vendor",
        "Godeps",
    }
)  # folders of dependencies and build output: never evidence
# what a dependency folder says about the tool that filled it: the only files of such folders that are evidence
VENDORED_BY = frozenset({"vendor/manifest", "vendor/modules.txt", "vendor/vendor.json", "Godeps/Godeps.json"})


def stands(root: Path, name: str) -> bool:
    """Whether a file of the index is a regular file on disk: not deleted, left out of a sparse checkout, or swapped for a link."""
    try:
        return stat.S_ISREG(os.lstat(f"{root}/{name}").st_mode)
    except OSError:
        return False


def is_evidence(path: str) -> bool:
    folders = path.split("/")[:-1]
    if PRUNED.isdisjoint(folders):
        return True
    return PRUNED.isdisjoint(folders[:-1]) and "/".join(path.split("/")[-2:]) in VENDORED_BY


def walk(root: Path, left_out: dict[str, str]) -> Iterator[str]:
    """Regular files below a folder outside git. Links are not followed; dependency folders are left out.

    What lies beyond the bounds is named in `left_out`, with the reason.
    """
    pending, count = [("", 0)], 0
    while pending:
        prefix, depth = pending.pop()
        for entry in _entries(root / prefix):
            name = f"{prefix}{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                if entry.name in PRUNED:
                    yield from _vendored_by(root, prefix, entry.name)
                elif depth < MAX_DEPTH:
                    pending.append((f"{name}/", depth + 1))
                else:
                    left_out[name] = f"deeper than {MAX_DEPTH} folders"
            elif entry.is_file(follow_symlinks=False):
                count += 1
                if count > MAX_FILES:
                    left_out[name] = f"this and all that comes after it: more than {MAX_FILES} files"
                    return
                yield name
            elif not entry.is_symlink():
                left_out[name] = "not a regular file"


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        return list(os.scandir(folder))
    except OSError:
        return []


def _vendored_by(root: Path, prefix: str, folder: str) -> Iterator[str]:
    for name in sorted(VENDORED_BY):
        if name.startswith(f"{folder}/"):
            path = root / prefix / name
            if path.is_file() and not path.is_symlink():
                yield f"{prefix}{name}"
