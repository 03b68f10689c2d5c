"""`cdgen init`: detect, show, ask only what cannot be known, show what will be written, write it, say the next command."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from cdgen import app
from cdgen.cli.apply import write
from cdgen.errors import NotAGitRepositoryError, UsageError
from cdgen.model.service import Service
from cdgen.report import evidence, first_screen
from cdgen.report.console import Console
from cdgen.spec.schema import SERVICE

ASKED = ("service", "owner", "tier")
NUMBERS = ("port", "metrics_port", "coverage")
SETTLED = ("port", "health", "readiness", "metrics", "metrics_port", "protocol", "kind", "language_version", "stack", "coverage")


class Answers(NamedTuple):
    """What the command line already answers. `lines` are further lines of cdgen.yaml for a repository with one service."""

    asked: tuple[tuple[str, str], ...] = ()
    lines: tuple[tuple[str, str | int], ...] = ()
    ci: str | None = None
    road: str | None = None

    @classmethod
    def parse(cls, settings: list[str], ci: str | None, road: str | None) -> Answers:
        """From `--set name=value` options. Raises UsageError for a name that cannot be set."""
        asked: dict[str, str] = {}
        lines: dict[str, str | int] = {}
        for setting in settings:
            name, equals, value = setting.partition("=")
            if not equals or name not in ASKED + SETTLED:
                raise UsageError(f"--set {setting}: not one of {', '.join(f'{each}=' for each in ASKED + SETTLED)}")
            if name in ASKED:
                asked[name] = value
            else:
                lines[name] = int(value) if name in NUMBERS and value.isdigit() else value
        return cls(tuple(asked.items()), tuple(lines.items()), ci, road)


def init(
    directory: Path,
    console: Console,
    *,
    yes: bool = False,
    dry_run: bool = False,
    report: Path | None = None,
    given: Answers | None = None,
) -> int:
    """Everything `init` does; 0 when written or nothing was to do. Raises InputError when the repository cannot be used."""
    from cdgen.cli.draft import draft

    given = given or Answers()
    inspection = app.inspect(directory, whole=True)
    if not inspection.repo.is_git:
        raise NotAGitRepositoryError(
            f"{directory.resolve()} is not inside a git repository",
            where=str(directory),
            hint="git init, or cdgen -C path/to/repository init",
        )
    first = draft(inspection, given, {})
    road = first.generation.plan.road
    console.say(first_screen.header(f"{road.name}@{road.edition}", road.source))
    for line in first_screen.found(first.generation, console):
        console.say(line)
    if report:
        return _report(first.generation, report, console)
    ask = not yes and not dry_run and console.interactive
    if ask and first.config is not None:
        first = draft(inspection, given, _questions(first.generation.plan.services, console))
    return write(first, console, ask=ask, dry_run=dry_run)


def _report(generation: app.Generation, path: Path, console: Console) -> int:
    from cdgen.report.markdown import report_text

    path.write_text(report_text(generation), "utf-8", newline="\n")
    console.say(f"report written to {path}; nothing else was changed")
    return 0


def _questions(services: tuple[Service, ...], console: Console) -> dict[str, str]:
    """Service, owner and tier, each with its default and where that comes from; Enter takes it."""
    first = services[0]
    asked = [("owner", f"owner    ({evidence.owner_from(first)})", first.owner or "none")]
    asked.append(("tier", "tier     (platinum, gold, silver, bronze)", first.tier))
    if len(services) == 1:
        asked.insert(0, ("service", "service ", first.name))
    return {name: _valid(name, question, default, console) for name, question, default in asked}


def _valid(name: str, question: str, default: str, console: Console) -> str:
    """An answer that cdgen.yaml would take; asked again until it is one."""
    field = next(field for field in SERVICE if field.name == name)
    while True:
        answer = console.ask(question, default)
        if (not field.allowed or answer in field.allowed) and re.match(field.pattern, answer):
            return answer
        console.say(f"  {name} is {field.says or 'one of ' + ', '.join(field.allowed)}, for example {field.example}")
