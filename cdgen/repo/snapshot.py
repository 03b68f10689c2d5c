"""The repository as a value: its files, and their contents read once."""

from __future__ import annotations

import os
import re
import stat
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cdgen.errors import InputError
from cdgen.model.facts import Source
from cdgen.repo import contents, listing
from cdgen.repo.patterns import compiled, matcher, plain_names

if TYPE_CHECKING:
    from cdgen.repo.syntax import Syntax

# kept from one service to the next, for services of one repository share some of their files
MOST_TREES = 100  # about 50 kB each, twice that once they were asked
MOST_HELD = 16 * 1024 * 1024  # bytes of contents


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
        self._held = 0  # bytes of what was read from disk
        self._parsed: dict[tuple[str, str], Any] = {}
        self._trees: dict[tuple[str, str], Syntax | None] = {}
        self._readable = frozenset(files)
        self._set = self._readable - owned

    @classmethod
    def of(cls, contents: Mapping[str, bytes]) -> Repo:
        """A repository that is in memory only, by path."""
        repo = cls(Path("repository"), tuple(sorted(contents)), is_git=False)
        repo._bytes = dict(contents)
        return repo

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
        prefix = "" if directory in (".", "") else f"{directory.rstrip('/')}/"
        if names := plain_names(pattern):
            return tuple(path for name in names if (path := prefix + name) in self._set)
        match, cut = matcher(pattern), len(prefix)  # of the part below the folder, so that every folder has the same one
        return tuple(path for path in self.under(directory) if match(path[cut:]))

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
            found = self._open(path) if path in self._readable else None
            self._bytes[path] = found
            self._held += len(found or b"")
        return self._bytes[path]

    def glance(self, path: str) -> bytes:
        """Contents that are not kept, for a question that is asked of every file once; empty when they cannot be read."""
        if path in self._bytes:
            return self._bytes[path] or b""
        return (self._open(path) if path in self._readable else None) or b""

    def _open(self, path: str) -> bytes | None:
        try:
            descriptor = contents.open_contained(self.root, path)
        except OSError as problem:
            self.unread[path] = problem.strerror or str(problem)
            return None
        with os.fdopen(descriptor, "rb") as stream:
            info = os.fstat(descriptor)
            if not stat.S_ISREG(info.st_mode):
                self.unread[path] = "not a regular file"
                return None
            if info.st_size > contents.MAX_BYTES:
                self.unread[path] = f"larger than {contents.MAX_BYTES} bytes"
                return None
            return stream.read(contents.MAX_BYTES)

    def json(self, path: str) -> Any:
        """Parsed JSON, None when absent. Raises InputError with the line when broken."""
        return self._parse("json", path, contents.json)

    def toml(self, path: str) -> Any:
        """Parsed TOML, None when absent. Raises InputError with the line when broken."""
        return self._parse("toml", path, contents.toml)

    def yaml(self, path: str) -> Any:
        """First YAML document with 1.2 scalars (`on` stays a string), None when absent. Unknown tags stay opaque strings."""
        documents = self.yaml_documents(path)
        return documents[0] if documents else None

    def yaml_documents(self, path: str) -> list[Any]:
        return self._parse("yaml", path, contents.yaml) or []

    def xml(self, path: str) -> Any:
        """Root `xml.etree` element, None when absent. Documents with a DTD are refused."""
        return self._parse("xml", path, contents.xml)

    def syntax(self, path: str, grammar: str) -> Syntax | None:
        """The syntax tree of a source file, parsed once; None when it is no text. `grammar` is one of `syntax.GRAMMARS`."""
        key = (grammar, path)
        if key not in self._trees:
            from cdgen.repo import syntax

            self._trees[key] = syntax.parse(self, path, grammar)
        return self._trees[key]

    def let_go(self) -> None:
        """Between two services: what was read for those before, once it is so much that memory would grow with the repository."""
        if len(self._trees) > MOST_TREES:
            self._trees.clear()
        if self._held > MOST_HELD:
            self._bytes.clear()
            self._held = 0

    def unreadable(self, path: str) -> InputError:
        """The error for a manifest that is there and cannot be read at all: too large, a pipe, not text."""
        return InputError(f"{path} cannot be read: {self.unread.get(path, 'it is not text')}", where=path)

    def _parse(self, kind: str, path: str, parse: Callable[[str], Any]) -> Any:
        key = (kind, path)
        if key not in self._parsed:
            text = self.text(path)
            try:
                self._parsed[key] = None if text is None else parse(text)
            except (ValueError, RecursionError, SyntaxError) as problem:
                line = getattr(problem, "lineno", None) or contents.line_in(str(problem))
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
        if names := plain_names(pattern):
            return tuple(name for name in names if self.has(name) and not self.path(name).startswith(self._below))
        match = matcher(pattern)
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

    def syntax(self, relative: str, grammar: str) -> Syntax | None:
        return self.repo.syntax(self.path(relative), grammar)

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
        evidence = sorted({name for name in git.files(root) if listing.is_evidence(name)})
        stands = tuple(name for name in evidence[: listing.MAX_FILES] if listing.stands(root, name))
        repo = Repo(root, stands, is_git=True, owned=owned(root))
        if len(evidence) > listing.MAX_FILES:
            repo.unread[evidence[listing.MAX_FILES]] = f"this and all that comes after it: more than {listing.MAX_FILES} files"
    else:
        from cdgen.repo.workspace import workspace_root

        root = workspace_root(start)
        left_out: dict[str, str] = {}
        repo = Repo(root, tuple(sorted(listing.walk(root, left_out))), is_git=False, owned=owned(root))
        repo.unread |= left_out
    directory = start.relative_to(root).as_posix()
    return repo, directory
