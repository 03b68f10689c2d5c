"""What the static sites share: they are pages behind a web server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source
from cdgen.model.service import ImageRecipe, Service
from cdgen.repo import Repo, Scope
from cdgen.repo.patterns import compiled
from cdgen.road.pins import Pins
from cdgen.stacks.base import SYNTAX_IMAGE

FAMILY = "site"
LANGUAGE = "html"
PORT = 8080  # of the unprivileged web server: https://hub.docker.com/r/nginxinc/nginx-unprivileged
WEB_SERVER = "nginxinc/nginx-unprivileged"
WEB_SERVER_TAG = r"\d+\.\d+\.\d+-alpine[\d.]*$"
UID = 65532  # the road's own numeric user; the web server writes below /tmp only
# entries of a folder that are no pages: about the repository, or for other programs
NO_PAGES = (
    r"(?i)^(?:\.|readme|licen[cs]e|copying|changelog|contributing|code_of_conduct|security|makefile|dockerfile|containerfile"
    + (
        r"|docker-compose|compose\.ya?ml|staticfile|procfile|package(?:-lock)?\.json|yarn\.lock|pnpm-lock|node_modules|netlify\.toml"
        r"|vercel\.json|firebase\.json|render\.yaml|fly\.toml|app\.ya?ml|cloudbuild|jenkinsfile|cdgen\.yaml|nginx\.conf|default\.conf"
        r"|k8s$|kubernetes$|helm$|charts$|terraform$|deploy$|tests?$|scripts$|cname$)"
    )
)

PLACES = ("", "public/", "site/", "html/", "www/", "static/", "src/")  # where the pages of such a folder stand, the nearest first
PROGRAMS = r"\.(?:php|jsp|aspx?|cshtml|erb|cgi|pl|py|rb|go|java|cs|ts|tsx|jsx|vue|svelte|rs|exs?|kt|scala)$"


def served(source: Source, note: str) -> Iterator[Fact]:
    """What is true of every static site."""
    yield Fact(f.LANGUAGE, LANGUAGE, source, Origin.LAYOUT, Confidence.INFERRED, note)
    yield Fact(f.KIND, "static-site", source, Origin.LAYOUT, Confidence.DECLARED, note)
    yield Fact(f.PROTOCOL, "http", source, Origin.DEFAULT, Confidence.INFERRED, "pages that a web server serves")
    yield Fact(f.PORT, PORT, source, Origin.DEFAULT, Confidence.DEFAULT, "the unprivileged web server of the generated image")
    yield Fact(f.HEALTH_PATH, "/", source, Origin.LAYOUT, Confidence.INFERRED, "its first page answers it")


def recipe(
    service: Service, template: str, values: Mapping[str, Any], include: tuple[str, ...], pins: Pins, **bases: str
) -> ImageRecipe | None:
    """The pages behind the pinned web server; `bases` are those of the build. None when a pin is missing."""
    server, syntax = pins.image(WEB_SERVER, WEB_SERVER_TAG), pins.image(SYNTAX_IMAGE)
    if server is None or syntax is None:
        return None
    ready = {**values, "port": service.port or PORT, "user": f"{UID}:{UID}", "single_page": False}
    return ImageRecipe(template, ready, {"syntax": syntax.reference, "runtime": server.reference, **bases}, include, UID)


def entries(scope: Scope, folder: str = "") -> tuple[str, ...]:
    """First elements of the paths below a folder of the service, sorted."""
    cut = len(folder)
    return tuple(sorted({path[cut:].partition("/")[0] for path in scope.files if path.startswith(folder)}))


def parents(directory: str) -> Iterator[str]:
    """The folders above, nearest first, `.` last."""
    while directory != ".":
        directory = directory.rpartition("/")[0] or "."
        yield directory


def inside(directory: str, name: str) -> str:
    return name if directory == "." else f"{directory}/{name}"


def first_of(repo: Repo, directory: str, names: tuple[str, ...]) -> str | None:
    """The first of several names that a folder holds."""
    return next((name for name in names if repo.has(inside(directory, name))), None)


def heart(repo: Repo, directory: str) -> str | None:
    """The folder of the first page, relative to the site's, with `/` at its end."""
    root = compiled(r"(?m)^root:\s*[\"']?(?:\./)?([\w.-]+)/?[\"']?\s*$").search(repo.text(inside(directory, "Staticfile")) or "")
    places = (f"{root.group(1)}/", *PLACES) if root else PLACES
    return next((place for place in places if repo.has(inside(directory, f"{place}index.html"))), None)


def is_pages(repo: Repo, directory: str) -> bool:
    """Whether a folder has a first page, and no program beside it."""
    return heart(repo, directory) is not None and not any(compiled(PROGRAMS).search(path) for path in repo.under(directory))
