"""What is known about a service beyond its road: where it listens, what it answers, how large it is."""

from __future__ import annotations

from collections.abc import Mapping

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, FactSet
from cdgen.model.service import Decision, Details, Endpoint, Listener, Size
from cdgen.spec.skew import skews


def details(facts: FactSet, made: Mapping[str, Decision], language: str) -> Details:
    """Everything of `Details` that one service's facts tell; calls and dependencies need the other services too."""
    endpoints = _endpoints(facts)
    return Details(
        listeners=_listeners(made),
        endpoints=endpoints,
        grpc_services=facts.values(f.GRPC_SERVICE),
        depends_on=facts.values(f.DEPENDS_ON),
        test_runner=_first(facts, f.TEST_RUNNER),
        generators=tuple(sorted(facts.values(f.GENERATOR))),
        resources=facts.values(f.RESOURCE),
        licence=_first(facts, f.LICENCE),
        charts=facts.values(f.CHART),
        compose_files=facts.values(f.COMPOSE_FILE),
        size=_size(facts, endpoints),
        skews=skews(facts.all(f.LANGUAGE_VERSION), language),
    )


def _listeners(made: Mapping[str, Decision]) -> tuple[Listener, ...]:
    """The main port first; metrics and administration are spoken over HTTP by every library that opens a port for them."""
    value = {name: decision.value for name, decision in made.items()}
    main = value[f.PORT.name]
    protocol = value[f.PROTOCOL.name] or "unknown"
    found = [Listener(main, protocol, "main")] if main else []
    for key, role in ((f.METRICS_PORT, "metrics"), (f.ADMIN_PORT, "admin")):
        port = value[key.name]
        if port and port not in {listener.port for listener in found}:
            found.append(Listener(port, "http", role))
    return tuple(found)


def _endpoints(facts: FactSet) -> tuple[Endpoint, ...]:
    found: dict[tuple[str, str], Endpoint] = {}
    for fact in facts.all(f.ROUTE):
        found.setdefault((fact.value.path, fact.value.method), Endpoint(fact.value.method, fact.value.path, fact.source))
    return tuple(found[key] for key in sorted(found))


def _size(facts: FactSet, endpoints: tuple[Endpoint, ...]) -> Size | None:
    lines = _first(facts, f.LINES)
    return Size(lines.files, lines.lines, len(endpoints), _first(facts, f.DEPENDENCIES)) if lines else None


def _first(facts: FactSet, key: f.Key[f.T]) -> f.T | None:
    """The surest sighting, of equally sure ones the first."""
    best: Fact | None = max(facts.all(key), key=lambda fact: fact.confidence, default=None)
    return best.value if best and best.confidence >= Confidence.DEFAULT else None
