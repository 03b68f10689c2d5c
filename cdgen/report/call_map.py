"""The call map as a picture: who asks whom, with the backing services each needs."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model.service import Service

SHAPES = {"service": ("[", "]"), "cluster": ("[", "]"), "external": ("((", "))"), "backing": ("[(", ")]")}


def mermaid(services: tuple[Service, ...]) -> str:
    """A Mermaid flowchart; empty when nothing is asked by anybody. Telemetry and what is unknown are left out."""
    arrows = tuple(dict.fromkeys(_arrows(services)))
    if not arrows:
        return ""
    nodes = dict.fromkeys([*((name, "service") for name, _, _ in arrows), *((target, kind) for _, target, kind in arrows)])
    ids = {node: f"n{number}" for number, node in enumerate(nodes)}
    lines = ["flowchart LR"]
    for (name, kind), identity in ids.items():
        opening, closing = SHAPES[kind]
        lines.append(f'  {identity}{opening}"{_label(name)}"{closing}')
    lines += (f"  {ids[name, 'service']} --> {ids[target, kind]}" for name, target, kind in arrows)
    return "\n".join(lines) + "\n"


def _arrows(services: tuple[Service, ...]) -> Iterator[tuple[str, str, str]]:
    for service in services:
        yield from ((service.name, edge.target, edge.kind) for edge in service.details.calls if edge.kind in SHAPES)
        yield from ((service.name, each.kind, "backing") for each in service.backing if service.is_service)


def _label(name: str) -> str:
    return name.replace('"', "'").replace("\n", " ")
