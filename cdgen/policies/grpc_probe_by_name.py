"""A gRPC probe names its port.

Why: unlike the other probes, `grpc.port` takes a number only; a name is refused when the object is applied.

Instead: the container's port number.
"""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model.finding import Severity
from cdgen.policies.base import File, FilePolicy, Hit, Kind
from cdgen.policies.base.objects import all_containers, dig


def check(file: File) -> Iterator[Hit]:
    for container in all_containers(file):
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            asked = dig(container.data, probe, "grpc")
            if isinstance(asked, dict) and type(asked.get("port")) is not int:
                at = (*container.at, probe, "grpc", "port")
                yield Hit(
                    f"{probe} of {container.name} asks gRPC port {asked.get('port')!r}: a number is needed",
                    container.pod.document,
                    at,
                )


EXAMPLE = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: app\n      livenessProbe: {{grpc: {{port: {port}}}}}\n"
POLICY = FilePolicy(
    sees=(Kind.MANIFESTS,),
    check=check,
    severity=Severity.ERROR,
    passes=(EXAMPLE.format(port=50051),),
    fails=(EXAMPLE.format(port="grpc"), EXAMPLE.format(port='"50051"')),
)
