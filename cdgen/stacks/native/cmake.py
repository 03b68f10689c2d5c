"""CMake. A folder below the project is a service of its own where several such folders build a program each."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source
from cdgen.repo import Repo, Scope
from cdgen.repo.patterns import compiled
from cdgen.stacks.base import Candidate, no_image, no_toolchain
from cdgen.stacks.native.base import TESTED, has_sources, is_alone, is_ours
from cdgen.stacks.native.base import facts as code_facts
from cdgen.stacks.native.libraries import MAIN
from cdgen.stacks.plain_code import HASH, read

id = "cmake"
family = "native"
title = "CMake"
paved = False
NAME = "CMakeLists.txt"
PROGRAM = r"(?mi)^\s*add_executable\s*\(\s*([\w.+-]+)(?!\s+(?:ALIAS|IMPORTED))"

toolchain = no_toolchain
image = no_image


def detect(repo: Repo) -> Iterator[Candidate]:
    folders = [path.rpartition("/")[0] or "." for path in repo.files if path == NAME or path.endswith(f"/{NAME}")]
    tops: list[str] = []
    for folder in sorted(folders, key=lambda each: (0 if each == "." else each.count("/") + 1, each)):
        if not any(top == "." or folder.startswith(f"{top}/") for top in tops):
            tops.append(folder)
    for top in tops:
        if not is_ours(top) or not has_sources(repo, top):
            continue
        below = [each for each in folders if each != top and (top == "." or each.startswith(f"{top}/")) and is_ours(each)]
        programs = [each for each in below if _is_program(repo, each)]
        several = len(programs) > 1
        strength = 2 if is_alone(repo, top) else 1
        yield Candidate(id, top, Source(_inside(top)), strength, root_only=several)
        for each in programs if several else ():
            yield Candidate(id, each, Source(_inside(each)), 2 if is_alone(repo, each) else 1)


def _inside(folder: str) -> str:
    return NAME if folder == "." else f"{folder}/{NAME}"


def _is_program(repo: Repo, folder: str) -> bool:
    """Whether the folder's own build file makes one program of a `main` that stands beside it."""
    if len(set(compiled(PROGRAM).findall(repo.text(_inside(folder)) or ""))) != 1:
        return False
    beside = (path for path in repo.under(folder) if path.endswith((".c", ".cc", ".cpp", ".cxx")))
    return any(compiled(MAIN).search(repo.text(path) or "") for path in beside)


def facts(scope: Scope) -> Iterator[Fact]:
    manifest = scope.path(NAME)
    project = read(scope.repo, manifest, HASH)
    programs = tuple(
        dict.fromkeys(name for name in compiled(PROGRAM).findall(project.text) if not compiled(r"(?i)test|bench").search(name))
    )
    yield from code_facts(scope, id, manifest, programs)
    place = Source(manifest)
    configure = "cmake -S . -B build -DCMAKE_BUILD_TYPE=Release"
    yield Fact(f.BUILD, f"{configure} && cmake --build build", place, Origin.MANIFEST, Confidence.INFERRED, "CMake")
    tested = next(
        (
            path
            for path in scope.glob("**/CMakeLists.txt")
            if compiled(TESTED).search(read(scope.repo, scope.path(path), HASH).text)
        ),
        None,
    )
    if tested:
        command = f"{configure} && cmake --build build && ctest --test-dir build --output-on-failure"
        yield Fact(f.TEST, command, scope.source(tested, TESTED), Origin.MANIFEST, Confidence.INFERRED, "tests of CMake")
        yield Fact(f.TEST_RUNNER, "ctest", scope.source(tested, TESTED), Origin.MANIFEST, Confidence.DECLARED, "tests of CMake")
