"""The control plane judges as a real one does: what it takes, what it refuses, and how a rollout ends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engines.drivers import apiserver, kustomize
from tests.engines.drivers.apiserver import Cluster
from tests.engines.drivers.program import CheckerError
from tests.engines.kubernetes.stages import digest
from tests.engines.lock import NotProven

OVERLAY = Path(__file__).parent / "samples" / "deploy" / "overlay"
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
ROUTE = """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web, namespace: sample}
spec:
  parentRefs: [{name: gateway}]
  rules: [{backendRefs: [{name: web, port: 80}]}]
"""


@pytest.fixture(scope="module")
def rendered() -> str:
    return kustomize.build(OVERLAY)


@pytest.fixture(scope="module")
def namespace(cluster: Cluster) -> Iterator[Cluster]:
    cluster.ask("create", "namespace", "sample")
    for mode in ("enforce", "warn"):
        cluster.ask("label", "namespace", "sample", f"pod-security.kubernetes.io/{mode}=restricted")
    yield cluster
    cluster.ask("delete", "namespace", "sample", "--wait=false")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        pytest.param("", "", "", id="as it is"),
        pytest.param("maxUnavailable: 1", "maxUnavailble: 1", "maxUnavailble: field not declared", id="misspelt field"),
        pytest.param("allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true", "violate PodSecurity", id="pod security"),
        pytest.param("policyTypes:\n  - Ingress", "policyTypes:\n  - Inwards", "Unsupported value", id="unknown value"),
        pytest.param("namespace: sample", "namespace: nowhere", "not found", id="no such namespace"),
    ],
)
def test_refusals(namespace: Cluster, rendered: str, old: str, new: str, words: str) -> None:
    assert old in rendered
    refusals = namespace.refusals(rendered.replace(old, new, 1) if old else rendered)
    assert bool(refusals) == bool(words) and words in " ".join(refusals)


def test_routes_are_known(namespace: Cluster) -> None:
    assert namespace.refusals(ROUTE) == ()
    assert "Unsupported value" in " ".join(namespace.refusals(ROUTE.replace("rules: [{", "rules: [{filters: [{type: Odd}], ")))


def test_a_good_version_rolls_out_and_a_bad_one_leaves_it_serving(namespace: Cluster, rendered: str) -> None:
    status = ("-n", "sample", "rollout", "status", "deployment/web")
    namespace.ask("apply", "-f", "-", text=rendered)
    assert "successfully rolled out" in namespace.ask(*status, "--timeout=60s")
    namespace.ask("apply", "-f", "-", text=DIGEST.sub(digest("image-pull"), rendered))
    assert namespace.kubectl(*status, "--timeout=3s").code == 1
    assert namespace.ask("-n", "sample", "get", "deployment/web", "-o", "jsonpath={.status.readyReplicas}") == "2"
    namespace.ask("apply", "-f", "-", text=rendered)
    assert "successfully rolled out" in namespace.ask(*status, "--timeout=60s")


def test_nothing_to_judge_is_an_error(cluster: Cluster) -> None:
    with pytest.raises(CheckerError):
        cluster.refusals("")


@pytest.mark.parametrize("version", [version for version in apiserver.VERSIONS if version != apiserver.NEWEST])
def test_older_versions_are_emulated(version: str, rendered: str) -> None:
    with apiserver.start(version, controllers=False) as older:
        assert f'"emulationMinor": "{version.split(".")[1]}"' in older.ask("get", "--raw", "/version")
        older.ask("create", "namespace", "sample")
        assert older.refusals(rendered) == ()


def test_a_version_that_cannot_be_had_is_not_proven() -> None:
    with pytest.raises(NotProven), apiserver.start("1.20"):
        pass
