"""Environment variables that a JVM program reads, in code and through its configuration."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source
from cdgen.repo.variables import variable
from cdgen.stacks.base import MOST_MATCHES, matches
from cdgen.stacks.jvm.settings import Settings
from cdgen.stacks.jvm.sources import Code

GETENV = (
    r'\bgetenv\(\s*"(?P<name>[A-Z][A-Z0-9_]{1,60})"\s*\)(?:\s*\?:\s*"(?P<elvis>[^"\n]*)"|[^;\n]*?\.orElse\(\s*"(?P<or>[^"\n]*)")?'
    r'|\bgetenv\(\)\s*\.\s*(?:getOrDefault|get)\(\s*"(?P<key>[A-Z][A-Z0-9_]{1,60})"(?:\s*,\s*"(?P<default>[^"\n]*)")?'
)
PLACEHOLDER = r"\$\{(?P<name>[A-Z][A-Z0-9_]{1,60})(?::(?P<default>[^{}]*))?\}"
VALUE = (
    r'@(?:Value|Property|ConfigProperty)\(\s*(?:name\s*=\s*)?"\\?\$\{(?P<name>[A-Z][A-Z0-9_]{1,60})(?::(?P<default>[^{}"]*))?\}"'
)


def facts(code: Code, settings: Settings) -> Iterator[Fact]:
    for file in code.main:
        if "getenv" in file.text:
            for match in matches(GETENV, file.text):
                default = next((match[key] for key in ("elvis", "or", "default") if match[key] is not None), None)
                yield _fact(match["name"] or match["key"], default, file.source(match.start()), Origin.CODE)
        if "@Value" in file.text:
            for match in matches(VALUE, file.text):
                yield _fact(
                    match["name"], match["default"], file.source(match.start()), Origin.CODE, required=match["default"] is None
                )
    for setting in settings.all[:MOST_MATCHES]:
        if "${" in setting.value:
            for match in matches(PLACEHOLDER, setting.value):
                yield _fact(match["name"], match["default"], setting.source, Origin.CONFIG, required=match["default"] is None)


def _fact(name: str, default: str | None, place: Source, origin: Origin, *, required: bool = False) -> Fact:
    return Fact(f.ENV, variable(name, default, required=required), place, origin, Confidence.DECLARED, f"reads {name}")
