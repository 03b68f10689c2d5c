"""A rolling update may neither add a pod nor take one away.

Why: with `maxSurge` and `maxUnavailable` both 0 there is no first step; the API server refuses the object.

Instead: `maxUnavailable: 0` with a surge of at least 1, so that no capacity is lost.
"""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model.finding import Severity
from cdgen.policies.base import File, FilePolicy, Hit, Kind
from cdgen.policies.base.objects import mapping, of_kind

NOTHING = (0, "0", "0%")


def check(file: File) -> Iterator[Hit]:
    for document in of_kind(file, "Deployment"):
        rolling = mapping(document.data, "spec", "strategy", "rollingUpdate")
        if rolling.get("maxSurge", "25%") in NOTHING and rolling.get("maxUnavailable", "25%") in NOTHING:
            yield Hit("maxSurge and maxUnavailable are both 0", document, ("spec", "strategy", "rollingUpdate"))


EXAMPLE = "apiVersion: apps/v1\nkind: Deployment\nspec:\n  strategy: {{rollingUpdate: {rolling}}}\n"
POLICY = FilePolicy(
    sees=(Kind.MANIFESTS,),
    check=check,
    severity=Severity.ERROR,
    passes=(EXAMPLE.format(rolling="{}"), EXAMPLE.format(rolling="{maxSurge: 1, maxUnavailable: 0}")),
    fails=(
        EXAMPLE.format(rolling="{maxSurge: 0, maxUnavailable: 0}"),
        EXAMPLE.format(rolling='{maxSurge: "0%", maxUnavailable: 0}'),
    ),
)
