"""A rollout counts as stuck before a good pod can be ready.

Why: a deploy that gives up while the new version is still starting restores the old one for no reason.

Instead: `progressDeadlineSeconds` above the startup budget plus `minReadySeconds`.
"""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model.finding import Severity
from cdgen.policies.base import File, FilePolicy, Hit, Kind
from cdgen.policies.base.objects import all_containers, dig, number, of_kind

DEFAULT_DEADLINE = 600


def check(file: File) -> Iterator[Hit]:
    for document in of_kind(file, "Deployment"):
        spec = dig(document.data, "spec")
        deadline = number(dig(spec, "progressDeadlineSeconds"), DEFAULT_DEADLINE)
        ready = number(dig(spec, "minReadySeconds"), 0)
        start = max((_budget(each.data) for each in all_containers(file) if each.pod.document is document), default=0)
        if deadline <= ready + start:
            message = f"the deadline of {deadline} s ends before {start} s to start and {ready} s of minReadySeconds do"
            yield Hit(message, document, ("spec", "progressDeadlineSeconds"))


def _budget(container: dict[str, object]) -> int:
    """The longest start that the startup probe allows: period 10 s and three failures unless it says otherwise."""
    probe = container.get("startupProbe")
    return number(dig(probe, "periodSeconds"), 10) * number(dig(probe, "failureThreshold"), 3) if probe else 0


EXAMPLE = """\
apiVersion: apps/v1
kind: Deployment
spec:
  minReadySeconds: 10
  progressDeadlineSeconds: {deadline}
  template: {{spec: {{containers: [{{name: app, startupProbe: {{periodSeconds: 2, failureThreshold: 10}}}}]}}}}
"""
POLICY = FilePolicy(
    sees=(Kind.MANIFESTS,),
    check=check,
    severity=Severity.ERROR,
    passes=("apiVersion: apps/v1\nkind: Deployment\nspec: {}\n", EXAMPLE.format(deadline=31)),
    fails=(EXAMPLE.format(deadline=30), EXAMPLE.format(deadline=10)),
)
