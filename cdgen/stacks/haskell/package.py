"""What a Haskell package says of itself: a .cabal file, or the package.yaml that one is made of.

https://cabal.readthedocs.io/en/stable/cabal-package-description-file.html, https://github.com/sol/hpack
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from cdgen.repo import Repo
from cdgen.repo.patterns import compiled

HPACK = "package.yaml"


class Component(NamedTuple):
    """`kind` is library, executable, test-suite or benchmark."""

    kind: str
    name: str
    depends: frozenset[str]
    folders: tuple[str, ...]
    line: int = 0


class Package(NamedTuple):
    path: str
    name: str | None
    components: tuple[Component, ...]

    def of(self, *kinds: str) -> tuple[Component, ...]:
        return tuple(each for each in self.components if each.kind in kinds)

    @property
    def depends(self) -> frozenset[str]:
        """At run time, without the package itself."""
        found: frozenset[str] = frozenset().union(*(each.depends for each in self.of("library", "executable")))
        return found - {self.name or "", "base"}


def read(repo: Repo, folder: str) -> Package | None:
    """The package of a folder; None without one."""
    inside = "" if folder == "." else f"{folder}/"
    if repo.has(f"{inside}{HPACK}"):
        return _hpack(repo, f"{inside}{HPACK}")
    path = next((path for path in repo.glob("*.cabal", folder)), None)
    return cabal(path, repo.text(path) or "") if path else None


class Field(NamedTuple):
    section: tuple[str, str]  # ("executable", "server"); ("", "") at the top
    name: str
    value: str
    line: int


def fields(text: str) -> Iterator[Field]:
    """Fields with the section that they stand in. A conditional block counts for the section around it."""
    section, current, indent = ("", ""), None, 0
    for number, raw in enumerate(text.splitlines(), 1):
        plain = raw.strip()
        if not plain or plain.startswith("--"):
            continue
        depth = len(raw) - len(raw.lstrip())
        if current is not None and depth > indent:
            current = current._replace(value=f"{current.value} {plain}")
            continue
        if current is not None:
            yield current
            current = None
        named = compiled(r"^([A-Za-z][\w-]*)\s*:\s*(.*)$").match(plain)
        head = compiled(
            r"^(?i:(library|executable|test-suite|benchmark|common|flag|foreign-library|source-repository))\b\s*([\w.-]*)"
        ).match(plain)
        if named:
            section = ("", "") if depth == 0 else section
            current, indent = Field(section, named.group(1).lower(), named.group(2), number), depth
        elif head and depth == 0:
            section = (head.group(1).lower(), head.group(2))
            yield Field(section, "", "", number)
    if current is not None:
        yield current


def cabal(path: str, text: str) -> Package:
    parts: dict[tuple[str, str], dict[str, str]] = {}
    lines: dict[tuple[str, str], int] = {}
    for field in fields(text):
        known = parts.setdefault(field.section, {})
        lines.setdefault(field.section, field.line)
        if field.name:
            known[field.name] = f"{known[field.name]} , {field.value}" if field.name in known else field.value
    commons = {name: each for (kind, name), each in parts.items() if kind == "common"}
    name = parts.get(("", ""), {}).get("name")
    found = (
        _component(kind, own or name or "", each, commons, lines[kind, own])
        for (kind, own), each in parts.items()
        if kind in ("library", "executable", "test-suite", "benchmark")
    )
    return Package(path, name, tuple(found))


def _component(kind: str, name: str, own: dict[str, str], commons: dict[str, dict[str, str]], line: int) -> Component:
    shared = [commons.get(each.strip(), {}) for each in own.get("import", "").split(",")]
    values = [each.get("build-depends", "") for each in (own, *shared)]
    folders = own.get("hs-source-dirs") or next((each["hs-source-dirs"] for each in shared if "hs-source-dirs" in each), ".")
    return Component(kind, name, frozenset(_names(",".join(values))), tuple(folders.replace(",", " ").split()), line)


def _names(text: str) -> Iterator[str]:
    """Package names of `base >=4.7 && <5, warp`."""
    for part in text.split(","):
        found = compiled(r"^\s*([A-Za-z][\w-]*)").match(part)
        if found:
            yield found.group(1)


def _hpack(repo: Repo, path: str) -> Package | None:
    data = repo.yaml(path)
    if not isinstance(data, dict):
        return None
    shared = frozenset(_listed(data.get("dependencies")))
    found: list[Component] = []
    for kind, single, several in (
        ("library", "library", "internal-libraries"),
        ("executable", "executable", "executables"),
        ("test-suite", "", "tests"),
        ("benchmark", "", "benchmarks"),
    ):
        named = dict(data[several]) if isinstance(data.get(several), dict) else {}
        if single and isinstance(data.get(single), dict):
            named.setdefault(str(data.get("name") or ""), data[single])
        for name, own in named.items():
            own = own if isinstance(own, dict) else {}
            folders = own.get("source-dirs") or data.get("source-dirs") or "."
            line = repo.find_line(path, rf"^\s*{name}:") if kind != "library" else repo.find_line(path, r"^library:")
            depends = shared | frozenset(_listed(own.get("dependencies")))
            found.append(
                Component(kind, str(name), depends, tuple([folders] if isinstance(folders, str) else map(str, folders)), line)
            )
    name = data.get("name")
    return Package(path, str(name) if name else None, tuple(found))


def _listed(value: Any) -> Iterator[str]:
    """Names in a list of texts or of mappings with a name, or the keys of a mapping."""
    if isinstance(value, str):
        yield from _names(value)
    elif isinstance(value, dict):
        yield from (str(key) for key in value)
    elif isinstance(value, list):
        for each in value:
            yield from _names(str(each.get("name") or "") if isinstance(each, dict) else str(each))
