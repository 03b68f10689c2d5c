"""Zig, built by its own build system. Recognised, not paved."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import BackingService, Confidence, Fact, Framework, Origin, Source, Version
from cdgen.repo import Repo, Scope
from cdgen.repo.patterns import compiled
from cdgen.stacks.base import Candidate, no_image, no_toolchain
from cdgen.stacks.plain_code import SLASHES, Code, Opens, environment, first, port_facts, ports, read, version_files

id = "zig"
family = "zig"
title = "Zig"
paved = False
NAME = "build.zig"
PACKAGE = "build.zig.zon"
OLDEST = r'\.minimum_zig_version\s*=\s*"(\d[\w.+-]*)"'
PROGRAM = r'\baddExecutable\(\s*\.\{[^}]*?\.name\s*=\s*"([\w.-]+)"'
LIBRARY = r"\b(?:addLibrary|addStaticLibrary|addSharedLibrary|addModule)\("
TESTED = r'\.step\(\s*"test"'
# import -> (framework, port that it opens unless told)
FRAMEWORKS = (
    ("jetzig", "jetzig", 8080),
    ("tokamak", "tokamak", 8080),
    ("httpz", "httpz", 5882),
    ("zap", "zap", None),
    ("zzz", "zzz", None),
    ("http.zig", "httpz", 5882),
)
DRIVERS = (("pg", "postgresql"), ("myzql", "mysql"), ("redis", "redis"), ("okredis", "redis"), ("nats", "nats"))
OPENS = (
    Opens(r"\.port\s*=\s*(?P<port>\w+)", ""),
    Opens(r'\bparseIp[46]?\(\s*"(?P<host>[^"]*)"\s*,\s*(?P<port>\w+)', ""),
    Opens(r'\bresolveIp\(\s*"(?P<host>[^"]*)"\s*,\s*(?P<port>\w+)', ""),
    Opens(r"\bAddress\.initIp4\([^)]*\}\s*,\s*(?P<port>\w+)", ""),
)
DEFINED = r"\bconst\s+%s\b[^=\n]*=\s*(\d{2,5})\b"
LISTENS = r"\.listen\(|\bhttp\.Server\b|\bStreamServer\b"
READS = r'\b(?:getenv|getEnvVarOwned|getEnvMap\(\)\.get|env\.get)\([^"\n]*"(?P<name>[A-Z][A-Z0-9_]{1,60})"'
ARGUMENTS = r"\bprocess\.args(?:Alloc|WithAllocator)?\("

toolchain = no_toolchain
image = no_image


def detect(repo: Repo) -> Iterator[Candidate]:
    for path in repo.files:
        folder, _, name = path.rpartition("/")
        if name == NAME and not compiled(r"(?:^|/)(?:deps|libs?|vendor|third_party|zig-cache|\.zig-cache)(?:/|$)").search(folder):
            yield Candidate(id, folder or ".", Source(path), 2)


def facts(scope: Scope) -> Iterator[Fact]:
    manifest = scope.source(NAME)
    yield Fact(f.LANGUAGE, "zig", manifest, Origin.MANIFEST, Confidence.DECLARED, NAME)
    yield Fact(f.BUILD_TOOL, "zig", manifest, Origin.MANIFEST, Confidence.DECLARED, NAME)
    oldest = compiled(OLDEST).search(read(scope.repo, scope.path(PACKAGE), SLASHES).text)
    if oldest:
        place = scope.source(PACKAGE, OLDEST)
        yield Fact(f.LANGUAGE_VERSION, Version(oldest.group(1)), place, Origin.MANIFEST, Confidence.DECLARED, PACKAGE)
    yield from version_files(scope, "zig", ".zigversion", ".zig-version")
    build = read(scope.repo, scope.path(NAME), SLASHES)
    code = tuple(read(scope.repo, scope.path(path), SLASHES) for path in _sources(scope))
    programs = tuple(dict.fromkeys(compiled(PROGRAM).findall(build.text)))
    yield from environment(code, READS)
    yield from _drivers(code)
    yield from _kind(code, build, programs, manifest)
    yield Fact(f.BUILD, "zig build -Doptimize=ReleaseSafe", manifest, Origin.MANIFEST, Confidence.INFERRED, "Zig")
    if len(programs) == 1:
        yield Fact(f.START, f"./zig-out/bin/{programs[0]}", manifest, Origin.MANIFEST, Confidence.INFERRED, "what Zig builds")
    if compiled(TESTED).search(build.text):
        place = scope.source(NAME, TESTED)
        yield Fact(f.TEST, "zig build test", place, Origin.MANIFEST, Confidence.INFERRED, "the step `test`")
        yield Fact(f.TEST_RUNNER, "zig test", place, Origin.MANIFEST, Confidence.INFERRED, "the step `test`")


def _sources(scope: Scope) -> Iterator[str]:
    for path in scope.glob("**/*.zig"):
        if path != NAME and not compiled(
            r"(?:^|/)(?:tests?|examples?|deps|libs?|vendor|bench\w*|\.?zig-cache)/|_test\.zig$"
        ).search(path):
            yield path


def _imported(code: tuple[Code, ...], name: str) -> Source | None:
    return first(code, rf'@import\(\s*"{name}"\s*\)')


def _drivers(code: tuple[Code, ...]) -> Iterator[Fact]:
    for name, kind in DRIVERS:
        place = _imported(code, name)
        if place:
            yield Fact(f.BACKING, BackingService(kind), place, Origin.CODE, Confidence.INFERRED, f"imports {name}")


def _kind(code: tuple[Code, ...], build: Code, programs: tuple[str, ...], manifest: Source) -> Iterator[Fact]:
    """Nothing when the code does not say."""
    if not programs:
        if compiled(LIBRARY).search(build.text) and "addExecutable" not in build.text:
            yield Fact(f.KIND, "library", manifest, Origin.MANIFEST, Confidence.INFERRED, "no executable")
        return
    found = next(((name, port, at) for module, name, port in FRAMEWORKS if (at := _imported(code, module))), None)
    listens = found[2] if found else first(code, LISTENS)
    if found:
        yield Fact(f.FRAMEWORK, Framework(found[0], None), found[2], Origin.CODE, Confidence.DECLARED, f"imports {found[0]}")
    if listens is None:
        place = first(code, ARGUMENTS)
        if place:
            yield Fact(f.KIND, "cli", place, Origin.CODE, Confidence.INFERRED, "reads its command line and does not listen")
        return
    yield Fact(f.KIND, "service", listens, Origin.CODE, Confidence.INFERRED, "it listens")
    if found or first(code, r"\bhttp\.Server\b"):
        yield Fact(f.PROTOCOL, "http", listens, Origin.CODE, Confidence.DECLARED, "serves http")
    yield from port_facts(ports(code, OPENS, DEFINED))
    if found and found[1]:
        note = f"{found[0]}: {found[1]} unless told otherwise"
        yield Fact(f.PORT, found[1], found[2], Origin.DEFAULT, Confidence.DEFAULT, note)
