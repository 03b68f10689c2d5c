"""The text of a new `cdgen.yaml`: only what a machine cannot know, with a word on each line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from cdgen.render.yamltext import scalar


class Entry(NamedTuple):
    """One service as `init` decided it. `deploy` is set when its usual folder is taken; `settled` are further lines."""

    path: str
    service: str
    owner: str
    tier: str
    deploy: str | None = None
    settled: tuple[tuple[str, str | int], ...] = ()


def config_text(road: str, ci: str | None, entries: tuple[Entry, ...], deploy: str | None, places: Mapping[str, str]) -> str:
    """One service at the root is written flat; anything else as a list of services."""
    lines = [f"road: {scalar(road)}"]
    if ci:
        lines.append(f"ci: {scalar(ci)}")
    if len(entries) == 1 and entries[0].path == ".":
        lines += _lines(entries[0])
    else:
        if deploy:
            lines.append(f"deploy: {scalar(deploy)} # `deploy` is yours")
        lines.append("services:")
        for entry in entries:
            first, *rest = [f"path: {scalar(entry.path)}", *_lines(entry)]
            lines += [f"  - {first}", *(f"    {line}" for line in rest)]
    if places:
        lines.append("places: # these paths are taken by files of yours")
        lines += [f"  {scalar(path)}: {scalar(place)}" for path, place in sorted(places.items())]
    return "".join(f"{line}\n" for line in lines)


def _lines(entry: Entry) -> Iterable[str]:
    yield f"service: {scalar(entry.service)}"
    if entry.owner:
        yield f"owner: {scalar(entry.owner)}"
    yield f"tier: {scalar(entry.tier)}"
    if entry.deploy:
        yield f"deploy: {scalar(entry.deploy)} # the usual folder is yours"
    yield from (f"{name}: {scalar(value)}" for name, value in entry.settled)
