"""sbt: Scala, and Java with Play. Recognised, not paved."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source, Version
from cdgen.repo import Repo, Scope
from cdgen.repo.patterns import compiled
from cdgen.stacks.base import Candidate
from cdgen.stacks.base import no_image as image
from cdgen.stacks.base import no_toolchain as toolchain
from cdgen.stacks.jvm import base
from cdgen.stacks.jvm.build import Build, Plugin
from cdgen.stacks.jvm.sbt_build import Member, Sbt, root_of, sbt_of
from cdgen.stacks.jvm.sources import is_test

__all__ = ["detect", "facts", "family", "id", "image", "paved", "title", "toolchain"]

id = "sbt"
family = "jvm"
title = "sbt"
paved = False

SOURCES = (".scala", ".java", ".sc")
NOT_PROJECTS = r"(?:^|/)(?:project|src|target|testdata)/"
PACKAGERS = (
    "JavaAppPackaging",
    "JavaServerAppPackaging",
    "PlayScala",
    "PlayJava",
    "PlayService",
    "DockerPlugin",
    "UniversalPlugin",
)
PLAY = ("PlayScala", "PlayJava", "PlayService", "PlayMinimalJava")


def detect(repo: Repo) -> Iterator[Candidate]:
    """A folder with build.sbt. One that only joins projects in folders of their own is none itself, unless it makes the image."""
    for path in repo.glob("**/build.sbt"):
        folder = path.rpartition("/")[0] or "."
        if compiled(NOT_PROJECTS).search(path) or root_of(repo, _above(folder)) != _above(folder) and _is_member(repo, folder):
            continue
        members = _with_code(repo, folder)
        joins = bool(members) and not _has_code(repo, folder, members) and not _has_image(repo, folder)
        yield Candidate(id, folder, Source(path), 2, root_only=joins)
        if joins:
            yield from (Candidate(id, member.folder, member.source, 2) for member in members)


def _above(folder: str) -> str:
    return folder.rpartition("/")[0] or "."


def _is_member(repo: Repo, folder: str) -> bool:
    """Settings of a project of the build above, in a file of its own."""
    return any(member.folder == folder for member in sbt_of(repo, root_of(repo, _above(folder))).members())


def _with_code(repo: Repo, root: str) -> tuple[Member, ...]:
    members = sbt_of(repo, root).members()
    return tuple(
        member for member in members if member.folder != root and any(path.endswith(SOURCES) for path in repo.under(member.folder))
    )


def _has_code(repo: Repo, root: str, members: tuple[Member, ...]) -> bool:
    below = tuple(f"{member.folder}/" for member in members)
    own = (path for path in repo.under(root) if path.endswith(SOURCES) and not path.startswith(below))
    return any("/project/" not in f"/{path}" for path in own)


def _has_image(repo: Repo, folder: str) -> bool:
    return repo.has("Dockerfile" if folder == "." else f"{folder}/Dockerfile")


def facts(scope: Scope) -> Iterator[Fact]:
    sbt = sbt_of(scope.repo, root_of(scope.repo, scope.directory))
    member = next((each for each in sbt.members() if each.folder == scope.directory), None)
    build = _build(scope, sbt, member)
    yield Fact(f.BUILD_TOOL, "sbt", Source(sbt.path), Origin.MANIFEST, Confidence.DECLARED, "build.sbt")
    if sbt.version:
        place = scope.repo.source(sbt.properties, r"sbt\.version")
        yield Fact(f.BUILD_TOOL_VERSION, sbt.version, place, Origin.MANIFEST, Confidence.DECLARED, "project/build.properties")
    stated = sbt.setting("scalaVersion")
    if stated and compiled(r"\d").match(stated[0]):
        yield Fact(f.LANGUAGE_VERSION, Version(stated[0]), stated[1], Origin.MANIFEST, Confidence.DECLARED, "scalaVersion")
    yield from _version_file(scope)
    yield from base.of_code(scope, build)
    yield from _commands(scope, sbt, member, build)


def _version_file(scope: Scope) -> Iterator[Fact]:
    path = scope.path(".scala-version")
    text = (scope.text(".scala-version") or "").strip()
    if compiled(r"\d[\w.-]*\Z").match(text):
        yield Fact(f.LANGUAGE_VERSION, Version(text), Source(path, 1), Origin.VERSION_FILE, Confidence.DECLARED, ".scala-version")


def _build(scope: Scope, sbt: Sbt, member: Member | None) -> Build:
    """The project with the projects that it depends on. Libraries are those of the whole build: settings are shared in too many
    ways to tell whose they are."""
    by_name = {each.name: each for each in sbt.members()}
    folders, pending = {scope.directory: None}, [member] if member else []
    while pending:
        for name in pending.pop().needs:
            other = by_name.get(name)
            if other and other.folder not in folders:
                folders[other.folder] = None
                pending.append(other)
    enabled = member.plugins if member and member.plugins else sorted(sbt.enabled())
    return Build(
        tool="sbt",
        directory=scope.directory,
        root=sbt.root,
        name=_name(scope, sbt, member),
        dependencies=tuple(dict.fromkeys(sbt.dependencies())),
        plugins=(*sbt.plugins(), *(Plugin(name, None, Source(sbt.path)) for name in enabled)),
        members=tuple(folders),
    )


def _name(scope: Scope, sbt: Sbt, member: Member | None) -> str:
    stated = sbt.setting("name") if member is None or scope.directory == sbt.root else None
    if stated:
        return stated[0]
    own = member.name if member else scope.directory.rpartition("/")[2]
    return scope.repo.name if own in ("", ".", "root") else own


def _commands(scope: Scope, sbt: Sbt, member: Member | None, build: Build) -> Iterator[Fact]:
    """From the folder of the build; a project below it is named in the task."""
    place = Source(sbt.path)
    task = f"{member.name}/" if member and scope.directory != sbt.root else ""
    names = {plugin.name.rpartition(":")[2] for plugin in build.plugins}
    tests = [path for path in scope.files if path.endswith(SOURCES) and (is_test(path) or path.startswith("test/"))]
    if tests:
        yield Fact(f.TEST, f"sbt {task}test", place, Origin.MANIFEST, Confidence.INFERRED, f"{len(tests)} test classes")
        if "sbt-scoverage" in names:
            command = f"sbt coverage {task}test {task}coverageReport"
            yield Fact(f.COVERAGE, command, place, Origin.MANIFEST, Confidence.INFERRED, "sbt-scoverage")
    if "sbt-scalafmt" in names:
        yield Fact(f.LINT, "sbt scalafmtCheckAll", place, Origin.MANIFEST, Confidence.DECLARED, "sbt-scalafmt")
    packaged = not names.isdisjoint(PACKAGERS)
    command = "stage" if packaged else "assembly" if "sbt-assembly" in names else "compile"
    yield Fact(f.BUILD, f"sbt {task}{command}", place, Origin.MANIFEST, Confidence.INFERRED, "sbt")
    if packaged:
        script = sbt.setting("executableScriptName")
        # sbt calls the script like the project, in lower case and with hyphens
        name = script[0] if script else compiled(r"[^a-z0-9]+").sub("-", build.name.lower()).strip("-")
        start = f"target/universal/stage/bin/{name}"
        yield Fact(f.START, start, script[1] if script else place, Origin.MANIFEST, Confidence.INFERRED, "what the build packages")
