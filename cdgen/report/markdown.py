"""Pages in Markdown: of `init --report` what was found and would be written, of `inspect` all that was found."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from cdgen.model.service import Service, Skipped
from cdgen.plan.generation import Generation
from cdgen.report import call_map, evidence
from cdgen.report.details import rows
from cdgen.report.drawing import mermaid
from cdgen.report.folder import sentence
from cdgen.spec.inspection import Inspection


def report_text(generation: Generation) -> str:
    return "".join(f"{line}\n" for line in _lines(generation))


def inspection_text(inspection: Inspection) -> str:
    """What `inspect` found, with every detail and the call map as a picture."""
    return "".join(f"{line}\n" for line in _inspection(inspection))


def _inspection(inspection: Inspection) -> Iterator[str]:
    yield f"# {inspection.repo.name}: what cdgen found"
    folder = inspection.folder()
    if folder:
        yield f"\n{_cell(sentence(folder, inspection.directory))}."
    for service in inspection.services:
        yield from _service(service)
        yield from _details(service)
    for skipped in inspection.skipped:
        yield _skipped(skipped)
    picture = call_map.mermaid(inspection.services)
    if picture:
        yield f"\n## Call map\n\n```mermaid\n{picture}```"


def _details(service: Service) -> Iterator[str]:
    """A second table: what is known beside the decisions."""
    found = list(rows(service, most=sys.maxsize))
    if found:
        yield "\n| | | seen in |"
        yield "| --- | --- | --- |"
    for row in found:
        yield f"| {row.title} | {_cell(row.value)} | {_cell(', '.join(map(str, row.places)))} |"


def _skipped(skipped: Skipped) -> str:
    return f"\nSkipped `{skipped.directory}` ({_cell(skipped.what)}): {_cell(skipped.reason)}."


def _lines(generation: Generation) -> Iterator[str]:
    plan = generation.plan
    yield f"# {generation.inspection.repo.name}: what cdgen found, and the road it would write"
    yield f"\nRoad {plan.road.name}@{plan.road.edition} ({plan.road.source}). Nothing was changed."
    for service in plan.services:
        yield from _service(service)
    for skipped in plan.skipped:
        yield _skipped(skipped)
    for pipeline in dict.fromkeys(pipeline for service in plan.services for pipeline in service.pipelines):
        gates = ", ".join(f"{gate} (line {line})" for gate, line in pipeline.gates) or "no gate that cdgen knows"
        yield f"\nToday `{pipeline.path}` has: {gates}."
    for each in plan.pipelines:
        yield f"\n## Pipeline: {each.trigger.value}\n"
        yield f"```mermaid\n{mermaid(each)}```"
    yield "\n## Files\n"
    for file in generation.files:
        yield f"- `{file.path}`, {file.text.count(chr(10))} lines"
    for patch in generation.patches:
        yield f"- `{patch.path}`: {patch.entries}"


def _service(service: Service) -> Iterator[str]:
    yield f"\n## {service.name} (`{service.directory}`)\n"
    yield "| field | value | how sure | seen in |"
    yield "| --- | --- | --- | --- |"
    for name, decision in service.provenance.items():
        if decision.value is not None:
            value = getattr(decision.value, "path", decision.value)
            shown = " ".join(str(part) for part in value if part) if isinstance(value, tuple) else str(value)
            sure = decision.confidence.name.lower() if decision.confidence else ""
            yield f"| {name} | `{_cell(shown)}` | {sure} | {_cell(', '.join(map(str, decision.sources[:2])))} |"
    for title, why, settle in evidence.unknowns(service):
        yield f"| {title} | unknown | | {_cell(why)}{f'; say `{settle}` in cdgen.yaml' if settle else ''} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("`", "'").replace("\n", " ")
