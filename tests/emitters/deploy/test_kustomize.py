"""The manifests of a workload, read back: what each variant changes, and that nothing points nowhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cdgen.emitters.deploy import kustomize
from cdgen.emitters.deploy.base.text import manifest
from cdgen.errors import DefectError
from cdgen.model.facts import EnvVar
from cdgen.model.plan import DeliveryPlan
from cdgen.model.road import Road
from cdgen.model.service import Service
from cdgen.plan.workload import plan_workload
from cdgen.render.verify import load_yaml_positions
from tests.plan import sample

Files = dict[str, Any]
BASE = ["deployment", "hpa", "kustomization", "networkpolicy", "pdb", "service", "serviceaccount"]
HOST = "{service}.{environment}.example.org"
WORKER: dict[str, Any] = {"kind": "worker", "protocol": None, "port": None, "health_path": None}


def texts(*services: Service, road: Road | None = None, has: Callable[[str], bool] = lambda _: False) -> dict[str, str]:
    chosen = road or sample.road()
    workloads = tuple(plan_workload(each, chosen, has) for each in services)
    plan = DeliveryPlan(chosen, sample.CONFIG, services, (), (), workloads)
    return {file.path: file.text for file in kustomize.emit(plan)}


def emitted(*services: Service, **options: Any) -> Files:
    """Path -> data; a file of several documents holds a list."""
    found: Files = {}
    for path, text in texts(*services, **options).items():
        documents = [document.data for document in load_yaml_positions(text)]
        found[path] = documents[0] if len(documents) == 1 else documents
    return found


def base(files: Files, name: str) -> Any:
    return files[f"deploy/base/{name}.yaml"]


def container(files: Files) -> Any:
    return base(files, "deployment")["spec"]["template"]["spec"]["containers"][0]


def overlay(files: Files, environment: str = "staging") -> Any:
    return files[f"deploy/overlays/{environment}/kustomization.yaml"]


@pytest.mark.parametrize(
    ("changes", "missing", "route"),
    [
        pytest.param({}, [], "httproute", id="http"),
        pytest.param({"protocol": "grpc"}, [], "grpcroute", id="grpc"),
        pytest.param({"protocol": None, "health_path": None}, [], None, id="tcp has no route"),
        pytest.param(WORKER, ["hpa", "service"], None, id="a worker is not called and not scaled by CPU time"),
    ],
)
def test_files(changes: dict[str, Any], missing: list[str], route: str | None) -> None:
    wanted = [f"deploy/base/{name}.yaml" for name in BASE if name not in missing]
    if route:
        wanted += ["deploy/components/gateway/kustomization.yaml", f"deploy/components/gateway/{route}.yaml"]
    for environment in ("staging", "production"):
        wanted += [f"deploy/overlays/{environment}/kustomization.yaml", f"deploy/platform/{environment}/namespace.yaml"]
    assert sorted(texts(sample.service(**changes))) == sorted(wanted)


def test_every_file_of_a_base_is_listed_in_it() -> None:
    for changes in ({}, WORKER):
        files = emitted(sample.service(**changes))
        below = [path.rpartition("/")[2] for path in files if path.startswith("deploy/base/")]
        assert sorted(base(files, "kustomization")["resources"]) == sorted(set(below) - {"kustomization.yaml"})


def test_footprint_of_one_service() -> None:
    made = texts(sample.service(readiness_path="/ready", metrics_port=9090, hostname=HOST, callers=("cart", "web")))
    assert len(made) <= 14
    assert sum(text.count("\n") for text in made.values()) <= 460


def test_workloads_in_folders_of_their_own_share_the_platform_files() -> None:
    files = emitted(sample.service("cart", "cart"), sample.service("web", "web"))
    assert "cart/deploy/base/deployment.yaml" in files and "web/deploy/overlays/production/kustomization.yaml" in files
    assert [each["metadata"]["name"] for each in files["deploy/platform/staging/namespace.yaml"]] == ["cart-staging", "web-staging"]


def test_a_namespace_that_services_share_is_made_once() -> None:
    road = sample.road()
    road = road._replace(environments=tuple(each._replace(namespace=each.name) for each in road.environments))
    files = emitted(sample.service("cart", "cart"), sample.service("web", "web"), road=road)
    assert files["deploy/platform/staging/namespace.yaml"]["metadata"]["name"] == "staging"


def test_namespaces_refuse_what_is_not_restricted_at_a_pinned_version() -> None:
    labels = emitted(sample.service())["deploy/platform/production/namespace.yaml"]["metadata"]["labels"]
    for mode in ("enforce", "audit", "warn"):
        assert labels[f"pod-security.kubernetes.io/{mode}"] == "restricted"
        assert labels[f"pod-security.kubernetes.io/{mode}-version"] == "v1.36"


@pytest.mark.parametrize(
    ("changes", "ready", "alive"),
    [
        pytest.param(WORKER, None, None, id="worker"),
        pytest.param({}, {"httpGet": {"path": "/healthz", "port": "http"}}, {"tcpSocket": {"port": "http"}}, id="one path"),
        pytest.param(
            {"readiness_path": "/ready"},
            {"httpGet": {"path": "/ready", "port": "http"}},
            {"httpGet": {"path": "/healthz", "port": "http"}},
            id="two paths",
        ),
        pytest.param(
            {"protocol": "grpc", "health_path": None, "grpc_health": True},
            {"grpc": {"port": 8080}},
            {"tcpSocket": {"port": "grpc"}},
            id="gRPC by number",
        ),
    ],
)
def test_probes(changes: dict[str, Any], ready: Any, alive: Any) -> None:
    made = container(emitted(sample.service(**changes)))
    handlers = [handler(made.get(name)) for name in ("startupProbe", "readinessProbe", "livenessProbe")]
    assert handlers == [ready, ready, alive]


def handler(probe: Any) -> Any:
    return {name: value for name, value in probe.items() if name in ("httpGet", "grpc", "tcpSocket")} if probe else None


def test_a_worker_has_its_number_and_no_delay() -> None:
    files = emitted(sample.service(**WORKER, tier="gold"))
    spec = base(files, "deployment")["spec"]
    assert spec["replicas"] == 2 and spec["strategy"]["rollingUpdate"]["maxSurge"] == 1
    assert "lifecycle" not in container(files) and "ports" not in container(files)
    assert spec["template"]["spec"]["terminationGracePeriodSeconds"] == 30
    assert overlay(files, "production")["replicas"] == [{"name": "shop", "count": 3}] and "replicas" not in overlay(files)


@pytest.mark.parametrize(("port", "helped"), [pytest.param(8080, False, id="high"), pytest.param(80, True, id="low")])
def test_a_low_port_needs_no_root(port: int, helped: bool) -> None:
    context = base(emitted(sample.service(port=port)), "deployment")["spec"]["template"]["spec"]["securityContext"]
    assert context.get("sysctls") == ([{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}] if helped else None)
    assert context["runAsNonRoot"] is True


def test_the_autoscaler_owns_the_replicas() -> None:
    files = emitted(sample.service(tier="gold"))
    assert "replicas" not in base(files, "deployment")["spec"]
    assert (base(files, "hpa")["spec"]["minReplicas"], base(files, "hpa")["spec"]["maxReplicas"]) == (2, 9)
    patch = load_yaml_positions(overlay(files, "production")["patches"][0]["patch"])[0].data
    assert [(each["path"], each["value"]) for each in patch] == [("/spec/minReplicas", 3)]
    assert "patches" not in overlay(files)


def test_no_budget_where_one_replica_would_block_every_drain() -> None:
    road = sample.road()
    road = road._replace(environments=(road.environments[0]._replace(replicas=1), road.environments[1]))
    files = emitted(sample.service(), road=road)
    assert "deploy/base/pdb.yaml" not in files and "pdb.yaml" not in base(files, "kustomization")["resources"]


def test_settings_and_secrets() -> None:
    variables = (EnvVar("LOG_LEVEL", "info", False, False), EnvVar("QUOTED", '"a"', False, False), sample.DATABASE)
    files = emitted(sample.service(env=(*variables, EnvVar("SENTRY_DSN", None, False, True))))
    generator = base(files, "kustomization")["configMapGenerator"][0]
    assert generator == {"name": "shop-config", "literals": ["OTEL_SERVICE_NAME=shop", "LOG_LEVEL=info", 'QUOTED=""a""']}
    keys = [each["valueFrom"]["secretKeyRef"] for each in container(files)["env"] if "secretKeyRef" in each.get("valueFrom", {})]
    assert keys == [
        {"name": "shop-secrets", "key": "DATABASE_URL"},
        {"name": "shop-secrets", "key": "SENTRY_DSN", "optional": True},
    ]
    assert not any(document["kind"] == "Secret" for document in documents(files))


def documents(files: Files) -> Iterator[Any]:
    for data in files.values():
        yield from data if isinstance(data, list) else [data]


def test_a_setting_without_a_fitting_value_is_named() -> None:
    text = texts(sample.service(env=(EnvVar("REDIS_ADDR", "localhost:6379", False, False),)))["deploy/base/kustomization.yaml"]
    assert "REDIS_ADDR" in text and "localhost" not in text


def test_configuration_cannot_change_under_a_running_pod() -> None:
    files = emitted(sample.service())
    kustomizations = [
        data for path, data in files.items() if "generatorOptions" in (data if isinstance(data, dict) else {}) and path
    ]
    assert [each["generatorOptions"] for each in kustomizations] == [{"immutable": True}] * 3


@pytest.mark.parametrize(
    ("hostname", "has", "components", "patched"),
    [
        pytest.param(None, (), [], [], id="neither exposed nor changed by the team"),
        pytest.param(HOST, (), ["../../components/gateway"], ["shop.staging.example.org"], id="exposed"),
        pytest.param(None, ("deploy/overlays/staging/local/kustomization.yaml",), ["local"], [], id="the team's"),
        pytest.param(None, ("deploy/overlays/staging/local/note.txt",), [], [], id="a folder without kustomization"),
    ],
)
def test_overlay(hostname: str | None, has: tuple[str, ...], components: list[str], patched: list[str]) -> None:
    files = emitted(sample.service(hostname=hostname), has=has.__contains__)
    assert overlay(files).get("components", []) == components
    patches = [load_yaml_positions(each["patch"])[0].data for each in overlay(files).get("patches", [])]
    assert [operation["value"] for patch in patches for operation in patch] == patched
    assert (overlay(files)["namespace"], overlay(files)["resources"]) == ("shop-staging", ["../../base"])


def test_a_route_admits_nobody_by_itself() -> None:
    files = emitted(sample.service())
    assert files["deploy/components/gateway/httproute.yaml"]["spec"]["hostnames"] == ["shop.invalid"]


@pytest.mark.parametrize(
    ("stage", "last"), [pytest.param("audit", [{}], id="audit admits the rest"), pytest.param("enforce", [], id="enforce does not")]
)
def test_network_policy(stage: str, last: list[Any]) -> None:
    service = sample.service(hostname=HOST, callers=("cart",), metrics_port=9090)
    spec = base(emitted(service, road=sample.road(network_policy_stage=stage)), "networkpolicy")["spec"]
    ingress, egress = spec["ingress"], spec["egress"]
    assert [rule for rule in (*ingress, *egress) if not rule] == last * 2 and ingress[3:] == egress[2:] == last
    assert [next(iter(rule["ports"]))["port"] for rule in ingress[:3]] == ["http", "http", "metrics"]
    assert [(port["port"], port["protocol"]) for port in egress[0]["ports"]] == [(53, "UDP"), (53, "TCP")]
    assert egress[1]["to"][1]["ipBlock"]["except"] == ["169.254.169.254/32"] and egress[1]["ports"][0]["port"] == 5432


def test_nothing_selects_by_what_may_change() -> None:
    files = emitted(sample.service())
    chosen = [
        base(files, "deployment")["spec"]["selector"]["matchLabels"],
        base(files, "service")["spec"]["selector"],
        base(files, "pdb")["spec"]["selector"]["matchLabels"],
        base(files, "networkpolicy")["spec"]["podSelector"]["matchLabels"],
    ]
    assert chosen == [{"app.kubernetes.io/name": "shop", "app.kubernetes.io/instance": "shop"}] * 4
    kustomizations = [data for data in files.values() if isinstance(data, dict) and "labels" in data]
    assert all(each["labels"][0]["includeSelectors"] is False for each in kustomizations)


def test_a_reason_that_no_line_takes_is_a_defect() -> None:
    data = {"kind": "X", "spec": {"a": 1}}
    assert manifest(data, {"a:": "why"}) == "# generated by cdgen: not edited by hand\nkind: X\nspec:\n  a: 1 # why\n"
    with pytest.raises(DefectError):
        manifest(data, {"b:": "why"})


def test_hostile_names_stay_values() -> None:
    hostile = "x\n  privileged: true"
    variables = (EnvVar("A", "1\n2", False, False), EnvVar("B: c", "d", False, False), EnvVar("E", 'f: {g} "h" #i', False, False))
    files = emitted(sample.service(env=variables, callers=(hostile,)))
    assert base(files, "kustomization")["configMapGenerator"][0]["literals"][1:] == ['E=f: {g} "h" #i']
    peer = base(files, "networkpolicy")["spec"]["ingress"][0]["from"][0]
    assert peer["podSelector"]["matchLabels"] == {"app.kubernetes.io/name": hostile}
