"""How large the process may be, as images, start commands and settings of servers say it."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.detectors.resource_words import hints
from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, ResourceHint, Source
from cdgen.repo import Scope
from cdgen.repo.patterns import compiled

IMAGES = "{,docker/,docker/*/,build/,deploy/,.docker/}{Dockerfile,Dockerfile.*,*.Dockerfile,Containerfile}"
COMMANDS = "{Procfile,package.json,Makefile,fly.toml,ecosystem.config.js,.env,.env.example,.jvmopts}"
SCRIPTS = "{,bin/,scripts/,docker/}*.sh"
NOT_SHIPPED = r"(?i)(?:^|[/._-])(?:dev|test|tests|ci|local|debug|bench)(?:[./_-]|$)"
COMMENT = r"^\s*(?:#|//|;)"
GUNICORN = (("workers", r"^workers\s*=\s*(.+?)\s*(?:#.*)?$"), ("threads", r"^threads\s*=\s*(.+?)\s*(?:#.*)?$"))
# settings of servers in files of their own: https://docs.gunicorn.org/en/stable/settings.html,
# https://www.php.net/manual/en/install.fpm.configuration.php, https://uwsgi-docs.readthedocs.io/en/latest/Options.html
SETTINGS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("{,config/,conf/,docker/}gunicorn{,.conf,_conf,_config,.config}.py", GUNICORN),
    ("{,docker/,docker/*/,conf/}{www,php-fpm,zz-docker}.conf", (("workers", r"^pm\.max_children\s*=\s*(\d+)"),)),
    ("uwsgi.ini", (("workers", r"^(?:processes|workers)\s*=\s*(\d+)"), ("threads", r"^threads\s*=\s*(\d+)"))),
)
MAKE_TESTS = r"\b(?:test|bench)"


def detect(scope: Scope) -> Iterator[Fact]:
    """Every hint with its line, in the order of the files."""
    for pattern, origin in ((IMAGES, Origin.DOCKERFILE), (COMMANDS, Origin.SCRIPT), (SCRIPTS, Origin.SCRIPT)):
        for path in scope.glob(pattern):
            if not compiled(NOT_SHIPPED).search(path):
                yield from _said(scope, path, origin)
    for pattern, words in SETTINGS:
        for path in scope.glob(pattern):
            yield from _set(scope, path, words)


def _said(scope: Scope, path: str, origin: Origin) -> Iterator[Fact]:
    for number, line in enumerate(scope.lines(path), 1):
        if (
            not compiled(COMMENT).match(line)
            and len(line) < 4_000
            and not (path == "package.json" and compiled(MAKE_TESTS).search(line))
        ):
            for hint, words in hints(line):
                yield Fact(f.RESOURCE, hint, scope.line(path, number), origin, Confidence.DECLARED, words.strip())


def _set(scope: Scope, path: str, words: tuple[tuple[str, str], ...]) -> Iterator[Fact]:
    for number, line in enumerate(scope.lines(path), 1):
        for name, pattern in words:
            if found := compiled(pattern).match(line):
                hint = ResourceHint(name, found.group(1)[:60])
                yield Fact(
                    f.RESOURCE, hint, Source(scope.path(path), number), Origin.CONFIG, Confidence.DECLARED, "a server's settings"
                )
