"""Erlang: terms of configuration files, and code as tokens.

https://www.erlang.org/doc/system/data_types.html; a file of terms is a list of them, each ended by a dot.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Route
from cdgen.repo import Scope
from cdgen.repo.patterns import compiled
from cdgen.repo.variables import variable
from cdgen.stacks.tokens import Token, at, inside, split, tokens

LANGUAGE = (
    r"(?P<skip>\s+|%[^\n]*|\$(?:\\.|[^\\]))|(?P<string>\"(?s:(?:\\.|[^\"\\])*)\")"
    r"|(?P<atom>[a-z][\w@]*|'(?:\\.|[^'\\\n])*')|(?P<word>[A-Z_]\w*)|(?P<number>\d+(?:#\w+|\.\d+)?)"
    r"|(?P<mark><<|>>|->|<-|=>|:=|\|\||[^\s\w])"
)


class Term(NamedTuple):
    """`kind` is tuple, list, atom, string, number or other; `line` is where it begins."""

    kind: str
    text: str
    items: tuple[Term, ...]
    line: int

    def get(self, name: str) -> Term | None:
        """The value of `{name, value}` in a list."""
        return next((item.items[1] for item in self.items if len(item.items) > 1 and item.items[0].text == name), None)


def terms(text: str) -> tuple[Term, ...]:
    """The terms of a file."""
    found = tokens(text, LANGUAGE)
    return tuple(_term(part) for part in split(found, ".") if part)


def _term(part: tuple[Token, ...], depth: int = 0) -> Term:
    first = part[0]
    opened = first.kind == "mark" and first.text in "{[" or first.text == "<<"
    inner = inside(part, 0) if opened else ()
    if opened and len(inner) + 2 == len(part) and depth < 40:
        kind = {"{": "tuple", "[": "list"}.get(first.text, "string")
        if kind == "string":
            return Term("string", inner[0].text.strip('"') if len(inner) == 1 else "", (), first.line)
        return Term(kind, "", tuple(_term(each, depth + 1) for each in split(inner)), first.line)
    if len(part) == 1 and first.kind in ("atom", "string", "number"):
        return Term(first.kind, first.text.strip("'\""), (), first.line)
    return Term("other", " ".join(token.text for token in part[:8]), (), first.line)


class File(NamedTuple):
    path: str  # relative to the service
    tokens: tuple[Token, ...]


def files(scope: Scope) -> tuple[File, ...]:
    own = (
        path
        for path in scope.glob("**/*.erl")
        if not compiled(r"(?:^|/)(?:test|tests|_build|deps|examples?|_checkouts)/").search(path)
    )
    return tuple(File(path, tokens(scope.text(path) or "", LANGUAGE)) for path in own)


def listeners(scope: Scope, found: tuple[File, ...]) -> Iterator[Fact]:
    """`cowboy:start_clear(http, [{port, 8080}], ...)`, `elli:start_link([..., {port, 3000}])`, also as a child of a supervisor."""
    for file in found:
        for place, token in enumerate(file.tokens):
            known = at(file.tokens, place, "cowboy", ":", "start_clear") or at(file.tokens, place, "cowboy", ":", "start_http")
            known = known or at(file.tokens, place, "elli", ":", "start_link")
            if not known:
                continue
            source = scope.line(file.path, token.line)
            yield Fact(f.PROTOCOL, "http", source, Origin.CODE, Confidence.INFERRED, f"starts {token.text}")
            given = inside(file.tokens, place + 3)
            for inner in range(len(given) - 2):
                if at(given, inner, "port", ",") and given[inner + 2].kind == "number":
                    yield Fact(f.PORT, int(given[inner + 2].text), source, Origin.CODE, Confidence.DECLARED, f"starts {token.text}")


def environment(scope: Scope, found: tuple[File, ...]) -> Iterator[Fact]:
    """`os:getenv("PORT", "8080")`."""
    for file in found:
        for place, token in enumerate(file.tokens):
            if not at(file.tokens, place, "os", ":", "getenv"):
                continue
            given = split(inside(file.tokens, place + 3))
            if given and given[0][0].kind == "string":
                default = given[1][0].text.strip('"') if len(given) > 1 and given[1][0].kind == "string" else None
                value = variable(given[0][0].text.strip('"'), default)
                place_of = scope.line(file.path, token.line)
                yield Fact(f.ENV, value, place_of, Origin.CODE, Confidence.DECLARED, f"reads {value.name}")


def routes(scope: Scope, found: tuple[File, ...]) -> Iterator[Fact]:
    """`cowboy_router:compile([{'_', [{"/users/:id", handler, []}]}])`."""
    for file in found:
        for place in range(len(file.tokens)):
            if not at(file.tokens, place, "cowboy_router", ":", "compile"):
                continue
            given = inside(file.tokens, place + 3)
            for before, token, after in zip(given, given[1:], given[2:], strict=False):
                path = token.text.strip('"')
                if token.kind == "string" and before.text == "{" and after.text == "," and path.startswith("/"):
                    where = scope.line(file.path, token.line)
                    yield Fact(f.ROUTE, Route("*", path), where, Origin.CODE, Confidence.DECLARED, f"routes {path}")
