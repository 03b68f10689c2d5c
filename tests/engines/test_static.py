"""Everything that is written into the examples, before every checker: nothing found but what is named here, with the reason."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from cdgen import app
from tests import examples
from tests.engines.conftest import FIGURES
from tests.engines.drivers import (
    actionlint,
    apiserver,
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
from tests.engines.drivers.apiserver import Cluster
from tests.engines.drivers.program import Finding
from tests.engines.standins import uses

DIGEST = f"sha256:{'0123456789abcdef' * 4}"
SCHEMAS = Path(__file__).parents[1] / "data" / "schemas" / "ci"
# checker -> rule -> why it stands
ALLOWED: Mapping[str, Mapping[str, str]] = {
    "zizmor": {"self-repository": "the newer notation for a workflow of the same repository is refused by actionlint 1.7.12 and older servers"},
    "hadolint": {"DL3018": "Alpine's repositories keep the newest build of a package only: the base's digest fixes the release"},
    "kube-score": {
        "container-cpu-requests-equal-limits": "CPU time can be taken back: a burst is allowed, except on the highest tier",
        "container-resource-requests-equal-limits": "the same, for all resources together",
    },
    "checkov": {
        "CKV_K8S_35": "the code reads its secrets from the environment",
        "CKV_GHA_7": "going back needs a digest and a reason from a person: nothing is built there",
    },
    "yamllint": {
        "braces": "a space inside braces, as formatters write them (answers.yaml)",
        "line-length": "what a rollback needs of one service is one line of a table, with the team's names in it",
    },
}  # fmt: skip


class Example(NamedTuple):
    """What `init` wrote into one example, alone in a folder, and its overlays as a deploy composes them."""

    folder: Path
    composed: Mapping[str, str]  # overlay -> manifests

    def files(self, pattern: str) -> list[Path]:
        return sorted(path for path in self.folder.glob(pattern) if path.is_file())

    @property
    def workflows(self) -> list[Path]:
        return self.files(".github/workflows/*.yml")

    @property
    def manifests(self) -> str:
        return "---\n".join(self.composed.values())


def write(name: str, place: Path) -> Example:
    root = examples.checkout(name, place)
    before = examples.tree(root)
    assert examples.cdgen(root, "init", "--yes").code == 0
    folder = place / "written"
    for path, data in examples.tree(root).items():
        if before.get(path) != data:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
    plan = app.generate(app.inspect(root)).plan
    overlays = {
        f"{workload.directory}/overlays/{each.environment}": workload.image
        for workload in plan.workloads
        for each in workload.environments
    }
    return Example(folder, {overlay: compose(folder, overlay, image) for overlay, image in overlays.items()})


def compose(folder: Path, overlay: str, image: str) -> str:
    """What a deploy applies: the overlay with the image by digest."""
    place = folder.parent / "composed" / overlay
    place.mkdir(parents=True)
    above = "../" * (len(place.relative_to(folder.parent).parts))
    new = f"images: [{{name: {image}, newName: registry.test/acme/app, digest: '{DIGEST}'}}]"
    (place / "kustomization.yaml").write_text(f"resources: [{above}{folder.name}/{overlay}]\n{new}\n")
    return kustomize.build(place)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Example]:
    return {name: write(name, tmp_path_factory.mktemp("static")) for name in examples.NAMES}


Say = Callable[[str, int, Iterable[Finding]], None]


@pytest.fixture
def say(record_property: Callable[[str, object], None]) -> Say:
    """Notes one line of figures for the end of the run, whatever the outcome."""

    def line(checker: str, number: int, findings: Iterable[Finding]) -> None:
        rules = Counter(finding.rule for finding in findings)
        found = ", ".join(f"{count} x {rule}" for rule, count in sorted(rules.items()))
        record_property(FIGURES, f"{checker}: {number} looked at, {found or 'nothing found'}")

    return line


def expect_named(checker: str, findings: Iterable[Finding]) -> None:
    """No finding without a reason, and no reason without a finding."""
    named = ALLOWED.get(checker, {})
    assert [finding for finding in findings if finding.rule not in named] == []
    assert {finding.rule for finding in findings} == set(named)


def test_every_example_is_here(written: dict[str, Example]) -> None:
    assert set(written) == set(examples.NAMES)
    for name, example in written.items():
        assert example.workflows and len(example.composed) >= 2, name


def test_actionlint_and_pins(written: dict[str, Example], say: Say) -> None:
    found = [each for example in written.values() for each in (*actionlint.lint(example.folder), *uses.misuses(example.folder))]
    say("actionlint, pins", sum(len(example.workflows) for example in written.values()), found)
    assert found == []


def test_zizmor(written: dict[str, Example], say: Say) -> None:
    found = [each for example in written.values() for each in zizmor.audit(example.folder)]
    say("zizmor --persona auditor", sum(len(example.workflows) for example in written.values()), found)
    expect_named("zizmor", found)


def test_ghalint(written: dict[str, Example], say: Say) -> None:
    found = [each for example in written.values() for each in ghalint.lint(example.folder)]
    say("ghalint", sum(len(example.workflows) for example in written.values()), found)
    assert found == []


def test_schemas(written: dict[str, Example], say: Say, tmp_path: Path) -> None:
    """Of every kind of file that has a public schema, and of cdgen's own."""
    own = tmp_path / "cdgen.yaml.json"
    own.write_text(examples.cdgen(tmp_path, "schema").out)
    assert json.loads(own.read_text())
    kinds = {
        "github-workflows": ".github/workflows/*.yml",
        str(SCHEMAS / "kustomization.json"): "**/kustomization.yaml",
        str(SCHEMAS / "pre-commit-config.json"): ".pre-commit-config.yaml",
        str(own): "cdgen.yaml",
    }
    number = 0
    found: list[Finding] = []
    for schema, pattern in kinds.items():
        paths = [path for example in written.values() for path in example.files(pattern)]
        number, found = number + len(paths), [*found, *check_jsonschema.validate(schema, paths)]
    say("JSON schemas", number, found)
    assert found == []


def test_yamllint(written: dict[str, Example], say: Say) -> None:
    paths = [path for example in written.values() for pattern in ("**/*.yml", "**/*.yaml") for path in example.files(pattern)]
    found = yamllint.lint(paths)
    say("yamllint", len(paths), found)
    expect_named("yamllint", found)


def test_shellcheck(written: dict[str, Example], say: Say) -> None:
    paths = [path for example in written.values() for path in example.files("**/*.sh")]
    found = shellcheck.lint(paths)
    say("shellcheck", len(paths), found)
    assert found == ()


def test_gitleaks(written: dict[str, Example], say: Say) -> None:
    found = [each for example in written.values() for each in gitleaks.scan(example.folder)]
    say("gitleaks", sum(len(example.files("**/*")) for example in written.values()), found)
    assert found == []


def test_hadolint(written: dict[str, Example], say: Say) -> None:
    paths = [path for example in written.values() for path in example.files("**/Dockerfile")]
    found = hadolint.lint(paths)
    say("hadolint", len(paths), found)
    expect_named("hadolint", found)


def test_checkov(written: dict[str, Example], say: Say) -> None:
    workflows = {f"{name}/{path.name}": path.read_text() for name, example in written.items() for path in example.workflows}
    dockerfiles = {
        f"{name}/{path.relative_to(example.folder)}": path.read_text()
        for name, example in written.items()
        for path in example.files("**/Dockerfile")
    }
    found = [*checkov.scan_workflows(workflows), *checkov.scan("dockerfile", dockerfiles)]
    found += checkov.scan("kubernetes", {f"{name}/rendered.yaml": example.manifests for name, example in written.items()})
    say("checkov", len(workflows) + len(dockerfiles) + sum(len(example.composed) for example in written.values()), found)
    expect_named("checkov", found)


def test_kubeconform_and_kubernetes_validate(written: dict[str, Example], say: Say) -> None:
    found = [
        each
        for example in written.values()
        for each in (*kubeconform.validate(example.manifests), *kubernetes_validate.validate(example.manifests))
    ]
    overlays = sum(len(example.composed) for example in written.values())
    say(f"kubeconform and kubernetes-validate {', '.join(kubeconform.VERSIONS)}", overlays, found)
    assert found == []


def test_kube_score(written: dict[str, Example], say: Say) -> None:
    rendered = [text for example in written.values() for text in example.composed.values()]
    found = [each for text in rendered for each in kube_score.score(text)]
    say("kube-score", len(rendered), found)
    expect_named("kube-score", found)


@pytest.fixture(scope="module", params=apiserver.VERSIONS)
def judge(request: pytest.FixtureRequest, written: dict[str, Example]) -> Iterator[Cluster]:
    """An API server with the namespaces as an administrator makes them."""
    with apiserver.start(request.param, controllers=False) as cluster:
        for example in written.values():
            for path in example.files("**/platform/*/*.yaml"):
                cluster.ask("apply", "--server-side", "-f", path)
        yield cluster


def test_a_real_api_server_takes_everything(judge: Cluster, written: dict[str, Example], say: Say) -> None:
    """A dry run with warnings as errors in namespaces of the strictest Pod Security level."""
    refused = {name: said for name, example in written.items() if (said := judge.refusals(example.manifests))}
    say(f"dry run on Kubernetes {judge.version}", sum(len(example.composed) for example in written.values()), ())
    assert refused == {}
    loosened = written["go-postgres"].manifests.replace("readOnlyRootFilesystem: true", "readOnlyRootFilesystem: 1", 1)
    assert judge.refusals(loosened) != ()
