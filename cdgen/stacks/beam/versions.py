"""Which Elixir a project asks for, in every place that says so."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source, Version
from cdgen.repo.patterns import compiled
from cdgen.stacks.beam.code import Code
from cdgen.stacks.version_managers import managed

EXENV = (".elixir-version", ".exenv-version")
HEROKU = "elixir_buildpack.config"  # `elixir_version=1.14.5` (https://github.com/HashNuke/heroku-buildpack-elixir)
NUMBER = r"\d+(?:\.\d+)*(?:-rc\.\d+)?"


def facts(code: Code) -> Iterator[Fact]:
    asked = code.project.text("elixir")
    if asked:
        place = code.project.source("elixir")
        yield Fact(f.LANGUAGE_VERSION, Version(asked), place, Origin.MANIFEST, Confidence.DECLARED, "elixir of mix.exs")
    for version, place in (*_managed(code), *_files(code)):
        yield Fact(f.LANGUAGE_VERSION, Version(version), place, Origin.VERSION_FILE, Confidence.DECLARED, place.path)


def _nearest(code: Code, name: str) -> str | None:
    """The file beside mix.exs, else the nearest above."""
    own = code.scope.path(name)
    return own if code.repo.has(own) else next(iter(code.scope.above(name)), None)


def _managed(code: Code) -> Iterator[tuple[str, Source]]:
    """asdf and mise name the OTP that it was compiled with behind the version: `1.17.2-otp-27`."""
    for told, place in managed(code.scope, "elixir"):
        found = compiled(NUMBER).match(told)
        if found:
            yield found.group(), place


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
