"""PHP that a web server runs as it lies there, without Composer."""

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
from cdgen.stacks.php.sources import dockerfile

id = "php-plain"  # noqa: A001
family = "php"
title = "PHP without Composer"
paved = True

IMAGE = r"(?mi)^\s*FROM\s+(?:--\S+\s+)*\S*\bphp\b"
PACKAGES = r"(?mi)^\s*(?:RUN\b.*)?\b(?:apk|apt-get|apt|yum|dnf)\b[\s\S]{0,400}?\bphp[\d.]*(?:-\w+)?\b"
# build files of programs; below one of them a page in PHP is an asset or an example
BUILDS = (
    "composer.json",
    "package.json",
    "pyproject.toml",
    "requirements.txt",
    "go.mod",
    "pom.xml",
    "build.gradle",
    "Gemfile",
    "Cargo.toml",
    "mix.exs",
    "CMakeLists.txt",
)
ENTRIES = ("index.php", "public/index.php", "web/index.php", "www/index.php", "html/index.php", "htdocs/index.php", "src/index.php")


def detect(repo: Repo) -> Iterator[Candidate]:
    """Folders with PHP that an image, a Procfile or an index.php makes a program, outside of every Composer project."""
    claimed: list[str] = []
    for directory in sorted(_places(repo), key=lambda each: (each.count("/") if each != "." else -1, each)):
        if any(_is_below(directory, other) for other in claimed) and not _is_image(repo, directory):
            continue
        if any(repo.has(_join(each, "composer.json")) for each in _up(directory)) or _composer_below(repo, directory):
            continue
        shipped = _is_image(repo, directory) or _procfile(repo, directory)
        if not shipped and any(repo.has(_join(each, name)) for each in _up(directory) for name in BUILDS):
            continue
        claimed.append(directory)
        first = next(path for path in repo.under(directory) if path.endswith(".php"))
        entry = next((path for name in ENTRIES if repo.has(path := _join(directory, name))), first)
        yield Candidate(id, directory, repo.source(entry), 1)


def _places(repo: Repo) -> set[str]:
    places: set[str] = set()
    for path in repo.files:
        directory, _, name = path.rpartition("/")
        if name == "index.php":
            for entry in ENTRIES:
                if path == entry or path.endswith(f"/{entry}"):
                    places.add(path[: -len(entry)].rstrip("/") or ".")
        elif (name == "Dockerfile" and _is_image(repo, directory or ".")) or (
            name == "Procfile" and _procfile(repo, directory or ".")
        ):
            places.add(directory or ".")
    return {each for each in places if any(path.endswith(".php") for path in repo.under(each))}


def _is_image(repo: Repo, directory: str) -> bool:
    text = dockerfile(repo, directory)
    return "php" in text and bool(compiled(IMAGE).search(text) or compiled(PACKAGES).search(text))


def _procfile(repo: Repo, directory: str) -> bool:
    return bool(compiled(r"(?m)^web:.*\b(?:php|heroku-php-\w+)\b").search(repo.text(_join(directory, "Procfile")) or ""))


def _composer_below(repo: Repo, directory: str) -> bool:
    """Whether the folder's PHP is a Composer project one folder down, which then claims it itself."""
    return bool(repo.glob("*/composer.json", directory)) and not repo.has(_join(directory, "index.php"))


def _up(directory: str) -> Iterator[str]:
    """The folder and all above it."""
    parts = directory.split("/") if directory != "." else []
    for depth in range(len(parts), -1, -1):
        yield "/".join(parts[:depth]) or "."


def _join(directory: str, name: str) -> str:
    return name if directory == "." else f"{directory}/{name}"


def _is_below(directory: str, other: str) -> bool:
    return other == "." or directory.startswith(f"{other}/")


def facts(scope: Scope) -> Iterator[Fact]:
    """All that can be seen in one folder of pages."""
    first = next((path for name in ENTRIES if scope.has(path := name)), None) or next(iter(scope.glob("**/*.php")), None)
    if first is None:
        return
    place = scope.source(first)
    yield Fact(f.LANGUAGE, "php", place, Origin.LAYOUT, Confidence.DECLARED, "PHP files")
    yield Fact(f.BUILD_TOOL, "php", place, Origin.LAYOUT, Confidence.INFERRED, "no composer.json: nothing is installed")
    yield from shared_facts(scope, None)


def toolchain(service: Service, pins: Pins) -> Toolchain:
    return versions.resolve(service, pins)


def image(service: Service, scope: Scope, road: Road, pins: Pins) -> ImageRecipe | None:  # noqa: ARG001
    return images.recipe(service, scope, None, pins)
