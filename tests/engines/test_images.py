"""Images of the examples: the Dockerfile built as it was written, run as the manifests promise, stopped as a cluster does."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from cdgen import app
from cdgen.model.pipeline import ServiceContainer, Trigger
from cdgen.model.service import Service
from cdgen.model.workload import Workload
from tests import examples
from tests.engines.drivers import buildah, hadolint, servers, set_up
from tests.engines.drivers.buildah import Image
from tests.engines.drivers.servers import LOOPBACK
from tests.engines.test_static import ALLOWED

# every service of an example without a Dockerfile of its own
SERVICES = (
    ("csharp-aspnetcore-postgres", "tickets"),
    ("elixir-plug", "elixir-plug"),
    ("go-postgres", "go-postgres"),
    ("java-gradle", "java-gradle"),
    ("java-maven-postgres", "java-maven-postgres"),
    ("kotlin-ktor-maven-redis", "kotlin-ktor-maven-redis"),
    ("monorepo", "prices"),
    ("monorepo", "stock"),
    ("monorepo", "web"),
    ("php-composer-postgres", "php-composer-postgres"),
    ("python-fastapi-uv-postgres", "python-fastapi-uv-postgres"),
    ("ruby-sinatra-redis", "ruby-sinatra-redis"),
    ("rust-axum-postgres", "rust-axum-postgres"),
    ("static-site", "static-site"),
    ("typescript-bun-redis", "typescript-bun-redis"),
    ("typescript-pnpm-redis", "typescript-pnpm-redis"),
)
NO_CAPABILITIES = "0" * 16


class Built(NamedTuple):
    service: Service
    workload: Workload
    beside: tuple[ServiceContainer, ...]
    dockerfile: str
    image: Image
    manifest: str  # of the Deployment


@pytest.fixture(scope="module", params=SERVICES, ids=lambda key: "/".join(dict.fromkeys(key)))
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Built:
    example, name = request.param
    root = examples.checkout(example, tmp_path_factory.mktemp("image"))
    assert examples.cdgen(root, "init", "--yes").code == 0
    plan = app.generate(app.inspect(root)).plan
    assert {service.name for service in plan.services} == {each for key, each in SERVICES if key == example}
    service = next(service for service in plan.services if service.name == name)
    set_up.environment(service.toolchain, root.parent)  # a stand-in is made from the machine's own toolchain
    workload = next(workload for workload in plan.workloads if workload.service == name)
    pull_request = next(each for each in plan.pipelines if each.trigger is Trigger.PULL_REQUEST)
    beside = next((job.containers for job in pull_request.jobs if job.service == name and job.containers), ())
    dockerfile = root / service.path("Dockerfile")
    manifest = (root / workload.directory / "base" / "deployment.yaml").read_text()
    return Built(service, workload, beside, dockerfile.read_text(), buildah.build(dockerfile.parent), manifest)


def test_hadolint_finds_nothing(built: Built, tmp_path: Path) -> None:
    path = tmp_path / "Dockerfile"
    path.write_text(built.dockerfile)
    assert [finding for finding in hadolint.lint([path]) if finding.rule not in ALLOWED["hadolint"]] == []


def test_the_user_is_the_manifest_s(built: Built) -> None:
    pod = yaml.safe_load(built.manifest)["spec"]["template"]["spec"]
    context = {**pod["securityContext"], **pod["containers"][0]["securityContext"]}
    assert built.image.user == f"{context['runAsUser']}:{context['runAsGroup']}"
    assert context["runAsUser"] >= 10000 and context["runAsNonRoot"] is True
    assert pod["terminationGracePeriodSeconds"] == built.workload.shutdown.grace


def test_it_serves_unprivileged_and_stops_in_time(built: Built) -> None:
    service, shutdown = built.service, built.workload.shutdown
    assert service.port
    url = f"http://{LOOPBACK}:{service.port}"
    with set_up.beside(built.beside) as found:
        settings = {**set_up.required(service), **found}
        with buildah.serving(built.image, service.port, settings) as container:
            assert servers.becomes_well(url + (service.health_path or "/"), startup(built.workload)), container.log.read_text()
            assert not servers.is_well(url + "/nowhere")
            uid = built.image.user.partition(":")[0]
            assert set(container.status("Uid").split()) == {uid}
            assert {container.status(name) for name in ("CapEff", "CapPrm", "CapInh", "CapAmb")} == {NO_CAPABILITIES}
            assert container.status("NoNewPrivs") == "1"
            seconds = container.stop(shutdown.grace - shutdown.pre_stop)
            print(f"{service.name}: stopped after {seconds:.1f} s of {shutdown.grace - shutdown.pre_stop}")


def startup(workload: Workload) -> int:
    """Seconds that the manifest gives a new process before the cluster starts it again."""
    assert workload.startup
    return workload.startup.period_seconds * workload.startup.failure_threshold


def test_it_holds_nothing_of_the_tests_and_of_git(built: Built) -> None:
    site = "usr/share/nginx/html/"
    place = site if f"/{site}" in built.dockerfile else "app/"
    own = [path.removeprefix(place) for path in buildah.files(built.image) if path.startswith(place)]
    assert own
    assert [path for path in own if path.startswith(("test", "tests/", ".git", "deploy/", "docs/"))] == []
