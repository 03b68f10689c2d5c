"""Source code as words, numbers, texts and marks, for languages without a grammar on PyPI: comments are gone, texts are whole.

A language is one regular expression with groups of these names; `skip` is what stands between.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from cdgen.repo.patterns import compiled

MOST = 100_000  # tokens of one file: what has more was not written by a person
OPENERS = {"(": ")", "[": "]", "{": "}", "<<": ">>"}


class Token(NamedTuple):
    """`kind` is word, atom, number, string, template (a text that computes a part of itself) or mark."""

    kind: str
    text: str
    line: int


def tokens(source: str, language: str) -> tuple[Token, ...]:
    return tuple(islice(_tokens(source, language), MOST))


def _tokens(source: str, language: str) -> Iterator[Token]:
    line, seen = 1, 0
    for match in compiled(language).finditer(source):
        line += source.count("\n", seen, match.start())
        seen = match.start()
        kind = match.lastgroup or "skip"
        if kind != "skip":
            yield Token(kind, match.group(kind), line)


def unquoted(token: Token, marks: str = "\"'") -> str:
    """The text between the quotes."""
    return token.text.strip(marks)


def inside(found: tuple[Token, ...], start: int) -> tuple[Token, ...]:
    """The tokens between the bracket at a place and the one that closes it; nothing when there is no bracket."""
    if start >= len(found) or found[start].text not in OPENERS:
        return ()
    depth = 0
    for place in range(start, len(found)):
        text = found[place].text if found[place].kind == "mark" else ""
        depth += (text in OPENERS) - (text in OPENERS.values())
        if depth == 0:
            return found[start + 1 : place]
    return found[start + 1 :]


def split(found: tuple[Token, ...], mark: str = ",") -> list[tuple[Token, ...]]:
    """The parts between marks that stand in no bracket."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in found:
        text = token.text if token.kind == "mark" else ""
        depth += (text in OPENERS) - (text in OPENERS.values())
        if text == mark and depth == 0:
            parts.append([])
        else:
            parts[-1].append(token)
    return [tuple(part) for part in parts if part]


def at(found: tuple[Token, ...], place: int, *texts: str) -> bool:
    """Whether these texts stand at a place, one after another."""
    return [token.text for token in found[place : place + len(texts)]] == list(texts)
