"""Code of a language without a grammar here: read by expressions of its own, but never inside a comment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from re import Match
from typing import NamedTuple

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source, Version
from cdgen.repo import Repo, Scope
from cdgen.repo.patterns import compiled
from cdgen.repo.variables import variable
from cdgen.stacks.base import matches

C_LIKE = r'"(?:\\.|[^"\\\n])*"|//[^\n]*|/\*[\s\S]*?\*/'
SLASHES = r'"(?:\\.|[^"\\\n])*"|//[^\n]*'
HASH = r'"(?:\\.|[^"\\\n])*"|#(?!\{)[^\n]*'
QUOTED = r'"(?:\\.|[^"\\\n])*"'
LONGEST = 512 * 1024  # characters; what is longer was generated
LOOPBACK = r"^(?:127\.|localhost|\[?::1)"


class Code(NamedTuple):
    """A file without its comments: every other character stands where it stood. `path` is the repository's."""

    path: str
    text: str

    def source(self, position: int) -> Source:
        return Source(self.path, self.text.count("\n", 0, position) + 1)


class Opens(NamedTuple):
    """An expression of code that opens a port: group `port` is a number or a name, group `host` the address, where there is one."""

    pattern: str
    speaks: str  # http, grpc, or empty


def read(repo: Repo, path: str, comments: str) -> Code:
    text = repo.text(path) or ""
    return Code(path, "" if len(text) > LONGEST else compiled(comments).sub(_blank, text))


def _blank(match: Match[str]) -> str:
    shown = match.group()
    return shown if shown.startswith('"') else compiled(r"[^\n]").sub(" ", shown)


def ports(files: Iterable[Code], opens: tuple[Opens, ...], definitions: str) -> Iterator[tuple[int, Source, Confidence, str]]:
    """(port, place, how sure, what is spoken). A name is worth the number it is defined as: `definitions` has `%s` for it."""
    files = tuple(files)
    for file in files:
        for each in opens:
            for match in matches(each.pattern, file.text):
                told = match.groupdict()
                sure = Confidence.INFERRED if compiled(LOOPBACK).match(told.get("host") or "") else Confidence.DECLARED
                for port, place, known in _worth(told["port"] or "", match.start("port"), file, files, definitions):
                    yield port, place, min(sure, known), each.speaks


def _worth(
    shown: str, position: int, file: Code, files: tuple[Code, ...], definitions: str
) -> Iterator[tuple[int, Source, Confidence]]:
    number = compiled(r"(?<!\d)\d{2,5}(?=\"?\Z)").search(shown)
    if number:
        if 0 < int(number.group()) < 65536:
            sure = Confidence.DECLARED if shown.strip('":').isdigit() or ":" in shown else Confidence.INFERRED
            yield int(number.group()), file.source(position), sure
        return
    name = compiled(r"(\w+)\W*\Z").search(shown)
    if name is None:
        return
    for other in (file, *(each for each in files if each is not file)):
        for match in matches(definitions.replace("%s", name.group(1)), other.text):
            if 0 < int(match.group(1)) < 65536:
                yield int(match.group(1)), other.source(match.start(1)), Confidence.INFERRED
                return


def environment(files: Iterable[Code], pattern: str) -> Iterator[Fact]:
    """ENV for every match; group `name` is the variable, group `default` what it is worth otherwise."""
    for file in files:
        for match in matches(pattern, file.text):
            value = variable(match["name"], match.groupdict().get("default"), required=False)
            yield Fact(f.ENV, value, file.source(match.start("name")), Origin.CODE, Confidence.DECLARED, f"reads {match['name']}")


def unquoted(files: Iterable[Code]) -> tuple[Code, ...]:
    """The same code with nothing in its quotes."""
    return tuple(
        file._replace(text=compiled(QUOTED).sub(lambda match: '"' + " " * (len(match.group()) - 2) + '"', file.text))
        for file in files
    )


def first(files: Iterable[Code], pattern: str) -> Source | None:
    for file in files:
        found = compiled(pattern).search(file.text)
        if found:
            return file.source(found.start())
    return None


def version_files(scope: Scope, tool: str, *names: str) -> Iterator[Fact]:
    """LANGUAGE_VERSION from files that hold nothing but a version, and from those of asdf and mise."""
    for name in names:
        text = (scope.text(name) or "").strip()
        found = compiled(r"\d+(?:\.\d+)*").match(text)
        if found:
            yield _version(found.group(), scope.line(name, 1), name)
    for name, pattern in ((".tool-versions", rf"(?m)^{tool}\s+(\d[\w.]*)"), ("mise.toml", rf'(?m)^{tool}\s*=\s*"(\d[\w.]*)"')):
        for path, line, match in scope.search((name,), pattern):
            yield _version(match.group(1), scope.line(path, line), name)


def _version(text: str, source: Source, name: str) -> Fact:
    return Fact(f.LANGUAGE_VERSION, Version(text), source, Origin.VERSION_FILE, Confidence.DECLARED, name)


def port_facts(found: Iterable[tuple[int, Source, Confidence, str]]) -> Iterator[Fact]:
    for port, place, sure, speaks in found:
        yield Fact(f.PORT, port, place, Origin.CODE, sure, f"serves {speaks}" if speaks else "listens")
