"""A folder that only joins others is shown as what it is, and is no service."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from cdgen.model import facts as f
from cdgen.spec.collect import ROOT, collect
from cdgen.spec.config import load_config
from tests.conftest import MakeRepo

MEMBER = '{"name": "api", "scripts": {"start": "node a.js"}}'
NPM = {
    "package.json": '{"workspaces": ["api"], "devDependencies": {"typescript": "5"}}',
    "api/package.json": MEMBER,
    "api/a.js": "1",
}
MAVEN = {"pom.xml": "<project><packaging>pom</packaging><modules><module>a</module></modules></project>", "a/pom.xml": "<project/>"}
UV = {
    "uv.lock": "version = 1\n",
    "pyproject.toml": "[tool.uv.workspace]\nmembers = ['api']\n",
    "api/pyproject.toml": "[project]\nname='a'\n",
    "api/a.py": "1",
}


@pytest.mark.parametrize(
    ("files", "language", "member"),
    [(NPM, "typescript", "api"), (MAVEN, "java", "a"), (UV, "python", "api")],
    ids=["npm", "maven", "uv"],
)
def test_a_root(make_repo: MakeRepo, files: Mapping[str, str], language: str, member: str) -> None:
    repo = make_repo(files)
    root, below = collect(repo, ".", load_config(repo)).found
    kinds = [fact.value for fact in root.facts.all(f.KIND)]
    assert (root.scope.directory, below.scope.directory, kinds) == (".", member, [ROOT])
    assert language in root.facts.values(f.LANGUAGE)
    assert not any(root.facts.all(key) for key in (f.PORT, f.START, f.PROTOCOL, f.FRAMEWORK, f.BACKING))


IMAGES = [
    ("its own", "Dockerfile", (9000, "/api")),
    ("one in a folder for Dockerfiles", "docker/Dockerfile", (9000, "/api")),
    ("one that stands with something else", "infra/build-agent/Dockerfile", (None, None)),
]


@pytest.mark.parametrize(("what", "path", "expected"), IMAGES, ids=[what for what, *_ in IMAGES])
def test_the_image_of_a_root(make_repo: MakeRepo, what: str, path: str, expected: tuple[int | None, str | None]) -> None:
    repo = make_repo({**NPM, path: 'FROM node:24\nEXPOSE 9000\nCMD ["/api"]\n'})
    facts = collect(repo, ".", load_config(repo)).found[0].facts
    assert (next(iter(facts.values(f.PORT)), None), next(iter(facts.values(f.START)), None)) == expected
