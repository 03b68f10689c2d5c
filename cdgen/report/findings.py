"""Findings and errors for people: what, where, why, and the command that repairs it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cdgen.errors import CdgenError
from cdgen.model.finding import Finding, Severity
from cdgen.report.console import Console

COLORS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "blue"}
FORMAT = 1
Lines = Callable[[str], list[str]]  # path -> its lines, [] when it cannot be read


def show(findings: tuple[Finding, ...], console: Console, lines: Lines) -> None:
    """Every finding with its source line and a caret."""
    for finding in findings:
        for line in _shape(finding, console, lines):
            console.result(line)
        console.result()


def _shape(finding: Finding, console: Console, lines: Lines) -> list[str]:
    color = COLORS[finding.severity]
    head = console.style(f"{finding.severity.value}[{finding.rule}]", color, "bold")
    shown = [f"{head}: {finding.message}"]
    if finding.path:
        shown.append(f"  {console.style('-->', 'blue')} {place(finding)}")
    if finding.line and finding.column:
        shown += _excerpt(finding, console, lines(finding.path), color)
    if finding.why:
        shown.append(f"   = why: {finding.why}")
    shown.append(f"   = fix: {finding.fix}")
    if finding.alternative:
        shown.append(f"   = or:  {finding.alternative}")
    return shown


def place(finding: Finding) -> str:
    parts = [finding.path, *(str(number) for number in (finding.line, finding.column) if number)]
    return ":".join(parts)


def _excerpt(finding: Finding, console: Console, lines: list[str], color: str) -> list[str]:
    if finding.line > len(lines):
        return []
    text = lines[finding.line - 1].expandtabs(1)[:160]
    margin = " " * len(str(finding.line))
    end = min(finding.end_column or len(text) + 1, len(text) + 1)
    width = max(1, end - finding.column)
    caret = " " * (finding.column - 1) + console.style("^" * width, color)
    return [f"{finding.line} | {text}", f"{margin} | {caret}"]


def closing(findings: tuple[Finding, ...]) -> str:
    """`1 error, 2 notes`."""
    counts = [(severity.value, sum(finding.severity is severity for finding in findings)) for severity in Severity]
    return ", ".join(f"{number} {name}{'s' if number > 1 else ''}" for name, number in counts if number) or "no findings"


def to_json(findings: tuple[Finding, ...]) -> dict[str, Any]:
    rows = [
        {name: (value.value if isinstance(value, Severity) else value) for name, value in each._asdict().items()}
        for each in findings
    ]
    return {"format": FORMAT, "findings": rows}


def show_error(error: CdgenError, console: Console) -> None:
    """One error: what is wrong, where, and the next step."""
    console.error(f"{console.style('error', 'red', 'bold')}: {error.message}")
    if error.where:
        console.error(f"  --> {error.where}")
    if error.hint:
        console.error(f"   = next: {error.hint}")


def exit_code(findings: tuple[Finding, ...], fail_on: Severity) -> int:
    """1 when a finding is at least as severe as `fail_on`."""
    order = list(Severity)
    return int(any(order.index(finding.severity) <= order.index(fail_on) for finding in findings))
