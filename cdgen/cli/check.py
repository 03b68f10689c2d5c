"""`cdgen check`: is the road still true? Quick, staged or full."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from cdgen import app
from cdgen.cli.state import State, read
from cdgen.errors import CdgenError, InputError, NotAGitRepositoryError, UsageError
from cdgen.model.finding import Finding, Severity
from cdgen.model.output import ChangeKind
from cdgen.output.drift import findings as drift
from cdgen.output.exceptions import ended
from cdgen.output.write import is_lock_current
from cdgen.policies import apply_policies
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
    found = (*ended(state.generation.plan.config.exceptions, _day(today)), *_findings(state))
    repo = state.generation.inspection.repo
    if output_format == "json":
        return _say("", found, console, output_format, exit_code(found, Severity(fail_on)))
    show(found, console, repo.lines)
    files = len(state.changes)
    summary = f"cdgen check: {files} files are true" if not found else f"{closing(found)} · nothing was changed"
    return _say(summary, found, console, output_format, exit_code(found, Severity(fail_on)))


def _state(directory: Path) -> State:
    inspection = app.inspect(directory, whole=True)
    if not inspection.repo.is_git:
        raise NotAGitRepositoryError(f"{directory.resolve()} is not inside a git repository", where=str(directory), hint="git init")
    if inspection.config.path is None:
        raise InputError(
            "there is no cdgen.yaml: this repository has no road yet", where=str(inspection.repo.root), hint="cdgen init"
        )
    return read(app.generate(inspection))


def _findings(state: State) -> tuple[Finding, ...]:
    """Drift of every file; and what the policies mind in the files as they stand, so that an edit is judged by its meaning."""
    root = state.generation.inspection.repo.root
    current = is_lock_current(root, state.changes, state.inputs, state.lock)
    return (*drift(state.changes, state.lock, is_lock_current=current), *_policies(state))


def _policies(state: State) -> tuple[Finding, ...]:
    edited = {
        change.path: change.disk.decode("utf-8", "replace")
        for change in state.changes
        if change.kind is ChangeKind.EDITED and change.disk is not None
    }
    if not edited:
        return state.generation.findings
    files = tuple(file._replace(text=edited.get(file.path, file.text)) for file in state.generation.files)
    try:
        return tuple(_repairable(each, edited) for each in apply_policies(state.generation.plan, files))
    except CdgenError:  # the edit is no longer YAML: that it was edited is finding enough
        return state.generation.findings


def _repairable(finding: Finding, edited: Mapping[str, str]) -> Finding:
    """What an edit broke is repaired by taking it back, or by an exception that ends."""
    if finding.path not in edited:
        return finding
    entry = f"{{rule: {finding.rule}, path: {finding.path}, reason: …, owner: …, until: …}}"
    return finding._replace(fix=f"cdgen generate --force {finding.path}", alternative=f"cdgen.yaml  exceptions: [{entry}]")


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
