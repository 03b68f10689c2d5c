"""Exceptions of `cdgen.yaml` as of a day: which have ended, which were never allowed to last that long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from cdgen.model.config import ExceptionEntry
from cdgen.model.finding import Finding, Severity

LONGEST = timedelta(days=90)  # an exception is a loan, not a gift
CONFIG = "cdgen.yaml"


def ended(exceptions: tuple[ExceptionEntry, ...], today: date) -> Iterator[Finding]:
    """One error per exception that is over or ends too far ahead. Generation never reads the clock; the check does."""
    for entry in exceptions:
        end = date.fromisoformat(entry.until)
        if end < today:
            yield _finding("expired-exception", f"the exception from {entry.rule} ended on {entry.until}", entry)
        elif end > today + LONGEST:
            message = f"the exception from {entry.rule} ends on {entry.until}, more than 90 days ahead"
            yield _finding("long-exception", message, entry)


def _finding(rule: str, message: str, entry: ExceptionEntry) -> Finding:
    return Finding(
        rule, Severity.ERROR, message, CONFIG, entry.line, why=f"{entry.owner} asked for it: {entry.reason}",
        fix="needs a person", alternative="repair what was waived and drop the entry, or agree on a new end",
    )  # fmt: skip
