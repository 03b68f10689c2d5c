"""What should happen from a commit to production: one pipeline for pull requests, one for the main branch, one to go back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from cdgen.model.pipeline import (
    Access,
    Aggregate,
    BuildImage,
    Checkout,
    Deploy,
    Job,
    Pipeline,
    RequireCoverage,
    RequireTests,
    Run,
    ServiceContainer,
    SetUp,
    Step,
    Trigger,
    VerifyRoad,
)
from cdgen.model.plan import DeliveryPlan
from cdgen.model.road import Environment, Road
from cdgen.model.service import Service
from cdgen.model.workload import Workload
from cdgen.plan import packages
from cdgen.plan.backing import containers
from cdgen.road.pins import Pins

READY = "ready-to-merge"
BUILD = "build"
TITLES: Mapping[str, str] = {
    "verify": "Verify the road",
    "lint": "Lint",
    "unit": "Unit tests",
    "integration": "Integration tests",
    "image-build": "Image",
    "build": "Build and push the image",
    READY: "Ready to merge",
}
MARGIN_SECONDS = 120  # a rollout may end this much later than its progress deadline without being stuck
SMOKE_SECONDS = 300  # for everything in a deploy that is no wait: set-up, two smoke tests


class Context(NamedTuple):
    """What every job of one repository is made with."""

    road: Road
    pins: Pins
    is_alone: bool  # one service: its jobs need no prefix and no path filter
    script: str  # path of the rollout script, one per repository


def plan_pipelines(plan: DeliveryPlan) -> tuple[Pipeline, ...]:
    """The pipelines of a plan that has none yet. Nothing to deploy: nothing to release, nowhere to go back to."""
    road, services = plan.road, plan.services
    script = f"{plan.shared_directory}/rollout.sh"
    context = Context(road, Pins(road.images, road.actions), len(services) == 1, script)
    running = {workload.service: workload for workload in plan.workloads}
    deployed = [(service, running[service.name]) for service in services if service.name in running]
    pipelines = [_pull_request(services, context)]
    if deployed:
        pipelines += [_main(deployed, context), _rollback(deployed, context)]
    return tuple(pipelines)


def has_image(service: Service) -> bool:
    """Whether an image can be built: the repository's own Dockerfile, or a recipe."""
    return service.dockerfile is not None or service.recipe is not None


def image_repository(service: Service, road: Road) -> str:
    """Registry and name without tag. May hold `{owner}` and `{repository}`, which only the forge knows for sure."""
    return f"{road.registry.rstrip('/')}/{service.name}"


def job_id(gate: str, service: Service, context: Context) -> str:
    return gate if context.is_alone else f"{service.name}-{gate}"


def _pull_request(services: tuple[Service, ...], context: Context) -> Pipeline:
    verify = _job("verify", "verify", None, (Checkout(), VerifyRoad()), context.road)
    jobs = [verify, *(job for service in services for job in _checks(service, context))]
    ordered = sorted(jobs, key=lambda job: -job.timeout_minutes)  # the longest first: they start first when runners are scarce
    needs = tuple(job.id for job in ordered if job.blocking)
    ready = _job(READY, READY, None, (Aggregate(),), context.road)._replace(needs=needs, access=())
    return Pipeline(Trigger.PULL_REQUEST, (*ordered, ready))


def _checks(service: Service, context: Context) -> Iterator[Job]:
    """The jobs of one service. What the repository has no command for is no job."""
    commands = service.commands
    beside = _test_containers(service, context.pins)
    # one command for all tests: without the containers the tests that need them would fail in the unit job too
    is_shared = bool(beside) and commands.integration is None
    if commands.lint:
        yield _check("lint", service, context, (_run("Lint", commands.lint, service),))
    if commands.test or commands.coverage:
        yield _check("unit", service, context, _unit(service, context.road), beside if is_shared else ())
    if commands.integration or beside:
        yield _check("integration", service, context, _integration(service), beside)
    if has_image(service):
        steps = (*_build_first(service, context), _image(service, context.road, push=False))
        yield _job(job_id("image-build", service, context), "image-build", service, (Checkout(), *steps), context.road)


def _check(gate: str, service: Service, context: Context, steps: Iterable[Step], beside: tuple[ServiceContainer, ...] = ()) -> Job:
    """A job that runs commands of the repository."""
    ready = (*_tools(service, context.road), *steps)
    job = _job(job_id(gate, service, context), gate, service, ready, context.road)
    return job._replace(containers=beside, env=packages.index_settings(service, context.road))


def _tools(service: Service, road: Road) -> Iterator[Step]:
    """Everything before the command itself: code, tools, packages, generated code."""
    commands, directory = service.commands, service.directory
    yield Checkout()
    yield SetUp(service.toolchain)
    yield from packages.preparing_steps(service, road)
    if commands.install:
        yield Run("Install dependencies", commands.install, directory, secrets=packages.secrets(service, is_install=True))
    for number, command in enumerate(commands.codegen, 1):
        count = f" ({number} of {len(commands.codegen)})" if len(commands.codegen) > 1 else ""
        yield _run(f"Generate code{count}", command, service)


def _run(name: str, command: str, service: Service) -> Run:
    """A command after the install step, with the credentials that it may still need to fetch something."""
    return Run(name, command, service.directory, secrets=packages.secrets(service, is_install=not service.commands.install))


def _unit(service: Service, road: Road) -> Iterator[Step]:
    commands, directory = service.commands, service.directory
    if commands.coverage:
        yield _run("Unit tests with coverage", commands.coverage, service)
        yield RequireCoverage(directory, _least_coverage(service, road), service.toolchain.language)
    elif commands.test:
        yield _run("Unit tests", commands.test, service)
    if commands.build and not has_image(service):
        yield _run("Build", commands.build, service)


def _integration(service: Service) -> Iterator[Step]:
    commands = service.commands
    command = commands.integration or commands.test or commands.coverage or ""
    yield _run("Integration tests", command, service)
    yield RequireTests(service.directory, 1, service.toolchain.language, service.integration_tests)


def _test_containers(service: Service, pins: Pins) -> tuple[ServiceContainer, ...]:
    """Containers only where tests ask for them: a command of their own, or test files that need a backing service."""
    commands = service.commands
    can_run = commands.integration or commands.test or commands.coverage
    return containers(service, pins) if can_run and (commands.integration or service.integration_tests) else ()


def _least_coverage(service: Service, road: Road) -> int | None:
    """The ratchet of the service or the floor of its tier, whichever is higher."""
    floor = road.tiers[service.tier].coverage_floor if service.tier in road.tiers else None
    return max((each for each in (service.coverage, floor) if each is not None), default=None)


def _build_first(service: Service, context: Context) -> Iterator[Step]:
    """An own Dockerfile that copies what the build made needs the build before it."""
    if service.dockerfile and service.dockerfile.copies_output and service.commands.build:
        yield from (step for step in _tools(service, context.road) if not isinstance(step, Checkout))
        yield _run("Build", service.commands.build, service)


def _image(service: Service, road: Road, *, push: bool) -> BuildImage:
    own = service.dockerfile
    return BuildImage(
        service=service.name,
        context=own.context if own else service.recipe and service.recipe.context or service.directory,
        dockerfile=own.path if own else service.path("Dockerfile"),
        repository=image_repository(service, road),
        push=push,
        secrets=packages.all_secrets(service),
    )


def _main(deployed: list[tuple[Service, Workload]], context: Context) -> Pipeline:
    return Pipeline(Trigger.MAIN, tuple(job for service, workload in deployed for job in _release(service, workload, context)))


def _release(service: Service, workload: Workload, context: Context) -> Iterator[Job]:
    """Build once, then every environment in order; each waits for the one before."""
    road = context.road
    build = job_id(BUILD, service, context)
    steps = (Checkout(), *_build_first(service, context), _image(service, road, push=True))
    job = _job(build, BUILD, service, steps, road)
    yield job._replace(access=(*job.access, Access.WRITE_PACKAGES))
    for environment in road.environments:
        yield _deploy(service, workload, environment, context, build)


def _deploy(service: Service, workload: Workload, environment: Environment, context: Context, build: str | None) -> Job:
    """The job that puts the digest of `build` into an environment; without `build` the one that goes back."""
    verb = "deploy" if build else "rollback"
    gate = f"{verb}-{environment.name}"
    after = job_id(f"deploy-{environment.previous}", service, context) if build and environment.previous else None
    step = Deploy(
        service=service.name,
        environment=environment.name,
        namespace=_namespace(workload, environment, service),
        overlay=f"{workload.directory}/overlays/{environment.name}",
        script=context.script,
        repository=image_repository(service, context.road),
        digest_from=build,
        timeout_seconds=workload.progress_deadline_seconds + MARGIN_SECONDS,
        image_name=workload.image,
        after=after,
    )
    rule = f"deploy-{environment.name}"  # going back has the time limit of going forward
    job = _job(job_id(gate, service, context), rule, service, (Checkout(full_history=True), step), context.road)
    return job._replace(
        gate=gate,
        name=f"{verb.capitalize()} {environment.name}",
        needs=tuple(filter(None, (build, after))),
        timeout_minutes=max(job.timeout_minutes, -(-(2 * step.timeout_seconds + SMOKE_SECONDS) // 60)),
        access=(Access.READ_CODE, Access.IDENTITY),
        environment=environment.name,
        serial=f"deploy-{service.name}-{environment.name}",
    )


def _namespace(workload: Workload, environment: Environment, service: Service) -> str:
    stated = (each.namespace for each in workload.environments if each.environment == environment.name)
    return next(stated, environment.namespace.replace("{service}", service.name))


def _rollback(deployed: list[tuple[Service, Workload]], context: Context) -> Pipeline:
    jobs = (
        _deploy(service, workload, environment, context, None)
        for service, workload in deployed
        for environment in context.road.environments
    )
    return Pipeline(Trigger.ROLLBACK, tuple(jobs))


def _job(identity: str, gate: str, service: Service | None, steps: tuple[Step, ...], road: Road) -> Job:
    """A job with the road's say on its gate. Every secret of a step is a secret of its job."""
    rule = road.gates.get(gate)
    named = {secret.name: secret for step in steps if isinstance(step, Run | BuildImage) for secret in step.secrets}
    return Job(
        id=identity,
        gate=gate,
        name=TITLES.get(gate, gate),
        service=service.name if service else None,
        needs=(),
        steps=steps,
        timeout_minutes=rule.timeout_minutes if rule else 30,
        secrets=tuple(named.values()),
        paths=_paths(service) if service else (),
        blocking=rule.blocking if rule else True,
    )


def _paths(service: Service) -> tuple[str, ...]:
    """Where a change concerns this service: its folder, its manifests, its Dockerfile, and the folders it builds with."""
    dockerfile = service.dockerfile.path.rpartition("/")[0] if service.dockerfile else ""
    wanted = (service.directory, service.deploy_directory, dockerfile or service.directory)
    inside = service.directory.rstrip("/") + "/"
    kept = (path for path in wanted if path == service.directory or not (service.directory == "." or path.startswith(inside)))
    return tuple(dict.fromkeys((*kept, *service.details.depends_on)))
