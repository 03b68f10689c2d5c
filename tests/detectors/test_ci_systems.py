"""Pipelines of every CI system: what they run, where, and which versions they set up."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from cdgen.detectors import ci_files, ci_versions
from cdgen.detectors.ci_commands import gate_of
from cdgen.model import facts as f
from cdgen.repo import Scope
from tests.conftest import MakeRepo

SETUP = "jobs:\n  a:\n    steps:\n    - uses: actions/setup-go@v5\n      with:\n        go-version: {}\n    - run: go test ./...\n"
MATRIX = (
    "jobs:\n  a:\n    strategy:\n      matrix:\n        go: ['1.24', '1.25']\n    steps:\n    - uses: actions/setup-go@v5\n"
    "      with: {go-version: '${{ matrix.go }}'}\n"
)

COMMANDS = [
    ("no pipeline of this folder", {".circleci/config.yml": "jobs:\n  a:\n    working_directory: ~/project/web\n    steps:\n    - run: go test ./...\n"}, []),
    ("not YAML", {".drone.yml": "a: [\n"}, []),
    ("a comment", {"Jenkinsfile": "// sh 'go test ./...'\n"}, []),
    ("a list of packages", {".travis.yml": "script:\n- go list ./... | grep -v vendor | xargs go test -v\n"}, ["go test -v ./... .travis.yml:2"]),
    ("a checkout in a folder", {".github/workflows/a.yml": "jobs:\n  a:\n    defaults: {run: {working-directory: ./go/src/x}}\n    steps:\n    - {uses: actions/checkout@v4, with: {path: go/src/x}}\n    - run: go test ./...\n"}, ["go test ./... .github/workflows/a.yml:6"]),
    ("a list in brackets", {".travis.yml": "script:\n- go test -race $(go list ./... | grep -v /vendor/)\n"}, ["go test -race ./... .travis.yml:2"]),
    ("circleci", {".circleci/config.yml": "jobs:\n  a:\n    steps:\n    - run:\n        name: x\n        command: go test ./...\n"}, ["go test ./... .circleci/config.yml:6"]),
    ("travis", {".travis.yml": "script:\n- go vet ./...\n- go test ./...\n"}, ["go test ./... .travis.yml:3"]),
    ("azure", {"azure-pipelines-ci.yml": "steps:\n- script: go test ./...\n  workingDirectory: $(Build.SourcesDirectory)\n"}, ["go test ./... azure-pipelines-ci.yml:2"]),
    ("bitbucket", {"bitbucket-pipelines.yml": "pipelines:\n  default:\n  - step:\n      script:\n      - go test ./...\n"}, ["go test ./... bitbucket-pipelines.yml:5"]),
    ("cloud build", {"cloudbuild.yml": "steps:\n- name: golang\n  args: ['go', 'test', './...']\n"}, ["go test ./... cloudbuild.yml"]),
    ("cloud build with an entry point", {"cloudbuild.yaml": "steps:\n- name: golang\n  entrypoint: bash\n  args: ['-c', 'go test ./...']\n"}, ["go test ./... cloudbuild.yaml:4"]),
    ("drone, its second document", {".drone.yml": "kind: secret\n---\nsteps:\n- commands:\n  - go test ./...\n"}, ["go test ./... .drone.yml:5"]),
    ("woodpecker", {".woodpecker/test.yml": "steps:\n  a:\n    commands: [go test ./...]\n"}, ["go test ./... .woodpecker/test.yml:3"]),
    ("buildkite", {".buildkite/pipeline.yml": "steps:\n- command: go test ./...\n"}, ["go test ./... .buildkite/pipeline.yml:2"]),
    ("appveyor", {"appveyor.yml": "test_script:\n- ps: go test ./...\n"}, ["go test ./... appveyor.yml:2"]),
    ("tekton", {".tekton/pr.yaml": "spec:\n  tasks:\n  - taskSpec:\n      steps:\n      - script: |\n          go test ./...\n"}, ["go test ./... .tekton/pr.yaml:6"]),
    ("forgejo", {".forgejo/workflows/a.yml": "jobs:\n  a:\n    steps:\n    - run: go test ./...\n"}, ["go test ./... .forgejo/workflows/a.yml:4"]),
    ("jenkins", {"Jenkinsfile": "stage('t') {\n  sh(script: 'go test ./...')\n}\n"}, ["go test ./... Jenkinsfile:2"]),
    ("jenkins, several lines", {"Jenkinsfile": 'sh """\n  go vet ./...\n  go test ./...\n"""\n'}, ["go test ./... Jenkinsfile:1"]),
    ("jenkins, another folder", {"Jenkinsfile": "dir('web') {\n  sh 'go test ./a'\n}\nsh 'go test ./...'\n"}, ["go test ./... Jenkinsfile:4"]),
]  # fmt: skip


@pytest.mark.parametrize(("what", "files", "found"), COMMANDS, ids=[what for what, *_ in COMMANDS])
def test_commands(make_repo: MakeRepo, what: str, files: Mapping[str, str], found: list[str]) -> None:
    scope = Scope(make_repo(files), ".", (), "go")
    facts = list(ci_files.detect(scope))
    assert [f"{fact.value} {fact.source}" for fact in facts if fact.key is f.TEST] == found


VERSIONS = [
    ("no number", {".github/workflows/a.yml": SETUP.format("stable")}, []),
    ("a variable", {".github/workflows/a.yml": SETUP.format("${{ env.GO }}")}, []),
    ("another language", {".github/workflows/a.yml": SETUP.format("'1.24'").replace("setup-go", "setup-node")}, []),
    ("another folder", {".github/workflows/a.yml": "defaults: {run: {working-directory: web}}\n" + SETUP.format("'1.24'")}, []),
    ("a service beside", {".drone.yml": "services:\n- image: golang:1.24\n"}, []),
    ("not YAML", {".drone.yml": "a: [\n"}, []),
    ("github", {".github/workflows/a.yml": SETUP.format("'1.24.x'")}, ["1.24 .github/workflows/a.yml:6 INFERRED"]),
    ("a number that YAML shortens", {".github/workflows/a.yml": SETUP.format("1.20")}, ["1.20 .github/workflows/a.yml:6 INFERRED"]),
    ("a matrix", {".github/workflows/a.yml": MATRIX}, ["1.24 .github/workflows/a.yml:5 DEFAULT", "1.25 .github/workflows/a.yml:5 DEFAULT"]),
    ("the environment", {".github/workflows/a.yml": "env:\n  GO: '1.24'\n" + SETUP.format("${{ env.GO }}")}, ["1.24 .github/workflows/a.yml:2 INFERRED"]),
    ("gitlab", {".gitlab-ci.yml": "test:\n  image: golang:1.24-alpine\n  script: [go test ./...]\n"}, ["1.24 .gitlab-ci.yml:2 INFERRED"]),
    ("gitlab, longer form", {".gitlab-ci.yml": "image:\n  name: golang:1.24\n"}, ["1.24 .gitlab-ci.yml:2 INFERRED"]),
    ("circleci", {".circleci/config.yml": "jobs:\n  a:\n    docker:\n    - image: cimg/go:1.24.1\n"}, ["1.24.1 .circleci/config.yml:4 INFERRED"]),
    ("travis", {".travis.yml": "language: go\ngo:\n- 1.24\n- tip\n"}, ["1.24 .travis.yml:3 INFERRED"]),
    ("azure", {"azure-pipelines.yml": "steps:\n- task: GoTool@0\n  inputs:\n    version: '1.24'\n"}, ["1.24 azure-pipelines.yml:4 INFERRED"]),
    ("cloud build", {"cloudbuild.yaml": "steps:\n- name: golang:1.24\n"}, ["1.24 cloudbuild.yaml:2 INFERRED"]),
]  # fmt: skip


@pytest.mark.parametrize(("what", "files", "found"), VERSIONS, ids=[what for what, *_ in VERSIONS])
def test_versions(make_repo: MakeRepo, what: str, files: Mapping[str, str], found: list[str]) -> None:
    scope = Scope(make_repo(files), ".", (), "go")
    assert [f"{fact.value} {fact.source} {fact.confidence.name}" for fact in ci_versions.detect(scope)] == found


@pytest.mark.parametrize(
    ("command", "gate"),
    [
        ("bun install", None),
        ("hugo server -D", None),
        ("deno task start", None),
        ("bun test", "unit"),
        ("bun run lint", "lint"),
        ("deno test --allow-net", "unit"),
        ("deno lint", "lint"),
        ("sbt test", "unit"),
        ("sbt clean test", "unit"),
        ("lein test", "unit"),
        ("clojure -M:test", "unit"),
        ("just test", "unit"),
        ("hugo --minify", "build"),
        ("sbt assembly", "build"),
    ],
)
def test_gates(command: str, gate: str | None) -> None:
    assert gate_of(command) == gate


def test_a_file_that_was_left_behind(make_repo: MakeRepo) -> None:
    files = {".travis.yml": "script: make test\n", ".github/workflows/a.yml": "jobs:\n  a:\n    steps:\n    - run: go test ./...\n"}
    found = {
        fact.value: fact.confidence.name for fact in ci_files.detect(Scope(make_repo(files), ".", (), "go")) if fact.key is f.TEST
    }
    assert found == {"go test ./...": "DECLARED", "make test": "INFERRED"}
