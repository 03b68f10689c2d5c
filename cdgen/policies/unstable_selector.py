"""A workload does not select its own pods, or selects them by something that changes.

Why: a selector cannot be changed later, so with a version in it the next release fails; with a wrong one the API server refuses
the object.

Instead: `app.kubernetes.io/name` and `app.kubernetes.io/instance`, both in the pod's labels too.
"""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model.finding import Severity
from cdgen.policies.base import File, FilePolicy, Hit, Kind
from cdgen.policies.base.objects import mapping, of_kind, selects

# labels that say something about one release, one environment or one team
CHANGING = frozenset({"app.kubernetes.io/version", "version", "track", "team", "owner", "environment", "release", "commit", "sha"})
AT = ("spec", "selector", "matchLabels")


def check(file: File) -> Iterator[Hit]:
    for document in of_kind(file, "Deployment", "StatefulSet", "DaemonSet"):
        chosen = mapping(document.data, *AT)
        labels = mapping(document.data, "spec", "template", "metadata", "labels")
        if not selects(chosen, labels):
            yield Hit("the selector does not match the labels of its own pods", document, AT)
        for name in sorted(CHANGING & set(chosen)):
            yield Hit(f"selects by {name}, which changes", document, (*AT, name))


EXAMPLE = """\
apiVersion: apps/v1
kind: Deployment
spec:
  selector: {{matchLabels: {{{chosen}}}}}
  template: {{metadata: {{labels: {{app.kubernetes.io/name: a, version: "1", track: stable}}}}}}
"""
POLICY = FilePolicy(
    sees=(Kind.MANIFESTS,),
    check=check,
    severity=Severity.ERROR,
    passes=(EXAMPLE.format(chosen="app.kubernetes.io/name: a"),),
    fails=(
        EXAMPLE.format(chosen="app.kubernetes.io/name: b"),
        EXAMPLE.format(chosen='app.kubernetes.io/name: a, version: "1"'),
        EXAMPLE.format(chosen="track: stable"),
    ),
)
