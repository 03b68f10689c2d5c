"""Manifests, charts and kustomizations the repository already has: what they say about port and probes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source
from cdgen.repo import Repo, Scope
from cdgen.repo.patterns import compiled

WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "Rollout")
MOST = 60  # manifests looked at; a repository with more is a catalogue of other people's


def detect(scope: Scope) -> Iterator[Fact]:
    """Paths of manifests; container port and HTTP probes of the one workload that is this service's."""
    files = scope.glob(
        "{k8s,kubernetes,kubernetes-manifests,deploy,deployment,manifests,kustomize,charts,helm,.k8s}/**/*.{yml,yaml}"
    )
    roots = sorted({scope.path(path.split("/")[0]) for path in files})
    for root in roots:
        yield Fact(f.KUBERNETES, root, Source(root), Origin.KUBERNETES, Confidence.DECLARED, "existing manifests")
    name = scope.directory.rpartition("/")[2] if scope.directory != "." else ""
    named = _shared(scope.repo)
    shared = sorted(path for ending in ("", "-dep", "-deployment") for path in named.get(name + ending, ())) if name else ()
    found = [(path, container) for path in [*map(scope.path, files), *shared][:MOST] for container in _containers(scope, path)]
    if len(found) == 1 or (found and name and all(path.rpartition("/")[2].startswith(name) for path, _ in found)):
        yield from _container(scope, *found[0])


@lru_cache(maxsize=1)
def _shared(repo: Repo) -> dict[str, list[str]]:
    """The manifests of the whole repository by their name without its ending: what each of many services looks into."""
    found: dict[str, list[str]] = {}
    for path in repo.glob("{k8s,kubernetes,kubernetes-manifests,deploy,manifests}/**/*.{yml,yaml}"):
        found.setdefault(path.rpartition("/")[2].rpartition(".")[0], []).append(path)
    return found


def _containers(scope: Scope, path: str) -> Iterator[dict[str, Any]]:
    text = scope.repo.text(path) or ""
    if "{{" in text or not any(f"kind: {kind}" in text for kind in WORKLOADS):
        return
    for document in scope.repo.yaml_documents(path):
        if isinstance(document, dict) and document.get("kind") in WORKLOADS:
            template = ((document.get("spec") or {}).get("template") or {}).get("spec") or {}
            yield from (container for container in template.get("containers") or [] if isinstance(container, dict))


def _container(scope: Scope, path: str, container: dict[str, Any]) -> Iterator[Fact]:
    told = next(_ports(container), None)
    if told:
        number, pattern, note = told
        place = scope.repo.source(path, pattern)
        yield Fact(f.PORT, number, place, Origin.KUBERNETES, Confidence.INFERRED, note)
    yield from _resources(scope, path, container)
    for probe, key in (("livenessProbe", f.HEALTH_PATH), ("readinessProbe", f.READINESS_PATH)):
        handler = (container.get(probe) or {}).get("httpGet") if isinstance(container.get(probe), dict) else None
        if isinstance(handler, dict) and compiled(r"^/[\w./-]*$").match(str(handler.get("path", ""))):
            place = scope.repo.source(path, rf"path:\s*[\"']?{handler['path']}")
            yield Fact(key, str(handler["path"]), place, Origin.KUBERNETES, Confidence.INFERRED, probe)


def _ports(container: dict[str, Any]) -> Iterator[tuple[int, str, str]]:
    """(port, its line, what says so): the port that is declared, else the one that the process is told."""
    for port in container.get("ports") or []:
        number = port.get("containerPort") if isinstance(port, dict) else None
        if isinstance(number, int) and "metric" not in str(port.get("name", "")):
            yield number, rf"containerPort:\s*{number}", "containerPort"
    for entry in container.get("env") or []:
        value = str(entry.get("value", "")) if isinstance(entry, dict) and entry.get("name") == "PORT" else ""
        if value.isdecimal():
            yield int(value), rf"value:\s*[\"']?{value}\b", "PORT of its container"


def _resources(scope: Scope, path: str, container: dict[str, Any]) -> Iterator[Fact]:
    """What it is limited to, else what it asks for."""
    resources = container.get("resources")
    if not isinstance(resources, dict):
        return
    for key in ("memory", "cpu"):
        for level in ("limits", "requests"):
            values = resources.get(level)
            if isinstance(values, dict) and isinstance(values.get(key), (str, int, float)):
                start = scope.repo.find_line(path, rf"^\s*{level}:")
                place = Source(path, scope.repo.find_line(path, rf"^\s*{key}:", max(start, 1)))
                note = f"{level} of its container"
                yield Fact(f.RESOURCE, f.ResourceHint(key, str(values[key])), place, Origin.KUBERNETES, Confidence.DECLARED, note)
                break
