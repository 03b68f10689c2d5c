"""`docs/path-to-production.md`: what stands between a change and its users, who may let it pass, and how it is taken back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, assert_never

from markupsafe import Markup

from cdgen.model.output import RenderedFile
from cdgen.model.pipeline import (
    Aggregate,
    BuildImage,
    Checkout,
    Deploy,
    Job,
    Pipeline,
    RequireCoverage,
    RequireTests,
    Run,
    SetUp,
    Step,
    Trigger,
    VerifyRoad,
)
from cdgen.model.plan import DeliveryPlan
from cdgen.model.service import Service
from cdgen.render.environment import render
from cdgen.render.guards import code, fence, prose
from cdgen.report.drawing import mermaid

id = "path-to-production"
PATH = "docs/path-to-production.md"
TEMPLATE = "docs/path-to-production.md.j2"
ROLLING = "pod by pod; the previous digest comes back by itself"


class Part(NamedTuple):
    """One pipeline of the page: its heading, its drawing, its gates as a table."""

    title: str
    drawing: Markup
    gates: Markup


class View(NamedTuple):
    """What the template shows."""

    services: Markup
    parts: tuple[Part, ...]
    environments: Markup
    by_hand: Markup | None
    exceptions: Markup | None
    skipped: Markup | None
    can_go_back: bool


def emit(plan: DeliveryPlan) -> Iterator[RenderedFile]:
    if plan.services:
        yield RenderedFile(PATH, render(TEMPLATE, view=_view(plan)), id)


def _view(plan: DeliveryPlan) -> View:
    shown = {Trigger.PULL_REQUEST: "Before a change is merged", Trigger.MAIN: "From the merge to production"}
    exceptions = [(code(each.rule), code(each.path), each.reason, each.owner, each.until) for each in plan.config.exceptions]
    skipped = [(code(each.directory), each.what, each.reason) for each in plan.skipped]
    return View(
        services=table(("Service", "Folder", "Owner", "Tier", "What it is"), (_service(each) for each in plan.services)),
        parts=tuple(_part(shown[each.trigger], each) for each in plan.pipelines if each.trigger in shown),
        environments=table(("Environment", "Service", "Namespace", "Address", "Approval", "How"), _environments(plan)),
        by_hand=table(("Service", "What", "Name", "Where it goes"), by_hand) if (by_hand := list(_by_hand(plan))) else None,
        exceptions=table(("Rule", "Where", "Why", "Owner", "Until"), exceptions) if exceptions else None,
        skipped=table(("Folder", "What", "Why not"), skipped) if skipped else None,
        can_go_back=any(each.trigger is Trigger.ROLLBACK for each in plan.pipelines),
    )


def _part(title: str, pipeline: Pipeline) -> Part:
    rows = (_gate(job) for job in pipeline.jobs)
    drawing = fence(mermaid(pipeline), "mermaid")
    return Part(title, drawing, table(("Gate", "Blocks", "What it does", "Time limit"), rows))


def _service(service: Service) -> Sequence[str]:
    words = [service.description] if service.description else []
    words.append(" ".join(word for word in (service.language, service.language_version, service.framework) if word))
    return (code(service.name), code(service.directory), service.owner or "not known", service.tier, ". ".join(words))


def _gate(job: Job) -> Sequence[str]:
    does = [text for step in job.steps if (text := _step(step))]
    does += [_said(f"with {container.name}", container.image.partition("@")[0]) for container in job.containers]
    return (code(job.id), "yes" if job.blocking else "no", Markup("<br>").join(does), f"{job.timeout_minutes} min")


def _step(step: Step) -> Markup | None:
    """What a step does, in words; None for what only prepares."""
    match step:
        case Checkout() | SetUp():
            return None
        case Run(name, command):
            return _said(f"{name}:", command)
        case VerifyRoad():
            return _said("this road is complete and nothing in it was weakened:", "cdgen check --full")
        case RequireTests(at_least=least, files=files):
            named = f", among them {', '.join(files)}" if files else ""
            return prose(f"at least {least} of these tests ran and was not skipped{named}")
        case RequireCoverage(at_least=least):
            return prose("line coverage is reported" if least is None else f"line coverage is at least {least} %")
        case BuildImage(dockerfile=dockerfile, push=push):
            return _said("builds the image once and pushes it by digest:" if push else "the image builds:", dockerfile)
        case Deploy(environment=environment, script=script):
            words = f"puts the digest into {environment}, waits, asks its health; on failure the previous digest comes back:"
            return _said(words, script)
        case Aggregate():
            return prose("the one check that a merge needs: every gate above has succeeded, or did not concern the change")
    assert_never(step)


def _said(words: str, what: str) -> Markup:
    return prose(words) + Markup(" ") + code(what)


def _environments(plan: DeliveryPlan) -> Iterator[Sequence[str]]:
    tiers = {service.name: plan.road.tiers.get(service.tier) for service in plan.services}
    last = plan.road.environments[-1].name
    for workload in plan.workloads:
        tier = tiers.get(workload.service)
        for each in workload.environments:
            is_last = each.environment == last
            people = tier.approvals if tier and is_last else 0
            wish = (
                f" (the tier asks for {tier.strategy}: not written yet)" if tier and is_last and tier.strategy != "rolling" else ""
            )
            yield (
                each.environment,
                code(workload.service),
                code(each.namespace),
                code(each.hostname) if each.hostname else "inside the cluster only",
                "none" if not people else "1 person" if people == 1 else f"{people} people",
                ROLLING + wish,
            )


def _by_hand(plan: DeliveryPlan) -> Iterator[Sequence[str]]:
    """What a service reads and nobody can know from its code, once per environment."""
    for workload in plan.workloads:
        secret = _said("Secret", f"{workload.service}-secrets")
        for name in workload.secret_keys:
            needed = "secret, required" if name in workload.required_secrets else "secret, optional"
            yield (code(workload.service), needed, code(name), secret)
        for name in workload.unset:
            place = f"{workload.directory}/overlays/<environment>/local"
            yield (code(workload.service), "setting", code(name), code(place))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Markup:
    """A Markdown table with even columns, as formatters leave it. A cell that is not Markup yet is text."""
    cells = [[str(prose(cell)) for cell in row] for row in (head, *rows)]
    widths = [max(3, *(len(row[column]) for row in cells)) for column in range(len(head))]
    rule = ["-" * width for width in widths]
    lines = (
        " | ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)) for row in (cells[0], rule, *cells[1:])
    )
    return Markup("\n".join(f"| {line} |" for line in lines))  # noqa: S704  (every cell went through a guard)
