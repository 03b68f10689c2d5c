"""All files or none: stage beside their targets, then rename; on any failure the tree is put back as it was.

A process that is killed leaves each file old or new, never a part. Staged files are synced before the first rename.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from cdgen.errors import WriteError
from cdgen.output.compare import is_stray
from cdgen.output.disk import Entry, Found, folder, look
from cdgen.output.lock import PENDING

NEW_FILE = (
    os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
)


class Put(NamedTuple):
    """A file to write, or with `data` None to delete. `before` is what must stand there when it happens."""

    path: str
    data: bytes | None
    before: Found
    is_executable: bool = False


class _Journal:
    """What one transaction has done so far, so that it can be put back."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.path = ""  # being worked on
        self.created: list[str] = []
        self.staged: dict[str, str] = {}  # path -> temporary file
        self.done: list[Put] = []


def apply(root: Path, puts: Sequence[Put], lock: Put | None = None) -> None:
    """Carry out in order, the lock last. Raises WriteError; then the tree is as it was.

    Before the first rename the next lock stands complete at `PENDING`: whoever finds a half-finished run knows all its files.
    """
    journal = _Journal(root)
    try:
        _carry_out(journal, puts, lock)
    except BaseException as problem:
        is_back = _undo(journal)
        if isinstance(problem, OSError):
            raise _write_error(problem, journal.path, is_back) from problem
        raise
    _prune(root, [put.path for put in puts if put.data is None])


def _carry_out(journal: _Journal, puts: Sequence[Put], lock: Put | None) -> None:
    root, everything = journal.root, (*puts, *((lock,) if lock else ()))
    for number, put in enumerate(everything):
        journal.path = put.path
        _stage(journal, put, number)
    for put in everything:
        journal.path = put.path
        _require(root, put)
    if lock:
        _move(root, journal.staged[lock.path], PENDING)
        journal.staged[lock.path] = PENDING
    for put in everything:
        journal.path = put.path
        journal.done.append(put)
        if put.data is None:
            _delete(root, put.path)
        else:
            _move(root, journal.staged[put.path], put.path)
    _sync(root, everything)


def _write_error(problem: OSError, path: str, is_back: bool) -> WriteError:
    state = "nothing was changed" if is_back else "run the same command again to repair the rest"
    return WriteError(f"cannot write {path}: {problem.strerror or problem}; {state}", where=path, hint=_hint(problem))


def _hint(problem: OSError) -> str:
    import errno

    room, access = (errno.ENOSPC, errno.EDQUOT), (errno.EROFS, errno.EACCES, errno.EPERM)
    first = "make room" if problem.errno in room else "make it writable" if problem.errno in access else "look at the disk"
    return f"{first}, then run the same command again"


def _temporary(path: str, number: int) -> str:
    directory, slash, _ = path.rpartition("/")
    return f"{directory}{slash}.cdgen-{number}-{os.getpid()}.tmp"


def _stage(journal: _Journal, put: Put, number: int) -> None:
    if put.data is None:
        return
    temporary = _temporary(put.path, number)
    journal.staged[put.path] = temporary
    directory, _, name = temporary.rpartition("/")
    with folder(journal.root, directory, journal.created) as parent:
        descriptor = os.open(parent.at(name), NEW_FILE, 0o600, dir_fd=parent.descriptor)
        try:
            rest = memoryview(put.data)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
            if hasattr(os, "fchmod"):
                os.fchmod(descriptor, 0o755 if put.is_executable else 0o644)  # whatever the umask says
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _require(root: Path, put: Put) -> None:
    """Nobody else changed the path since it was compared."""
    if look(root, put.path) != put.before:
        raise changed(put.path)


def changed(path: str) -> WriteError:
    return WriteError(f"{path} was changed while cdgen was running", where=path, hint="run the same command again")


def _move(root: Path, source: str, target: str) -> None:
    """Within one folder, replacing what stands there: a link itself, never what it leads to."""
    directory, _, name = target.rpartition("/")
    with folder(root, directory) as parent:
        old, new = parent.at(source.rpartition("/")[2]), parent.at(name)
        os.replace(old, new, src_dir_fd=parent.descriptor, dst_dir_fd=parent.descriptor)  # noqa: PTH105


def _delete(root: Path, path: str) -> None:
    directory, _, name = path.rpartition("/")
    with folder(root, directory) as parent:
        os.unlink(parent.at(name), dir_fd=parent.descriptor)  # noqa: PTH108


def _sync(root: Path, puts: Sequence[Put]) -> None:
    """Make the renames durable, where folders can be synced."""
    for directory in {put.path.rpartition("/")[0] for put in puts}:
        with suppress(OSError), folder(root, directory) as parent:
            if parent.descriptor is not None:
                os.fsync(parent.descriptor)


def _undo(journal: _Journal) -> bool:
    """Put everything back as far as the disk lets us; whether that is everything."""
    is_back = all([_restore(journal, put) for put in reversed(journal.done)])
    sweep(journal.root, [path for path in journal.staged.values() if is_back or path != PENDING])
    for directory in reversed(journal.created):
        with suppress(OSError):
            os.rmdir(journal.root / directory)  # noqa: PTH106  (only when empty, and never through a link)
    return is_back


def _restore(journal: _Journal, put: Put) -> bool:
    try:
        if look(journal.root, put.path) == put.before:
            return True
        if put.before.entry is Entry.ABSENT:
            _delete(journal.root, put.path)
        elif put.before.data is not None:
            old = put._replace(data=put.before.data, is_executable=put.before.is_executable)
            _stage(journal, old, len(journal.staged) + len(journal.done))
            _move(journal.root, journal.staged[put.path], put.path)
    except (OSError, WriteError):
        return False
    return put.before.data is not None or put.before.entry is Entry.ABSENT  # a replaced link is gone; its copy is kept


def _prune(root: Path, deleted: Iterable[str]) -> None:
    """Remove folders that a deletion left empty."""
    for path in deleted:
        directory = path.rpartition("/")[0]
        while directory:
            above, _, name = directory.rpartition("/")
            try:
                with folder(root, above) as parent:
                    os.rmdir(parent.at(name), dir_fd=parent.descriptor)  # noqa: PTH106
            except (OSError, WriteError):
                break
            directory = above


def strays(root: Path, directories: Iterable[str]) -> tuple[str, ...]:
    """Temporary files that a killed run left in these folders."""
    found = []
    for directory in sorted(set(directories)):
        with suppress(OSError, WriteError), folder(root, directory) as opened:
            names = os.listdir(opened.path if opened.descriptor is None else opened.descriptor)  # noqa: PTH208
            found += [f"{directory}/{name}" if directory else name for name in names if is_stray(name)]
    return tuple(sorted(found))


def sweep(root: Path, paths: Iterable[str]) -> None:
    for path in paths:
        with suppress(OSError, WriteError):
            _delete(root, path)
