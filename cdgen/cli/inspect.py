"""`cdgen inspect`: what a repository is. Ends 0 on any readable folder, git or not, ambiguous or not."""

from __future__ import annotations

from pathlib import Path

from cdgen import app
from cdgen.report import evidence
from cdgen.report.console import Console
from cdgen.report.folder import sentence


def inspect(path: Path, console: Console, *, output_format: str = "text") -> int:
    """Print the inspection of a folder. Raises InputError when it is not one."""
    inspection = app.inspect(path)
    if output_format == "json":
        import json

        from cdgen.report.inspection import to_json

        shown = to_json(inspection.services, inspection.skipped, inspection.directory, inspection.folder)
        console.result(json.dumps(shown, indent=2, default=str))
        return 0
    if output_format == "markdown":
        from cdgen.report.markdown import inspection_text

        console.result(inspection_text(inspection).rstrip("\n"))
        return 0
    for service in inspection.services:
        kind = service.kind or "of unknown kind"
        console.result(console.style(f"{service.name} ({service.directory}), {kind}", "bold"))
        for line in evidence.summary(service, console):
            console.result(line)
        for line in evidence.details(service, console):
            console.result(line)
        for title, why, settle in evidence.unknowns(service):
            console.result(
                f"  {console.style('unknown', 'yellow')}     {title}: {why}" + (f"; say `{settle}` in cdgen.yaml" if settle else "")
            )
        for reason in service.unsupported:
            console.result(f"  {console.style('not paved', 'yellow')}   {reason}")
        console.result()
    for skipped in inspection.skipped:
        console.result(f"skipped {skipped.directory} ({skipped.what}): {skipped.reason}, {skipped.source}")
    if inspection.folder:
        console.result(sentence(inspection.folder, inspection.directory))
    console.say("next: cdgen init" if any(service.is_service for service in inspection.services) else "")
    return 0
