"""What a Python project is built with: other projects of its repository, how many packages, code generators, its test runner."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cdgen.errors import InputError
from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source
from cdgen.repo.patterns import compiled
from cdgen.stacks.python.base.manifests import PIPFILE, PYPROJECT, table
from cdgen.stacks.python.base.project import Project
from cdgen.stacks.python.base.requirements import MAIN, normal
from cdgen.stacks.python.base.unit_tests import test_commands

# packages that generate code -> what they generate from
GENERATORS: Mapping[str, str] = {
    "grpcio-tools": "protobuf",
    "betterproto": "protobuf",
    "datamodel-code-generator": "openapi",
    "openapi-python-client": "openapi",
    "openapi-generator-cli": "openapi",
    "ariadne-codegen": "graphql",
    "prisma": "prisma",
    "sqlacodegen": "sqlacodegen",
}
# words of a test command -> its runner, the narrower first
RUNNERS = (
    ("tox", r"^(?:\w+ run )?tox\b"),
    ("nox", r"^(?:\w+ run )?nox\b"),
    ("django", r"\bmanage\.py test\b"),
    ("pytest", r"\b(?:pytest|py\.test)\b"),
    ("nose", r"\bnose(?:tests|2)\b"),
    ("unittest", r"\bunittest\b"),
)
# a requirement that is a folder: `-e ../lib`, `file:../lib`, `lib @ file:///${PROJECT_ROOT}/../lib`, `lib @ {root:uri}/../lib`
LOCAL = (
    r"^(?:-e|--editable)?\s*(?:[\w.-]+(?:\[[^\]]*\])?\s*@\s*)?(?:file:(?://)?|\{root:uri\})?/?(?:\$\{PROJECT_ROOT\}/)?"
    r"(\.\.?/[\w./-]+)"
)
MOST_PROJECTS = 200  # pyproject.toml files of one workspace


def relation_facts(project: Project) -> Iterator[Fact]:
    yield from _dependencies(project)
    yield from _depends_on(project)
    for name, kind in GENERATORS.items():
        if found := project.any(name):
            yield Fact(f.GENERATOR, kind, project.place(found), Origin.MANIFEST, Confidence.INFERRED, name)
    yield from _runner(project)


def _dependencies(project: Project) -> Iterator[Fact]:
    direct = {one.name: one for one in reversed(project.requirements) if one.group == MAIN and one.is_direct}
    if direct or project.files or project.pyproject or project.pipfile:
        path = (
            next(iter(direct.values())).path if direct else next(iter(project.files), PYPROJECT if project.pyproject else PIPFILE)
        )
        place = project.scope.source(path)
        yield Fact(f.DEPENDENCIES, len(direct), place, Origin.MANIFEST, Confidence.DECLARED, "packages that it asks for itself")


def _depends_on(project: Project) -> Iterator[Fact]:
    seen: set[str] = set()
    for folder, place in (*_workspace(project), *_tables(project), *_lines(project)):
        if folder not in seen and folder != project.scope.directory and any(True for _ in project.scope.repo.under(folder)):
            seen.add(folder)
            yield Fact(f.DEPENDS_ON, folder, place, Origin.MANIFEST, Confidence.DECLARED, "required by its path")


def _workspace(project: Project) -> Iterator[tuple[str, Source]]:
    """Members of a uv workspace: https://docs.astral.sh/uv/concepts/projects/workspaces."""
    wanted = {normal(name) for name, source in table(project.pyproject, "tool", "uv", "sources").items() if _is_member(source)}
    if not wanted:
        return
    repo = project.scope.repo
    for path in [path for path in repo.files if path.endswith("/pyproject.toml")][:MOST_PROJECTS]:
        try:
            name = table(repo.toml(path), "project").get("name")
        except InputError:
            continue
        if isinstance(name, str) and normal(name) in wanted:
            yield (
                path.rpartition("/")[0],
                project.scope.source(PYPROJECT, rf"^\s*[\"']?{compiled('[-_.]+').sub('[-_.]+', name)}[\"']?\s*="),
            )


def _is_member(source: object) -> bool:
    return any(table(each).get("workspace") is True for each in (source if isinstance(source, list) else [source]))


def _tables(project: Project) -> Iterator[tuple[str, Source]]:
    """`lib = {path = "../lib"}` of uv, Poetry and Pipenv."""
    poetry = table(project.pyproject, "tool", "poetry")
    groups = [table(group, "dependencies") for group in table(poetry, "group").values()]
    places: tuple[tuple[str, Iterable[Mapping[str, Any]]], ...] = (
        (PYPROJECT, (table(project.pyproject, "tool", "uv", "sources"), table(poetry, "dependencies"), *groups)),
        (PIPFILE, (table(project.pipfile, "packages"),)),
    )
    for path, tables in places:
        for name, value in (entry for each in tables for entry in each.items()):
            relative = table(value).get("path")
            if isinstance(relative, str) and not relative.endswith((".whl", ".gz", ".zip")):
                folder = _folder(project, relative)
                yield from [(folder, project.scope.source(path, rf"^\s*[\"']?{name}\b"))] if folder else []


def _lines(project: Project) -> Iterator[tuple[str, Source]]:
    """Requirements that are folders, in the lists of pyproject.toml and in requirements files."""
    metadata = table(project.pyproject, "project")
    listed = metadata.get("dependencies")
    groups = table(project.pyproject, "tool", "pdm", "dev-dependencies").values()
    for line in (line for lines in (listed, *groups) if isinstance(lines, list) for line in lines):
        match = compiled(LOCAL).match(line) if isinstance(line, str) else None
        if match and (folder := _folder(project, match.group(1))):
            yield folder, project.scope.source(PYPROJECT, rf"{match.group(1)}")
    for path in project.files:
        for number, line in enumerate(project.scope.lines(path), 1):
            match = compiled(LOCAL).match(line.strip())
            if match and (folder := _folder(project, match.group(1))):
                yield folder, project.scope.line(path, number)


def _folder(project: Project, relative: str) -> str | None:
    """A folder of the repository; None for one outside of it."""
    from posixpath import normpath

    folder = normpath(f"{project.scope.directory}/{relative}")
    return None if folder.startswith(("..", "/")) else folder


def _runner(project: Project) -> Iterator[Fact]:
    for test in test_commands(project):
        name = next((name for name, words in RUNNERS if compiled(words).search(test.command)), None)
        if name:
            yield Fact(f.TEST_RUNNER, name, test.source, test.origin, test.confidence, test.note)
            return
