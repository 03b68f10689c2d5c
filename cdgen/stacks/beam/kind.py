"""What an Elixir project is: a service, a worker, a command line tool, a library."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin
from cdgen.stacks.beam.code import Code, members
from cdgen.stacks.beam.libraries import dependencies, used
from cdgen.stacks.beam.listen import Listener

# libraries whose processes take work from a queue, a schedule or a table of jobs
WORKING: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("broadway", ("Broadway",)),
    ("oban", ("Oban",)),
    ("quantum", ("Quantum",)),
    ("exq", ("Exq",)),
    ("gen_stage", ("GenStage",)),
    ("brod", (":brod",)),
    ("kafka_ex", ("KafkaEx",)),
    ("amqp", ("AMQP",)),
    ("gnat", ("Gnat",)),
)
DEVICES = ("nerves", "scenic")


def facts(code: Code, found: tuple[Listener, ...]) -> Iterator[Fact]:
    """Nothing when the code does not say: an application with processes may be anything."""
    project = code.project
    if _is_published(code):
        yield Fact(f.KIND, "library", project.source("package"), Origin.MANIFEST, Confidence.INFERRED, "is published as a package")
    elif found and _runs(code):
        yield Fact(f.KIND, "service", found[0].source, Origin.CODE, Confidence.INFERRED, "it listens")
    elif "escript" in project.options and project.module is None:
        yield Fact(f.KIND, "cli", project.source("escript"), Origin.MANIFEST, Confidence.DECLARED, "builds an escript")
    elif not _runs(code):
        yield Fact(f.KIND, "library", project.source("app"), Origin.MANIFEST, Confidence.INFERRED, "starts no processes")
    elif not any(each.name in DEVICES for each in project.dependencies):
        yield from _worker(code)


def _runs(code: Code) -> bool:
    return any(project.module for project in (code.project, *members(code))) or bool(code.project.releases)


def _is_published(code: Code) -> bool:
    """A package of Hex that nothing here deploys; some start processes and listen for those who use them."""
    deployed = code.project.releases or any(code.scope.has(name) for name in ("Dockerfile", "Procfile"))
    return "package" in code.project.options and not deployed


def is_library(code: Code) -> bool:
    return _is_published(code) or not _runs(code)


def _worker(code: Code) -> Iterator[Fact]:
    known = {each.name for each in dependencies(code)}
    for package, modules in WORKING:
        place = used(code, modules) if package in known else None
        if place:
            yield Fact(f.KIND, "worker", place, Origin.CODE, Confidence.INFERRED, f"works with {package} and does not listen")
            yield Fact(f.PROTOCOL, "worker", place, Origin.CODE, Confidence.INFERRED, "does not listen")
            return
