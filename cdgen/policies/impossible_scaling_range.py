"""An autoscaler cannot do what it is told: least above most, or a rule outside what the API takes.

Why: the API server refuses the object, or the workload never scales.

Instead: `minReplicas` <= `maxReplicas`, windows of 0 to 3600 s, policy periods of 1 to 1800 s, values above 0.
"""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model.finding import Severity
from cdgen.policies.base import Document, File, FilePolicy, Hit, Kind
from cdgen.policies.base.objects import dig, number, of_kind, tables


def check(file: File) -> Iterator[Hit]:
    for document in of_kind(file, "HorizontalPodAutoscaler"):
        least, most = (number(dig(document.data, "spec", name), 1) for name in ("minReplicas", "maxReplicas"))
        if least > most:
            yield Hit(f"minReplicas {least} is above maxReplicas {most}", document, ("spec", "minReplicas"))
        for direction in ("scaleUp", "scaleDown"):
            yield from _rules(document, direction)


def _rules(document: Document, direction: str) -> Iterator[Hit]:
    at = ("spec", "behavior", direction)
    window = number(dig(document.data, *at, "stabilizationWindowSeconds"), 0)
    if not 0 <= window <= 3600:
        yield Hit(f"a window of {window} s; 0 to 3600 are allowed", document, (*at, "stabilizationWindowSeconds"))
    for index, policy in tables(document.data, *at, "policies"):
        period, value = number(policy.get("periodSeconds"), 1), number(policy.get("value"), 1)
        if not 1 <= period <= 1800 or value < 1:
            yield Hit(f"a policy of {value} in {period} s; above 0 in 1 to 1800 s are allowed", document, (*at, "policies", index))


EXAMPLE = "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nspec: {spec}\n"
POLICY = FilePolicy(
    sees=(Kind.MANIFESTS,),
    check=check,
    severity=Severity.ERROR,
    passes=(
        EXAMPLE.format(spec="{minReplicas: 2, maxReplicas: 2}"),
        EXAMPLE.format(spec="{maxReplicas: 3, behavior: {scaleUp: {policies: [{value: 1, periodSeconds: 1800}]}}}"),
    ),
    fails=(
        EXAMPLE.format(spec="{minReplicas: 3, maxReplicas: 2}"),
        EXAMPLE.format(spec="{maxReplicas: 3, behavior: {scaleDown: {stabilizationWindowSeconds: 3601}}}"),
        EXAMPLE.format(spec="{maxReplicas: 3, behavior: {scaleUp: {policies: [{value: 1, periodSeconds: 0}]}}}"),
        EXAMPLE.format(spec="{maxReplicas: 3, behavior: {scaleUp: {policies: [{value: 0, periodSeconds: 15}]}}}"),
    ),
)
