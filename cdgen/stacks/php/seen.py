"""A route where it stands in the code."""

from __future__ import annotations

from typing import NamedTuple


class Seen(NamedTuple):
    method: str
    path: str
    file: str  # relative to the service
    line: int


def join(prefix: str, path: str) -> str:
    """Two parts of a path with one slash between them, and one before them."""
    outer, inner = prefix.strip("/"), path.strip("/")
    return "/" + "/".join(part for part in (outer, inner) if part)
