"""Pods are spread by a key that they do not have.

Why: Kubernetes ignores a key that is not there without a word, so all replicas may end up in one place.

Instead: topology keys of nodes, a selector that matches the pods, and `pod-template-hash` only on what a ReplicaSet makes.
"""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model.finding import Severity
from cdgen.policies.base import File, FilePolicy, Hit, Kind
from cdgen.policies.base.objects import Pod, dig, items, mapping, pods, selects, tables

TOPOLOGY = frozenset({"topology.kubernetes.io/zone", "topology.kubernetes.io/region", "kubernetes.io/hostname"})
HASHES = {
    "Deployment": "pod-template-hash",
    "ReplicaSet": "pod-template-hash",
    "StatefulSet": "controller-revision-hash",
    "DaemonSet": "controller-revision-hash",
}


def check(file: File) -> Iterator[Hit]:
    for pod in pods(file):
        for index, rule in tables(pod.spec, "topologySpreadConstraints"):
            at = (*pod.at, "spec", "topologySpreadConstraints", index)
            yield from (Hit(words, pod.document, at) for words in _rule(pod, rule))


def _rule(pod: Pod, rule: dict[str, object]) -> Iterator[str]:
    if rule.get("topologyKey") not in TOPOLOGY:
        yield f"spreads by {rule.get('topologyKey')}, which nodes need not have"
    chosen = mapping(rule, "labelSelector", "matchLabels")
    if not chosen or not selects(chosen, pod.labels):
        yield "spreads by a selector that does not match its own pods"
    known = {*pod.labels, HASHES.get(str(dig(pod.document.data, "kind")))}
    for key in items(rule, "matchLabelKeys"):
        if key not in known:
            yield f"counts by {key}, a label that these pods do not have"
        elif key in chosen:
            yield f"counts by {key}, which the selector names already"


EXAMPLE = """\
apiVersion: apps/v1
kind: {kind}
spec:
  template:
    metadata: {{labels: {{app: a}}}}
    spec:
      topologySpreadConstraints:
        - {{topologyKey: {key}, labelSelector: {{matchLabels: {{app: {app}}}}}, matchLabelKeys: [{label}]}}
"""


def _example(kind: str = "Deployment", key: str = "topology.kubernetes.io/zone", app: str = "a", label: str = "") -> str:
    return EXAMPLE.format(kind=kind, key=key, app=app, label=label)


POLICY = FilePolicy(
    sees=(Kind.MANIFESTS,),
    check=check,
    severity=Severity.ERROR,
    passes=(_example(), _example(label="pod-template-hash"), _example("StatefulSet", label="controller-revision-hash")),
    fails=(
        _example(key="zone"),
        _example(app="b"),
        _example("StatefulSet", label="pod-template-hash"),
        _example(label="rollouts-pod-template-hash"),
        _example(label="app"),
    ),
    covers=("K8-11",),
)
