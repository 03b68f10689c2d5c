"""Jobs of the plan as jobs of a workflow: rights, containers, locks, outputs, and the steps in GitHub's words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import assert_never

from cdgen.emitters.ci.github import cluster, commands, images, road
from cdgen.emitters.ci.github.base import Context, checkout
from cdgen.emitters.ci.github.toolchains import gradle, set_up
from cdgen.emitters.ci.github.view import Container, Job, Right, Step
from cdgen.model import pipeline as p

RIGHTS: Mapping[p.Access, Right] = {
    p.Access.READ_CODE: Right("contents", "read"),
    p.Access.READ_PACKAGES: Right("packages", "read", "install private packages"),
    p.Access.WRITE_PACKAGES: Right("packages", "write", "push the image"),
    p.Access.IDENTITY: Right("id-token", "write", "prove to the cluster which job this is"),
}
PUBLISHING = frozenset({p.Access.WRITE_PACKAGES, p.Access.IDENTITY})
HEALTH = "--health-interval 2s --health-timeout 5s --health-retries 60 --health-start-period 5s"


def job(planned: p.Job, context: Context) -> Job:
    own = context._replace(publishes=bool(PUBLISHING & set(planned.access)))
    outputs, environment = _outputs(planned, context), {**dict(planned.env), **_addresses(planned.containers)}
    return Job(
        id=planned.id,
        name=planned.name,
        needs=planned.needs,
        condition=_condition(planned),
        runs_on=runner(context),
        timeout=planned.timeout_minutes,
        rights=tuple(rights(planned)),
        environment=planned.environment or "",
        group=planned.serial or "",
        outputs=outputs,
        env=environment,
        services=tuple(_container(container) for container in planned.containers),
        steps=tuple(steps(planned, own)),
    )


def runner(context: Context) -> str:
    return context.road.runners.get(context.road.runner, context.road.runner)


def rights(planned: p.Job) -> Iterator[Right]:
    """The rights of the plan, and to read packages where the forge's own token is asked for that."""
    is_reader = any(secret.name == "GITHUB_TOKEN" for secret in planned.secrets)
    wanted = dict.fromkeys((*planned.access, *((p.Access.READ_PACKAGES,) if is_reader else ())))
    if p.Access.WRITE_PACKAGES in wanted:
        wanted.pop(p.Access.READ_PACKAGES, None)
    return (RIGHTS[access] for access in wanted)


def _condition(planned: p.Job) -> str:
    """A commit that was refused because a newer one is live goes no further."""
    after = next((step.after for step in planned.steps if isinstance(step, p.Deploy)), None)
    return f"needs.{after}.outputs.result != 'superseded'" if after else ""


def _outputs(planned: p.Job, context: Context) -> Mapping[str, str]:
    if any(isinstance(step, p.BuildImage) and step.push for step in planned.steps):
        return images.outputs(context.road)
    return cluster.OUTPUTS if any(isinstance(step, p.Deploy) for step in planned.steps) else {}


def _addresses(containers: tuple[p.ServiceContainer, ...]) -> dict[str, str]:
    """The job runs on the machine itself: a container is at localhost, on the port that it has inside."""
    return {name: value.replace("{host}", "localhost") for each in containers for name, value in each.exports}


def _container(container: p.ServiceContainer) -> Container:
    port = f"{container.port}:{container.port}"
    return Container(
        name=container.name,
        image=container.image,
        ports=(port,),
        env=dict(container.env),
        options=f'--health-cmd "{container.health}" {HEALTH}',
        note=container.note,
    )


def steps(planned: p.Job, context: Context) -> Iterator[Step]:
    for number, step in enumerate(planned.steps):
        following = planned.steps[number + 1] if number + 1 < len(planned.steps) else None
        yield from _words(step, following, context)
        if isinstance(step, p.SetUp) and step.toolchain.package_manager == "gradle" and _calls_gradle(planned):
            yield gradle(step.toolchain, context.pins)


def _calls_gradle(planned: p.Job) -> bool:
    """Whether a command is Gradle itself and not the repository's wrapper, which brings its own."""
    commands = (step.command.split() for step in planned.steps if isinstance(step, p.Run))
    return any(word == "gradle" for words in commands for word in words)


def _words(step: p.Step, following: p.Step | None, context: Context) -> Iterator[Step]:
    match step:
        case p.Checkout():
            yield checkout(context.pins, full_history=step.full_history)
        case p.SetUp():
            yield from set_up(step.toolchain, context.pins, cached=not context.publishes)
        case p.Run():
            yield commands.run(step, following)
        case p.RequireTests():
            yield commands.require_tests(step)
        case p.RequireCoverage():
            yield commands.require_coverage(step)
        case p.VerifyRoad():
            yield from road.verify(context)
        case p.BuildImage():
            yield from images.build(step, context)
        case p.Deploy():
            yield from cluster.deploy(step, context)
        case p.Aggregate():
            return  # names the jobs of its file: `workflows.py` writes it
        case _:
            assert_never(step)
