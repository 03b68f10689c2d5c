"""`cdgen inspect`: what a repository is. Ends 0 on any readable folder, git or not, ambiguous or not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cdgen import app
from cdgen.model.service import Service
from cdgen.report import evidence
from cdgen.report.console import Console
from cdgen.report.folder import sentence


def inspect(path: Path, console: Console, *, output_format: str = "text") -> int:
    """Print the inspection of a folder. Raises InputError when it is not one."""
    inspection = app.inspect(path)
    if output_format == "json":
        console.result(_json(inspection))
    elif output_format == "markdown":
        from cdgen.report.markdown import inspection_text

        console.result(inspection_text(inspection).rstrip("\n"))
    else:
        for line in _text(inspection, console):
            console.result(line)
        console.say("next: cdgen init" if any(service.is_service for service in inspection.services) else "")
    return 0


def _json(inspection: app.Inspection) -> str:
    import json

    from cdgen.repo import git
    from cdgen.report.inspection import to_json

    branch = git.default_branch(inspection.repo.root) if inspection.repo.is_git else None
    return json.dumps(to_json(inspection, branch), indent=2, default=str)


def _text(inspection: app.Inspection, console: Console) -> Iterator[str]:
    for service in inspection.services:
        yield from _service(service, console)
    for skipped in inspection.skipped:
        yield f"skipped {skipped.directory} ({skipped.what}): {skipped.reason}, {skipped.source}"
    for name, reason in sorted(inspection.repo.unread.items()):
        yield f"not read {name}: {reason}"
    folder = inspection.folder()
    if folder:
        yield sentence(folder, inspection.directory)


def _service(service: Service, console: Console) -> Iterator[str]:
    yield console.style(f"{service.name} ({service.directory}), {service.kind or 'of unknown kind'}", "bold")
    yield from evidence.summary(service, console)
    yield from evidence.details(service, console)
    for title, why, settle in evidence.unknowns(service):
        settled = f"; say `{settle}` in cdgen.yaml" if settle else ""
        yield f"  {console.style('unknown', 'yellow')}     {title}: {why}{settled}"
    for reason in service.unsupported:
        yield f"  {console.style('not paved', 'yellow')}   {reason}"
    yield ""
