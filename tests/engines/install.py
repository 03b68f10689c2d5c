"""Installs the programs of `tools.toml`:  python -m tests.engines.install [--only NAME...] [--paths]

Ends 0 even when something cannot be had: that is written down, and every test that needs it ends as "not proven".
"""

from __future__ import annotations

import argparse
import fcntl
import json
import shlex
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.engines import lock
from tests.engines.lock import NotProven, Tool
from tests.engines.sources import debian, golang, python
from tests.engines.sources.shell import StepFailed, step


class Outcome(NamedTuple):
    """What became of one tool; `problem` is empty when it can be used."""

    tool: Tool
    seconds: float
    problem: str


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.engines.install", description=__doc__)
    parser.add_argument("--only", nargs="+", metavar="NAME", default=[], help="tools or programs, by name")
    parser.add_argument("--paths", action="store_true", help="say where each program is, install nothing")
    arguments = parser.parse_args()
    chosen = tuple(tool for tool in lock.tools() if not arguments.only or _is_named(tool, [*arguments.only, "uv"]))
    if unknown := set(arguments.only) - {name for tool in chosen for name in (tool.name, *tool.programs)}:
        parser.error(f"not in tools.toml: {', '.join(sorted(unknown))}")
    if arguments.paths:
        _print_paths(chosen)
        return
    _report([install(tool) for tool in chosen])


def _is_named(tool: Tool, names: list[str]) -> bool:
    return tool.name in names or any(program in names for program in tool.programs)


def install(tool: Tool) -> Outcome:
    """Brings one tool into the cache if it is not there yet; two installers at once do the work once."""
    if _is_installed(tool):
        return Outcome(tool, 0, "")
    with _alone(tool):
        if _is_installed(tool):
            return Outcome(tool, 0, "")
        print(f"{tool.name} {tool.version}: installing (usually {tool.usual} s)", flush=True)
        started = time.monotonic()
        problem = _attempt(tool)
        seconds = time.monotonic() - started
        _record(tool, seconds, problem)
    print(f"{tool.name} {tool.version}: {problem or 'done'} ({seconds:.0f} s)", flush=True)
    return Outcome(tool, seconds, problem)


def _is_installed(tool: Tool) -> bool:
    return debian.is_installed(tool) if tool.source == "debian" else lock.marker(tool).is_file()


def _attempt(tool: Tool) -> str:
    place = lock.place(tool)
    try:
        if tool.source != "debian":
            shutil.rmtree(place, ignore_errors=True)
            (place / "bin").mkdir(parents=True)
        _install_from_source(tool, place)
        _hear_canary(tool, place)
    except (StepFailed, NotProven, OSError) as error:
        return str(error)
    return ""


def _install_from_source(tool: Tool, place: Path) -> None:
    match tool.source:
        case "go":
            golang.install(tool, place)
        case "control-plane":
            golang.install_control_plane(tool, place)
        case "bootstrap":
            python.bootstrap(tool, place)
        case "python":
            python.install(tool, place)
        case "debian":
            debian.install(tool)
        case other:
            raise StepFailed(f"unknown source {other}")


def _hear_canary(tool: Tool, place: Path) -> None:
    arguments, expected = tool.canary
    program = lock.system_program(tool, tool.programs[0]) if tool.source == "debian" else place / "bin" / tool.programs[0]
    if program is None:
        raise StepFailed(f"{tool.programs[0]} is not there after the installation")
    if expected and expected not in step(["sh", "-c", f'"$0" {shlex.join(shlex.split(arguments))} 2>&1', program]):
        raise StepFailed(f"{tool.programs[0]} {arguments} does not print {expected!r}")


def _record(tool: Tool, seconds: float, problem: str) -> None:
    refusal = lock.refusal(tool)
    if problem:
        refusal.parent.mkdir(parents=True, exist_ok=True)
        refusal.write_text(problem + "\n")
        return
    refusal.unlink(missing_ok=True)
    if tool.source != "debian":
        lock.marker(tool).write_text(json.dumps({"version": tool.version, "seconds": round(seconds, 1)}) + "\n")


@contextmanager
def _alone(tool: Tool) -> Iterator[None]:
    lock.cache().mkdir(parents=True, exist_ok=True)
    with (lock.cache() / f".{tool.name}.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _report(outcomes: list[Outcome]) -> None:
    missing = [outcome for outcome in outcomes if outcome.problem]
    built = sum(outcome.seconds for outcome in outcomes)
    print(f"{len(outcomes) - len(missing)} of {len(outcomes)} tools ready in {lock.cache()} ({built:.0f} s of installing)")
    for outcome in missing:
        print(f"  cannot be had: {outcome.tool.name} {outcome.tool.version}: {outcome.problem}")


def _print_paths(chosen: tuple[Tool, ...]) -> None:
    for program in (program for tool in chosen for program in tool.programs):
        try:
            print(f"{program} -> {lock.find(program)}")
        except NotProven as missing:
            print(f"{program} -> not installed ({missing.reason})")


if __name__ == "__main__":
    main()
