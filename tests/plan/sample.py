"""Hand-made services, workloads, roads and plans for tests of the plan and of the emitters."""

from __future__ import annotations

from typing import Any

from cdgen.model.config import Config
from cdgen.model.facts import BackingService, EnvVar, ExistingImage
from cdgen.model.plan import DeliveryPlan
from cdgen.model.road import Road
from cdgen.model.service import Commands, Service, Toolchain
from cdgen.model.workload import Deployment, Port, Probe, ProbeKind, Resources, Scaling, Shutdown, Workload
from cdgen.plan.pipeline import plan_pipelines
from cdgen.road.load import built_in_text, parse_road

GO = Toolchain("go", "1.26.6", "go.mod", lockfiles=("go.sum",))
COMMANDS = Commands(
    install="go mod download", lint="make lint", test="make test", coverage="make cover", integration="make test-integration"
)
DATABASE = EnvVar("DATABASE_URL", None, required=True, secret=True)
POSTGRES = BackingService("postgresql", "16")
CONFIG = Config("cdgen.yaml", "default@2026.11", None, (), (), "")


def road(**changes: Any) -> Road:
    return parse_road(built_in_text(), "road.yaml", "built in")._replace(**changes)


def service(name: str = "shop", directory: str = ".", **changes: Any) -> Service:
    """A Go service with PostgreSQL and a Dockerfile."""
    own = "Dockerfile" if directory == "." else f"{directory}/Dockerfile"
    made = Service(
        name=name,
        directory=directory,
        stack="go-modules",
        language="go",
        language_version="1.26.6",
        framework=None,
        framework_version=None,
        build_tool="go",
        kind="service",
        protocol="http",
        port=8080,
        health_path="/healthz",
        readiness_path=None,
        metrics_path=None,
        metrics_port=None,
        commands=COMMANDS,
        toolchain=GO,
        dockerfile=ExistingImage(own, directory),
        recipe=None,
        backing=(POSTGRES,),
        env=(DATABASE,),
        registries=(),
        integration_tests=("internal/store/store_test.go",),
        migrations=None,
        owner="team-shop",
        tier="bronze",
        description="",
        callers=(),
        coverage=None,
        deploy_directory="deploy" if directory == "." else f"{directory}/deploy",
        provenance={},
    )
    return made._replace(**changes)


def workload(of: Service, in_road: Road) -> Workload:
    """What the plan of the workload would say, as far as pipelines read it."""
    probe = Probe(ProbeKind.HTTP, 8080, of.health_path, 10, 1, 3)
    return Workload(
        service=of.name,
        directory=of.deploy_directory,
        component="api",
        language=of.language,
        image=of.name,
        ports=(Port("http", 8080, "http"),),
        startup=probe,
        readiness=probe,
        liveness=probe,
        resources=Resources("100m", None, "128Mi", "64Mi", "unmeasured"),
        shutdown=Shutdown(5, 20),
        progress_deadline_seconds=300,
        uid=65532,
        writable_paths=(),
        env=(),
        config_keys=(),
        secret_keys=(),
        callers=(),
        backing_ports=(),
        environments=tuple(
            Deployment(each.name, each.namespace.replace("{service}", of.name), None, Scaling(2, 4, 70), ())
            for each in in_road.environments
        ),
        owner=of.owner,
        exposed=False,
    )


def plan(*services: Service, in_road: Road | None = None, config: Config = CONFIG) -> DeliveryPlan:
    chosen = in_road or road()
    running = tuple(workload(each, chosen) for each in services if each.is_service and (each.dockerfile or each.recipe))
    made = DeliveryPlan(chosen, config, services or (service(),), (), (), running)
    if not services:
        made = made._replace(workloads=(workload(made.services[0], chosen),))
    return made._replace(pipelines=plan_pipelines(made))
