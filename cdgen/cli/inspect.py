"""`cdgen inspect`: what a repository is. Ends 0 on any readable folder, git or not, ambiguous or not."""

from __future__ import annotations

from pathlib import Path

from cdgen import app
from cdgen.report import evidence
from cdgen.report.console import Console


def inspect(path: Path, console: Console, *, output_format: str = "text") -> int:
    """Print the inspection of a folder. Raises InputError when it is not one."""
    inspection = app.inspect(path)
    if output_format == "json":
        import json

        from cdgen.report.inspection import to_json

        console.result(json.dumps(to_json(inspection.services, inspection.skipped, inspection.directory), indent=2, default=str))
        return 0
    for service in inspection.services:
        kind = service.kind or "of unknown kind"
        console.result(console.style(f"{service.name} ({service.directory}), {kind}", "bold"))
        for line in evidence.summary(service, console):
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
    if not inspection.services:
        console.result(
            "no service found: cdgen looks for go.mod, pom.xml, build.gradle, package.json, pyproject.toml, requirements.txt"
        )
    console.say("next: cdgen init" if any(service.is_service for service in inspection.services) else "")
    return 0
