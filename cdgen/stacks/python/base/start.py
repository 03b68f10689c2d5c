"""How the service starts: the application object that code shows behind the server that is required, else the script that serves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source
from cdgen.repo.snapshot import compiled
from cdgen.stacks.python.base.frameworks import ASGI, GRPC, WSGI, Use, served, uses
from cdgen.stacks.python.base.manifests import table
from cdgen.stacks.python.base.ports import GUNICORN, SERVER, server_lines
from cdgen.stacks.python.base.project import Project
from cdgen.stacks.python.base.sources import Module, search, search_each

# file names of an entry point, the most telling first
WEB_STEMS = ("wsgi", "asgi", "main", "app", "application", "server", "api", "run", "web", "service", "__main__", "__init__")
SCRIPT_STEMS = (
    "main",
    "app",
    "server",
    "run",
    "application",
    "service",
    "bot",
    "worker",
    "start",
    "__main__",
    "api",
    "consumer",
    "index",
)
OBJECT = r"(?m)^(\w+)\s*(?::\s*[\w.\[\]]+\s*)?=\s*(?:await\s+)?(?:[\w.]+\.)?(?:{made}|(?:create|make|build|get|init)_\w*app\w*)\("
FACTORY = r"(?m)^(?:async\s+)?def\s+((?:create|make|build|get|init)_\w*app\w*|app_factory)\(\s*(\w[^)]*)?\)"
CLASSES = {
    "flask": "Flask|APIFlask|OpenAPI",
    "fastapi": "FastAPI",
    "starlette": "Starlette",
    "quart": "Quart",
    "litestar": "Litestar",
    "falcon": r"(?:asgi\.)?(?:App|API)",
    "connexion": "App|FlaskApp|AsyncApp",
    "bottle": r"Bottle|default_app",
    "pyramid": "make_wsgi_app",
    "dash": "Dash",
    "blacksheep": "Application",
}
SERVES = {
    "uvicorn.run": r"uvicorn\.run\(",
    "run_app": r"run_app\(",
    "serve": r"serve(?:_forever)?\(",
    ".listen": r"\.listen\(",
    ".start()": r"\.start\(\)",
    "run_simple": r"run_simple\(",
    "run_server": r"run_server\(",
    ".launch(": r"\.launch\(",
    "hypercorn": r"hypercorn\b",
    "quickstart": r"quickstart\(",
    "ui.run": r"ui\.run\(",
    "app.run(": r"app\.run\(",
    ".run(": r"\b(?:application|server|api|sio|socketio|bottle)\.run\(",
    "\nrun(": r"\nrun\(",
    "grpc": GRPC,
}


class Application(NamedTuple):
    module: Module
    variable: str
    is_factory: bool


def start_facts(project: Project, port: int | None) -> Iterator[Fact]:
    """Commands as the container runs them: without the tool's runner, since the image has the environment on its path."""
    yield from _declared(project)
    use = served(project)
    if use is None:
        yield from _script(project, None)
    elif use.known.name == "django":
        yield from _django(project, port)
    else:
        yield from _framework(project, use, port)


def entry_file(project: Project) -> str | None:
    """The file that starts the service, as far as code says."""
    use = served(project)
    if use and use.known.name == "django":
        return next((module.path for module in project.modules if module.stem in ("wsgi", "asgi")), None)
    script = serving_script(project)
    found = application(project, use) if use else None
    return script.path if script else found.module.path if found else None


def _declared(project: Project) -> Iterator[Fact]:
    """Start commands in scripts of the repository, where they are complete: no variables, no reloading."""
    for line, place in server_lines(project):
        command = line.removeprefix("exec ").strip()
        if compiled(SERVER).match(command) and not compiled(r"[$\\|;&]|--reload|--debug").search(command):
            yield Fact(f.START, command, place, Origin.SCRIPT, Confidence.INFERRED, "start script")
    scripts = {**table(project.pyproject, "project", "scripts"), **table(project.pyproject, "tool", "poetry", "scripts")}
    name = str(table(project.pyproject, "project").get("name") or table(project.pyproject, "tool", "poetry").get("name") or "")
    wanted = [script for script in scripts if script in ("start", "serve", "server", "web", "api", "app") or script == name]
    if project.is_package and len(wanted) == 1 and served(project):
        place = project.scope.source("pyproject.toml", rf"^\s*[\"']?{wanted[0]}[\"']?\s*=")
        yield Fact(f.START, wanted[0], place, Origin.MANIFEST, Confidence.INFERRED, "command of the package")


def _framework(project: Project, use: Use, port: int | None) -> Iterator[Fact]:
    name = use.known.name
    if name in ("streamlit", "chainlit") and use.module:
        pages = (module for module in project.modules if module.stem in ("app", "main", "streamlit_app", "Home"))
        page = next(pages, use.module)
        yield _fact(project, page, f"{name} run {page.path}", use.line if page is use.module else 0)
        return
    if name == "functions-framework":
        yield from _function(project)
        return
    found = application(project, use)
    command = _behind_server(project, use, found, port) if found else None
    if command and found:
        yield _fact(project, found.module, command)
        return
    script = serving_script(project)
    if script:
        yield _fact(project, script, _python(project, script))
    elif found and name == "flask":
        target = _target(project, found).replace(":app", "")
        yield _fact(
            project,
            found.module,
            f"flask --app {target} run --host 0.0.0.0 --port {port or use.known.port}",
            sure=Confidence.DEFAULT,
        )
    elif use.is_used or use.requirement:
        yield from _script(project, use)


def application(project: Project, use: Use) -> Application | None:
    """The application object: at the top level of the file whose name says most; a factory when there is no object."""
    made = CLASSES.get(use.known.name)
    if made is None:
        return None
    objects = [
        Application(module, match.group(1), False) for module, match in search(project.modules, OBJECT.format(made=made), "(")
    ]
    if not objects:
        needle = use.known.packages[0]
        found = search(project.modules, FACTORY, "_app", "app_factory", "application(")
        objects = [
            Application(module, match.group(1), True)
            for module, match in found
            if needle in module.text and not (match.group(2) and "=" not in match.group(2))
        ]
    return min(
        objects,
        key=lambda found: (_rank(found.module, WEB_STEMS), found.variable not in ("app", "application", "api")),
        default=None,
    )


def _rank(module: Module, stems: tuple[str, ...]) -> tuple[int, int]:
    return (stems.index(module.stem) if module.stem in stems else len(stems), module.path.count("/"))


def _behind_server(project: Project, use: Use, found: Application, port: int | None) -> str | None:
    """The command of the production server that is required; None when there is none."""
    target, interface = _target(project, found), use.known.interface
    folder, folder_option = import_root(project, found.module), ""
    chdir = folder and not project.is_package
    bind = f"--bind 0.0.0.0:{port or 8000}"
    if interface == WSGI:
        call = f'"{target}()"' if found.is_factory else target
        if project.installed("gunicorn"):
            config = _gunicorn_config(project)
            options = config if config is not None else bind
            return " ".join(part for part in ("gunicorn", f"--chdir {folder}" if chdir else "", options, call) if part)
        if project.installed("waitress") and not serving_script(project):
            return f"waitress-serve --listen=0.0.0.0:{port or 8080} {'--call ' if found.is_factory else ''}{target}"
        ini = next(
            (path for path in project.scope.files if path.endswith(".ini") and "[uwsgi]" in (project.scope.text(path) or "")), None
        )
        return f"uwsgi --ini {ini}" if ini and project.installed("uwsgi") else None
    if interface != ASGI or _runs_itself(project):
        return None
    if project.installed("uvicorn"):
        folder_option = f" --app-dir {folder}" if chdir else ""
        factory = " --factory" if found.is_factory else ""
        return f"uvicorn {target}{factory}{folder_option} --host 0.0.0.0 --port {port or 8000}"
    if project.installed("hypercorn"):
        return f"hypercorn {bind} {target}{'()' if found.is_factory else ''}"
    if project.installed("granian"):
        return f"granian --interface asgi --host 0.0.0.0 --port {port or 8000} {target}"
    if project.installed("daphne"):
        return f"daphne -b 0.0.0.0 -p {port or 8000} {target}"
    standard = project.direct("fastapi")
    if standard and ("standard" in standard.extras or "all" in standard.extras):
        return f"uvicorn {target} --host 0.0.0.0 --port {port or 8000}"
    return None


def _runs_itself(project: Project) -> bool:
    """Whether a script starts the server with the service's own settings (and not the reloading one of a developer)."""
    script = serving_script(project)
    return script is not None and "uvicorn.run(" in script.text and compiled(r"reload\s*=\s*True").search(script.text) is None


def _gunicorn_config(project: Project) -> str | None:
    """The option that names gunicorn's configuration, "" for the file it finds itself; None without one that binds."""
    for module in project.modules:
        if compiled(GUNICORN).search(module.path) and compiled(r"(?m)^bind\s*=").search(module.text):
            return "" if module.path == "gunicorn.conf.py" else f"-c {module.path}"
    return None


def _target(project: Project, found: Application) -> str:
    """`package.module:variable`, as the server imports it."""
    return f"{dotted(project, found.module)}:{found.variable}"


def dotted(project: Project, module: Module) -> str:
    folder = import_root(project, module)
    path = module.path.removeprefix(f"{folder}/") if folder else module.path
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def import_root(project: Project, module: Module) -> str:
    """The folder that imports begin in: "" for the top, `src` when code there imports its neighbours without naming `src`."""
    top, _, rest = module.path.partition("/")
    if not rest:
        return ""
    if next(search(project.modules, rf"(?m)^[ \t]*(?:from|import)\s+{top}\b", top), None):
        return ""
    below = [other for other in project.modules if other.path.startswith(f"{top}/")]
    names = {other.path[len(top) + 1 :].split("/")[0].removesuffix(".py") for other in below} - {"__init__", "__main__"}
    pattern = r"(?m)^[ \t]*(?:from|import)\s+(\w+)"
    is_root = any(match.group(1) in names for _, match in search(below, pattern, "import"))
    return top if is_root or top == "src" and not any(other.path == "src/__init__.py" for other in below) else ""


def serving_script(project: Project) -> Module | None:
    """The script that opens the listener when it is run."""
    found = [module for module in project.modules if _serves(module)]
    return min(found, key=lambda module: _rank(module, SCRIPT_STEMS), default=None)


def _serves(module: Module) -> bool:
    if compiled(r"(?:^|[_-])(?:client|example|demo|test|benchmark)").search(module.stem):
        return False
    guarded = module.is_script or module.stem in ("__main__", "main", "app", "server", "run")
    return guarded and next(search_each((module,), SERVES), None) is not None


def _python(project: Project, module: Module) -> str:
    """`python file.py`, or `python -m` where the file imports its own package by name."""
    folder, _, name = module.path.rpartition("/")
    if name == "__main__.py":
        return f"python -m {dotted(project, module).removesuffix('.__main__')}"
    top = module.path.partition("/")[0]
    inside = folder and compiled(rf"(?m)^[ \t]*(?:from|import)\s+{top}\b|^[ \t]*from\s+\.").search(module.text)
    return f"python -m {dotted(project, module)}" if inside else f"python {module.path}"


def _script(project: Project, use: Use | None) -> Iterator[Fact]:
    """Without a web server: a worker's own command, the script that serves, the one script there is."""
    worker = next((one for one in uses(project) if one.known.name == "celery" and one.is_used), None)
    if worker and worker.module and use is None:
        yield _fact(project, worker.module, f"celery -A {dotted(project, worker.module)} worker", worker.line)
        return
    locust = next((one for one in uses(project) if one.known.name == "locust" and one.module), None)
    if locust and locust.module:
        named = "" if locust.module.path == "locustfile.py" else f"-f {locust.module.path} "
        yield _fact(project, locust.module, f"locust {named}--headless", locust.line)
        return
    script = serving_script(project) or _only_script(project)
    if script:
        yield _fact(project, script, _python(project, script), origin=Origin.LAYOUT)


def _only_script(project: Project) -> Module | None:
    packages = [module for module in project.modules if module.stem == "__main__" and module.path.count("/") <= 2]
    if len(packages) == 1:
        return packages[0]
    top = [module for module in project.modules if "/" not in module.path]
    near = top or [module for module in project.modules if module.path.startswith("src/") and module.path.count("/") == 1]
    named = [module for module in near if module.stem in SCRIPT_STEMS]
    if named:
        return min(named, key=lambda module: _rank(module, SCRIPT_STEMS))
    scripts = [module for module in near if module.is_script]
    if len(scripts) == 1:
        return scripts[0]
    return near[0] if len(near) == 1 and near[0].stem != "__init__" and not project.is_package else None


def _django(project: Project, port: int | None) -> Iterator[Fact]:
    manage = next((module for module in project.modules if module.stem == "manage"), None)
    folder = manage.path.rpartition("/")[0] if manage else ""
    found = {module.stem: module for module in project.modules if module.stem in ("wsgi", "asgi") and "get_" in module.text}
    chdir = f"--chdir {folder} " if folder else ""
    bind = _gunicorn_config(project)
    for server, kind in (("gunicorn", "wsgi"), ("uvicorn", "asgi"), ("daphne", "asgi"), ("waitress", "wsgi")):
        behind = found.get(kind)
        if project.installed(server) is None or behind is None:
            continue
        path = behind.path.removeprefix(f"{folder}/") if folder else behind.path
        target = path.removesuffix(".py").replace("/", ".")
        number = port or 8000
        command = {
            "gunicorn": f"gunicorn {chdir}{f'{bind} ' if bind else '' if bind == '' else f'--bind 0.0.0.0:{number} '}{target}",
            "uvicorn": f"uvicorn {target}:application {f'--app-dir {folder} ' if folder else ''}--host 0.0.0.0 --port {number}",
            "daphne": f"daphne -b 0.0.0.0 -p {number} {target}:application",
            "waitress": f"waitress-serve --listen=0.0.0.0:{number} {target}:application",
        }[server]
        yield _fact(project, behind, command)
        return
    if manage:
        command = f"python {manage.path} runserver 0.0.0.0:{port or 8000}"
        yield _fact(project, manage, command, sure=Confidence.DEFAULT)


def _function(project: Project) -> Iterator[Fact]:
    """The function to serve, from the files that tell a builder; the framework has no default for it."""
    for path in ("project.toml", "app.yaml", ".env", "Makefile", "cloudbuild.yaml"):
        for number, line in enumerate(project.scope.lines(path), 1) if project.scope.has(path) else ():
            match = compiled(r"(?:FUNCTION_TARGET[\"']?\s*[:=]\s*|--target[= ])[\"']?(\w+)").search(line)
            if match:
                place = project.scope.line(path, number)
                yield Fact(
                    f.START, f"functions-framework --target {match.group(1)}", place, Origin.CONFIG, Confidence.INFERRED, path
                )
                return
    for module, match in search(
        project.modules, r"@functions_framework\.(?:http|cloud_event)[^\n]*\n(?:async )?def (\w+)", "functions_framework"
    ):
        yield _fact(project, module, f"functions-framework --target {match.group(1)}", module.line(match.start()))
        return


def _fact(
    project: Project,
    module: Module,
    command: str,
    line: int = 0,
    *,
    sure: Confidence = Confidence.INFERRED,
    origin: Origin = Origin.CODE,
) -> Fact:
    place: Source = project.scope.line(module.path, line)
    return Fact(f.START, command, place, origin, sure, "code")
