"""Compose files: the port a service listens on in its container, and the databases and queues beside it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from posixpath import normpath
from typing import Any

from cdgen.detectors.dockerfile import places
from cdgen.detectors.dockerfile_text import entry_point, inherited, parse
from cdgen.detectors.images import backing_service
from cdgen.detectors.resource_words import hints
from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source
from cdgen.repo import Scope
from cdgen.repo.variables import variable

NAMES = "{compose,docker-compose}{,.dev,.local,.override}.{yml,yaml}"
FOLDERS = ("", "docker/", "deploy/", "dev/", ".devcontainer/")


def detect(scope: Scope) -> Iterator[Fact]:
    """The compose service that is built from this folder; the images beside it that are backing services."""
    for path in _files(scope):
        data = scope.repo.yaml(path)
        services = data.get("services") if isinstance(data, dict) else None
        if not isinstance(services, dict):
            continue
        entries = {name: entry for name, entry in services.items() if isinstance(entry, dict)}
        built = [name for name, entry in entries.items() if _builds(entry, path, scope)]
        # what prepares the data is often built from the same folder: the one that is reached from outside is the service
        own = next((name for name in built if entries[name].get("ports") or entries[name].get("expose")), next(iter(built), None))
        own = own or next((name for name, entry in entries.items() if _runs_image_of(entry, scope)), None)
        if own:
            place = scope.repo.source(path, rf"^\s+{re.escape(own)}:\s*$")
            yield Fact(f.COMPOSE_FILE, path, place, Origin.COMPOSE, Confidence.DECLARED, f"compose service {own}")
            yield from _own(scope, path, own, entries[own])
            yield from _promised(scope, path, place, entries[own])
            yield from _command(scope, path, place, entries[own])
        elif path.rpartition("/")[0] != _home(scope):
            continue  # the file describes other services
        builds = [entry for entry in entries.values() if entry.get("build")]
        if not own and builds and not all(_is_elsewhere(entry, path, scope) for entry in builds):
            continue
        # beside others that are built too, what stands there may be theirs
        sure = Confidence.DEFAULT if builds and not own else Confidence.INFERRED
        yield from (fact._replace(confidence=sure) for fact in _beside(scope, path, entries, own))


def _home(scope: Scope) -> str:
    return "" if scope.directory == "." else scope.directory


def _files(scope: Scope) -> Iterator[str]:
    seen: set[str] = set()
    for home in dict.fromkeys((scope.directory, ".")):
        for folder in FOLDERS:
            for path in scope.repo.glob(folder + NAMES, home):
                if path not in seen:
                    seen.add(path)
                    yield path


def _builds(entry: dict[str, Any], path: str, scope: Scope) -> bool:
    """Whether an entry's build context (or its Dockerfile's folder) is the service's directory."""
    build = entry.get("build")
    if build is None:
        return False
    context = build if isinstance(build, str) else str(build.get("context", ".")) if isinstance(build, dict) else "."
    home = path.rpartition("/")[0] or "."
    place = normpath(f"{home}/{context}")
    if place == scope.directory:
        return True
    dockerfile = str(build.get("dockerfile", "")) if isinstance(build, dict) else ""
    return bool(dockerfile) and normpath(f"{place}/{dockerfile}").rpartition("/")[0] == scope.directory != "."


def _is_elsewhere(entry: dict[str, Any], path: str, scope: Scope) -> bool:
    """Whether an entry is built from a folder that is not this service's, nor below it."""
    build = entry["build"]
    context = build if isinstance(build, str) else str(build.get("context", ".")) if isinstance(build, dict) else "."
    place = normpath(f"{path.rpartition('/')[0] or '.'}/{context}")
    return place.startswith("..") or (scope.directory != "." and not f"{place}/".startswith(f"{scope.directory}/"))


def _runs_image_of(entry: dict[str, Any], scope: Scope) -> bool:
    """Whether an entry runs an image that is called like the service's folder: built elsewhere, run here."""
    image = str(entry.get("image", "")).partition("@")[0].rpartition("/")[2].partition(":")[0]
    return "build" not in entry and scope.directory != "." and image == scope.directory.rpartition("/")[2]


def _own(scope: Scope, path: str, name: str, entry: dict[str, Any]) -> Iterator[Fact]:
    place = scope.repo.source(path, rf"^\s+{re.escape(name)}:\s*$")
    for port in _container_ports(entry):
        yield Fact(
            f.PORT,
            port,
            _line(scope, path, place, rf"\b{port}\b"),
            Origin.COMPOSE,
            Confidence.INFERRED,
            f"published by compose service {name}",
        )
        break
    for key, value in _environment(entry):
        if re.fullmatch(r"[A-Z][A-Z0-9_]*", key):
            shown = None if value is None or "${" in value else value
            yield Fact(f.ENV, variable(key, shown), _line(scope, path, place, key), Origin.COMPOSE, Confidence.DEFAULT)
        told = _told(key, value or "")
        if told:
            yield Fact(
                f.PORT,
                told,
                _line(scope, path, place, key),
                Origin.COMPOSE,
                Confidence.INFERRED,
                f"{key} of compose service {name}",
            )


def _promised(scope: Scope, path: str, place: Source, entry: dict[str, Any]) -> Iterator[Fact]:
    """What its health check asks for, and how large it may be."""
    check = entry.get("healthcheck")
    test = check.get("test") if isinstance(check, dict) else None
    words = " ".join(map(str, test)) if isinstance(test, list) else str(test or "")
    asked = re.search(r"https?://(?:localhost|127\.0\.0\.1|0\.0\.0\.0)(?::[\w${}-]+)?(/[\w./-]*)", words)
    if asked:
        line = _line(scope, path, place, re.escape(asked.group(0)))
        yield Fact(f.HEALTH_PATH, asked.group(1), line, Origin.COMPOSE, Confidence.INFERRED, "its health check")
    for hint, pattern in _sizes(entry):
        line = _line(scope, path, place, pattern)
        yield Fact(f.RESOURCE, hint, line, Origin.COMPOSE, Confidence.DECLARED, f"{hint.name} of the compose service")
    told = [f"{key}={value}" for key, value in _environment(entry) if value]
    for text in (*told, str(entry.get("command") or "")):
        for hint, words in hints(text):
            line = _line(scope, path, place, re.escape(text.partition("=")[0]) if "=" in text else "command:")
            yield Fact(f.RESOURCE, hint, line, Origin.COMPOSE, Confidence.DECLARED, words)


def _command(scope: Scope, path: str, place: Source, entry: dict[str, Any]) -> Iterator[Fact]:
    """What it is started with, where its image leaves that open: beside an image that knows, people at work override it here."""
    command = entry.get("command")
    words = shlex.join(map(str, command)) if isinstance(command, list) else str(command or "")
    mine = [stages for image, _ in places(scope) if (stages := parse(scope.repo.text(image) or ""))]
    if words and "$" not in words and mine and not any(entry_point(inherited(stages), stages[-1].base) for stages in mine):
        line = _line(scope, path, place, r"^\s+command:")
        yield Fact(f.START, words, line, Origin.COMPOSE, Confidence.INFERRED, "its command, which the image leaves open")


def _sizes(entry: dict[str, Any]) -> Iterator[tuple[f.ResourceHint, str]]:
    """Limits, older and newer form: https://docs.docker.com/reference/compose-file/deploy/#resources."""
    for key, name in (("mem_limit", "memory"), ("cpus", "cpu")):
        if isinstance(entry.get(key), (str, int, float)):
            yield f.ResourceHint(name, str(entry[key])), rf"^\s+{key}:"
    deploy = entry.get("deploy")
    resources = deploy.get("resources") if isinstance(deploy, dict) else None
    limits = resources.get("limits") if isinstance(resources, dict) else None
    for key, name in (("memory", "memory"), ("cpus", "cpu")):
        if isinstance(limits, dict) and isinstance(limits.get(key), (str, int, float)):
            yield f.ResourceHint(name, str(limits[key])), rf"^\s+{key}:"


def _told(key: str, value: str) -> int | None:
    """The port that a variable tells the process: a number, or an address of the hosts of ASP.NET Core."""
    if key in ("PORT", "SERVER_PORT", "HTTP_PORT", "ASPNETCORE_HTTP_PORTS"):
        return int(value) if value.isdigit() else None
    if key in ("ASPNETCORE_URLS", "DOTNET_URLS"):
        found = re.search(r"http://[^/:;]*:(\d+)", value)
        return int(found.group(1)) if found else None
    return None


def _line(scope: Scope, path: str, start: Source, pattern: str) -> Source:
    return Source(path, scope.repo.find_line(path, pattern, max(start.line, 1)) or start.line)


def _container_ports(entry: dict[str, Any]) -> Iterator[int]:
    for port in entry.get("ports") or entry.get("expose") or []:
        text = str(port.get("target", "")) if isinstance(port, dict) else str(port)
        number = text.split("/")[0].rpartition(":")[2]
        if number.isdigit():
            yield int(number)


def _environment(entry: dict[str, Any]) -> Iterator[tuple[str, str | None]]:
    environment = entry.get("environment")
    if isinstance(environment, dict):
        yield from ((str(key), None if value is None else str(value)) for key, value in environment.items())
    elif isinstance(environment, list):
        for item in environment:
            key, equals, value = str(item).partition("=")
            yield key, value if equals else None


def _beside(scope: Scope, path: str, entries: dict[str, dict[str, Any]], own: str | None) -> Iterator[Fact]:
    """Images of known backing services. With an own entry, only those it depends on or names in its environment."""
    reached = _reached(entries, own) if own else set(entries)
    for name, entry in entries.items():
        backing = backing_service(str(entry.get("image", "")))
        if backing and name in reached:
            place = scope.repo.source(path, rf"image:\s*[\"']?{re.escape(str(entry['image']))}")
            # in a repository of several services only what this one reaches is evidence of its own; alone, the file is its own
            yield Fact(f.BACKING, backing, place, Origin.COMPOSE, Confidence.INFERRED, f"compose service {name}")


def _reached(entries: dict[str, dict[str, Any]], own: str) -> set[str]:
    entry = entries[own]
    named = entry.get("depends_on") or []
    links = [str(link).split(":")[0] for link in entry.get("links") or []]
    text = " ".join(str(value) for _, value in _environment(entry) if value)
    mentioned = {name for name in entries if re.search(rf"(?:^|[/@:\s]){re.escape(name)}(?::\d|/|$|\s)", text)}
    return {str(name) for name in named} | set(links) | mentioned
