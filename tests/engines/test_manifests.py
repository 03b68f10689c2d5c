"""The manifests of every kind of workload, accepted by the programs they are written for.

Composed by kustomize, judged by each checker, taken by a real API server of every version with Pod Security at its strictest, and
rolled out.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cdgen.emitters.deploy import kustomize as emitter
from cdgen.model.facts import EnvVar
from cdgen.model.plan import DeliveryPlan
from cdgen.plan.workload import plan_workload
from tests.engines.drivers import apiserver, checkov, kube_score, kubeconform, kubernetes_validate, kustomize, yamllint
from tests.engines.drivers.apiserver import Cluster
from tests.engines.drivers.program import Finding
from tests.plan import sample

DIGEST = f"sha256:{'0123456789abcdef' * 4}"
HOST = "{service}.{environment}.example.org"
ENVIRONMENTS = ("staging", "production")
ROUTES = frozenset({"HTTPRoute", "GRPCRoute"})
SETTINGS = (sample.DATABASE, EnvVar("PORT", "8080", False, False), EnvVar("TITLE", 'a "b": c #d', False, False))
VARIANTS: dict[str, dict[str, Any]] = {
    "http": {"env": (*SETTINGS, EnvVar("SENTRY_DSN", None, False, True))},
    "exposed": {"hostname": HOST, "readiness_path": "/ready", "metrics_port": 9090, "callers": ("cart", "web"), "tier": "gold"},
    "guaranteed": {"tier": "platinum", "readiness_path": "/ready"},
    "grpc": {"protocol": "grpc", "port": 50051, "health_path": None, "grpc_health": True, "hostname": HOST},
    "low port": {"port": 80, "readiness_path": "/ready"},
    "tcp": {"protocol": None, "health_path": None},
    "worker": {"kind": "worker", "protocol": None, "port": None, "health_path": None},
    "java": {"language": "java", "toolchain": sample.GO._replace(language="java"), "readiness_path": "/ready"},
}
# What the strictest checkers ask for and these manifests do not do, with the reason
CPU_BURST = {"container-cpu-requests-equal-limits", "container-resource-requests-equal-limits"}  # CPU time can be taken back
SAME_PORT = {"pod-probes-identical"}  # no health path is known: an open port is all there is to ask
FROM_ENVIRONMENT = {"CKV_K8S_35"}  # the code reads its secrets from the environment
NO_PROBES = {"CKV_K8S_8", "CKV_K8S_9"}  # a worker listens to nobody


def files_of(variant: str, stage: str = "audit") -> dict[str, str]:
    road, service = sample.road(network_policy_stage=stage), sample.service(**VARIANTS[variant])
    plan = DeliveryPlan(road, sample.CONFIG, (service,), (), (), (plan_workload(service, road),))
    return {file.path: file.text for file in emitter.emit(plan)}


@functools.cache
def composed(variant: str, environment: str, root: Path) -> str:
    """What a deploy applies: the overlay with the image by digest."""
    for path, text in files_of(variant).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    place = root / "composed" / environment
    place.mkdir(parents=True, exist_ok=True)
    image = f"images: [{{name: shop, newName: registry.test/acme/shop, digest: '{DIGEST}'}}]"
    (place / "kustomization.yaml").write_text(f"resources: [../../deploy/overlays/{environment}]\n{image}\n")
    return kustomize.build(place)


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("manifests")


ALL = pytest.mark.parametrize("variant", VARIANTS)
BOTH = pytest.mark.parametrize("environment", ENVIRONMENTS)


def rules(findings: tuple[Finding, ...]) -> set[str]:
    return {finding.rule for finding in findings}


@ALL
@BOTH
def test_schemas_of_every_version(variant: str, environment: str, place: Path) -> None:
    rendered = composed(variant, environment, place / variant)
    assert kubeconform.validate(rendered) == ()
    assert kubernetes_validate.validate(rendered, custom=ROUTES) == ()
    assert f"registry.test/acme/shop@{DIGEST}" in rendered and "set-by-deploy" not in rendered


@ALL
def test_yaml_is_clean(variant: str, place: Path) -> None:
    composed(variant, "staging", place / variant)
    assert yamllint.lint([place / variant / path for path in files_of(variant)]) == ()


@ALL
def test_kube_score_finds_the_named_exceptions_alone(variant: str, place: Path) -> None:
    expected = set() if variant == "guaranteed" else CPU_BURST
    expected = expected | (SAME_PORT if variant == "tcp" else set())
    assert rules(kube_score.score(composed(variant, "production", place / variant))) == expected


@pytest.mark.parametrize("variant", ["exposed", "grpc", "worker"])
def test_checkov_finds_the_named_exceptions_alone(variant: str, place: Path) -> None:
    expected = FROM_ENVIRONMENT | (NO_PROBES if variant == "worker" else set())
    assert rules(checkov.scan_manifests(composed(variant, "production", place / variant))) == expected


LOCAL = """\
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
components: [../../../components/gateway]
configMapGenerator:
  - name: shop-config
    behavior: merge
    literals: [TITLE=ours]
patches:
  - target: {kind: HTTPRoute, name: shop}
    patch: |-
      - {op: replace, path: /spec/hostnames/0, value: shop.example.org}
"""


def test_settings_and_patches_of_the_team_are_applied(tmp_path: Path) -> None:
    path = "deploy/overlays/staging/local/kustomization.yaml"
    road, service = sample.road(), sample.service(**VARIANTS["http"])
    plan = DeliveryPlan(road, sample.CONFIG, (service,), (), (), (plan_workload(service, road, {path}.__contains__),))
    for file in emitter.emit(plan):
        (tmp_path / file.path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file.path).write_text(file.text)
    (tmp_path / path).parent.mkdir()
    (tmp_path / path).write_text(LOCAL)
    staging, production = (kustomize.build(tmp_path / f"deploy/overlays/{name}") for name in ENVIRONMENTS)
    assert "TITLE: ours" in staging and "- shop.example.org" in staging and kubeconform.validate(staging) == ()
    assert "TITLE: ours" not in production and "HTTPRoute" not in production


@pytest.fixture(scope="module", params=apiserver.VERSIONS)
def judge(request: pytest.FixtureRequest, place: Path) -> Iterator[Cluster]:
    """An API server with the namespaces as an administrator makes them."""
    composed("http", "staging", place / "http")
    with apiserver.start(request.param, controllers=False) as cluster:
        for environment in ENVIRONMENTS:
            cluster.ask("apply", "--server-side", "-f", place / "http" / f"deploy/platform/{environment}/namespace.yaml")
        yield cluster


def test_a_real_api_server_takes_everything(judge: Cluster, place: Path) -> None:
    for variant in VARIANTS:
        for environment in ENVIRONMENTS:
            assert judge.refusals(composed(variant, environment, place / variant)) == (), f"{variant} in {environment}"


def test_pod_security_looks_at_what_it_takes(judge: Cluster, place: Path) -> None:
    rendered = composed("http", "staging", place / "http")
    loosened = rendered.replace("allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true", 1)
    assert loosened != rendered and "violate PodSecurity" in " ".join(judge.refusals(loosened))


@pytest.mark.parametrize("variant", ["http", "worker"])
def test_it_rolls_out(variant: str, cluster: Cluster, place: Path) -> None:
    rendered = composed(variant, "staging", place / variant)
    cluster.ask("apply", "--server-side", "-f", place / variant / "deploy/platform/staging/namespace.yaml")
    cluster.ask("apply", "--server-side", "--force-conflicts", "-f", "-", text=rendered)
    assert "successfully rolled out" in cluster.ask("-n", "shop-staging", "rollout", "status", "deployment/shop", "--timeout=90s")
    cluster.ask("delete", "namespace", "shop-staging", "--wait=true", "--timeout=60s")
