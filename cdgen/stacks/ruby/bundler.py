"""Ruby with Bundler."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin
from cdgen.model.road import Road
from cdgen.model.service import ImageRecipe, Service, Toolchain
from cdgen.repo import Repo, Scope
from cdgen.repo.patterns import compiled
from cdgen.road.pins import Pins
from cdgen.stacks.base import Candidate
from cdgen.stacks.ruby import backing, commands, environment, frameworks, gemfile, ports, routes, versions
from cdgen.stacks.ruby import image as images
from cdgen.stacks.ruby.sources import Sources

id = "bundler"  # noqa: A001
family = "ruby"
title = "Ruby with Bundler"
paved = True

# Ruby that is a tool of another project: of its mobile builds, its pages, its pull requests
OTHERS = ("package.json", "build.gradle", "build.gradle.kts", "pubspec.yaml", "Package.swift", "Cargo.toml", "go.mod")
IMAGE = r"(?mi)^\s*FROM\s+(?:--\S+\s+)*\S*\bruby:"
TOOL = r"(?:^|/)(?:fastlane|ios|android|spec|specs|test|tests|features|\.[^/]+|node_modules|Formula)/|_spec\.rb$"


def detect(repo: Repo) -> Iterator[Candidate]:
    """Every folder with a Gemfile. Without Ruby code beside it, it lists tools, often those of another language's project."""
    for name, lock in gemfile.NAMES:
        for path in repo.glob(f"**/{name}"):
            directory = path.rpartition("/")[0] or "."
            strength = 1
            if not _has_code(repo, directory):
                if any(repo.has(path[: len(path) - len(name)] + other) for other in OTHERS):
                    continue
            else:
                strength = 3 if repo.has(path[: len(path) - len(name)] + lock) else 2
            yield Candidate(id, directory, repo.source(path), strength)
    yield from _plain(repo)


def _plain(repo: Repo) -> Iterator[Candidate]:
    """Ruby without a Gemfile, when an image or a Procfile of its folder runs it."""
    places = sorted(
        {path.rpartition("/")[0] or "." for path in repo.files if path.rpartition("/")[2] in ("Dockerfile", "Procfile")}
    )
    for directory in places:
        prefix = "" if directory == "." else f"{directory}/"
        code = next((path for path in repo.glob("*.rb", directory)), None)
        if code is None or any(repo.has(prefix + name) for name, _ in gemfile.NAMES):
            continue
        image = repo.text(f"{prefix}Dockerfile") or "" if repo.has(f"{prefix}Dockerfile") else ""
        if compiled(IMAGE).search(image) or compiled(r"(?m)^\w+:.*\bruby\b").search(repo.text(f"{prefix}Procfile") or ""):
            yield Candidate(id, directory, repo.source(code), 1)


def _has_code(repo: Repo, directory: str) -> bool:
    cut = 0 if directory == "." else len(directory) + 1
    own = (path[cut:] for path in repo.under(directory))
    return any(path.endswith((".rb", ".ru", ".gemspec", "_config.yml")) and not compiled(TOOL).search(path) for path in own)


def facts(scope: Scope) -> Iterator[Fact]:
    """All that can be seen in one project."""
    gems = gemfile.read(scope)
    sources = Sources(scope)
    known = frameworks.know(gems, sources)
    yield from _identity(scope, gems)
    yield from versions.version_facts(scope, gems)
    yield from frameworks.framework_facts(gems, known, sources)
    yield from frameworks.kind_facts(gems, known, sources)
    yield from frameworks.protocol_facts(gems, known, sources)
    yield from ports.port_facts(gems, known, sources)
    yield from routes.route_facts(gems, known, sources)
    yield from commands.command_facts(gems, known, sources)
    if gems is not None:
        yield from backing.backing_facts(gems, known, sources)
        yield from backing.migration_facts(gems, sources)
        yield from images.image_facts(gems)
        yield from backing.integration_facts(sources)
    yield from environment.env_facts(sources)
    yield from environment.call_facts(sources)


def _identity(scope: Scope, gems: gemfile.Gemfile | None) -> Iterator[Fact]:
    if gems is None:
        first = next(iter(scope.glob("*.rb")), None)
        if first:
            place = scope.source(first)
            yield Fact(f.LANGUAGE, "ruby", place, Origin.LAYOUT, Confidence.DECLARED, "Ruby files")
            yield Fact(f.BUILD_TOOL, "ruby", place, Origin.LAYOUT, Confidence.INFERRED, "no Gemfile: nothing is installed")
        return
    manifest = gems.source()
    yield Fact(f.LANGUAGE, "ruby", manifest, Origin.MANIFEST, Confidence.DECLARED, gems.path)
    yield Fact(f.BUILD_TOOL, id, manifest, Origin.MANIFEST, Confidence.DECLARED, gems.path)
    if gems.lock:
        lock = scope.source(gems.lock.path)
        yield Fact(f.BUILD_TOOL, id, lock, Origin.LOCKFILE, Confidence.DECLARED, gems.lock.path)
        if gems.lock.bundler:
            yield Fact(f.BUILD_TOOL_VERSION, gems.lock.bundler, lock, Origin.LOCKFILE, Confidence.DECLARED, "BUNDLED WITH")
    count = sum(1 for gem in gems.gems.values() if gem.runs)
    yield Fact(f.DEPENDENCIES, count, manifest, Origin.MANIFEST, Confidence.DECLARED, "gems of the default group")
    yield from _local(scope, gems)


def _local(scope: Scope, gems: gemfile.Gemfile) -> Iterator[Fact]:
    """Gems of this repository: `gem "x", path: "../x"`."""
    from posixpath import normpath

    for gem in gems.gems.values():
        place = normpath(scope.path(gem.path)) if gem.path else None
        if place and not place.startswith(("..", "/")) and place != scope.directory and scope.repo.under(place):
            yield Fact(f.DEPENDS_ON, place, gems.source(gem.name), Origin.MANIFEST, Confidence.DECLARED, f"path of {gem.name}")


def toolchain(service: Service, pins: Pins) -> Toolchain:
    return versions.resolve(service, pins)


def image(service: Service, scope: Scope, road: Road, pins: Pins) -> ImageRecipe | None:  # noqa: ARG001
    gems = gemfile.read(scope)
    return images.recipe(service, gems, pins) if gems else None
