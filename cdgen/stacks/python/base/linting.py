"""The checkers that a repository configures and installs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source
from cdgen.repo.patterns import compiled
from cdgen.stacks.python.base.manifests import table
from cdgen.stacks.python.base.project import Project


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


def lint_facts(project: Project, runner: str) -> Iterator[Fact]:
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
