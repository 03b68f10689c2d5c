"""Procfile: how a platform starts the processes."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.detectors.start_command import port_argument
from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source
from cdgen.repo import Scope
from cdgen.repo.patterns import compiled


def detect(scope: Scope) -> Iterator[Fact]:
    """The `web` process; without one, the only process there is, which then has no listener."""
    processes = {}
    for number, line in enumerate(scope.lines("Procfile"), 1):
        match = compiled(r"^([\w-]+):\s*(.+)$").match(line)
        if match:
            processes[match.group(1)] = (number, match.group(2).strip())
    chosen = processes.get("web") or (next(iter(processes.values())) if len(processes) == 1 else None)
    if chosen is None:
        return
    number, command = chosen
    place = Source(scope.path("Procfile"), number)
    yield Fact(f.START, command, place, Origin.SCRIPT, Confidence.DECLARED, "Procfile")
    if "web" in processes:
        port = port_argument(command)
        if port:
            yield Fact(f.PORT, port, place, Origin.COMMAND, Confidence.DECLARED, "Procfile")
    elif "worker" in processes:
        yield Fact(f.KIND, "worker", place, Origin.SCRIPT, Confidence.INFERRED, "its only process is a worker")
