"""A container may use more memory than it asked for.

Why: memory cannot be taken back; when a node has given away more than it has, a process dies, often another one's.

Instead: `limits.memory` equal to `requests.memory`. CPU time can be taken back: its limit may be larger.
"""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model.finding import Severity
from cdgen.policies.base import File, FilePolicy, Hit, Kind
from cdgen.policies.base.objects import all_containers, dig


def check(file: File) -> Iterator[Hit]:
    for container in all_containers(file):
        resources = dig(container.data, "resources")
        asked, most = dig(resources, "requests", "memory"), dig(resources, "limits", "memory")
        if most is None or asked not in (most, None):  # a request that is not given is the limit
            words = f"{container.name} asks for {asked or 'no'} memory and may use {most or 'any amount'}"
            yield Hit(words, container.pod.document, (*container.at, "resources"))


EXAMPLE = "apiVersion: v1\nkind: Pod\nspec:\n  containers: [{{name: app, resources: {resources}}}]\n"
POLICY = FilePolicy(
    sees=(Kind.MANIFESTS,),
    check=check,
    severity=Severity.WARNING,
    passes=(
        EXAMPLE.format(resources="{requests: {cpu: 1, memory: 64Mi}, limits: {memory: 64Mi}}"),
        EXAMPLE.format(resources="{limits: {memory: 64Mi}}"),
    ),
    fails=(
        EXAMPLE.format(resources="{}"),
        EXAMPLE.format(resources="{requests: {memory: 64Mi}}"),
        EXAMPLE.format(resources="{requests: {memory: 64Mi}, limits: {memory: 128Mi}}"),
    ),
    covers=("K8-06",),
)
