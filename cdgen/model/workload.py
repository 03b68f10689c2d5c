"""What should run. Neutral about plain manifests, kustomize or Helm."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

MIN_READY_SECONDS = 10  # a new process that dies right after its first good answer is not counted as available


class ProbeKind(StrEnum):
    HTTP = "http"
    GRPC = "grpc"
    TCP = "tcp"


class Probe(NamedTuple):
    kind: ProbeKind
    port: int
    path: str | None
    period_seconds: int
    timeout_seconds: int
    failure_threshold: int


class Port(NamedTuple):
    name: str  # http, grpc, metrics
    number: int
    protocol: str  # http, grpc, metrics


class Resources(NamedTuple):
    """Quantities in Kubernetes notation; `cpu_limit` None: no limit."""

    cpu_request: str
    cpu_limit: str | None
    memory: str  # request = limit
    ephemeral_storage: str
    why: str  # "unmeasured starting value for compiled languages", ...


class Scaling(NamedTuple):
    minimum: int
    maximum: int
    cpu_utilization: int  # percent of the request


class Shutdown(NamedTuple):
    """Seconds. grace = pre_stop + drain + 5."""

    pre_stop: int
    drain: int

    @property
    def grace(self) -> int:
        return self.pre_stop + self.drain + 5


class Deployment(NamedTuple):
    """One environment of a workload."""

    environment: str
    namespace: str
    hostname: str | None
    scaling: Scaling
    config: tuple[tuple[str, str], ...]
    local: bool = False  # the team keeps settings of its own beside this environment


class Workload(NamedTuple):
    service: str
    directory: str  # where its manifests live, relative to the repository root
    component: str  # api, worker
    language: str
    image: str  # logical name in the manifests; a deploy puts registry/name@digest in its place
    ports: tuple[Port, ...]  # empty for a worker
    startup: Probe | None
    readiness: Probe | None
    liveness: Probe | None
    resources: Resources
    shutdown: Shutdown
    progress_deadline_seconds: int
    uid: int
    writable_paths: tuple[str, ...]
    env: tuple[tuple[str, str], ...]  # runtime settings such as GOMEMLIMIT
    config_keys: tuple[tuple[str, str], ...]  # non-secret settings with their defaults, for the ConfigMap
    secret_keys: tuple[str, ...]  # secret settings the code reads; referenced, never written
    callers: tuple[str, ...]
    backing_ports: tuple[tuple[str, int], ...]  # (kind, port) it connects to
    environments: tuple[Deployment, ...]
    owner: str
    exposed: bool
    required_secrets: tuple[str, ...] = ()  # those of secret_keys without which the code does not start
    unset: tuple[str, ...] = ()  # settings that no default fits in a cluster: the team gives them
    metrics_path: str | None = None  # where the metrics are, on the port `metrics` or the first one
