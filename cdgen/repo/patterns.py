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
    below: dict[str, list[str]] = {}  # ending -> folders of the root, or "" for all, in which it is looked for
    expressions: list[str] = []
    for each in _alternatives(pattern):
        folder, anywhere, tail = each.rpartition("**/")
        if not _is_wild(each):
            names.add(each)
        elif not folder and anywhere and not _is_wild(tail):
            names.add(tail)
            below.setdefault(f"/{tail}", []).append("")
        elif anywhere and not _is_wild(folder) and tail.startswith("*") and "/" not in tail and not _is_wild(tail[1:]):
            below.setdefault(tail[1:], []).append(folder)
        else:
            expressions.append(_expression(each))
    tests = [_below(ending, tuple(folders)) for ending, folders in below.items()]
    if expressions:
        tests.append(re.compile("|".join(expressions)).match)
    return lambda path: path in names or any(test(path) for test in tests)


@cache
def plain_names(pattern: str) -> tuple[str, ...]:
    """The paths that a pattern without wildcards stands for, sorted: they need no look at every file. Empty when it has some."""
    return () if _is_wild(pattern) else tuple(sorted(set(_alternatives(pattern))))


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


def _below(ending: str, folders: tuple[str, ...]) -> Callable[[str], object]:
    return lambda path: path.endswith(ending) and path.startswith(folders)


def _expression(pattern: str) -> str:
    out, index = "", 0
    while index < len(pattern):
        if pattern.startswith("**/", index):
            out, index = out + "(?:.*/)?", index + 3
            continue
        out += {"*": "[^/]*", "?": "[^/]"}.get(pattern[index], re.escape(pattern[index]))
        index += 1
    return out + r"\Z"
