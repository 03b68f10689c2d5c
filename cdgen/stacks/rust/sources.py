"""The code of a Rust program: the files that are compiled into it, as syntax trees, without what only tests see."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from cdgen.model.facts import Source
from cdgen.repo import Repo
from cdgen.repo.patterns import compiled
from cdgen.repo.syntax import line, text
from cdgen.stacks.rust.manifest import Package, Target, package_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from cdgen.repo.syntax import Match, Syntax

MOST_FILES = 1_500  # of one program; beyond it the rest adds time and no evidence
NOT_PROGRAM = frozenset({"tests", "benches", "examples", "target", "fuzz", "testdata", "vendor", "fixtures"})
GENERATED = r"\A(?:\s|//[^\n]*\n)*//\s*(?:@generated|.*\bDO NOT EDIT\b|This file is (?:@?generated|automatically generated))"
TEST_FILE = r"(?:^|/)(?:tests?|test_\w+|\w+_tests?|mocks?|mock_\w+|testing)\.rs\Z"
ATTRIBUTES = "(attribute_item) @attribute"
TESTS = r"\A#\[\s*(?:cfg\s*\(\s*(?:test\b|(?:any|all)\s*\([^)]*(?<!not\()\btest\b)|(?:[\w:]+::)?test\b|rstest\b|\w*::test\s*\()"


class RustFile:
    """One file. `path` is relative to the repository root."""

    def __init__(self, repo: Repo, path: str) -> None:
        self.repo = repo
        self.path = path
        self.text = repo.text(path) or ""

    @cached_property
    def tree(self) -> Syntax | None:
        return self.repo.syntax(self.path, "rust")

    @cached_property
    def _hidden(self) -> tuple[tuple[int, int], ...]:
        """Byte ranges that are compiled for tests alone."""
        if self.tree is None or "test" not in self.text:
            return ()
        marked = (match["attribute"] for match in self.tree.matches(ATTRIBUTES))
        items = (_item_of(node) for node in marked if compiled(TESTS).match(text(node)))
        return tuple((item.start_byte, item.end_byte) for item in items if item is not None)

    def has(self, *words: str) -> bool:
        """Whether one of the words stands in the text at all: only then is it worth a tree."""
        return any(word in self.text for word in words)

    def matches(self, query: str, within: Node | None = None) -> Iterator[Match]:
        """Answers outside of tests."""
        if self.tree is None:
            return
        for match in self.tree.matches(query, within):
            first = next(iter(match.nodes.values()))[0]
            if not any(start <= first.start_byte < end for start, end in self._hidden):
                yield match

    def source(self, node: Node) -> Source:
        return Source(self.path, line(node))


def _item_of(attribute: Node) -> Node | None:
    """What an attribute stands on."""
    node = attribute.next_named_sibling
    while node is not None and node.type in ("attribute_item", "line_comment", "block_comment"):
        node = node.next_named_sibling
    return node


def attributes_of(item: Node) -> Iterator[Node]:
    """The attributes of an item, field or function, the nearest first."""
    node = item.prev_named_sibling
    while node is not None and node.type in ("attribute_item", "line_comment", "block_comment"):
        if node.type == "attribute_item":
            yield node
        node = node.prev_named_sibling


class Program:
    """`main` is the program's own file; `files` come with those of the crates of this repository that it is built with."""

    def __init__(self, repo: Repo, package: Package, main: Target | None, files: tuple[RustFile, ...]) -> None:
        self.repo = repo
        self.package = package
        self.main = main
        self.files = files

    @cached_property
    def crates(self) -> tuple[Package, ...]:
        """The package itself first."""
        return tuple(_crates(self.repo, self.package))

    def uses(self, module: str) -> Source | None:
        """The first place where the code names a crate, or anything else by its identifier."""
        if not module.isidentifier():
            return None
        for file in self.files:
            if file.has(module):
                query = f'([(identifier) (type_identifier)] @name (#eq? @name "{module}"))'
                found = next(file.matches(query), None)
                if found is not None:
                    return file.source(found["name"])
        return None


def program(repo: Repo, package: Package, main: Target | None) -> Program:
    """The program of a package, or its library where there is none."""
    own = [path for path in _own_files(repo, package) if not _of_another(path, package, main)]
    rest = [
        path for crate in list(_crates(repo, package))[1:] for path in _own_files(repo, crate) if not _of_another(path, crate, None)
    ]
    files = (RustFile(repo, path) for path in dict.fromkeys((*own, *rest)[:MOST_FILES]))
    return Program(repo, package, main, tuple(file for file in files if file.text and not compiled(GENERATED).match(file.text)))


def _crates(repo: Repo, package: Package) -> Iterator[Package]:
    """The package and every package of the repository that it is built with, the nearest first."""
    seen: set[str] = set()
    queue = [package]
    while queue:
        each = queue.pop(0)
        if each.directory in seen:
            continue
        seen.add(each.directory)
        yield each
        paths = (need.path for need in each.dependencies if need.path and not need.kind)
        queue += [crate for path in paths if path not in seen and (crate := package_of(repo, path)) is not None]


def _own_files(repo: Repo, package: Package) -> Iterator[str]:
    """The Rust files of a package, the outer folders first; nested packages, tests and the build script left out."""
    files = repo.under(package.directory)
    cut = 0 if package.directory == "." else len(package.directory) + 1
    nested = tuple(path.rpartition("/")[0] + "/" for path in files if path.endswith("/Cargo.toml") and path != package.file)
    for path in sorted((each for each in files if each.endswith(".rs")), key=lambda each: (each.count("/"), each)):
        folders = path[cut:].split("/")[:-1]
        is_ours = not path.startswith(nested) and NOT_PROGRAM.isdisjoint(folders) and path[cut:] != "build.rs"
        if is_ours and not compiled(TEST_FILE).search(path[cut:]):
            yield path


def _of_another(path: str, package: Package, main: Target | None) -> bool:
    """Whether a file belongs to another program of the package."""
    for other in package.programs:
        folder = other.path.rpartition("/")[0] + "/"
        whole = other.path.endswith("/main.rs") and "/src/bin/" in f"/{other.path}"
        if other != main and (path == other.path or (whole and path.startswith(folder))) and (main is None or path != main.path):
            return True
    return False


def tests(repo: Repo, package: Package) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(files with unit tests inside the code, files of `tests/` that are programs of their own)."""
    unit = tuple(path for path in _own_files(repo, package) if _tests_inside(repo.text(path) or ""))
    folder = package.inside("tests")
    own = []
    for path in repo.under(folder):
        parts = path[len(folder) + 1 :].split("/")
        if (len(parts) == 1 and path.endswith(".rs")) or parts[1:] == ["main.rs"]:
            own.append(path)
    return unit, tuple(own)


def _tests_inside(code: str) -> bool:
    return bool(compiled(r"(?m)^\s*#\[(?:\w+::)?test\b").search(code))
