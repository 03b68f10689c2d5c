"""Which files there are. One service: a workflow per pipeline. Several: a workflow per pipeline that calls one per service."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cdgen.emitters.ci.github import cluster, images, jobs
from cdgen.emitters.ci.github.base import Context, checkout, script, secret, secret_name
from cdgen.emitters.ci.github.view import Input, Job, Step, Workflow
from cdgen.errors import UnsupportedError
from cdgen.model import pipeline as p
from cdgen.model.plan import DeliveryPlan

FOLDER = ".github/workflows"
MOST_CALLED = 50  # https://docs.github.com/en/actions/reference/workflows-and-actions/reusing-workflow-configurations#limitations
CHANGES = "changes"
DEFAULT_BRANCH = "github.ref_name == github.event.repository.default_branch"
STEMS: Mapping[p.Trigger, tuple[str, str]] = {
    p.Trigger.PULL_REQUEST: ("pull-request", "Pull request"),
    p.Trigger.MAIN: ("main", "Main"),
    p.Trigger.ROLLBACK: ("rollback", "Roll back"),
}
# What a change is compared with. A pull request is checked out merged: its first parent is what it would be merged into
BASES: Mapping[p.Trigger, str] = {
    p.Trigger.PULL_REQUEST: "${{ github.event.merge_group.base_sha || 'HEAD^1' }}",
    p.Trigger.MAIN: "${{ github.event.before }}",
}


def workflows(plan: DeliveryPlan, context: Context) -> Iterator[Workflow]:
    for pipeline in plan.pipelines:
        if pipeline.trigger is p.Trigger.ROLLBACK:
            yield _rollback(pipeline, context)
        elif len(plan.services) == 1:
            yield _alone(pipeline, context)
        else:
            yield from _several(pipeline, context)


def _path(trigger: p.Trigger, service: str = "") -> str:
    return f"{FOLDER}/cdgen-{STEMS[trigger][0]}{service and f'-{service}'}.yml"


def _branches(context: Context) -> tuple[str, ...]:
    """`main` is also what the road says for repositories whose main branch has the older name: their jobs ask the forge."""
    named = context.road.main_branch
    return (named, "master") if named == "main" else (named,)


def _alone(pipeline: p.Pipeline, context: Context) -> Workflow:
    stem, name = STEMS[pipeline.trigger]
    made = [jobs.job(planned, context) for planned in pipeline.jobs]
    if pipeline.trigger is p.Trigger.PULL_REQUEST:
        made[-1] = _ready(made[-1], [each for each in made if each.id in made[-1].needs])
    else:
        made = [each._replace(condition=each.condition or ("" if each.needs else DEFAULT_BRANCH)) for each in made]
    return Workflow(_path(pipeline.trigger), stem, name, tuple(made), _branches(context))


def _ready(ready: Job, needed: Sequence[Job]) -> Job:
    """The one required check. It always runs: a required check that never comes would keep a merge waiting for ever."""
    lines = [f"{each.name if each.calls else each.id} ${{{{ needs.{each.id}.result }}}}" for each in needed]
    env = {"RESULTS": "\n".join(f"{line} service" if each.calls else line for line, each in zip(lines, needed, strict=True))}
    if any(each.calls for each in needed):
        env["SELECTED"] = f"${{{{ needs.{CHANGES}.outputs.services }}}}"
    step = Step("Require every result", env=env, run=script("ready"))
    return ready._replace(condition="always()", needs=tuple(each.id for each in needed), steps=(step,))


def _several(pipeline: p.Pipeline, context: Context) -> Iterator[Workflow]:
    by_service: dict[str, list[p.Job]] = {}
    for planned in pipeline.jobs:
        if planned.service:
            by_service.setdefault(planned.service, []).append(planned)
    if len(by_service) > MOST_CALLED:
        raise UnsupportedError(
            f"{len(by_service)} services, and GitHub lets one workflow call at most {MOST_CALLED} others",
            hint="list fewer services in cdgen.yaml",
        )
    yield _caller(pipeline, by_service, context)
    for service, planned_jobs in by_service.items():
        yield _called(pipeline.trigger, service, planned_jobs, context)


def _caller(pipeline: p.Pipeline, by_service: Mapping[str, list[p.Job]], context: Context) -> Workflow:
    stem, name = STEMS[pipeline.trigger]
    calls = [_call(pipeline.trigger, service, planned, context) for service, planned in by_service.items()]
    made = [_changes(pipeline.trigger, by_service, context), *calls]
    if pipeline.trigger is p.Trigger.PULL_REQUEST:
        own = [planned for planned in pipeline.jobs if planned.service is None]
        others = [jobs.job(planned, context) for planned in own[:-1]]
        made = [*others, *made]
        made.append(_ready(jobs.job(own[-1], context), made))
    return Workflow(_path(pipeline.trigger), stem, name, tuple(made), _branches(context))


def _changes(trigger: p.Trigger, by_service: Mapping[str, list[p.Job]], context: Context) -> Job:
    """Which services a change concerns: git alone says it, no action of a third party."""
    lines = ("|".join((service, *planned[0].paths)) for service, planned in by_service.items())
    env = {"BASE": BASES[trigger], "SERVICES": "\n".join(lines)}
    return Job(
        id=CHANGES,
        name="Changed services",
        condition=DEFAULT_BRANCH if trigger is p.Trigger.MAIN else "",
        runs_on=jobs.runner(context),
        timeout=5,
        rights=(jobs.RIGHTS[p.Access.READ_CODE],),
        outputs={"services": "${{ steps.changes.outputs.services }}"},
        steps=(
            checkout(context.pins, full_history=True),
            Step("Compare with what was there before", id="changes", env=env, run=script("changes")),
        ),
    )


def _call(trigger: p.Trigger, service: str, planned: list[p.Job], context: Context) -> Job:
    """A called workflow gets the rights of all its jobs; each of them takes only its own. A service may be named like a gate."""
    wanted = dict.fromkeys(right for each in planned for right in jobs.rights(each))
    is_writing = {right.scope for right in wanted if right.level == "write"}
    rights = tuple(right for right in wanted if right.level == "write" or right.scope not in is_writing)
    return Job(
        id=f"service-{service}",
        name=service,
        needs=(CHANGES,),
        condition=f"contains(fromJSON(needs.{CHANGES}.outputs.services), '{service}')",
        rights=rights,
        calls=f"./{_path(trigger, service)}",
        secrets={name: secret(name) for name in _secrets(planned, context)},
    )


def _secrets(planned: list[p.Job], context: Context) -> tuple[str, ...]:
    found = [each.name for job in planned for each in job.secrets if each.name != "GITHUB_TOKEN"]
    if any(isinstance(step, p.BuildImage) and step.push for job in planned for step in job.steps):
        found += images.credentials(context.road)
    return tuple(dict.fromkeys(map(secret_name, found)))


def _called(trigger: p.Trigger, service: str, planned: list[p.Job], context: Context) -> Workflow:
    names = {each.id: each.gate for each in planned}
    made = tuple(jobs.job(_renamed(each, names), context) for each in planned)
    return Workflow(_path(trigger, service), "called", service, made, secrets=_secrets(planned, context))


def _renamed(planned: p.Job, names: Mapping[str, str]) -> p.Job:
    """In a file of its own a job goes by its gate."""
    steps = tuple(
        step._replace(digest_from=names[step.digest_from or ""], after=step.after and names[step.after])
        if isinstance(step, p.Deploy)
        else step
        for step in planned.steps
    )
    return planned._replace(id=names[planned.id], needs=tuple(names[need] for need in planned.needs), steps=steps)


def _rollback(pipeline: p.Pipeline, context: Context) -> Workflow:
    """Started by hand. The same lock and the same script as a deploy, and no build."""
    steps = tuple(step for planned in pipeline.jobs for step in planned.steps if isinstance(step, p.Deploy))
    services = tuple(dict.fromkeys(step.service for step in steps))
    chosen = services[0] if len(services) == 1 else "${{ inputs.service }}"
    job = Job(
        id="rollback",
        name="Roll back",
        runs_on=jobs.runner(context),
        timeout=max(planned.timeout_minutes for planned in pipeline.jobs),
        rights=(jobs.RIGHTS[p.Access.READ_CODE], jobs.RIGHTS[p.Access.IDENTITY]),
        environment="${{ inputs.environment }}",
        group=f"deploy-{chosen}-${{{{ inputs.environment }}}}",
        steps=tuple(cluster.roll_back(steps, context._replace(publishes=True))),
    )
    environments = tuple(dict.fromkeys(step.environment for step in steps))
    which = (Input("service", "Which service", True, services),) if len(services) > 1 else ()
    inputs = (
        *which,
        Input("environment", "Where", True, environments),
        Input("digest", "Which image (sha256:...); empty: the release before the current one", False),
        Input("reason", "Why: it is recorded", True),
    )
    stem, name = STEMS[pipeline.trigger]
    return Workflow(_path(pipeline.trigger), stem, name, (job,), inputs=inputs)
