"""Hugo: one program that makes a site from Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cdgen.errors import InputError
from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Framework, Origin, Source
from cdgen.model.road import Road
from cdgen.model.service import ImageRecipe, Service, Toolchain
from cdgen.repo import Repo, Scope
from cdgen.repo.patterns import compiled
from cdgen.road.pins import Pins
from cdgen.stacks.base import Candidate
from cdgen.stacks.site.base import FAMILY, first_of, inside, recipe, served

id = "hugo"
family = FAMILY
title = "Hugo"
paved = True

TEMPLATE = "image/hugo.Dockerfile.j2"
MODULE = "github.com/gohugoio/hugo"
OWN_CONFIGS = (
    "hugo.toml",
    "hugo.yaml",
    "hugo.yml",
    "hugo.json",
    *(f"config/_default/hugo.{end}" for end in ("toml", "yaml", "yml")),
)
# names that other programs use too, which count with Hugo's own folders beside them
CONFIGS = (
    "config.toml",
    "config.yaml",
    "config.yml",
    "config.json",
    *(f"config/_default/config.{end}" for end in ("toml", "yaml")),
)
# https://gohugo.io/getting-started/directory-structure/
FOLDERS = ("archetypes", "assets", "content", "data", "i18n", "layouts", "static", "themes", "config")
# places that name the version to build with: hosts' settings, set-up steps of pipelines
VERSIONS: tuple[tuple[str, str], ...] = (
    ("netlify.toml", r"HUGO_VERSION\s*=\s*[\"']v?(\d+\.\d+(?:\.\d+)?)"),
    (".tool-versions", r"(?m)^hugo\s+(?:extended_)?v?(\d+\.\d+(?:\.\d+)?)"),
    (".hugo-version", r"^\s*v?(\d+\.\d+(?:\.\d+)?)"),
    ("mise.toml", r"(?m)^\"?hugo(?:-extended)?\"?\s*=\s*[\"'](?:extended_)?v?(\d+\.\d+(?:\.\d+)?)"),
)
PIPELINES = ".github/workflows/*.{yml,yaml}"
IN_PIPELINES = r"(?:hugo-version|HUGO_VERSION)\s*:\s*[\"']?v?(\d+\.\d+(?:\.\d+)?)"
EXTENDED = r"(?m)^\s*extended:\s*true|hugo_extended|HUGO_EXTENDED|extended_\d"


def detect(repo: Repo) -> Iterator[Candidate]:
    """Folders with Hugo's settings and content; the example sites of themes are none."""
    for path in repo.glob(f"**/{{{','.join((*OWN_CONFIGS, *CONFIGS))}}}"):
        directory = path.removesuffix(_name(path)).rstrip("/") or "."
        if {"exampleSite", "themes", "testdata"}.isdisjoint(directory.split("/")) and _is_site(repo, directory, path):
            yield Candidate(id, directory, repo.source(path, r"(?i)baseurl"), 2)


def facts(scope: Scope) -> Iterator[Fact]:
    config = _config(scope)
    if config is None:
        return
    place = scope.source(config, r"(?i)baseurl")
    yield from served(place, "pages that Hugo makes")
    versions = tuple(_versions(scope))
    yield Fact(f.FRAMEWORK, Framework("hugo", versions[0][0] if versions else None), place, Origin.CONFIG, Confidence.DECLARED)
    yield Fact(f.BUILD_TOOL, "hugo", place, Origin.MANIFEST, Confidence.DECLARED, "Hugo's settings")
    for version, source in versions:
        yield Fact(f.BUILD_TOOL_VERSION, version, source, Origin.VERSION_FILE, Confidence.DECLARED, "the version that builds it")
        break
    yield Fact(f.BUILD, "hugo --minify", place, Origin.MANIFEST, Confidence.DEFAULT, "how Hugo is run")
    reason = _no_image(scope)
    if reason:
        yield Fact(f.NO_IMAGE, reason[0], reason[1], Origin.LAYOUT, Confidence.DECLARED)


def toolchain(service: Service, pins: Pins) -> Toolchain:
    """The generator at the version that the repository names, else at the pinned one; the newest Go compiles it."""
    return Toolchain("hugo", pins.versions("golang")[0], package_manager="hugo", package_manager_version=_version(service, pins))


def image(service: Service, scope: Scope, road: Road, pins: Pins) -> ImageRecipe | None:
    go = pins.image("golang", r"\d+\.\d+\.\d+(?:-bookworm|-trixie)?\Z")
    if go is None or _no_image(scope) or not service.commands.build:
        return None
    folders = [name for name in FOLDERS if any(path.startswith(f"{name}/") for path in scope.files)]
    names = [name for name in (*OWN_CONFIGS, *CONFIGS, "go.mod", "go.sum") if scope.has(name) and "/" not in name]
    extended = _is_extended(scope)
    settings = {
        "CGO_ENABLED": str(int(extended)),
        "GOTOOLCHAIN": "local",
        "GOBIN": "/usr/local/bin",
        **({"GOPROXY": road.indexes["go"]} if "go" in road.indexes else {}),
    }
    values: dict[str, Any] = {
        "settings": tuple(settings.items()),
        "generator": install(_version(service, pins), extended=extended),
        "copies": ((*names, "./"), *((f"{name}/", f"./{name}/") for name in folders)),
        "build": service.commands.build,
        "pages": (f"/src/{_publish_folder(scope)}", "/usr/share/nginx/html"),
    }
    return recipe(service, TEMPLATE, values, (*names, *folders), pins, build=go.reference)


def install(version: str, *, extended: bool = False) -> str:
    """The command that puts Hugo on a machine with Go; the module's checksum is Go's own to verify."""
    return f"go install{' -tags extended' if extended else ''} {MODULE}@v{version}"


def _name(path: str) -> str:
    """The settings file relative to the site's folder."""
    base = path.rpartition("/")[2]
    return f"config/_default/{base}" if path.endswith(f"config/_default/{base}") else base


def _is_site(repo: Repo, directory: str, config: str) -> bool:
    own = repo.under(inside(directory, "content")) and not repo.has(inside(directory, "theme.toml"))
    if not own:
        return False
    return _name(config) in OWN_CONFIGS or bool(compiled(r"(?im)^\s*[\"']?baseurl[\"']?\s*[:=]").search(repo.text(config) or ""))


def _config(scope: Scope) -> str | None:
    return first_of(scope.repo, scope.directory, (*OWN_CONFIGS, *CONFIGS))


def _settings(scope: Scope) -> dict[str, Any]:
    """The parsed settings; empty when they cannot be read."""
    name = _config(scope) or ""
    try:
        data = scope.toml(name) if name.endswith(".toml") else scope.json(name) if name.endswith(".json") else scope.yaml(name)
    except InputError:
        return {}
    return {str(key).lower(): value for key, value in data.items()} if isinstance(data, dict) else {}


def _publish_folder(scope: Scope) -> str:
    folder = _settings(scope).get("publishdir")
    return folder.strip("./") if isinstance(folder, str) and compiled(r"^(?:\./)?[\w-]+(?:/[\w-]+)*/?$").match(folder) else "public"


def _versions(scope: Scope) -> Iterator[tuple[str, Source]]:
    for name, pattern in VERSIONS:
        for place in dict.fromkeys((scope.path(name), name)):
            found = compiled(pattern).search(scope.repo.text(place) or "")
            if found:
                yield found.group(1), scope.repo.source(place, compiled(r"\.").sub(r"\\.", found.group(1)))
    for path in scope.repo.glob(PIPELINES):
        found = compiled(IN_PIPELINES).search(scope.repo.text(path) or "")
        if found and not path.rpartition("/")[2].startswith("cdgen-"):
            yield found.group(1), scope.repo.source(path, IN_PIPELINES)


def _version(service: Service, pins: Pins) -> str:
    decision = service.provenance.get(f.BUILD_TOOL_VERSION.name)
    stated = str(decision.value) if decision and decision.value else pins.tool("hugo")["version"]
    return stated if stated.count(".") == 2 else f"{stated}.0"


def _is_extended(scope: Scope) -> bool:
    """Whether style sheets are compiled by the C++ library of the extended edition, or the repository asks for that edition."""
    if any(path.endswith((".scss", ".sass")) and not path.startswith("node_modules/") for path in scope.files):
        return True
    texts = (scope.repo.text(path) or "" for path in (*scope.repo.glob(PIPELINES), "netlify.toml", ".tool-versions"))
    return any(compiled(EXTENDED).search(text) for text in texts)


def _no_image(scope: Scope) -> tuple[str, Source] | None:
    """Why no image can be described: what the build needs and the repository does not hold."""
    if scope.repo.has(".gitmodules") and (line := scope.repo.find_line(".gitmodules", r"path\s*=\s*(?:\S+/)?themes/")):
        return "no image: its theme is a git submodule, which the repository does not hold", Source(".gitmodules", line)
    if scope.has("package.json") and compiled(r'"(?:dependencies|devDependencies)"\s*:').search(scope.text("package.json") or ""):
        return "no image: its build needs packages of npm beside Hugo", scope.source("package.json")
    return None
