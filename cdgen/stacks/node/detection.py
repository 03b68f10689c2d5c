"""Which folders are packages, and which only join others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from cdgen.errors import InputError
from cdgen.repo import Repo
from cdgen.repo.patterns import compiled
from cdgen.stacks.base import Candidate
from cdgen.stacks.node.package import is_template, join, manifest, parent, readable_manifest, strings
from cdgen.stacks.node.workspace import LOCKFILES, Claim, claims_on, is_member, workspace_root

DENO = ("deno.lock", "deno.json", "deno.jsonc")
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
)
# languages that the program is surely written in when package.json starts nothing: Rails, Laravel, Phoenix keep their assets so
FULL_STACKS = ("composer.json", "Gemfile", "Cargo.toml", "mix.exs", "pubspec.yaml", "build.sbt", "Package.swift", "shard.yml")
# a start script that runs a server process of its own
RUNS = (
    r"^(?:cross-env\s+)?(?:[A-Z_]+=\S+\s+)*"
    r"(?:node|nodemon|bun|tsx|ts-node|ts-node-dev|babel-node|next|nuxt|nest|fastify|remix-serve|react-router-serve)\b"
)


NEAR = 5  # sources are never deeper below their package than this


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
    try:
        data = manifest(repo, directory)
    except InputError:
        # a broken manifest of a folder that is clearly a package is reported when its facts are read
        marks = (*LOCKFILES, "Dockerfile")
        return directory == "." or any(repo.has(join(directory, name)) for name in marks) or has_sources(repo, directory)
    if data is None:
        return False
    if _is_other_runtime(repo, directory, data):
        return False
    if _is_part(repo, directory, data) or (
        not _serves(repo, directory) and any(repo.has(join(directory, name)) for name in FULL_STACKS)
    ):
        return False
    if not any(data.get(key) for key in ("dependencies", "scripts", "main", "bin", "workspaces", "exports", "module")):
        return False  # tools for people at work
    if any(data.get(key) for key in ("workspaces", "bin", "exports", "module")):
        return True
    # scripts that only call into other folders make no package
    return _serves(repo, directory) or has_sources(repo, directory)


def _is_part(repo: Repo, directory: str, data: Mapping[str, Any]) -> bool:
    """A manifest that only gives a folder of another package a name: nothing is installed or run by it."""
    if any(data.get(key) for key in ("dependencies", "devDependencies", "peerDependencies", "scripts", "bin", "workspaces")):
        return False
    place = directory
    while place != ".":
        place = parent(place)
        if repo.has(join(place, "package.json")):
            return workspace_root(repo, directory) == directory
    return False


def _is_other_runtime(repo: Repo, directory: str, data: Mapping[str, Any]) -> bool:
    """Deno reads package.json too; without a lockfile of another package manager it is Deno's."""
    if str(data.get("packageManager", "")).startswith("deno@"):
        return True
    if not any(repo.has(join(directory, name)) for name in DENO):
        return False
    return not any(claim.lockfile or claim.declared for claim in claims_on(repo, directory))


def has_sources(repo: Repo, directory: str) -> bool:
    """Whether a folder has code of its own that is more than settings, tools and tests."""
    match = compiled(
        r"(?!(?:tools?|scripts?|tests?|e2e|docs?|examples?|hack|ci)/)(?!.*(?:\.config|rc)\.[cm]?[jt]s$)[^.].*\.(?:[cm]?[jt]s|[jt]sx|vue|svelte)$"
    ).match
    cut = 0 if directory == "." else len(directory) + 1
    under = repo.under(directory)
    # what lies in a package below, or in a folder of another language, is not this package's
    others = {"package.json", *OTHER_MANIFESTS, *FULL_STACKS}
    nested = tuple(f"{parent(path)}/" for path in under if path.rpartition("/")[2] in others and parent(path) != directory)
    return any(match(path[cut:]) for path in under if path.count("/", cut) <= NEAR and not path.startswith(nested))


def _is_nx_application(repo: Repo, directory: str) -> bool:
    try:
        data = repo.json(join(directory, "project.json"))
    except InputError:
        return False
    if not isinstance(data, dict) or "targets" not in data or data.get("projectType") != "application":
        return False
    if directory.endswith("-e2e") or "build" not in (data.get("targets") or {}):
        return False
    if any(repo.has(join(directory, name)) for name in (*OTHER_MANIFESTS, *FULL_STACKS)) or not has_sources(repo, directory):
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
    if any(is_member(repo, directory, parent(path)) for path in repo.glob("**/package.json", directory)):
        return True
    nx = repo.has(join(directory, "nx.json")) and not repo.has(join(directory, "project.json"))
    return (nx or bool(data.get("workspaces"))) and bool(repo.glob("{apps,packages,services,libs}/**/p*.json", directory))
