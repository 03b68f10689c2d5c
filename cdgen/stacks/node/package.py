"""What `package.json` says: the one manifest of the family, read once and asked by every subject."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from cdgen.errors import InputError
from cdgen.model.facts import Source
from cdgen.repo import Repo, Scope
from cdgen.repo.patterns import compiled

RUNTIME = ("dependencies", "optionalDependencies")


class Package(NamedTuple):
    """The manifest of one folder. An Nx application without one of its own borrows the workspace's (`own` is false).

    `root` is the folder with the lockfile, relative to the repository: the folder itself, or the workspace above it.
    """

    scope: Scope
    path: str  # of the package.json, relative to the repository
    data: Mapping[str, Any]
    root: str
    own: bool = True
    project: Mapping[str, Any] | None = None  # Nx project.json

    @property
    def scripts(self) -> Mapping[str, str]:
        return strings(self.data.get("scripts")) if self.own else {}

    @property
    def dependencies(self) -> Mapping[str, str]:
        """What is installed in production."""
        return {name: version for part in RUNTIME for name, version in strings(self.data.get(part)).items()}

    @property
    def dev_dependencies(self) -> Mapping[str, str]:
        return strings(self.data.get("devDependencies"))

    @property
    def every_dependency(self) -> Mapping[str, str]:
        return {**strings(self.data.get("peerDependencies")), **self.dev_dependencies, **self.dependencies}

    @property
    def is_member(self) -> bool:
        """Whether the lockfile is that of a workspace above."""
        return self.root != self.scope.directory

    def text(self, key: str) -> str:
        value = self.data.get(key)
        return value if isinstance(value, str) else ""

    def source(self, name: str | None = None) -> Source:
        """The line of the first `"name":` in the manifest, the file as a whole without one."""
        return self.scope.repo.source(self.path, f'"{re.escape(name)}"\\s*:' if name else None)

    def root_path(self, relative: str) -> str:
        return join(self.root, relative)


def strings(value: Any) -> dict[str, str]:
    """The entries of an object that are text; nothing for anything else."""
    if not isinstance(value, dict):
        return {}
    return {name: text for name, text in value.items() if isinstance(name, str) and isinstance(text, str)}


def join(directory: str, relative: str) -> str:
    return relative if directory == "." else f"{directory}/{relative}"


def parent(path: str) -> str:
    """The folder of a repository path, `.` for the root."""
    return path.rpartition("/")[0] or "."


def manifest(repo: Repo, directory: str) -> Mapping[str, Any] | None:
    """The object in a folder's package.json; None when there is none or it is not an object. Raises InputError when broken."""
    path = join(directory, "package.json")
    if repo.has(path) and repo.text(path) is None:
        raise repo.unreadable(path)
    data = repo.json(path)
    return data if isinstance(data, dict) else None


def readable_manifest(repo: Repo, directory: str) -> Mapping[str, Any] | None:
    """As `manifest`, and None for a broken one: for looking around, where somebody else's broken file must not stop the run."""
    try:
        return manifest(repo, directory)
    except InputError:
        return None


def relaxed(repo: Repo, path: str) -> Any:
    """JSON with comments and trailing commas, as TypeScript and Deno read their settings; None when it is absent or broken."""
    import json

    text = repo.text(path)
    if text is None:
        return None
    strings_first = compiled(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*[\s\S]*?\*/').sub(lambda part: part.group(1) or " ", text)
    plain = compiled(r'("(?:\\.|[^"\\])*")|,(?=\s*[}\]])').sub(lambda part: part.group(1) or "", strings_first)
    try:
        return json.loads(plain)
    except (ValueError, RecursionError):
        return None


def is_template(repo: Repo, directory: str) -> bool:
    """Whether the package.json is the input of a generator (`"name": "{{name}}"`), which is no manifest yet."""
    text = repo.text(join(directory, "package.json")) or ""
    return "{{" in text or "<%" in text or "${" in text[:200]
