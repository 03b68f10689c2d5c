"""Where the service listens: calls in code, configuration of servers, start scripts, the framework's default."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source
from cdgen.repo.patterns import compiled
from cdgen.stacks.python.base.expressions import Number, Reader, arguments, keyword, positional
from cdgen.stacks.python.base.frameworks import GRPC, WORKER, served
from cdgen.stacks.python.base.project import Project
from cdgen.stacks.python.base.sources import Module, search

GUNICORN = r"(?:^|/)(?:gunicorn[\w.-]*|hypercorn[\w.-]*)\.py$"
# names of scripts that start a service
SCRIPT = (
    r"(?:^|bin/|scripts?/|docker/)[\w.-]*"
    r"(?:start|run|entry|boot|serve|server|gunicorn|uvicorn|web|launch|docker-cmd)[\w.-]*(?:\.sh)?$"
)
SERVER = (
    r"\b(?:gunicorn|uvicorn|hypercorn|daphne|granian|waitress-serve|uwsgi|flask\b.*\brun|fastapi run|runserver|streamlit run"
    r"|functions-framework|litestar run|sanic)\b"
)
# an option for the address, up to the port
ADDRESS = (
    r"(?:--port|-p|--bind|-b|--listen|--http|--http-socket|--server\.port|--address|runserver)[= ]+"
    r"[\"']?(?:[\w.*\[\]:/]*:)?"
)
FLAG = rf"{ADDRESS}(\d{{2,5}})\b"
FALLBACK = rf"{ADDRESS}\$\{{\w+:?[-=](\d{{2,5}})\}}"
ENVIRONMENT_FILES = (".env", ".env.example", ".env.sample", ".env.template", ".env.dist", "example.env")
ENVIRONMENT_PORT = r"^(?:export\s+)?(?:APP_|SERVER_|HTTP_|WEB_|UVICORN_|API_|SERVICE_)?PORT\s*=\s*[\"']?(\d{2,5})[\"']?\s*(?:#.*)?$"
SERVERS = {  # server -> its documented default port
    "gunicorn": 8000,
    "uvicorn": 8000,
    "hypercorn": 8000,
    "daphne": 8000,
    "granian": 8000,
    "waitress": 8080,
}


class Call(NamedTuple):
    """A call that opens a listener. Its port is the keyword, else the positional argument; `default` 0: none is documented."""

    pattern: str
    keywords: tuple[str, ...]
    position: int | None
    needs: str  # text that the file must hold
    default: int = 0


CALLS: tuple[Call, ...] = (
    Call(r"\buvicorn\.(?:run|Config)\(", ("port",), None, "uvicorn", 8000),
    Call(r"\b(?:web\.)?run_app\(", ("port",), None, "aiohttp", 8080),
    Call(r"\b(?:waitress\.)?serve\(", ("port", "listen"), None, "waitress", 8080),
    Call(r"\b(?:socketio|sio|socket_io)\.run\(", ("port",), None, "socketio", 5000),
    Call(r"\brun_simple\(", ("port",), 1, "run_simple"),
    Call(r"\bmake_server\(", ("port",), 1, "make_server"),
    Call(r"\b(?:Threading)?HTTPServer\(", ("server_address",), 0, "HTTPServer"),
    Call(r"\bTCPServer\(", ("server_address",), 0, "TCPServer"),
    Call(r"\bWSGIServer\(", ("listener",), 0, "WSGIServer"),
    Call(r"\bTCPSite\(", ("port",), 2, "TCPSite", 8080),
    Call(r"\badd_(?:in)?secure_port\(", ("address",), 0, "grpc"),
    Call(r"\bwebsockets\.serve\(", ("port",), 2, "websockets"),
    Call(r"\b(?:eventlet\.listen)\(", (), 0, "eventlet"),
    Call(r"\basyncio\.start_server\(", ("port",), 2, "asyncio"),
    Call(r"\b(?:app|application|server|http_server|main_server|sockets|self)\.(?:listen|bind)\(", ("port",), 0, "tornado"),
    Call(r"\bui\.run\(", ("port",), None, "nicegui", 8080),
    Call(r"\b\w+\.launch\(", ("server_port",), None, "gradio", 7860),
    Call(r"\b\w+\.run_server\(", ("port",), None, "dash", 8050),
)
RUN = r"\b(\w+)\.run\("
# what else has a method `run`
NOT_AN_APPLICATION = frozenset(
    [
        "asyncio",
        "subprocess",
        "trio",
        "anyio",
        "loop",
        "uvicorn",
        "mp",
        "multiprocessing",
        "sp",
        "proc",
        "process",
        "runner",
        "pool",
        "thread",
        "socketio",
        "sio",
        "ui",
        "self",
        "cls",
        "super",
        "cProfile",
        "session",
        "sess",
        "pytest",
        "unittest",
        "task",
        "job",
        "pipeline",
        "invoke",
        "c",
        "ctx",
        "conn",
        "connection",
        "mcp",
        "nox",
        "duct",
        "shell",
        "command",
        "cmd",
        "hypercorn",
    ]
)
RUNS_ITSELF = frozenset({"flask", "quart", "sanic", "bottle", "dash", "connexion", "robyn", "cherrypy"})


def port_facts(project: Project, entry: str | None = None) -> Iterator[Fact]:
    """Every sighting. `entry` is the file that starts the service: what another file says is less sure."""
    reader = Reader(project.modules)
    seen = [*_in_code(project, reader), *_server_config(project, reader)]
    in_entry = any(fact.source and entry and fact.source.path == project.scope.path(entry) for fact in seen)
    for fact in seen:
        elsewhere = in_entry and fact.origin is Origin.CODE and fact.source and fact.source.path != project.scope.path(entry or "")
        yield _where_written(project, _weaker(fact) if elsewhere else fact)
    yield from _scripts(project)
    yield from _environment_files(project)
    yield from _default(project)


def _where_written(project: Project, fact: Fact) -> Fact:
    """A call may only name the number (`port=settings.port`): shown is the line that holds it, when just one does."""
    if fact.source is None or str(fact.value) in project.scope.repo.lines(fact.source.path)[fact.source.line - 1]:
        return fact
    pattern = rf"(?im)^(?=.*port).*\b{fact.value}\b"
    places = {
        project.scope.line(module.path, module.line(at.start())) for module, at in search(project.modules, pattern, str(fact.value))
    }
    return fact._replace(source=places.pop()) if len(places) == 1 else fact


def metrics_port_facts(project: Project) -> Iterator[Fact]:
    """The side port of the Prometheus client."""
    reader = Reader(project.modules)
    for module, match in search(project.modules, r"\bstart_(?:http|wsgi)_server\(", "prometheus_client"):
        parts = arguments(module.text, match.end() - 1)
        number = reader.port(keyword(parts, "port") or positional(parts, 0), module)
        if number:
            place = project.scope.line(module.path, module.line(match.start()))
            yield Fact(f.METRICS_PORT, number.value, place, Origin.CODE, number.confidence, "Prometheus client")


def _weaker(fact: Fact) -> Fact:
    return fact._replace(confidence=Confidence(max(fact.confidence - 1, Confidence.DEFAULT)))


def _in_code(project: Project, reader: Reader) -> Iterator[Fact]:
    for call in CALLS:
        for module, match in search(project.modules, call.pattern, call.needs):
            if call.needs in module.text and not _is_definition(module, match.start()):
                parts = arguments(module.text, match.end() - 1)
                given = keyword(parts, *call.keywords) or (positional(parts, call.position) if call.position is not None else None)
                yield from _sighting(project, reader, module, match.start(), given, call.default)
    yield from _run_calls(project, reader)
    for module, match in search(project.modules, r"[\"']server\.socket_port[\"']\s*[:=]\s*([^,}\n]+)", "cherrypy"):
        yield from _sighting(project, reader, module, match.start(), match.group(1), 0)


def _run_calls(project: Project, reader: Reader) -> Iterator[Fact]:
    """`app.run(...)` of frameworks that bring a server; where a production server is required, it is for developers."""
    use = served(project)
    if use is None or use.known.name not in RUNS_ITSELF:
        return
    replaced = project.installed("gunicorn", "waitress", "uwsgi", "hypercorn") is not None and use.known.name != "sanic"
    configured = replaced and any(fact.origin is Origin.CONFIG for fact in _server_config(project, reader))
    for module, match in search(project.modules, RUN, ".run("):
        if match.group(1) in NOT_AN_APPLICATION:
            continue
        parts = arguments(module.text, match.end() - 1)
        for fact in _sighting(project, reader, module, match.start(), keyword(parts, "port"), use.known.port):
            once = _weaker(fact) if replaced and fact.confidence is Confidence.DECLARED else fact
            yield fact._replace(confidence=Confidence.DEFAULT) if configured else once
    if use.known.name == "bottle":
        for module, match in search(project.modules, r"(?m)^[ \t]*(?:bottle\.)?run\(", "bottle"):
            given = keyword(arguments(module.text, match.end() - 1), "port")
            yield from _sighting(project, reader, module, match.start(), given, use.known.port)


def _is_definition(module: Module, offset: int) -> bool:
    return module.text[:offset].endswith(("def ", "class "))


def _sighting(project: Project, reader: Reader, module: Module, at: int, given: str | None, default: int) -> Iterator[Fact]:
    number = reader.port(given, module) if given else Number(default, Confidence.DEFAULT) if default else None
    if number:
        place = project.scope.line(module.path, module.line(at))
        yield Fact(f.PORT, number.value, place, Origin.CODE, number.confidence, "listens" if given else "listens on its default")


def _server_config(project: Project, reader: Reader) -> Iterator[Fact]:
    scope = project.scope
    for module in project.modules:
        if compiled(GUNICORN).search(module.path):
            for _, match in search((module,), r"(?m)^bind\s*=\s*(.+)$", "bind"):
                number = reader.port(match.group(1), module)
                if number:
                    yield Fact(
                        f.PORT,
                        number.value,
                        scope.line(module.path, module.line(match.start())),
                        Origin.CONFIG,
                        number.confidence,
                        "bind",
                    )
    for path, text in uwsgi_files(project):
        yield from _uwsgi(project, path, text)
    for path, pattern in (
        (".streamlit/config.toml", r"^port\s*=\s*(\d+)"),
        ("hypercorn.toml", r"^bind\s*=.*:(\d+)"),
        (".flaskenv", r"^FLASK_RUN_PORT=(\d+)"),
    ):
        for at, line in enumerate(scope.lines(path), 1) if scope.has(path) else ():
            found = compiled(pattern).match(line.strip())
            if found:
                yield Fact(f.PORT, int(found.group(1)), scope.line(path, at), Origin.CONFIG, Confidence.DECLARED, path)


def uwsgi_files(project: Project) -> Iterator[tuple[str, str]]:
    """(path, text) of configuration files of uWSGI."""
    for path in project.scope.files:
        if path.endswith(".ini") and path.count("/") < 2:
            text = project.scope.text(path) or ""
            if "[uwsgi]" in text:
                yield path, text


def _uwsgi(project: Project, path: str, text: str) -> Iterator[Fact]:
    speaks_http = compiled(r"(?m)^[ \t]*protocol[ \t]*=[ \t]*http").search(text) is not None
    keys = "https?|http-socket|socket" if speaks_http else "https?|http-socket"
    for match in compiled(rf"(?m)^[ \t]*(?:{keys})[ \t]*=[ \t]*\S{{0,80}}?(\d{{2,5}})[ \t]*$").finditer(text):
        place = project.scope.line(path, text.count("\n", 0, match.start(1)) + 1)
        yield Fact(f.PORT, int(match.group(1)), place, Origin.CONFIG, Confidence.DECLARED, "uwsgi")


def server_lines(project: Project) -> Iterator[tuple[str, Source]]:
    """Lines of start scripts and of the manifest's own scripts that run a server."""
    scope = project.scope
    for path in scope.files:
        if path.count("/") < 3 and (path.endswith(".sh") or "." not in path.rpartition("/")[2]) and compiled(SCRIPT).search(path):
            for number, line in enumerate(scope.lines(path), 1):
                if not line.lstrip().startswith("#") and compiled(SERVER).search(line):
                    yield line.strip(), scope.line(path, number)
    path = "Pipfile" if project.tool == "pipenv" else "pyproject.toml"
    if scope.has(path):
        for number, line in enumerate(scope.lines(path), 1):
            match = compiled(rf"^[\"']?[\w:-]+[\"']?\s*=.*?[\"'](.*{SERVER}.*)[\"']").match(line)
            if match and " " in match.group(1):
                yield match.group(1), scope.line(path, number)


def _scripts(project: Project) -> Iterator[Fact]:
    for line, place in server_lines(project):
        for pattern, confidence in ((FLAG, Confidence.DECLARED), (FALLBACK, Confidence.INFERRED)):
            match = compiled(pattern).search(line)
            if match:
                # a script may be one of several ways to start; the image or the platform says which is used
                yield Fact(f.PORT, int(match.group(1)), place, Origin.SCRIPT, min(confidence, Confidence.INFERRED), "start script")


def _environment_files(project: Project) -> Iterator[Fact]:
    scope = project.scope
    for path in ENVIRONMENT_FILES:
        for number, line in enumerate(scope.lines(path), 1) if scope.has(path) else ():
            match = compiled(ENVIRONMENT_PORT).match(line)
            if match:
                yield Fact(f.PORT, int(match.group(1)), scope.line(path, number), Origin.CONFIG, Confidence.INFERRED, path)


def _default(project: Project) -> Iterator[Fact]:
    """The documented default of the server that is required, else of the framework."""
    use = served(project)
    if use is None or next(search(project.modules, GRPC, "grpc"), None) and not use.is_used:
        return
    if use.known.interface == WORKER or not (use.is_used or use.known.name == "functions-framework"):
        return
    server = next((name for name in SERVERS if project.installed(name)), None)
    port = SERVERS[server] if server and use.known.interface in ("wsgi", "asgi") else use.known.port
    if port:
        name = server if server and port == SERVERS[server] else use.known.name
        yield Fact(f.PORT, port, None, Origin.DEFAULT, Confidence.DEFAULT, f"{name}: {port}")
