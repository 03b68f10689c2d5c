"""What a Rust package is: a service, a worker, a command line tool, a library."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source
from cdgen.stacks.rust.frameworks import frameworks
from cdgen.stacks.rust.libraries import QUEUES, backing_kinds
from cdgen.stacks.rust.listen import Listener
from cdgen.stacks.rust.sources import Program

COMMAND_LINE = ("clap", "structopt", "argh", "pico-args", "lexopt", "gumdrop", "docopt", "bpaf", "getopts")
# names of the code that wait for work, in queues, by the clock or for a signal
CONSUMES = ("basic_consume", "StreamConsumer", "BaseConsumer", "subscribe", "receive_message", "queue_subscribe", "pull_consumer")
RUNS_ON = ("ctrl_c", "interval", "JobScheduler", "SignalKind", "Signals", "Monitor", "Controller")
LOAD = ("goose", "drill")
FUNCTIONS = ("lambda_runtime", "lambda_http")


def facts(program: Program, found: tuple[Listener, ...], grpc: Source | None) -> Iterator[Fact]:
    """Nothing when the code does not say."""
    package = program.package
    manifest = Source(package.file)
    if not package.programs:
        yield Fact(f.KIND, "library", manifest, Origin.LAYOUT, Confidence.INFERRED, "no program")
        return
    if package.dependency(*LOAD):
        yield Fact(f.KIND, "load-generator", manifest, Origin.MANIFEST, Confidence.INFERRED, "a load generator")
        return
    serving = serves(program, found, grpc)
    if serving:
        yield Fact(f.KIND, "service", serving, Origin.CODE, Confidence.INFERRED, "it listens")
        return
    yield from _quiet(program, Source(program.main.path) if program.main else manifest)


def serves(program: Program, found: tuple[Listener, ...], grpc: Source | None) -> Source | None:
    """Where it begins to serve others; metrics alone are no service."""
    main = next((each.source for each in found if each.side != "metrics"), None)
    if main or grpc:
        return main or grpc
    framework = next((each for each in frameworks(program) if each.serves or each.name in ("shuttle", "lambda")), None)
    return framework.source if framework else None


def _quiet(program: Program, main: Source) -> Iterator[Fact]:
    """Of a program that does not listen."""
    queues = sorted(backing_kinds(program) & QUEUES)
    consumes = _first(program, CONSUMES) if queues else None
    if consumes:
        yield Fact(f.KIND, "worker", consumes, Origin.CODE, Confidence.INFERRED, f"reads {', '.join(queues)} and does not listen")
        return
    arguments = program.package.dependency(*COMMAND_LINE)
    running = _first(program, RUNS_ON)
    if running and not arguments:
        yield Fact(
            f.KIND, "worker", running, Origin.CODE, Confidence.INFERRED, "runs until it is told to stop, and does not listen"
        )
    elif not running and (arguments or _reads_arguments(program)):
        yield Fact(f.KIND, "cli", main, Origin.CODE, Confidence.INFERRED, "reads its command line and does not listen")


def _first(program: Program, names: tuple[str, ...]) -> Source | None:
    for file in program.files:
        for name in (each for each in names if file.has(each)):
            query = f'([(identifier) (type_identifier) (field_identifier)] @name (#eq? @name "{name}"))'
            found = next(file.matches(query), None)
            if found is not None:
                return file.source(found["name"])
    return None


def _reads_arguments(program: Program) -> bool:
    query = '(call_expression function: (scoped_identifier) @function (#match? @function "env::args(_os)?$"))'
    return any(next(file.matches(query), None) is not None for file in program.files if file.has("env::args"))
