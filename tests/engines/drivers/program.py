"""Runs a program of the tool lock away from this machine's settings, and without a network where the system allows."""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.engines.lock import find

SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class CheckerError(Exception):
    """A checker ran and proved nothing: it crashed, looked at nothing, or missed a planted mistake."""


class Finding(NamedTuple):
    """What one checker says about one place; line 0 is the file as a whole."""

    tool: str
    rule: str
    path: str
    line: int
    message: str


class Ran(NamedTuple):
    """How a program ended and what it printed."""

    argv: tuple[str, ...]
    code: int
    out: str
    err: str

    @property
    def last_words(self) -> str:
        lines = [line for line in (self.out + "\n" + self.err).splitlines() if line.strip()]
        return f"{' '.join(self.argv[:3])} ended with {self.code}: " + " / ".join(lines[-5:])


def run(
    program: str,
    *arguments: str | Path,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    text: str | None = None,
    timeout: float = 180,
    offline: bool = True,
) -> Ran:
    """A checker of the lock, in a clean environment with `env` on top and `text` on its standard input."""
    prefix = cut_off() if offline else ()
    argv = (*prefix, str(find(program)), *(str(argument) for argument in arguments))
    return _ran(argv, cwd, clean_environment(env), text or "", timeout)


def run_in(program: str, *arguments: str, cwd: Path, env: Mapping[str, str], timeout: float) -> Ran:
    """A program of the lock that works for a service: with exactly this environment, and the machine's network."""
    return _ran((str(find(program)), *arguments), cwd, env, "", timeout)


def _ran(argv: tuple[str, ...], cwd: Path | None, env: Mapping[str, str], text: str, timeout: float) -> Ran:
    done = subprocess.run(argv, cwd=cwd, env=env, input=text, capture_output=True, text=True, timeout=timeout, check=False)
    return Ran(argv, done.returncode, done.stdout, done.stderr)


def clean_environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Nothing of the caller's environment: no settings, no tokens, an empty home folder."""
    home = empty_home()
    return {"PATH": SYSTEM_PATH, "HOME": home, "TMPDIR": tempfile.gettempdir(), "LANG": "C.UTF-8", "TZ": "UTC", **(more or {})}


@functools.cache
def empty_home() -> str:
    """A checker reads no configuration of the person who runs the tests."""
    home = tempfile.mkdtemp(prefix="cdgen-home-")
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    return home


@functools.cache
def cut_off() -> tuple[str, ...]:
    """A prefix that runs a program in an empty network: a checker that calls home shows it by failing."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return ()
    for prefix in ((unshare, "--net"), (unshare, "--user", "--map-current-user", "--net")):
        if subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0:
            return prefix
    return ()


def path_with(programs: Iterable[str], after: str = SYSTEM_PATH) -> str:
    """A PATH on which these programs of the lock come first."""
    folders = dict.fromkeys(str(find(program).parent) for program in programs)
    return os.pathsep.join([*folders, after])


def expect_canary(
    tool: str, findings: Iterable[Finding], is_planted: Callable[[Finding], bool], rules: Sequence[str]
) -> tuple[Finding, ...]:
    """The findings without those of the planted file; CheckerError when one of the planted mistakes was not seen."""
    everything = tuple(findings)
    seen = " ".join(f"{finding.rule} {finding.message}" for finding in everything if is_planted(finding))
    if missed := [rule for rule in rules if rule not in seen]:
        raise CheckerError(f"{tool} did not see the planted mistakes {', '.join(missed)}; it saw: {seen or 'nothing'}")
    return tuple(finding for finding in everything if not is_planted(finding))
