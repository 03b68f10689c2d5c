"""One type for every problem that is shown to a person: configuration, policy, drift."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Finding(NamedTuple):
    """`fix` is a command that repairs it, or the words "needs a person". Line and column are 1-based, 0: the file as a whole."""

    rule: str
    severity: Severity
    message: str
    path: str = ""
    line: int = 0
    column: int = 0
    end_column: int = 0
    why: str = ""
    fix: str = "needs a person"
    alternative: str = ""  # the `or:` line: an exception, an override
