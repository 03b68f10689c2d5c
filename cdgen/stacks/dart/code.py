"""Dart code as tokens: imports, listeners, routes, environment variables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Route, Source
from cdgen.repo import Scope
from cdgen.repo.variables import variable
from cdgen.stacks.tokens import Token, at, inside, split, tokens

LANGUAGE = (
    r"(?P<skip>\s+|//[^\n]*|/\*(?s:.*?)\*/)"
    r"|(?P<string>r?'''(?s:(?:\\.|[^$\\])*?)'''|r?\"\"\"(?s:(?:\\.|[^$\\])*?)\"\"\"|r'[^'\n]*'|r\"[^\"\n]*\""
    r"|'(?:\\.|[^'\\$\n])*'|\"(?:\\.|[^\"\\$\n])*\")"
    r"|(?P<template>'''(?s:.*?)'''|\"\"\"(?s:.*?)\"\"\"|'(?:\\.|\$\{[^}\n]*\}|[^'\\\n])*'|\"(?:\\.|\$\{[^}\n]*\}|[^\"\\\n])*\")"
    r"|(?P<number>\d[\w.]*)|(?P<word>[A-Za-z_$][\w$]*)|(?P<mark>\?\?|\.\.|=>|[^\s\w])"
)
VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "all", "mount"})
SUPPORT = frozenset({"test", "integration_test", "example", "tool", "build", ".dart_tool", "android", "ios"})


class File(NamedTuple):
    path: str  # relative to the service
    tokens: tuple[Token, ...]

    @property
    def imports(self) -> frozenset[str]:
        """Names of the packages that it imports."""
        texts = (
            second.text.strip("'\"") for first, second in zip(self.tokens, self.tokens[1:], strict=False) if first.text == "import"
        )
        return frozenset(text.removeprefix("package:").partition("/")[0] for text in texts if text.startswith("package:"))


def files(scope: Scope) -> tuple[File, ...]:
    """Without tests, examples and generated code."""
    own = (path for path in scope.glob("**/*.dart") if SUPPORT.isdisjoint(path.split("/")[:-1]))
    return tuple(
        File(path, tokens(scope.text(path) or "", LANGUAGE)) for path in own if not path.endswith((".g.dart", ".freezed.dart"))
    )


def ports(scope: Scope, found: tuple[File, ...]) -> Iterator[Fact]:
    """`serve(handler, address, port)` of shelf, `HttpServer.bind(address, port)`, `server.serve(port: 50051)` of grpc."""
    for file in found:
        for place, token in enumerate(file.tokens):
            named = token.text in ("serve", "bind") and token.kind == "word" and at(file.tokens, place + 1, "(")
            if not named or place and file.tokens[place - 1].text in ("void", "Future", ">"):
                continue
            given = split(inside(file.tokens, place + 1))
            protocol = "grpc" if "grpc" in file.imports and token.text == "serve" else "http"
            if protocol == "http" and not _serves_http(file, place, given):
                continue
            source = scope.line(file.path, token.line)
            yield Fact(f.PROTOCOL, protocol, source, Origin.CODE, Confidence.INFERRED, f"serves {protocol}")
            number, sure = _port(file, given, protocol)
            if number:
                yield Fact(f.PORT, number, source, Origin.CODE, sure, "listens")


def _serves_http(file: File, place: int, given: list[tuple[Token, ...]]) -> bool:
    if file.tokens[place].text == "bind":
        return place > 1 and file.tokens[place - 2].text == "HttpServer"
    return "shelf" in file.imports and len(given) >= 3


def _port(file: File, given: list[tuple[Token, ...]], protocol: str) -> tuple[int | None, Confidence]:
    if protocol == "grpc":
        named = next((part[2:] for part in given if at(part, 0, "port", ":")), ())
    else:
        positional = [part for part in given if not (len(part) > 1 and part[1].text == ":")]
        named = positional[-1] if len(positional) > 1 else ()
    return _number(file, named)


def _number(file: File, expression: tuple[Token, ...], depth: int = 0) -> tuple[int | None, Confidence]:
    """A literal is certain; what stands behind `??` is the answer when the environment has none."""
    texts = [token.text for token in expression]
    if len(expression) == 1 and expression[0].kind == "number" and texts[0].isdigit():
        return int(texts[0]), Confidence.DECLARED
    if "??" in texts:
        rest = [token.text.strip("'\"") for token in expression[texts.index("??") + 1 :]]
        default = next((text for text in rest if text.isdigit()), None)
        return (int(default), Confidence.INFERRED) if default else (None, Confidence.INFERRED)
    if len(expression) == 1 and expression[0].kind == "word" and depth < 3:
        for place, token in enumerate(file.tokens):
            if token.text == texts[0] and at(file.tokens, place + 1, "="):
                end = next((n for n in range(place, len(file.tokens)) if file.tokens[n].text == ";"), place)
                return _number(file, file.tokens[place + 2 : end], depth + 1)
    return None, Confidence.INFERRED


def environment(scope: Scope, found: tuple[File, ...]) -> Iterator[Fact]:
    """`Platform.environment['PORT'] ?? '8080'`."""
    for file in found:
        for place, token in enumerate(file.tokens):
            if token.text != "environment" or not at(file.tokens, place - 2, "Platform", "."):
                continue
            start = place + 2 if at(file.tokens, place + 1, "!") else place + 1
            key = inside(file.tokens, start)
            if not at(file.tokens, start, "[") or len(key) != 1 or key[0].kind != "string":
                continue
            after = file.tokens[start + 3 : start + 5]
            default = after[1].text.strip("'\"") if at(after, 0, "??") and after[1].kind in ("string", "number") else None
            required = at(after, 0, "!") or at(after, 0, "??", "throw")
            value = variable(key[0].text.strip("'\""), default, required=required)
            yield Fact(f.ENV, value, scope.line(file.path, token.line), Origin.CODE, Confidence.DECLARED, f"reads {value.name}")


def routes(scope: Scope, found: tuple[File, ...]) -> Iterator[Fact]:
    """shelf_router: `..get('/users/<id>', handler)`, `@Route.get('/users')`; Dart Frog: a file of `routes/` for each path."""
    for file in found:
        if "shelf_router" in file.imports:
            for place, token in enumerate(file.tokens):
                before = file.tokens[place - 1].text if place else ""
                if token.text in VERBS and before in ("..", ".") and at(file.tokens, place + 1, "("):
                    first = file.tokens[place + 2] if len(file.tokens) > place + 2 else token
                    if first.kind == "string" and first.text.strip("'\"").startswith("/"):
                        method = "*" if token.text in ("all", "mount") else token.text.upper()
                        yield _route(scope, method, first.text.strip("'\""), file.path, token.line)
        if file.path.startswith("routes/") and "dart_frog" in file.imports and not file.path.endswith("_middleware.dart"):
            yield _route(scope, "*", _frog(file.path), file.path, 1)


def _frog(path: str) -> str:
    parts = path.removeprefix("routes/").removesuffix(".dart").split("/")
    parts = parts[:-1] if parts[-1] == "index" else parts
    return "/" + "/".join(f"<{part[1:-1]}>" if part.startswith("[") else part for part in parts)


def _route(scope: Scope, method: str, path: str, file: str, line: int) -> Fact:
    place: Source = scope.line(file, line)
    return Fact(f.ROUTE, Route(method, path), place, Origin.CODE, Confidence.DECLARED, f"routes {path}")
