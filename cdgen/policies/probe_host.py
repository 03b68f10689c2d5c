"""A probe or a lifecycle hook names a host.

Why: it lets a pod make the node send requests to other addresses; Pod Security refuses it from Kubernetes 1.34 on.

Instead: leave `host` out: the kubelet asks the pod itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model.finding import Severity
from cdgen.policies.base import File, FilePolicy, Hit, Kind
from cdgen.policies.base.objects import all_containers, dig

HANDLERS = (
    ("startupProbe",), ("readinessProbe",), ("livenessProbe",), ("lifecycle", "preStop"), ("lifecycle", "postStart"),
)  # fmt: skip


def check(file: File) -> Iterator[Hit]:
    for container in all_containers(file):
        for handler in HANDLERS:
            for action in ("httpGet", "tcpSocket"):
                if dig(container.data, *handler, action, "host"):
                    at = (*container.at, *handler, action, "host")
                    yield Hit(f"{handler[-1]} of {container.name} names a host", container.pod.document, at)


EXAMPLE = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: app\n      {handler}\n"
POLICY = FilePolicy(
    sees=(Kind.MANIFESTS,),
    check=check,
    severity=Severity.ERROR,
    passes=(EXAMPLE.format(handler="readinessProbe: {httpGet: {path: /ready, port: http}}"),),
    fails=(
        EXAMPLE.format(handler="livenessProbe: {tcpSocket: {port: 80, host: 10.0.0.1}}"),
        EXAMPLE.format(handler="lifecycle: {preStop: {httpGet: {path: /stop, port: 80, host: example.org}}}"),
    ),
    covers=("PSS baseline",),
)
