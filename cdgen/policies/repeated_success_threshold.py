"""A liveness or startup probe asks for several successes in a row.

Why: the API server takes no number but 1 there, so the object is refused when it is applied.

Instead: leave `successThreshold` out; only a readiness probe may ask twice.
"""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model.finding import Severity
from cdgen.policies.base import File, FilePolicy, Hit, Kind
from cdgen.policies.base.objects import all_containers, dig, number


def check(file: File) -> Iterator[Hit]:
    for container in all_containers(file):
        for probe in ("livenessProbe", "startupProbe"):
            asked = number(dig(container.data, probe, "successThreshold"), 1)
            if asked != 1:
                at = (*container.at, probe, "successThreshold")
                yield Hit(
                    f"{probe} of {container.name} has successThreshold {asked}; only 1 is allowed", container.pod.document, at
                )


EXAMPLE = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: app\n      {probe}: {{successThreshold: {value}}}\n"
POLICY = FilePolicy(
    sees=(Kind.MANIFESTS,),
    check=check,
    severity=Severity.ERROR,
    passes=(EXAMPLE.format(probe="livenessProbe", value=1), EXAMPLE.format(probe="readinessProbe", value=2)),
    fails=(EXAMPLE.format(probe="livenessProbe", value=2), EXAMPLE.format(probe="startupProbe", value=3)),
)
