"""Language, framework, kind and protocol."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from cdgen.detectors.purpose import LEAST_PAGES
from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Framework, Origin
from cdgen.repo.patterns import compiled
from cdgen.stacks.node.known import BUNDLERS, CONSUMERS, DEVICES, GRPC, KNOWN, LOAD, WRITTEN, Known
from cdgen.stacks.node.package import Package, strings
from cdgen.stacks.node.sources import Sources


def language_facts(package: Package, sources: Sources) -> Iterator[Fact]:
    """TypeScript when its sources are; a compiler that only checks JavaScript does not make it so."""
    scope = package.scope
    config = next((path for path in ("tsconfig.json", "tsconfig.app.json", "tsconfig.base.json") if scope.has(path)), None)
    compiler = "typescript" in package.every_dependency
    plain = len(sources.files) - sources.typed
    component = any(compiled(r"<script[^>]*lang=[\"']ts").search(text) for _, text in _components(sources))
    if sources.typed and (config or compiler or sources.typed > plain) or ((config or compiler) and component):
        source = scope.source(config) if config else package.source("typescript" if compiler else None)
        yield Fact(f.LANGUAGE, "typescript", source, Origin.MANIFEST, Confidence.DECLARED, config or "TypeScript sources")
    elif (config or compiler) and not sources.files:
        source = scope.source(config) if config else package.source("typescript")
        yield Fact(f.LANGUAGE, "typescript", source, Origin.MANIFEST, Confidence.INFERRED, config or "depends on typescript")
    else:
        yield Fact(f.LANGUAGE, "javascript", package.source(), Origin.MANIFEST, Confidence.DECLARED, "package.json")


def _components(sources: Sources) -> Iterator[tuple[str, str]]:
    for path in sources.files:
        if path.endswith((".vue", ".svelte", ".astro")):
            yield path, sources.scope.text(path) or ""


def frameworks(package: Package, sources: Sources) -> tuple[Known, ...]:
    """The frameworks of a service, the one that shapes it first. A server that only tests use is none."""
    used = [known for known in KNOWN if _counts(known, package, sources)]
    if any(known.name == "angular" for known in used) and package.scope.has("angular.json"):
        used.sort(key=lambda known: known.name != "angular")
    return tuple(used)


def _counts(known: Known, package: Package, sources: Sources) -> bool:
    if not package.own:
        # an Nx application shares one manifest with others: only what it imports is its own
        return known.package in package.every_dependency and known.package in sources.imports
    if known.package in package.dependencies:
        return True
    return known.package in package.every_dependency and (known.dev or known.package in sources.imports)


def framework_facts(package: Package, used: tuple[Known, ...]) -> Iterator[Fact]:
    for place, known in enumerate(used):
        version = package.every_dependency.get(known.package)
        sure = Confidence.INFERRED if place == 0 else Confidence.DEFAULT
        value = Framework(known.name, catalogued(package, known.package, version))
        yield Fact(f.FRAMEWORK, value, package.source(known.package), Origin.MANIFEST, sure, f"depends on {known.package}")


def catalogued(package: Package, name: str, version: str | None) -> str | None:
    """A version that stands in the catalogue of a pnpm workspace; None for one that is not a version (`workspace:*`, a path)."""
    if version is None or not version.startswith("catalog:"):
        return None if version is None or ":" in version else version
    path = package.root_path("pnpm-workspace.yaml")
    data = package.scope.repo.yaml(path) or {}
    group = version.partition(":")[2]
    table = data.get("catalog") if group in ("", "default") else (data.get("catalogs") or {}).get(group)
    return strings(table).get(name)


def kind_facts(package: Package, sources: Sources, used: tuple[Known, ...], listens: bool) -> Iterator[Fact]:
    """What the folder is. Silence means that nothing here says so."""
    start = package.scripts.get("start", "")
    source = package.source()
    device = next((name for name in DEVICES if name in package.every_dependency), None)
    if device:
        yield Fact(f.KIND, "app", package.source(device), Origin.MANIFEST, Confidence.INFERRED, f"{device}: it runs on a device")
    elif written := _is_documentation(package):
        note = f"{written} in a folder of documentation"
        yield Fact(f.KIND, "documentation-site", package.source(written), Origin.MANIFEST, Confidence.INFERRED, note)
    elif is_static(package, used, listens):
        yield Fact(f.KIND, "static-site", source, Origin.MANIFEST, Confidence.INFERRED, "pages that a web server serves as files")
    elif listens or _serves(used, start, sources):
        yield Fact(f.KIND, "service", source, Origin.CODE, Confidence.INFERRED, "it listens")
    elif LOAD & (package.dependencies or package.every_dependency).keys():
        yield Fact(f.KIND, "load-generator", source, Origin.MANIFEST, Confidence.INFERRED, "its dependencies create load")
    elif package.data.get("bin") and package.own:
        yield Fact(f.KIND, "cli", package.source("bin"), Origin.MANIFEST, Confidence.INFERRED, "package.json has a bin")
    elif _consumes(package, sources, used, start):
        name = sorted(CONSUMERS & sources.imports)[0]
        yield Fact(f.KIND, "worker", package.source(name), Origin.CODE, Confidence.INFERRED, f"it takes work from {name}")
    elif _is_library(package, start):
        yield Fact(f.KIND, "library", source, Origin.MANIFEST, Confidence.INFERRED, "it exports, and starts nothing")


def _is_documentation(package: Package) -> str | None:
    """The package that makes pages of documentation, where folder, name or a folder `docs` of pages say that they are about
    something else. With an image of its own it is run like a service."""
    place = package.scope.repo.name if package.scope.directory == "." else package.scope.directory.rpartition("/")[2]
    names = (place, package.text("name").rpartition("/")[2])
    about = any(compiled(r"(?i)(?:^|[-_.])(?:docs?|documentation|handbook|wiki)(?:$|[-_.])").search(name) for name in names)
    pages = package.scope.glob("docs/**/*.{md,mdx}")
    about = about or (len(pages) >= LEAST_PAGES and not package.scope.has("Dockerfile"))
    return next((name for name in sorted(WRITTEN & package.every_dependency.keys()) if about), None)


def _consumes(package: Package, sources: Sources, used: tuple[Known, ...], start: str) -> bool:
    """Whether it waits for work; a server framework that is there for another part of the repository leaves that open."""
    servers = [known for known in used if known.role == "server"]
    foreign = bool(servers) and not any(known.package in sources.imports for known in servers)
    return bool(CONSUMERS & sources.imports) and bool(start or package.text("main")) and not foreign


def _serves(used: tuple[Known, ...], start: str, sources: Sources) -> bool:
    first = used[0] if used else None
    if first is None:
        return False
    own_command = bool(compiled(rf"\b{re.escape(first.package.rpartition('/')[2])} start\b").search(start))
    return first.role == "full" or own_command or (first.package in sources.imports and bool(start))


def is_static(package: Package, used: tuple[Known, ...], listens: bool) -> bool:
    """Whether the build leaves files for a web server and no program."""
    if listens or not used or any(known.role == "server" for known in used):
        return False
    first, start = used[0], package.scripts.get("start", "")
    if compiled(r"(?:^|&&\s*)(?:cross-env\s+)?(?:\w+=\S+\s+)*(?:node|pm2-runtime|serve-handler)\s").search(start):
        return False
    if first.role == "static":
        return True
    if first.role == "full":
        return _exports_files(package, first)
    builds = "build" in package.scripts or bool(package.project)
    return builds and bool(BUNDLERS & package.every_dependency.keys()) and not _is_component_library(package)


def _is_component_library(package: Package) -> bool:
    """A bundler also builds libraries: those export, and have no page."""
    exports = any(package.data.get(key) for key in ("exports", "module", "types"))
    pages = package.scope.has("index.html") or package.scope.has("public/index.html") or package.scope.has("src/index.html")
    return exports and not pages


def _exports_files(package: Package, known: Known) -> bool:
    """A full framework told to write files: Next `output: 'export'`, SvelteKit's static adapter, Astro without an adapter."""
    scope, every = package.scope, package.every_dependency
    if known.name == "nextjs":
        configs = scope.glob("next.config.{js,mjs,ts,cjs}")
        return any(compiled(r"(?m)^[^/\n]*output\s*:\s*[\"']export[\"']").search(scope.text(path) or "") for path in configs)
    if known.name == "sveltekit":
        return "@sveltejs/adapter-static" in every
    if known.name == "astro":
        return not any(name.startswith("@astrojs/") and name[9:] in ("node", "vercel", "netlify", "cloudflare") for name in every)
    return False


def _is_library(package: Package, start: str) -> bool:
    if start or not package.own or "Dockerfile" in package.scope.files:
        return False
    exports = any(package.data.get(key) for key in ("main", "module", "exports", "types", "files", "publishConfig"))
    private = package.data.get("private") is True and not package.is_member
    return exports and not private and not is_program(package, package.text("main").removeprefix("./"))


def is_program(package: Package, name: str) -> bool:
    """Whether a JavaScript file is started and not imported: by its name, or because it exports nothing."""
    if not name.endswith((".js", ".mjs", ".cjs")) or not package.scope.has(name):
        return False
    if compiled(r"(?:^|/)(?:server|app|start|worker)\.[cm]?js$").search(name):
        return True
    text = package.scope.text(name) or ""
    return ".listen(" in text or not compiled(r"(?m)\bmodule\.exports\b|\bexports\.\w+\s*=|^\s*export\s").search(text)


def protocol_facts(package: Package, sources: Sources, used: tuple[Known, ...], listens: bool) -> Iterator[Fact]:
    """grpc when the code makes a gRPC server; http when it listens otherwise or its framework serves pages."""
    names = GRPC & (package.dependencies.keys() | sources.imports)
    server = r"new\s+[\w.]*\bServer\s*\(|\.addService\s*\(|\bcreateServer\s*\(|Transport\.GRPC"
    if names:
        hit = next(sources.search(server, "addService", "Transport.GRPC", "grpc.Server"), None)
        if (
            hit
            and "bindAsync" in hit.text + "".join(text for _, text in sources.having("bindAsync"))
            or hit
            and "GRPC" in hit.found.group(0)
        ):
            yield Fact(
                f.PROTOCOL, "grpc", package.scope.line(hit.path, hit.line), Origin.CODE, Confidence.DECLARED, "a gRPC server"
            )
            return
    served: Mapping[str, str] = {"full": "pages and their server", "static": "pages", "site": "pages"}
    if listens or (used and used[0].role == "server" and _serves(used, package.scripts.get("start", ""), sources)):
        yield Fact(f.PROTOCOL, "http", package.source(), Origin.CODE, Confidence.INFERRED, "it listens for HTTP")
    elif used and (used[0].role == "full" or is_static(package, used, listens)):
        note = served[used[0].role]
        yield Fact(f.PROTOCOL, "http", package.source(used[0].package), Origin.MANIFEST, Confidence.INFERRED, note)
