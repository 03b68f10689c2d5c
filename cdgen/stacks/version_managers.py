"""What asdf and mise are told to install: one file for all languages of a folder, read here for every stack."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.errors import InputError
from cdgen.model.facts import Source
from cdgen.repo import Scope
from cdgen.repo.patterns import compiled

ASDF = ".tool-versions"  # https://asdf-vm.com/manage/configuration.html
MISE = ("mise.toml", ".mise.toml", ".config/mise/config.toml")  # https://mise.jdx.dev/configuration.html


def managed(scope: Scope, *tools: str) -> Iterator[tuple[str, Source]]:
    """(version, place) of the first of the tools that each manager names, in the nearest file that does. A mere name is none."""
    for name in (ASDF, *MISE):
        for path in (scope.path(name), *scope.above(name)):
            found = next(_asdf(scope, path, tools) if name == ASDF else _mise(scope, path, tools), None)
            if found:
                yield found
                break


def _asdf(scope: Scope, path: str, tools: tuple[str, ...]) -> Iterator[tuple[str, Source]]:
    for number, line in enumerate(scope.repo.lines(path), 1):
        words = line.split("#")[0].split()
        if len(words) > 1 and words[0] in tools and _is_numbered(words[1]):
            yield words[1], Source(path, number)


def _mise(scope: Scope, path: str, tools: tuple[str, ...]) -> Iterator[tuple[str, Source]]:
    try:
        data = scope.repo.toml(path)
    except InputError:  # whoever runs mise says so
        return
    table = data.get("tools") if isinstance(data, dict) else None
    for tool in tools:
        told = table.get(tool) if isinstance(table, dict) else None
        told = told[0] if isinstance(told, list) and told else told
        told = told.get("version") if isinstance(told, dict) else told
        if isinstance(told, str | int | float) and _is_numbered(str(told)):
            yield str(told), scope.repo.source(path, rf"^\s*[\"']?{tool}[\"']?\s*=")


def _is_numbered(text: str) -> bool:
    return compiled(r"(?:[a-z]+-)?\d").match(text) is not None
