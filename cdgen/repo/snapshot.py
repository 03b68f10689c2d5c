"""The repository as a value: its files, and their contents read once, safely.

Opening follows no symbolic link, takes regular files only, and stops at `MAX_BYTES`: a hostile repository can neither make us read
outside its root nor block or exhaust us.
"""

from __future__ import annotations

import os
import re
import stat
from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from cdgen.errors import InputError
from cdgen.model.facts import Source

MAX_BYTES = 2 * 1024 * 1024  # larger than any manifest or hand-written source file we read
MAX_FILES = 200_000
MAX_DEPTH = 64
PRUNED = frozenset(
    {
        ".git",
        "node_modules",
        "vendor",
        "target",
        "build",
        "dist",
        ".venv",
        "venv",
        "__pycache__",
        ".gradle",
        ".idea",
        ".tox",
        ".nox",
        ".mypy_cache",
        ".pytest_cache",
        ".next",
        ".yarn",
        "bower_components",
        "_vendor",
        "Godeps",
    }
)  # folders of dependencies and build output: never evidence
# what a dependency folder says about the tool that filled it: the only files of such folders that are evidence
VENDORED_BY = frozenset({"vendor/manifest", "vendor/modules.txt", "vendor/vendor.json", "Godeps/Godeps.json"})
NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


class Repo:
    """The files of one repository. `files` are paths relative to `root`, with `/`, sorted, regular files only.

    What cdgen wrote itself (`owned`) can be read, but is no evidence: else a service would be what its road once took it for.
    """

    def __init__(self, root: Path, files: tuple[str, ...], *, is_git: bool, owned: frozenset[str] = frozenset()) -> None:
        self.root = root
        self.files = tuple(path for path in files if path not in owned) if owned else files
        self.is_git = is_git
        self.unread: dict[str, str] = {}  # path -> why it was not read
        self._bytes: dict[str, bytes | None] = {}
        self._parsed: dict[tuple[str, str], Any] = {}
        self._readable = frozenset(files)
        self._set = self._readable - owned

    @property
    def name(self) -> str:
        return self.root.name

    def has(self, path: str) -> bool:
        return path in self._set

    def under(self, directory: str) -> tuple[str, ...]:
        """The files below a directory (`.` for all), vendored folders left out."""
        if directory in (".", ""):
            return self.files
        prefix = directory.rstrip("/") + "/"
        start = bisect_left(self.files, prefix)
        end = bisect_left(self.files, prefix[:-1] + chr(ord("/") + 1))
        return self.files[start:end]

    def glob(self, pattern: str, directory: str = ".") -> tuple[str, ...]:
        """Files below `directory` that match; `*` and `?` stay in one folder, `**/` crosses any number, `{a,b}` alternates."""
        match = _pattern(pattern if directory in (".", "") else f"{directory}/{pattern}")
        return tuple(path for path in self.under(directory) if match(path))

    def text(self, path: str) -> str | None:
        """Contents as text; None when absent, not a regular file, too large, or not text. A byte-order mark is dropped."""
        data = self.data(path)
        if data is None or b"\0" in data[:4096]:
            return None
        return data.decode("utf-8-sig", "replace")

    def lines(self, path: str) -> list[str]:
        return (self.text(path) or "").splitlines()

    def data(self, path: str) -> bytes | None:
        if path not in self._bytes:
            self._bytes[path] = self._open(path) if path in self._readable else None
        return self._bytes[path]

    def _open(self, path: str) -> bytes | None:
        try:
            descriptor = open_contained(self.root, path)
        except OSError as problem:
            self.unread[path] = problem.strerror or str(problem)
            return None
        with os.fdopen(descriptor, "rb") as stream:
            info = os.fstat(descriptor)
            if not stat.S_ISREG(info.st_mode):
                self.unread[path] = "not a regular file"
                return None
            if info.st_size > MAX_BYTES:
                self.unread[path] = f"larger than {MAX_BYTES} bytes"
                return None
            return stream.read(MAX_BYTES)

    def json(self, path: str) -> Any:
        """Parsed JSON, None when absent. Raises InputError with the line when broken."""
        return self._parse("json", path, _json)

    def toml(self, path: str) -> Any:
        """Parsed TOML, None when absent. Raises InputError with the line when broken."""
        return self._parse("toml", path, _toml)

    def yaml(self, path: str) -> Any:
        """First YAML document with 1.2 scalars (`on` stays a string), None when absent. Unknown tags stay opaque strings."""
        documents = self.yaml_documents(path)
        return documents[0] if documents else None

    def yaml_documents(self, path: str) -> list[Any]:
        return self._parse("yaml", path, _yaml) or []

    def xml(self, path: str) -> Any:
        """Root `xml.etree` element, None when absent. Documents with a DTD are refused."""
        return self._parse("xml", path, _xml)

    def _parse(self, kind: str, path: str, parse: Callable[[str], Any]) -> Any:
        key = (kind, path)
        if key not in self._parsed:
            text = self.text(path)
            try:
                self._parsed[key] = None if text is None else parse(text)
            except (ValueError, RecursionError, SyntaxError) as problem:
                line = getattr(problem, "lineno", None) or _line_in(str(problem))
                raise InputError(
                    f"{path} is not valid {kind.upper()}: {str(problem) or type(problem).__name__}",
                    where=f"{path}:{line}" if line else path,
                    hint=f"repair {path}, then run the same command again",
                ) from problem
        return self._parsed[key]

    def find_line(self, path: str, pattern: str, start: int = 1) -> int:
        """1-based number of the first line at or after `start` in which the regular expression matches, 0 if none."""
        search = compiled(pattern).search
        for number, line in enumerate(self.lines(path)[start - 1 :], start):
            if search(line):
                return number
        return 0

    def source(self, path: str, pattern: str | None = None) -> Source:
        """The place in a file where a pattern stands; the file as a whole when it does not."""
        return Source(path, self.find_line(path, pattern) if pattern else 0)


class Scope:
    """A repository seen from one service's directory: paths are relative to that directory, sources to the repository root.

    `nested` are directories below that belong to another service: their files are not this one's. `family` is the language family
    that is looked for, so that a detector can leave out what another language's stage or job says.
    """

    def __init__(self, repo: Repo, directory: str, nested: tuple[str, ...] = (), family: str = "") -> None:
        self.repo = repo
        self.directory = directory
        self.family = family
        self.nested = nested
        self._below = tuple(f"{path}/" for path in nested)
        self._files: tuple[str, ...] | None = None

    @property
    def files(self) -> tuple[str, ...]:
        """Files of this service, relative to its directory."""
        if self._files is None:
            cut = 0 if self.directory == "." else len(self.directory) + 1
            own = (path for path in self.repo.under(self.directory) if not path.startswith(self._below))
            self._files = tuple(path[cut:] for path in own)
        return self._files

    def path(self, relative: str) -> str:
        """Repository path of a file of this service."""
        return relative if self.directory == "." else f"{self.directory}/{relative}"

    def has(self, relative: str) -> bool:
        return self.repo.has(self.path(relative))

    def glob(self, pattern: str) -> tuple[str, ...]:
        match = _pattern(pattern)
        return tuple(path for path in self.files if match(path))

    def text(self, relative: str) -> str | None:
        return self.repo.text(self.path(relative))

    def lines(self, relative: str) -> list[str]:
        return self.repo.lines(self.path(relative))

    def json(self, relative: str) -> Any:
        return self.repo.json(self.path(relative))

    def toml(self, relative: str) -> Any:
        return self.repo.toml(self.path(relative))

    def yaml(self, relative: str) -> Any:
        return self.repo.yaml(self.path(relative))

    def xml(self, relative: str) -> Any:
        return self.repo.xml(self.path(relative))

    def source(self, relative: str, pattern: str | None = None) -> Source:
        return self.repo.source(self.path(relative), pattern)

    def line(self, relative: str, number: int) -> Source:
        return Source(self.path(relative), number)

    def search(self, files: tuple[str, ...], pattern: str) -> Iterator[tuple[str, int, re.Match[str]]]:
        """Every match of a regular expression in the given files: (relative path, line, match), in order.

        The pattern runs over whole texts (use `(?m)`, `(?s)` as needed), so it may span lines.
        """
        find = compiled(pattern).finditer
        for path in files:
            text = self.text(path)
            if text is None:
                continue
            for match in find(text):
                yield path, text.count("\n", 0, match.start()) + 1, match

    def above(self, name: str) -> tuple[str, ...]:
        """Repository paths of files called `name` in the directories above this one, nearest first."""
        parts = self.directory.split("/") if self.directory != "." else []
        places = ["/".join(parts[:depth]) for depth in range(len(parts) - 1, -1, -1)] if parts else []
        return tuple(path for path in (f"{place}/{name}" if place else name for place in places) if self.repo.has(path))


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Compile on first use: compiling at import is start-up time that most runs never need."""
    return re.compile(pattern)


@cache
def _pattern(pattern: str) -> Callable[[str], bool]:
    """Whether a path matches. Most patterns are names and endings, which need no regular expression: compiling one is dear."""
    names: set[str] = set()
    tests: list[Callable[[str], object]] = []
    for each in _alternatives(pattern):
        tail = each.removeprefix("**/")
        if not _is_wild(each):
            names.add(each)
        elif each != tail and not _is_wild(tail):
            names.add(tail)
            tests.append(_ends(f"/{tail}"))
        elif each != tail and tail.startswith("*") and "/" not in tail and not _is_wild(tail[1:]):
            tests.append(_ends(tail[1:]))
        else:
            tests.append(re.compile(_expression(each)).match)
    return lambda path: path in names or any(test(path) for test in tests)


def _alternatives(pattern: str) -> list[str]:
    """The pattern once per choice of its braces."""
    start = pattern.find("{")
    end = pattern.find("}", start)
    if start < 0 or end < 0:
        return [pattern]
    rests = _alternatives(pattern[end + 1 :])
    return [pattern[:start] + choice + rest for choice in pattern[start + 1 : end].split(",") for rest in rests]


def _is_wild(text: str) -> bool:
    return "*" in text or "?" in text


def _ends(ending: str) -> Callable[[str], bool]:
    return lambda path: path.endswith(ending)


def _expression(pattern: str) -> str:
    out, index = "", 0
    while index < len(pattern):
        if pattern.startswith("**/", index):
            out, index = out + "(?:.*/)?", index + 3
            continue
        out += {"*": "[^/]*", "?": "[^/]"}.get(pattern[index], re.escape(pattern[index]))
        index += 1
    return out + r"\Z"


def open_repo(path: Path) -> tuple[Repo, str]:
    """The repository that holds `path`, and the directory inside it that was asked for (`.` for the root).

    Outside git the root is the topmost folder whose build files claim the path (a Maven parent, a Gradle or workspace root).
    Raises InputError when the path is not a readable folder.
    """
    from cdgen.repo import git
    from cdgen.repo.owned import owned

    start = path.resolve()
    if not start.is_dir():
        raise InputError(f"{path} is not a folder", where=str(path), hint="give the folder of a repository or service")
    root = git.top_level(start)
    if root is not None:
        root = root.resolve()
        files = (name for name in git.files(root) if _is_evidence(name) and _stands(root, name))
        repo = Repo(root, tuple(sorted(set(files))), is_git=True, owned=owned(root))
    else:
        from cdgen.repo.workspace import workspace_root

        root = workspace_root(start)
        repo = Repo(root, tuple(sorted(_walk(root))), is_git=False, owned=owned(root))
    directory = start.relative_to(root).as_posix()
    return repo, directory


def _stands(root: Path, name: str) -> bool:
    """Whether a file of the index is a regular file on disk: not deleted, left out of a sparse checkout, or swapped for a link."""
    try:
        return stat.S_ISREG(os.lstat(f"{root}/{name}").st_mode)
    except OSError:
        return False


def _is_evidence(path: str) -> bool:
    folders = path.split("/")[:-1]
    if PRUNED.isdisjoint(folders):
        return True
    return PRUNED.isdisjoint(folders[:-1]) and "/".join(path.split("/")[-2:]) in VENDORED_BY


def _walk(root: Path) -> Iterator[str]:
    """Regular files below a folder outside git. Links are not followed; dependency folders are left out; bounded."""
    pending, count = [("", 0)], 0
    while pending:
        prefix, depth = pending.pop()
        try:
            entries = list(os.scandir(root / prefix))
        except OSError:
            continue
        for entry in entries:
            name = f"{prefix}{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in PRUNED and depth < MAX_DEPTH:
                    pending.append((f"{name}/", depth + 1))
                elif entry.name in ("vendor", "Godeps"):
                    yield from _vendored_by(root, prefix, entry.name)
            elif entry.is_file(follow_symlinks=False):
                count += 1
                if count > MAX_FILES:
                    return
                yield name


def _vendored_by(root: Path, prefix: str, folder: str) -> Iterator[str]:
    for name in sorted(VENDORED_BY):
        if name.startswith(f"{folder}/"):
            path = root / prefix / name
            if path.is_file() and not path.is_symlink():
                yield f"{prefix}{name}"


def open_contained(root: Path, path: str) -> int:
    """A descriptor of a file below root, following no symbolic link in any component (where the platform can say so)."""
    parts = path.split("/")
    if ".." in parts or path.startswith("/"):
        raise OSError(f"{path} leaves the repository")
    if os.open not in os.supports_dir_fd:
        if any((root / "/".join(parts[:depth])).is_symlink() for depth in range(1, len(parts) + 1)):
            raise OSError(f"{path} goes through a symbolic link")
        return os.open(root / path, os.O_RDONLY | NO_FOLLOW)
    if len(parts) == 1:
        return os.open(root / path, os.O_RDONLY | NO_FOLLOW)
    folder = os.open(root, os.O_RDONLY)
    try:
        for part in parts[:-1]:
            below = os.open(part, os.O_RDONLY | NO_FOLLOW | getattr(os, "O_DIRECTORY", 0), dir_fd=folder)
            os.close(folder)
            folder = below
        return os.open(parts[-1], os.O_RDONLY | NO_FOLLOW, dir_fd=folder)
    finally:
        os.close(folder)


def _json(text: str) -> Any:
    import json

    return json.loads(text)


def _toml(text: str) -> Any:
    import tomllib

    return tomllib.loads(text)


def _yaml(text: str) -> list[Any]:
    from cdgen.repo.yaml import load_documents

    return load_documents(text)


def _xml(text: str) -> Any:
    from xml.etree import ElementTree

    if "<!DOCTYPE" in text[:4096] or "<!ENTITY" in text:
        raise ValueError("a document type declaration is refused")
    try:
        return ElementTree.fromstring(text.encode())  # noqa: S314  (no DTD, so no entities)
    except ElementTree.ParseError as problem:
        raise ValueError(f"line {problem.position[0]}: {problem}") from problem


def _line_in(message: str) -> int | None:
    found = re.search(r"line (\d+)", message)
    return int(found.group(1)) if found else None
