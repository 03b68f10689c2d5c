"""The shape of a file that people write: one table, from which validation, JSON schema and reference page are made."""

from __future__ import annotations

from typing import Any, NamedTuple


class Field(NamedTuple):
    """One key. `kind`: text, date, integer, number, boolean, list or map (of text), table with `fields`; `many`: a list of them.

    `fact` is the key that the field settles.
    """

    name: str
    kind: str
    what: str
    example: Any
    pattern: str = ""
    says: str = ""  # the pattern in words
    allowed: tuple[str, ...] = ()
    least: int = 0
    most: int = 0
    required: bool = False
    many: bool = False
    fields: tuple[Field, ...] = ()
    fact: str = ""
