"""Explanations: for a place, a field, a gate or a rule, its value, the reason, and what changes it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from cdgen.model import facts as f
from cdgen.model.pipeline import Job, Run
from cdgen.model.service import Decision, Service
from cdgen.plan.generation import Generation
from cdgen.spec.decide import SETTLE, SINGLE

# the facts that make a gate what it is
BEHIND: dict[str, tuple[f.Key[Any], ...]] = {
    "lint": (f.LINT,),
    "unit": (f.TEST,),
    "integration": (f.INTEGRATION, f.BACKING),
    "image-build": (f.DOCKERFILE,),
    "build": (f.DOCKERFILE,),
}  # fmt: skip


class Explanation(NamedTuple):
    """`rows` are (label, text) in reading order; `title` is the first line."""

    title: str
    rows: tuple[tuple[str, str], ...]


def explain(subject: str, generation: Generation) -> Explanation | None:
    """What cdgen knows about a subject; None when it is neither a place, a field, a gate nor a rule."""
    path, colon, line = subject.rpartition(":")
    if colon and line.isdigit():
        return _place(path, int(line), generation)
    return _gate(subject, generation) or _field(subject, generation) or _rule(subject)


def subjects(generation: Generation) -> list[str]:
    """Everything that can be asked for by name."""
    from cdgen.policies import POLICIES, rule_id

    gates = {job.gate for pipeline in generation.plan.pipelines for job in pipeline.jobs}
    return sorted({*_names(), *gates, *generation.plan.road.gates, *(rule_id(rule) for rule in POLICIES)})


def _names() -> dict[str, str]:
    """What people call a field -> its key."""
    names = {}
    for key in SINGLE:
        names[key.name] = key.name
        names[key.name.removeprefix("command.")] = key.name
        names[key.name.replace(".", "_")] = key.name
        if SETTLE.get(key.name):
            names[SETTLE[key.name].split(":")[0]] = key.name
    names.pop("commands", None)
    return names


def _field(subject: str, generation: Generation) -> Explanation | None:
    name = _names().get(subject)
    if name is None:
        return None
    rows: list[tuple[str, str]] = []
    for service in generation.plan.services:
        rows += _decision(service, service.provenance[name], alone=len(generation.plan.services) == 1)
    return Explanation(f"{subject}", tuple(rows))


def _decision(service: Service, decision: Decision, *, alone: bool) -> Iterator[tuple[str, str]]:
    where = "" if alone else f"{service.name}: "
    value = "unknown" if decision.value is None else str(getattr(decision.value, "path", decision.value))
    sure = f" ({decision.confidence.name.lower()})" if decision.confidence else ""
    yield "value", f"{where}{value}{sure}"
    yield "why", decision.why
    for source in decision.sources:
        yield "seen in", str(source)
    for other, place in decision.candidates:
        if other != decision.value:
            yield "also seen", f"{getattr(other, 'path', other)} in {place}"
    if decision.settle:
        yield "change", f"cdgen.yaml  {decision.settle}"


def _gate(subject: str, generation: Generation) -> Explanation | None:
    jobs = [(pipeline, job) for pipeline in generation.plan.pipelines for job in pipeline.jobs if job.gate == subject]
    if not jobs:
        return _absent_gate(subject, generation)
    rows: list[tuple[str, str]] = []
    for pipeline, job in jobs:
        rows += _job(pipeline.trigger.value, job, generation)
    if not any(job.blocking for _, job in jobs):
        rows.append(("blocks", "nothing: reported only"))
    rows.append(("off", "only by an exception in cdgen.yaml with owner, reason and end date"))
    return Explanation(f"gate {subject}", tuple(rows))


def _job(trigger: str, job: Job, generation: Generation) -> Iterator[tuple[str, str]]:
    yield "job", f"{job.id} ({trigger}), {'blocks' if job.blocking else 'does not block'}, at most {job.timeout_minutes} min"
    for step in job.steps:
        if isinstance(step, Run):
            yield "runs", step.command
    for container in job.containers:
        yield "beside it", f"{container.name} ({container.image})"
    service = next((each for each in generation.plan.services if each.name == job.service), None)
    for key in BEHIND.get(job.gate, ()) if service else ():
        decision = service.provenance.get(key.name) if service else None
        if decision and decision.value is not None:
            yield "why", f"{decision.why} {' '.join(map(str, decision.sources[:2]))}".strip()
    for kind, sources in service.backing_sources.items() if service and job.containers else ():
        yield "why", f"{kind} is used: {', '.join(map(str, sources[:3]))}"


def _absent_gate(subject: str, generation: Generation) -> Explanation | None:
    if subject not in generation.plan.road.gates:
        return None
    rows = [("why", f"no service here gives it anything to run; the road knows the gate ({generation.plan.road.source})")]
    for key in BEHIND.get(subject, ()):
        for service in generation.plan.services:
            decision = service.provenance.get(key.name)
            if decision and decision.settle:
                rows.append(("change", f"cdgen.yaml  {decision.settle}"))
    return Explanation(f"no such job: {subject}", tuple(rows))


def _rule(subject: str) -> Explanation | None:
    from cdgen.policies import POLICIES, rule_id

    rule = next((rule for rule in POLICIES if rule_id(rule) == subject), None)
    if rule is None:
        return None
    text = [line.strip() for line in (rule.__doc__ or "").splitlines() if line.strip()]
    return Explanation(f"rule {subject}, {rule.POLICY.severity.value}", tuple(("", line) for line in text))


def _place(path: str, line: int, generation: Generation) -> Explanation | None:
    file = next((file for file in generation.files if file.path == path), None)
    if file is None:
        return None
    lines = file.text.splitlines()
    if not 0 < line <= len(lines):
        return Explanation(f"{path} has {len(lines)} lines", (("next", f"cdgen explain {path}:{len(lines)}"),))
    rows: list[tuple[str, str]] = [("line", lines[line - 1].strip() or "(empty)"), ("owned by", f"cdgen ({file.emitter})")]
    keys = _keys(lines, line)
    if keys:
        rows.append(("at", ".".join(keys)))
    job = next(
        (job for pipeline in generation.plan.pipelines for job in pipeline.jobs if "jobs" in keys[:1] and job.id in keys[:2]), None
    )
    if job:
        rows += _job("", job, generation)
    rows += _values(lines[line - 1], generation)
    rows.append(("change", "cdgen.yaml or the file it was read from, then: cdgen generate"))
    return Explanation(f"{path}:{line}", tuple(rows))


def _keys(lines: list[str], number: int) -> list[str]:
    """The mapping keys that lead to a line, read from its indentation."""
    keys: list[str] = []
    indent = 10**6
    for text in reversed(lines[:number]):
        stripped = text.lstrip(" -")
        depth = len(text) - len(text.lstrip(" "))
        key, colon, _ = stripped.partition(":")
        if stripped and not stripped.startswith("#") and colon and depth < indent and " " not in key:
            keys.append(key.strip("\"'"))
            indent = depth
    return keys[::-1]


def _values(text: str, generation: Generation) -> Iterator[tuple[str, str]]:
    """Decisions whose value stands on the line."""
    for service in generation.plan.services:
        for decision in service.provenance.values():
            value = decision.value
            if isinstance(value, (str, int)) and len(str(value)) > 2 and str(value) in text and decision.sources:
                yield "why", f"{value}: {decision.why} {' '.join(map(str, decision.sources[:2]))}"
