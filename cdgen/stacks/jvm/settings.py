"""Configuration files of the application: Spring, Quarkus, Micronaut, MicroProfile, as one flat table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from cdgen.model.facts import Confidence, Source
from cdgen.repo import Repo
from cdgen.repo.patterns import compiled
from cdgen.stacks.jvm import hocon
from cdgen.stacks.jvm.build import Build
from cdgen.stacks.jvm.sources import Code

NAMES = ("application", "bootstrap")
FOLDERS = ("src/main/resources/", "src/main/resources/config/", "config/", "")
SUFFIXES = (".properties", ".yml", ".yaml")
MICROPROFILE = "src/main/resources/META-INF/microprofile-config.properties"
HOCON = ("src/main/resources/application.conf", "conf/application.conf", "src/main/resources/reference.conf", "application.conf")
PLACEHOLDER = r"^\$\{([^:{}]+)(?::(.*))?\}$"
KTOR_PLACEHOLDER = r"^\$(\w+)(?::(.*))?$"  # https://ktor.io/docs/server-configuration-file.html


class Setting(NamedTuple):
    """`value` is as it stands, placeholders and all."""

    key: str
    value: str
    source: Source

    def settled(self) -> tuple[str, Confidence] | None:
        """The value without placeholders: the default of a placeholder is only likely, none at all says nothing."""
        text, sure = self.value.strip(), Confidence.DECLARED
        while match := compiled(PLACEHOLDER).match(text) or compiled(KTOR_PLACEHOLDER).match(text):
            if match.group(2) is None:
                return None
            text, sure = match.group(2).strip(), Confidence.INFERRED
        return (text, sure) if text and "${" not in text else None


class Settings:
    """What the default profile is told. Keys are relaxed as Spring does: case, dashes and underscores do not count."""

    def __init__(self, settings: list[Setting]) -> None:
        self.all = tuple(settings)
        self._by_key: dict[str, Setting] = {}
        for setting in settings:
            self._by_key.setdefault(relaxed(setting.key), setting)

    def get(self, *keys: str) -> Setting | None:
        return next((found for key in keys if (found := self._by_key.get(relaxed(key)))), None)

    def text(self, key: str) -> str:
        """The settled value, empty when there is none."""
        found = self.get(key)
        settled = found.settled() if found else None
        return settled[0] if settled else ""

    def is_off(self, key: str) -> bool:
        return self.text(key).lower() == "false"

    def has(self, prefix: str) -> bool:
        start = relaxed(prefix)
        return any(key == start or key.startswith(f"{start}.") for key in self._by_key)


def relaxed(key: str) -> str:
    return key.lower().replace("-", "").replace("_", "")


def read(repo: Repo, build: Build, code: Code) -> Settings:
    """Files of the service's own folder first: a module that it depends on may only fill gaps."""
    found: list[Setting] = []
    names = (*NAMES, *_other_names(build, code))
    for member in build.members:
        base = "" if member == "." else f"{member}/"
        for path in _paths(names, base, repo):
            found += _properties(repo, path) if path.endswith(".properties") else _yaml(repo, path)
        for name in HOCON:
            entries = hocon.flat(repo.text(base + name) or "") if repo.has(base + name) else {}
            found += [Setting(key, value, Source(base + name, line)) for key, (value, line) in entries.items()]
    return Settings(found)


def _paths(names: tuple[str, ...], base: str, repo: Repo) -> Iterator[str]:
    for folder in FOLDERS:
        for name in names:
            for suffix in SUFFIXES:
                path = f"{base}{folder}{name}{suffix}"
                # beside the build file only the two names that Spring itself looks for there
                if (folder or name in NAMES) and repo.has(path):
                    yield path
    if repo.has(f"{base}{MICROPROFILE}"):
        yield f"{base}{MICROPROFILE}"


def _other_names(build: Build, code: Code) -> tuple[str, ...]:
    """What the code calls its configuration (`spring.config.name`) and itself; `keel-web` also answers to `keel`."""
    names: dict[str, None] = {}
    for _, _, groups in code.search(r'"spring\.(?:config|application)\.name"\s*(?:,|to|=|:)\s*"([^"]+)"', "spring."):
        names |= dict.fromkeys(part for part in groups[0].split(",") if compiled(r"[\w-]+\Z").match(part))
    names[build.name] = None
    return tuple(name for name in names if name and name not in NAMES)


def _properties(repo: Repo, path: str) -> Iterator[Setting]:
    """Until a `#---` that begins a document for another profile."""
    for number, line in enumerate(repo.lines(path), 1):
        text = line.strip()
        if text in ("#---", "!---"):
            return
        match = compiled(r"([^#!\s=:][^=:\s]*)\s*[=:\s]\s*(.*)$").match(text)
        if match:
            yield Setting(match.group(1), match.group(2).strip(), Source(path, number))


def _yaml(repo: Repo, path: str) -> Iterator[Setting]:
    lines = _numbered(repo.lines(path))
    for document in _documents(repo.text(path) or ""):
        flat = dict(_flat(document))
        if any(relaxed(key) in ("spring.config.activate.onprofile", "spring.profiles") for key in flat):
            continue
        for key, value in flat.items():
            yield Setting(key, value, Source(path, _line(lines, key, value)))


def _documents(text: str) -> list[Any]:
    """Build tools put `@project.version@` into these files, which is no YAML; a file that is broken all the same says nothing."""
    from cdgen.repo.yaml import load_documents

    try:
        return load_documents(compiled(r"(?<=[:\s])@([\w.-]+)@").sub(r"\1", text))
    except (ValueError, RecursionError):
        return []


def _flat(value: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, f"{prefix}.{key}" if prefix else str(key))
    elif isinstance(value, list):
        if all(not isinstance(each, (dict, list)) for each in value):
            yield prefix, ",".join(str(each) for each in value)
        else:
            for number, each in enumerate(value):
                yield from _flat(each, f"{prefix}[{number}]")
    elif value is not None:
        yield prefix, str(value).lower() if isinstance(value, bool) else str(value)


def _numbered(lines: list[str]) -> dict[str, list[tuple[int, str]]]:
    """Lines by the key that they begin with, or that the last part of their dotted key is."""
    found: dict[str, list[tuple[int, str]]] = {}
    for number, line in enumerate(lines, 1):
        key = line.partition(":")[0].strip(" -\"'").rpartition(".")[2]
        found.setdefault(key, []).append((number, line))
    return found


def _line(lines: dict[str, list[tuple[int, str]]], key: str, value: str) -> int:
    """The first line with the last part of the key and the value; the key alone otherwise."""
    named = lines.get(key.rpartition(".")[2].partition("[")[0], [])[:100]
    return next((number for number, line in named if value and value in line), named[0][0] if named else 0)
