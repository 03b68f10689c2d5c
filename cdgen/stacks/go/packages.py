"""The packages of a module: which files belong to a program, found by following its imports."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from cdgen.repo import Repo, Scope
from cdgen.repo.patterns import compiled
from cdgen.stacks.base import matches
from cdgen.stacks.go.module import Module, is_ignored

MOST_FILES = 1_500  # of one program; beyond it (a monorepo's root module) the rest adds time and no evidence
LONGEST = 512 * 1024  # characters of one file; what is longer was generated
GENERATED = (".pb.go", ".pb.gw.go", ".connect.go", "_gen.go", ".gen.go", "_string.go")
GENERATED_MARK = r"// Code generated .* DO NOT EDIT\.\r?"  # https://pkg.go.dev/cmd/go#hdr-Generate_Go_files_by_processing_source
# what is never closed ends with its line, or with the file: no place is then looked at twice
NO_CODE = r"\"(?:\\.|[^\"\\\n])*\"?|`[^`]*`?|'(?:\\.|[^'\\\n])*'?|//[^\n]*|/\*[\s\S]*?(?:\*/|\Z)"
OTHER_FILE = r"_(?:windows|darwin|js|wasm|plan9)\.go\Z|(?:^|[/_])(?:mock|fake)s?(?:_\w+)?\.go\Z"
OTHER_BUILD = r"(?m)^(?://go:build|// \+build) (?:ignore|tools|generate|wireinject)\b"
# folders of programs that serve nobody: they help to build, to test or to show
SUPPORT = frozenset(
    {"test", "tests", "e2e", "integration", "fuzz", "mock", "mocks", "bench", "benchmark", "benchmarks", "ci"}
    | {"example", "examples", "samples", "demo", "doc", "docs"}
    | {"hack", "tool", "tools", "script", "scripts", "gen", "generate", "dev"}
)
# the same, said by the program's name
SUPPORT_NAME = (
    r"(?i)(?:cli|ctl|cmd|client|migrat(?:e|ions?|or)|seed(?:er)?(?:[_-]\w+)?|load-?(?:gen\w*|test)|healthcheck|gen\w*|mock\w*"
    r"|bench\w*)$"
)


class GoFile(NamedTuple):
    """One file that is compiled into a program. `path` is relative to the repository root."""

    path: str
    text: str
    imports: tuple[str, ...]

    @property
    def folder(self) -> str:
        return self.path.rpartition("/")[0] or "."

    def line(self, position: int) -> int:
        return self.text.count("\n", 0, position) + 1

    def is_comment(self, position: int) -> bool:
        """Whether a line comment begins before a position on its line. `://` begins none."""
        before = self.text[self.text.rfind("\n", 0, position) + 1 : position]
        return "//" in before.replace("://", "")


class Program(NamedTuple):
    """A main package: its folder in the repository, and every file of the module that it is made of."""

    folder: str
    files: tuple[GoFile, ...]
    names: Mapping[str, GoFile]  # every import, with the first file that has it
    missing: tuple[str, ...] = ()  # packages of the module that it imports and the repository does not hold

    def imported(self, prefix: str) -> str | None:
        """The first import of a package, of a package below it, or of a major version of it (`x/v2`, `x.v2`)."""
        if prefix in self.names:
            return prefix
        return next((name for name in self.names if name.startswith(prefix) and name[len(prefix)] in "/."), None)

    def imports(self, prefix: str) -> bool:
        return self.imported(prefix) is not None


class Sources:
    """The Go files that a service may be built from, read once. Folders are repository paths."""

    def __init__(self, repo: Repo, module: Module, scope: Scope) -> None:
        self.repo = repo
        self.module = module
        self.scope = scope
        self.folders: dict[str, list[str]] = {}
        self.tests: list[str] = []
        self.nested: tuple[str, ...] = ()
        self._required = tuple(f"{each.path}/" for each in module.requires if each.path.startswith(f"{module.path}/"))
        self._programs: dict[str, Program] = {}
        for path in self._paths():
            if path.endswith("_test.go"):
                self.tests.append(path)
            else:
                self.folders.setdefault(path.rpartition("/")[0] or ".", []).append(path)

    def _paths(self) -> Iterator[str]:
        """All of the module, less nested modules; without a module what the service's folder holds."""
        cut = 0 if self.module.directory == "." else len(self.module.directory) + 1
        below = [path for path in self.repo.under(self.module.directory) if path.endswith((".go", "/go.mod"))]
        self.nested = tuple(path[: -len("go.mod")] for path in below if path.endswith("/go.mod") and path != self.module.file)
        for path in below:
            if path.endswith(".go") and not path.startswith(self.nested) and not is_ignored(path[cut:].rpartition("/")[0]):
                yield path
        for _, folder in self.module.local:
            yield from (path for path in self.repo.under(folder) if path.endswith(".go") and not path.endswith("_test.go"))

    def package(self, folder: str) -> tuple[GoFile, ...]:
        return tuple(file for path in self.folders.get(folder, ()) if (file := read(self.repo, path)))

    def mains(self, below: str) -> tuple[str, ...]:
        """Folders of the main packages at or below a folder, nearest to the root first.

        Only if none is where programs usually are (a `main.go`, a folder of `cmd`, the folder itself) is every package opened.
        """
        inside = [folder for folder in self.folders if _is_below(folder, below)]
        usual = [folder for folder in inside if folder == below or _is_usual(folder, self.folders[folder])]
        found = [folder for folder in usual if self._is_main(folder)] or [folder for folder in inside if self._is_main(folder)]
        return tuple(sorted(found, key=lambda folder: (folder.count("/") if folder != "." else -1, folder)))

    def _is_main(self, folder: str) -> bool:
        """Opens the file that usually says so first; a folder of another package is left after one file."""
        paths = sorted(self.folders[folder], key=lambda path: not path.endswith("/main.go"))
        for path in paths:
            file = read(self.repo, path)
            if file is not None:
                return bool(compiled(r"(?m)^package main\b").search(file.text))
        return False

    def program(self, folder: str) -> Program:
        """A main package and all that it imports of its own module."""
        if folder not in self._programs:
            self._programs[folder] = self._followed(folder) if self.module.path else as_program(folder, self.everything())
        return self._programs[folder]

    def _followed(self, folder: str) -> Program:
        seen, pending = {folder}, [folder]
        files: list[GoFile] = []
        missing: list[str] = []
        while pending and len(files) < MOST_FILES:
            current = pending.pop(0)
            for file in self.package(current):
                files.append(file)
                for target in self._own(file.imports):
                    if target not in seen:
                        seen.add(target)
                        (pending if target in self.folders else missing).append(target)
        return as_program(folder, tuple(files), tuple(missing))

    def everything(self) -> tuple[GoFile, ...]:
        paths = (path for folder in self.folders for path in self.folders[folder] if not _is_support(folder))
        return tuple(file for path in paths if (file := read(self.repo, path)))[:MOST_FILES]

    def _own(self, imports: Iterable[str]) -> Iterator[str]:
        """Folders of imported packages of this module, or of one beside it that replaces a required one."""
        for name in imports:
            beside = next((place for place in self.module.local if name == place[0] or name.startswith(place[0] + "/")), None)
            if beside:
                yield beside[1] + name[len(beside[0]) :]
            elif name == self.module.path:
                yield self.module.directory
            elif name.startswith(self.module.path + "/") and not f"{name}/".startswith(self._required):
                folder = self.module.inside(name[len(self.module.path) + 1 :])
                if not f"{folder}/".startswith(self.nested):
                    yield folder


@lru_cache(maxsize=8192)
def read(repo: Repo, path: str) -> GoFile | None:
    """None for a file that no build on a server compiles: other systems, ignored by a build constraint, not readable.

    Programs of one module share most of their files.
    """
    text = repo.text(path)
    if text is None or len(text) > LONGEST or compiled(OTHER_FILE).search(path) or compiled(OTHER_BUILD).search(text, 0, 4096):
        return None
    code = without_comments(text)
    return GoFile(path, code, _imports(code))


def without_comments(text: str) -> str:
    """The same text with blanks where comments stand, and where a raw string of several lines does: every place stays where it is.

    What speaks to the go tool (`//go:embed`) and the mark of generated code stay.
    """
    return compiled(NO_CODE).sub(_blank, text) if "/" in text or "`" in text else text


def _blank(match: re.Match[str]) -> str:
    shown = match.group()
    if shown[0] == "`" and "\n" in shown:
        return "`" + compiled(r"[^\n]").sub(" ", shown[1:-1]) + "`"
    if shown[0] != "/" or shown.startswith("//go:") or compiled(GENERATED_MARK).fullmatch(shown):
        return shown
    return compiled(r"[^\n]").sub(" ", shown)


def _is_usual(folder: str, files: list[str]) -> bool:
    return folder.split("/")[-2:-1] == ["cmd"] or any(file.endswith("/main.go") for file in files)


def as_program(folder: str, files: tuple[GoFile, ...], missing: tuple[str, ...] = ()) -> Program:
    return Program(folder, files, {name: file for file in reversed(files) for name in file.imports}, missing)


def is_generated(file: GoFile) -> bool:
    return file.path.endswith(GENERATED) or compiled(f"(?m)^{GENERATED_MARK}$").search(file.text, 0, 4096) is not None


def choose_main(sources: Sources, mains: tuple[str, ...], below: str, hint: str = "") -> str | None:
    """The program that is the service. `hint` is text that names it (the image build). None when several have an equal claim."""
    serious = serious_mains(mains, below)
    if below in serious or len(serious) == 1:
        return below if below in serious else serious[0]
    named = [main for main in serious if _is_named(main, below, hint)]
    named = [main for main in named if not any(other.startswith(f"{main}/") for other in named)]
    if len(named) == 1:
        return named[0]
    for group in (named, serious):
        plain = [main for main in group if not _helps(main, below)]
        if len(plain) == 1:
            return plain[0]
        owner = {sources.module.name, sources.repo.name, below.rpartition("/")[2]} - {"", "."}
        same = [main for main in plain if main.rpartition("/")[2] in owner]
        usual = [main for main in plain if main.rpartition("/")[2] in ("server", "api", "app", "service", "web", "http", "main")]
        if len(same or usual) == 1:
            return (same or usual)[0]
    return None


def serious_mains(mains: tuple[str, ...], below: str) -> list[str]:
    """Without those that help to build, to test or to show, unless there are no others."""
    return [main for main in mains if not _is_support(main, below)] or list(mains)


def contenders(mains: tuple[str, ...], below: str) -> list[str]:
    """Programs that may be the service when none has the better claim."""
    serious = serious_mains(mains, below)
    return [main for main in serious if not _helps(main, below)] or serious


def _helps(main: str, below: str) -> bool:
    """Whether its name says that it helps another program. The folder `cmd` itself is only where programs stand."""
    return main != ("cmd" if below == "." else f"{below}/cmd") and bool(compiled(SUPPORT_NAME).search(main.rpartition("/")[2]))


def _is_named(main: str, below: str, hint: str) -> bool:
    import re

    own = re.escape(main if below == "." else main.removeprefix(below + "/"))
    return bool(compiled(rf"[\s/\"'](?:\./)?{own}(?:/main\.go|/\*)?[\s/\"']").search(hint))


def _is_support(folder: str, below: str = ".") -> bool:
    own = folder if below == "." else folder.removeprefix(below).lstrip("/")
    return not SUPPORT.isdisjoint(own.split("/"))


def _is_below(path: str, folder: str) -> bool:
    return folder == "." or path == folder or path.startswith(folder + "/")


def _imports(text: str) -> tuple[str, ...]:
    """Import paths; only the head of the file is looked at, since nothing may stand between package clause and imports."""
    names: list[str] = []
    for match in matches(r'(?ms)^import\s+(?:\((.*?)^\s*\)|(?:[\w.]+\s+)?"([^"]+)")', text):
        names += [match.group(2)] if match.group(2) else compiled(r'(?m)^\s*(?:[\w.]+\s+)?"([^"]+)"').findall(match.group(1))
    return tuple(names)
