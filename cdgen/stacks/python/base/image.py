"""The image of a service that has no Dockerfile: packages in a virtual environment, built apart from what runs."""

from __future__ import annotations

from typing import NamedTuple

from cdgen.model.road import ImagePin, Road
from cdgen.model.service import ImageRecipe, Service
from cdgen.repo.patterns import compiled
from cdgen.road.pins import Pins, version_key
from cdgen.stacks.base import SYNTAX_IMAGE
from cdgen.stacks.python.base import contents
from cdgen.stacks.python.base.entry import Entry, as_module, entry, is_own_command
from cdgen.stacks.python.base.install import codegen_facts, runtime_file
from cdgen.stacks.python.base.manifests import closure
from cdgen.stacks.python.base.project import Project
from cdgen.stacks.python.base.requirements import MAIN
from cdgen.stacks.python.base.versions import IMAGE, manager_version, resolve

TEMPLATE = "image/python.Dockerfile.j2"
UID = 65532  # `nonroot` of the runtime images
VENV = "/opt/venv"
PIP = f"pip --python {VENV}/bin/python install"
LISTED = "/tmp/requirements.txt"  # noqa: S108  (inside the build stage)
# a Python without shell and package manager; Debian 13 brings this minor (https://packages.debian.org/trixie/python3)
DISTROLESS, DISTROLESS_MINOR = "gcr.io/distroless/python3-debian13", "3.13"
# published as source only: building them takes compilers and libraries that no pinned base has
SOURCE_ONLY = (
    "psycopg2",
    "mysqlclient",
    "uwsgi",
    "pylibmc",
    "python-ldap",
    "pygraphviz",
    "psycopg-c",
    "pycairo",
    "dlib",
    "m2crypto",
)
CACHES = {"uv": "/root/.cache/uv", "poetry": "/root/.cache/pypoetry"}
COMPILES = (1, 4)  # the first Poetry that compiles what it installs


class Bases(NamedTuple):
    """Images of one Python minor. `runtime` is `build` again unless there is one without a shell."""

    minor: str
    syntax: ImagePin
    build: ImagePin
    runtime: ImagePin
    uv: ImagePin | None


class Packages(NamedTuple):
    """How the locked packages get installed: files to copy, commands to run, the tool (with version) that has to be there first."""

    manifests: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    tool: str = ""


def recipe(service: Service, project: Project, road: Road, pins: Pins) -> ImageRecipe | None:
    """None where `image_problem` says why, or where the start command cannot stand without a shell."""
    found = entry(service.commands.start, project, service.port)
    if isinstance(found, str) or image_problem(project, service.language_version, pins):
        return None
    bases = find_bases(service.language_version, project, pins, without_shell=as_module(found.words) is not None)
    if bases is None:
        return None
    packages = _packages(project, manager_version(service, pins, project.tool))
    installs = _installs_itself(project, found)
    packaging = _packaging(project, packages) if installs or not packages.steps else ()
    is_moved = installs and not any(word.startswith("src/") for word in found.words)
    sources = tuple(name for name in contents.sources(project) if not (is_moved and name == "src"))
    values = {
        "settings": _settings(project, road),
        "secrets": tuple(dict.fromkeys(registry.secret for registry in service.registries)),
        "cache": CACHES.get(project.tool, "/root/.cache/pip"),
        "tool": packages.tool,
        "venv": "" if project.tool == "uv" else VENV,
        "manifests": _copies(project, packages.manifests),
        "steps": packages.steps,
        "packaging": _copies(project, packaging),
        "itself": _itself(project, packages) if packaging else "",
        "sources": _copies(project, sources),
        "workdir": f"/app/{found.folder}" if found.folder else "/app",
        "environment": (*_environment(bases), *found.settings),
        "removed": "" if bases.runtime != bases.build else _pip_of(bases),
        "port": service.port,
        "user": f"{UID}:{UID}",
        "entrypoint": found.words if bases.runtime == bases.build else ("/usr/bin/python3", *(as_module(found.words) or ())),
    }
    include = tuple(dict.fromkeys((*packages.manifests, *packaging, *sources)))
    return ImageRecipe(TEMPLATE, values, _references(bases), include, UID)


def image_problem(project: Project, stated: str | None, pins: Pins) -> str | None:
    """Why no image can be described, whatever the start command is; None when one can."""
    if find_bases(stated, project, pins) is None:
        return f"no image: none is pinned for Python {stated}"
    if project.lock and not project.lock.startswith(project.scope.path("")):
        return "no image: its lock file belongs to the workspace above it"
    main = [one for one in project.requirements if one.group == MAIN]
    source = next((one for one in main if one.name in SOURCE_ONLY or one.name == "psycopg" and "c" in one.extras), None)
    if source:
        return f"no image: {source.name} is published as source only, and no pinned base has a compiler"
    remote = next((one for one in main if one.is_remote), None)
    if remote:
        return f"no image: {remote.name} comes from outside the package index"
    if next(codegen_facts(project), None):
        return "no image: its generated code is not in the repository"
    return None


def find_bases(stated: str | None, project: Project, pins: Pins, *, without_shell: bool = False) -> Bases | None:
    """None when no image of the minor is pinned."""
    minor = compiled(r"\d+\.\d+").match(resolve(stated, pins) or "")
    syntax = pins.image(SYNTAX_IMAGE, r"1\.")
    if minor is None or syntax is None:
        return None
    line = minor.group(0).replace(".", r"\.")
    build = pins.image(IMAGE, rf"{line}\.\d+-slim(?:-trixie)?$") or pins.image(IMAGE, rf"{line}\.\d+-slim")
    uv = pins.image("ghcr.io/astral-sh/uv", r"\d") if project.tool == "uv" else None
    if build is None or (project.tool == "uv" and uv is None):
        return None
    small = pins.image(DISTROLESS, "nonroot") if minor.group(0) == DISTROLESS_MINOR and without_shell else None
    return Bases(minor.group(0), syntax, build, small or build, uv)


def _references(bases: Bases) -> dict[str, str]:
    pins = {"syntax": bases.syntax, "build": bases.build, "runtime": bases.runtime, "uv": bases.uv}
    return {name: pin.reference if pin else "" for name, pin in pins.items()}


def _settings(project: Project, road: Road) -> tuple[tuple[str, str], ...]:
    """Variables of the build stage: no surprises from the tool, and the organisation's own index."""
    index = road.indexes.get("pypi")
    if project.tool != "uv":
        own = (("PIP_INDEX_URL", index),) if index else ()
        return (("PIP_DISABLE_PIP_VERSION_CHECK", "1"), ("PIP_ROOT_USER_ACTION", "ignore"), *own)
    own = (("UV_DEFAULT_INDEX", index),) if index else ()
    fixed = {"UV_PROJECT_ENVIRONMENT": VENV, "UV_PYTHON_DOWNLOADS": "never", "UV_LINK_MODE": "copy", "UV_COMPILE_BYTECODE": "1"}
    return (*fixed.items(), *own)


def _environment(bases: Bases) -> tuple[tuple[str, str], ...]:
    """Of the running container: logs at once, nothing written beside the code, packages found."""
    settings = (("PYTHONUNBUFFERED", "1"), ("PYTHONDONTWRITEBYTECODE", "1"))
    if bases.runtime != bases.build:  # another interpreter of the same minor: the environment's own would not start
        return (*settings, ("PYTHONPATH", f"{VENV}/lib/python{bases.minor}/site-packages"))
    return (*settings, ("PATH", f"{VENV}/bin:/usr/local/bin:/usr/bin:/bin"))


def _pip_of(bases: Bases) -> str:
    """The package manager that the base brings; a running service never installs anything."""
    return f"pip uninstall --yes --root-user-action=ignore pip && rm -rf /usr/local/lib/python{bases.minor}/ensurepip"


def _packages(project: Project, version: str) -> Packages:
    """Empty where only the project itself names its packages: then they come with it."""
    lock = (project.lock.removeprefix(project.scope.path("")),) if project.lock else ()
    if project.tool == "uv" and lock:
        return Packages(("pyproject.toml", *lock), ("uv sync --frozen --no-dev --no-install-project",))
    if project.tool == "poetry":
        compiling = " --compile" if version_key(version) >= COMPILES else ""
        command = f"VIRTUAL_ENV={VENV} python -m poetry install --only main --no-root --no-interaction{compiling}"
        return Packages(("pyproject.toml", *lock), (command,), f"poetry=={version}")
    # the lock as requirements with hashes: pip checks them and resolves nothing
    if project.tool == "pipenv" and lock:
        export = f"python -m pipenv requirements --hash > {LISTED}"
        return Packages(("Pipfile", *lock), (f"{export} && {PIP} --no-deps -r {LISTED}",), f"pipenv=={version}")
    if project.tool == "pdm" and lock:
        export = f"python -m pdm export --prod --format requirements --output {LISTED}"
        return Packages(("pyproject.toml", *lock), (f"{export} && {PIP} --no-deps -r {LISTED}",), f"pdm[locked]=={version}")
    main = runtime_file(project) if project.tool == "pip" else None
    files = closure(project.files, main) if main else ()
    if main is None or any(file.installs_project for file in files):
        return Packages()
    hashes = " --require-hashes" if all(file.is_hashed for file in files) else ""
    return Packages(tuple(sorted(file.path for file in files)), (f"{PIP}{hashes} -r {main}",))


def _installs_itself(project: Project, found: Entry) -> bool:
    """Whether the project's package has to be installed: its own command starts it, or its code lies where nothing finds it."""
    has_source_folder = any(module.path.startswith("src/") for module in project.modules)
    return project.is_package and (is_own_command(found.words, project) or has_source_folder)


def _packaging(project: Project, packages: Packages) -> tuple[str, ...]:
    """What installing the project itself reads, beside the manifests that are there already."""
    listed = tuple(project.files) if project.tool == "pip" and not packages.steps else ()
    names = (*contents.packaging(project), *listed, *contents.sources(project))
    return tuple(name for name in dict.fromkeys(names) if name not in packages.manifests)


def _itself(project: Project, packages: Packages) -> str:
    if project.tool == "uv" and project.lock:
        return "uv sync --frozen --no-dev --no-editable"
    main = runtime_file(project) if project.tool == "pip" else None
    if not packages.steps and main:
        return f"{PIP} -r {main}"
    return f"{PIP} --no-deps ." if packages.steps else f"{PIP} ."


def _copies(project: Project, names: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Words of COPY lines: files of one folder together, folders each to their own place."""
    files: dict[str, list[str]] = {}
    folders: list[tuple[str, ...]] = []
    for name in names:
        if project.scope.has(name):
            files.setdefault(f"./{name.rpartition('/')[0]}/" if "/" in name else "./", []).append(name)
        else:
            folders.append((name, f"./{name}"))
    return (*((*found, place) for place, found in files.items()), *folders)
