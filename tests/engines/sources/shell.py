"""Runs one step of an installation and keeps what it said for the one line that explains a failure."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

HOUR = 3600


class StepFailed(Exception):
    """A step ended with an error; the text is its last words."""


def step(argv: Sequence[str | Path], *, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> str:
    """Runs `argv` and returns its output; raises StepFailed with the last lines of what it printed."""
    # a cached .pyc is worth more here than a clean tree: tools start many times
    inherited = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    try:
        done = subprocess.run(
            [str(part) for part in argv],
            cwd=cwd, env={**inherited, **(env or {})}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=HOUR, check=False,
        )  # fmt: skip
    except OSError as error:
        raise StepFailed(f"{argv[0]}: {error.strerror}") from error
    except subprocess.TimeoutExpired as error:
        raise StepFailed(f"{argv[0]}: not done after an hour") from error
    if done.returncode:
        raise StepFailed(_last_words(argv, done))
    return done.stdout


def _last_words(argv: Sequence[str | Path], done: subprocess.CompletedProcess[str]) -> str:
    words = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()][-3:]
    return f"{Path(argv[0]).name} ended with {done.returncode}: {' / '.join(words)}"
