"""Gradle build scripts, Groovy and Kotlin, read as text: what is applied, what is depended on, what names stand for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

from cdgen.errors import InputError
from cdgen.model.facts import Source
from cdgen.repo import Repo
from cdgen.repo.patterns import compiled
from cdgen.stacks.base import matches
from cdgen.stacks.jvm.build import Dependency, Plugin

LONGEST = 256 * 1024  # characters of one script
MOST_BLOCKS = 50  # of one name in one script
BUILD_NAMES = ("build.gradle", "build.gradle.kts")
SETTINGS_NAMES = ("settings.gradle", "settings.gradle.kts")
CATALOG = "gradle/libs.versions.toml"
# words that are plugins of Gradle itself when they stand alone in `plugins { }`
CORE = ("java", "java-library", "application", "war", "jacoco", "checkstyle", "pmd", "groovy", "`java-library`", "`kotlin-dsl`")
CONFIGURATION = (
    r"\b(\w*(?:[iI]mplementation|[aA]pi|[cC]ompileOnly|[rR]untimeOnly|[cC]ompile|[rR]untime|[pP]rocessor|kapt|ksp|developmentOnly|"
    r"providedCompile|providedRuntime|mavenBom|classpath|[pP]rotoc|artifact|force|exclude|useModule))\b"
)
COORDINATE = r"[\"']([\w.-]+\.[\w.-]+|[a-z][\w-]+):([\w.-]+)(?::([^\"'@:]+))?(?:[:@][^\"']*)?[\"']"
MAP_COORDINATE = (
    r"group\s*[:=]\s*[\"']([\w.-]+)[\"']\s*,\s*name\s*[:=]\s*[\"']([\w.-]+)[\"'](?:\s*,\s*version\s*[:=]\s*[\"']([^\"']+)[\"'])?"
)
ASSIGNED = (
    r"(?m)(?:^|[\s.{(])(?:val\s+|def\s+|ext\.|extra\[\"|set\([\"'])?([a-zA-Z]\w*)(?:\"\]|[\"'],)?"
    r"\s*(?:=|by extra\(|)\s*[\"']([^\"'\n$]+)[\"']"
)
# the catalog that Ktor publishes: https://ktor.io/docs/server-dependencies.html
KTOR_CATALOG = r"\bktorLibs\.((?!plugins\.|versions\.)[a-z][\w.]*)"
NOT_OF_PROGRAM = (
    r"(?i)^(?:classpath|protoc|artifact|force|exclude|usemodule|.*processor|kapt.*|ksp.*|mavenbom|developmentonly|compileonly)$"
)


class Script(NamedTuple):
    """`text` has its comments blanked out, so that positions and lines stay."""

    path: str
    text: str

    def source(self, position: int) -> Source:
        return Source(self.path, self.text.count("\n", 0, position) + 1)


@lru_cache(maxsize=1024)
def read(repo: Repo, path: str) -> Script:
    """A script of a repository, read once: the projects of one build share most of them."""
    blank = lambda match: match.group(0) if match.group(0)[0] in "\"'" else re.sub(r"[^\n]", " ", match.group(0))  # noqa: E731
    comments = compiled(r"(?s)\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|//[^\n]*|/\*.*?(?:\*/|\Z)")
    return Script(path, comments.sub(blank, (repo.text(path) or "")[:LONGEST]))


def build_file(repo: Repo, folder: str) -> str | None:
    """The script of a project: the usual names, else the name of its folder."""
    prefix = "" if folder == "." else f"{folder}/"
    own = folder.rpartition("/")[2]
    names = (*BUILD_NAMES, f"{own}.gradle", f"{own}.gradle.kts")
    return next((prefix + name for name in names if repo.has(prefix + name)), None)


def settings_file(repo: Repo, folder: str) -> str | None:
    prefix = "" if folder == "." else f"{folder}/"
    return next((prefix + name for name in SETTINGS_NAMES if repo.has(prefix + name)), None)


def root_of(repo: Repo, folder: str) -> str:
    """The nearest folder, from this one up, that has a settings file; itself when there is none."""
    parts = [] if folder == "." else folder.split("/")
    places = ["/".join(parts[:depth]) or "." for depth in range(len(parts), -1, -1)]
    return next((place for place in places if settings_file(repo, place)), folder)


class Names:
    """What names in scripts stand for: gradle.properties, `ext`, `val` and `def`, the version catalog."""

    def __init__(self, repo: Repo, folders: Iterable[str], scripts: Iterable[Script]) -> None:
        self.values: dict[str, tuple[str, Source]] = {}
        for folder in folders:
            path = "gradle.properties" if folder == "." else f"{folder}/gradle.properties"
            for number, line in enumerate(repo.lines(path), 1):
                key, found, value = line.partition("=")
                if found and not key.lstrip().startswith("#"):
                    self.values.setdefault(key.strip(), (value.strip(), Source(path, number)))
        assigned = compiled(ASSIGNED)
        for script in scripts:
            for match in assigned.finditer(script.text):
                self.values.setdefault(match.group(1), (match.group(2), script.source(match.start(1))))
        self.catalogs = tuple(_catalog(repo, folder) for folder in folders)

    def value(self, expression: str) -> tuple[str, Source | None]:
        """An expression as text, with the place that fixes it when that is another one. Empty when it is not known."""
        text = _balanced(expression.strip()).strip("\"'")
        version = compiled(r"\blibs\.versions\.([\w.]+?)(?:\.get\(\)|\.asProvider\(\).*|\.to\w+\(\).*|[)\s].*|$)").search(text)
        if version:
            return self._catalog_version(version.group(1))
        named = compiled(
            r"^\$\{?(?:rootProject\.|project\.|ext\.|extra\.|property\()?[\"']?(\w+)[\"']?\)?\}?$|\b(?:findProperty|property|properties|extra)\s*[(\[]\s*[\"'](\w+)|^(?:rootProject\.)?(?:ext\.)?([a-zA-Z]\w*)$"
        ).search(text)
        if named:
            name = named.group(1) or named.group(2) or named.group(3)
            return self.values.get(name, ("", None))
        inner = compiled(r"(?:toVersion|parseInt|of|fromTarget)\(\s*([^()]+(?:\(\))?)\s*\)").search(text)
        return self.value(inner.group(1)) if inner else (text, None)

    def _catalog_version(self, alias: str) -> tuple[str, Source | None]:
        for catalog in self.catalogs:
            found = catalog.versions.get(_alias(alias))
            if found:
                return found
        return "", None

    def library(self, alias: str) -> list[tuple[str, str | None, Source]]:
        """(`group:artifact`, version, place) of `libs.x.y` or of each part of `libs.bundles.x`."""
        name = _alias(alias)
        for catalog in self.catalogs:
            if name.startswith("bundles."):
                return [catalog.libraries[each] for each in catalog.bundles.get(name[8:], ()) if each in catalog.libraries]
            if name in catalog.libraries:
                return [catalog.libraries[name]]
        return []

    def plugin(self, alias: str) -> tuple[str, str | None, Source] | None:
        return next((found for catalog in self.catalogs if (found := catalog.plugins.get(_alias(alias)))), None)


def _balanced(text: str) -> str:
    """Without the brackets that were opened before the text."""
    while text.endswith(")") and text.count(")") > text.count("("):
        text = text[:-1].rstrip()
    return text


class Catalog(NamedTuple):
    versions: dict[str, tuple[str, Source | None]]
    libraries: dict[str, tuple[str, str | None, Source]]
    plugins: dict[str, tuple[str, str | None, Source]]
    bundles: dict[str, tuple[str, ...]]


def _alias(text: str) -> str:
    return text.replace("-", ".").replace("_", ".").removesuffix(".get()")


@lru_cache(maxsize=64)
def _catalog(repo: Repo, folder: str) -> Catalog:
    path = CATALOG if folder == "." else f"{folder}/{CATALOG}"
    data = _toml(repo, path)

    def line(name: str) -> Source:
        return repo.source(path, rf"^\s*[\"']?{re.escape(name)}[\"']?\s*=")

    versions: dict[str, tuple[str, Source | None]] = {}
    for name, value in data.get("versions", {}).items():
        versions[_alias(name)] = (_plain(value), line(name))
    libraries = {_alias(name): (*_coordinates(value, versions), line(name)) for name, value in data.get("libraries", {}).items()}
    plugins = {_alias(name): (*_coordinates(value, versions), line(name)) for name, value in data.get("plugins", {}).items()}
    bundles = {_alias(name): tuple(_alias(each) for each in value) for name, value in data.get("bundles", {}).items()}
    return Catalog({key: value for key, value in versions.items() if value[0]}, libraries, plugins, bundles)


def _toml(repo: Repo, path: str) -> dict[str, Any]:
    try:
        data = repo.toml(path)
    except InputError:
        return {}
    return data if isinstance(data, dict) else {}


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return str(next((value[key] for key in ("strictly", "require", "prefer") if key in value), ""))
    return str(value)


def _coordinates(value: Any, versions: dict[str, tuple[str, Source | None]]) -> tuple[str, str | None]:
    """`group:artifact` or plugin id, and the version."""
    if isinstance(value, str):
        name, _, version = value.rpartition(":")
        return (name, version) if name else (value, None)
    name = value.get("module") or value.get("id") or f"{value.get('group', '')}:{value.get('name', '')}"
    version = value.get("version")
    if isinstance(version, dict) and "ref" in version:
        return name, versions.get(_alias(version["ref"]), ("", None))[0] or None
    return name, _plain(version) if version else None


def plugins(script: Script, names: Names) -> Iterator[Plugin]:
    """Everything that a script applies. `apply false` only fixes a version for others; it counts as that."""
    text = script.text
    for match in matches(r"\bid\s*\(?\s*[\"']([\w.-]+)[\"']\s*\)?(?:\s*\.?version\s*\(?\s*([\"'][^\"']+[\"']|[\w.]+))?", text):
        version = names.value(match.group(2))[0] if match.group(2) else None
        yield Plugin(match.group(1), version or None, script.source(match.start()))
    for match in matches(r"\bapply\s*\(?\s*plugin\s*[:=]\s*[\"']([\w.-]+)[\"']", text):
        yield Plugin(match.group(1), None, script.source(match.start()))
    for match in matches(r"\balias\s*\(\s*libs\.plugins\.([\w.]+)\s*\)", text):
        found = names.plugin(match.group(1))
        if found:
            yield Plugin(found[0], found[1], script.source(match.start()))
    if "ktorLibs.plugins.ktor" in text:
        yield Plugin("io.ktor.plugin", None, script.source(text.index("ktorLibs.plugins.ktor")))
    for match in matches(r"\bkotlin\(\s*\"(jvm|plugin\.\w+)\"\s*\)(?:\s*version\s*\"([^\"]+)\")?", text):
        yield Plugin(f"org.jetbrains.kotlin.{match.group(1)}", match.group(2), script.source(match.start()))
    for block in blocks(script, "plugins"):
        for match in matches(rf"(?m)^\s*({'|'.join(re.escape(name) for name in CORE)})\s*$", block.text):
            yield Plugin(match.group(1).strip("`"), None, block.source(match.start(1)))


def dependencies(script: Script, names: Names) -> Iterator[tuple[Dependency, bool]]:
    """(dependency, whether it only fixes versions or serves the build)."""
    marks = [(match.start(), match.group(1)) for match in matches(CONFIGURATION, script.text)]
    for position, group, artifact, version, place in _coordinates_in(script, names):
        configuration = next((name for at, name in reversed(marks) if at < position), "")
        near = script.text[max(0, position - 40) : position]
        fixes = bool(compiled(r"(?i)platform\(\s*$|mavenBom\s*\(?\s*$").search(near)) or bool(
            compiled(NOT_OF_PROGRAM).match(configuration)
        )
        test = configuration.lower().startswith(("test", "integration", "int", "androidtest", "functional"))
        yield Dependency(group, artifact, version, test, place), fixes


def _coordinates_in(script: Script, names: Names) -> Iterator[tuple[int, str, str, str | None, Source]]:
    for pattern in (COORDINATE, MAP_COORDINATE):
        for match in matches(pattern, script.text):
            version = names.value(match.group(3))[0] if match.group(3) else None
            yield match.start(), match.group(1), match.group(2), version or None, script.source(match.start())
    for match in matches(r"\blibs\.((?!versions\.|plugins\.)[a-zA-Z][\w.]*)", script.text):
        for name, version, _ in names.library(match.group(1)):
            group, _, artifact = name.partition(":")
            yield match.start(), group, artifact, version, script.source(match.start())
    for match in matches(KTOR_CATALOG, script.text):
        yield match.start(), "io.ktor", f"ktor-{match.group(1).replace('.', '-')}", None, script.source(match.start())
    for match in matches(r"\bkotlin\(\s*\"((?:stdlib|reflect|test)[\w-]*)\"", script.text):
        yield match.start(), "org.jetbrains.kotlin", f"kotlin-{match.group(1)}", None, script.source(match.start())


def blocks(script: Script, name: str) -> Iterator[Script]:
    """The text of every `name { ... }`, blank elsewhere, so that lines stay."""
    for opened in islice(matches(rf"\b{name}\s*(?:\([^)\n]*\)\s*)?\{{", script.text), MOST_BLOCKS):
        end = _close(script.text, opened.end())
        head = re.sub(r"[^\n]", " ", script.text[: opened.end()])
        yield Script(script.path, head + script.text[opened.end() : end])


def _close(text: str, start: int) -> int:
    depth = 1
    for match in matches(r"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|[{}]", text, start):
        depth += (match.group() == "{") - (match.group() == "}")
        if depth == 0:
            return match.start()
    return len(text)


def members(script: Script, root: str) -> tuple[str, ...]:
    """Folders of the projects that a settings file includes; `:a:b` is `a/b` unless the file says otherwise."""
    found: dict[str, str] = {}
    for match in matches(r"(?m)^\s*include\s*\(?((?:\s*,?\s*[\"'][^\"']+[\"'])+)", script.text):
        for name in compiled(r"[\"']([^\"']+)[\"']").findall(match.group(1)):
            found[":" + name.strip(":")] = name.strip(":").replace(":", "/")
    moved = compiled(r"project\(\s*[\"'](:[\w:-]+)[\"']\s*\)\.projectDir\s*=\s*(?:new )?[Ff]ile\([^\"']*[\"']([^\"']+)[\"']")
    for match in moved.finditer(script.text):
        found[match.group(1)] = match.group(2).removeprefix("./").strip("/")
    prefix = "" if root == "." else f"{root}/"
    return tuple(dict.fromkeys(prefix + folder for folder in found.values()))
