"""Files in memory, and what would happen to each on disk."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class RenderedFile(NamedTuple):
    """A file that cdgen owns. `path` is relative to the repository root, with `/`. Executable exactly when it starts with `#!`."""

    path: str
    text: str
    emitter: str


class PatchedFile(NamedTuple):
    """A file that people own and cdgen edits in place (`.pre-commit-config.yaml`, `.gitattributes`, `AGENTS.md`).

    Never in the lock; written only when `text` differs from the disk. `entries` says in a few words what is cdgen's in it.
    """

    path: str
    text: str
    entries: str
    original: str | None = None  # what was read; the writer refuses when the disk holds something else by then


class ChangeKind(StrEnum):
    NEW = "new"
    CURRENT = "current"
    STALE = "stale"  # inputs or cdgen moved
    EDITED = "edited"  # changed by hand
    FOREIGN = "foreign"  # was there before cdgen
    DELETED = "deleted"  # by hand
    ORPHAN = "orphan"  # locked, but no longer rendered


class Change(NamedTuple):
    """`rendered` is None for an orphan, `disk` is None where there is no regular file."""

    kind: ChangeKind
    path: str
    rendered: RenderedFile | None
    disk: bytes | None
    detail: str = ""  # "is a symbolic link", "mode 0644, must be executable", ...
