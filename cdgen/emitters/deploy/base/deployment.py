"""The Deployment of a workload: restricted Pod Security and two steps beyond it, a roll without lost capacity, a graceful end."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.emitters.deploy.base.text import Data
from cdgen.model.workload import MIN_READY_SECONDS, Port, Probe, ProbeKind, Workload
from cdgen.plan.sizing import SCRATCH_MIB

CONTAINER = "app"
FIRST_FREE_PORT = 1024
UNRELEASED = "set-by-deploy"  # a tag that no registry has: what is applied without a digest cannot start
FIELDS = {
    "POD_NAME": "metadata.name",
    "POD_NAMESPACE": "metadata.namespace",
    "POD_IP": "status.podIP",
    "NODE_NAME": "spec.nodeName",
}


def selector(workload: Workload) -> dict[str, str]:
    """What selects its pods. Immutable in a Deployment, so neither version nor team."""
    return {"app.kubernetes.io/name": workload.service, "app.kubernetes.io/instance": workload.service}


def config_name(workload: Workload) -> str:
    return f"{workload.service}-config"


def secrets_name(workload: Workload) -> str:
    """The one Secret of a workload. It is made by the organisation's secret store, never by cdgen."""
    return f"{workload.service}-secrets"


def is_scaled(workload: Workload) -> bool:
    """Whether an autoscaler owns the number of replicas."""
    return any(each.scaling.maximum > each.scaling.minimum for each in workload.environments)


def deployment(workload: Workload) -> Data:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": workload.service, "labels": selector(workload)},
        "spec": {
            **({} if is_scaled(workload) else {"replicas": least_replicas(workload)}),
            "minReadySeconds": MIN_READY_SECONDS,
            "progressDeadlineSeconds": workload.progress_deadline_seconds,
            "revisionHistoryLimit": 5,
            "selector": {"matchLabels": selector(workload)},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": _surge(workload), "maxUnavailable": 0}},
            "template": {
                "metadata": {
                    "labels": selector(workload),
                    "annotations": {"kubectl.kubernetes.io/default-container": CONTAINER},
                },
                "spec": _pod(workload),
            },
        },
    }


def reasons(workload: Workload) -> dict[str, str]:
    """Why the numbers of the Deployment are what they are."""
    shutdown, startup = workload.shutdown, workload.startup
    budget = startup.period_seconds * startup.failure_threshold if startup else 0
    said = {
        "progressDeadlineSeconds:": "then the rollout counts as stuck, and the deploy restores the previous digest",
        "maxUnavailable:": "no capacity is lost while it rolls",
        "terminationGracePeriodSeconds:": f"{shutdown.pre_stop} s preStop + {shutdown.drain} s for running requests + 5 s",
        "image:": "the digest comes with the deploy",
        "requests:": workload.resources.why,
    }
    if startup:
        said["startupProbe:"] = f"{budget} s to start, then the other probes begin"
    if workload.liveness and workload.liveness.kind is ProbeKind.TCP:
        said["livenessProbe:"] = "the open port alone: an outage of a database must not restart every replica"
    if shutdown.pre_stop:
        said["preStop:"] = "keeps serving while the news of its end spreads"
    if workload.secret_keys:
        said[f"name: {secrets_name(workload)}"] = "from your secret store; a missing key that is not optional stops the rollout"
    return said


def least_replicas(workload: Workload) -> int:
    return min(each.scaling.minimum for each in workload.environments)


def _surge(workload: Workload) -> int | str:
    """A quarter more while it rolls; one more where a quarter of that would be one anyway."""
    return "25%" if max(each.scaling.maximum for each in workload.environments) > 3 else 1


def _pod(workload: Workload) -> Data:
    return {
        "serviceAccountName": workload.service,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": workload.shutdown.grace,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": workload.uid,
            "runAsGroup": workload.uid,
            "fsGroup": workload.uid,
            "seccompProfile": {"type": "RuntimeDefault"},
            **_low_ports(workload),
        },
        "affinity": {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [_apart(workload)]}},
        "topologySpreadConstraints": [_spread("topology.kubernetes.io/zone", workload)],
        "containers": [_container(workload)],
        "volumes": [{"name": _volume(path), "emptyDir": {"sizeLimit": f"{SCRATCH_MIB}Mi"}} for path in workload.writable_paths],
    }


def _low_ports(workload: Workload) -> Data:
    """Lets a user other than root open a port below 1024, with a setting that the restricted profile counts as safe."""
    needed = any(port.number < FIRST_FREE_PORT for port in workload.ports)
    return {"sysctls": [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}]} if needed else {}


def _apart(workload: Workload) -> Data:
    term = {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": selector(workload)}}
    return {"weight": 100, "podAffinityTerm": term}


def _spread(key: str, workload: Workload) -> Data:
    """Counts one revision at a time (`pod-template-hash`): without it a rolling update ends unbalanced."""
    return {
        "maxSkew": 1,
        "topologyKey": key,
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": selector(workload)},
        "matchLabelKeys": ["pod-template-hash"],
        "nodeTaintsPolicy": "Honor",
    }


def _container(workload: Workload) -> Data:
    container: Data = {
        "name": CONTAINER,
        "image": f"{workload.image}:{UNRELEASED}",
        "imagePullPolicy": "Always",
        "ports": [{"name": port.name, "containerPort": port.number} for port in workload.ports],
        "envFrom": [{"configMapRef": {"name": config_name(workload)}}],
        "env": list(_env(workload)),
        **_probes(workload),
        "lifecycle": {"preStop": {"sleep": {"seconds": workload.shutdown.pre_stop}}},
        "resources": _resources(workload),
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "terminationMessagePolicy": "FallbackToLogsOnError",
        "volumeMounts": [{"name": _volume(path), "mountPath": path} for path in workload.writable_paths],
    }
    if not workload.ports:
        del container["ports"]
    if not workload.shutdown.pre_stop:
        del container["lifecycle"]
    return container


def _env(workload: Workload) -> Iterator[Data]:
    for name, field in FIELDS.items():
        yield {"name": name, "valueFrom": {"fieldRef": {"fieldPath": field}}}
    for name, value in workload.env:
        yield {"name": name, "value": value}
    for name in workload.secret_keys:
        key: Data = {"name": secrets_name(workload), "key": name}
        if name not in workload.required_secrets:
            key["optional"] = True
        yield {"name": name, "valueFrom": {"secretKeyRef": key}}


def _probes(workload: Workload) -> Data:
    asked = {"startupProbe": workload.startup, "readinessProbe": workload.readiness, "livenessProbe": workload.liveness}
    probes = {name: _probe(probe, workload.ports) for name, probe in asked.items() if probe}
    if "livenessProbe" in probes:
        probes["livenessProbe"]["terminationGracePeriodSeconds"] = 10  # a stuck process does not use its long grace
    return probes


def _probe(probe: Probe, ports: tuple[Port, ...]) -> Data:
    name = next((port.name for port in ports if port.number == probe.port), probe.port)
    handlers: dict[ProbeKind, Data] = {
        ProbeKind.HTTP: {"httpGet": {"path": probe.path, "port": name}},
        ProbeKind.GRPC: {"grpc": {"port": probe.port}},  # a gRPC probe takes no name
        ProbeKind.TCP: {"tcpSocket": {"port": name}},
    }
    return {
        **handlers[probe.kind],
        "periodSeconds": probe.period_seconds,
        "timeoutSeconds": probe.timeout_seconds,
        "failureThreshold": probe.failure_threshold,
    }


def _resources(workload: Workload) -> Data:
    """Memory and storage cannot be taken back from a process, so their request is the limit; CPU time can."""
    given = workload.resources
    fixed = {"memory": given.memory, "ephemeral-storage": given.ephemeral_storage}
    limit = {"cpu": given.cpu_limit} if given.cpu_limit else {}
    return {"requests": {"cpu": given.cpu_request, **fixed}, "limits": {**limit, **fixed}}


def _volume(path: str) -> str:
    return path.strip("/").replace("/", "-").replace(".", "-").lower()
