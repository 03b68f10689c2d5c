"""What was seen in a repository, where, and how far it can be trusted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import IntEnum, StrEnum
from typing import Any, Generic, NamedTuple, TypeVar

T = TypeVar("T")


class Confidence(IntEnum):
    """How sure a fact is. Only DECLARED and INFERRED may decide something that breaks a build when wrong."""

    DEFAULT = 1  # nothing in the repository says so: a tool's or framework's documented default
    INFERRED = 2  # follows from what the repository contains
    DECLARED = 3  # the repository says so in the file that fixes it


class Origin(StrEnum):
    """The kind of place a fact was seen in. `spec/decide.py` ranks origins per key; nothing else does."""

    COMMAND = "start command"  # arguments of the command that starts it: they override everything the code says
    CODE = "code"
    CONFIG = "config"  # the application's own configuration files
    MANIFEST = "manifest"  # the build tool's manifest: go.mod, pom.xml, package.json, pyproject.toml
    LOCKFILE = "lockfile"
    VERSION_FILE = "version file"  # .nvmrc, .python-version, .tool-versions
    MAKEFILE = "makefile"
    SCRIPT = "script"  # package scripts, Procfile, wrapper, tox/nox, task runners
    CI = "ci"
    DOCKERFILE = "dockerfile"
    COMPOSE = "compose"
    KUBERNETES = "kubernetes"
    LAYOUT = "layout"  # that a file exists
    DOCS = "docs"
    DEFAULT = "default"  # documented default of the tool or framework


class Source(NamedTuple):
    """A place in the repository: path relative to its root with `/`, 1-based line, 0 for the file as a whole."""

    path: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path


class Key(Generic[T]):
    """The typed name of a fact. Every key is a constant of `facts.py`, so a misspelt one cannot be read or written."""

    __slots__ = ("name", "title")

    def __init__(self, name: str, title: str) -> None:
        self.name = name
        self.title = title

    def __repr__(self) -> str:
        return f"Key({self.name})"


class Fact(NamedTuple):
    """One observation. `value` has the type its key names; `note` says in a few words what was seen."""

    key: Key[Any]
    value: Any
    source: Source | None
    origin: Origin
    confidence: Confidence = Confidence.DECLARED
    note: str = ""
    detector: str = ""  # filled in by the collector: the module that saw it


class Version(NamedTuple):
    """A version as the repository states it. `text` is verbatim (`>=3.11`, `1.24.3`, `17`)."""

    text: str

    def __str__(self) -> str:
        return self.text


class Framework(NamedTuple):
    name: str  # canonical lower-case name: spring-boot, express, fastapi, chi, gin
    version: str | None


class BackingService(NamedTuple):
    """Something the service needs at run time. `kind` is canonical: postgresql, mysql, mariadb, mongodb, redis, memcached,
    rabbitmq, kafka, nats, elasticsearch, opensearch, cassandra, sqlserver, dynamodb, s3, sqs, pubsub, etcd, consul, vault."""

    kind: str
    version: str | None = None
    image: str | None = None  # as compose or CI names it


class EnvVar(NamedTuple):
    name: str
    default: str | None
    required: bool  # the code fails without it, as far as can be seen
    secret: bool  # the name looks like a credential


class PrivateRegistry(NamedTuple):
    """Where private dependencies come from. `secret` is the environment variable that carries the credential."""

    ecosystem: str  # go, npm, maven, pypi, gradle
    host: str
    secret: str


class ExistingPipeline(NamedTuple):
    """A pipeline the repository already has, and which gates it runs at which line (`{"unit": 27}`)."""

    system: str  # github, gitlab, circleci, travis, jenkins, azure, buildkite, tekton, drone, cloudbuild
    path: str
    gates: tuple[tuple[str, int], ...] = ()


class ExistingImage(NamedTuple):
    """A Dockerfile of the repository, read as evidence and left alone."""

    path: str
    context: str  # build context relative to the repository root
    user: str | None = None  # last USER, verbatim
    user_line: int = 0
    ports: tuple[int, ...] = ()
    entrypoint: tuple[str, ...] = ()  # ENTRYPOINT + CMD of the last stage, shell form as ("sh", "-c", text)
    base: str | None = None
    copies_output: bool = False  # it copies files that the repository does not hold: the build must run before it


class Route(NamedTuple):
    """A request that the service answers, as the code registers it."""

    method: str  # GET, POST, ...; `*` for any
    path: str  # with its parameters as the framework writes them: /users/{id}, /users/:id


class Call(NamedTuple):
    """A request that the service makes. At least one of `address`, `variable` and `stub` says to whom."""

    protocol: str  # http, grpc
    address: str | None = None  # host, or host:port, without scheme and path: catalogue, api.example.com
    variable: str | None = None  # the environment variable or setting that holds the address: CART_SERVICE_ADDR
    stub: str | None = None  # the gRPC service whose client is made: CartService


class ResourceHint(NamedTuple):
    """What the repository says about the size of the process. `name` is one of `jvm.heap`, `node.heap`, `go.memory`, `go.threads`,
    `workers`, `threads`, `memory`, `cpu`; the value stands as it is written: 512m, 4, $WEB_CONCURRENCY."""

    name: str
    value: str


class Lines(NamedTuple):
    """How much code of its own language a service has, tests and generated files left out."""

    files: int
    lines: int


LANGUAGE: Key[str] = Key("language", "language")
LANGUAGE_VERSION: Key[Version] = Key("language.version", "language version")
FRAMEWORK: Key[Framework] = Key("framework", "framework")
BUILD_TOOL: Key[str] = Key("build.tool", "build tool")
BUILD_TOOL_VERSION: Key[str] = Key("build.tool.version", "build tool version")
PROTOCOL: Key[str] = Key("protocol", "protocol")  # http, grpc, or worker (no listener)
KIND: Key[str] = Key("kind", "kind")  # service, worker, library, cli, job, static-site, load-generator, ...
PORT: Key[int] = Key("port", "port")
METRICS_PORT: Key[int] = Key("metrics.port", "metrics port")
HEALTH_PATH: Key[str] = Key("health.path", "health path")
READINESS_PATH: Key[str] = Key("readiness.path", "readiness path")
GRPC_HEALTH: Key[bool] = Key("health.grpc", "gRPC health service")  # the server answers grpc.health.v1.Health
METRICS_PATH: Key[str] = Key("metrics.path", "metrics path")
INSTALL: Key[str] = Key("command.install", "install")
LINT: Key[str] = Key("command.lint", "lint")
TEST: Key[str] = Key("command.test", "unit tests")
COVERAGE: Key[str] = Key("command.coverage", "coverage")
INTEGRATION: Key[str] = Key("command.integration", "integration tests")
BUILD: Key[str] = Key("command.build", "build")
START: Key[str] = Key("command.start", "start")
CODEGEN: Key[str] = Key("command.codegen", "code generation")  # several facts may hold: order kept
BACKING: Key[BackingService] = Key("backing", "backing service")  # several facts hold at once
ENV: Key[EnvVar] = Key("env", "environment variable")  # several facts hold at once
REGISTRY: Key[PrivateRegistry] = Key("registry", "private registry")  # several facts hold at once
DOCKERFILE: Key[ExistingImage] = Key("dockerfile", "image")
PIPELINE: Key[ExistingPipeline] = Key("pipeline", "existing pipeline")
KUBERNETES: Key[str] = Key("kubernetes", "existing manifests")  # path of a manifest, chart or kustomization
PRE_COMMIT: Key[str] = Key("pre-commit", "pre-commit configuration")
OWNER: Key[str] = Key("owner", "owner")
MIGRATIONS: Key[str] = Key("migrations", "migrations")  # "tool: folder"
INTEGRATION_TESTS: Key[str] = Key("tests.integration", "tests that need a backing service")  # path of such a test file
UNSUPPORTED: Key[str] = Key("unsupported", "unsupported")  # a dead build tool or a missing part, with the reason: no road at all
NO_IMAGE: Key[str] = Key("image.none", "why no image is written")  # the rest of the road stands: the team writes a Dockerfile
SERVICE_NAME: Key[str] = Key("service.name", "service name")
ADMIN_PORT: Key[int] = Key("admin.port", "admin port")
ROUTE: Key[Route] = Key("route", "route")  # several facts hold at once
CALL: Key[Call] = Key("call", "outgoing call")  # several facts hold at once
GRPC_SERVICE: Key[str] = Key("grpc.service", "gRPC service")  # name of a service that the server registers; several hold at once
TEST_RUNNER: Key[str] = Key("tests.runner", "test runner")  # go test, junit5, vitest, pytest, rspec, phpunit, xunit
GENERATOR: Key[str] = Key("generator", "code generator")  # protobuf, openapi, jooq, prisma, sqlc, graphql; several hold at once
RESOURCE: Key[ResourceHint] = Key("resource", "resource hint")  # several facts hold at once
DEPENDS_ON: Key[str] = Key("depends.on", "depends on")  # folder of another project of this repository that it builds with
DEPENDENCIES: Key[int] = Key("size.dependencies", "direct dependencies")  # that are there at run time, as the manifest lists them
LINES: Key[Lines] = Key("size.lines", "lines of code")
LICENCE: Key[str] = Key("licence", "licence")  # SPDX identifier
CHART: Key[str] = Key("chart", "Helm chart")  # folder of a chart that deploys it
COMPOSE_FILE: Key[str] = Key("compose", "compose file")  # path of a compose file that runs it


class FactSet:
    """The facts of one service, in the order they were seen."""

    __slots__ = ("_by_key", "facts")

    def __init__(self, facts: Iterable[Fact] = ()) -> None:
        self.facts: tuple[Fact, ...] = tuple(facts)
        self._by_key: dict[str, list[Fact]] = {}
        for fact in self.facts:
            self._by_key.setdefault(fact.key.name, []).append(fact)

    def all(self, key: Key[Any]) -> tuple[Fact, ...]:
        return tuple(self._by_key.get(key.name, ()))

    def values(self, key: Key[T]) -> tuple[T, ...]:
        """Distinct values of a key that may hold several at once, in the order seen."""
        return tuple(dict.fromkeys(fact.value for fact in self._by_key.get(key.name, ())))

    def __iter__(self) -> Iterator[Fact]:
        return iter(self.facts)

    def __len__(self) -> int:
        return len(self.facts)
