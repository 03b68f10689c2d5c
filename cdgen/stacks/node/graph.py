"""What a package builds with: other packages of the repository, and how many come from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source
from cdgen.repo import Repo
from cdgen.repo.patterns import compiled
from cdgen.stacks.node.contents import members
from cdgen.stacks.node.package import Package, join, parent, readable_manifest, relaxed, strings
from cdgen.stacks.node.trees import Trees

PARTS = ("dependencies", "optionalDependencies", "peerDependencies", "devDependencies")
LOCAL = r"^(?:workspace|file|link|portal):"
SETTINGS = ("tsconfig.base.json", "tsconfig.json")


def graph_facts(package: Package, trees: Trees) -> Iterator[Fact]:
    """Each folder once, with the line that names it."""
    yield from _count(package)
    seen: set[str] = {package.scope.directory}
    for folder, source, note in (*_by_name(package), *_by_path(package), *_by_alias(package, trees), *_implicit(package)):
        if folder not in seen and _stands(package.scope.repo, folder):
            seen.add(folder)
            yield Fact(f.DEPENDS_ON, folder, source, Origin.MANIFEST, Confidence.DECLARED, note)


def _count(package: Package) -> Iterator[Fact]:
    if package.own:
        value = len([text for text in package.dependencies.values() if not compiled(LOCAL).match(text)])
        yield Fact(f.DEPENDENCIES, value, package.source("dependencies"), Origin.MANIFEST, Confidence.DECLARED, "package.json")


def _by_name(package: Package) -> Iterator[tuple[str, Source, str]]:
    """Packages of the same workspace: `workspace:*`, or the version of one that is there."""
    if not package.is_member or not package.own:
        return
    named = {}
    for place in members(package):
        folder = join(package.root, place)
        named[str((readable_manifest(package.scope.repo, folder) or {}).get("name") or "")] = folder
    for part in PARTS:
        for name in strings(package.data.get(part)):
            if name in named:
                yield named[name], package.source(name), f"{part} on {name}"


def _by_path(package: Package) -> Iterator[tuple[str, Source, str]]:
    """`file:../shared`, `link:../shared`."""
    for part in PARTS if package.own else ():
        for name, text in strings(package.data.get(part)).items():
            found = compiled(r"^(?:file|link|portal):(\.\.?/.*)$").match(text)
            folder = _inside(package.scope.directory, found.group(1)) if found else None
            if folder:
                yield folder, package.source(name), f"{part} on {name}"


def _by_alias(package: Package, trees: Trees) -> Iterator[tuple[str, Source, str]]:
    """Imports by the `paths` of the workspace's tsconfig, as Nx and Turborepo repositories share code without packages."""
    repo, root = package.scope.repo, package.root
    if not package.is_member:
        return
    aliases = dict(_aliases(repo, root))
    if not aliases:
        return
    for module in trees.having(*(name.rstrip("/*") for name in aliases)):
        for given in dict.fromkeys(each.target for each in module.imports.values()):
            name = next((each for each in aliases if given == each or (each.endswith("/*") and given.startswith(each[:-1]))), None)
            if name:
                path = package.scope.path(module.path)
                source = Source(path, repo.find_line(path, compiled(r"([.*+?^${}()|\[\]\\])").sub(r"\\\1", given)))
                yield aliases[name], source, f"imports {given}"


def _aliases(repo: Repo, root: str) -> Iterator[tuple[str, str]]:
    for file in SETTINGS:
        data = relaxed(repo, join(root, file))
        options = data.get("compilerOptions") if isinstance(data, dict) else None
        paths = options.get("paths") if isinstance(options, dict) else None
        for name, places in paths.items() if isinstance(paths, dict) else ():
            if isinstance(places, list) and places and (folder := _project(repo, root, str(places[0]))):
                yield str(name), folder


def _project(repo: Repo, root: str, place: str) -> str | None:
    """The nearest folder above an alias's file that is a project: `libs/data/src/index.ts` -> `libs/data`."""
    folder = _inside(root, compiled(r"/?\*$").sub("", place))
    while folder and folder not in (root, "."):
        if repo.has(join(folder, "project.json")) or repo.has(join(folder, "package.json")):
            return folder
        folder = parent(folder)
    return None


def _implicit(package: Package) -> Iterator[tuple[str, Source, str]]:
    """`implicitDependencies` of Nx and `dependsOn` of moon name projects."""
    repo = package.scope.repo
    stated = (package.project or {}).get("implicitDependencies")
    names = [str(name) for name in stated if not str(name).startswith("!")] if isinstance(stated, list) else []
    if not names:
        return
    own = package.scope.path("project.json")
    for path in repo.glob("**/project.json", package.root):
        data = relaxed(repo, path)
        name = str(data.get("name") or parent(path).rpartition("/")[2]) if isinstance(data, dict) else ""
        if name in names:
            yield parent(path), repo.source(own, f'"{name}"'), "implicitDependencies"


def _inside(directory: str, relative: str) -> str | None:
    """A relative path from a folder as a path of the repository; None for one outside of it."""
    parts = [] if directory == "." else directory.split("/")
    for part in relative.split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts) or "."


def _stands(repo: Repo, folder: str) -> bool:
    return folder != "." and bool(repo.under(folder))
