"""`cdgen check`: is the road still true? Quick, staged or full."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from cdgen import app
from cdgen.cli.state import State, read
from cdgen.errors import InputError, NotAGitRepositoryError, UsageError
from cdgen.model.finding import Finding, Severity
from cdgen.output.drift import findings as drift
from cdgen.output.waive import judge
from cdgen.output.write import is_lock_current
from cdgen.report.console import Console
from cdgen.report.findings import closing, exit_code, show, to_json


def check(
    directory: Path,
    console: Console,
    *,
    full: bool = False,
    staged: bool = False,
    output_format: str = "text",
    fail_on: str = "error",
    today: str | None = None,
) -> int:
    """1 when the road is no longer true. Without `full`, generation runs only to explain what the digests found wrong."""
    if staged:
        from cdgen.cli.staged import staged_copy

        with staged_copy(directory) as copy:
            return check(copy, console, full=full, output_format=output_format, fail_on=fail_on, today=today)
    if not full:
        from cdgen.front import quick

        answer = quick(directory, today)
        if answer is not None:
            return _say(answer, (), console, output_format)
    state = _state(directory)
    found = judge(_findings(state), state.generation.plan.config.exceptions, _day(today))
    repo = state.generation.inspection.repo
    if output_format == "json":
        return _say("", found, console, output_format, exit_code(found, Severity(fail_on)))
    show(found, console, repo.lines)
    files = len(state.changes)
    summary = f"cdgen check: {files} files are true" if not found else f"{closing(found)} · nothing was changed"
    return _say(summary, found, console, output_format, exit_code(found, Severity(fail_on)))


def _state(directory: Path) -> State:
    inspection = app.inspect(directory)
    if not inspection.repo.is_git:
        raise NotAGitRepositoryError(f"{directory.resolve()} is not inside a git repository", where=str(directory), hint="git init")
    if inspection.config.path is None:
        raise InputError(
            "there is no cdgen.yaml: this repository has no road yet", where=str(inspection.repo.root), hint="cdgen init"
        )
    return read(app.generate(inspection))


def _findings(state: State) -> tuple[Finding, ...]:
    root = state.generation.inspection.repo.root
    current = is_lock_current(root, state.changes, state.inputs, state.lock)
    return (*drift(state.changes, state.lock, is_lock_current=current), *state.generation.findings)


def _day(text: str | None) -> date:
    if text is None:
        return datetime.now(UTC).date()
    try:
        return date.fromisoformat(text)
    except ValueError as problem:
        raise UsageError(f"--today {text} is not a day, YYYY-MM-DD") from problem


def _say(summary: str, found: tuple[Finding, ...], console: Console, output_format: str, code: int = 0) -> int:
    if output_format == "json":
        import json

        console.result(json.dumps(to_json(found), indent=2))
    else:
        console.say(summary)
    return code
