"""The answer about a folder that no stack claims."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from cdgen import app
from cdgen.errors import UnsupportedError
from cdgen.report.folder import sentence
from cdgen.report.inspection import to_json
from cdgen.report.markdown import inspection_text
from cdgen.spec.settle import paved
from tests.conftest import MakeRepo

MANIFEST = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n"
COMPOSE = "services:\n  db:\n    image: postgres:16\n"
ACTION = "name: a\nruns:\n  using: docker\n  image: Dockerfile\n"

UNKNOWN = [
    pytest.param({}, id="empty"),
    pytest.param({".github/workflows/a.yml": "on: push\n", "LICENSE": "MIT"}, id="nothing but files about the repository"),
    pytest.param({"main.cob": "x"}, id="an unknown language"),
    pytest.param({"tool.lua": "x", "README.md": "x"}, id="code without a build file"),
    pytest.param({"Dockerfile": "FROM alpine\nRUN apk add curl\n", "README.md": "x"}, id="an image of an unknown program"),
    pytest.param({"deploy.yaml": MANIFEST, "a.lua": "x", "b.lua": "x"}, id="as much code as manifests"),
    pytest.param({"notes.yaml": "a: 1\n"}, id="YAML of no known kind"),
    pytest.param({"board.html": "x", "README.md": "x", **{f"{n}.png": "x" for n in range(20)}}, id="a page with its pictures"),
]


@pytest.mark.parametrize("files", UNKNOWN)
def test_what_cannot_be_seen_is_not_said(make_repo: MakeRepo, files: Mapping[str, str]) -> None:
    answer = app.inspect(make_repo(files).root).folder()
    assert answer is not None
    assert (answer.kind, answer.is_service) == (None, None)


@pytest.mark.parametrize(
    ("files", "kind", "source"),
    [
        ({"k8s/a.yaml": MANIFEST, "README.md": "x", "apply.sh": "x"}, "infrastructure", "k8s/a.yaml"),
        ({"compose.yaml": COMPOSE, "README.md": "x"}, "infrastructure", "compose.yaml"),
        ({"main.tf": "x", "vars.tfvars": "x"}, "infrastructure", "main.tf"),
        ({"Chart.yaml": "name: a\n", "templates/a.yaml": "{{ x }}", "values.yaml": "a: 1"}, "infrastructure", "Chart.yaml"),
        ({"roles/a/tasks/main.yml": "- name: a\n"}, "infrastructure", "roles/a/tasks/main.yml"),
        ({"README.md": "x", "guide/a.rst": "x", "a.png": "x", "Makefile": "x"}, "docs", "README.md"),
        ({"README.md": "x", "action.yml": ACTION, "Dockerfile": "FROM alpine\n", "run.sh": "x"}, "action", "action.yml:2"),
        ({"cookiecutter.json": "{}", "{{cookiecutter.name}}/a.lua": "x"}, "template", "cookiecutter.json"),
        ({"Dockerfile": "FROM python:{{ version }}\n", "a.yaml": "x: 1"}, "template", "Dockerfile:1"),
        ({"a/v1/a.proto": "x", "README.md": "x"}, "api-definition", "a/v1/a.proto"),
        ({"V1__a.sql": "x", "V2__b.sql": "x"}, "database-schema", "V1__a.sql"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_it_is(make_repo: MakeRepo, files: Mapping[str, str], kind: str, source: str) -> None:
    inspection = app.inspect(make_repo(files).root)
    answer = inspection.folder()
    assert answer is not None
    assert (answer.kind, answer.is_service, str(answer.sources[0])) == (kind, False, source)
    top = to_json(inspection)
    assert (top["kind"], top["is_service"], top["has_dockerfile"]) == (kind, False, "Dockerfile" in files)
    assert (top["reason"], top["advice"], top["services"]) == (answer.reason, answer.advice, [])
    with pytest.raises(UnsupportedError, match=kind):
        paved(inspection.services, inspection.skipped, inspection.config, inspection.folder)


def test_a_project_has_no_other_answer(make_repo: MakeRepo) -> None:
    assert app.inspect(make_repo({"go.mod": "module a\n", "main.go": "package main\n"}).root).folder() is None


def test_a_folder_of_projects(make_repo: MakeRepo) -> None:
    files = {"a/go.mod": "module a\n", "a/main.go": "package main\n", "compose.yaml": COMPOSE, "README.md": "x"}
    answer = app.inspect(make_repo(files).root).folder()
    assert answer is not None
    assert (answer.kind, answer.is_service, answer.reason) == ("monorepo-root", False, "it holds projects and is none itself: a")
    own = app.inspect(make_repo({"Dockerfile": "FROM scratch\n"}).root).folder()
    assert own is not None
    assert (own.kind, own.is_service, own.has_dockerfile) == (None, None, True)


IMAGES = [
    ("its own", "Dockerfile", ("Dockerfile", 9000, "/shop")),
    ("one in a folder for Dockerfiles", "docker/Dockerfile", ("docker/Dockerfile", 9000, "/shop")),
    ("one of a project below it", "src/api/Dockerfile", (None, None, None)),
    ("one of something else below it", "infra/agent/Dockerfile", (None, None, None)),
]


@pytest.mark.parametrize(("what", "path", "expected"), IMAGES, ids=[what for what, *_ in IMAGES])
def test_the_image_of_a_folder(make_repo: MakeRepo, what: str, path: str, expected: tuple[object, ...]) -> None:
    files = {"src/api/go.mod": "module a\n", "src/api/main.go": "package main\n", path: 'FROM x\nEXPOSE 9000\nCMD ["/shop"]\n'}
    top = to_json(app.inspect(make_repo(files).root))
    assert (top["dockerfile"], top["port"], top["start_command"]) == expected


def test_a_template_of_an_image_starts_nothing(make_repo: MakeRepo) -> None:
    top = to_json(app.inspect(make_repo({"Dockerfile": 'FROM python:{{ .version }}\nEXPOSE 80\nCMD ["python"]\n'}).root))
    assert (top["kind"], top["dockerfile"], top["port"], top["start_command"]) == ("template", None, None, None)


def test_a_broken_build_file_is_not_known(make_repo: MakeRepo) -> None:
    answer = app.inspect(make_repo({"package.json": "{", "README.md": "x"}).root).folder()
    assert answer is not None
    assert (answer.kind, answer.is_service) == (None, None)
    assert "package.json" in answer.reason


def test_every_report_says_it(make_repo: MakeRepo) -> None:
    inspection = app.inspect(make_repo({"k8s/a.yaml": MANIFEST}).root)
    folder = inspection.folder()
    assert folder is not None
    assert ". is no service but of kind infrastructure: nothing but Kubernetes manifests (1)" in sentence(folder, ".")
    assert "of kind infrastructure" in inspection_text(inspection)
