"""One writer at a time per repository. The system releases the hold when the process ends, however it ends."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cdgen.errors import WriteError

PATIENCE = 120.0  # seconds; a write takes well under one
PAUSE = 0.02


@contextmanager
def exclusive(root: Path) -> Iterator[None]:
    """Wait for other runs that write into `root`, then hold it. Raises WriteError when one does not end."""
    descriptor, hold = _open(root)
    try:
        _wait(descriptor, hold, root)
        yield
    finally:
        os.close(descriptor)  # which also lets go


def _open(root: Path) -> tuple[int, Callable[[int], None]]:
    """What is held: the root folder itself, so that no file is left behind; else a file in the temporary folder."""
    with suppress(ImportError, OSError):
        import fcntl

        descriptor = os.open(root, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
            fcntl.flock(descriptor, fcntl.LOCK_UN)
        except BlockingIOError:
            pass  # held by another run: this file system can do it
        except OSError:  # a network file system that locks files only
            os.close(descriptor)
            raise
        return descriptor, lambda held: fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return os.open(_file_for(root), os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600), _file_lock()


def _file_for(root: Path) -> Path:
    from tempfile import gettempdir

    from cdgen.model.digest import digest

    owner = os.getuid() if hasattr(os, "getuid") else 0
    return Path(gettempdir()) / f"cdgen-{owner}-{digest(os.fsencode(root.resolve()))}.lock"


def _file_lock() -> Callable[[int], None]:
    try:
        import fcntl
    except ImportError:
        import msvcrt

        return lambda held: msvcrt.locking(held, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,no-any-return,unused-ignore]
    return lambda held: fcntl.lockf(held, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _wait(descriptor: int, hold: Callable[[int], None], root: Path) -> None:
    from time import monotonic, sleep

    end = monotonic() + PATIENCE
    while True:
        try:
            return hold(descriptor)
        except OSError as problem:
            if monotonic() > end:
                raise WriteError(
                    f"another run of cdgen has been writing for {PATIENCE:.0f} seconds",
                    where=str(root),
                    hint="end it, then run the same command again",
                ) from problem
        sleep(PAUSE)
