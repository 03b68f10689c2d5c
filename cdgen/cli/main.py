"""The one entry to every command that the front door does not answer: parse, run, and map failures to exit codes."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable

from cdgen.errors import CdgenError, ConfigError, DefectError
from cdgen.report.console import Console

INTERRUPTED = 130


def run(arguments: list[str]) -> int:
    """Run one command line; the exit code. Never raises, never leaves a traceback unless asked with `--traceback`."""
    gc.disable()  # a run ends long before collecting what it made would pay
    console = Console()
    wants_traceback = "--traceback" in arguments  # wherever it stands: it is typed after the fact
    try:
        return _dispatch([each for each in arguments if each != "--traceback"])
    except ConfigError as error:
        from cdgen.report import findings

        text = error.text.splitlines()
        findings.show(error.findings, Console(out=sys.stderr), lambda _: text)
        return error.exit_code
    except CdgenError as error:
        from cdgen.report.findings import show_error

        show_error(error, console)
        return error.exit_code
    except KeyboardInterrupt:
        console.error("\ninterrupted: nothing was changed")
        return INTERRUPTED
    except BrokenPipeError:
        _silence_stdout()
        return 0
    except Exception as problem:  # the promise of exit code 4
        if wants_traceback:
            raise
        console.error(f"error: cdgen failed: {type(problem).__name__}: {problem}")
        console.error("   = next: run the same command with --traceback and report what it prints")
        return DefectError.exit_code


def _dispatch(arguments: list[str]) -> int:
    plain = None if any(name.startswith("CDGEN_") for name in os.environ) else _plain(arguments)
    if plain is not None:
        return plain()
    from cdgen.cli.commands import app

    try:
        app(args=arguments, prog_name="cdgen")
    except SystemExit as end:
        if end.code == INTERRUPTED:
            raise KeyboardInterrupt from end
        return end.code if isinstance(end.code, int) else int(bool(end.code))
    return 0


def _plain(arguments: list[str]) -> Callable[[], int] | None:
    """The exact forms that hooks and pipelines use all day, without loading the parser: same meaning, tested to be the same."""
    from pathlib import Path

    here = Path()
    match arguments:
        case ["check"]:
            from cdgen.cli.check import check

            return lambda: check(here, Console())
        case ["check", "--full"]:
            from cdgen.cli.check import check

            return lambda: check(here, Console(), full=True)
        case ["generate"]:
            from cdgen.cli.generate import generate

            return lambda: generate(here, Console())
        case ["init", "--yes"]:
            from cdgen.cli.init import init

            return lambda: init(here, Console(), yes=True)
    return None


def _silence_stdout() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
