"""A pod is killed before its running requests are done.

Why: the grace period counts from the deletion and includes preStop; what is left after it is all the time that running requests
have.

Instead: `terminationGracePeriodSeconds` = preStop + the longest request + a few seconds.
"""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model.finding import Severity
from cdgen.policies.base import File, FilePolicy, Hit, Kind
from cdgen.policies.base.objects import DEFAULT_GRACE, containers, dig, number, pods

LEAST_DRAIN = 10


def check(file: File) -> Iterator[Hit]:
    for pod in pods(file):
        grace = number(dig(pod.spec, "terminationGracePeriodSeconds"), DEFAULT_GRACE)
        for container in containers(pod):
            pause = number(dig(container.data, "lifecycle", "preStop", "sleep", "seconds"), 0)
            if pause and grace - pause < LEAST_DRAIN:
                message = (
                    f"{grace} s of grace leave {grace - pause} s after a preStop of {pause} s: at least {LEAST_DRAIN} s are needed"
                )
                yield Hit(message, pod.document, (*pod.at, "spec", "terminationGracePeriodSeconds"))


EXAMPLE = """\
apiVersion: v1
kind: Pod
metadata: {{name: a}}
spec:
  terminationGracePeriodSeconds: {grace}
  containers: [{{name: app, lifecycle: {{preStop: {{sleep: {{seconds: {pause}}}}}}}}}]
"""
POLICY = FilePolicy(
    sees=(Kind.MANIFESTS,),
    check=check,
    severity=Severity.ERROR,
    passes=("apiVersion: v1\nkind: Pod\nspec: {containers: [{name: app}]}\n", EXAMPLE.format(grace=45, pause=15)),
    fails=(EXAMPLE.format(grace=15, pause=15), EXAMPLE.format(grace=20, pause=15)),
)
