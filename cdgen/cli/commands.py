"""Every command with its options, declared once: help, completion and parsing come from here. The work is one file per command."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from cdgen.report.console import Console

app = typer.Typer(
    help="The paved road from a commit to production: reads a service repository, writes its whole road, keeps it true.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
EPILOG = "Exit codes: 0 done, 1 findings, 2 wrong usage, 3 input cannot be used, 4 defect in cdgen, 130 interrupted."


class Options:
    """The options that stand before the command."""

    directory = Path()
    color = "auto"
    quiet = False
    verbose = False


def _version(asked: bool) -> None:
    if asked:
        from cdgen import __version__

        typer.echo(f"cdgen {__version__}")
        raise typer.Exit


@app.callback(epilog=EPILOG)
def everywhere(
    directory: Annotated[
        Path, typer.Option("-C", "--directory", envvar="CDGEN_DIRECTORY", help="Run as if started there.")
    ] = Path(),
    color: Annotated[str, typer.Option(envvar="CDGEN_COLOR", help="auto, always or never.")] = "auto",
    quiet: Annotated[bool, typer.Option("-q", "--quiet", envvar="CDGEN_QUIET", help="Results only.")] = False,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", envvar="CDGEN_VERBOSE", help="Say more.")] = False,
    traceback: Annotated[bool, typer.Option("--traceback", help="Show the traceback of a defect.")] = False,  # noqa: ARG001
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")] = False,  # noqa: ARG001
) -> None:
    if color not in ("auto", "always", "never"):
        raise typer.BadParameter(f"{color} is not one of auto, always, never", param_hint="--color")
    Options.directory, Options.color, Options.quiet, Options.verbose = directory, color, quiet, verbose


def _console() -> Console:
    return Console(color=Options.color, quiet=Options.quiet, verbose=Options.verbose)


def _end(code: int) -> None:
    raise typer.Exit(code)


OutputFormat = Annotated[str, typer.Option("--output-format", envvar="CDGEN_OUTPUT_FORMAT", help="text or json.")]


def _format(value: str, allowed: tuple[str, ...] = ("text", "json")) -> str:
    if value not in allowed:
        raise typer.BadParameter(f"{value} is not one of {', '.join(allowed)}", param_hint="--output-format")
    return value


@app.command(epilog=EPILOG)
def init(
    yes: Annotated[bool, typer.Option("--yes", "-y", envvar="CDGEN_YES", help="Take every default, ask nothing.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", envvar="CDGEN_DRY_RUN", help="Show everything, write nothing.")] = False,
    report: Annotated[Path | None, typer.Option(envvar="CDGEN_REPORT", help="Write only a Markdown report, to this file.")] = None,
    ci: Annotated[str | None, typer.Option(envvar="CDGEN_CI", help="CI system: github or gitlab.")] = None,
    road: Annotated[str | None, typer.Option(envvar="CDGEN_ROAD", help="Road: default@EDITION, ./folder, URL@tag.")] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="Answer a question: service=, owner=, tier= (repeatable).")
    ] = None,
) -> None:
    """Understand this repository and write its road."""
    from cdgen.cli.init import Answers
    from cdgen.cli.init import init as work

    _end(
        work(Options.directory, _console(), yes=yes, dry_run=dry_run, report=report, given=Answers.parse(settings or [], ci, road))
    )


@app.command(epilog=EPILOG)
def inspect(
    path: Annotated[Path | None, typer.Argument(help="Folder of a repository or service; git is not needed.")] = None,
    output_format: Annotated[
        str, typer.Option("--output-format", envvar="CDGEN_OUTPUT_FORMAT", help="text, json or markdown.")
    ] = "text",
) -> None:
    """Show what a repository is, with the evidence. Writes nothing."""
    from cdgen.cli.inspect import inspect as work

    shown = _format(output_format, ("text", "json", "markdown"))
    _end(work(Options.directory / (path or ""), _console(), output_format=shown))


@app.command(epilog=EPILOG)
def generate(
    force: Annotated[bool, typer.Option(envvar="CDGEN_FORCE", help="Overwrite files edited by hand; a copy is kept.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", envvar="CDGEN_DRY_RUN", help="Show what would change, write nothing.")
    ] = False,
    paths: Annotated[list[str] | None, typer.Argument(help="Only these files.")] = None,
) -> None:
    """Write the road again, after cdgen.yaml or the code changed."""
    from cdgen.cli.generate import generate as work

    _end(work(Options.directory, _console(), force=force, dry_run=dry_run, only=tuple(paths or ())))


@app.command(epilog=EPILOG)
def check(
    full: Annotated[
        bool, typer.Option(envvar="CDGEN_FULL", help="Detect and render again, compare byte by byte (for CI).")
    ] = False,
    staged: Annotated[
        bool, typer.Option(envvar="CDGEN_STAGED", help="Check what is staged, exactly what will be committed.")
    ] = False,
    output_format: OutputFormat = "text",
    fail_on: Annotated[str, typer.Option(envvar="CDGEN_FAIL_ON", help="error, warning or note.")] = "error",
    today: Annotated[str | None, typer.Option(envvar="CDGEN_TODAY", help="Judge exceptions as of this day (YYYY-MM-DD).")] = None,
) -> None:
    """Is the road still true? Quick by default: digests of owned files."""
    from cdgen.cli.check import check as work

    _format(fail_on, ("error", "warning", "note"))
    _end(
        work(
            Options.directory,
            _console(),
            full=full,
            staged=staged,
            output_format=_format(output_format),
            fail_on=fail_on,
            today=today,
        )
    )


@app.command(epilog=EPILOG)
def diff(paths: Annotated[list[str] | None, typer.Argument(help="Only these files.")] = None) -> None:
    """What `generate` would change, as a unified diff."""
    from cdgen.cli.diff import diff as work

    _end(work(Options.directory, _console(), only=tuple(paths or ())))


@app.command(epilog=EPILOG)
def explain(
    subject: Annotated[str, typer.Argument(help="FILE:LINE, a field (port), a gate (integration) or a rule (unpinned-image).")],
    output_format: OutputFormat = "text",
) -> None:
    """Value, reason and evidence of anything cdgen decided."""
    from cdgen.cli.explain import explain as work

    _end(work(Options.directory, _console(), subject, output_format=_format(output_format)))


@app.command(epilog=EPILOG)
def eject(
    yes: Annotated[bool, typer.Option("--yes", "-y", envvar="CDGEN_YES", help="Do not ask.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", envvar="CDGEN_DRY_RUN", help="Show what would change, write nothing.")
    ] = False,
) -> None:
    """Leave: drop the lock, the headers and the hook entry, keep the files."""
    from cdgen.cli.eject import eject as work

    _end(work(Options.directory, _console(), yes=yes, dry_run=dry_run))


@app.command(epilog=EPILOG)
def schema(name: Annotated[str, typer.Argument(help="cdgen.yaml, road.yaml or inspect.")] = "cdgen.yaml") -> None:
    """JSON schema of what people write and of what `inspect` prints."""
    from cdgen.cli.schema import schema as work

    _end(work(_console(), name))


@app.command(epilog=EPILOG)
def demo(name: Annotated[str, typer.Argument(help="Example to use.")] = "go-postgres") -> None:
    """The whole story on an example service, in a temporary repository."""
    from cdgen.cli.demo import demo as work

    _end(work(_console(), name))


def command_names() -> list[str]:
    """Names of all commands, for the reference page."""
    return [str(command.name or getattr(command.callback, "__name__", "")) for command in app.registered_commands]


def click_command() -> Any:
    """The parser behind the application, from which the reference page is made."""
    return typer.main.get_command(app)
