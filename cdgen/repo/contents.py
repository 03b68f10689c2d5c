"""Opening and parsing the files of a repository that nobody vouches for.

Opening follows no symbolic link, takes regular files only, and stops at `MAX_BYTES`: a hostile repository can neither make us read
outside its root nor block or exhaust us.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

MAX_BYTES = 2 * 1024 * 1024  # larger than any manifest or hand-written source file we read
NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


def open_contained(root: Path, path: str) -> int:
    """A descriptor of a file below root, following no symbolic link in any component (where the platform can say so)."""
    parts = path.split("/")
    if ".." in parts or path.startswith("/"):
        raise OSError(f"{path} leaves the repository")
    if os.open not in os.supports_dir_fd:
        if any((root / "/".join(parts[:depth])).is_symlink() for depth in range(1, len(parts) + 1)):
            raise OSError(f"{path} goes through a symbolic link")
        return os.open(root / path, os.O_RDONLY | NO_FOLLOW)
    if len(parts) == 1:
        return os.open(root / path, os.O_RDONLY | NO_FOLLOW)
    folder = os.open(root, os.O_RDONLY)
    try:
        for part in parts[:-1]:
            below = os.open(part, os.O_RDONLY | NO_FOLLOW | getattr(os, "O_DIRECTORY", 0), dir_fd=folder)
            os.close(folder)
            folder = below
        return os.open(parts[-1], os.O_RDONLY | NO_FOLLOW, dir_fd=folder)
    finally:
        os.close(folder)


def json(text: str) -> Any:
    import json

    return json.loads(text)


def toml(text: str) -> Any:
    import tomllib

    return tomllib.loads(text)


def yaml(text: str) -> list[Any]:
    from cdgen.repo.yaml import load_documents

    return load_documents(text)


def xml(text: str) -> Any:
    from xml.etree import ElementTree

    if "<!DOCTYPE" in text[:4096] or "<!ENTITY" in text:
        raise ValueError("a document type declaration is refused")
    try:
        return ElementTree.fromstring(text.encode())  # noqa: S314  (no DTD, so no entities)
    except ElementTree.ParseError as problem:
        raise ValueError(f"line {problem.position[0]}: {problem}") from problem


def line_in(message: str) -> int | None:
    found = re.search(r"line (\d+)", message)
    return int(found.group(1)) if found else None
