"""What a workload listens on and how its health is asked: only what the code serves, else whether the port is open."""

from __future__ import annotations

from typing import NamedTuple

from cdgen.model import facts as f
from cdgen.model.service import Service
from cdgen.model.workload import Port, Probe, ProbeKind

STARTUP_PERIOD = 2


class Probes(NamedTuple):
    startup: Probe | None = None
    readiness: Probe | None = None
    liveness: Probe | None = None


class Target(NamedTuple):
    """Where a probe asks."""

    kind: ProbeKind
    port: int
    path: str | None = None


def ports(service: Service) -> tuple[Port, ...]:
    """The listening ports, the one that callers use first. None for a worker, and none where the port is not known."""
    if service.port is None or service.kind == "worker":
        serving: tuple[Port, ...] = ()
    else:
        protocol = service.protocol or ("http" if service.kind == "static-site" or service.health_path else "tcp")
        serving = (Port(protocol, service.port, protocol),)
    has_own = service.metrics_port is not None and service.metrics_port != service.port
    return (*serving, Port("metrics", service.metrics_port, "metrics")) if has_own and service.metrics_port else serving


def probes(service: Service, startup_seconds: int) -> Probes:
    """Three questions with different consequences: wait, take out of service, start again.

    Only a path of its own may start a process again: behind the readiness path there may be a database, and its outage would
    take every replica down. An open port never depends on another service.
    """
    serving = ports(service)
    if not serving or serving[0].protocol == "metrics":
        return Probes()
    ready, alive = _targets(service, serving[0])
    return Probes(
        startup=Probe(*ready, STARTUP_PERIOD, 2, -(-startup_seconds // STARTUP_PERIOD)),
        readiness=Probe(*ready, 5, 2, 2),
        liveness=Probe(*alive, 10, 2, 6),
    )


def _targets(service: Service, port: Port) -> tuple[Target, Target]:
    """(readiness, liveness)"""
    is_open = Target(ProbeKind.TCP, port.number)
    if port.protocol == "grpc":
        return (Target(ProbeKind.GRPC, port.number), is_open) if service.grpc_health else (is_open, is_open)
    alive, ready = _asked(service, f.HEALTH_PATH, service.health_path), _asked(service, f.READINESS_PATH, service.readiness_path)
    if alive is None and ready is None:
        return is_open, is_open
    is_distinct = ready is not None and alive not in (None, ready)
    living = Target(ProbeKind.HTTP, port.number, alive) if is_distinct else is_open
    return Target(ProbeKind.HTTP, port.number, ready or alive), living


def _asked(service: Service, key: f.Key[str], path: str | None) -> str | None:
    """A path that is a mere default, or that only a developer's machine answers, would keep every replica out of service."""
    decision = service.provenance.get(key.name)
    return None if decision is not None and decision.confidence is f.Confidence.DEFAULT else path
