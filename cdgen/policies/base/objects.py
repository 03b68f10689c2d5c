"""Ways through Kubernetes objects that may hold anything: what is absent or of another type is just not there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from cdgen.policies.base import Document, File, KeyPath

# kind -> where its pod template stands
TEMPLATES: dict[str, KeyPath] = {
    "Pod": (),
    **dict.fromkeys(("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job"), ("spec", "template")),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
}
DEFAULT_GRACE = 30


class Pod(NamedTuple):
    """A pod template: its document, where it stands in it, and its data."""

    document: Document
    at: KeyPath
    data: Any

    @property
    def spec(self) -> Any:
        return dig(self.data, "spec")

    @property
    def labels(self) -> dict[str, Any]:
        return mapping(self.data, "metadata", "labels")


class Container(NamedTuple):
    pod: Pod
    at: KeyPath
    data: dict[str, Any]

    @property
    def name(self) -> str:
        return str(self.data.get("name", ""))


def dig(data: Any, *path: str | int) -> Any:
    """The value at a path, None where the path ends early."""
    for step in path:
        if isinstance(data, dict):
            data = data.get(step)
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        else:
            return None
    return data


def mapping(data: Any, *path: str | int) -> dict[str, Any]:
    found = dig(data, *path)
    return found if isinstance(found, dict) else {}


def items(data: Any, *path: str | int) -> list[Any]:
    found = dig(data, *path)
    return found if isinstance(found, list) else []


def tables(data: Any, *path: str | int) -> Iterator[tuple[int, dict[str, Any]]]:
    """The items of a list that are mappings, with their index."""
    return ((index, item) for index, item in enumerate(items(data, *path)) if isinstance(item, dict))


def number(data: Any, default: int) -> int:
    return data if isinstance(data, int) and not isinstance(data, bool) else default


def of_kind(file: File, *kinds: str) -> Iterator[Document]:
    return (document for document in file.documents if dig(document.data, "kind") in kinds)


def name_of(document: Document) -> str:
    return str(dig(document.data, "metadata", "name") or "")


def pods(file: File) -> Iterator[Pod]:
    for document in of_kind(file, *TEMPLATES):
        at = TEMPLATES[dig(document.data, "kind")]
        yield Pod(document, at, dig(document.data, *at))


def containers(pod: Pod) -> Iterator[Container]:
    """Every container counts: what starts before the others can do as much harm."""
    for kind in ("initContainers", "containers", "ephemeralContainers"):
        for index, container in tables(pod.spec, kind):
            yield Container(pod, (*pod.at, "spec", kind, index), container)


def all_containers(file: File) -> Iterator[Container]:
    for pod in pods(file):
        yield from containers(pod)


def selects(selector: dict[str, Any], labels: dict[str, Any]) -> bool:
    return all(labels.get(name) == value for name, value in selector.items())
