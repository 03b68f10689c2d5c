"""Tests and their coverage, integration tests, and what all checks need installed."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin
from cdgen.repo.patterns import compiled
from cdgen.stacks.python.base.frameworks import served
from cdgen.stacks.python.base.linting import LINTERS, lint_facts
from cdgen.stacks.python.base.manifests import strings, table
from cdgen.stacks.python.base.project import Project
from cdgen.stacks.python.base.sources import Module, search, search_each
from cdgen.stacks.python.base.unit_tests import INTEGRATION_FOLDER, TEST_FILE, Tests, has_marker, pytest_program, test_commands

# a test that talks to a real backing service
NEEDS_BACKING = {
    "testcontainers": r"testcontainers\b",
    "docker.from_env": r"docker\.from_env\(",
    "psycopg": r"psycopg2?\.(?:connect|pool)\b",
    "asyncpg": r"asyncpg\.(?:connect|create_pool)\(",
    "pymysql": r"pymysql\.connect\(",
    "BlockingConnection": r"BlockingConnection\(",
    "aio_pika": r"aio_pika\.connect",
    "MongoClient": r"MongoClient\(",
    "redis.": r"redis\.(?:Redis|StrictRedis|from_url)\(",
    "mark.integration": r"mark\.integration\b",
    "mark.db": r"mark\.db\b",
    "create_engine": r"create_engine\(\s*(?!['\"]sqlite)",
    "create_async_engine": r"create_async_engine\(\s*(?!['\"]sqlite)",
}


def check_facts(project: Project, runner: str) -> Iterator[Fact]:
    tests = list(test_commands(project))
    yield from _task_scripts(project, runner)
    for test in tests:
        yield Fact(f.TEST, f"{runner}{test.command}", test.source, test.origin, test.confidence, test.note)
    yield from lint_facts(project, runner)
    yield from _coverage(project, runner, tests)
    yield from _integration(project, runner)


def packages_wanted(project: Project) -> tuple[str, ...]:
    """What the checks need installed: the test runner, its plug-ins and the checkers that some manifest asks for."""
    uses_pytest = any("pytest" in test.command for test in test_commands(project))
    named = (
        "pytest-cov",
        "coverage",
        "pytest-django",
        "pytest-asyncio",
        *(linter.package for linter in LINTERS),
        "poethepoet",
        "taskipy",
    )
    return (*(("pytest",) if uses_pytest else ()), *(name for name in named if project.any(name)))


def _task_scripts(project: Project, runner: str) -> Iterator[Fact]:
    """Scripts that the manifest names: PDM, Pipenv, poethepoet, taskipy, Hatch."""
    tools = table(project.pyproject, "tool")
    places = (
        (table(tools, "pdm", "scripts"), "pdm run {}", "pyproject.toml", project.tool == "pdm"),
        (table(project.pipfile, "scripts"), "pipenv run {}", "Pipfile", project.tool == "pipenv"),
        (table(tools, "poe", "tasks"), f"{runner}poe {{}}", "pyproject.toml", bool(project.any("poethepoet"))),
        (table(tools, "taskipy", "tasks"), f"{runner}task {{}}", "pyproject.toml", bool(project.any("taskipy"))),
        (table(tools, "hatch", "envs", "default", "scripts"), "hatch run {}", "pyproject.toml", project.tool == "hatch"),
    )
    names = (
        (f.LINT, ("lint", "check")),
        (f.TEST, ("test", "tests", "unit", "test-unit")),
        (f.COVERAGE, ("coverage", "cov", "test-cov")),
        (f.INTEGRATION, ("test-integration", "integration")),
    )
    for scripts, form, path, applies in places:
        for key, wanted in names if applies else ():
            name = next((name for name in wanted if name in scripts), None)
            if name and not (key is f.COVERAGE and not _runs_tests(scripts[name])):
                place = project.scope.source(path, rf"^\s*[\"']?{name}[\"']?\s*=")
                yield Fact(key, form.format(name), place, Origin.SCRIPT, Confidence.DECLARED, f"script in {path}")


def _runs_tests(script: object) -> bool:
    """Whether a script for coverage runs the tests, and does not only print what an earlier run found."""
    return compiled(r"pytest|unittest|manage\.py test|coverage run|\brun\b").search(str(script)) is not None


def _coverage(project: Project, runner: str, tests: list[Tests]) -> Iterator[Fact]:
    direct = next((test for test in tests if test.command.startswith(("pytest", "python "))), None)
    if direct is None or _has_target(project):
        return
    plugin, tool = project.any("pytest-cov"), project.any("coverage")
    if plugin and "pytest" in direct.command:
        options = " ".join(strings(table(project.pyproject, "tool", "pytest", "ini_options").get("addopts")))
        command = direct.command if "--cov" in options else f"{direct.command} --cov"
        yield Fact(f.COVERAGE, f"{runner}{command}", project.place(plugin), Origin.MANIFEST, Confidence.INFERRED, "pytest-cov")
    elif tool:
        body = direct.command.removeprefix("python ") if direct.command.startswith("python ") else f"-m {direct.command}"
        command = f"{runner}coverage run {body} && {runner}coverage report"
        yield Fact(f.COVERAGE, command, project.place(tool), Origin.MANIFEST, Confidence.INFERRED, "coverage")


def _has_target(project: Project) -> bool:
    """Whether a Makefile runs the tests: it may set what they need, so measuring them must be its own target, too."""
    names = ("Makefile", "makefile", "GNUmakefile", "justfile", "Taskfile.yml")
    return any(compiled(r"(?m)^ *(?:unit-?)?tests?\b[\w-]*.*:").search(project.scope.text(name) or "") for name in names)


def _integration(project: Project, runner: str) -> Iterator[Fact]:
    """The command, and the test files that need a backing service."""
    heavy = {match.group(1): module for module in project.tests if (match := compiled(INTEGRATION_FOLDER).match(module.path))}
    files = [module for module in project.tests if compiled(TEST_FILE).search(module.path)]
    uses_pytest = any("pytest" in test.command for test in test_commands(project))
    if uses_pytest and has_marker(project):
        module, match = next(search(project.tests, r"mark\.integration\b", "integration"))
        place = project.scope.line(module.path, module.line(match.start()))
        yield Fact(
            f.INTEGRATION, f"{runner}{pytest_program(project)} -m integration", place, Origin.CODE, Confidence.INFERRED, "marker"
        )
    elif heavy and uses_pytest:
        folders = " ".join(sorted(heavy))
        place = project.scope.source(next(iter(heavy.values())).path)
        yield Fact(
            f.INTEGRATION, f"{runner}{pytest_program(project)} {folders}", place, Origin.LAYOUT, Confidence.INFERRED, "folder"
        )
    for module in files:
        inside = compiled(INTEGRATION_FOLDER).match(module.path)
        needs = next(search_each((module,), NEEDS_BACKING), None)
        if inside or needs or _uses_database(project, module):
            line = module.line(needs[1].start()) if needs else 0
            place = project.scope.line(module.path, line)
            yield Fact(
                f.INTEGRATION_TESTS,
                project.scope.path(module.path),
                place,
                Origin.CODE,
                Confidence.INFERRED,
                "needs a backing service",
            )


def _uses_database(project: Project, module: Module) -> bool:
    """Django's database tests, where the settings name a database server."""
    use = served(project)
    if use is None or use.known.name != "django":
        return False
    server = next(search(project.modules, r"django\.db\.backends\.(?:postgresql|mysql)", "ENGINE"), None)
    return (
        server is not None
        and compiled(r"mark\.django_db\b|\b(?:TestCase|TransactionTestCase|APITestCase)\b").search(module.text) is not None
    )
