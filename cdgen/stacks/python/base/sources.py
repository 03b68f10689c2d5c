"""Which Python files are the service's own code and which are its tests, and searching in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from cdgen.repo import Scope
from cdgen.repo.patterns import compiled

TEST = (
    r"(?:^|/)(?:tests?|testing|e2e|integration[-_]tests?|unit[-_]tests?|specs?)/"
    r"|(?:^|/)(?:test_[^/]*|[^/]*_tests?|tests?|conftest)\.py$"
)
# generated code, schema changes, packaging and documentation: what stands there is not what the service does
ASIDE = (
    r"(?:^|/)(?:docs?|examples?|samples?|benchmarks?|migrations|alembic/versions|site-packages|tutorials?|\.[^/]+)/"
    r"|_pb2(?:_grpc)?\.py$|^(?:setup|noxfile|fabfile|dodo|versioneer)\.py$|(?:^|/)_version\.py$"
)
GUARD = r"(?m)^if\s+__name__\s*==\s*['\"]__main__['\"]\s*:"
NO_CODE = (  # what is never closed ends with its line, or with the file: no place is then looked at twice
    r'"""[\s\S]*?(?:(?<!\\)"""|\Z)'
    r"|'''[\s\S]*?(?:(?<!\\)'''|\Z)"
    r'|"(?:\\.|[^"\\\n])*"?'
    r"|'(?:\\.|[^'\\\n])*'?|#[^\n]*"
)
# a text that is itself code or a pattern: of a generator, a linter, a template
CODE_IN_TEXT = r"\\[bBsSwWdD.(\[]|\(\?|\w\((?![^)]*%)|\bimport \w|\bfrom \w+(?:\.\w+)* import\b"
MAX_MODULES = 3000
MAX_MATCHES = 500  # of one pattern in one file: no hand-written file has more
MAX_INDENT = 200


class Module(NamedTuple):
    """A source file. `path` is relative to the service."""

    path: str
    text: str

    @property
    def stem(self) -> str:
        return self.path.rpartition("/")[2].removesuffix(".py")

    @property
    def is_script(self) -> bool:
        return "__main__" in self.text and compiled(GUARD).search(self.text) is not None

    def line(self, offset: int) -> int:
        return self.text.count("\n", 0, offset) + 1


def is_test(path: str) -> bool:
    return compiled(TEST).search(path) is not None


def read_modules(scope: Scope) -> tuple[tuple[Module, ...], tuple[Module, ...]]:
    """(code, tests), the files nearest to the top first."""
    code: list[Module] = []
    tests: list[Module] = []
    paths = sorted((path for path in scope.files if path.endswith(".py")), key=lambda path: (path.count("/"), path))
    for path in paths[:MAX_MODULES]:
        into = tests if is_test(path) else None if compiled(ASIDE).search(path) else code
        if into is not None:
            text = scope.text(path)
            if text is not None:
                into.append(Module(path, without_comments(text)))
    return tuple(code), tuple(tests)


def without_comments(text: str) -> str:
    """The same text with blanks where comments, texts of several lines (docstrings) and texts that look like code stand: every
    place stays where it is."""
    return compiled(NO_CODE).sub(_blank, text)


def _blank(match: re.Match[str]) -> str:
    shown = match.group()
    if shown[0] == "#":
        return " " * len(shown)
    if shown.startswith(('"""', "'''")):
        return shown[:3] + compiled(r"[^\n]").sub(" ", shown[3:-3]) + shown[-3:]
    is_computed = match.string[max(0, match.start() - 2) : match.start()].lower().endswith(("f", "fr"))  # its braces hold code
    if is_computed or len(shown) < 3 or not compiled(CODE_IN_TEXT).search(shown):
        return shown
    return f"{shown[0]}{' ' * (len(shown) - 2)}{shown[-1]}"


def search(modules: Iterable[Module], pattern: str, *needles: str) -> Iterator[tuple[Module, re.Match[str]]]:
    """Matches in files that hold one of the needles; what stands in a comment is no match.

    A pattern is compiled only when some file holds a needle: compiling costs more than searching a small service.
    """
    for module in modules:
        text = module.text
        for needle in needles:
            if needle in text:
                for match in islice(compiled(pattern).finditer(text), MAX_MATCHES):
                    if not is_commented(text, match.start()):
                        yield module, match
                break


def search_each(modules: Iterable[Module], patterns: Mapping[str, str]) -> Iterator[tuple[Module, re.Match[str]]]:
    """As `search`, for patterns by the one needle that each begins at: many alternatives in one pattern are slow."""
    for needle, pattern in patterns.items():
        yield from search(modules, pattern, needle)


def is_commented(text: str, offset: int) -> bool:
    """Whether a place stands in a comment line. (A `#` later in a line may belong to a string.)"""
    start = text.rfind("\n", 0, offset) + 1
    return text[start : min(offset + 1, start + MAX_INDENT)].lstrip(" \t").startswith("#")


def imports(modules: Iterable[Module], package: str) -> Iterator[tuple[Module, int]]:
    """Files that import a package, with the line."""
    pattern = rf"(?m)^[ \t]*(?:from\s+{package}(?:\.[\w.]+)?\s+import\b|import\s+(?:[\w., ]+,\s*)?{package}\b)"
    for module, match in search(modules, pattern, package):
        yield module, module.line(match.start())
