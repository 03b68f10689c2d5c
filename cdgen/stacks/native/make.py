"""Make, where it compiles C or C++ and nothing else builds the folder. A Makefile alone says nothing about a language."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source
from cdgen.repo import Repo, Scope
from cdgen.repo.patterns import compiled
from cdgen.stacks.base import Candidate, no_image, no_toolchain
from cdgen.stacks.native.base import facts as code_facts
from cdgen.stacks.native.base import has_sources, is_alone_above, is_ours

id = "make"
family = "native"
title = "Make"
paved = False
NAMES = ("Makefile", "makefile", "GNUmakefile", "Makefile.am")
OTHER_TOOLS = ("CMakeLists.txt", "meson.build")
COMPILES = r"\$[({]?(?:CC|CXX|LD)\b|\b(?:CFLAGS|CXXFLAGS|CPPFLAGS)\b|^\t.*\b(?:gcc|g\+\+|clang|clang\+\+|cc)\s|_SOURCES\s*="
PROGRAM = r"(?m)^(?:BIN|TARGET|PROG|PROGRAM|EXE|EXECUTABLE|NAME|bin_PROGRAMS)\s*:?=\s*([\w./-]+)\s*$"

toolchain = no_toolchain
image = no_image


def detect(repo: Repo) -> Iterator[Candidate]:
    tops: list[str] = []
    named = (path for path in repo.files if path.rpartition("/")[2] in NAMES)
    for path in sorted(named, key=lambda each: (each.count("/"), each)):
        folder = path.rpartition("/")[0] or "."
        if any(top == "." or folder == top or folder.startswith(f"{top}/") for top in tops):
            continue
        if not is_ours(folder) or not has_sources(repo, folder) or not is_alone_above(repo, folder) or _has_other(repo, folder):
            continue
        if compiled(rf"(?m){COMPILES}").search(repo.text(path) or ""):
            tops.append(folder)
            yield Candidate(id, folder, Source(path), 1)


def _has_other(repo: Repo, folder: str) -> bool:
    return any(repo.has(name if folder == "." else f"{folder}/{name}") for name in OTHER_TOOLS)


def facts(scope: Scope) -> Iterator[Fact]:
    name = next((name for name in NAMES if scope.has(name)), NAMES[0])
    manifest = scope.path(name)
    programs = tuple(dict.fromkeys(compiled(PROGRAM).findall(scope.text(name) or "")))
    yield from code_facts(scope, id, manifest, tuple(f"./{each.removeprefix('./')}" for each in programs))
    yield Fact(f.BUILD, "make", Source(manifest), Origin.MANIFEST, Confidence.INFERRED, "Make")
