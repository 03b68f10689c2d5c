"""The image of an Elixir service: a release with its own virtual machine on a small Alpine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cdgen.model.facts import Source
from cdgen.model.road import Road
from cdgen.model.service import ImageRecipe, Service
from cdgen.road.pins import Pins
from cdgen.stacks.base import SYNTAX_IMAGE
from cdgen.stacks.beam.code import Code, members
from cdgen.stacks.beam.commands import release
from cdgen.stacks.beam.project import Project

UID = 65532
TEMPLATE = "image/elixir.Dockerfile.j2"
RUNTIME = "alpine"
# folders that a release may be made of
PARTS = ("apps", "assets", "lib", "priv", "rel", "src", "web", "c_src", "native", "proto")
CLUSTERS = ("libcluster", "horde", "swarm", "partisan")
COMPILES_C = ("elixir_make", "bcrypt_elixir", "argon2_elixir", "pbkdf2_elixir")


def problem(code: Code) -> tuple[str, Source] | None:
    """Why no image can be written, and where that was seen."""
    project = code.project
    if not release(code):
        return "several releases, or none that is named; write a Dockerfile that says which", project.source("releases")
    for each in (each for one in (project, *members(code)) for each in one.dependencies if each.is_for_production):
        if each.organization:
            return f"{each.name} comes from a private organisation of Hex; write a Dockerfile that logs in there", each.source
        if each.kind == "path" and each.folder and not _is_inside(each.folder, _context(code)):
            return f"{each.name} lies outside the folder that the image is built from", each.source
    for folder in _with_assets(code):
        if code.repo.has(f"{folder}assets/package.json") and code.repo.has(f"{folder}assets/package-lock.json"):
            return "assets are built with Node.js; write a Dockerfile that has both", Source(f"{folder}assets/package.json")
    return None


def _context(code: Code) -> str:
    return (code.umbrella or code.project).folder


def _is_inside(folder: str, other: str) -> bool:
    if other == ".":
        return not folder.startswith("..")
    return folder == other or folder.startswith(f"{other}/")


def _with_assets(code: Code) -> Iterator[str]:
    for one in (code.project, *members(code)):
        yield "" if one.folder == "." else f"{one.folder}/"


def recipe(service: Service, code: Code, road: Road, pins: Pins) -> ImageRecipe | None:
    """None when no pinned base fits the version that the project asks for, or the packages need what the base does not hold."""
    import re

    name = release(code)
    wanted = service.toolchain.version
    build = pins.image("elixir", rf"{re.escape(wanted)}-otp-\d+-alpine\Z") if wanted else None
    runtime, syntax = pins.image(RUNTIME, r"\d"), pins.image(SYNTAX_IMAGE)
    if name is None or build is None or runtime is None or syntax is None:
        return None
    values = _values(service, code, road, name)
    bases = {"syntax": syntax.reference, "build": build.reference, "runtime": runtime.reference}
    context = _context(code)
    include = tuple(dict.fromkeys(word.rstrip("/") for words in (*values["manifests"], *values["sources"]) for word in words[:-1]))
    return ImageRecipe(TEMPLATE, values, bases, include, UID, None if context == service.directory else context)


def _values(service: Service, code: Code, road: Road, name: str) -> dict[str, Any]:
    inner = _inner(code)
    settings = {"MIX_ENV": "prod", "LANG": "C.UTF-8", **({"HEX_MIRROR": road.indexes["hex"]} if "hex" in road.indexes else {})}
    packages = " ".join(_packages(code))
    return {
        "settings": tuple(settings.items()),
        "environment": tuple(_environment(service, code).items()),
        "packages": f"apk add --no-cache {packages}" if packages else "",
        "manifests": tuple(_manifests(code)),
        "sources": tuple(_sources(code)),
        "inner": f"/src/{inner}" if inner else "",
        "fetch": " && ".join(_fetch(code)),
        "build": " && ".join(_steps(code)),
        "entrypoint": (f"/app/bin/{name}", "start"),
        "user": f"{UID}:{UID}",
        "port": service.port,
    }


def _inner(code: Code) -> str:
    """The folder of an umbrella's app below the build context; empty when that is the project itself."""
    if code.umbrella is None:
        return ""
    return code.project.folder if code.umbrella.folder == "." else code.project.folder[len(code.umbrella.folder) + 1 :]


def _environment(service: Service, code: Code) -> dict[str, str]:
    """A release writes its settings where it may, and joins no cluster unless the project does.

    https://hexdocs.pm/mix/Mix.Tasks.Release.html#module-environment-variables
    """
    clustered = any(each.name in CLUSTERS for one in _projects(code) for each in one.dependencies)
    served = any(each.name == "PHX_SERVER" for each in service.env)
    return {
        "LANG": "C.UTF-8",
        "HOME": "/tmp",  # noqa: S108  (a path in the image)
        "RELEASE_TMP": "/tmp",  # noqa: S108
        **({} if clustered else {"RELEASE_DISTRIBUTION": "none"}),
        **({"PHX_SERVER": "true"} if served else {}),
    }


def _fetch(code: Code) -> Iterator[str]:
    """Packages by themselves, so that a change of the code does not build them again."""
    if any(each.kind in ("hex", "git") for one in _projects(code) for each in one.dependencies):
        yield "mix local.hex --force --if-missing && mix local.rebar --force --if-missing"
        yield f"mix deps.get --only prod{' --check-locked' if code.lock() else ''} && mix deps.compile"


def _steps(code: Code) -> Iterator[str]:
    yield "mix compile"
    if "assets.deploy" in code.project.aliases:
        yield "mix assets.deploy"
    for member in members(code):
        if "assets.deploy" in member.aliases:
            yield f"(cd {member.folder.removeprefix(code.project.folder + '/')} && mix assets.deploy)"
    yield "mix release --path /out"


def _projects(code: Code) -> tuple[Project, ...]:
    return (code.project, *([code.umbrella] if code.umbrella else ()), *members(code))


def _packages(code: Code) -> Iterator[str]:
    """Programs to fetch and build packages with, which the base image does not hold; `=~` takes any release of a series."""
    used = [each for one in _projects(code) for each in one.dependencies if each.is_for_production]
    names = {each.name for each in used} | set(code.locked())
    if not names.isdisjoint(COMPILES_C) or any("c_src/" in path for path in code.all):
        yield "build-base=~0.5"
    if any(each.kind == "git" for each in used):
        yield "git=~2"


def _manifests(code: Code) -> Iterator[tuple[str, ...]]:
    """What the packages follow from: copied before the code, so that they are fetched again only when they change."""
    root = code.umbrella or code.project
    lock = ("mix.lock",) if code.repo.has(root.inside("mix.lock")) else ()
    yield ("mix.exs", *lock, "./")
    if root.apps_path:
        yield (f"{root.apps_path}/", f"{root.apps_path}/")
    if any(path.startswith(root.inside("config/")) for path in code.repo.under(root.folder)):
        yield ("config/", "config/")


def _sources(code: Code) -> Iterator[tuple[str, ...]]:
    root = code.umbrella or code.project
    cut = 0 if root.folder == "." else len(root.folder) + 1
    present = {path[cut:].partition("/")[0] for path in code.repo.under(root.folder) if "/" in path[cut:]}
    own = {each.folder[cut:].partition("/")[0] for one in _projects(code) for each in one.dependencies if each.folder}
    for part in sorted(present & {*PARTS, *own} - ({root.apps_path} if root.apps_path else set())):
        yield (f"{part}/", f"{part}/")
