"""Every checker's canary: the samples pass, and each planted mistake is caught by the one that must catch it."""

from __future__ import annotations

import functools
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.engines.drivers import (
    actionlint,
    check_jsonschema,
    checkov,
    ghalint,
    gitleaks,
    hadolint,
    kube_score,
    kubeconform,
    kubernetes_validate,
    kustomize,
    shellcheck,
    yamllint,
    zizmor,
)
from tests.engines.drivers.program import CheckerError, Finding

SAMPLES = Path(__file__).parent / "samples"
WORKFLOW = ".github/workflows/ci.yml"
DEPENDABOT = ".github/dependabot.yml"
DEPLOYMENT = "deploy/base/deployment.yaml"
DISRUPTION = "deploy/base/poddisruptionbudget.yaml"
SERVICE = "deploy/base/service.yaml"
SCRIPT = "say.sh"

Check = Callable[[Path], tuple[Finding, ...]]


def rendered(repo: Path) -> str:
    return kustomize.build(repo / "deploy" / "overlay")


CHECKS: dict[str, Check] = {
    "actionlint": actionlint.lint,
    "zizmor": zizmor.audit,
    "ghalint": ghalint.lint,
    "workflow schema": lambda repo: check_jsonschema.validate("github-workflows", [repo / WORKFLOW]),
    "dependabot schema": lambda repo: check_jsonschema.validate("dependabot", [repo / DEPENDABOT]),
    "yamllint": lambda repo: yamllint.lint(sorted(repo.rglob("*.y*ml"))),
    "shellcheck": lambda repo: shellcheck.lint([repo / SCRIPT]),
    "hadolint": lambda repo: hadolint.lint([repo / "Dockerfile"]),
    "kubeconform": lambda repo: kubeconform.validate(rendered(repo)),
    "kubernetes-validate": lambda repo: kubernetes_validate.validate(rendered(repo)),
    "kube-score": lambda repo: kube_score.score(rendered(repo)),
    "checkov workflow": lambda repo: checkov.scan_workflow(repo / WORKFLOW),
    "checkov Dockerfile": lambda repo: checkov.scan_dockerfile(repo / "Dockerfile"),
    "checkov manifests": lambda repo: checkov.scan_manifests(rendered(repo)),
    "gitleaks": gitleaks.scan,
}


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SAMPLES, tmp_path / "repo"))


@pytest.mark.parametrize("check", CHECKS)
def test_silent_on_the_samples(check: str, repo: Path) -> None:
    assert CHECKS[check](repo) == ()


@functools.cache
def _sample(path: str) -> str:
    return (SAMPLES / path).read_text()


def _break(repo: Path, path: str, old: str, new: str) -> None:
    assert old in _sample(path), f"{path} has no {old!r}"
    (repo / path).write_text(_sample(path).replace(old, new, 1))


@pytest.mark.parametrize(
    ("check", "path", "old", "new", "rule"),
    [
        ("actionlint", WORKFLOW, "needs: test", "needs: tset", "job-needs"),
        ("actionlint", WORKFLOW, '"${GITHUB_OUTPUT}"', "${GITHUB_OUTPUT}", "shellcheck"),
        ("zizmor", WORKFLOW, "@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "@v7", "unpinned-uses"),
        ("zizmor", WORKFLOW, "${WORD}", "${{ github.head_ref }}", "template-injection"),
        ("zizmor", DEPENDABOT, "    cooldown:\n      default-days: 7\n", "", "dependabot-cooldown"),
        ("ghalint", WORKFLOW, "    timeout-minutes: 10\n", "", "job_timeout_minutes_is_required"),
        ("workflow schema", WORKFLOW, "timeout-minutes: 10", "timeout-minuts: 10", "$.jobs.test"),
        ("dependabot schema", DEPENDABOT, "weekly", "sometimes", "$.updates[0]"),
        ("yamllint", DEPENDABOT, "  - package", "   - package", "indentation"),
        ("shellcheck", SCRIPT, '"${word}"', "${word}", "SC2248"),
        ("shellcheck", SCRIPT, "word=", "# shellcheck disable=SC2086\nword=", "disable"),
        ("hadolint", "Dockerfile", "WORKDIR /work", "RUN cd /work", "DL3003"),
        ("hadolint", "Dockerfile", "WORKDIR /work", "# hadolint ignore=DL3003\nRUN cd /work", "DL3003"),
        ("kubeconform", DISRUPTION, "maxUnavailable: 1", "maxUnavailble: 1", "1.34"),
        ("kubeconform", SERVICE, "kind: Service", "kind: Servise", "1.37"),
        ("kubernetes-validate", DISRUPTION, "maxUnavailable: 1", "maxUnavailble: 1", "1.37"),
        ("kubernetes-validate", SERVICE, "kind: Service", "kind: Servise", "1.34"),
        ("kube-score", DEPLOYMENT, "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false",
         "container-security-context-readonlyrootfilesystem"),
        ("kube-score", SERVICE, "  selector:\n    app.kubernetes.io/name: web", "  selector:\n    app: nobody",
         "service-targets-pod"),
        ("checkov workflow", WORKFLOW, "permissions: {}\n", "permissions: write-all\n", "CKV2_GHA_1"),
        ("checkov Dockerfile", "Dockerfile", "USER 10001:10001\n", "", "CKV_DOCKER_3"),
        ("checkov manifests", DEPLOYMENT, "allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true",
         "CKV_K8S_20"),
        ("gitleaks", SCRIPT, "word=", "aws_key=AKI" + "AZ7QX2LMNB5TRWVKD # gitleaks:allow\nword=", "aws-access-token"),
    ],
)  # fmt: skip
def test_catches_a_planted_mistake(check: str, path: str, old: str, new: str, rule: str, repo: Path) -> None:
    _break(repo, path, old, new)
    assert any(finding.rule.startswith(rule) for finding in CHECKS[check](repo))


@pytest.mark.parametrize(
    ("check", "path", "text"),
    [
        pytest.param("actionlint", WORKFLOW, None, id="actionlint: no workflow"),
        pytest.param("zizmor", WORKFLOW, "jobs: [", id="zizmor: a broken file among good ones"),
        pytest.param("ghalint", WORKFLOW, None, id="ghalint: no workflow"),
        pytest.param("workflow schema", WORKFLOW, "jobs: [", id="check-jsonschema: broken file"),
        pytest.param("shellcheck", SCRIPT, "", id="shellcheck: empty script"),
        pytest.param("hadolint", "Dockerfile", "", id="hadolint: empty file"),
        pytest.param("kubeconform", "deploy/base/kustomization.yaml", "resources: []\n", id="kustomize: nothing rendered"),
        pytest.param("kubeconform", SERVICE, "kind: Service\n", id="kustomize: broken object"),
        pytest.param("checkov workflow", WORKFLOW, "jobs: [", id="checkov: malformed workflow"),
        pytest.param("checkov workflow", WORKFLOW, "on: push\nnonsense: {a: 1}\n", id="checkov: a workflow it drops"),
        pytest.param("checkov Dockerfile", "Dockerfile", "", id="checkov: empty Dockerfile"),
    ],
)
def test_nothing_checked_is_an_error(check: str, path: str, text: str | None, repo: Path) -> None:
    if text is None:
        (repo / path).unlink()
    else:
        (repo / path).write_text(text)
    with pytest.raises(CheckerError):
        CHECKS[check](repo)


@pytest.mark.parametrize("rendered_text", ["", "---\n---\n", "just: text\n"])
@pytest.mark.parametrize("validate", [kubeconform.validate, kubernetes_validate.validate, kube_score.score, checkov.scan_manifests])
def test_manifests_without_an_object_are_an_error(validate: Callable[[str], object], rendered_text: str) -> None:
    with pytest.raises(CheckerError):
        validate(rendered_text)


def test_a_deprecated_field_is_an_error(repo: Path) -> None:
    _break(repo, "deploy/base/kustomization.yaml", "resources:", "commonLabels:\n  a: b\nresources:")
    with pytest.raises(CheckerError, match="commonLabels"):
        rendered(repo)


def test_silence_without_shellcheck_is_noticed(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actionlint, "path_with", lambda _programs: "/nowhere")
    with pytest.raises(CheckerError, match="SC2086"):
        actionlint.lint(repo)
