"""From hits to findings: place, grade, exceptions; and what kustomize would make of the files."""

from __future__ import annotations

from typing import Any

import pytest

from cdgen.emitters.deploy import kustomize
from cdgen.model.config import ExceptionEntry
from cdgen.model.facts import ExistingImage
from cdgen.model.finding import Severity
from cdgen.model.output import RenderedFile
from cdgen.model.plan import DeliveryPlan
from cdgen.plan.pipeline import plan_pipelines
from cdgen.plan.workload import plan_workload
from cdgen.policies import apply_policies, check_files
from cdgen.policies.base.objects import dig, name_of
from cdgen.policies.base.parse import dockerfile, parse
from tests.plan import sample

HOST = "{service}.{environment}.example.org"
VARIANTS: dict[str, dict[str, Any]] = {
    "http": {},
    "exposed": {"hostname": HOST, "readiness_path": "/ready", "metrics_port": 9090, "callers": ("cart",), "tier": "gold"},
    "grpc": {"protocol": "grpc", "health_path": None, "grpc_health": True, "hostname": HOST},
    "worker": {"kind": "worker", "protocol": None, "port": None, "health_path": None},
    "tcp": {"protocol": None, "health_path": None},
}


def plan_of(stage: str = "audit", **changes: Any) -> DeliveryPlan:
    service = sample.service(dockerfile=ExistingImage("Dockerfile", ".", user="65532"))._replace(**changes)
    road = sample.road(network_policy_stage=stage)
    plan = DeliveryPlan(road, sample.CONFIG, (service,), (), (), (plan_workload(service, road),))
    return plan._replace(pipelines=plan_pipelines(plan))


@pytest.mark.parametrize("stage", ["audit", "enforce"])
@pytest.mark.parametrize("variant", VARIANTS)
def test_what_cdgen_writes_passes(variant: str, stage: str) -> None:
    plan = plan_of(stage, **VARIANTS[variant])
    assert apply_policies(plan, kustomize.emit(plan)) == ()


@pytest.mark.parametrize(
    ("path", "old", "new", "rule"),
    [
        ("base/deployment.yaml", "runAsNonRoot: true", "runAsNonRoot: false", "unrestricted-container"),
        ("base/deployment.yaml", "name: shop-config", "name: shop-confg", "dangling-reference"),
        ("base/deployment.yaml", "image: shop:set-by-deploy", "image: shop:latest", "unpinned-image"),
        ("base/deployment.yaml", "  minReadySeconds: 10", "  replicas: 2\n  minReadySeconds: 10", "replicas-under-autoscaler"),
        ("base/deployment.yaml", "terminationGracePeriodSeconds: 45", "terminationGracePeriodSeconds: 16", "short-grace-period"),
        ("base/deployment.yaml", "maxSurge: 25%", "maxSurge: 0", "blocked-rollout"),
        ("base/deployment.yaml", "- pod-template-hash", "- pod-hash", "unknown-spread-key"),
        ("base/service.yaml", "targetPort: http", "targetPort: web", "dangling-target-port"),
        ("base/pdb.yaml", "maxUnavailable: 1", "maxUnavailable: 3", "blocking-disruption-budget"),
        ("base/networkpolicy.yaml", "protocol: UDP", "protocol: TCP", "incomplete-network-policy"),
        (
            "components/gateway/httproute.yaml",
            "- name: shop\n          port: 80",
            "- name: cart\n          port: 80",
            "dangling-reference",
        ),
        ("overlays/production/kustomization.yaml", "name: shop-config", "name: shop-other", "dangling-reference"),
        ("overlays/production/kustomization.yaml", "value: 3", "value: 10", "impossible-scaling-range"),
        ("overlays/production/kustomization.yaml", "kind: HTTPRoute", "kind: Ingress", "dangling-reference"),
        ("platform/staging/namespace.yaml", "enforce: restricted", "enforce: baseline", "unrestricted-namespace"),
    ],
)
def test_one_change_by_hand_is_found(path: str, old: str, new: str, rule: str) -> None:
    texts = {file.path: file.text for file in kustomize.emit(plan_of(**VARIANTS["exposed"]))}
    changed = texts | {f"deploy/{path}": texts[f"deploy/{path}"].replace(old, new, 1)}
    assert changed != texts and rule in {finding.rule for finding in check_files(changed)}
    assert list(check_files(texts)) == []


def test_a_finding_says_where_and_why() -> None:
    text = "name: x\njobs:\n  unit:\n    timeout-minutes: 5\n    continue-on-error: true\npermissions: {}\n"
    (finding,) = check_files({".github/workflows/x.yml": text})
    assert (finding.rule, finding.path, finding.line, finding.column) == ("gate-not-blocking", ".github/workflows/x.yml", 5, 5)
    assert finding.message == "gate unit no longer blocks a merge" and finding.why.startswith("a gate that does not block")


def test_what_is_not_there_is_found_at_what_is() -> None:
    (finding,) = check_files({".github/workflows/x.yml": "permissions: {}\njobs:\n  unit: {}\n"})
    assert (finding.rule, finding.line) == ("missing-time-limit", 3)


def test_files_of_the_team_are_noted_and_exceptions_are_named() -> None:
    root = ExistingImage("Dockerfile", ".", user="root", user_line=7)
    plan = plan_of(dockerfile=root)
    (noted,) = apply_policies(plan, ())
    assert (noted.rule, noted.severity, noted.path, noted.line) == ("image-runs-as-root", Severity.NOTE, "Dockerfile", 7)
    workflow = RenderedFile(".github/workflows/x.yml", "permissions: {}\njobs: {a: {}}\n", "test")
    (error,) = apply_policies(plan_of(), (workflow,))
    assert error.severity is Severity.ERROR
    entry = ExceptionEntry("missing-time-limit", ".github/workflows", "moving", "team-shop", "2026-12-01", 1)
    excepted = plan_of()._replace(config=sample.CONFIG._replace(exceptions=(entry,)))
    (note,) = apply_policies(excepted, (workflow,))
    assert note.severity is Severity.NOTE and "excepted until 2026-12-01 by team-shop: moving" in note.message
    other = entry._replace(path=".github/work")
    (still,) = apply_policies(plan_of()._replace(config=sample.CONFIG._replace(exceptions=(other,))), (workflow,))
    assert still.severity is Severity.ERROR


def test_a_gate_that_the_road_lets_fail() -> None:
    road = sample.road()
    gates = {**road.gates, "unit": road.gates["unit"]._replace(blocking=False)}
    plan = plan_of()._replace(road=road._replace(gates=gates))
    plan = plan._replace(pipelines=plan_pipelines(plan))
    text = "permissions: {}\njobs:\n  unit: {timeout-minutes: 5, continue-on-error: true}\n"
    workflow = RenderedFile(".github/workflows/x.yml", text, "test")
    assert apply_policies(plan, (workflow,)) == ()
    assert [finding.rule for finding in apply_policies(plan_of(), (workflow,))] == ["gate-not-blocking"]


def test_overlays_are_seen_as_kustomize_makes_them() -> None:
    texts = {file.path: file.text for file in kustomize.emit(plan_of(**VARIANTS["exposed"]))}
    sets = {file.documents[-1].path: file.documents for file in parse(texts)}
    production = sets["deploy/overlays/production/kustomization.yaml"]
    staging = sets["deploy/overlays/staging/kustomization.yaml"]
    chosen = {dig(each.data, "kind"): each.data for each in production}
    assert chosen["HorizontalPodAutoscaler"]["spec"]["minReplicas"] == 3
    assert chosen["HTTPRoute"]["spec"]["hostnames"] == ["shop.production.example.org"]
    assert {dig(each.data, "kind"): each.data for each in staging}["HorizontalPodAutoscaler"]["spec"]["minReplicas"] == 2
    assert [name_of(each) for each in production if dig(each.data, "kind") == "ConfigMap"] == ["shop-config"]
    assert len(sets) == 4  # two overlays, two namespaces


def test_a_circle_of_kustomizations_ends() -> None:
    head = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [../"
    files = {"top/kustomization.yaml": head + "a]\n", "a/kustomization.yaml": head + "b]\n", "b/kustomization.yaml": head + "a]\n"}
    assert len(list(parse(files))) == 1


def test_instructions_of_a_dockerfile() -> None:
    text = "# syntax=x\nFROM a AS b\nRUN one \\\n  # why\n  && two\ncopy . .\n"
    parsed = dockerfile("Dockerfile", text)
    assert parsed.data == [["FROM", "a AS b"], ["RUN", "one  && two"], ["COPY", ". ."]]
    assert [place[0] for place in parsed.places.values()] == [2, 3, 6]


def test_unknown_files_are_left_alone() -> None:
    assert list(check_files({"a.yaml": "x: 1\n", "b.txt": "FROM a\n", "chart/values.yaml": "image: a:latest\n"})) == []
