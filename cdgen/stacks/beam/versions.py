"""Which Elixir a project asks for, in every place that says so."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.errors import InputError
from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source, Version
from cdgen.repo.patterns import compiled
from cdgen.stacks.beam.code import Code

ASDF = ".tool-versions"
MISE = ("mise.toml", ".mise.toml")
EXENV = (".elixir-version", ".exenv-version")
HEROKU = "elixir_buildpack.config"  # `elixir_version=1.14.5` (https://github.com/HashNuke/heroku-buildpack-elixir)
NUMBER = r"\d+(?:\.\d+)*(?:-rc\.\d+)?"


def facts(code: Code) -> Iterator[Fact]:
    asked = code.project.text("elixir")
    if asked:
        place = code.project.source("elixir")
        yield Fact(f.LANGUAGE_VERSION, Version(asked), place, Origin.MANIFEST, Confidence.DECLARED, "elixir of mix.exs")
    for version, place in (*_asdf(code), *_mise(code), *_files(code)):
        yield Fact(f.LANGUAGE_VERSION, Version(version), place, Origin.VERSION_FILE, Confidence.DECLARED, place.path)


def _nearest(code: Code, name: str) -> str | None:
    """The file beside mix.exs, else the nearest above."""
    own = code.scope.path(name)
    return own if code.repo.has(own) else next(iter(code.scope.above(name)), None)


def _asdf(code: Code) -> Iterator[tuple[str, Source]]:
    path = _nearest(code, ASDF)
    for number, row in enumerate(code.repo.lines(path) if path else (), 1):
        found = compiled(rf"^elixir\s+({NUMBER})(?:-otp-\d+)?\b").match(row)
        if path and found:
            yield found.group(1), Source(path, number)


def _mise(code: Code) -> Iterator[tuple[str, Source]]:
    for name in MISE:
        path = _nearest(code, name)
        tools = _tools(code, path) if path else None
        told = tools.get("elixir") if isinstance(tools, dict) else None
        told = told.get("version") if isinstance(told, dict) else told
        found = compiled(rf"^({NUMBER})(?:-otp-\d+)?$").match(str(told)) if told else None
        if path and found:
            yield found.group(1), code.repo.source(path, r"^\s*[\"']?elixir\b")


def _tools(code: Code, path: str) -> object:
    try:
        return (code.repo.toml(path) or {}).get("tools")
    except InputError:  # whoever runs mise says so
        return None


def _files(code: Code) -> Iterator[tuple[str, Source]]:
    for name in EXENV:
        path = _nearest(code, name)
        found = compiled(rf"^\s*({NUMBER})").match(code.repo.text(path) or "") if path else None
        if path and found:
            yield found.group(1), Source(path, 1)
    path = code.scope.path(HEROKU)
    for number, row in enumerate(code.repo.lines(path), 1):
        found = compiled(rf"^\s*elixir_version\s*=\s*\(?v?({NUMBER})").match(row)
        if found:
            yield found.group(1), Source(path, number)
