"""The files of a C or C++ program: those of its folder, and the headers of the repository that they include."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import normpath

from cdgen.repo import Repo, Scope
from cdgen.repo.patterns import compiled
from cdgen.stacks.base import matches
from cdgen.stacks.plain_code import C_LIKE, Code, read

CPP = (".cc", ".cpp", ".cxx", ".c++", ".hpp", ".hh", ".hxx", ".ipp", ".cppm")
C = (".c", ".h")
SOURCES = (*CPP, *C)
# folders whose code is not the program: others', tests, examples
OTHERS = frozenset(
    {"third_party", "third-party", "thirdparty", "3rdparty", "vendor", "deps", "external", "extern", "submodules", "contrib"}
    | {"test", "tests", "unittest", "unittests", "testing", "bench", "benchmark", "benchmarks", "example", "examples", "samples"}
    | {"demo", "demos", "fuzz", "fuzzing", "docs", "doc", "node_modules", "android", "ios", "build", "cmake", "tools", "scripts"}
)
MOST_FILES = 600
INCLUDE = r'(?m)^[ \t]*#[ \t]*include[ \t]*(?:"([^"\n]+)"|<([^>\n]+)>)'


def own(scope: Scope) -> Iterator[str]:
    """Source files of the service's folder, relative to the repository, the outer first."""
    found = (path for path in scope.files if path.endswith(SOURCES) and OTHERS.isdisjoint(path.split("/")[:-1]))
    for path in sorted(found, key=lambda each: (each.count("/"), each))[:MOST_FILES]:
        yield scope.path(path)


def files(scope: Scope) -> tuple[Code, ...]:
    """The folder's own files, then what they include of the repository, through others too."""
    queue = list(own(scope))
    seen: dict[str, Code] = {}
    while queue and len(seen) < MOST_FILES:
        path = queue.pop(0)
        if path not in seen:
            seen[path] = read(scope.repo, path, C_LIKE)
            queue += [each for each in _included(scope.repo, seen[path]) if each not in seen]
    return tuple(seen.values())


def _included(repo: Repo, file: Code) -> Iterator[str]:
    folder = file.path.rpartition("/")[0]
    parts = folder.split("/") if folder else []
    for match in matches(INCLUDE, file.text):
        name = match.group(1)
        homes = ["/".join(parts[:depth]) for depth in range(len(parts), -1, -1)] if name else []
        paths = (normpath(f"{home}/{below}{name}" if home else f"{below}{name}") for home in homes for below in ("", "include/"))
        found = next((path for path in paths if repo.has(path)), None)
        if found and found.endswith(SOURCES):
            yield found
            stem = found.rpartition(".")[0]
            yield from (other for ending in (".cc", ".cpp", ".c") if repo.has(other := stem + ending))


def headers(code: tuple[Code, ...]) -> Iterator[tuple[str, Code, int]]:
    """(header, file, position) of every include."""
    for file in code:
        for match in matches(INCLUDE, file.text):
            yield match.group(2) or match.group(1), file, match.start()


def language(paths: list[str], project: str) -> str:
    """`c` only when there is no C++ at all and the project does not ask for it."""
    if compiled(r"(?i)\bCXX\b|'cpp'").search(project) or any(path.endswith(CPP) for path in paths):
        return "cpp"
    return "c"
