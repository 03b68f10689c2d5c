"""Every example on every CI system and every kind of road: rendered, read back, nothing against it."""

from __future__ import annotations

import json
import re
from importlib.resources import files

import pytest
import yaml

from cdgen import app
from cdgen.emitters.ci import CI_EMITTERS
from cdgen.model.finding import Severity
from cdgen.render.verify import verify
from cdgen.road.load import built_in_text
from tests import examples

BUILT_IN = "default@2026.11"
OWN = "../road"
# hosts of public registries and package indexes, labels of public runners
PUBLIC = re.compile(
    r"ghcr\.io|docker\.io|gcr\.io|quay\.io|mcr\.microsoft\.com|public\.ecr\.aws|docker\.elastic\.co|registry\.k8s\.io|github\.com"
    r"|registry\.npmjs\.org|registry\.yarnpkg\.com|pypi\.org|pythonhosted\.org|maven\.org|maven\.apache\.org|plugins\.gradle\.org"
    r"|golang\.org|ubuntu-(?:latest|\d)|windows-(?:latest|\d)|macos-(?:latest|\d)"
)
NAMES_AN_ACTION = re.compile(r"\buses:\s*[\"']?(?!\./)(?P<owner>[\w.-]+)/", re.M)
NAMES_AN_IMAGE = re.compile(
    r"^FROM (?:--\S+ )*(?P<base>\S+)|--from=(?P<copied>\S+)|^# syntax=(?P<syntax>\S+)|^\s*image: [\"']?(?P<service>[^\s\"']+)", re.M
)
IMPORT = "imports github.com/"  # the name of a Go package, in the reason of an answer
SET_BY_DEPLOY = "set-by-deploy"


MIRRORED = ("gcr.io", "ghcr.io", "docker.elastic.co", "mcr.microsoft.com")


def own_road() -> str:
    """An organisation that takes nothing from outside."""
    rows = json.loads((files("cdgen") / "data" / "actions.json").read_text("utf-8"))
    repositories = sorted({"/".join(row["action"].split("/")[:2]) for row in rows})
    own = {
        "name": "acme",
        "registry": "registry.acme.test/{owner}",
        "runners": {"ubuntu-24.04": "acme-linux"},
        "images": {"*": "mirror.acme.test", **{host: "mirror.acme.test" for host in MIRRORED}},
        "actions": {name: f"acme/{name.replace('/', '-')}" for name in repositories},
        "indexes": {name: f"https://{name}.acme.test" for name in ("go", "npm", "pypi", "maven")},
        "tool": {"source": "https://pypi.acme.test/simple", "version": "1.0.0", "sha256": "0" * 64},
    }
    return yaml.safe_dump({**yaml.safe_load(built_in_text()), **own})


@pytest.fixture(scope="module", params=examples.NAMES)
def inspection(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> app.Inspection:
    root = examples.checkout(request.param, tmp_path_factory.mktemp("matrix"))
    (root.parent / "road").mkdir()
    (root.parent / "road" / "road.yaml").write_text(own_road())
    return app.inspect(root)


@pytest.fixture(params=[emitter.id for emitter in CI_EMITTERS])
def ci(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("road", [BUILT_IN, OWN])
def test_nothing_against_it(inspection: app.Inspection, ci: str, road: str) -> None:
    made = generated(inspection, ci, road)
    verify(made.files)
    assert [finding for finding in made.findings if finding.severity is Severity.ERROR] == []
    assert len({file.path for file in made.files}) == len(made.files) > 3
    assert any(".github/workflows/" in file.path for file in made.files) == (ci == "github")


def test_nothing_public_on_an_own_road(inspection: app.Inspection, ci: str) -> None:
    made = generated(inspection, ci, OWN)
    own = {repo.path: (inspection.repo.text(repo.path) or "").splitlines() for repo in made.patches}
    texts = {
        **{file.path: file.text for file in made.files},
        **{path: "\n".join(line for line in added(made, path) if line not in lines) for path, lines in own.items()},
    }
    for path, text in texts.items():
        assert not PUBLIC.findall(text.replace(IMPORT, "")), path
        assert {match["owner"] for match in NAMES_AN_ACTION.finditer(text)} <= {"acme"}, path
        for image in (next(filter(None, match.groups())) for match in NAMES_AN_IMAGE.finditer(text)):
            assert is_own(image, text), f"{path}: {image}"


def is_own(image: str, text: str) -> bool:
    """From the organisation's mirror, a stage of the same Dockerfile, or what a deploy puts in."""
    is_stage = re.search(rf"^FROM .* AS {re.escape(image)}$", text, re.M) is not None
    return image.startswith(("mirror.acme.test/", "registry.acme.test/")) or is_stage or SET_BY_DEPLOY in image


def added(made: app.Generation, path: str) -> list[str]:
    return next(patch.text for patch in made.patches if patch.path == path).splitlines()


def generated(inspection: app.Inspection, ci: str, road: str) -> app.Generation:
    """As if `cdgen.yaml` said so; services as they are found."""
    services = [
        {"path": service.directory, "service": service.name, "owner": "team-a"}
        for service in inspection.services
        if service.is_service
    ]
    listed = len(services) > 1 or services[0]["path"] != "."
    config = {"road": road, "ci": ci, **({"services": services} if listed else services[0])}
    config.pop("path", None)
    return app.generate(app.reconsider(inspection, yaml.safe_dump(config).encode()))


@pytest.mark.parametrize(
    ("text", "image"),
    [("FROM golang:1.26", "golang:1.26"), ("# syntax=docker/dockerfile:1", "docker/dockerfile:1"), ("  image: redis:8", "redis:8")],
)
def test_a_public_image_would_be_seen(text: str, image: str) -> None:
    assert [next(filter(None, match.groups())) for match in NAMES_AN_IMAGE.finditer(text)] == [image]
    assert not is_own(image, text)
