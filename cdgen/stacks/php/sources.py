"""The hand-written PHP code of a service: which files count, and what stands in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cdgen.repo import Repo, Scope
from cdgen.repo.patterns import compiled
from cdgen.repo.syntax import text
from cdgen.stacks.php.tree import walk

if TYPE_CHECKING:
    from cdgen.repo.syntax import Syntax

CODE = r"\.php$|(?:^|/)(?:artisan|bin/console)$"
# folders that are no part of the running program: tests, views, what a framework keeps for itself, other people's code
NOT_PROGRAM = (
    r"(?:^|/)(?:tests?|Tests?|spec|features|fixtures|examples?|docs?|stubs|node_modules|storage|var/cache|cache|lang|[lL]ocales?|translations"
    r"|resources/(?:views|lang)|third_party|wp-(?:admin|includes)|wp-content/(?:plugins|themes)|seeders|factories|migrations|Migrations"
    r"|\.[^/]+)/|(?:Test|Spec|Cest)\.php$|\.blade\.php$|(?:^|/)\.[^/]+$"
)
TESTS = r"(?:^|/)(?:tests?|Tests?|spec)/.*(?:Test|Cest|Spec|Cept)\.php$|(?:^|/)tests?/.*\.phpt$"
MAX_FILES = 3_000
DOCUMENT_ROOTS = (
    "public/",
    "web/",
    "html/",
    "htdocs/",
    "www/",
    "webroot/",
    "httpdocs/",
    "public_html/",
    "src/public/",
    "app/public/",
)


def dockerfile(repo: Repo, directory: str) -> str:
    """The text of a folder's Dockerfile; empty where there is none but one that cdgen wrote: that is no evidence."""
    path = "Dockerfile" if directory == "." else f"{directory}/Dockerfile"
    return repo.text(path) or "" if repo.has(path) else ""


class Sources:
    """The program's files, read when asked. `root` is the folder of composer.json, "" for the service's own."""

    def __init__(self, scope: Scope, root: str = "") -> None:
        self.scope = scope
        self.root = root
        code, skip = compiled(CODE).search, compiled(NOT_PROGRAM).search
        kept = [path for path in scope.files if code(path) and not skip(path)]
        self.files: tuple[str, ...] = tuple(sorted(kept, key=lambda path: path.count("/"))[:MAX_FILES])
        self.tests: tuple[str, ...] = tuple(path for path in scope.files if compiled(TESTS).search(path))

    @property
    def document_root(self) -> str | None:
        """The folder with the index.php that a web server shows, relative to the service; "" for its own."""
        return next(
            (f"{self.root}{place}" for place in (*DOCUMENT_ROOTS, "") if self.scope.has(f"{self.root}{place}index.php")), None
        )

    def having(self, *wanted: str) -> Iterator[tuple[str, Syntax]]:
        """The trees of the files that hold any of the words."""
        for path in self.files:
            content = self.scope.text(path)
            if content and any(each in content for each in wanted):
                syntax = self.scope.syntax(path, "php")
                if syntax is not None:
                    yield path, syntax

    def naming(self, *names: str) -> tuple[str, int] | None:
        """(path, line) of the first use of a class, function or namespace by its name: `Redis`, `Predis`."""
        lists_all = self.scope.has(f"{self.root}artisan")  # Laravel's configuration has a part for every driver there is
        for path, syntax in self.having(*names):
            if lists_all and path.startswith(f"{self.root}config/"):
                continue
            for node in walk(syntax.root, "name", "qualified_name", "namespace_use_clause"):
                shown = text(node)
                if any(_is_named(shown.lstrip("\\"), name) for name in names):
                    return path, node.start_point.row + 1
        return None


def _is_named(shown: str, name: str) -> bool:
    return shown == name or shown.endswith(f"\\{name}") or shown.startswith(f"{name}\\")
