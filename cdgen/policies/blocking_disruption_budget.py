"""A disruption budget lets no pod go, or lets all of them go at once.

Why: a budget that allows nothing holds up every node drain and cluster upgrade for ever; one that allows everything protects
nothing.

Instead: at least two replicas and `maxUnavailable: 1`; no budget for a single replica.
"""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model.finding import Severity
from cdgen.policies.base import Document, File, FilePolicy, Hit, Kind
from cdgen.policies.base.objects import dig, mapping, name_of, number, of_kind, selects


def check(file: File) -> Iterator[Hit]:
    for budget in of_kind(file, "PodDisruptionBudget"):
        selector = mapping(budget.data, "spec", "selector", "matchLabels")
        for document in of_kind(file, "Deployment", "StatefulSet"):
            if selector and selects(selector, mapping(document.data, "spec", "template", "metadata", "labels")):
                yield from _judge(budget, least_replicas(document, file))


def least_replicas(document: Document, file: File) -> int:
    """What the autoscaler keeps at least, else what the workload says, else one."""
    for scaler in of_kind(file, "HorizontalPodAutoscaler"):
        target = dig(scaler.data, "spec", "scaleTargetRef")
        if dig(target, "kind") == dig(document.data, "kind") and dig(target, "name") == name_of(document):
            return number(dig(scaler.data, "spec", "minReplicas"), 1)
    return number(dig(document.data, "spec", "replicas"), 1)


def _judge(budget: Document, replicas: int) -> Iterator[Hit]:
    spec = mapping(budget.data, "spec")
    if replicas < 2:
        yield Hit(f"with {replicas} replica a budget holds up every drain", budget, ("spec",))
        return
    away = _count(spec.get("maxUnavailable"), replicas, 0)
    kept = _count(spec.get("minAvailable"), replicas, -1)
    allowed = away if "maxUnavailable" in spec else replicas - kept
    if allowed <= 0:
        yield Hit(f"none of {replicas} replicas may go: no node can be drained", budget, ("spec",))
    elif allowed >= replicas:
        yield Hit(f"all {replicas} replicas may go at once", budget, ("spec",))


def _count(value: object, replicas: int, default: int) -> int:
    """Replicas of a number or a percentage, which Kubernetes rounds up."""
    text = str(value)
    if text.endswith("%") and text[:-1].isdecimal():
        return -(-int(text[:-1]) * replicas // 100)
    return number(value, default)


EXAMPLE = """\
apiVersion: policy/v1
kind: PodDisruptionBudget
spec: {{{budget}, selector: {{matchLabels: {{app: a}}}}}}
---
apiVersion: apps/v1
kind: Deployment
spec: {{replicas: {replicas}, template: {{metadata: {{labels: {{app: a, tier: b}}}}}}}}
"""
POLICY = FilePolicy(
    sees=(Kind.MANIFESTS,),
    check=check,
    severity=Severity.ERROR,
    passes=(
        EXAMPLE.format(budget="maxUnavailable: 1", replicas=2),
        EXAMPLE.format(budget="minAvailable: 2", replicas=3),
        EXAMPLE.format(budget="maxUnavailable: 25%", replicas=2),
    ),
    fails=(
        EXAMPLE.format(budget="maxUnavailable: 1", replicas=1),
        EXAMPLE.format(budget="maxUnavailable: 0", replicas=2),
        EXAMPLE.format(budget="minAvailable: 2", replicas=2),
        EXAMPLE.format(budget="minAvailable: 100%", replicas=3),
        EXAMPLE.format(budget="maxUnavailable: 2", replicas=2),
        EXAMPLE.format(budget="maxUnavailable: 100%", replicas=2),
        EXAMPLE.format(budget="minAvailable: 0", replicas=2),
    ),
)
