"""Which PHP: every place that names one, and the pinned release that fits."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source, Version
from cdgen.model.service import Service, Toolchain
from cdgen.repo import Scope
from cdgen.repo.patterns import compiled
from cdgen.road.pins import Pins
from cdgen.stacks.php.constraint import allows
from cdgen.stacks.php.project import Project
from cdgen.stacks.php.sources import dockerfile

IMAGE = "php"
VERSION_FILES: tuple[tuple[str, str], ...] = (
    (".php-version", r"^\s*(\d[\d.]*)\s*$"),
    (".tool-versions", r"^\s*php\s+(\d[\d.]*)"),
    ("mise.toml", r"^\s*php\s*=\s*[\"'](\d[\d.]*)"),
)
# packages of Alpine and Debian, and variants of images that others make, in the words of a Dockerfile
PACKAGED = r"\bphp(?P<alpine>8[0-9]|7)-fpm\b|\bphp(?P<debian>\d\.\d)-(?:fpm|cli)\b"
TAGGED = (
    r"(?m)^FROM\s+(?:--\S+\s+)*\S*(?:frankenphp|swoole|serversideup/php|nginx-php-fpm|php-nginx)\S*?:\S*?php-?(?P<version>\d\.\d)"
)


def version_facts(scope: Scope, project: Project | None) -> Iterator[Fact]:
    if project is not None:
        stated = project.require.get("php")
        if stated:
            place = project.source("php")
            yield Fact(f.LANGUAGE_VERSION, Version(stated), place, Origin.MANIFEST, Confidence.DECLARED, "require of composer.json")
        fixed = project.platform.get("php")
        if fixed:
            line = scope.repo.find_line(scope.path(project.path), rf'"php"\s*:\s*"{fixed}"')
            place = scope.line(project.path, line)
            yield Fact(f.LANGUAGE_VERSION, Version(fixed), place, Origin.CONFIG, Confidence.DECLARED, "platform of composer.json")
    for name, pattern in VERSION_FILES:
        for number, text in enumerate(scope.lines(name), 1):
            found = compiled(pattern).match(text)
            if found:
                place = scope.line(name, number)
                yield Fact(f.LANGUAGE_VERSION, Version(found.group(1)), place, Origin.VERSION_FILE, Confidence.DECLARED, name)
                break
    yield from _of_dockerfile(scope)


def _of_dockerfile(scope: Scope) -> Iterator[Fact]:
    """`apk add php84-fpm`, `apt-get install php8.2-fpm`, `FROM dunglas/frankenphp:1-php8.4`."""
    text = dockerfile(scope.repo, scope.directory)
    for pattern in (TAGGED, PACKAGED):
        found = compiled(pattern).search(text)
        if found:
            named = found.groupdict()
            alpine = named.get("alpine")
            version = f"{alpine[0]}.{alpine[1:]}" if alpine and len(alpine) > 1 else named.get("debian") or named.get("version")
            if version:
                place = Source(scope.path("Dockerfile"), text.count("\n", 0, found.start()) + 1)
                yield Fact(f.LANGUAGE_VERSION, Version(version), place, Origin.DOCKERFILE, Confidence.INFERRED, found.group(0)[:60])
            return


def lines_of(pins: Pins) -> tuple[str, ...]:
    """Releases that the pins have, newest first."""
    return tuple(version for version in pins.versions(IMAGE) if version.count(".") == 2)


def release(stated: str | None, pins: Pins) -> str | None:
    """The newest pinned release that a constraint allows; without one the newest there is. None when none fits.

    A version of two numbers stands for its whole line, as a version file or an image tag means it.
    """
    return next((version for version in lines_of(pins) if stated is None or allows(stated, version)), None)


def resolve(service: Service, pins: Pins) -> Toolchain:
    tool = service.provenance.get(f.BUILD_TOOL.name)
    locks = tuple(source.path for source in (tool.sources if tool else ()) if source.path.endswith("composer.lock"))
    decision = service.provenance.get(f.LANGUAGE_VERSION.name)
    names = (".php-version", ".tool-versions", "composer.json")
    file = next((each.path for each in (decision.sources if decision else ()) if each.path.rpartition("/")[2] in names), None)
    stated = service.language_version
    return Toolchain(
        language="php",
        version=release(stated, pins) or _line(stated),
        version_file=file,
        package_manager="composer" if service.build_tool == "composer" else None,
        lockfiles=locks,
    )


def _line(stated: str | None) -> str | None:
    """The newest line that a constraint names: the set-up action has those that no pinned image has."""
    named = compiled(r"\d+\.\d+").findall(stated or "")
    return max(named, key=lambda text: tuple(int(part) for part in text.split(".")), default=None)
