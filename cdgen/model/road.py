"""The paved road of an organisation: what it decides for every service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Environment(NamedTuple):
    """Where a release goes, in order. `namespace` may hold `{service}`; `hostname` too, None: not exposed."""

    name: str  # staging, production
    namespace: str
    hostname: str | None
    replicas: int  # least replicas, raised by the tier's minimum in production
    previous: str | None  # the environment a digest must have passed


class Tier(NamedTuple):
    name: str
    strategy: str  # rolling, canary
    approvals: int
    replicas: int
    coverage_floor: int | None  # percent
    blocks_on: tuple[str, ...]  # severities


class Gate(NamedTuple):
    """A gate of the road: whether it blocks a merge, and its time limit in minutes."""

    id: str
    blocking: bool
    timeout_minutes: int


class Gateway(NamedTuple):
    """The Gateway that exposes services (Gateway API parentRef)."""

    name: str
    namespace: str
    section: str | None


class Road(NamedTuple):
    """`runners`, `images` and `actions` map the public name to the organisation's own; an empty map means the public one."""

    name: str
    edition: str
    source: str  # "built in", "./path", "https://…@tag"
    digest: str  # blake2b-128 over what was read
    ci: str  # github, gitlab
    registry: str  # registry host and prefix; may hold `{owner}` and `{repository}`
    main_branch: str
    environments: tuple[Environment, ...]
    cluster_access: str  # kubectl-oidc
    kubernetes_version: str  # 1.36
    gateway: Gateway
    monitoring_namespace: str
    tiers: Mapping[str, Tier]
    default_tier: str
    gates: Mapping[str, Gate]
    runner: str  # public runner label: ubuntu-24.04
    runners: Mapping[str, str]  # public runner label -> own label
    images: Mapping[str, str]  # prefix of a public image name -> own prefix
    actions: Mapping[str, str]  # owner/repo -> own owner/repo (the commit stays)
    indexes: Mapping[str, str]  # ecosystem (npm, pypi, go, maven) -> own index URL
    tool_source: str  # where the verify job installs cdgen from
    tool_version: str | None
    tool_sha256: str | None
    network_policy_stage: str  # audit, enforce
    cpu_limit: bool = True  # whether containers get a CPU limit beside their request


class ActionPin(NamedTuple):
    """`owner/repo[/path]@commit # version`, already through the road's action map."""

    action: str
    commit: str
    version: str

    @property
    def uses(self) -> str:
        return f"{self.action}@{self.commit}"


class ImagePin(NamedTuple):
    image: str
    tag: str
    digest: str  # sha256:...

    @property
    def reference(self) -> str:
        """`image:tag@sha256:...`; the tag is for people, the digest decides."""
        return f"{self.image}:{self.tag}@{self.digest}" if self.tag else f"{self.image}@{self.digest}"
