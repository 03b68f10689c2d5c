"""Whose lockfile counts: the workspace that a folder belongs to, and the package managers that may claim it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from cdgen.errors import InputError
from cdgen.repo import Repo, Scope
from cdgen.repo.patterns import compiled
from cdgen.stacks.node.package import Package, join, manifest, parent, readable_manifest, strings

# lockfile -> tool; `npm-shrinkwrap.json` is the published form of package-lock.json
LOCKFILES: Mapping[str, str] = {
    "package-lock.json": "npm",
    "npm-shrinkwrap.json": "npm",
    "pnpm-lock.yaml": "pnpm",
    "yarn.lock": "yarn",
    "bun.lock": "bun",
    "bun.lockb": "bun",
}


class Claim(NamedTuple):
    """A package manager's claim on a folder: `lockfile` is a repository path, None when only the manifest speaks for it."""

    stack: str  # npm, pnpm, yarn, yarn-berry, bun
    lockfile: str | None
    declared: bool  # named by `packageManager`


def tool_of(stack: str) -> str:
    """yarn 1 and yarn berry are two stacks and one tool."""
    return stack.partition("-")[0]


def claims_on(repo: Repo, directory: str) -> tuple[Claim, ...]:
    """The package managers that may claim a folder, in alphabetic order; npm alone when nothing says otherwise."""
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
    if len(found) > 1 and "bun" in found and named != "bun" and not _runs_bun(repo, directory):
        del found["bun"]  # Bun also installs from the lockfile of another manager and leaves one of its own beside it
    if named and not any(tool_of(stack) == tool_of(named) for stack in found):
        found[named] = Claim(named, None, True)
    if not found:
        fallback = "pnpm" if repo.has(join(root, "pnpm-workspace.yaml")) else "npm"
        if repo.has(join(root, ".yarnrc.yml")):
            fallback = "yarn-berry"
        if _runs_bun(repo, directory):
            fallback = "bun"
        found[fallback] = Claim(fallback, None, False)
    return tuple(found[stack] for stack in sorted(found))


def _declared(repo: Repo, directory: str) -> str | None:
    """The stack that `packageManager` (read by corepack and the managers themselves) or `devEngines` names."""
    data = readable_manifest(repo, directory) or {}
    name, version = declared_manager(data)
    if name == "yarn":
        return "yarn" if version.startswith(("1.", "0.")) or version == "1" else "yarn-berry"
    return name if name in ("npm", "pnpm", "bun") else None


def _runs_bun(repo: Repo, directory: str) -> bool:
    data = readable_manifest(repo, directory) or {}
    if {"@types/bun", "bun-types"} & strings(data.get("devDependencies")).keys():
        return True
    return any(compiled(r"(?:^|&&\s*|\s)bunx?\s").search(body) for body in strings(data.get("scripts")).values())


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
        if is_member(repo, place, directory):
            return place
    return directory


def is_member(repo: Repo, root: str, directory: str) -> bool:
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
