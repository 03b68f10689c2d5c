"""An image reference can change under your feet.

Why: a tag is moved by whoever owns it, so what was tested is not what runs; a digest names one content for ever.

Instead: `image:tag@sha256:...`. In the manifests that cdgen writes, the digest comes with the deploy.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cdgen.model.finding import Severity
from cdgen.policies.base import File, FilePolicy, Hit, Kind
from cdgen.policies.base.objects import all_containers, dig, mapping

DIGEST = r".+@sha256:[0-9a-f]{64}"
UNRELEASED = ":set-by-deploy"  # no registry has this tag, so what a deploy has not released cannot start


def check(file: File) -> Iterator[Hit]:
    checks = {Kind.WORKFLOW: _workflow, Kind.MANIFESTS: _manifests, Kind.DOCKERFILE: _dockerfile}
    return checks[file.kind](file)


def is_pinned(image: object) -> bool:
    return isinstance(image, str) and re.fullmatch(DIGEST, image) is not None


def _manifests(file: File) -> Iterator[Hit]:
    for container in all_containers(file):
        image = container.data.get("image")
        if image and not is_pinned(image) and not str(image).endswith(UNRELEASED):
            yield Hit(f"{image} has no digest", container.pod.document, (*container.at, "image"))


def _workflow(file: File) -> Iterator[Hit]:
    for document in file.documents:
        for name, job in mapping(document.data, "jobs").items():
            places = [("container",), *(("services", each) for each in mapping(job, "services"))]
            for place in places:
                found = dig(job, *place)
                image = found if isinstance(found, str) else dig(found, "image")
                # an expression is filled in when it runs; what it holds stands elsewhere
                if image and not is_pinned(image) and "${{" not in str(image):
                    yield Hit(f"{image} has no digest", document, ("jobs", name, *place, "image"))


def _dockerfile(file: File) -> Iterator[Hit]:
    for document in file.documents:
        stages: set[str] = set()
        for index, (keyword, value) in enumerate(document.data):
            if keyword != "FROM":
                continue
            words = [word for word in value.split() if not word.startswith("--")]
            image = words[0] if words else ""
            if image not in stages and image != "scratch" and not is_pinned(image):
                yield Hit(f"{image} has no digest", document, (index,))
            if len(words) == 3 and words[1].upper() == "AS":
                stages.add(words[2])


POD = "apiVersion: v1\nkind: Pod\nspec: {{containers: [{{name: app, image: {image}}}]}}\n"
POLICY = FilePolicy(
    sees=(Kind.MANIFESTS, Kind.WORKFLOW, Kind.DOCKERFILE),
    check=check,
    severity=Severity.ERROR,
    passes=(
        POD.format(image=f"app@sha256:{'0' * 64}"),
        POD.format(image="app:set-by-deploy"),
        f"jobs: {{test: {{services: {{db: {{image: postgres:16@sha256:{'0' * 64}}}}}}}}}\n",
        f"FROM golang:1.26@sha256:{'0' * 64} AS build\nFROM scratch\nFROM build\n",
    ),
    fails=(
        POD.format(image="app:latest"),
        POD.format(image="app"),
        POD.format(image="app:1.2.3"),
        POD.format(image="app@sha256:12"),
        "jobs: {test: {services: {db: {image: postgres:16}}}}\n",
        "jobs: {test: {container: node:24}}\n",
        "FROM --platform=linux/amd64 golang:1.26 AS build\nRUN true\n",
    ),
    covers=("GH-17", "DK-01", "K8-13", "CKV_K8S_43"),
)
