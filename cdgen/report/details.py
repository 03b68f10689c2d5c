"""What `inspect` shows of a service beyond the first screen: routes, calls, settings, size, and what disagrees."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cdgen.model.facts import EnvVar, Source
from cdgen.model.service import Details, Service

MOST = 12  # lines of one list on a screen; the JSON has all


class Row(NamedTuple):
    """`title` is empty where the row goes on with the one above."""

    title: str
    value: str
    places: tuple[Source, ...] = ()


def rows(service: Service, most: int = MOST) -> Iterator[Row]:
    """Every detail that is known, lists cut at `most` with the number that is left out."""
    details = service.details
    calls = (Row("", _edge(each.kind, each.target, each.protocol), each.sources) for each in details.calls)
    yield from _listed("ports", (Row("", f"{each.port} {each.protocol}, {each.role}") for each in details.listeners[1:]), most)
    yield from _listed("routes", (Row("", f"{each.method} {each.path}", _one(each.source)) for each in details.endpoints), most)
    yield from _listed("answers", (Row("", f"gRPC {name}") for name in details.grpc_services), most)
    yield from _listed("asks", calls, most)
    yield from _listed("builds with", (Row("", folder) for folder in details.depends_on), most)
    yield from _listed("reads", (Row("", _variable(each)) for each in service.env), most)
    yield from _plain(details)
    for skew in details.skews:
        yield Row("disagree", f"{skew.one} and {skew.other}", (skew.one_source, skew.other_source))


def _plain(details: Details) -> Iterator[Row]:
    texts = (
        ("tests with", details.test_runner or ""),
        ("generates", ", ".join(details.generators)),
        ("sized by", ", ".join(f"{hint.name} {hint.value}" for hint in details.resources)),
        ("charts", ", ".join(details.charts)),
        ("compose", ", ".join(details.compose_files)),
        ("licence", details.licence or ""),
    )
    yield from (Row(title, text) for title, text in texts if text)
    if details.size:
        size = details.size
        direct = f", {size.dependencies} direct dependencies" if size.dependencies is not None else ""
        yield Row("size", f"{size.lines} lines in {size.files} files, {size.endpoints} endpoints{direct}")


def _listed(title: str, found: Iterable[Row], most: int) -> Iterator[Row]:
    every = list(found)
    for number, row in enumerate(every[:most]):
        yield row._replace(title="" if number else title)
    if len(every) > most:
        yield Row("", f"... {len(every) - most} more: --output-format json")


def _edge(kind: str, target: str, protocol: str) -> str:
    if kind == "unknown":
        return f"whoever {target} names ({protocol})"
    return f"{target} ({protocol})" if kind == "service" else f"{target} ({protocol}, {kind})"


def _variable(each: EnvVar) -> str:
    kind = "secret, " if each.secret else ""
    default = f"default {each.default}" if each.default is not None and not each.secret else "has a default"
    return f"{each.name} ({kind}{default if each.default is not None else 'required' if each.required else 'optional'})"


def _one(source: Source | None) -> tuple[Source, ...]:
    return (source,) if source else ()
