"""Text -> what a file policy sees. A file that is none of the known kinds is nobody's affair."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from cdgen.model.plan import DeliveryPlan
from cdgen.policies.base import Document, File, Kind
from cdgen.policies.base.objects import dig
from cdgen.policies.base.resolve import resolved

WORKFLOWS = r"\.github/workflows/[^/]+\.ya?ml"
DOCKERFILES = r"(?:.*/)?(?:Dockerfile(?:\.[^/]+)?|[^/]+\.Dockerfile)"


def parse(texts: Mapping[str, str], plan: DeliveryPlan | None = None) -> Iterator[File]:
    """The files of a repository by path. Manifests come together as kustomize puts them together."""
    manifests: dict[str, tuple[Document, ...]] = {}
    for path, text in texts.items():
        if re.fullmatch(DOCKERFILES, path):
            yield File(Kind.DOCKERFILE, (dockerfile(path, text),), plan)
        elif re.fullmatch(WORKFLOWS, path):
            yield File(Kind.WORKFLOW, documents(path, text)[:1], plan)
        elif path.endswith((".yaml", ".yml")):
            found = documents(path, text)
            if found and all(dig(each.data, "kind") and dig(each.data, "apiVersion") for each in found):
                manifests[path] = found
    yield from (File(Kind.MANIFESTS, each, plan) for each in resolved(manifests))


def documents(path: str, text: str) -> tuple[Document, ...]:
    from cdgen.render.verify import load_yaml_positions

    found = (Document(path, each.data, each.places) for each in load_yaml_positions(text))
    return tuple(document for document in found if document.data is not None)


def dockerfile(path: str, text: str) -> Document:
    """A list of [keyword, value]; continued lines are one instruction, whose place is its first line."""
    data: list[list[str]] = []
    places: dict[tuple[str | int, ...], tuple[int, int]] = {}
    start, words = 0, ""
    for line, content in enumerate(text.splitlines(), 1):
        if not content.strip() or content.lstrip().startswith("#"):
            continue
        start = start or line
        words += " " + content.strip().removesuffix("\\")
        if not content.rstrip().endswith("\\"):
            keyword, _, value = words.strip().partition(" ")
            places[(len(data),)] = (start, 1)
            data.append([keyword.upper(), value.strip()])
            start, words = 0, ""
    return Document(path, data, places)
