"""The hand-written code of a service: which files count, and what they import."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from cdgen.repo import Scope
from cdgen.repo.patterns import compiled

if TYPE_CHECKING:
    from cdgen.repo.syntax import Syntax

CODE = r"\.(?:[cm]?[jt]s|[jt]sx|vue|svelte|astro)$"
# folders and files that are no part of the running program; `public` and `static` hold what browsers load
NOT_PROGRAM = (
    r"(?:^|/)(?:tests?|__tests__|__mocks__|spec|specs|e2e|cypress|integration[_-]tests?|playwright|mocks?|fixtures?|examples?|docs?"
    r"|storybook|\.storybook|stories|benchmarks?|coverage|public|static|wwwroot|assets|vendors?|third_party|bin/dev|out|\.[^/]+)/"
    r"|\.d\.[cm]?ts$|\.(?:test|spec|stories|e2e|cy|min|bundle|mock)[.-]?[\w-]*\.[cm]?[jt]sx?$|[._-]test\.[cm]?[jt]sx?$"
    r"|(?:^|/)(?:(?:vite|next|nuxt|rollup|tailwind|postcss|eslint|prettier|babel|svelte|astro|playwright|cypress|tsup|tsdown"
    r"|drizzle|commitlint|lint-staged|metro|remix|react-router|rsbuild|rspack|esbuild|vue|knip|typedoc|release)[\w.-]*\.config(?:\.\w+)?|\.[\w-]+rc|[gG]runtfile|[gG]ulpfile|karma\.conf|protractor\.conf|healthcheck|server-test"
    r"|jest[\w.-]*|vitest[\w.-]*|webpack[\w.-]*)\.[cm]?[jt]s$|(?:^|/)\.[^/]+$"
)
TESTS = (
    r"(?:^|/)(?:tests?|__tests__|specs?|e2e|integration[_-]tests?)/|\.(?:test|spec|e2e-spec|int-spec)\.[cm]?[jt]sx?$"
    r"|[._-]test\.[cm]?[jt]s$"
)
GRAMMARS = {"ts": "typescript", "mts": "typescript", "cts": "typescript", "tsx": "tsx"}
PLAIN = ("js", "mjs", "cjs", "jsx")
DECEIVES = r"//|/\*|<[A-Za-z>]|[\"'`][^\"'`\n]*[(]"  # a comment, a page, or a string with a bracket
CODE_LIKE = r"process\.env|\w\s*\("
MAX_TEXT = 300_000  # characters; hand-written files are shorter, bundles and data are longer
MAX_FILES = 4_000  # more than this is no service; the nearest to the root are the likelier to listen
IMPORT = (
    r"""(?:\bfrom\s*|\brequire\s*\(\s*|\bimport\s*\(\s*|\bimport\s+)["']((?:@[\w.-]+/)?[\w.-]+|(?:\.{1,2}/?|~/"""
    r"""|@/)[\w./@-]*)(?:/[\w./-]*)?["']"""
)


class Match(NamedTuple):
    """A match in a source file: path relative to the service, 1-based line."""

    path: str
    line: int
    found: re.Match[str]
    text: str

    @property
    def receiver(self) -> str:
        """The name before a match that begins with a dot: `app` of `app.listen(`, `polka` of `polka().listen(`; "" for none."""
        head = self.text[max(0, self.found.start() - 120) : self.found.start()]
        named = compiled(r"([\w$]+)\s*(?:\([^()]*\)\s*|\)\s*)?$").search(head)
        return named.group(1) if named else ""

    @property
    def assigned(self) -> str:
        """The name that a match which begins with `=` gives a value to."""
        head = self.text[max(0, self.found.start() - 120) : self.found.start()]
        named = compiled(r"([\w$]+)\s*(?::\s*[\w.<>, ]+)?$").search(head)
        return named.group(1) if named else ""


class Sources:
    """The program's files, read when asked. `having` narrows by plain substrings before any regular expression runs."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        code, skip = compiled(CODE).search, compiled(NOT_PROGRAM).search
        kept = [path for path in scope.files if code(path) and not skip(path)]
        self.files: tuple[str, ...] = tuple(sorted(kept, key=lambda path: path.count("/"))[:MAX_FILES])
        self._imports: frozenset[str] | None = None
        self._texts: dict[str, str] | None = None
        self._code: dict[str, str] = {}
        self.known: dict[tuple[str, str], object] = {}  # what a name in a file stands for, once it has been followed

    def having(self, *words: str) -> Iterator[tuple[str, str]]:
        """(path, text) of the files that hold any of the words."""
        for path, text in self.texts.items():
            for word in words:
                if word in text:
                    yield path, text
                    break

    @property
    def texts(self) -> dict[str, str]:
        """The files that people can have written, read once."""
        if self._texts is None:
            read = ((path, self.scope.text(path)) for path in self.files)
            self._texts = {path: text for path, text in read if text and len(text) <= MAX_TEXT}
        return self._texts

    def search(self, pattern: str, *words: str) -> Iterator[Match]:
        """Matches in code, not in comments and texts, in files that hold any of the words."""
        for path, _ in self.having(*words):
            text = self.code(path)
            for found in compiled(pattern).finditer(text):  # not before a file asks for it: compiling costs more than a search
                if not in_comment(text, found.start()):
                    yield Match(path, text.count("\n", 0, found.start()) + 1, found, text)

    def code(self, path: str) -> str:
        """A file with blanks for comments, for the text of pages and for strings that look like code. Lines stay where they are."""
        if path not in self._code:
            text = self.texts.get(path) or self.scope.text(path) or ""
            grammar = grammar_of(path)
            syntax = self.scope.syntax(path, grammar) if grammar and compiled(DECEIVES).search(text) else None
            self._code[path] = _blanked(text, syntax) if syntax else text
        return self._code[path]

    @property
    def imports(self) -> frozenset[str]:
        """Names of the packages that the program imports, and of Node's own modules without `node:`."""
        if self._imports is None:
            find = compiled(IMPORT).findall
            names = {
                name
                for _, text in self.having("import", "require")
                for name in find(text.replace('"node:', '"').replace("'node:", "'"))
            }
            self._imports = frozenset(name for name in names if not name.startswith((".", "~", "@/")))
        return self._imports

    @property
    def typed(self) -> int:
        """How many of the files are TypeScript."""
        return sum(1 for path in self.files if path.endswith((".ts", ".tsx", ".mts", ".cts")))

    def resolve(self, path: str, target: str) -> str | None:
        """The file that a relative import in `path` names, as the resolver of Node and TypeScript would find it."""
        if not target.startswith("."):
            return None
        parts = path.split("/")[:-1]
        for part in target.split("/"):
            if part == "..":
                if not parts:
                    return None
                parts.pop()
            elif part not in (".", ""):
                parts.append(part)
        base = "/".join(parts)
        plain = compiled(r"\.[cm]?js$").sub("", base)
        endings = ("", ".ts", ".js", ".mjs", ".cjs", ".tsx", ".jsx", ".json", "/index.ts", "/index.js", "/index.mjs")
        tries = [f"{stem}{ending}".lstrip("/") for stem in dict.fromkeys((base, plain)) for ending in endings]
        return next((name for name in tries if self.scope.has(name)), None)


def grammar_of(path: str) -> str | None:
    """The grammar of a file by its ending; None for components and data."""
    ending = path.rpartition(".")[2]
    return GRAMMARS.get(ending) or ("javascript" if ending in PLAIN else None)


def _blanked(text: str, syntax: Syntax) -> str:
    data = bytearray(text.encode())
    pages = "" if syntax.grammar == "typescript" else "(jsx_text) @text"
    for match in syntax.matches(f"(comment) @text (string_fragment) @string {pages}"):
        for kind, nodes in match.nodes.items():
            start, end = nodes[0].start_byte, nodes[0].end_byte
            part = bytes(data[start:end])
            if kind == "text" or compiled(CODE_LIKE).search(part.decode(errors="replace")):
                data[start:end] = bytes(byte if byte in b"\r\n" else 32 for byte in part)
    return data.decode(errors="replace")


def in_comment(text: str, position: int) -> bool:
    """Whether a position stands on a line that is a comment, as far as its start shows."""
    start = text.rfind("\n", 0, position) + 1
    head = text[start:position].lstrip()
    return head.startswith(("//", "*", "/*", "#", "<!--"))
