"""Which of the programs of a package, or of a workspace, is the service."""

from __future__ import annotations

from functools import lru_cache

from cdgen.repo import Repo, Scope
from cdgen.repo.patterns import compiled
from cdgen.stacks.rust import kind, libraries, listen
from cdgen.stacks.rust.manifest import Package, Target, manifest_of, members, package_of
from cdgen.stacks.rust.settings import Settings
from cdgen.stacks.rust.sources import program
from cdgen.stacks.rust.values import Values

SUPPORT = (
    r"(?i)(?:cli|ctl|client|migrat(?:e|ions?|or)|seed(?:er)?|load[-_]?(?:gen\w*|test)|healthcheck|gen\w*|mock\w*|bench\w*"
    r"|xtask|tool|openapi\w*|schema)$"
)
IMAGES = ("Dockerfile", "docker/Dockerfile", "build/Dockerfile", "Containerfile")
STARTS = r"(?m)^\s*(?:ENTRYPOINT|CMD)\s+(.+)$"
COPIES = r"(?m)^\s*COPY\s.*--from=.*?/release/([\w.-]+)"  # what the last stage takes from the one that builds
MOST_MEMBERS = 60


def choose(scope: Scope, package: Package, start: str | None = None) -> Target | None:
    """The program of the package that is the service; None when several have an equal claim.

    `default-run` says it; else the image's own start, the program that is called as the package, the only one that serves.
    """
    programs = package.programs
    if len(programs) < 2:
        return next(iter(programs), None)
    by_name = {each.name: each for each in programs}
    if package.default_run in by_name:
        return by_name[package.default_run]
    for text in (start or "", *(_started(scope.repo, path) for path in _images(scope.repo, package))):
        named = [each for word in compiled(r"[\w.-]+").findall(text) if (each := by_name.get(word))]
        if named:
            return named[0]
    main = by_name.get(package.name)
    if main is not None and main.path.endswith("main.rs"):
        return main
    rivals = [each for each in programs if not compiled(SUPPORT).search(each.name)] or list(programs)
    serving = [each for each in rivals if _serves(scope.repo, package, each)] if len(rivals) > 1 else rivals
    return serving[0] if len(serving) == 1 else main


def _images(repo: Repo, package: Package) -> tuple[str, ...]:
    homes = dict.fromkeys((package.directory, package.root))
    paths = (name if home == "." else f"{home}/{name}" for home in homes for name in IMAGES)
    return tuple(path for path in paths if repo.has(path))


def _started(repo: Repo, path: str) -> str:
    """What the last ENTRYPOINT and CMD of an image name."""
    return " ".join(compiled(STARTS).findall(repo.text(path) or "")[-2:])


def _taken(repo: Repo, path: str) -> str:
    """The programs that an image takes from its build: what a script that it starts can run."""
    return " ".join(compiled(COPIES).findall(repo.text(path) or ""))


def _serves(repo: Repo, package: Package, target: Target) -> bool:
    seen = program(repo, package, target)
    values = Values(seen, Settings(repo, package))
    grpc = next(libraries.grpc_services(seen), None)
    return kind.serves(seen, listen.listeners(seen, values), grpc.source if grpc else None) is not None


@lru_cache(maxsize=8)
def shipped(repo: Repo, folder: str) -> str | None:
    """The member of a workspace without a package whose program the image in the workspace's folder starts, if that is one."""
    data = manifest_of(repo, folder)
    if data is None or "workspace" not in data or "package" in data:
        return None
    image = next((path for name in IMAGES if repo.has(path := name if folder == "." else f"{folder}/{name}")), None)
    if image is None:
        return None
    return _member(repo, folder, _started(repo, image)) or _member(repo, folder, _taken(repo, image))


def _member(repo: Repo, folder: str, named: str) -> str | None:
    """The only member without an image of its own of which a text names a program."""
    words = set(compiled(r"[\w.-]+").findall(named))
    found = []
    for member in members(repo, folder)[:MOST_MEMBERS]:
        package = package_of(repo, member)
        own = f"{member}/Dockerfile"
        if package is not None and not repo.has(own) and any(each.name in words for each in package.programs):
            found.append(member)
    return found[0] if len(found) == 1 else None
