"""PHP with Composer."""

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
from cdgen.stacks.php import image as images
from cdgen.stacks.php import versions
from cdgen.stacks.php.base import shared_facts
from cdgen.stacks.php.project import Project, read
from cdgen.stacks.php.sources import dockerfile

id = "composer"  # noqa: A001
family = "php"
title = "PHP with Composer"
paved = True


def detect(repo: Repo) -> Iterator[Candidate]:
    """Every folder with a composer.json and PHP code; one that an image of the folder above copies belongs to that folder."""
    for path in repo.glob("**/composer.json"):
        directory = path.rpartition("/")[0] or "."
        has_code = any(each.endswith(".php") for each in repo.under(directory))
        beside = any(
            repo.has(path.removesuffix("composer.json") + name) for name in ("package.json", "Gemfile", "go.mod", "pom.xml")
        )
        if not has_code and beside:
            continue  # a package of web assets, listed for PHP too
        locked = repo.has(path.removesuffix("json") + "lock")
        yield Candidate(id, _home(repo, directory), repo.source(path), 1 if not has_code else 3 if locked else 2)


def _home(repo: Repo, directory: str) -> str:
    """The folder above, when its image is made of this one: `COPY html/ /var/www/html`."""
    if directory == ".":
        return directory
    above, _, name = directory.rpartition("/")
    own = repo.has(f"{directory}/Dockerfile") or repo.has(f"{above}/composer.json" if above else "composer.json")
    others = [path for path in repo.glob("*/composer.json", above or ".") if path != f"{directory}/composer.json"]
    if (
        own
        or others
        or not compiled(rf"(?m)^\s*(?:COPY|ADD)\s+(?:--\S+\s+)*\[?[\"']?\.?/?{name}\b").search(dockerfile(repo, above or "."))
    ):
        return directory
    return above or "."


def facts(scope: Scope) -> Iterator[Fact]:
    """All that can be seen in one project. Raises InputError when its composer.json is broken."""
    project = read(scope)
    if project is not None:
        yield from _identity(project)
    yield from shared_facts(scope, project)


def _identity(project: Project) -> Iterator[Fact]:
    manifest = project.source()
    yield Fact(f.LANGUAGE, "php", manifest, Origin.MANIFEST, Confidence.DECLARED, "composer.json")
    yield Fact(f.BUILD_TOOL, id, manifest, Origin.MANIFEST, Confidence.DECLARED, "composer.json")
    if project.lock_path:
        place = project.scope.source(project.lock_path)
        yield Fact(f.BUILD_TOOL, id, place, Origin.LOCKFILE, Confidence.DECLARED, "composer.lock")
    count = len(project.packages)
    yield Fact(f.DEPENDENCIES, count, project.source("require"), Origin.MANIFEST, Confidence.DECLARED, "packages of require")
    name = str(project.data.get("name", ""))
    if "/" in name:
        place = project.source("name")
        yield Fact(f.SERVICE_NAME, name.rpartition("/")[2], place, Origin.MANIFEST, Confidence.INFERRED, "composer.json")
    yield from _local(project)


def _local(project: Project) -> Iterator[Fact]:
    """Packages of this repository: `repositories: [{type: path, url: ../shared}]`."""
    from posixpath import normpath

    listed = project.data.get("repositories")
    entries = listed.values() if isinstance(listed, dict) else listed if isinstance(listed, list) else ()
    for entry in entries:
        if (
            not isinstance(entry, dict)
            or entry.get("type") != "path"
            or not isinstance(entry.get("url"), str)
            or "*" in entry["url"]
        ):
            continue
        place = normpath(project.scope.path(project.root + entry["url"]))
        if not place.startswith(("..", "/")) and place != project.scope.directory and project.scope.repo.under(place):
            yield Fact(
                f.DEPENDS_ON, place, project.source("repositories"), Origin.MANIFEST, Confidence.DECLARED, "a path repository"
            )


def toolchain(service: Service, pins: Pins) -> Toolchain:
    return versions.resolve(service, pins)


def image(service: Service, scope: Scope, road: Road, pins: Pins) -> ImageRecipe | None:  # noqa: ARG001
    return images.recipe(service, scope, read(scope), pins)
