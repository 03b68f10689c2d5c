"""Where a program begins: the application object, the script that serves, and how both are named."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cdgen.repo.patterns import compiled
from cdgen.stacks.python.base.frameworks import GRPC, Use, served
from cdgen.stacks.python.base.project import Project
from cdgen.stacks.python.base.sources import Module, search, search_each

# file names of an entry point, the most telling first
WEB_STEMS = ("wsgi", "asgi", "main", "app", "application", "server", "api", "run", "web", "service", "__main__", "__init__")
SCRIPT_STEMS = ("main", "app", "server", "run", "application", "service", "bot", "worker", "start", "__main__", "api", "consumer")
MAKER = r"(?:create|make|build|get|init)_\w{0,40}app\w{0,40}"
OBJECT = r"(?m)^(\w+)\s*(?::\s*[\w.\[\]]+\s*)?=\s*(?:await\s+)?(?:[\w.]+\.)?(?:{made})\("
FACTORY = rf"(?m)^(?:async\s+)?def\s+({MAKER}|app_factory)\(\s*(\w[^)]*)?\)"
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


def application(project: Project, use: Use) -> Application | None:
    """The application object: at the top level of the file whose name says most; a factory when there is no object."""
    if use.known.name == "django":
        return _django(project)
    made = CLASSES.get(use.known.name)
    if made is None:
        return None
    found = list(_objects(project, made)) or list(_factories(project, use.known.packages[0]))
    usual = ("app", "application", "api")
    return min(found, key=lambda one: (_rank(one.module, WEB_STEMS), one.variable not in usual), default=None)


def _objects(project: Project, made: str) -> Iterator[Application]:
    """`app = Flask(...)`, also of a subclass that the project defines, or what a factory of its own returns."""
    names = made.replace("\\", "").split("|")
    derived = rf"class (\w+)\((?:\w+\.)?(?:{made})\)\s*:"
    own = [match.group(1) for _, match in search(project.modules, derived, *(f"{name})" for name in names))]
    pattern = OBJECT.format(made="|".join([made, *own, MAKER]))
    for module, match in search(project.modules, pattern, *names, *own, "_app", "app("):
        yield Application(module, match.group(1), False)


def _factories(project: Project, package: str) -> Iterator[Application]:
    """Functions that make the application and need no arguments."""
    for module, match in search(project.modules, FACTORY, "_app", "app_factory", "application("):
        needs = match.group(2) and "=" not in match.group(2)
        if package in module.text and not needs:
            yield Application(module, match.group(1), True)


def _django(project: Project) -> Application | None:
    """wsgi.py or asgi.py, whichever the installed server speaks."""
    asgi = project.installed("gunicorn", "waitress", "uwsgi") is None and project.installed("uvicorn", "daphne", "hypercorn")
    found = [module for module in project.modules if module.stem in ("wsgi", "asgi") and "get_" in module.text]
    chosen = next((module for module in found if (module.stem == "asgi") == bool(asgi)), None)
    return Application(chosen, "application", False) if chosen else None


def entry_file(project: Project) -> str | None:
    """The file that starts the service, as far as code says."""
    use = served(project)
    script = serving_script(project) if use is None or use.known.name != "django" else None
    found = application(project, use) if use else None
    return script.path if script else found.module.path if found else None


def _rank(module: Module, stems: tuple[str, ...]) -> tuple[int, int]:
    return (stems.index(module.stem) if module.stem in stems else len(stems), module.path.count("/"))


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
    return guarded and opens_listener(module)


def opens_listener(module: Module) -> bool:
    return next(search_each((module,), SERVES), None) is not None


def python_command(project: Project, module: Module) -> str:
    """`python file.py`, or `python -m` where the file imports its own package by name."""
    folder, _, name = module.path.rpartition("/")
    if name == "__main__.py":
        return f"python -m {dotted(project, module).removesuffix('.__main__')}"
    top = module.path.partition("/")[0]
    inside = folder and compiled(rf"(?m)^[ \t]*(?:from|import)\s+{top}\b|^[ \t]*from\s+\.").search(module.text)
    return f"python -m {dotted(project, module)}" if inside else f"python {module.path}"


def only_script(project: Project) -> Module | None:
    """The one script that can be meant: a package that runs, a file with a usual name, the only file there is."""
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
