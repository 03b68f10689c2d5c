"""Looking at and entering folders of the repository without following a symbolic link in any component.

Where the platform has descriptor-relative calls a folder is held open, so that nobody can swap it for a link between check and use.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from cdgen.errors import WriteError

RELATIVE = os.open in os.supports_dir_fd and os.rename in os.supports_dir_fd
FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
FILE = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
MAX_BYTES = 16 * 1024 * 1024  # far above anything we write


class Entry(StrEnum):
    """What stands at a path."""

    ABSENT = "is absent"
    FILE = "is a file"
    LINK = "is a symbolic link"
    FOLDER = "is a folder"
    OTHER = "is neither a file nor a folder"
    BLOCKED = "lies below something that is no folder"


class Found(NamedTuple):
    """What stands at a path; `data` of regular files only, `detail` says what is odd."""

    entry: Entry
    data: bytes | None = None
    is_executable: bool = False
    detail: str = ""


class BlockedError(WriteError):
    """A component of a path is a link or a file where a folder must be."""


class Folder(NamedTuple):
    """A folder of the repository; `at(name)` is what calls with `dir_fd=folder.descriptor` take."""

    descriptor: int | None
    path: str

    def at(self, name: str) -> str:
        return name if self.descriptor is not None else os.path.join(self.path, name)  # noqa: PTH118


@contextmanager
def folder(root: Path, directory: str, created: list[str] | None = None) -> Iterator[Folder]:
    """The folder `directory` of the repository. With `created`, missing folders are made and noted there.

    Raises FileNotFoundError when it is missing, BlockedError when a component is a link or a file.
    """
    here = Folder(os.open(root, FOLDER & ~getattr(os, "O_NOFOLLOW", 0)) if RELATIVE else None, str(root))
    try:
        walked = ""
        for part in directory.split("/") if directory else ():
            walked = f"{walked}/{part}" if walked else part
            below = _enter(here, part, walked, created)
            if here.descriptor is not None:
                os.close(here.descriptor)
            here = below
        yield here
    finally:
        if here.descriptor is not None:
            os.close(here.descriptor)


def _enter(here: Folder, part: str, walked: str, created: list[str] | None) -> Folder:
    if part in ("", ".", ".."):
        raise BlockedError(f"{walked} leaves the repository", where=walked)
    try:
        info = os.stat(here.at(part), dir_fd=here.descriptor, follow_symlinks=False)
    except FileNotFoundError:
        if created is None:
            raise
        with suppress(FileExistsError):
            os.mkdir(here.at(part), dir_fd=here.descriptor)  # noqa: PTH102
            created.append(walked)
        info = os.stat(here.at(part), dir_fd=here.descriptor, follow_symlinks=False)
    if not stat.S_ISDIR(info.st_mode) or _is_junction(info):
        what = "a symbolic link" if stat.S_ISLNK(info.st_mode) or _is_junction(info) else "a file"
        raise BlockedError(
            f"{walked} is {what}, not a folder", where=walked, hint=f"move {walked} away, then run the same command again"
        )
    path = os.path.join(here.path, part)  # noqa: PTH118
    if here.descriptor is None:
        return Folder(None, path)
    try:
        return Folder(os.open(part, FOLDER, dir_fd=here.descriptor), path)
    except NotADirectoryError as problem:  # swapped since we looked
        raise BlockedError(f"{walked} is a symbolic link, not a folder", where=walked) from problem


def _is_junction(info: os.stat_result) -> bool:
    """A folder of Windows that leads elsewhere."""
    return bool(getattr(info, "st_reparse_tag", 0))


def look(root: Path, path: str) -> Found:
    """What stands at a path. Never follows a link, never blocks on a pipe."""
    directory, _, name = path.rpartition("/")
    try:
        with folder(root, directory) as parent:
            return _look(parent, name)
    except FileNotFoundError:
        return Found(Entry.ABSENT)
    except BlockedError as problem:
        return Found(Entry.BLOCKED, detail=f"cannot be: {problem.message}")
    except OSError as problem:
        return Found(Entry.OTHER, detail=f"cannot be read: {problem.strerror or problem}")


def _look(parent: Folder, name: str) -> Found:
    info = os.stat(parent.at(name), dir_fd=parent.descriptor, follow_symlinks=False)
    if stat.S_ISLNK(info.st_mode):
        target = os.readlink(parent.at(name), dir_fd=parent.descriptor)
        return Found(Entry.LINK, detail=f"is a symbolic link to {target if target.isprintable() else repr(target)}")
    if stat.S_ISDIR(info.st_mode):
        return Found(Entry.FOLDER, detail="is a folder")
    if not stat.S_ISREG(info.st_mode):
        return Found(Entry.OTHER, detail="is neither a file nor a folder")
    if info.st_size > MAX_BYTES:
        return Found(Entry.OTHER, detail=f"is larger than {MAX_BYTES} bytes")
    descriptor = os.open(parent.at(name), FILE, dir_fd=parent.descriptor)
    with os.fdopen(descriptor, "rb") as stream:
        return Found(Entry.FILE, stream.read(), bool(info.st_mode & 0o100))
