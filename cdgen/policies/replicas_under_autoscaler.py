"""A number of replicas stands in a workload that an autoscaler owns, or two autoscalers own one.

Why: every apply sets the number back, in the middle of a spike too.

Instead: leave `replicas` out where a HorizontalPodAutoscaler or ScaledObject targets the workload, and have one of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model.finding import Severity
from cdgen.policies.base import File, FilePolicy, Hit, Kind
from cdgen.policies.base.objects import dig, name_of, of_kind


def check(file: File) -> Iterator[Hit]:
    owners: dict[tuple[object, object], str] = {}
    for scaler in of_kind(file, "HorizontalPodAutoscaler", "ScaledObject"):
        target = dig(scaler.data, "spec", "scaleTargetRef")
        key = (dig(target, "kind") or "Deployment", dig(target, "name"))
        if key in owners:
            yield Hit(f"{key[0]} {key[1]} is scaled by {owners[key]} already", scaler, ("spec", "scaleTargetRef"))
        owners[key] = f"{dig(scaler.data, 'kind')} {name_of(scaler)}"
    for document in of_kind(file, "Deployment", "StatefulSet"):
        owner = owners.get((dig(document.data, "kind"), name_of(document)))
        if owner and dig(document.data, "spec", "replicas") is not None:
            yield Hit(f"replicas of {name_of(document)} belong to {owner}", document, ("spec", "replicas"))


SCALER = """\
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {{name: {name}}}
spec: {{scaleTargetRef: {{kind: Deployment, name: app}}}}
---
"""
DEPLOYMENT = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\nspec: {spec}\n"
POLICY = FilePolicy(
    sees=(Kind.MANIFESTS,),
    check=check,
    severity=Severity.ERROR,
    passes=(
        DEPLOYMENT.format(name="app", spec="{replicas: 2}"),
        SCALER.format(name="a") + DEPLOYMENT.format(name="app", spec="{}"),
        SCALER.format(name="a") + DEPLOYMENT.format(name="other", spec="{replicas: 2}"),
    ),
    fails=(
        SCALER.format(name="a") + DEPLOYMENT.format(name="app", spec="{replicas: 2}"),
        SCALER.format(name="a") + SCALER.format(name="b") + DEPLOYMENT.format(name="app", spec="{}"),
    ),
)
