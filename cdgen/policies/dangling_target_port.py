"""A Service, probe or network policy names a port that no container has.

Why: the object is accepted, and nothing ever arrives.

Instead: the name of a container port of the pods that are selected.
"""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model.finding import Severity
from cdgen.policies.base import File, FilePolicy, Hit, Kind
from cdgen.policies.base.objects import Pod, containers, dig, mapping, of_kind, pods, selects, tables


def check(file: File) -> Iterator[Hit]:
    for service in of_kind(file, "Service"):
        ports = _ports_of(file, mapping(service.data, "spec", "selector"))
        for index, port in tables(service.data, "spec", "ports"):
            target = port.get("targetPort")
            if ports is not None and isinstance(target, str) and target not in ports:
                yield Hit(f"no container port is called {target}", service, ("spec", "ports", index, "targetPort"))
    for pod in pods(file):
        yield from _probes(pod)


def _ports_of(file: File, selector: dict[str, object]) -> set[object] | None:
    """Names of the container ports of the selected pods; None when the pods are not in these files."""
    chosen = [pod for pod in pods(file) if selector and selects(selector, pod.labels)]
    return set().union(*map(_names, chosen)) if chosen else None


def _names(pod: Pod) -> set[object]:
    return {port.get("name") for each in containers(pod) for _, port in tables(each.data, "ports")}


def _probes(pod: Pod) -> Iterator[Hit]:
    for container in containers(pod):
        own = {port.get("name") for _, port in tables(container.data, "ports")}
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            for action in ("httpGet", "tcpSocket"):
                target = dig(container.data, probe, action, "port")
                if isinstance(target, str) and target not in own:
                    at = (*container.at, probe, action, "port")
                    yield Hit(f"{probe} asks port {target}, which {container.name} does not have", pod.document, at)


EXAMPLE = """\
apiVersion: v1
kind: Service
spec: {{selector: {{app: a}}, ports: [{{port: 80, targetPort: {target}}}]}}
---
apiVersion: v1
kind: Pod
metadata: {{labels: {{app: {app}}}}}
spec:
  containers: [{{name: app, ports: [{{name: http, containerPort: 8080}}], livenessProbe: {{tcpSocket: {{port: {probe}}}}}}}]
"""
POLICY = FilePolicy(
    sees=(Kind.MANIFESTS,),
    check=check,
    severity=Severity.ERROR,
    passes=(
        EXAMPLE.format(target="http", app="a", probe="http"),
        EXAMPLE.format(target=8080, app="a", probe=8080),
        EXAMPLE.format(target="web", app="elsewhere", probe="http"),
    ),
    fails=(EXAMPLE.format(target="web", app="a", probe="http"), EXAMPLE.format(target="http", app="a", probe="web")),
)
