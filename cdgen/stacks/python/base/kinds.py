"""What the service is: KIND and PROTOCOL, from what its code opens, waits for, or runs through."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source
from cdgen.repo.patterns import compiled
from cdgen.stacks.python.base.application import only_script
from cdgen.stacks.python.base.frameworks import GRPC, WORKER, served, uses
from cdgen.stacks.python.base.manifests import PYPROJECT, SETUP_PY, table
from cdgen.stacks.python.base.project import Project
from cdgen.stacks.python.base.sources import Module, search

PLAIN_SERVER = (
    r"\b(?:Threading)?HTTPServer\(|\bmake_server\(|\bwebsockets\.serve\(|\bpywsgi\.WSGIServer\(|\bweb\.TCPSite\("
    r"|class \w+\((?:[\w.]+,\s*)*(?:[\w.]+\.)?(?:WSGIServer|HTTPServer|BaseHTTPRequestHandler|SimpleHTTPRequestHandler)\)"
)
PLAIN_NEEDLES = ("HTTPServer", "make_server", "websockets", "WSGIServer", "TCPSite", "HTTPRequestHandler")
# the program of an image's command or of a Procfile: first of all, or after what only leads to it (`sh -c`, `exec`, `uv run`, `&&`)
STARTED = (
    r"(?m)^[ \t]*(?:CMD|ENTRYPOINT|web:)\s*\[?\s*[\"']?(?:[^\n]*?(?:&&|;|\bexec|\brun|-c[\"']?,?|--[\"']?,)\s*[\"']?)?"
    r"(?:[\w./-]*/)?(gunicorn|uvicorn|hypercorn|waitress-serve|daphne|granian|uwsgi)\b"
)
CONSUMER = (
    r"\bstart_consuming\(|\b(?:AIO)?KafkaConsumer\(|\bconfluent_kafka\b.*\bConsumer\b|\.subscribe\(\[|\bBlockingScheduler\("
    r"|\brun_pending\(|\brun_forever\(|\bserve_forever\(|\breceive_messages?\("
)
CONSUMER_NEEDLES = ("consum", "Consumer", "subscribe", "BlockingScheduler", "run_pending", "_forever", "receive_message")
LOOP = (
    r"\bwhile (?:True|1|not \w+[\w.()]*)\s*:|\b(?:run|infinity)_polling\(|\bsignal\.pause\(|\bidle\(\)"
    r"|\.run\(os\.(?:environ|getenv)"
)
LOOP_NEEDLES = ("while ", "polling", "signal.pause", "idle()", ".run(os.")


def kind_facts(project: Project, listens: Fact | None) -> Iterator[Fact]:
    """`listens` is the surest port that code opens, if any. What is only required, or only looks right, decides nothing."""
    use = served(project)
    server = project.direct("gunicorn", "uvicorn", "hypercorn", "waitress", "daphne", "granian", "uwsgi", "functions-framework")
    if use and use.module:
        yield from _kind(project.scope.line(use.module.path, use.line), "service", "http", f"{use.known.name} application")
    elif use and server:
        yield from _kind(project.place(server), "service", "http", f"{use.known.name} behind {server.name}")
    elif started := _started_server(project):
        yield from _kind(started, "service", "http", "its image starts a web server")
    elif found := next(search(project.modules, GRPC, "grpc"), None):
        yield from _kind(_place(project, *found), "service", "grpc", "gRPC server")
    elif found := next(search(project.modules, PLAIN_SERVER, *PLAIN_NEEDLES), None):
        yield from _kind(_place(project, *found), "service", "http", "server of a library")
    elif listens and listens.source:
        yield Fact(f.KIND, "service", listens.source, Origin.CODE, Confidence.INFERRED, "opens a port")
    else:
        yield from _without_listener(project)


def _started_server(project: Project) -> Source | None:
    """Where an image or a Procfile of the folder starts a program that does nothing but serve HTTP."""
    for path in (path for path in project.scope.files if "/" not in path and path.startswith(("Dockerfile", "Procfile"))):
        started = compiled(STARTED).search(project.scope.text(path) or "")
        if started:
            return project.scope.line(path, (project.scope.text(path) or "").count("\n", 0, started.start(1)) + 1)
    return None


def _without_listener(project: Project) -> Iterator[Fact]:
    use = next((use for use in uses(project) if use.known.interface == WORKER and use.is_used), None)
    if use and use.module:
        place = project.scope.line(use.module.path, use.line)
        if use.known.name == "locust":
            yield Fact(f.KIND, "load-generator", place, Origin.CODE, Confidence.DECLARED, "locust users")
        else:
            yield from _kind(place, "worker", "worker", f"{use.known.name} application")
    elif found := next(search(project.modules, CONSUMER, *CONSUMER_NEEDLES), None):
        yield from _kind(_place(project, *found), "worker", "worker", "waits for work")
    elif not (project.scope.has("Dockerfile") or project.scope.has("Procfile")) and _has_package(project):
        yield _package(project)
    elif (
        (script := only_script(project))
        and not _is_exposed(project)
        and next(search(project.modules, LOOP, *LOOP_NEEDLES), None) is None
    ):
        place = project.scope.line(script.path, 0)
        yield Fact(f.KIND, "job", place, Origin.CODE, Confidence.INFERRED, "a script that runs to its end: no listener, no loop")


def _is_exposed(project: Project) -> bool:
    """Whether an image of the folder opens a port: then something listens, though the code does not show it."""
    images = (path for path in project.scope.files if "/" not in path and path.lower().startswith("dockerfile"))
    return any(compiled(r"(?mi)^[ \t]*EXPOSE\s").search(project.scope.text(path) or "") is not None for path in images)


def _has_package(project: Project) -> bool:
    """Whether there is something to install: a project that says how to build itself, with a package in it."""
    return project.is_package and any(module.stem == "__init__" or module.path.startswith("src/") for module in project.modules)


def _package(project: Project) -> Fact:
    scripts = {**table(project.pyproject, "project", "scripts"), **table(project.pyproject, "tool", "poetry", "scripts")}
    path = PYPROJECT if "build-system" in project.pyproject else SETUP_PY
    has_command = bool(scripts) or any(setup.scripts for setup in project.setups)
    kind, note = ("cli", "a package with a command") if has_command else ("library", "a package without a command")
    return Fact(f.KIND, kind, project.scope.source(path), Origin.MANIFEST, Confidence.INFERRED, note)


def _kind(place: Source, kind: str, protocol: str, note: str) -> Iterator[Fact]:
    yield Fact(f.KIND, kind, place, Origin.CODE, Confidence.INFERRED, note)
    yield Fact(f.PROTOCOL, protocol, place, Origin.CODE, Confidence.INFERRED, note)


def _place(project: Project, module: Module, match: re.Match[str]) -> Source:
    return project.scope.line(module.path, module.line(match.start()))
