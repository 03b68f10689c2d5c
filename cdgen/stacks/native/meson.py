"""Meson."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source
from cdgen.repo import Repo, Scope
from cdgen.repo.patterns import compiled
from cdgen.stacks.base import Candidate, no_image, no_toolchain
from cdgen.stacks.native.base import facts as code_facts
from cdgen.stacks.native.base import has_sources, is_alone, is_ours
from cdgen.stacks.plain_code import HASH, read

id = "meson"
family = "native"
title = "Meson"
paved = False
NAME = "meson.build"
PROJECT = r"(?m)^\s*project\s*\("
PROGRAM = r"\bexecutable\s*\(\s*'([\w.+-]+)'"
TESTED = r"(?m)^\s*test\s*\("

toolchain = no_toolchain
image = no_image


def detect(repo: Repo) -> Iterator[Candidate]:
    """The folders whose build file begins a project."""
    for path in repo.files:
        folder = path.rpartition("/")[0] or "."
        is_named = path.rpartition("/")[2] == NAME and is_ours(folder)
        if is_named and compiled(PROJECT).search(repo.text(path) or "") and has_sources(repo, folder):
            yield Candidate(id, folder, Source(path), 2 if is_alone(repo, folder) else 1)


def facts(scope: Scope) -> Iterator[Fact]:
    manifest = scope.path(NAME)
    programs: dict[str, None] = {}
    tested = None
    for path in scope.glob("**/meson.build"):
        text = read(scope.repo, scope.path(path), HASH).text
        is_test = compiled(r"(?:^|/)tests?/").search(path)
        programs |= {} if is_test else dict.fromkeys(compiled(PROGRAM).findall(text))
        tested = tested or (path if compiled(TESTED).search(text) else None)
    yield from code_facts(scope, id, manifest, tuple(programs))
    configure = "meson setup build --buildtype=release"
    build = f"{configure} && meson compile -C build"
    yield Fact(f.BUILD, build, Source(manifest), Origin.MANIFEST, Confidence.INFERRED, "Meson")
    if tested:
        place = scope.source(tested, TESTED)
        yield Fact(f.TEST, f"{configure} && meson test -C build", place, Origin.MANIFEST, Confidence.INFERRED, "tests of Meson")
        yield Fact(f.TEST_RUNNER, "meson test", place, Origin.MANIFEST, Confidence.DECLARED, "tests of Meson")
