"""How pods behave on a pretended node: kwok's own stages, and four outcomes that a test can ask for.

A pod annotated `cdgen.test/outcome: not-ready | image-pull | crash | fail` behaves so, and so does one whose image has the
digest that `digest(outcome)` gives (a script under test applies digests, not annotations). Any other becomes ready at once and runs
the image that it was asked to run, unless its digest is `OTHER_IMAGE`: then the node says that it runs something else.
`fail` is for Jobs: the failed pods of a Deployment are replaced again and again.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import yaml

ANNOTATION = "cdgen.test/outcome"
BY_ANNOTATION = f'.metadata.annotations["{ANNOTATION}"]'
BY_DIGEST = '.spec.containers[].image | split("@") | last'
FROM_KWOK = (
    "node/fast/node-initialize.yaml",
    "node/heartbeat-with-lease/node-heartbeat-with-lease.yaml",
    "pod/fast/pod-ready.yaml",
    "pod/fast/pod-complete.yaml",
    "pod/fast/pod-delete.yaml",
)
GOES_WELL = frozenset({"pod-ready", "pod-complete"})
OTHER_IMAGE = "sha256:" + "0" * 63 + "1"
READY = "  ready: true\n"
OTHER = f"docker.io/library/other@sha256:{'f' * 64}"
RUNS = f'  imageID: {{{{ if contains "{OTHER_IMAGE}" .image }}}}{OTHER}{{{{ else }}}}{{{{ .image }}}}{{{{ end }}}}\n'
# outcome: phase of the pod, state of each container
OUTCOMES = {
    "not-ready": ("Running", "running: {startedAt: {{ $now | Quote }}}"),
    "image-pull": ("Pending", "waiting: {reason: ImagePullBackOff, message: cannot pull the image}"),
    "crash": ("Running", "waiting: {reason: CrashLoopBackOff, message: the container ends again and again}"),
    "fail": ("Failed", "terminated: {exitCode: 1, reason: Error, startedAt: {{ $now | Quote }}, finishedAt: {{ $now | Quote }}}"),
}
STATUS = """\
{{ $now := Now }}
conditions:
- {type: Initialized, status: "True", lastTransitionTime: {{ $now | Quote }}}
- {type: Ready, status: "False", reason: ContainersNotReady, lastTransitionTime: {{ $now | Quote }}}
- {type: ContainersReady, status: "False", reason: ContainersNotReady, lastTransitionTime: {{ $now | Quote }}}
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  ready: false
  restartCount: 0
  state: {STATE}
{{ end }}
hostIP: {{ NodeIPWith .spec.nodeName | Quote }}
podIP: {{ PodIPWith .spec.nodeName false ( or .metadata.uid "" ) ( or .metadata.name "" ) ( or .metadata.namespace "" ) | Quote }}
phase: PHASE
startTime: {{ $now | Quote }}
"""


def digest(outcome: str) -> str:
    """The image digest of a version that ends so."""
    assert outcome in OUTCOMES, f"no such outcome: {outcome}"
    return "sha256:" + hashlib.sha256(outcome.encode()).hexdigest()


def stages(shipped: Path) -> str:
    """The stages as one YAML stream; `shipped` is the folder of stages that comes with kwok."""
    documents = [document for name in FROM_KWOK for document in yaml.safe_load_all((shipped / name).read_text())]
    for document in documents:
        if document["metadata"]["name"] in GOES_WELL:
            _conditions(document).extend(_of_no_outcome())
        if document["metadata"]["name"] == "pod-ready":  # kwok's own says nothing about the image that runs
            following = document["spec"]["next"]
            following["statusTemplate"] = following["statusTemplate"].replace(READY, RUNS + READY, 1)
    for name in OUTCOMES:
        documents.append(_stage(f"{name}-by-annotation", name, {"key": BY_ANNOTATION, "operator": "In", "values": [name]}))
        documents.append(_stage(f"{name}-by-digest", name, {"key": BY_DIGEST, "operator": "In", "values": [digest(name)]}))
    return yaml.safe_dump_all(documents)


def _of_no_outcome() -> list[dict[str, Any]]:
    return [
        {"key": BY_ANNOTATION, "operator": "DoesNotExist"},
        {"key": BY_DIGEST, "operator": "NotIn", "values": [digest(name) for name in OUTCOMES]},
    ]


def _conditions(stage: dict[str, Any]) -> list[dict[str, Any]]:
    conditions: list[dict[str, Any]] = stage["spec"]["selector"]["matchExpressions"]
    return conditions


def _stage(name: str, outcome: str, condition: dict[str, Any]) -> dict[str, Any]:
    """A stage for pods that meet `condition` and have no container status yet."""
    phase, state = OUTCOMES[outcome]
    conditions = [
        {"key": ".metadata.deletionTimestamp", "operator": "DoesNotExist"},
        condition,
        {"key": ".status.phase", "operator": "In", "values": ["Pending"]},
        {"key": ".status.containerStatuses.[].name", "operator": "DoesNotExist"},
    ]
    status = STATUS.replace("{STATE}", "{" + state + "}").replace("PHASE", phase)
    return {
        "apiVersion": "kwok.x-k8s.io/v1alpha1",
        "kind": "Stage",
        "metadata": {"name": f"pod-{name}"},
        "spec": {
            "resourceRef": {"apiGroup": "v1", "kind": "Pod"},
            "selector": {"matchExpressions": conditions},
            "next": {"statusTemplate": status},
        },
    }
