"""Which files an image is built from, and which of them it keeps: an allow-list, never the whole folder."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.repo import Scope
from cdgen.repo.patterns import compiled
from cdgen.stacks.node.package import Package, join, parent, readable_manifest, strings
from cdgen.stacks.node.workspace import LOCKFILES, workspace_root

# top-level folders and files that neither build nor run the program
LEFT_OUT = (
    r"(?i)^(?:\..*|tests?|__tests__|__mocks__|specs?|e2e|cypress|playwright|integration[_-]?tests?|docs?|examples?|coverage"
    r"|deploy(?:ment)?s?|k8s|kubernetes"
    r"|helm\w*|charts?|infra(?:structure)?|terraform|docker|node_modules|bruno|postman|logs?|tmp|\.?husky|benchmarks?|stories"
    r"|podman"
    r"|.*\.(?:md|markdown|txt|png|jpe?g|gif|svg|ico|log|bru|http|sh|bat|ps1|lock|lockb|tf|snap|tgz|zip)|readme.*|license.*"
    r"|licence.*|notice.*|changelog.*|contributing.*"
    r"|codeowners|makefile|.*\.mk|taskfile.*|justfile|procfile|dockerfile.*|.*\.dockerfile|(?:docker-)?compose.*\.ya?ml"
    r"|cloudbuild.*|skaffold.*|catalog-info.*"
    r"|jest\..*|vitest\..*|karma\.conf.*|cypress\..*|playwright\..*|eslint\..*|prettier\..*|\.?lint-?staged.*|commitlint.*"
    r"|renovate\.json5?|codecov.*|sonar-.*|biome\.jsonc?"
    r"|netlify\.toml|vercel\.json|fly\.toml|render\.ya?ml|app\.json|project\.toml|cdgen\.yaml|audit-ci\.json|wallaby.*"
    r"|nodemon\.json|feature\.env|.*\.test\.\w+|.*\.spec\.\w+)$"
)
# hidden files that a build reads
HIDDEN = frozenset(
    {
        ".babelrc",
        ".babelrc.js",
        ".babelrc.json",
        ".swcrc",
        ".browserslistrc",
        ".postcssrc",
        ".env.production",
        ".npmrc",
        ".yarnrc.yml",
        ".yarnrc",
    }
)
TOOLING = (
    r"^(?:tsconfig.*\.json|[\w.-]+\.config\.\w+|webpack\..*|rollup\..*|gulpfile.*|gruntfile.*|nest-cli\.json|\.swcrc"
    r"|\.babelrc.*|\.browserslistrc|angular\.json|\.npmrc|\.yarnrc.*|pnpm-workspace\.yaml|turbo\.json|nx\.json|lerna\.json)$"
)
NEEDED_AT_RUN = r"^(?:next|nuxt|remix|react-router)\.config\.\w+$"


def manifests(package: Package, stack: str) -> tuple[str, ...]:
    """What the install step reads, relative to the root of the workspace: manifests, lockfile, settings of the package manager."""
    repo, root = package.scope.repo, package.root
    tool = stack.partition("-")[0]
    names = ["package.json", *(name for name, owner in LOCKFILES.items() if owner == tool), ".npmrc"]
    names += {"pnpm": ["pnpm-workspace.yaml", ".pnpmfile.cjs"], "bun": ["bunfig.toml"], "yarn": [".yarnrc.yml", ".yarnrc"]}.get(
        tool, []
    )
    found = [name for name in names if repo.has(join(root, name))]
    return tuple(found)


def folders(package: Package, stack: str) -> tuple[str, ...]:
    """Folders that the install step reads: patches, and what yarn berry keeps in `.yarn`."""
    repo, root = package.scope.repo, package.root
    found = ["patches"] if any(path.startswith(join(root, "patches/")) for path in repo.under(root)) else []
    if stack == "yarn-berry":
        settings = repo.text(join(root, ".yarnrc.yml")) or ""
        lock = repo.text(join(root, "yarn.lock")) or ""
        found += [".yarn/releases"] if ".yarn/releases/" in settings else []
        found += [".yarn/plugins"] if ".yarn/plugins/" in settings else []
        found += [".yarn/patches"] if ".yarn/patches/" in lock else []
    if package.scope.has("prisma/schema.prisma") and not package.is_member:
        found.append("prisma")  # its client is generated while dependencies are installed
    return tuple(found)


def entries(scope: Scope, skip: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Top-level folders and files of a service that its build or its program reads."""
    names = dict.fromkeys(path.partition("/")[0] for path in scope.files)
    out = compiled(LEFT_OUT).match
    plain = compiled(r"[\w.@+=,%~-][\w.@+=,%~ -]*$").match  # no character that a Dockerfile reads as a pattern
    return tuple(name for name in names if name not in skip and plain(name) and (name in HIDDEN or not out(name)))


def kept(scope: Scope, names: tuple[str, ...], file: str) -> tuple[str, ...]:
    """Those that the running program needs: not what was only compiled."""
    if compiled(r"\.[cm]?ts$").search(file):
        return names  # TypeScript that is compiled while it runs
    first = file.partition("/")[0]
    tool, run = compiled(TOOLING).match, compiled(NEEDED_AT_RUN).match
    return tuple(name for name in names if name == first or (bool(run(name)) or not tool(name)) and not _compiled(scope, name))


def _compiled(scope: Scope, name: str) -> bool:
    """Whether a folder or file is TypeScript or components, of which only the build's output runs."""
    typed = compiled(r"\.(?:[cm]?ts|tsx|jsx|vue|svelte|astro)$").search
    return any(typed(path) for path in scope.files if path == name or path.startswith(f"{name}/"))


def members(package: Package) -> tuple[str, ...]:
    """Folders of the workspace's packages, relative to its root: the install step wants all their manifests."""
    repo, root = package.scope.repo, package.root
    cut = 0 if root == "." else len(root) + 1
    found = (parent(path) for path in repo.glob("**/package.json", root))
    return tuple(place[cut:] for place in found if place != root and workspace_root(repo, place) == root)


def local_dependencies(package: Package, *, production: bool = False) -> tuple[str, ...]:
    """Packages of the workspace that a member needs, dependencies first, relative to its root; without the member itself."""
    repo, root = package.scope.repo, package.root
    named: dict[str, str] = {}
    for place in members(package):
        data = readable_manifest(repo, join(root, place)) or {}
        named[str(data.get("name") or place)] = place
    found: list[str] = []
    own = package.scope.directory if root == "." else package.scope.directory[len(root) + 1 :]
    parts = ("dependencies", "optionalDependencies", "peerDependencies", *(() if production else ("devDependencies",)))
    _visit(package, own, named, found, parts)
    return tuple(place for place in found if place != own)


def _visit(package: Package, place: str, named: dict[str, str], found: list[str], parts: tuple[str, ...]) -> None:
    """Depth first; a package in `found` has been seen, also where packages need each other in a circle."""
    below = [named[name] for name in _needs(package, place, parts) if name in named and named[name] not in found]
    found.append(place)
    for other in below:
        if other not in found:
            _visit(package, other, named, found, parts)
    found.remove(place)
    found.append(place)


def _needs(package: Package, place: str, parts: tuple[str, ...]) -> Iterator[str]:
    data = readable_manifest(package.scope.repo, join(package.root, place)) or {}
    for part in parts:
        yield from strings(data.get(part))
