"""Which folders are packages, which only join others, and whose lockfile counts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from cdgen.errors import InputError
from cdgen.repo import Repo, Scope
from cdgen.repo.snapshot import compiled
from cdgen.stacks.base import Candidate
from cdgen.stacks.node.package import Package, is_template, join, manifest, parent, readable_manifest, strings

# lockfile -> tool; `npm-shrinkwrap.json` is the published form of package-lock.json
LOCKFILES: Mapping[str, str] = {
    "package-lock.json": "npm",
    "npm-shrinkwrap.json": "npm",
    "pnpm-lock.yaml": "pnpm",
    "yarn.lock": "yarn",
}
OTHER_RUNTIMES = ("bun.lockb", "bun.lock", "deno.lock")
# manifests of other languages: beside them a package.json without a server is their tooling or their web assets
OTHER_MANIFESTS = (
    "go.mod",
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
    "pyproject.toml",
    "requirements.txt",
    "setup.py",
    "Pipfile",
    "manage.py",
    "composer.json",
    "Gemfile",
    "Cargo.toml",
    "mix.exs",
    "pubspec.yaml",
    "build.sbt",
    "Package.swift",
)
# a start script that runs a server process of its own
RUNS = (
    r"^(?:cross-env\s+)?(?:[A-Z_]+=\S+\s+)*"
    r"(?:node|nodemon|tsx|ts-node|ts-node-dev|babel-node|next|nuxt|nest|fastify|remix-serve|react-router-serve)\b"
)


class Claim(NamedTuple):
    """A package manager's claim on a folder: `lockfile` is a repository path, None when only the manifest speaks for it."""

    stack: str  # npm, pnpm, yarn, yarn-berry
    lockfile: str | None
    declared: bool  # named by `packageManager`


def tool_of(stack: str) -> str:
    """yarn 1 and yarn berry are two stacks and one tool."""
    return stack.partition("-")[0]


@lru_cache(maxsize=1)
def survey(repo: Repo) -> tuple[Candidate, ...]:
    """Every claim of every package manager; kept, because each of them asks."""
    return tuple(candidate for directory in _packages(repo) for candidate in _candidates(repo, directory))


def _candidates(repo: Repo, directory: str) -> Iterator[Candidate]:
    claims = claims_on(repo, directory)
    joins = _only_joins(repo, directory)
    file = "package.json" if repo.has(join(directory, "package.json")) else "project.json"
    for claim in claims:
        source = repo.source(claim.lockfile or join(directory, file))
        yield Candidate(claim.stack, directory, source, _strength(repo, directory, claim, claims), joins)


def _packages(repo: Repo) -> Iterator[str]:
    """Folders with a package.json that is somebody's, and Nx applications that have none."""
    manifests = tuple(path for path in repo.files if path.endswith("package.json") and path.rpartition("/")[2] == "package.json")
    for path in manifests:
        if _is_package(repo, parent(path)):
            yield parent(path)
    if not any(path.rpartition("/")[2] == "nx.json" for path in repo.files):
        return
    known = frozenset(manifests)
    for path in repo.glob("**/project.json"):
        directory = parent(path)
        if join(directory, "package.json") not in known and _is_nx_application(repo, directory):
            yield directory


def _is_package(repo: Repo, directory: str) -> bool:
    """Whether a manifest is of a package: not a marker (`{"type": "module"}`), a template, or only the tooling of other code."""
    if is_template(repo, directory):
        return False
    data = readable_manifest(repo, directory)
    if data is None:
        # a broken manifest of a folder that is clearly a package is reported when its facts are read
        return directory == "." or any(repo.has(join(directory, name)) for name in LOCKFILES)
    if _is_other_runtime(repo, directory, data):
        return False
    scripts = strings(data.get("scripts"))
    if any(data.get(key) for key in ("dependencies", "workspaces", "bin", "main", "exports", "module")) or "start" in scripts:
        return True
    return bool({"build", "test", "dev"} & scripts.keys()) or _has_sources(repo, directory)


def _is_other_runtime(repo: Repo, directory: str, data: Mapping[str, Any]) -> bool:
    """Bun and Deno read package.json too; without a lockfile of a Node package manager it is theirs."""
    if str(data.get("packageManager", "")).startswith(("bun@", "deno@")):
        return True
    locked = any(repo.has(join(directory, name)) for name in LOCKFILES)
    return not locked and any(repo.has(join(directory, name)) for name in OTHER_RUNTIMES)


def _has_sources(repo: Repo, directory: str) -> bool:
    match = compiled(r"(?!.*(?:\.config|rc)\.[cm]?[jt]s$)[^.].*\.(?:[cm]?[jt]s|[jt]sx|vue|svelte)$").match
    cut = 0 if directory == "." else len(directory) + 1
    own = (path[cut:] for path in repo.under(directory))
    return any(match(path) for path in own if path.count("/") <= 2)


def _is_nx_application(repo: Repo, directory: str) -> bool:
    try:
        data = repo.json(join(directory, "project.json"))
    except InputError:
        return False
    if not isinstance(data, dict) or "targets" not in data or data.get("projectType") != "application":
        return False
    if directory.endswith("-e2e") or "build" not in (data.get("targets") or {}):
        return False
    return workspace_root(repo, directory) != directory


def _strength(repo: Repo, directory: str, own: Claim, claims: tuple[Claim, ...]) -> int:
    if not _serves(repo, directory) and any(repo.has(join(directory, name)) for name in OTHER_MANIFESTS):
        return 1
    if own.lockfile is None:
        return 3 if own.declared and len(claims) > 1 else 2
    return 2 if any(claim.declared for claim in claims) and not own.declared else 3


def _serves(repo: Repo, directory: str) -> bool:
    """Whether the manifest starts a Node process by itself, so that it is more than another language's assets."""
    data = readable_manifest(repo, directory) or {}
    return bool(compiled(RUNS).match(strings(data.get("scripts")).get("start", "")))


def _only_joins(repo: Repo, directory: str) -> bool:
    """A workspace root without a program of its own."""
    data = readable_manifest(repo, directory) or {}
    if _serves(repo, directory):
        return False
    if any(_is_member(repo, directory, parent(path)) for path in repo.glob("**/package.json", directory)):
        return True
    nx = repo.has(join(directory, "nx.json")) and not repo.has(join(directory, "project.json"))
    return (nx or bool(data.get("workspaces"))) and bool(repo.glob("{apps,packages,services,libs}/**/p*.json", directory))


def claims_on(repo: Repo, directory: str) -> tuple[Claim, ...]:
    """The package managers that may claim a folder, in the order npm, pnpm, yarn; npm alone when nothing says otherwise."""
    root = workspace_root(repo, directory)
    named = _declared(repo, directory) or _declared(repo, root)
    found: dict[str, Claim] = {}
    for place in dict.fromkeys((directory, root)):
        for name, tool in LOCKFILES.items():
            path = join(place, name)
            if repo.has(path) and not any(tool_of(stack) == tool for stack in found):
                stack = yarn_of(repo, place) if tool == "yarn" else tool
                found[stack] = Claim(stack, path, tool_of(named or "") == tool)
        if found:
            break
    if named and not any(tool_of(stack) == tool_of(named) for stack in found):
        found[named] = Claim(named, None, True)
    if not found:
        fallback = "pnpm" if repo.has(join(root, "pnpm-workspace.yaml")) else "npm"
        if repo.has(join(root, ".yarnrc.yml")):
            fallback = "yarn-berry"
        found[fallback] = Claim(fallback, None, False)
    return tuple(found[stack] for stack in sorted(found))


def _declared(repo: Repo, directory: str) -> str | None:
    """The stack that `packageManager` (read by corepack and the managers themselves) or `devEngines` names."""
    data = readable_manifest(repo, directory) or {}
    name, version = declared_manager(data)
    if name == "yarn":
        return "yarn" if version.startswith(("1.", "0.")) or version == "1" else "yarn-berry"
    return name if name in ("npm", "pnpm") else None


def declared_manager(data: Mapping[str, Any]) -> tuple[str, str]:
    """`packageManager: pnpm@9.5.0+sha512...` as (pnpm, 9.5.0); ("", "") without one."""
    text = data.get("packageManager")
    if isinstance(text, str) and "@" in text[1:]:
        name, _, version = text.partition("@")
        return name, version.partition("+")[0]
    engines = data.get("devEngines")
    entry = engines.get("packageManager") if isinstance(engines, dict) else None
    if isinstance(entry, dict):
        return str(entry.get("name", "")), str(entry.get("version", ""))
    return "", ""


def yarn_of(repo: Repo, directory: str) -> str:
    """Berry writes `__metadata:` into its lockfile, yarn 1 a comment with its version."""
    head = (repo.text(join(directory, "yarn.lock")) or "")[:600]
    if "__metadata:" in head:
        return "yarn-berry"
    return "yarn-berry" if "yarn lockfile v1" not in head and repo.has(join(directory, ".yarnrc.yml")) else "yarn"


def workspace_root(repo: Repo, directory: str) -> str:
    """The nearest folder above that names this one a member; the folder itself when there is none."""
    place = directory
    while place != ".":
        place = parent(place)
        if _is_member(repo, place, directory):
            return place
    return directory


def _is_member(repo: Repo, root: str, directory: str) -> bool:
    if root == directory or not (directory.startswith(f"{root}/") or root == "."):
        return False
    relative = directory if root == "." else directory[len(root) + 1 :]
    if repo.has(join(root, "nx.json")) and repo.has(join(directory, "project.json")):
        return True
    patterns = member_patterns(repo, root)
    return any(_matches(pattern, relative) for pattern in patterns if not pattern.startswith("!")) and not any(
        _matches(pattern[1:], relative) for pattern in patterns if pattern.startswith("!")
    )


def member_patterns(repo: Repo, root: str) -> tuple[str, ...]:
    """The globs of a workspace's members as its root states them; lerna.json counts where no package manager joins them."""
    if repo.has(join(root, "pnpm-workspace.yaml")):
        return _listed(_quiet(repo.yaml, join(root, "pnpm-workspace.yaml")), "packages")
    data = readable_manifest(repo, root) or {}
    joined = data.get("workspaces")
    return (
        _listed(data, "workspaces")
        or _listed(joined, "packages")
        or _listed(_quiet(repo.json, join(root, "lerna.json")), "packages")
    )


def _listed(data: Any, key: str) -> tuple[str, ...]:
    entries = data.get(key) if isinstance(data, dict) else None
    return tuple(str(entry) for entry in entries) if isinstance(entries, list) else ()


def _quiet(read: Callable[[str], Any], path: str) -> Any:
    try:
        return read(path)
    except InputError:
        return None


def _matches(pattern: str, relative: str) -> bool:
    pattern = pattern.removeprefix("./").rstrip("/")
    text = re.escape(pattern).replace(r"\*\*/", "(?:.*/)?").replace(r"\*\*", ".+").replace(r"\*", "[^/]+")
    return bool(compiled(text + r"\Z").match(relative))


def read_package(scope: Scope) -> Package:
    """The manifest of a service. Raises InputError with the line when its package.json is broken."""
    repo, directory = scope.repo, scope.directory
    root = workspace_root(repo, directory)
    project = scope.json("project.json") if scope.has("project.json") else None
    nx = project if isinstance(project, dict) and "targets" in project else None
    if scope.has("package.json"):
        claims = claims_on(repo, directory)
        local = any(claim.lockfile and parent(claim.lockfile) == directory for claim in claims)
        return Package(scope, scope.path("package.json"), manifest(repo, directory) or {}, directory if local else root, True, nx)
    return Package(scope, join(root, "package.json"), manifest(repo, root) or {}, root, False, nx)
