"""What kustomize makes of files in memory, as far as rules need it: resources, components, generated ConfigMaps, replicas, patches.

Only what cdgen itself writes is resolved. Names that kustomize would change (hash suffixes) stay as they are written: both ends of
a reference change alike.
"""

from __future__ import annotations

import copy
import posixpath
from collections.abc import Iterator, Mapping
from typing import Any

from cdgen.policies.base import Document
from cdgen.policies.base.objects import dig, items, mapping, name_of, tables

NAME = "kustomization.yaml"
Files = Mapping[str, tuple[Document, ...]]


def resolved(files: Files) -> Iterator[tuple[Document, ...]]:
    """One tuple of documents per kustomization that no other one uses; then every manifest that is in none of them.

    A component that none of them uses is applied by nobody, so there is nothing to say about it.
    """
    folders = {path.rpartition("/")[0]: path for path in files if path.rpartition("/")[2] == NAME}
    used = {target for folder in folders for target in _targets(folder, files)}
    seen: set[str] = set()
    for folder in folders:
        documents = tuple(_build(folder, files, seen)) if folder not in used else ()
        if documents and dig(documents[-1].data, "kind") != "Component":
            yield documents
    yield from (documents for path, documents in files.items() if path not in seen and path.rpartition("/")[2] != NAME)


def _targets(folder: str, files: Files) -> Iterator[str]:
    for document in files[f"{folder}/{NAME}" if folder else NAME]:
        for word in ("resources", "components"):
            yield from (_join(folder, str(name)) for name in items(document.data, word))


def _join(folder: str, name: str) -> str:
    return posixpath.normpath(posixpath.join(folder, name))


def _build(folder: str, files: Files, seen: set[str], above: tuple[str, ...] = ()) -> Iterator[Document]:
    path = _join(folder, NAME)
    if path in above:  # a circle, which kustomize refuses
        return
    seen.add(path)
    documents: list[Document] = []
    for target in _targets(folder, files):
        if target in files:
            seen.add(target)
            documents += files[target]
        elif _join(target, NAME) in files:
            documents += _build(target, files, seen, (*above, path))
    for kustomization in files[path]:
        documents += _generated(kustomization)
        yield from (_changed(document, kustomization.data) for document in documents)
        yield kustomization


def _generated(kustomization: Document) -> Iterator[Document]:
    """A ConfigMap for each generator that is not merged into an older one."""
    for index, generator in tables(kustomization.data, "configMapGenerator"):
        if generator.get("behavior", "create") == "create":
            data = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": generator.get("name")}}
            place = kustomization.places.get(("configMapGenerator", index), (1, 1))
            yield Document(kustomization.path, data, {(): place})


def _changed(document: Document, kustomization: Any) -> Document:
    """The document after the replicas and patches of one kustomization."""
    changes = [*_replicas(document, kustomization), *_patches(document, kustomization)]
    if not changes:
        return document
    data = copy.deepcopy(document.data)
    for path, value in changes:
        _put(data, path, value)
    return document._replace(data=data)


def _replicas(document: Document, kustomization: Any) -> Iterator[tuple[list[str], Any]]:
    for _, entry in tables(kustomization, "replicas"):
        if dig(document.data, "kind") in ("Deployment", "StatefulSet") and entry.get("name") == name_of(document):
            yield ["spec", "replicas"], entry.get("count")


def _patches(document: Document, kustomization: Any) -> Iterator[tuple[list[str], Any]]:
    from cdgen.render.verify import load_yaml_positions

    for _, entry in tables(kustomization, "patches"):
        target = mapping(entry, "target")
        if target.get("kind") != dig(document.data, "kind") or target.get("name") != name_of(document):
            continue
        for operations in load_yaml_positions(str(entry.get("patch", ""))):
            for _, operation in tables([operations.data], 0):
                if operation.get("op") in ("replace", "add"):
                    yield str(operation.get("path", "")).strip("/").split("/"), operation.get("value")


def _put(data: Any, path: list[str], value: Any) -> None:
    """Set one value (RFC 6902 replace). A path that leads nowhere changes nothing: kustomize refuses it by itself."""
    *before, last = path
    inner = dig(data, *(int(step) if step.isdigit() else step for step in before))
    if isinstance(inner, dict):
        inner[last] = value
    elif isinstance(inner, list) and last.isdigit() and int(last) < len(inner):
        inner[int(last)] = value
