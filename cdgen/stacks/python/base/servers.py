"""The command of the production server that the service requires, for the application that code shows."""

from __future__ import annotations

from typing import NamedTuple

from cdgen.repo.patterns import compiled
from cdgen.stacks.python.base.application import Application, dotted, import_root, serving_script
from cdgen.stacks.python.base.frameworks import ASGI, WSGI, Use
from cdgen.stacks.python.base.ports import GUNICORN, uwsgi_files
from cdgen.stacks.python.base.project import Project


class Target(NamedTuple):
    """What a server is told: `module:variable`, the folder it has to change to, the port."""

    module: str
    variable: str
    is_factory: bool
    folder: str
    port: int

    @property
    def name(self) -> str:
        return f"{self.module}:{self.variable}"


def server_command(project: Project, use: Use, found: Application, port: int | None) -> str | None:
    """None when no server is required, or when the service starts it itself."""
    asgi = use.known.interface == ASGI or found.module.stem == "asgi"
    if not asgi and use.known.interface != WSGI:
        return None
    folder = _folder(project, use, found)
    path = found.module.path.removeprefix(f"{folder}/") if folder else found.module.path
    module = dotted(project, found.module) if use.known.name != "django" else path.removesuffix(".py").replace("/", ".")
    target = Target(module, found.variable, found.is_factory, folder, port or 0)
    return _asgi(project, target) if asgi else _wsgi(project, target)


def _folder(project: Project, use: Use, found: Application) -> str:
    """Where imports begin, unless installing the project makes its code importable from anywhere."""
    if use.known.name == "django":
        manage = next((module for module in project.modules if module.stem == "manage"), None)
        return manage.path.rpartition("/")[0] if manage else ""
    return "" if project.is_package else import_root(project, found.module)


def _wsgi(project: Project, target: Target) -> str | None:
    if project.installed("gunicorn"):
        config = _gunicorn_config(project)
        options = config if config is not None else f"--bind 0.0.0.0:{target.port or 8000}"
        # gunicorn looks for `application` when no variable is named
        name = target.module if target.variable == "application" and not target.is_factory else target.name
        call = f'"{target.name}()"' if target.is_factory else name
        parts = ("gunicorn", f"--chdir {target.folder}" if target.folder else "", options, call)
        return " ".join(part for part in parts if part)
    if project.installed("waitress") and serving_script(project) is None:
        return f"waitress-serve --listen=0.0.0.0:{target.port or 8080} {'--call ' if target.is_factory else ''}{target.name}"
    if project.installed("uwsgi"):
        return next((f"uwsgi --ini {path}" for path, _ in uwsgi_files(project)), None)
    return None


def _asgi(project: Project, target: Target) -> str | None:
    if _starts_itself(project):
        return None
    port = target.port or 8000
    fastapi = project.direct("fastapi")
    brings_uvicorn = fastapi is not None and not {"standard", "all"}.isdisjoint(fastapi.extras)
    if project.installed("uvicorn") or brings_uvicorn:
        folder = f" --app-dir {target.folder}" if target.folder else ""
        factory = " --factory" if target.is_factory else ""
        return f"uvicorn {target.name}{factory}{folder} --host 0.0.0.0 --port {port}"
    if project.installed("hypercorn"):
        call = f'"{target.name}()"' if target.is_factory else target.name
        return f"hypercorn --bind 0.0.0.0:{port} {call}"
    if project.installed("granian"):
        factory = " --factory" if target.is_factory else ""
        return f"granian --interface asgi --host 0.0.0.0 --port {port}{factory} {target.name}"
    if project.installed("daphne") and not target.is_factory:
        return f"daphne -b 0.0.0.0 -p {port} {target.name}"
    return None


def _starts_itself(project: Project) -> bool:
    """Whether a script starts the server with the service's own settings (and not the reloading one of a developer)."""
    script = serving_script(project)
    return script is not None and "uvicorn.run(" in script.text and compiled(r"reload\s*=\s*True").search(script.text) is None


def _gunicorn_config(project: Project) -> str | None:
    """The option that names gunicorn's configuration, "" for the file it finds itself; None without one that binds."""
    for module in project.modules:
        if compiled(GUNICORN).search(module.path) and compiled(r"(?m)^bind\s*=").search(module.text):
            return "" if module.path == "gunicorn.conf.py" else f"-c {module.path}"
    return None
