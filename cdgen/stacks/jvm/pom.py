"""pom.xml with its parents, as far as they are in the repository: properties, dependencies, plugins."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from cdgen.model.facts import Source
from cdgen.repo import Repo
from cdgen.repo.patterns import compiled
from cdgen.stacks.jvm.build import Dependency, Plugin

MOST_PARENTS = 8
DEEPEST = 8  # properties that refer to properties


class Element:
    """An XML element without namespaces, and the file it stands in."""

    __slots__ = ("node", "path")

    def __init__(self, node: Any, path: str) -> None:
        self.node = node
        self.path = path

    def child(self, *names: str) -> Element | None:
        node = self.node
        for name in names:
            node = next((each for each in node if _local(each) == name), None)
            if node is None:
                return None
        return Element(node, self.path)

    def children(self, *names: str) -> Iterator[Element]:
        """Elements called as the last name, below the chain of the others."""
        holder = self.child(*names[:-1]) if len(names) > 1 else self
        if holder is not None:
            yield from (Element(each, self.path) for each in holder.node if _local(each) == names[-1])

    def text(self, *names: str) -> str:
        found = self.child(*names)
        return (found.node.text or "").strip() if found else ""

    def everywhere(self, name: str) -> Iterator[Element]:
        yield from (Element(each, self.path) for each in self.node.iter() if _local(each) == name)


class Configured(NamedTuple):
    """A plugin as a pom has it: `managed` ones only fix version and configuration for those that are used."""

    artifact: str
    version: str
    element: Element
    managed: bool
    profile: str | None  # id of the profile it is in


class Pom:
    """A pom and its parents in the repository, own first. `outside` is the first parent that is not here.

    Raises InputError when it cannot be read.
    """

    def __init__(self, repo: Repo, path: str) -> None:
        self.repo = repo
        self.chain = tuple(_chain(repo, path))
        if not self.chain:
            raise repo.unreadable(path)
        self.path = path
        self.project = self.chain[0]
        self.directory = path.rpartition("/")[0] or "."
        self.properties = self._properties()

    @property
    def root(self) -> str:
        """The topmost folder of the chain."""
        return min(
            (element.path.rpartition("/")[0] or "." for element in self.chain),
            key=lambda folder: 0 if folder == "." else len(folder),
        )

    @property
    def outside(self) -> Dependency | None:
        parent = self.chain[-1].child("parent")
        if parent is None:
            return None
        group, artifact = self.value(parent.text("groupId")), self.value(parent.text("artifactId"))
        return Dependency(
            group,
            artifact,
            self.value(parent.text("version")) or None,
            False,
            self.line(parent.path, f">{parent.text('artifactId')}<"),
        )

    def _properties(self) -> dict[str, tuple[str, str]]:
        """Name -> (text, path of the pom), the nearest pom first."""
        found: dict[str, tuple[str, str]] = {}
        for element in self.chain:
            holder = element.child("properties")
            for node in holder.node if holder else ():
                if isinstance(node.tag, str):
                    found.setdefault(_local(node), ((node.text or "").strip(), element.path))
        return found

    def value(self, text: str) -> str:
        """A text with its `${...}` replaced where they are known."""
        for _ in range(DEEPEST):
            match = compiled(r"\$\{([^}]+)\}").search(text)
            if not match:
                break
            known = self._known(match.group(1))
            if known is None:
                break
            text = text.replace(match.group(0), known)
        return text

    def _known(self, name: str) -> str | None:
        if name in self.properties:
            return self.properties[name][0]
        for prefix in ("project.", "pom.", ""):
            if name.startswith(prefix) and name.removeprefix(prefix) in (
                "version",
                "groupId",
                "artifactId",
                "parent.version",
                "name",
            ):
                return self._inherited(name.removeprefix(prefix))
        return None

    def _inherited(self, name: str) -> str | None:
        parts = name.split(".")
        for element in self.chain:
            text = element.text(*parts) or (element.text("parent", *parts) if name in ("version", "groupId") else "")
            if text:
                return text
        return None

    def line(self, path: str, needle: str) -> Source:
        text = self.repo.text(path) or ""
        at = text.find(needle)
        return Source(path, text.count("\n", 0, at) + 1 if at >= 0 else 0)

    def dependencies(self) -> Iterator[Dependency]:
        """What the module itself and its parents add; optional ones too, they are on its own class path."""
        for element in self.chain:
            for each in element.children("dependencies", "dependency"):
                yield self._dependency(each)
        for element in self.chain:
            for profile in element.children("profiles", "profile"):
                if self._is_active(profile):
                    yield from (self._dependency(each) for each in profile.children("dependencies", "dependency"))

    def _is_active(self, profile: Element) -> bool:
        """By default, or because of a file of the module that is there; nothing else is known before Maven runs."""
        if profile.text("activation", "activeByDefault") == "true":
            return True
        file = compiled(r"^\$\{(?:project\.)?basedir\}/").sub("", profile.text("activation", "file", "exists"))
        path = _resolved(self.path, file) if file else None
        return path is not None and (self.repo.has(path) or bool(self.repo.under(path)))

    def managed(self) -> Iterator[Dependency]:
        """Imported bills of materials, managed versions and the parent outside the repository."""
        for element in self.chain:
            for each in element.children("dependencyManagement", "dependencies", "dependency"):
                yield self._dependency(each)
        if self.outside:
            yield self.outside

    def _dependency(self, element: Element) -> Dependency:
        artifact = element.text("artifactId")
        return Dependency(
            self.value(element.text("groupId")),
            self.value(artifact),
            self.value(element.text("version")) or None,
            element.text("scope") == "test",
            self.line(element.path, f">{artifact}<"),
        )

    def plugins(self) -> Iterator[Configured]:
        """Used plugins of the module and its parents, then those that are only managed, then those of profiles."""
        for managed in (False, True):
            names = ("build", "pluginManagement", "plugins", "plugin") if managed else ("build", "plugins", "plugin")
            for element in self.chain:
                yield from (self._plugin(each, managed, None) for each in element.children(*names))
        for element in self.chain:
            for profile in element.children("profiles", "profile"):
                name = None if self._is_active(profile) else profile.text("id")
                yield from (self._plugin(each, False, name) for each in profile.children("build", "plugins", "plugin"))

    def _plugin(self, element: Element, managed: bool, profile: str | None) -> Configured:  # noqa: FBT001
        return Configured(element.text("artifactId"), self.value(element.text("version")), element, managed, profile)

    def plugin(self, artifact: str) -> Configured | None:
        """A plugin that runs by default."""
        return next(
            (each for each in self.plugins() if each.artifact == artifact and not each.managed and each.profile is None), None
        )

    def used_plugins(self) -> Iterator[Plugin]:
        for each in self.plugins():
            if not each.managed and each.profile is None:
                place = self.line(each.element.path, f">{each.artifact}<")
                yield Plugin(each.artifact, each.version or None, place)

    def configured(self, artifact: str, *names: str) -> tuple[str, str] | None:
        """(value, pom) of a setting of a plugin, in the order in which Maven would look."""
        for each in self.plugins():
            if each.artifact == artifact and each.profile is None:
                for name in names:
                    text = each.element.text("configuration", name)
                    if text:
                        return self.value(text), each.element.path
        return None


@lru_cache(maxsize=512)
def pom_of(repo: Repo, path: str) -> Pom:
    """The pom at a path, read once: the modules of one build share their parents."""
    return Pom(repo, path)


def _chain(repo: Repo, path: str) -> Iterator[Element]:
    """A pom and the parents that relativePath leads to; a file that is another project is no parent, as Maven sees it."""
    for _ in range(MOST_PARENTS):
        root = repo.xml(path)
        if root is None or _local(root) != "project":
            return
        element = Element(root, path)
        yield element
        parent = element.child("parent")
        if parent is None:
            return
        relative = parent.child("relativePath")
        stated = "../pom.xml" if relative is None else (relative.node.text or "").strip()
        above = _resolved(path, stated) if stated else None
        if above is None:
            return
        above = above if repo.has(above) else f"{above}/pom.xml"
        if not repo.has(above) or f">{parent.text('artifactId')}<" not in (repo.text(above) or ""):
            return
        path = above


def _resolved(path: str, relative: str) -> str | None:
    """A path relative to a pom's folder, None outside the repository."""
    parts = path.split("/")[:-1]
    for part in relative.replace("\\", "/").split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def _local(node: Any) -> str:
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""
