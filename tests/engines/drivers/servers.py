"""Starts servers of our own on loopback and ends them by their process id."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

LOOPBACK = "127.0.0.1"
GRACE = 5.0
Ready = Callable[[], bool]


class ServerError(Exception):
    """A server of ours died or never answered; the text ends with its last words."""


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0


def is_well(url: str) -> bool:
    """Whether an HTTP server of ours answers 200 there."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def becomes_well(url: str, patience: float) -> bool:
    """Whether it answers 200 within so many seconds: a port that is open need not be ready."""
    deadline = time.monotonic() + patience
    while not (well := is_well(url)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return well


@contextmanager
def running(
    argv: Sequence[str | Path],
    *,
    log: Path,
    env: Mapping[str, str],
    is_ready: Ready,
    user: int | None = None,
    patience: float = 60,
) -> Iterator[int]:
    """The process id of `argv`, once it is ready; it and what it started are ended on leaving, whatever happened."""
    with log.open("wb") as words:
        process = _start(argv, words, env, user)
    try:
        _wait(process, is_ready, log, patience)
        yield process.pid
    finally:
        _end(process)


def _start(argv: Sequence[str | Path], words: IO[bytes], env: Mapping[str, str], user: int | None) -> subprocess.Popen[bytes]:
    command = [str(part) for part in argv]
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=words, stderr=words, env=dict(env), start_new_session=True,
        user=user, group=user, extra_groups=[] if user is not None else None, cwd="/",
    )  # fmt: skip


def _wait(process: subprocess.Popen[bytes], is_ready: Ready, log: Path, patience: float) -> None:
    deadline = time.monotonic() + patience
    while not is_ready():
        if process.poll() is not None or time.monotonic() > deadline:
            state = f"ended with {process.returncode}" if process.returncode is not None else f"not ready after {patience} s"
            raise ServerError(f"{process.args!r} {state}: {log.read_text(errors='replace')[-1000:]}")
        time.sleep(0.05)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Its own session is its process group: children that it left behind go with it, nobody else does."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(GRACE)
