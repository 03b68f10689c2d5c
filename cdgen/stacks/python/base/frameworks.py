"""Frameworks. A package counts once code makes an application of it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Framework, Origin
from cdgen.repo import Scope
from cdgen.repo.patterns import compiled
from cdgen.stacks.python.base.manifests import table
from cdgen.stacks.python.base.project import Project, read_project
from cdgen.stacks.python.base.requirements import Requirement, normal
from cdgen.stacks.python.base.sources import Module, search

WSGI, ASGI, OWN, WORKER = "wsgi", "asgi", "own server", "worker"


class Known(NamedTuple):
    """A framework. `makes` is what code looks like that uses it; `port` its documented default, 0 when it has none.

    `needs_use` marks packages that also serve as a client or come with others: the requirement alone says nothing.
    """

    name: str
    packages: tuple[str, ...]
    makes: str
    interface: str
    port: int = 0
    needs_use: bool = False
    replaces: tuple[str, ...] = ()  # frameworks that it is built on


# in the order of preference when code uses several
FRAMEWORKS: tuple[Known, ...] = (
    Known(
        "django", ("django",), r"execute_from_command_line|get_[wa]sgi_application|^INSTALLED_APPS\b|from django\.urls", WSGI, 8000
    ),
    Known("fastapi", ("fastapi", "fastapi-slim"), r"\bFastAPI\(", ASGI, 8000, replaces=("starlette",)),
    Known("litestar", ("litestar",), r"\bLitestar\(", ASGI, 8000),
    Known("sanic", ("sanic",), r"\bSanic\(", OWN, 8000),
    Known("quart", ("quart",), r"\bQuart\(", ASGI, 5000, replaces=("flask",)),
    Known("robyn", ("robyn",), r"\bRobyn\(", OWN, 8080),
    Known("blacksheep", ("blacksheep",), r"from blacksheep\b", ASGI, 8000),
    Known(
        "connexion",
        ("connexion",),
        r"\b(?:connexion\.)?(?:App|FlaskApp|AsyncApp|AioHttpApp)\(__name__",
        ASGI,
        8080,
        replaces=("flask",),
    ),
    Known("streamlit", ("streamlit",), r"^[ \t]*import streamlit|from streamlit import", OWN, 8501, replaces=("tornado",)),
    Known("chainlit", ("chainlit",), r"^[ \t]*import chainlit", OWN, 8000, replaces=("fastapi",)),
    Known("nicegui", ("nicegui",), r"from nicegui import", OWN, 8080, replaces=("fastapi",)),
    Known("dash", ("dash",), r"\bDash\(", WSGI, 8050, replaces=("flask",)),
    Known("flask", ("flask",), r"\b(?:Flask|APIFlask|OpenAPI)\(|\((?:flask\.)?Flask\)\s*:", WSGI, 5000),
    Known("starlette", ("starlette",), r"\bStarlette\(", ASGI, 8000, needs_use=True),
    Known("falcon", ("falcon",), r"\bfalcon\.(?:asgi\.)?(?:App|API)\(", WSGI),
    Known("bottle", ("bottle",), r"^[ \t]*(?:from bottle import|import bottle)", WSGI, 8080),
    Known("pyramid", ("pyramid",), r"\bConfigurator\(|from pyramid\.", WSGI, 6543),
    Known("cherrypy", ("cherrypy",), r"\bcherrypy\.(?:quickstart|tree|engine)\b", OWN, 8080),
    Known("aiohttp", ("aiohttp",), r"\bweb\.(?:Application|run_app)\(|\baiohttp\.web\b", OWN, 8080, needs_use=True),
    Known("tornado", ("tornado",), r"\btornado\.web\b|from tornado import .*\bweb\b", OWN, 0, needs_use=True),
    Known("functions-framework", ("functions-framework",), r"\bfunctions_framework\.", OWN, 8080),
    Known("chalice", ("chalice",), r"\bChalice\(", OWN, 8000),
    Known(
        "gradio", ("gradio",), r"\b(?:gr|gradio)\.(?:Blocks|Interface|ChatInterface|TabbedInterface)\(", OWN, 7860, needs_use=True
    ),
    Known("locust", ("locust",), r"\b(?:HttpUser|FastHttpUser|HttpLocust)\b", WORKER),
    Known("nameko", ("nameko",), r"^[ \t]*from nameko\b", WORKER, needs_use=True),
    Known("celery", ("celery",), r"\bCelery\(", WORKER, needs_use=True),
    Known("dramatiq", ("dramatiq",), r"@dramatiq\.actor|@actor\b", WORKER, needs_use=True),
    Known("faust", ("faust", "faust-streaming"), r"\bfaust\.App\(", WORKER, needs_use=True),
    Known("arq", ("arq",), r"\bclass WorkerSettings\b", WORKER, needs_use=True),
    Known("rq", ("rq",), r"\bWorker\(\[|from rq import .*\bWorker\b", WORKER, needs_use=True),
    Known("huey", ("huey",), r"\b\w*Huey\(", WORKER, needs_use=True),
)
BY_NAME = {known.name: known for known in FRAMEWORKS}
GRPC = r"\bgrpc\.(?:aio\.)?server\(|\badd_(?:in)?secure_port\(|from grpclib\.server import"


class Use(NamedTuple):
    """A framework that this project has: asked for, used in code, or both."""

    known: Known
    requirement: Requirement | None
    module: Module | None
    line: int

    @property
    def is_used(self) -> bool:
        return self.module is not None


def uses(project: Project) -> tuple[Use, ...]:
    """Frameworks in order of preference, those that code uses first."""
    return _uses(project.scope, project.tool)


@lru_cache(maxsize=4)
def _uses(scope: Scope, tool: str) -> tuple[Use, ...]:
    project = read_project(scope, tool)
    found = [use for known in FRAMEWORKS if (use := _use(project, known))]
    replaced = {name for use in found for name in use.known.replaces if use.is_used or use.requirement}
    kept = [use for use in found if use.known.name not in replaced]
    served = any(use.is_used and use.known.interface != WORKER for use in kept)
    kept = [use for use in kept if not (served and use.known.interface == WORKER)]
    return tuple(sorted(kept, key=lambda use: not use.is_used))


def _use(project: Project, known: Known) -> Use | None:
    package = known.packages[0].replace("-", "_")
    needle = package if known.name != "aiohttp" else "web"
    requirement = project.direct(*known.packages)
    for module, match in search(project.modules, f"(?m){known.makes}", needle):
        if _is_imported(module, package):
            return Use(known, requirement or project.installed(*known.packages), module, module.line(match.start()))
    return Use(known, requirement, None, 0) if requirement and not known.needs_use else None


def _is_imported(module: Module, package: str) -> bool:
    """Whether a file names the package in an import: `Flask(` in a string or another library's class does not count."""
    start = compiled(
        rf"(?mi)^[ \t]*(?:from|import)[ \t]+(?:[\w.]+,[ \t]*)*(?:{package}|api{package}|{package}_openapi3|celery|rq)\b"
    ).search(module.text)
    return start is not None or package == "django"


def served(project: Project) -> Use | None:
    """The web framework whose application this project serves."""
    return next((use for use in uses(project) if use.known.interface != WORKER), None)


def framework_facts(project: Project) -> Iterator[Fact]:
    for use in uses(project):
        if use.requirement is None and use.module is None:
            continue
        version = exact_version(project, use.known.packages) or (use.requirement.version if use.requirement else None)
        value = Framework(use.known.name, version)
        if use.requirement is not None:
            sure = Confidence.DECLARED if use.is_used and use.requirement.is_direct else Confidence.INFERRED
            yield Fact(
                f.FRAMEWORK, value, project.place(use.requirement), Origin.MANIFEST, sure, "required" if not use.is_used else "used"
            )
        elif use.module is not None:
            place = project.scope.line(use.module.path, use.line)
            yield Fact(f.FRAMEWORK, value, place, Origin.CODE, Confidence.INFERRED, "used in code")


def exact_version(project: Project, names: tuple[str, ...]) -> str | None:
    """The version of a package that the lock file or a requirements file fixes."""
    if project.lock and project.tool == "pipenv":
        default = table(project.scope.repo.json(project.lock), "default")
        stated = next((str(table(default, name).get("version", "")) for name in names if name in default), "")
        if stated.startswith("=="):
            return stated.removeprefix("==")
    elif project.lock:
        text = project.scope.repo.text(project.lock) or ""
        for name in names:
            match = compiled(rf'(?mi)^name = "{name}"\nversion = "([^"\n]+)"').search(text)
            if match:
                return match.group(1)
    pinned = (one.version for one in project.requirements if one.name in map(normal, names) and one.spec.startswith("=="))
    return next(pinned, None)
