"""A deploy can overlap with another one, run for ever, pass nobody's approval, or has no way back.

Why: two deploys at once leave a mixture; a job without environment has no approval and no record; without a rollback path the
way back is invented during an outage.

Instead: one lock per service and environment, a time limit, an environment, and a pipeline that puts a given digest back.
"""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model.finding import Severity
from cdgen.model.pipeline import Deploy, Job, Trigger
from cdgen.model.plan import DeliveryPlan
from cdgen.policies.base import Hit, PlanPolicy


def check(plan: DeliveryPlan) -> Iterator[Hit]:
    path = plan.config.path or "cdgen.yaml"
    ways_back = {
        (step.service, step.environment)
        for pipeline in plan.pipelines
        if pipeline.trigger is Trigger.ROLLBACK
        for job in pipeline.jobs
        for step in _deploys(job)
    }
    for job in (job for pipeline in plan.pipelines for job in pipeline.jobs):
        for step in _deploys(job):
            yield from (Hit(f"job {job.id} {words}", path=path) for words in _judge(job, step))
            if (step.service, step.environment) not in ways_back:
                yield Hit(f"no pipeline takes {step.service} in {step.environment} back", path=path)


def _deploys(job: Job) -> list[Deploy]:
    return [step for step in job.steps if isinstance(step, Deploy)]


def _judge(job: Job, step: Deploy) -> Iterator[str]:
    if not job.serial or step.service not in job.serial or step.environment not in job.serial:
        yield "has no lock of its service and environment"
    if job.timeout_minutes <= 0:
        yield "has no time limit"
    if job.timeout_minutes * 60 < 2 * step.timeout_seconds:
        yield f"ends after {job.timeout_minutes} minutes, before it could wait for the new version and for the old one"
    if job.environment != step.environment:
        yield f"deploys to {step.environment} without standing in that environment"
    if not job.blocking:
        yield "may fail unnoticed"


POLICY = PlanPolicy(
    check=check,
    severity=Severity.ERROR,
    passes=({},),
    fails=(
        {"deploy": {"serial": None}},
        {"deploy": {"serial": "deploy"}},
        {"deploy": {"timeout_minutes": 0}},
        {"deploy": {"timeout_minutes": 10}},
        {"deploy": {"environment": None}},
        {"deploy": {"environment": "staging"}},
        {"deploy": {"blocking": False}},
        {"rollback": False},
    ),
    covers=("GH-09",),
)
