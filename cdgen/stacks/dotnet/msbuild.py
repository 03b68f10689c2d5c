"""What an MSBuild file says: properties and items, with the conditions that can be told without building.

https://learn.microsoft.com/visualstudio/msbuild/customize-by-directory
"""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import normpath
from typing import TYPE_CHECKING, NamedTuple

from cdgen.errors import InputError
from cdgen.model.facts import Source
from cdgen.repo import Repo
from cdgen.repo.patterns import compiled

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

LONGEST = 4_096  # characters of a value
MOST_ITEMS = 5_000  # of one project
DEEPEST = 20  # groups within choices
MOST_IMPORTS = 20  # files that one project is made of; real ones have fewer than five
COMPARED = r"^\s*'([^']*)'\s*(==|!=)\s*'([^']*)'\s*$"
EXISTS = r"(?i)^\s*(!)?\s*exists\s*\(\s*'([^']*)'\s*\)\s*$"


class Item(NamedTuple):
    """One entry of an ItemGroup; `attributes` holds attributes and child elements alike, names in lower case."""

    kind: str
    include: str
    attributes: dict[str, str]
    source: Source


class Evaluation:
    """Properties and items of a project as its files are read in the order of a build. Names of properties are in lower case."""

    def __init__(self, repo: Repo, project: str) -> None:
        self.repo = repo
        self.folder = project.rpartition("/")[0] or "."
        self.properties: dict[str, str] = {"configuration": "Release", "msbuildprojectdirectory": "."}
        self.places: dict[str, Source] = {}
        self.items: list[Item] = []
        self.files: list[str] = []
        self._texts: dict[str, str] = {}
        self._cursors: dict[str, tuple[int, int]] = {}

    def read(self, path: str, *, strict: bool = False) -> Element | None:
        """Take in a file and what it imports. Raises InputError when `strict` and broken; other broken files are silent."""
        if path in self.files or len(self.files) >= MOST_IMPORTS:
            return None
        try:
            root: Element | None = self.repo.xml(path)
        except InputError:
            if strict:
                raise
            return None
        if root is not None:
            self.files.append(path)
            self._children(root, path)
        return root

    def expand(self, text: str, path: str = "") -> str:
        """`$(Name)` replaced where the value is known."""
        here = path.rpartition("/")[0] or "."
        known = {**self.properties, "msbuildthisfiledirectory": self._relative(here) + "/"}
        for _ in range(4):  # properties that name properties
            found = compiled(r"\$\((\w+)\)").sub(lambda match: known.get(match.group(1).lower(), match.group(0)), text)
            if found == text or len(found) > LONGEST:  # properties that double one another would fill the memory
                break
            text = found
        return text

    def place(self, text: str) -> str | None:
        """A path of the project as a path of the repository; None when it leaves it or is not known."""
        plain = text.strip().replace("\\", "/")
        if not plain or "$(" in plain or plain.startswith("/") or ":" in plain:
            return None
        found = normpath(f"{self.folder}/{plain}")
        return None if found.startswith("..") else found

    def _relative(self, folder: str) -> str:
        up = "" if self.folder == "." else "/".join([".."] * (self.folder.count("/") + 1))
        return f"{up}/{folder}" if up and folder != "." else up or folder

    def _children(self, parent: Element, path: str, depth: int = 0) -> None:
        for element in parent if depth < DEEPEST else ():
            name = tag(element)
            holds = self.holds(element.get("Condition"), path)
            if name == "PropertyGroup" and holds:
                self._group(element, path)
            elif name == "ItemGroup" and holds is not False:
                self._item_group(element, path)
            elif name == "Import" and holds is not False:
                self._import(element.get("Project") or "", path)
            elif name in ("Choose", "ImportGroup", "Otherwise") or (name == "When" and holds):
                self._children(element, path, depth + 1)

    def _group(self, group: Element, path: str) -> None:
        for element in group:
            if self.holds(element.get("Condition"), path):
                name = tag(element)
                self.properties[name.lower()] = self.expand((element.text or "").strip(), path)
                self.places[name.lower()] = Source(path, self._line(path, f"<{name}"))

    def _item_group(self, group: Element, path: str) -> None:
        for element in group:
            if self.holds(element.get("Condition"), path) is False:
                continue
            attributes = {key.lower(): self.expand(value, path) for key, value in element.attrib.items()}
            attributes |= {tag(child).lower(): self.expand((child.text or "").strip(), path) for child in element}
            for include in attributes.get("include", attributes.get("update", "")).split(";"):
                if include.strip() and len(self.items) < MOST_ITEMS:
                    place = Source(path, self._line(path, include.strip()))
                    self.items.append(Item(tag(element), include.strip(), attributes, place))

    def _line(self, path: str, words: str) -> int:
        """The next line on which words stand, as the file is read in its order; 0 for words that were put together."""
        text = self.repo.text(path) or "" if path not in self._texts else self._texts[path]
        self._texts[path] = text
        start, line = self._cursors.get(path, (0, 1))
        found = text.find(words, start)
        if found < 0:
            return 0
        line += text.count("\n", start, found)
        self._cursors[path] = (found, line)
        return line

    def _import(self, project: str, path: str) -> None:
        above = compiled(r"GetPathOfFileAbove\(\s*'?([\w.]+)").search(project)
        if above:
            parent = (path.rpartition("/")[0] or ".").rpartition("/")[0] or "."
            found = nearest(self.repo, parent, above.group(1)) if "/" in path else None
            if found:
                self.read(found)
            return
        expanded = self.expand(project, path)
        local = "MSBuildThisFileDirectory" in project or "$(" in project
        if not local:  # a plain path starts at the file that imports
            here = path.rpartition("/")[0] or "."
            expanded = f"{self._relative(here)}/{expanded}"
        place = self.place(expanded)
        if place and self.repo.has(place):
            self.read(place)

    def holds(self, condition: str | None, path: str) -> bool | None:
        """Whether a condition is true; None when it cannot be told."""
        if not condition or not condition.strip():
            return True
        compared = compiled(COMPARED).match(condition)
        if compared:
            left, right = (self._known(compared.group(part), path) for part in (1, 3))
            if left is None or right is None:
                return None
            return (left.lower() == right.lower()) == (compared.group(2) == "==")
        exists = compiled(EXISTS).match(condition)
        if exists:
            place = self.place(self.expand(exists.group(2), path))
            return None if place is None else self.repo.has(place) != bool(exists.group(1))
        return None

    def _known(self, text: str, path: str) -> str | None:
        """The text with unset properties empty, as in a build; None when a function or the platform decides."""
        expanded = self.expand(text, path)
        if compiled(r"\$\((?:\w+[.(:]|\[|OS\b|Platform\b|Runtime|SolutionDir)").search(expanded):
            return None
        return compiled(r"\$\(\w+\)").sub("", expanded)


def tag(element: Element) -> str:
    """Without the namespace that project files of older tools carry; empty for what is no element."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def nearest(repo: Repo, folder: str, name: str) -> str | None:
    """The file of that name in a folder or the nearest one above it."""
    return next((path for path in upwards(folder, name) if repo.has(path)), None)


def upwards(folder: str, name: str) -> Iterator[str]:
    parts = [] if folder == "." else folder.split("/")
    for depth in range(len(parts), -1, -1):
        yield "/".join([*parts[:depth], name])
