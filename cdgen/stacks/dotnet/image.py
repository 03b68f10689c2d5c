"""The image of a .NET service: published output on the ASP.NET Core runtime."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import commonpath
from re import escape
from typing import Any

from cdgen.model.road import Road
from cdgen.model.service import ImageRecipe, Service
from cdgen.repo import Repo
from cdgen.repo.patterns import compiled
from cdgen.road.pins import Pins, version_key
from cdgen.stacks.base import SYNTAX_IMAGE
from cdgen.stacks.dotnet.commands import LOCKFILE, nuget_config
from cdgen.stacks.dotnet.msbuild import nearest
from cdgen.stacks.dotnet.project import Project
from cdgen.stacks.dotnet.settings import parsed
from cdgen.stacks.dotnet.toolchain import SDK

TEMPLATE = "image/dotnet.Dockerfile.j2"
RUNTIME = "mcr.microsoft.com/dotnet/aspnet"
UID = 65532  # not `app` (1654) of Microsoft's images: below 10000 a number may belong to somebody on the node
DEFAULT_PORT = 8080
SHARED = ("Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", "global.json")
LEFT = ("**/bin", "**/obj", "**/TestResults")  # a restore of the developer names places of another machine
PUBLISHED = "--configuration Release --no-restore --no-self-contained -p:UseAppHost=false --output /out"
MANIFESTS = (*SHARED, "nuget.config", "NuGet.config", "NuGet.Config", LOCKFILE)


def obstacle(own: Project, projects: tuple[Project, ...], repo: Repo, pins: Pins) -> str | None:
    """Why no image can be written, whatever version the service turns out to have."""
    if own.is_true("PublishAot"):
        return "native compilation (PublishAot) needs a C toolchain, which the pinned SDK image does not have"
    wanted = _wanted_sdk(repo, own.folder)
    pinned = pins.image(SDK)
    if wanted and pinned and version_key(wanted) > version_key(pinned.tag):
        return f"global.json asks for the SDK {wanted}, and the newest that is pinned is {pinned.tag}"
    missing = next((path for each in projects for path in each.references if not repo.has(path)), None)
    if missing:
        return f"{missing} is referred to and not in the repository"
    return None


def _wanted_sdk(repo: Repo, folder: str) -> str | None:
    path = nearest(repo, folder, "global.json")
    data = parsed(repo, path) if path else None
    sdk = data.get("sdk") if isinstance(data, dict) else None
    version = sdk.get("version") if isinstance(sdk, dict) else None
    return version if isinstance(version, str) and compiled(r"\d{1,4}(?:\.\d{1,4}){1,2}").match(version) else None


def buildable(versions: tuple[str, ...], pins: Pins) -> bool:
    """Whether an SDK and a runtime of one of these versions are pinned."""
    return any(_pinned(SDK, each, pins) and _pinned(RUNTIME, each, pins) for each in versions)


def recipe(service: Service, own: Project, projects: tuple[Project, ...], repo: Repo, road: Road, pins: Pins) -> ImageRecipe | None:
    """None when the pins hold no SDK and runtime of the project's version, or something it needs is not there."""
    version = service.language_version or ""
    build, runtime, syntax = _pinned(SDK, version, pins), _pinned(RUNTIME, version, pins), pins.image(SYNTAX_IMAGE)
    if build is None or runtime is None or syntax is None or obstacle(own, projects, repo, pins):
        return None
    manifests, folders = tuple(dict.fromkeys(_manifests(projects, repo))), tuple(dict.fromkeys(_folders(projects, repo)))
    context = _context((f"{service.directory}/.", *manifests, *(f"{folder}/." for folder in folders)))
    cut = 0 if context == "." else len(context) + 1
    place = own.path[cut:]
    named = [path[cut:] for path in manifests]
    copied = [folder[cut:] or "." for folder in folders]
    values: dict[str, Any] = {
        "manifests": tuple(_grouped(named)),
        "copies": tuple((folder, folder) for folder in copied if folder != ".") if "." not in copied else ((".", "."),),
        "secrets": tuple(dict.fromkeys(registry.secret for registry in service.registries)),
        "restore": " ".join(["dotnet restore", *_mirror(road), place, *(["--locked-mode"] if _locked(own, repo) else [])]),
        "publish": f"dotnet publish {place} {PUBLISHED}",
        "entrypoint": ("dotnet", f"{own.assembly}.dll"),
        "settings": (("ASPNETCORE_HTTP_PORTS", str(service.port)),) if service.port else (),
        "user": f"{UID}:{UID}",
        "port": service.port,
    }
    include = tuple(dict.fromkeys((*named, *(folder for folder in copied if folder != ".")))) if "." not in copied else ("**",)
    bases = {"syntax": syntax.reference, "build": build, "runtime": runtime}
    return ImageRecipe(TEMPLATE, values, bases, include, UID, None if context == service.directory else context, LEFT)


def _pinned(name: str, version: str, pins: Pins) -> str | None:
    pin = pins.image(name, rf"{escape(version)}\.\d+\Z") if compiled(r"\d+\.\d+\Z").match(version) else None
    return pin.reference if pin else None


def _locked(own: Project, repo: Repo) -> bool:
    return repo.has(LOCKFILE if own.folder == "." else f"{own.folder}/{LOCKFILE}")


def _mirror(road: Road) -> tuple[str, ...]:
    """The organisation's feed instead of those of the repository."""
    return ("--source", road.indexes["nuget"]) if "nuget" in road.indexes else ()


def _manifests(projects: tuple[Project, ...], repo: Repo) -> Iterator[str]:
    """What a restore reads: projects, what they import, the files above them that every build takes in."""
    for each in projects:
        yield from each.files
        own = LOCKFILE if each.folder == "." else f"{each.folder}/{LOCKFILE}"
        if repo.has(own):
            yield own
        for name in SHARED:
            above = nearest(repo, each.folder, name)
            if above:
                yield above
        feeds = nuget_config(repo, each.folder)
        if feeds:
            yield feeds


def _folders(projects: tuple[Project, ...], repo: Repo) -> Iterator[str]:
    """Folders of the projects, and those of files that they take from elsewhere."""
    homes = {each.folder for each in projects}
    for each in projects:
        yield each.folder
        for item in each.items:
            if (
                item.kind not in ("Protobuf", "Compile", "Content", "None", "EmbeddedResource", "AdditionalFiles")
                or ".." not in item.include
            ):
                continue
            outside = _outside(each, item.include)
            if outside and repo.under(outside) and not any(outside == home or outside.startswith(f"{home}/") for home in homes):
                yield outside


def _outside(each: Project, include: str) -> str | None:
    """The folder of a file, cut before the first wildcard."""
    from posixpath import normpath

    plain = include.replace("\\", "/").partition("*")[0].rpartition("/")[0]
    found = normpath(f"{each.folder}/{plain}")
    return None if found.startswith("..") or found == "." or "$(" in found else found


def _context(paths: tuple[str, ...]) -> str:
    return commonpath([path.rpartition("/")[0] or "." for path in paths]) or "." if all("/" in path for path in paths) else "."


def _grouped(paths: list[str]) -> Iterator[tuple[str, ...]]:
    """Files of one folder in one step."""
    folders: dict[str, list[str]] = {}
    for path in paths:
        folders.setdefault(path.rpartition("/")[0], []).append(path)
    for folder, files in folders.items():
        yield (*files, f"{folder}/" if folder else "./")
