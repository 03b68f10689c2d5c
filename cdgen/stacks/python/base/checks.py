"""Lint, unit tests, coverage and integration tests, as the repository is set up for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source
from cdgen.repo.snapshot import compiled
from cdgen.stacks.python.base.frameworks import served
from cdgen.stacks.python.base.manifests import strings, table
from cdgen.stacks.python.base.project import Project
from cdgen.stacks.python.base.sources import Module, search, search_each

INTEGRATION_FOLDER = r"^(.*?(?:^|/)(?:tests?/)?(?:integration|integration[-_]tests?|tests?[-_]integration|it))/"
UNIT_FOLDER = r"^(.*?(?:^|/)(?:tests?/)?(?:unit|unit[-_]tests?|tests?[-_]unit))/"
TEST_FILE = r"(?:^|/)(?:test_[^/]*|[^/]*_tests?|tests)\.py$"
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


class Linter(NamedTuple):
    """A checker: the package, where its configuration stands (files, tables of pyproject.toml, sections), what runs it."""

    package: str
    files: tuple[str, ...]
    tables: tuple[str, ...]
    sections: tuple[str, ...]  # of setup.cfg and tox.ini
    command: str


LINTERS = (
    Linter("ruff", ("ruff.toml", ".ruff.toml"), ("ruff",), (), "ruff check ."),
    Linter("flake8", (".flake8",), ("flake8",), ("flake8",), "flake8"),
    Linter("pylint", (".pylintrc", "pylintrc", ".pylintrc.toml"), ("pylint",), (), "pylint {packages}"),
    Linter("black", (), ("black",), (), "black --check ."),
    Linter("isort", (".isort.cfg",), ("isort",), ("isort", "tool:isort"), "isort --check-only ."),
    Linter("mypy", ("mypy.ini", ".mypy.ini"), ("mypy",), ("mypy",), "mypy {typed}"),
)


class Tests(NamedTuple):
    """How the unit tests run: the command without the tool's runner."""

    command: str
    source: Source
    origin: Origin
    confidence: Confidence
    note: str


def check_facts(project: Project, runner: str) -> Iterator[Fact]:
    tests = list(_tests(project))
    yield from _task_scripts(project, runner)
    for test in tests:
        yield Fact(f.TEST, f"{runner}{test.command}", test.source, test.origin, test.confidence, test.note)
    yield from _lint(project, runner)
    yield from _coverage(project, runner, tests)
    yield from _integration(project, runner)


def packages_wanted(project: Project) -> tuple[str, ...]:
    """What the checks need installed: the test runner, its plug-ins and the checkers that some manifest asks for."""
    uses_pytest = any("pytest" in test.command for test in _tests(project))
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


def _tests(project: Project) -> Iterator[Tests]:
    """The most direct way first; tox and nox only where nothing else is known."""
    files = [module for module in project.tests if compiled(TEST_FILE).search(module.path)]
    stated = _from_tox(project)
    if stated:
        yield stated
    yield from _from_platform(project)
    direct = _django(project, files) or _pytest(project, files) or _unittest(project, files)
    if direct:
        yield direct
    elif stated is None:
        yield from _environments(project)


def _from_tox(project: Project) -> Tests | None:
    """The one test command of tox.ini, where it is a plain one."""
    text = project.scope.text("tox.ini") or ""
    section = compiled(r"(?ms)^\[testenv\]\s*$(.*?)(?=^\[|\Z)").search(text)
    body = compiled(r"(?m)^commands\s*=\s*((?:.*\n?)(?:[ \t]+.*\n?)*)").search(section.group(1)) if section else None
    if not section or not body:
        return None
    lines = [compiled(r"\s*\{posargs[^}]*\}").sub("", line).strip() for line in body.group(1).splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    if (
        len(lines) != 1
        or not compiled(r"(?:python[\d.]* |pytest|py\.test|coverage run)").match(lines[0])
        or compiled(r"[{}$\\]").search(lines[0])
    ):
        return None
    place = project.scope.source("tox.ini", r"^commands\s*=")
    return Tests(lines[0], place, Origin.SCRIPT, Confidence.DECLARED, "tox runs it")


def _from_platform(project: Project) -> Iterator[Tests]:
    """Heroku CI's test script: https://devcenter.heroku.com/articles/heroku-ci#test-scripts-in-app-json."""
    if project.scope.has("app.json"):
        data = project.scope.json("app.json")
        script = table(data, "environments", "test", "scripts").get("test")
        if isinstance(script, str) and script.strip():
            place = project.scope.source("app.json", r'"test"\s*:\s*"')
            yield Tests(script.strip(), place, Origin.SCRIPT, Confidence.DECLARED, "app.json")


def _django(project: Project, files: list[Module]) -> Tests | None:
    manage = next((module for module in project.modules if module.stem == "manage" and "django" in module.text), None)
    if manage is None or pytest_config(project) or project.any("pytest-django"):
        return None
    found = [module for module in files if "django" in module.text and "def test" in module.text]
    if not found:
        return None
    return Tests(
        f"python {manage.path} test", project.scope.source(found[0].path), Origin.LAYOUT, Confidence.INFERRED, "Django tests"
    )


def pytest_config(project: Project) -> Source | None:
    scope = project.scope
    if "pytest" in table(project.pyproject, "tool"):
        return scope.source("pyproject.toml", r"^\[tool\.pytest")
    for name, pattern in (
        ("pytest.ini", r"^\[pytest\]"),
        (".pytest.ini", r"^\[pytest\]"),
        ("setup.cfg", r"^\[tool:pytest\]"),
        ("tox.ini", r"^\[pytest\]"),
    ):
        if scope.has(name) and scope.repo.find_line(scope.path(name), pattern):
            return scope.source(name, pattern)
    return None


def _pytest(project: Project, files: list[Module]) -> Tests | None:
    """pytest where it is configured, required or imported, and there are tests."""
    if not any("def test" in module.text for module in files):
        return None
    config = pytest_config(project)
    required = project.any("pytest", "pytest-django", "pytest-asyncio", "pytest-cov")
    imported = next((module for module in project.tests if compiled(r"(?m)^\s*(?:import|from) pytest\b").search(module.text)), None)
    fixtures = next((module for module in project.tests if module.stem == "conftest"), None)
    if not (config or required or imported or fixtures):
        plain = next((module for module in files if compiled(r"(?m)^(?:async )?def test_").search(module.text)), None)
        return (
            Tests(
                _pytest_command(project, files),
                project.scope.source(plain.path),
                Origin.LAYOUT,
                Confidence.INFERRED,
                "test functions",
            )
            if plain
            else None
        )
    place = config or (project.place(required) if required else project.scope.source((imported or fixtures or files[0]).path))
    origin = Origin.CONFIG if config else Origin.MANIFEST if required else Origin.LAYOUT
    sure = Confidence.DECLARED if config else Confidence.INFERRED
    return Tests(_pytest_command(project, files), place, origin, sure, "pytest")


def _pytest_command(project: Project, files: list[Module]) -> str:
    """Unit tests only, where integration tests have a place of their own."""
    command = _pytest_program(project)
    unit = {match.group(1) for module in files if (match := compiled(UNIT_FOLDER).match(module.path))}
    heavy = {match.group(1) for module in files if (match := compiled(INTEGRATION_FOLDER).match(module.path))}
    if heavy and len(unit) == 1:
        return f"{command} {unit.pop()}"
    if heavy and any(not compiled(INTEGRATION_FOLDER).match(module.path) for module in files):
        return " ".join((command, *(f"--ignore={folder}" for folder in sorted(heavy))))
    return f'{command} -m "not integration"' if _has_marker(project) and not heavy else command


def _pytest_program(project: Project) -> str:
    """`python -m pytest` where the tests find the code only through the current folder."""
    options = table(project.pyproject, "tool", "pytest", "ini_options")
    finds = (
        project.is_package
        or "pythonpath" in options
        or any("pythonpath" in (project.scope.text(name) or "") for name in ("pytest.ini", "setup.cfg", "tox.ini"))
    )
    rooted = any(
        module.path in ("conftest.py", "tests/__init__.py", "test/__init__.py") or "/" not in module.path
        for module in project.tests
    )
    return "pytest" if finds or rooted or "pytest-pythonpath" in {one.name for one in project.requirements} else "python -m pytest"


def _has_marker(project: Project) -> bool:
    marked = next(search(project.tests, r"@pytest\.mark\.integration\b|pytestmark\s*=.*mark\.integration\b", "integration"), None)
    return marked is not None


def _unittest(project: Project, files: list[Module]) -> Tests | None:
    found = [module for module in files if compiled(r"\bTestCase\b").search(module.text) and "def test" in module.text]
    if not found:
        return None
    folders = {module.path.rpartition("/")[0] for module in found}
    pattern = "" if all(module.stem.startswith("test") for module in found) else " -p '*test*.py'"
    start = "" if "" in folders else f" -s {min(folders, key=len)}"
    top = " -t ." if start and project.scope.has(f"{min(folders, key=len)}/__init__.py") else ""
    command = f"python -m unittest discover{start}{top}{pattern}"
    return Tests(command, project.scope.source(found[0].path), Origin.LAYOUT, Confidence.INFERRED, "unittest")


def _environments(project: Project) -> Iterator[Tests]:
    for name, command in (("tox.ini", "tox"), ("noxfile.py", "nox")):
        if project.scope.has(name):
            yield Tests(command, project.scope.source(name), Origin.SCRIPT, Confidence.INFERRED, name)


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
            if name:
                place = project.scope.source(path, rf"^\s*[\"']?{name}[\"']?\s*=")
                yield Fact(key, form.format(name), place, Origin.SCRIPT, Confidence.DECLARED, f"script in {path}")


def _lint(project: Project, runner: str) -> Iterator[Fact]:
    """Every checker that is configured and gets installed; one that is only required counts alone."""
    found = [(linter, _configured(project, linter), project.any(linter.package)) for linter in LINTERS]
    chosen = [
        (linter, place or project.place(required))
        for linter, place, required in found
        if required and (place or linter.package in ("ruff", "flake8"))
    ]
    if not chosen:
        chosen = [(linter, project.place(required)) for linter, _, required in found if required and linter.package == "pylint"]
    if not chosen:
        return
    packages = " ".join(code_folders(project))
    commands = [
        linter.command.format(packages=packages, typed=_typed(project, packages)).strip()
        for linter, _ in chosen
        if "{packages}" not in linter.command or packages
    ]
    configured = any(place for _, place, required in found if required)
    sure = Confidence.DECLARED if configured else Confidence.INFERRED
    if commands:
        text = " && ".join(f"{runner}{command}" for command in commands)
        yield Fact(f.LINT, text, chosen[0][1], Origin.CONFIG if configured else Origin.MANIFEST, sure, "configured checkers")


def _typed(project: Project, packages: str) -> str:
    """mypy's own configuration may name what it checks."""
    stated = table(project.pyproject, "tool", "mypy")
    named = (
        "files" in stated
        or "packages" in stated
        or compiled(r"(?m)^(?:files|packages)\s*=").search(project.scope.text("mypy.ini") or "")
    )
    return "" if named else packages or "."


def code_folders(project: Project) -> tuple[str, ...]:
    """Top-level packages and modules of the service's own code."""
    tops = dict.fromkeys(module.path.partition("/")[0] for module in project.modules)
    return tuple(top for top in tops if top not in ("scripts", "bin", "tools", "deploy", "manage.py"))


def _configured(project: Project, linter: Linter) -> Source | None:
    scope = project.scope
    for name in linter.files:
        if scope.has(name):
            return scope.source(name)
    for name in linter.tables:
        if name in table(project.pyproject, "tool"):
            return scope.source("pyproject.toml", rf"^\[tool\.{name}\b")
    for name in ("setup.cfg", "tox.ini"):
        for section in linter.sections:
            if scope.has(name) and scope.repo.find_line(scope.path(name), rf"^\[{section}\]"):
                return scope.source(name, rf"^\[{section}\]")
    return None


def _coverage(project: Project, runner: str, tests: list[Tests]) -> Iterator[Fact]:
    direct = next((test for test in tests if test.command.startswith(("pytest", "python "))), None)
    if direct is None:
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


def _integration(project: Project, runner: str) -> Iterator[Fact]:
    """The command, and the test files that need a backing service."""
    heavy = {match.group(1): module for module in project.tests if (match := compiled(INTEGRATION_FOLDER).match(module.path))}
    files = [module for module in project.tests if compiled(TEST_FILE).search(module.path)]
    uses_pytest = any("pytest" in test.command for test in _tests(project))
    if heavy and uses_pytest:
        folders = " ".join(sorted(heavy))
        place = project.scope.source(next(iter(heavy.values())).path)
        yield Fact(
            f.INTEGRATION, f"{runner}{_pytest_program(project)} {folders}", place, Origin.LAYOUT, Confidence.INFERRED, "folder"
        )
    elif uses_pytest and _has_marker(project):
        module, match = next(search(project.tests, r"mark\.integration\b", "integration"))
        place = project.scope.line(module.path, module.line(match.start()))
        yield Fact(
            f.INTEGRATION, f"{runner}{_pytest_program(project)} -m integration", place, Origin.CODE, Confidence.INFERRED, "marker"
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
