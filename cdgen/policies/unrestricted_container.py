"""A container is not held to the restricted profile of the Pod Security Standards.

Why: a process that breaks out of the application should find no user, no capability and no system call to go on with.

Instead: the pod says `runAsNonRoot`, a user other than 0 and the seccomp profile; every container drops ALL capabilities and
forbids privilege escalation (https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted).
"""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model.finding import Severity
from cdgen.policies.base import File, FilePolicy, Hit, Kind
from cdgen.policies.base.objects import Container, Pod, containers, dig, items, mapping, pods, tables

VOLUMES = frozenset(
    {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret", "name"}
)
PROFILES = ("RuntimeDefault", "Localhost")


def check(file: File) -> Iterator[Hit]:
    for pod in pods(file):
        yield from (Hit(words, pod.document, (*pod.at, "spec")) for words in _pod(pod))
        for container in containers(pod):
            yield from (Hit(f"{container.name} {words}", pod.document, container.at) for words in _container(container))


def _pod(pod: Pod) -> Iterator[str]:
    for word in ("hostNetwork", "hostPID", "hostIPC"):
        if dig(pod.spec, word):
            yield f"shares the node's {word.removeprefix('host').lower()}"
    for _, volume in tables(pod.spec, "volumes"):
        yield from (f"mounts a volume of type {kind}" for kind in volume if kind not in VOLUMES)


def _container(container: Container) -> Iterator[str]:
    own, of_pod = mapping(container.data, "securityContext"), mapping(container.pod.spec, "securityContext")
    both = {**of_pod, **own}  # what a container says wins
    if own.get("privileged"):
        yield "is privileged"
    if own.get("allowPrivilegeEscalation") is not False:
        yield "may gain privileges"
    if both.get("runAsNonRoot") is not True:
        yield "may run as root"
    if both.get("runAsUser") == 0:
        yield "runs as user 0"
    if dig(both, "seccompProfile", "type") not in PROFILES:
        yield "has no seccomp profile"
    if "ALL" not in items(own, "capabilities", "drop"):
        yield "keeps capabilities"
    if added := [name for name in items(own, "capabilities", "add") if name != "NET_BIND_SERVICE"]:
        yield f"adds the capabilities {', '.join(map(str, added))}"
    if any(port.get("hostPort") for _, port in tables(container.data, "ports")):
        yield "takes a port of the node"


EXAMPLE = """\
apiVersion: v1
kind: Pod
spec:
  {pod}
  securityContext: {{runAsNonRoot: true, runAsUser: 65532, seccompProfile: {{type: RuntimeDefault}}}}
  containers:
    - name: app
      securityContext: {{{container}}}
"""
GOOD = "allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}"


def _example(container: str = GOOD, pod: str = "volumes: []") -> str:
    return EXAMPLE.format(container=container, pod=pod)


POLICY = FilePolicy(
    sees=(Kind.MANIFESTS,),
    check=check,
    severity=Severity.ERROR,
    passes=(
        _example(),
        _example("allowPrivilegeEscalation: false, capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}"),
        _example(pod="volumes: [{name: tmp, emptyDir: {}}]"),
    ),
    fails=(
        _example("capabilities: {drop: [ALL]}"),
        _example("allowPrivilegeEscalation: false"),
        _example("allowPrivilegeEscalation: false, capabilities: {drop: [ALL], add: [SYS_ADMIN]}"),
        _example(f"{GOOD}, privileged: true"),
        _example(f"{GOOD}, runAsNonRoot: false"),
        _example(f"{GOOD}, runAsUser: 0"),
        _example(f"{GOOD}, seccompProfile: {{type: Unconfined}}"),
        _example(pod="hostNetwork: true"),
        _example(pod="volumes: [{name: host, hostPath: {path: /}}]"),
        _example(pod=f"initContainers: [{{name: first, ports: [{{hostPort: 80}}], securityContext: {{{GOOD}}}}}]"),
        "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: app}]}\n",
    ),
    covers=("K8-01", "PSS restricted"),
)
