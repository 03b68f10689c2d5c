"""What a Go program is: a service, a worker, a command line tool, a library."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source
from cdgen.repo import Scope
from cdgen.repo.patterns import compiled
from cdgen.stacks.go.libraries import QUEUES, backing_kinds
from cdgen.stacks.go.listen import DEFAULTS, Listener, listeners, serves_grpc, serves_somewhere
from cdgen.stacks.go.packages import Program

RUNS_ON = r"\bsignal\.Notify(?:Context)?\(|\btime\.(?:NewTicker|Tick)\(|\bSetupSignalHandler\(|cron\.New\("
COMMAND_LINE = (
    "github.com/spf13/cobra",
    "github.com/urfave/cli",
    "github.com/alecthomas/kong",
    "github.com/alecthomas/kingpin",
    "flag",
)


def facts(
    program: Program, found: tuple[Listener, ...], mains: tuple[str, ...], scope: Scope, answered: Source | None = None
) -> Iterator[Fact]:
    """Nothing when the code does not say. `answered` is where the first route is registered."""
    if not mains:
        if program.files:
            place = Source(program.files[0].path)
            yield Fact(f.KIND, "library", place, Origin.LAYOUT, Confidence.INFERRED, "no main package")
        return
    serving = next((each.source for each in found if each.side != "metrics" and each.speaks), None)
    serving = serving or next((each.source for each in found if each.speaks), None) or serves_grpc(program) or _by_default(program)
    serving = serving or (answered if not found and serves_somewhere(program) else None)
    queues = backing_kinds(program) & QUEUES
    if serving and not (queues and all(each.side for each in found)):
        yield Fact(f.KIND, "service", serving, Origin.CODE, Confidence.INFERRED, "it listens")
        return
    running = _first(program, RUNS_ON)
    main = Source(next((file.path for file in program.files if file.folder == program.folder), scope.path(".")))
    if queues:
        yield Fact(
            f.KIND, "worker", main, Origin.CODE, Confidence.INFERRED, f"reads {', '.join(sorted(queues))} and does not listen"
        )
    elif running and not program.imports("github.com/spf13/cobra"):
        yield Fact(
            f.KIND, "worker", running, Origin.CODE, Confidence.INFERRED, "runs until it is told to stop, and does not listen"
        )
    elif any(program.imports(name) for name in COMMAND_LINE) or _first(program, r"\bos\.Args\b"):
        yield Fact(f.KIND, "cli", main, Origin.CODE, Confidence.INFERRED, "reads its command line, does not listen and ends")


def of(program: Program, mains: tuple[str, ...], scope: Scope) -> str | None:
    """The kind of one program, before anything is known about its settings."""
    return next((fact.value for fact in facts(program, listeners(program, {}), mains, scope)), None)


def _by_default(program: Program) -> Source | None:
    """A framework that listens without being told where."""
    for prefix, pattern, _, _ in DEFAULTS:
        if program.imports(prefix):
            found = _first(program, pattern)
            if found:
                return found
    return None


def _first(program: Program, pattern: str) -> Source | None:
    for file in program.files:
        found = compiled(pattern).search(file.text)
        if found:
            return Source(file.path, file.line(found.start()))
    return None
