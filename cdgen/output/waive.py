"""Exceptions of `cdgen.yaml` meet findings: what is waived until when, and which waiver has ended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from cdgen.model.config import ExceptionEntry
from cdgen.model.finding import Finding, Severity

LONGEST = timedelta(days=90)  # docs/decisions: an exception is a loan, not a gift
CONFIG = "cdgen.yaml"


def judge(findings: tuple[Finding, ...], exceptions: tuple[ExceptionEntry, ...], today: date) -> tuple[Finding, ...]:
    """Findings as of a day: a waived one becomes a note that names its end; an exception that ended or is too long is an error."""
    return (*_of_exceptions(exceptions, today), *(_waived(finding, exceptions, today) for finding in findings))


def _waived(finding: Finding, exceptions: tuple[ExceptionEntry, ...], today: date) -> Finding:
    for entry in exceptions:
        if entry.rule == finding.rule and _covers(entry.path, finding.path) and date.fromisoformat(entry.until) >= today:
            return finding._replace(
                severity=Severity.NOTE, message=f"{finding.message} (waived until {entry.until} by {entry.owner}: {entry.reason})"
            )
    return finding


def _covers(path: str, of: str) -> bool:
    plain = path.rstrip("/")
    return of == plain or of.startswith(plain + "/")


def _of_exceptions(exceptions: tuple[ExceptionEntry, ...], today: date) -> Iterator[Finding]:
    for entry in exceptions:
        end = date.fromisoformat(entry.until)
        if end < today:
            yield _finding("expired-exception", f"the exception from {entry.rule} ended on {entry.until}", entry)
        elif end > today + LONGEST:
            yield _finding(
                "long-exception", f"the exception from {entry.rule} ends on {entry.until}, more than 90 days ahead", entry
            )


def _finding(rule: str, message: str, entry: ExceptionEntry) -> Finding:
    return Finding(
        rule, Severity.ERROR, message, CONFIG, entry.line, why=f"{entry.owner} asked for it: {entry.reason}",
        fix="needs a person", alternative="repair what was waived and drop the entry, or agree on a new end",
    )  # fmt: skip
