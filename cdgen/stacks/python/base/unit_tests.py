"""How the unit tests run: the most direct way that the repository is set up for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cdgen.model.facts import Confidence, Origin, Source
from cdgen.repo.patterns import compiled
from cdgen.stacks.python.base.manifests import table
from cdgen.stacks.python.base.project import Project
from cdgen.stacks.python.base.sources import Module, search

INTEGRATION_FOLDER = r"^(.*?(?:^|/)(?:tests?/)?(?:integration|integration[-_]tests?|tests?[-_]integration|it))/"
UNIT_FOLDER = r"^(.*?(?:^|/)(?:tests?/)?(?:unit|unit[-_]tests?|tests?[-_]unit))/"
TEST_FILE = r"(?:^|/)(?:test_[^/]*|[^/]*_tests?|tests)\.py$"


class Tests(NamedTuple):
    """The command without the tool's runner."""

    command: str
    source: Source
    origin: Origin
    confidence: Confidence
    note: str


def test_commands(project: Project) -> Iterator[Tests]:
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
    imported = next(
        (module for module in project.tests if compiled(r"(?m)^[ \t]*(?:import|from) pytest\b").search(module.text)), None
    )
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
    """Unit tests only, where integration tests are marked or have a place of their own."""
    command = pytest_program(project)
    if has_marker(project):
        return f'{command} -m "not integration"'
    unit = {match.group(1) for module in files if (match := compiled(UNIT_FOLDER).match(module.path))}
    heavy = {match.group(1) for module in files if (match := compiled(INTEGRATION_FOLDER).match(module.path))}
    if heavy and len(unit) == 1:
        return f"{command} {unit.pop()}"
    if heavy and any(not compiled(INTEGRATION_FOLDER).match(module.path) for module in files):
        return " ".join((command, *(f"--ignore={folder}" for folder in sorted(heavy))))
    return command


def pytest_program(project: Project) -> str:
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


def has_marker(project: Project) -> bool:
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
