"""A gate can fail, and the change is merged all the same.

Why: a gate that does not block is read by nobody after a week, and its tests rot.

Instead: no `continue-on-error`, no constant condition, and every gate among the needs of the one required check. A gate is
switched off by an exception with owner and end, or by the road.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cdgen.model.finding import Severity
from cdgen.policies.base import Document, File, FilePolicy, Hit, Kind
from cdgen.policies.base.objects import items, mapping, tables

READY = "ready-to-merge"
NEVER = r"(?:\$\{\{)?\s*(?:false|!\s*true|0)\s*(?:\}\})?"


def check(file: File) -> Iterator[Hit]:
    lenient = _lenient(file)
    for document in file.documents:
        jobs = mapping(document.data, "jobs")
        for name in jobs:
            if name not in lenient:
                yield from _softened(document, name)
        yield from _not_needed(document, jobs, lenient)


def _lenient(file: File) -> frozenset[str]:
    """Jobs of the plan that the road lets fail."""
    pipelines = file.plan.pipelines if file.plan else ()
    return frozenset(job.id for pipeline in pipelines for job in pipeline.jobs if not job.blocking)


def _softened(document: Document, name: str) -> Iterator[Hit]:
    job = mapping(document.data, "jobs", name)
    places = [((), job), *((("steps", index), step) for index, step in tables(job, "steps"))]
    for at, part in places:
        if part.get("continue-on-error", False) is not False:
            yield Hit(f"gate {name} no longer blocks a merge", document, ("jobs", name, *at, "continue-on-error"))
        if "if" in part and re.fullmatch(NEVER, str(part["if"]).lower()):
            yield Hit(f"gate {name} never runs", document, ("jobs", name, *at, "if"))


def _not_needed(document: Document, jobs: dict[str, object], lenient: frozenset[str]) -> Iterator[Hit]:
    """Jobs that the required check does not wait for, directly or through others."""
    if READY not in jobs:
        return
    waited: set[str] = {READY}
    pending = [READY]
    while pending:
        needs = mapping(jobs, pending.pop()).get("needs")
        for name in [needs] if isinstance(needs, str) else items(needs):
            if name not in waited:
                waited.add(name)
                pending.append(name)
    for name in jobs:
        if name not in waited and name not in lenient:
            yield Hit(f"{READY} does not wait for gate {name}", document, ("jobs", name))


POLICY = FilePolicy(
    sees=(Kind.WORKFLOW,),
    check=check,
    severity=Severity.ERROR,
    passes=(
        "jobs: {unit: {steps: [{run: make test}]}}\n",
        "jobs: {unit: {continue-on-error: false}}\n",
        "jobs: {a: {}, b: {needs: a}, ready-to-merge: {needs: [b]}}\n",
        "jobs: {a: {if: github.event_name == 'push'}}\n",
    ),
    fails=(
        "jobs: {unit: {continue-on-error: true}}\n",
        "jobs: {unit: {steps: [{run: make test, continue-on-error: true}]}}\n",
        'jobs: {unit: {continue-on-error: "${{ matrix.soft }}"}}\n',
        "jobs: {unit: {if: false}}\n",
        'jobs: {unit: {if: "${{ false }}"}}\n',
        "jobs: {a: {}, b: {}, ready-to-merge: {needs: [b]}}\n",
    ),
    covers=("GH-19",),
)
