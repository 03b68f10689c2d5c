"""Clojure's notation: project files, EDN and code as nested forms. Comments and discarded forms are gone.

https://clojure.org/reference/reader; tagged literals keep their value, reader conditionals all of their branches.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cdgen.repo.patterns import compiled

LONGEST = 512 * 1024  # characters of one file; what is longer was generated
FORMS = (
    r'(?P<space>[\s,]+|;[^\n]*|#!.*)|(?P<string>\#?"(?:\\.|[^"\\])*")|(?P<char>\\(?:\w+|.))|(?P<discard>\#_)'
    r"|(?P<mark>\#\?@?|\#'|~@|['`~@^]|\#(?=[\w(]))|(?P<open>\#?\{|[(\[])|(?P<close>[)\]}])|(?P<atom>[^\s,;\"()\[\]{}`~@^]+)"
)
OPENERS = {"(": "list", "[": "vector", "{": "map", "#{": "set"}


class Form(NamedTuple):
    """`kind` is list, vector, map, set, string, keyword, number or symbol; `text` is empty for the first four."""

    kind: str
    text: str
    items: tuple[Form, ...]
    line: int

    @property
    def head(self) -> str:
        """The name of what a list calls, without its namespace."""
        first = self.items[0] if self.kind == "list" and self.items else None
        return first.text.rpartition("/")[2] or first.text if first is not None and first.kind == "symbol" else ""

    def get(self, *names: str) -> Form | None:
        """The value of the first keyword of these in a map, or in a list of keywords and values. Namespaces do not count."""
        for name, value in zip(self.items, self.items[1:], strict=False):
            if name.kind == "keyword" and name.text.lstrip(":").rpartition("/")[2] in names:
                return value
        return None

    def walk(self) -> Iterator[Form]:
        """This form and all inside, in the order of the file."""
        pending = [self]
        while pending:
            form = pending.pop()
            yield form
            pending.extend(reversed(form.items))


def read(text: str) -> tuple[Form, ...]:
    """The forms of a file. What is left open at the end is closed there; a bracket that closes nothing is left out."""
    stack: list[tuple[str, int, list[Form]]] = [("", 1, [])]
    skip: list[tuple[int, int]] = []  # (depth, how many forms there stood before `#_`)
    line = 1
    for match in compiled(FORMS).finditer(text[:LONGEST]):
        kind, shown = match.lastgroup or "", match.group()
        if kind == "discard":
            skip.append((len(stack), len(stack[-1][2])))
        elif kind == "open":
            stack.append((OPENERS[shown], line, []))
        elif kind == "close" and len(stack) > 1:
            _close(stack)
        elif kind in ("string", "atom"):
            stack[-1][2].append(_plain(kind, shown, line))
        while skip and skip[-1][0] == len(stack) and len(stack[-1][2]) > skip[-1][1]:
            del stack[-1][2][skip.pop()[1]]
        line += shown.count("\n")
    while len(stack) > 1:
        _close(stack)
    return tuple(stack[0][2])


def _close(stack: list[tuple[str, int, list[Form]]]) -> None:
    kind, line, items = stack.pop()
    stack[-1][2].append(Form(kind, "", tuple(items), line))


def _plain(kind: str, shown: str, line: int) -> Form:
    if kind == "string":
        return Form("string", compiled(r"\\(.)").sub(r"\1", shown.lstrip("#")[1:-1]), (), line)
    if shown[0] == ":":
        return Form("keyword", shown, (), line)
    number = compiled(r"[+-]?\d").match(shown)
    return Form("number" if number else "symbol", shown, (), line)
