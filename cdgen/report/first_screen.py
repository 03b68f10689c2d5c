"""The first screen of `init`: what was found, what exists, what will be written, what to do next."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen import __version__
from cdgen.model.facts import ExistingPipeline
from cdgen.model.output import Change, ChangeKind, PatchedFile
from cdgen.plan.generation import Generation
from cdgen.report import evidence
from cdgen.report.console import Console

MOST_SERVICES = 3  # shown in full; further ones on a line each, so that the screen stays under 60 lines
MOST_PIPELINES = 4
MOST_WORKFLOWS = 3  # files shown by name; of a repository with several services there are many
WORKFLOWS = ".github/workflows/"
LOCK = ".cdgen/lock"
MISSING = (ChangeKind.NEW, ChangeKind.DELETED)


def header(road: str, source: str) -> str:
    """What runs, on which road, and that nothing leaves the machine."""
    return f"cdgen {__version__} · road {road} ({source}) · offline: nothing leaves this machine"


def found(generation: Generation, console: Console) -> Iterator[str]:
    services = generation.plan.services
    yield ""
    yield console.style(f"{_count(len(services), 'service')} found", "bold")
    for service in services[:MOST_SERVICES] if len(services) <= MOST_SERVICES else ():
        if len(services) > 1:
            yield console.style(f" {service.name} ({service.directory})", "bold")
        yield from evidence.summary(service, console)
        for title, why, settle in evidence.unknowns(service):
            yield f"  {title:<12}unknown: {why}" + (f"; say `{settle}` in cdgen.yaml" if settle else "")
    if len(services) > MOST_SERVICES:
        for service in services:
            serves = f"{service.protocol or 'worker'} {service.port or ''}".strip()
            yield f"  {service.name:<28}{service.language} {service.language_version or '':<10} {serves:<12} {service.directory}"
    for skipped in generation.plan.skipped:
        yield f"  skipped {skipped.directory} ({skipped.what}): {skipped.reason}"
    yield from _today(generation)


def _today(generation: Generation) -> Iterator[str]:
    """Pipelines with a gate that cdgen knows, the fullest first; the others are counted."""
    pipelines = dict.fromkeys(pipeline for service in generation.plan.services for pipeline in service.pipelines)
    shown = sorted((each for each in pipelines if each.gates), key=lambda each: -len(each.gates))[:MOST_PIPELINES]
    for pipeline in shown:
        yield ""
        yield f"Your pipeline today: {pipeline.path}"
        yield f"  has       {_gates(pipeline)}"
    if len(pipelines) > len(shown):
        yield ""
        yield f"{_count(len(pipelines) - len(shown), 'more pipeline')} of yours, left as they are"


def _gates(pipeline: ExistingPipeline) -> str:
    return " · ".join(f"{gate} :{line}" for gate, line in pipeline.gates)


def to_write(changes: tuple[Change, ...], patches: tuple[PatchedFile, ...], known: frozenset[str], lock: str) -> Iterator[str]:
    """The list of files, grouped by folder, with the figures that people look for. `known` are paths the repository has."""
    new = {change.path: change.rendered.text for change in changes if change.kind in MISSING and change.rendered}
    new |= {LOCK: lock} if LOCK not in known else {}
    new |= {patch.path: patch.text for patch in patches if patch.path not in known}
    edited = [patch for patch in patches if patch.path in known]
    lines = sum(text.count("\n") for text in new.values())
    added = f"add to {len(edited)} of yours" if edited else "touch none of yours"
    yield ""
    yield f"Will write {_count(len(new), 'new file')}, {lines} lines; {added}; change or delete none"
    workflows = [path for path in new if path.startswith(WORKFLOWS)]
    folders: dict[str, list[str]] = {}
    for path in new:
        alone = "/" not in path or (path in workflows and len(workflows) <= MOST_WORKFLOWS)
        group = WORKFLOWS.rstrip("/") if path in workflows else path.split("/")[0]
        folders.setdefault(path if alone else group, []).append(path)
    for folder, members in sorted(folders.items()):
        yield f"  + {folder}/ ({len(members)} files)" if len(members) > 1 else f"  + {members[0]}"
    for patch in edited:
        yield f"  ~ {patch.path}  {patch.entries}"
    for change in changes:
        if change.kind in (ChangeKind.STALE, ChangeKind.ORPHAN):
            yield f"  {'~' if change.rendered else '-'} {change.path}  {change.kind.value}"


def after(generation: Generation) -> Iterator[str]:
    yield ""
    yield "Written. Next"
    yield "  git switch -c cdgen && git add -A && git commit -m 'add the paved road' && git push"
    yield "  cdgen explain unit      why each gate is what it is"
    page = "docs/path-to-production.md"
    yield f"  {generation.plan.config.places.get(page, page)}   the road on one page"
    yield "Leave at any time: cdgen eject"


def _count(number: int, what: str) -> str:
    return f"{number or 'no'} {what}{'' if number == 1 else 's'}"
