"""The image of a service that has no Dockerfile: which bases, which files, which commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cdgen.model.service import ImageRecipe, Service
from cdgen.repo import Scope
from cdgen.repo.patterns import compiled
from cdgen.road.pins import Pins
from cdgen.stacks.node import contents
from cdgen.stacks.node.bases import Bases, bun_bases, find_bases
from cdgen.stacks.node.building import (
    CACHES,
    in_workspace,
    install_scripts,
    installing,
    manager,
    own_modules,
    pruning,
    scripts_of,
    settings_of,
    steps_of,
)
from cdgen.stacks.node.entry import Entry, entry, outputs
from cdgen.stacks.node.frameworks import frameworks
from cdgen.stacks.node.known import Known
from cdgen.stacks.node.package import Package, join
from cdgen.stacks.node.ports import STATIC_PORT
from cdgen.stacks.node.site import site_folder
from cdgen.stacks.node.sources import Sources
from cdgen.stacks.node.starting import up
from cdgen.stacks.node.versions import version_facts
from cdgen.stacks.node.workspace import read_package

TEMPLATE, SITE_TEMPLATE = "image/node.Dockerfile.j2", "image/node-site.Dockerfile.j2"
# programs that no base image has
BROWSERS = ("puppeteer", "playwright", "playwright-chromium", "puppeteer-extra", "canvas")
WEB_SERVER = "nginxinc/nginx-unprivileged"
UID = 65532  # `nonroot` of the runtime images


def image_recipe(service: Service, scope: Scope, pins: Pins, stack: str) -> ImageRecipe | None:
    """The recipe, or None where `image_problem` says why there is none."""
    package = read_package(scope)
    sources = Sources(scope)
    used = frameworks(package, sources)
    command = service.commands.start
    stated = service.language_version if stack != "bun" else next((fact.value.text for fact in version_facts(package)), None)
    static = service.kind == "static-site"
    if image_problem(package, used, stated, command, pins, stack, static=static):
        return None
    found = entry(command, package)
    bases = _bases(package, stated, pins, stack, found)
    if bases is None:
        return None
    if static:
        return _site(service, package, used, bases, pins, stack)
    return None if isinstance(found, str) else _program(service, package, used, found, bases, stack)


def _bases(package: Package, stated: str | None, pins: Pins, stack: str, found: Entry | str) -> Bases | None:
    if stack != "bun":
        return find_bases(package, stated, pins)
    return bun_bases(package, stated, pins, "bun" if isinstance(found, str) else found.program)


def image_problem(
    package: Package, used: tuple[Known, ...], stated: str | None, command: str | None, pins: Pins, stack: str, *, static: bool
) -> str | None:
    """Why no image can be described; None when one can."""
    found = entry(command, package)
    if _bases(package, stated, pins, stack, found) is None:
        return f"no image: none is pinned for Node {stated}"
    if not package.own:
        return "no image: an Nx application without its own package.json"
    browser = next((name for name in BROWSERS if name in package.dependencies), None)
    if browser and not static:
        return f"no image: {browser} needs programs that no pinned base has"
    if static:
        return None if site_folder(package, used) else "no image: it is not known where the build puts the pages"
    if isinstance(found, str):
        return f"no image: {found}"
    if found.program == "bun" and stack != "bun":
        return "no image: bun starts it, and another package manager installs it"
    return None


def _common(service: Service, package: Package, stack: str, *, prune: bool) -> dict[str, Any]:
    """Values that both templates have: everything up to the finished build. `prune` leaves production dependencies only."""
    own = _own_folder(package)
    install = contents.manifests(package, stack)
    needed = contents.local_dependencies(package) if package.is_member else ()
    manifests = (*install, *(f"{place}/package.json" for place in contents.members(package))) if package.is_member else install
    folders = contents.folders(package, stack)
    entries = contents.entries(package.scope, ("package.json", *install, *folders))
    if package.is_member:
        entries = (*_root_settings(package, install), *needed, *(f"{own}/{name}" for name in entries))
    first, then = _copies((*manifests, *folders), package), _copies(entries, package)
    steps = steps_of(service)
    scripts = install_scripts(package)
    builds = tuple(in_workspace(package, stack, place) for place in needed if "build" in scripts_of(package, place))
    production = not (steps or scripts or builds)
    last = (*pruning(service, package, stack, production=production), *own_modules(package, own)) if prune else ()
    blocks = _blocks(own, builds, steps, last)
    installs: tuple[str, ...] = (installing(package, stack, production=production),)
    if (scripts or not then) and blocks and not blocks[0][0]:
        installs, blocks = (*installs, *blocks[0][1]), blocks[1:]  # nothing is copied in between: one layer
    return {
        "manager": manager(service, stack),
        "cache": CACHES[stack],
        "secrets": tuple(dict.fromkeys(registry.secret for registry in service.registries)),
        "settings": settings_of(stack),
        "first": (*first, *then) if scripts else first,
        "install": installs,
        "then": () if scripts else then,
        "directory": own,
        "workdir": "/app" if own == "." else f"/app/{own}",
        "blocks": blocks,
        "built": bool(steps),
        "port": service.port,
        "user": f"{UID}:{UID}",
        "include": tuple(dict.fromkeys((*manifests, *folders, *entries))),
    }


def _blocks(
    own: str, builds: tuple[str, ...], steps: tuple[str, ...], last: tuple[str, ...]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Commands that run together, each with the folder that is entered before, "" for the one that is current."""
    if own == ".":
        blocks: tuple[tuple[str, tuple[str, ...]], ...] = (("", (*steps, *last)),)
    elif steps:
        blocks = (("", builds), (f"/app/{own}", steps), ("/app", last))
    else:
        blocks = (("", (*builds, *last)),)
    return tuple(block for block in blocks if block[1])


def _own_folder(package: Package) -> str:
    """The service's folder relative to the build context."""
    if not package.is_member:
        return "."
    return package.scope.directory[0 if package.root == "." else len(package.root) + 1 :]


def _copies(names: tuple[str, ...], package: Package) -> tuple[tuple[str, ...], ...]:
    """Words of COPY lines: files of one folder together, folders each to their own place."""
    repo = package.scope.repo
    files: dict[str, list[str]] = {}
    folders: list[tuple[str, ...]] = []
    for name in names:
        if repo.has(join(package.root, name)):
            files.setdefault(f"./{name.rpartition('/')[0]}/" if "/" in name else "./", []).append(name)
        else:
            folders.append((name, f"./{name}"))
    return (*((*found, place) for place, found in files.items()), *folders)


def _root_settings(package: Package, install: tuple[str, ...]) -> tuple[str, ...]:
    """Files at the workspace's root that members extend: compiler and task settings."""
    scope = Scope(package.scope.repo, package.root)
    match = compiled(r"^(?:tsconfig[\w.-]*\.json|babel\.config\.\w+|turbo\.json|nx\.json|\.swcrc|\.babelrc)$").match
    return tuple(
        name for name in dict.fromkeys(path for path in scope.files if "/" not in path) if match(name) and name not in install
    )


def _program(service: Service, package: Package, used: tuple[Known, ...], found: Entry, bases: Bases, stack: str) -> ImageRecipe:
    values = _common(service, package, stack, prune=True)
    node = "/nodejs/bin/node" if bases.shell_less else bases.program
    standalone = _is_standalone(package, used)
    values |= {
        "kept": _standalone(package) if standalone else _kept(package, used, found, values),
        "environment": ({"NODE_ENV": "production"} | _listening(service, used) | dict(found.environment)).items(),
        "entrypoint": (node, "server.js") if standalone else (node, *_placed(found, package)),
    }
    return _recipe(TEMPLATE, values, bases, bases.runtime, package)


def _kept(package: Package, used: tuple[Known, ...], found: Entry, values: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """What goes into the image: dependencies first, they change least."""
    prefix = "" if values["directory"] == "." else f"{values['directory']}/"
    entries = contents.entries(
        package.scope,
        ("package.json", "package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock", "bun.lockb"),
    )
    made = outputs(found, package, used) if values["built"] or _built_by_install(package) else ()
    names = ["node_modules"] if package.dependencies else []
    if prefix:
        names += [*contents.local_dependencies(package, production=True), f"{prefix}node_modules"]
    names += [f"{prefix}{name}" for name in ("package.json", *contents.kept(package.scope, entries, found.file), *made)]
    return tuple((f"/app/{name}", f"./{name}") for name in dict.fromkeys(names))


def _placed(found: Entry, package: Package) -> tuple[str, ...]:
    """npm and yarn keep what members share at the workspace's root: a program in node_modules is started there."""
    pnpm = package.scope.repo.has(join(package.root, "pnpm-lock.yaml"))
    if not package.is_member or pnpm:
        return found.arguments
    return tuple(f"{up(package)}/{word}" if word.startswith("node_modules/") else word for word in found.arguments)


def _is_standalone(package: Package, used: tuple[Known, ...]) -> bool:
    """Next told to write a program that needs nothing else (`output` of https://nextjs.org/docs/app/api-reference/config)."""
    configs = package.scope.glob("next.config.{js,mjs,ts,cjs}") if used and used[0].name == "nextjs" else ()
    pattern = r"(?m)^[^/\n]*\boutput\s*:\s*[\"']standalone[\"']"
    return not package.is_member and any(compiled(pattern).search(package.scope.text(path) or "") for path in configs)


def _standalone(package: Package) -> tuple[tuple[str, str], ...]:
    kept = [("/app/.next/standalone", "./"), ("/app/.next/static", "./.next/static")]
    public = any(path.startswith("public/") for path in package.scope.files)
    return (*kept, ("/app/public", "./public")) if public else tuple(kept)


def _built_by_install(package: Package) -> bool:
    return any(compiled(r"\b(?:tsc|build)\b").search(package.scripts.get(name, "")) for name in ("postinstall", "prepare"))


def _listening(service: Service, used: tuple[Known, ...]) -> dict[str, str]:
    """The port where the code asks the environment for it, and an address that other machines reach."""
    reads = {variable.name for variable in service.env}
    full = bool(used) and used[0].role == "full"
    found: dict[str, str] = {}
    if service.port and ("PORT" in reads or full):
        found["PORT"] = str(service.port)
    if full and used[0].name in ("nextjs", "astro"):
        found["HOSTNAME" if used[0].name == "nextjs" else "HOST"] = "0.0.0.0"  # noqa: S104  (inside the pod)
    return found


def _site(service: Service, package: Package, used: tuple[Known, ...], bases: Bases, pins: Pins, stack: str) -> ImageRecipe | None:
    server = pins.image(WEB_SERVER, r"\d+\.\d+\.\d+-alpine[\d.]*$")
    folder = site_folder(package, used)
    if server is None or folder is None:
        return None
    values = _common(service, package, stack, prune=False)  # only the pages leave the build
    values |= {
        "site": f"{values['workdir']}/{folder}",
        "single_page": used[0].role == "site",
        "port": service.port or STATIC_PORT,
    }
    return _recipe(SITE_TEMPLATE, values, bases, server.reference, package)


def _recipe(template: str, values: dict[str, Any], bases: Bases, runtime: str, package: Package) -> ImageRecipe:
    include = values.pop("include")
    images = {"syntax": bases.syntax, "build": bases.build, "runtime": runtime}
    return ImageRecipe(template, values, images, include, UID, package.root if package.is_member else None)
