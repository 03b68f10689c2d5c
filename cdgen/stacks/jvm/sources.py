"""Java and Kotlin sources of a service: what runs, what tests it, in which language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from cdgen.model.facts import Source
from cdgen.repo import Repo, Scope
from cdgen.repo.patterns import compiled
from cdgen.stacks.jvm.build import Build

LANGUAGES = {".java": "java", ".kt": "kotlin", ".groovy": "groovy", ".scala": "scala"}
TESTS = r"(?:^|/)src/\w*(?:[tT]est|[iI]ntegration|jmh|[bB]ench|Fixtures)\w*/|(?:^|/)(?:test|tests|androidTest)/"
NOT_OURS = r"(?:^|/)(?:buildSrc|build-logic|gradle|docs?|examples?|samples?|project|\.\w[\w-]*|generated(?:-\w+)*)/"
LONGEST = 512 * 1024  # characters of one file; what is longer was generated
MOST_FILES = 1_500  # of one service; more adds time and no evidence
INTEGRATION_NAME = (
    r"(?:(?<![A-Z])IT|ITCase|IntegrationTests?|IntTest|IntegrationSpec)\.(?:java|kt|groovy)$|(?:^|/)IT[A-Z]\w*\.(?:java|kt)$"
)
NEEDS_SERVICE = (
    r"testcontainers|@ServiceConnection|\bgetenv\(\"\w*(?:DATABASE|POSTGRES|MYSQL|MONGO|REDIS|RABBIT|KAFKA|JDBC|DB)\w*\"\)"
)


class SourceFile(NamedTuple):
    """`path` is relative to the repository root."""

    path: str
    text: str

    def source(self, position: int) -> Source:
        return Source(self.path, self.text.count("\n", 0, position) + 1)


class Code(NamedTuple):
    main: tuple[SourceFile, ...]
    tests: tuple[str, ...]  # repository paths
    languages: Counter[str]

    def search(self, pattern: str, needle: str = "") -> Iterator[tuple[SourceFile, int, tuple[str, ...]]]:
        """(file, position, groups) of every match outside comments; files without the needle are not searched."""
        find = compiled(pattern)
        for file in self.main:
            if needle in file.text and find.search(file.text):
                for match in find.finditer(bare(file)):
                    yield file, match.start(), match.groups("")

    def first(self, pattern: str, needle: str = "") -> Source | None:
        return next((file.source(position) for file, position, _ in self.search(pattern, needle)), None)


@lru_cache(maxsize=2048)
def bare(file: SourceFile) -> str:
    """The text without comments and blocks of text; what is left stays where it is."""
    quoted = r"'(?:\\.|[^'\\\n])*'" if file.path.endswith(".groovy") else r"'(?:\\[^\n]{1,6}?|[^'\\\n])'"
    token = compiled(rf'(?s)""".*?"""|"(?:\\.|[^"\\\n])*"|{quoted}|//[^\n]*|/\*.*?(?:\*/|\Z)')
    return token.sub(lambda match: _blank(match.group()), file.text)


def _blank(token: str) -> str:
    return compiled(r"[^\n]").sub(" ", token) if token.startswith(("//", "/*", '"""')) else token


def read(scope: Scope, build: Build) -> Code:
    """The sources of all folders that the service is made of."""
    main: list[SourceFile] = []
    tests: list[str] = []
    languages: Counter[str] = Counter()
    for path in _paths(scope, build):
        suffix = path[path.rfind(".") :]
        if suffix not in LANGUAGES:
            continue
        own = path if build.root == "." else path.removeprefix(build.root + "/")
        if is_test(own):
            tests.append(path)
        elif not compiled(NOT_OURS).search(_without_packages(own)) and len(main) < MOST_FILES:
            text = scope.repo.text(path)
            if text is not None and len(text) <= LONGEST:
                main.append(SourceFile(path, text))
                languages[LANGUAGES[suffix]] += 1
    return Code(tuple(main), tuple(tests), languages)


def _paths(scope: Scope, build: Build) -> Iterator[str]:
    """Files below the members; a member's folder below another one's is read once. The service's own folder is cut to its scope."""
    seen: set[str] = set()
    for member in build.members:
        own = [scope.path(path) for path in scope.files] if member == scope.directory else scope.repo.under(member)
        for path in own:
            if path not in seen:
                seen.add(path)
                yield path


def own_tests(code: Code, directory: str) -> tuple[str, ...]:
    """Tests of the service's own folder, not of the modules it depends on."""
    return code.tests if directory == "." else tuple(path for path in code.tests if path.startswith(f"{directory}/"))


def integration_tests(code: Code, directory: str, repo: Repo) -> Iterator[tuple[str, str]]:
    """(path, why) of tests that need a backing service or the whole application."""
    for path in own_tests(code, directory):
        if compiled(INTEGRATION_NAME).search(path):
            yield path, "named as an integration test"
        elif (
            compiled(r"(?:^|/)src/\w*(?:[iI]nt(?:egration)?|[fF]unctional)\w*[tT]?\w*/").search(path)
            and "/src/test/" not in f"/{path}"
        ):
            yield path, "in a source set of integration tests"
        elif compiled(NEEDS_SERVICE).search(repo.text(path) or ""):
            yield path, "needs a backing service"


def is_test(path: str) -> bool:
    return bool(compiled(TESTS).search(_without_packages(path)))


def _without_packages(path: str) -> str:
    """What lies below `src/main` are packages: `org/example/test` there is neither an example nor a test."""
    head, found, _ = f"/{path}".partition("/src/main/")
    return f"{head[1:]}/" if found else path
