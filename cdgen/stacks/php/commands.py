"""How a PHP project is installed, checked, tested and started, from the service's folder."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Key, Origin, Source
from cdgen.repo.patterns import compiled
from cdgen.stacks.php.frameworks import Known
from cdgen.stacks.php.project import Project
from cdgen.stacks.php.sources import Sources

INSTALL = "composer install --no-interaction --prefer-dist --no-progress"
# script names of each step, the first that exists wins
NAMES: tuple[tuple[Key[Any], tuple[str, ...]], ...] = (
    (
        f.LINT,
        (
            "lint",
            "lint:check",
            "lint:php",
            "cs",
            "cs:check",
            "cs-check",
            "check-style",
            "check-cs",
            "phpcs",
            "code-style",
            "style",
            "analyse",
            "phpstan",
            "stan",
        ),
    ),
    (f.TEST, ("test", "tests", "test:unit", "test-unit", "unit-test", "unit-tests", "unit", "phpunit", "pest")),
    (f.COVERAGE, ("test:coverage", "test-coverage", "coverage", "tests:coverage", "phpunit:coverage")),
    (
        f.INTEGRATION,
        ("test:integration", "test-integration", "integration", "integration-test", "integration-tests", "tests:integration"),
    ),
    (f.BUILD, ("build",)),
)
CHANGES = r"(?:php-cs-fixer|pint)\b(?!.*(?:--dry-run|--test|\bcheck\b))|\bphpcbf\b|\brector\b(?!.*--dry-run)"
# linter, files that configure it, package that brings it, its command
LINTERS = (
    ("phpcs", ("phpcs.xml", "phpcs.xml.dist", ".phpcs.xml", ".phpcs.xml.dist"), "squizlabs/php_codesniffer", "phpcs"),
    (
        "php-cs-fixer",
        (".php-cs-fixer.php", ".php-cs-fixer.dist.php"),
        "friendsofphp/php-cs-fixer",
        "php-cs-fixer fix --dry-run --diff",
    ),
    ("pint", ("pint.json",), "laravel/pint", "pint --test"),
    ("phpstan", ("phpstan.neon", "phpstan.neon.dist", "phpstan.dist.neon"), "phpstan/phpstan", "phpstan analyse --no-progress"),
    ("larastan", ("phpstan.neon", "phpstan.neon.dist"), "larastan/larastan", "phpstan analyse --no-progress"),
    ("psalm", ("psalm.xml", "psalm.xml.dist"), "vimeo/psalm", "psalm --no-progress"),
)
PHPUNIT = ("phpunit.xml", "phpunit.xml.dist", "phpunit.dist.xml")
RUNNERS = (
    ("pest", "pestphp/pest"),
    ("phpunit", "phpunit/phpunit"),
    ("phpunit", "symfony/phpunit-bridge"),
    ("codeception", "codeception/codeception"),
)


def command_facts(project: Project | None, known: Known, sources: Sources) -> Iterator[Fact]:
    if project is not None:
        yield _install(project)
        for key, names in NAMES:
            yield from _script(project, key, names)
        yield from _lint(project)
        yield from _tests(project, sources)
    yield from _start(project, known, sources)


def _in(project: Project, command: str) -> str:
    """A command of Composer in the folder of composer.json. https://getcomposer.org/doc/03-cli.md#global-options"""
    return f"{command} --working-dir={project.root.rstrip('/')}" if project.root else command


def _install(project: Project) -> Fact:
    command = _in(project, INSTALL)
    if project.lock_path:
        place = project.scope.source(project.lock_path)
        return Fact(f.INSTALL, command, place, Origin.LOCKFILE, Confidence.DECLARED, "composer.lock")
    return Fact(f.INSTALL, command, project.source(), Origin.MANIFEST, Confidence.INFERRED, "no lockfile: versions are not fixed")


def _script(project: Project, key: Key[Any], names: tuple[str, ...]) -> Iterator[Fact]:
    for name in names:
        body = project.scripts.get(name)
        shown = " && ".join(body) if isinstance(body, list) and all(isinstance(each, str) for each in body) else body
        if not isinstance(shown, str) or not shown.strip() or (key is f.LINT and compiled(CHANGES).search(shown)):
            continue
        command = _in(project, f"composer {name}")
        yield Fact(key, command, project.source(name), Origin.SCRIPT, Confidence.INFERRED, f"script {name}")
        return


def _lint(project: Project) -> Iterator[Fact]:
    if any(name in project.scripts for name in NAMES[0][1]):
        return
    for name, configs, package, command in LINTERS:
        config = next((f"{project.root}{each}" for each in configs if project.scope.has(f"{project.root}{each}")), None)
        if config and project.any(package):
            place = project.scope.source(config)
            yield Fact(
                f.LINT, f"{project.root}vendor/bin/{command}", place, Origin.CONFIG, Confidence.INFERRED, f"{name} is configured"
            )
            return


def _tests(project: Project, sources: Sources) -> Iterator[Fact]:
    found = next(((runner, package) for runner, package in RUNNERS if project.any(package)), None)
    tested = sources.tests or sources.scope.glob("tests/**/*.php")
    if found is None or not tested:
        return
    runner, package = found
    place = project.source(package)
    yield Fact(f.TEST_RUNNER, runner, place, Origin.MANIFEST, Confidence.INFERRED, f"{len(tested)} test files")
    if runner == "codeception":
        command: str | None = f"{project.root}vendor/bin/codecept run"
    else:
        command = _phpunit(project, runner, package)
    if command is None:
        return
    config = _configuration(project)
    origin, seen = (Origin.CONFIG, config) if config else (Origin.LAYOUT, sources.scope.source(tested[0]))
    scripted = any(name in project.scripts for name in NAMES[1][1])
    if not scripted:
        yield Fact(f.TEST, command, seen, origin, Confidence.INFERRED, f"{len(tested)} test files")
    if runner in ("phpunit", "pest") and not any(name in project.scripts for name in NAMES[2][1]):
        covered = f"{command} {'--coverage' if runner == 'pest' else '--coverage-text'}"
        yield Fact(f.COVERAGE, covered, seen, Origin.DEFAULT, Confidence.DEFAULT, f"a flag of {runner}")


def _phpunit(project: Project, runner: str, package: str) -> str | None:
    """The runner's program; None when nothing says which tests it runs."""
    scope = project.scope
    if runner == "pest":
        return f"{project.root}vendor/bin/pest"
    if scope.has(f"{project.root}bin/phpunit"):
        return f"{project.root}bin/phpunit"
    program = "simple-phpunit" if package == "symfony/phpunit-bridge" else "phpunit"
    if _configuration(project):
        return f"{project.root}vendor/bin/{program}"
    return f"{project.root}vendor/bin/{program} {project.root}tests" if scope.glob(f"{project.root}tests/**/*Test.php") else None


def _configuration(project: Project) -> Source | None:
    found = next((name for name in PHPUNIT if project.scope.has(f"{project.root}{name}")), None)
    return project.scope.source(f"{project.root}{found}") if found else None


def _start(project: Project | None, known: Known, sources: Sources) -> Iterator[Fact]:
    """A program that listens by itself; else the start script. What a web server runs is started by its image."""
    if known.listens is not None and not known.listens[0].startswith("src/"):
        path, number = known.listens
        yield Fact(f.START, f"php {path}", sources.scope.line(path, number), Origin.CODE, Confidence.INFERRED, "it listens")
        return
    body = project.scripts.get("start") if project else None
    if project is not None and isinstance(body, str | list):
        yield Fact(
            f.START, _in(project, "composer start"), project.source("start"), Origin.SCRIPT, Confidence.INFERRED, "script start"
        )
        shown = " ".join(map(str, body)) if isinstance(body, list) else body
        found = compiled(r"\bphp -S \S*?:(\d{2,5})\b").search(shown)
        if found:
            port = int(found.group(1))
            yield Fact(f.PORT, port, project.source("start"), Origin.SCRIPT, Confidence.INFERRED, "script start")
