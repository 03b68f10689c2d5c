"""GitHub Actions: the pipelines of a plan as workflow files, and the script that their deploy jobs run."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.emitters.ci.github.base import Context
from cdgen.emitters.ci.github.workflows import workflows
from cdgen.model import pipeline as p
from cdgen.model.output import RenderedFile
from cdgen.model.plan import DeliveryPlan
from cdgen.render.environment import render
from cdgen.road.pins import Pins

id = "github"


def emit(plan: DeliveryPlan) -> Iterator[RenderedFile]:
    """Every workflow; nothing else in `.github/workflows` is touched."""
    context = Context(plan.road, Pins(plan.road.images, plan.road.actions))
    for workflow in workflows(plan, context):
        text = render(f"ci/github/{workflow.template}.yml.j2", workflow=workflow, jobs=workflow.jobs)
        yield RenderedFile(workflow.path, text, id)
    scripts = {step.script for line in plan.pipelines for job in line.jobs for step in job.steps if isinstance(step, p.Deploy)}
    for path in sorted(scripts):
        yield RenderedFile(path, render("deploy/rollout.sh.j2"), id)
