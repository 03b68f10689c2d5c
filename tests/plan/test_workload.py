"""How a service runs: every number has its case here, the ones that change nothing first."""

from __future__ import annotations

from typing import Any

import pytest

from cdgen.model.facts import BackingService, EnvVar, ExistingImage
from cdgen.model.service import ImageRecipe, Toolchain
from cdgen.model.workload import Port, Probe, ProbeKind, Workload
from cdgen.plan.workload import plan_workload
from tests.plan import sample

JAVA = {"language": "kotlin", "toolchain": Toolchain("java", "21")}
NODE = {"language": "typescript", "toolchain": Toolchain("node", "24.18.0")}
PYTHON = {"language": "python", "toolchain": Toolchain("python", "3.13")}


def planned(in_road: Any = None, **changes: Any) -> Workload:
    return plan_workload(sample.service(**changes), in_road or sample.road())


def variable(name: str, default: str | None = None, *, required: bool = False, secret: bool = False) -> EnvVar:
    return EnvVar(name, default, required, secret)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, [("http", 8080)], id="http"),
        pytest.param({"metrics_port": 8080}, [("http", 8080)], id="metrics on the same port"),
        pytest.param({"metrics_port": 9090}, [("http", 8080), ("metrics", 9090)], id="metrics on their own"),
        pytest.param({"protocol": "grpc", "port": 50051}, [("grpc", 50051)], id="grpc"),
        pytest.param({"protocol": None, "health_path": None}, [("tcp", 8080)], id="some listener"),
        pytest.param({"protocol": None}, [("http", 8080)], id="a health path is HTTP"),
        pytest.param({"protocol": None, "health_path": None, "kind": "static-site"}, [("http", 8080)], id="pages"),
        pytest.param({"kind": "worker", "protocol": None}, [], id="a worker has no callers"),
        pytest.param({"kind": "worker", "metrics_port": 9090}, [("metrics", 9090)], id="a worker with metrics"),
        pytest.param({"port": None}, [], id="not known is not guessed"),
    ],
)
def test_ports(changes: dict[str, Any], expected: list[tuple[str, int]]) -> None:
    assert [(port.name, port.number) for port in planned(**changes).ports] == expected


HTTP, GRPC, TCP = ProbeKind.HTTP, ProbeKind.GRPC, ProbeKind.TCP


@pytest.mark.parametrize(
    ("changes", "ready", "alive"),
    [
        pytest.param({"kind": "worker"}, None, None, id="none for a worker"),
        pytest.param({"kind": "worker", "metrics_port": 9090}, None, None, id="none for a worker with metrics"),
        pytest.param({"port": None}, None, None, id="none without a port"),
        pytest.param({"health_path": None}, (TCP, None), (TCP, None), id="no path known"),
        pytest.param({}, (HTTP, "/healthz"), (TCP, None), id="one path never starts a process again"),
        pytest.param({"readiness_path": "/healthz"}, (HTTP, "/healthz"), (TCP, None), id="the same path twice"),
        pytest.param({"health_path": None, "readiness_path": "/ready"}, (HTTP, "/ready"), (TCP, None), id="only readiness"),
        pytest.param({"readiness_path": "/ready"}, (HTTP, "/ready"), (HTTP, "/healthz"), id="two paths"),
        pytest.param({"protocol": "grpc", "health_path": None}, (TCP, None), (TCP, None), id="gRPC without health service"),
        pytest.param(
            {"protocol": "grpc", "health_path": None, "grpc_health": True}, (GRPC, None), (TCP, None), id="gRPC health service"
        ),
        pytest.param({"protocol": "grpc"}, (TCP, None), (TCP, None), id="an HTTP path cannot be asked over gRPC"),
    ],
)
def test_probes(changes: dict[str, Any], ready: tuple[Any, ...] | None, alive: tuple[Any, ...] | None) -> None:
    workload = planned(**changes)
    assert [asked(workload.readiness), asked(workload.liveness), asked(workload.startup)] == [ready, alive, ready]


def asked(probe: Probe | None) -> tuple[Any, ...] | None:
    return (probe.kind, probe.path) if probe else None


@pytest.mark.parametrize(
    ("changes", "budget", "deadline", "cpu", "memory"),
    [
        pytest.param({}, 20, 150, "100m", "128Mi", id="compiled"),
        pytest.param(NODE, 30, 160, "100m", "256Mi", id="node"),
        pytest.param(PYTHON, 30, 160, "100m", "256Mi", id="python"),
        pytest.param(JAVA, 90, 220, "250m", "512Mi", id="virtual machine"),
    ],
)
def test_budget_by_language(changes: dict[str, Any], budget: int, deadline: int, cpu: str, memory: str) -> None:
    workload = planned(**changes)
    assert workload.startup
    assert workload.startup.period_seconds * workload.startup.failure_threshold == budget
    assert workload.progress_deadline_seconds == deadline
    assert (workload.resources.cpu_request, workload.resources.memory) == (cpu, memory)


@pytest.mark.parametrize(
    ("changes", "cpu_limit", "expected"),
    [
        pytest.param({}, True, ("100m", "1"), id="at least one core"),
        pytest.param(JAVA, True, ("250m", "1"), id="four times the request"),
        pytest.param({"tier": "platinum"}, True, ("1", "1"), id="guaranteed"),
        pytest.param({}, False, ("100m", None), id="switched off by the road"),
        pytest.param({"tier": "platinum"}, False, ("100m", None), id="switched off for all"),
    ],
)
def test_cpu(changes: dict[str, Any], cpu_limit: bool, expected: tuple[str, str | None]) -> None:
    found = planned(sample.road(cpu_limit=cpu_limit), **changes).resources
    assert (found.cpu_request, found.cpu_limit) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param(PYTHON, {}, id="nothing to say"),
        pytest.param({"env": (variable("GOMEMLIMIT"), variable("GOMAXPROCS"))}, {}, id="the code's own affair"),
        pytest.param({}, {"GOMEMLIMIT": "115MiB", "GOMAXPROCS": "1"}, id="go"),
        pytest.param(NODE, {"NODE_OPTIONS": "--max-old-space-size=192"}, id="node"),
        pytest.param(JAVA, {"JAVA_TOOL_OPTIONS": "-XX:MaxRAMPercentage=75.0 -XX:ActiveProcessorCount=1"}, id="java"),
    ],
)
def test_runtime_settings(changes: dict[str, Any], expected: dict[str, str]) -> None:
    assert dict(planned(**changes).env) == expected


@pytest.mark.parametrize(
    ("changes", "hostname", "expected"),
    [
        pytest.param({"kind": "worker"}, None, (0, 25, 30), id="nobody calls a worker"),
        pytest.param({}, None, (5, 25, 35), id="callers in the cluster"),
        pytest.param({}, "{service}.example.org", (15, 25, 45), id="behind a gateway"),
    ],
)
def test_shutdown(changes: dict[str, Any], hostname: str | None, expected: tuple[int, int, int]) -> None:
    found = planned(exposing(hostname), **changes).shutdown
    assert (found.pre_stop, found.drain, found.grace) == expected


def exposing(hostname: str | None) -> Any:
    road = sample.road()
    return road._replace(environments=tuple(each._replace(hostname=hostname) for each in road.environments))


@pytest.mark.parametrize(
    ("changes", "hostname", "expected"),
    [
        pytest.param({}, None, [None, None], id="not exposed"),
        pytest.param({"kind": "worker"}, "a.example.org", [None, None], id="no listener"),
        pytest.param({"protocol": None, "health_path": None}, "a.example.org", [None, None], id="neither HTTP nor gRPC"),
        pytest.param({}, "{service}.{environment}.test", ["shop.staging.test", "shop.production.test"], id="road"),
        pytest.param(
            {"hostname": "buy.{environment}.test"}, "a.example.org", ["buy.staging.test", "buy.production.test"], id="own"
        ),
    ],
)
def test_hostname(changes: dict[str, Any], hostname: str | None, expected: list[str | None]) -> None:
    workload = planned(exposing(hostname), **changes)
    assert [each.hostname for each in workload.environments] == expected
    assert workload.exposed is any(expected)


@pytest.mark.parametrize(
    ("changes", "staging", "production"),
    [
        pytest.param({}, (2, 6), (2, 6), id="bronze"),
        pytest.param({"tier": "gold"}, (2, 6), (3, 9), id="a tier raises production alone"),
        pytest.param({"kind": "worker"}, (2, 2), (2, 2), id="a worker keeps its number"),
    ],
)
def test_scaling(changes: dict[str, Any], staging: tuple[int, int], production: tuple[int, int]) -> None:
    found = [(each.scaling.minimum, each.scaling.maximum) for each in planned(**changes).environments]
    assert found == [staging, production]


@pytest.mark.parametrize(
    ("image", "uid"),
    [
        pytest.param({"dockerfile": None, "recipe": None}, 65532, id="no image yet"),
        pytest.param({"dockerfile": None, "recipe": ImageRecipe("x", {}, {}, (), 12345)}, 12345, id="the recipe's"),
        pytest.param({"dockerfile": ExistingImage("Dockerfile", ".", user="1001")}, 1001, id="numeric"),
        pytest.param({"dockerfile": ExistingImage("Dockerfile", ".", user="1001:2002")}, 1001, id="with a group"),
        pytest.param({"dockerfile": ExistingImage("Dockerfile", ".", user="nonroot")}, 65532, id="well-known name"),
        pytest.param({"dockerfile": ExistingImage("Dockerfile", ".", user="node")}, 1000, id="the node image's"),
        pytest.param({"dockerfile": ExistingImage("Dockerfile", ".", user="myuser")}, 65532, id="unknown name"),
        pytest.param({"dockerfile": ExistingImage("Dockerfile", ".", user="$APP_USER")}, 65532, id="variable"),
        pytest.param({"dockerfile": ExistingImage("Dockerfile", ".", user="0")}, 65532, id="never root"),
        pytest.param({"dockerfile": ExistingImage("Dockerfile", ".", user=None)}, 65532, id="root by omission"),
        pytest.param({"dockerfile": ExistingImage("Dockerfile", ".", user="٣")}, 65532, id="a digit of another script"),
    ],
)
def test_user(image: dict[str, Any], uid: int) -> None:
    assert planned(**image).uid == uid


@pytest.mark.parametrize(
    ("variables", "config", "secrets", "required", "unset"),
    [
        pytest.param([], {}, [], [], [], id="none"),
        pytest.param([variable("LOG_LEVEL", "info")], {"LOG_LEVEL": "info"}, [], [], [], id="default made visible"),
        pytest.param([variable("PORT", "3000")], {"PORT": "8080"}, [], [], [], id="PORT is the decided one"),
        pytest.param([variable("EMPTY", ""), variable("NONE")], {}, [], [], [], id="optional, no default"),
        pytest.param([variable("NODE_ENV", "development"), variable("HOME", "/x")], {}, [], [], [], id="not ours to say"),
        pytest.param([variable("TEST_DATABASE", "x"), variable("server.port", "1")], {}, [], [], [], id="tests, no variable"),
        pytest.param([variable("REDIS_ADDR", "localhost:6379")], {}, [], [], ["REDIS_ADDR"], id="true on a laptop alone"),
        pytest.param([variable("BIND", "127.0.0.1")], {}, [], [], ["BIND"], id="listens to itself alone"),
        pytest.param([variable("AMQP", "amqp://u:p@mq")], {}, [], [], ["AMQP"], id="a password in an address"),
        pytest.param([variable("ISSUER", required=True)], {}, [], [], ["ISSUER"], id="required"),
        pytest.param([variable("TOKEN", "x", secret=True)], {}, ["TOKEN"], [], [], id="optional secret"),
        pytest.param(
            [variable("DATABASE_URL", required=True, secret=True)], {}, ["DATABASE_URL"], ["DATABASE_URL"], [], id="required secret"
        ),
    ],
)
def test_settings(
    variables: list[EnvVar], config: dict[str, str], secrets: list[str], required: list[str], unset: list[str]
) -> None:
    workload = planned(env=tuple(variables))
    assert dict(workload.config_keys) == config
    assert (list(workload.secret_keys), list(workload.required_secrets), list(workload.unset)) == (secrets, required, unset)


def test_a_folder_of_the_team_is_picked_up_by_its_name() -> None:
    present = {"deploy/overlays/staging/local/kustomization.yaml"}
    workload = plan_workload(sample.service(), sample.road(), present.__contains__)
    assert [each.local for each in workload.environments] == [True, False]
    assert not any(each.local for each in planned().environments)


def test_what_else_it_writes_and_calls() -> None:
    site = planned(dockerfile=ExistingImage("Dockerfile", ".", base="docker.io/library/nginx:1.29"), kind="static-site")
    assert site.writable_paths == ("/tmp", "/var/cache/nginx", "/var/run")
    assert planned().writable_paths == ("/tmp",)
    assert planned(backing=(BackingService("redis"), BackingService("unheard-of"))).backing_ports == (("redis", 6379),)
    assert planned().ports == (Port("http", 8080, "http"),)
