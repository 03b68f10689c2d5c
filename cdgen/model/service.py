"""What a service is, after deciding. No CI system's and no cluster's word stands here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from cdgen.model.facts import (
    BackingService,
    Confidence,
    EnvVar,
    ExistingImage,
    ExistingPipeline,
    PrivateRegistry,
    ResourceHint,
    Source,
)


class Commands(NamedTuple):
    """Shell commands as this repository runs them, from the service's directory. None: the repository has no such step."""

    install: str | None = None
    codegen: tuple[str, ...] = ()
    lint: str | None = None
    test: str | None = None
    coverage: str | None = None
    integration: str | None = None
    build: str | None = None
    start: str | None = None


class Toolchain(NamedTuple):
    """What must be on the machine to run the commands, in neutral words; each emitter has one table from here to its set-up."""

    language: str  # go, java, node, python
    version: str | None  # one concrete version line that the pins offer (1.26.6, 21, 24.18.0); None: not known
    version_file: str | None = None  # file that fixes it, relative to the repository root
    package_manager: str | None = None  # npm, pnpm, yarn, pip, pipenv, poetry, uv, pdm, maven, gradle
    package_manager_version: str | None = None
    lockfiles: tuple[str, ...] = ()  # cache keys, relative to the repository root


class ImageRecipe(NamedTuple):
    """How to build an image for a service that has no Dockerfile: a template and its values.

    `bases` maps the name a template uses (`build`, `runtime`) to `image:tag@sha256:...` (already through the road's image map).
    `include` is the allow-list of the build context, relative to the context: the service's directory, or `context` where the
    build needs a folder above (a workspace with one lockfile), relative to the repository root. `exclude` is what a build of the
    developer leaves inside of it.
    """

    template: str
    values: Mapping[str, Any]
    bases: Mapping[str, str]
    include: tuple[str, ...]
    uid: int = 65532
    context: str | None = None
    exclude: tuple[str, ...] = ()


class Decision(NamedTuple):
    """Why a field has its value. `sources` are the places that say so; `candidates` those that lost or tie."""

    value: Any
    confidence: Confidence | None  # None: not known
    why: str
    sources: tuple[Source, ...] = ()
    candidates: tuple[tuple[Any, Source | None], ...] = ()
    settle: str = ""  # the line of cdgen.yaml that settles it, when unknown or ambiguous
    rule: str = ""  # id of the stack or detector that saw it


class Listener(NamedTuple):
    """A port that the process opens."""

    port: int
    protocol: str  # http, grpc
    role: str  # main, metrics, admin


class Endpoint(NamedTuple):
    """A request that the service answers, and where the code registers it."""

    method: str  # GET, POST, ...; `*` for any
    path: str
    source: Source | None


class Edge(NamedTuple):
    """One line of the call map: the service asks `target`.

    `kind`: `service` of this repository (`target` is its name), `cluster` (a name that only a cluster's DNS knows), `external` (a
    public host), `telemetry` (where traces and metrics go), `unknown` (`target` is the setting that holds the address, and nothing
    here says whose it is).
    """

    target: str
    kind: str
    protocol: str  # http, grpc
    via: str  # what the code says: an address, a setting, the service of a stub
    sources: tuple[Source, ...]


class Size(NamedTuple):
    """How much there is to look after."""

    files: int
    lines: int
    endpoints: int
    dependencies: int | None  # direct ones at run time; None: the manifest does not tell


class Skew(NamedTuple):
    """Two places that ask for versions of one toolchain which exclude each other."""

    one: str
    one_source: Source
    other: str
    other_source: Source


class Details(NamedTuple):
    """What else is known about a service. Nothing of it is needed for its road, and all of it is shown."""

    listeners: tuple[Listener, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    grpc_services: tuple[str, ...] = ()
    calls: tuple[Edge, ...] = ()
    depends_on: tuple[str, ...] = ()  # folders of this repository that it builds with, through others too
    test_runner: str | None = None
    generators: tuple[str, ...] = ()
    resources: tuple[ResourceHint, ...] = ()
    licence: str | None = None
    charts: tuple[str, ...] = ()
    compose_files: tuple[str, ...] = ()
    size: Size | None = None
    skews: tuple[Skew, ...] = ()


class Service(NamedTuple):
    name: str
    directory: str  # relative to the repository root, "." for the root
    stack: str  # id of the stack module
    language: str
    language_version: str | None  # as the repository states it
    framework: str | None
    framework_version: str | None
    build_tool: str | None
    kind: str  # service, worker, library, cli, job, static-site, load-generator
    protocol: str | None  # http, grpc, None for a worker or unknown
    port: int | None
    health_path: str | None
    readiness_path: str | None
    metrics_path: str | None
    metrics_port: int | None
    commands: Commands
    toolchain: Toolchain
    dockerfile: ExistingImage | None
    recipe: ImageRecipe | None
    backing: tuple[BackingService, ...]
    env: tuple[EnvVar, ...]
    registries: tuple[PrivateRegistry, ...]
    integration_tests: tuple[str, ...]
    migrations: str | None
    owner: str
    tier: str
    description: str
    callers: tuple[str, ...]
    coverage: int | None  # ratchet in percent, None: reported only
    deploy_directory: str  # `<directory>/deploy`, or the place taken instead
    provenance: Mapping[str, Decision]
    backing_sources: Mapping[str, tuple[Source, ...]] = MappingProxyType({})  # kind -> where it was seen
    pipelines: tuple[ExistingPipeline, ...] = ()  # that the repository already has
    existing_manifests: tuple[str, ...] = ()
    unsupported: tuple[str, ...] = ()  # why it cannot be paved
    no_image: tuple[str, ...] = ()  # why no image can be written for it
    hostname: str | None = None  # public name that cdgen.yaml asks for; may hold `{service}` and `{environment}`
    grpc_health: bool = False  # its server answers grpc.health.v1.Health
    details: Details = Details()

    @property
    def is_service(self) -> bool:
        """Whether it runs for long and can be deployed."""
        return self.kind in ("service", "worker", "static-site")

    def path(self, relative: str) -> str:
        """A path inside the service's directory, relative to the repository root."""
        return relative if self.directory == "." else f"{self.directory}/{relative}"


class Skipped(NamedTuple):
    """A folder that looks like a service but gets no road, with the reason."""

    directory: str
    what: str
    reason: str
    source: Source | None
