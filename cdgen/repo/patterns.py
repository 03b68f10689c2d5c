"""Patterns over paths and texts, made when they are first used."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Compile on first use: compiling at import is start-up time that most runs never need."""
    return re.compile(pattern)


@cache
def matcher(pattern: str) -> Callable[[str], bool]:
    """Whether a path matches. Most patterns are names and endings, which need no regular expression: compiling one is dear."""
    names: set[str] = set()
    tests: list[Callable[[str], object]] = []
    for each in _alternatives(pattern):
        tail = each.removeprefix("**/")
        if not _is_wild(each):
            names.add(each)
        elif each != tail and not _is_wild(tail):
            names.add(tail)
            tests.append(_ends(f"/{tail}"))
        elif each != tail and tail.startswith("*") and "/" not in tail and not _is_wild(tail[1:]):
            tests.append(_ends(tail[1:]))
        else:
            tests.append(re.compile(_expression(each)).match)
    return lambda path: path in names or any(test(path) for test in tests)


def _alternatives(pattern: str) -> list[str]:
    """The pattern once per choice of its braces."""
    start = pattern.find("{")
    end = pattern.find("}", start)
    if start < 0 or end < 0:
        return [pattern]
    rests = _alternatives(pattern[end + 1 :])
    return [pattern[:start] + choice + rest for choice in pattern[start + 1 : end].split(",") for rest in rests]


def _is_wild(text: str) -> bool:
    return "*" in text or "?" in text


def _ends(ending: str) -> Callable[[str], bool]:
    return lambda path: path.endswith(ending)


def _expression(pattern: str) -> str:
    out, index = "", 0
    while index < len(pattern):
        if pattern.startswith("**/", index):
            out, index = out + "(?:.*/)?", index + 3
            continue
        out += {"*": "[^/]*", "?": "[^/]"}.get(pattern[index], re.escape(pattern[index]))
        index += 1
    return out + r"\Z"
