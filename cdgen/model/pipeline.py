"""What should happen, from a commit to production. Neutral: no CI system's word stands here.

A `Pipeline` is a DAG of jobs. Every job has a time limit, the least access it needs, and steps of a closed set (`Step`); an emitter
matches on the set and ends with `assert_never`, so a new step kind is a type error until every emitter knows it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple, TypeAlias

from cdgen.model.service import Toolchain


class Trigger(StrEnum):
    PULL_REQUEST = "pull-request"  # also the merge queue
    MAIN = "main"  # a push to the main branch
    ROLLBACK = "rollback"  # by hand, with environment, digest and reason


class Access(StrEnum):
    """A right of a job. No job has one that it does not list."""

    READ_CODE = "read-code"
    READ_PACKAGES = "read-packages"
    WRITE_PACKAGES = "write-packages"
    IDENTITY = "identity"  # a short-lived identity token for the cluster or cloud


class Secret(NamedTuple):
    """A named secret that a job reads as an environment variable (private registries). Absent on forks: never required there."""

    name: str
    why: str


class ServiceContainer(NamedTuple):
    """A backing service for integration tests. `env` configures the container, `exports` is what the tests read to find it.

    `exports` hold `{host}` where the address of the container goes: each CI system has its own. `note` says when it is not exactly
    what the repository asked for.
    """

    name: str  # postgres: host name inside the job's network
    image: str  # image:tag@sha256:...
    port: int
    env: tuple[tuple[str, str], ...]
    health: str  # command inside the container, ends 0 when ready
    exports: tuple[tuple[str, str], ...]
    note: str = ""


class Checkout(NamedTuple):
    full_history: bool = False


class SetUp(NamedTuple):
    toolchain: Toolchain


class Run(NamedTuple):
    """One shell command in `directory` (relative to the repository root)."""

    name: str
    command: str
    directory: str = "."
    env: tuple[tuple[str, str], ...] = ()
    secrets: tuple[Secret, ...] = ()


class VerifyRoad(NamedTuple):
    """Install cdgen by version and hash and run `cdgen check --full`."""


class RequireTests(NamedTuple):
    """Fail when no integration test ran or all were skipped; reads the output of the step before.

    `files` are the tests that must be among them, relative to the repository root; empty: any test counts.
    """

    directory: str
    at_least: int
    language: str = ""  # as in `Toolchain`: which output to expect
    files: tuple[str, ...] = ()


class RequireCoverage(NamedTuple):
    """Report the line coverage that the step before measured; fail below `at_least` percent (None: never)."""

    directory: str
    at_least: int | None
    language: str


class BuildImage(NamedTuple):
    """Build an image; with `push` also push it by digest and output the digest."""

    service: str
    context: str
    dockerfile: str
    repository: str  # registry/name without tag
    push: bool
    secrets: tuple[Secret, ...] = ()


class Deploy(NamedTuple):
    """Put a digest into an environment: apply, wait, smoke; on failure restore the previous one, wait, smoke, end red."""

    service: str
    environment: str
    namespace: str
    overlay: str  # path of the overlay
    script: str  # path of the rollout script
    repository: str
    digest_from: str | None  # id of the job whose output is the digest; None: given by the person who starts it
    timeout_seconds: int = 600  # of one wait for the rollout; a failing deploy waits twice
    image_name: str = ""  # how the manifests name the image; empty: as `repository`
    after: str | None = None  # id of the job whose environment the digest must have passed


class Aggregate(NamedTuple):
    """The one required check: green when every needed job succeeded or was skipped by a path filter, red otherwise."""


Step: TypeAlias = Checkout | SetUp | Run | VerifyRoad | RequireTests | RequireCoverage | BuildImage | Deploy | Aggregate


class Job(NamedTuple):
    """`gate` is the road's gate id (`unit`, `image-build`, `deploy-staging`); `id` is unique in the pipeline.

    `paths` limits the job to changes under these prefixes and to changes that belong to no service (empty: always).
    `environment` names the approval boundary.
    `serial` is a lock name: one run at a time, never cancelled half-way.
    """

    id: str
    gate: str
    name: str
    service: str | None
    needs: tuple[str, ...]
    steps: tuple[Step, ...]
    timeout_minutes: int
    access: tuple[Access, ...] = (Access.READ_CODE,)
    containers: tuple[ServiceContainer, ...] = ()
    secrets: tuple[Secret, ...] = ()
    environment: str | None = None
    serial: str | None = None
    paths: tuple[str, ...] = ()
    blocking: bool = True
    env: tuple[tuple[str, str], ...] = ()  # settings that every step sees; never a secret


class Pipeline(NamedTuple):
    trigger: Trigger
    jobs: tuple[Job, ...]
