"""Plain HTML: pages that stand in the repository as they are served."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source
from cdgen.model.road import Road
from cdgen.model.service import ImageRecipe, Service, Toolchain
from cdgen.repo import Repo, Scope
from cdgen.repo.patterns import compiled
from cdgen.road.pins import Pins
from cdgen.stacks.base import Candidate
from cdgen.stacks.published import published, server_facts
from cdgen.stacks.site.base import FAMILY, LANGUAGE, NO_PAGES, entries, first_of, heart, inside, is_pages, parents, recipe, served

id = "plain-site"
family = FAMILY
title = "Plain HTML"
paved = True

TEMPLATE = "image/plain-site.Dockerfile.j2"
# files that say that a folder is a site of its own: settings of hosts and web servers
SAYS_SO = (
    "Staticfile",
    "netlify.toml",
    "firebase.json",
    "CNAME",
    ".nojekyll",
    "nginx.conf",
    "default.conf",
    "Caddyfile",
    "static.json",
)
# names of folders whose pages belong to what is around them: templates, reports, documentation of code
OTHERS = r"(?i)^(?:templates?|views|public|static|assets|resources|cover(?:age)?|htmlcov|javadoc|reports?|_site|themes?|layouts)$"
GENERATED = ("_config.yml", "mkdocs.yml", "book.toml", "hugo.toml", "conf.py", "antora.yml", ".eleventy.js", "eleventy.config.js")
MOST = 50  # sites of one repository; one with more is a collection of pages, or a report
TOOLING = r'"(?:dependencies|start|build|main)"\s*:'


def detect(repo: Repo) -> Iterator[Candidate]:
    """Topmost folders whose heart is an `index.html`, in which no language builds or runs anything; none of a collection."""
    taken: list[str] = []
    for directory in _homes(repo):
        if any(directory == place or place == "." or directory.startswith(f"{place}/") for place in taken):
            continue
        if _is_site(repo, directory):
            taken.append(directory)
            if len(taken) > MOST:
                return
    for directory in taken:
        yield Candidate(id, directory, Source(inside(directory, f"{heart(repo, directory)}index.html")), 1)


def facts(scope: Scope) -> Iterator[Fact]:
    """The web server of a Dockerfile of one's own has its own port; else it is the one of the image that cdgen writes."""
    folder = heart(scope.repo, scope.directory)
    if folder is None:
        return
    place = scope.line(f"{folder}index.html", 0)
    what = published(scope.repo, scope.directory)
    found = tuple(served(place, "index.html, and nothing that builds it"))
    yield from (fact for fact in found if what is None or fact.key is not f.PORT)
    yield from server_facts(what) if what else ()
    yield Fact(f.DEPENDENCIES, 0, place, Origin.LAYOUT, Confidence.INFERRED, "no manifest")


def toolchain(service: Service, pins: Pins) -> Toolchain:  # noqa: ARG001  (the contract of `Stack.toolchain`)
    """Nothing is installed: there is nothing to build."""
    return Toolchain(LANGUAGE, None)


def image(service: Service, scope: Scope, road: Road, pins: Pins) -> ImageRecipe | None:  # noqa: ARG001
    folder = heart(scope.repo, scope.directory)
    if folder is None:
        return None
    if folder:
        return recipe(service, TEMPLATE, {"copies": ((folder, "/usr/share/nginx/html/"),)}, (folder,), pins)
    pages = tuple(name for name in entries(scope) if not compiled(NO_PAGES).search(name))
    files = tuple(name for name in pages if scope.has(name))
    folders = tuple(name for name in pages if not scope.has(name))
    copies = ((*files, "/usr/share/nginx/html/"), *((f"{name}/", f"/usr/share/nginx/html/{name}/") for name in folders))
    return recipe(service, TEMPLATE, {"copies": copies}, pages, pins)


def _homes(repo: Repo) -> Iterator[str]:
    """Folders that an index.html may be the heart of, from the top down."""
    found: set[str] = set()
    for path in repo.glob("**/index.html"):
        folder = path.rpartition("/")[0] or "."
        found.add(folder)
        above = folder.rpartition("/")[0] or "."
        if folder != "." and first_of(repo, above, (*SAYS_SO, "Dockerfile")):
            found.add(above)
    yield from sorted(found, key=lambda folder: (folder.count("/") if folder != "." else -1, folder))


def _is_site(repo: Repo, directory: str) -> bool:
    """Cheap questions first: some repositories hold thousands of pages."""
    built = _built(repo)
    if directory in built or heart(repo, directory) is None or first_of(repo, directory, GENERATED):
        return False
    if repo.has(inside(directory, "Dockerfile")):
        what = published(repo, directory)
        return what is not None and what.kind == "static-site" and is_pages(repo, directory)
    if not first_of(repo, directory, SAYS_SO):
        name = directory.rpartition("/")[2] if directory != "." else ""
        above = tuple(parents(directory))
        # what lies below a project, or below an image, is a part of it
        if compiled(OTHERS).match(name) or any(place in built or repo.has(inside(place, "Dockerfile")) for place in above):
            return False
    return is_pages(repo, directory)


@lru_cache(maxsize=1)
def _built(repo: Repo) -> frozenset[str]:
    """Folders with a build file. A package.json that only names tools for people at work builds nothing."""
    from cdgen.stacks import build_files

    files = (path for path in repo.files if path.endswith(build_files()))
    return frozenset(path.rpartition("/")[0] or "." for path in files if not _is_tooling(repo, path))


def _is_tooling(repo: Repo, path: str) -> bool:
    return path.rpartition("/")[2] == "package.json" and not compiled(TOOLING).search(repo.text(path) or "")
