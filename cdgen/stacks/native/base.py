"""What the code of a C or C++ service says, whatever builds it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cdgen.errors import InputError
from cdgen.model import facts as f
from cdgen.model.facts import BackingService, Confidence, Fact, Framework, Origin, Source
from cdgen.repo import Repo, Scope
from cdgen.repo.patterns import compiled
from cdgen.stacks.native.libraries import DEFINED, DRIVERS, ENVIRONMENT, FRAMEWORKS, LISTENS, MAIN, OPENS, READS_ARGUMENTS
from cdgen.stacks.native.sources import OTHERS, SOURCES, files, headers, language
from cdgen.stacks.plain_code import Code, environment, first, port_facts, ports, unquoted

# build files of other languages: beside them C code is an extension of something else
ELSEWHERE = (
    *("package.json", "pyproject.toml", "setup.py", "Cargo.toml", "go.mod", "pom.xml", "build.gradle", "build.gradle.kts"),
    *(
        "composer.json",
        "Gemfile",
        "mix.exs",
        "Package.swift",
        "build.zig",
        "pubspec.yaml",
        "rebar.config",
        "stack.yaml",
        "Makefile.PL",
    ),
)
# a setting that a program reads from its JSON file: config["user-service"]["port"]
SETTING = r'(?<![\w.])(\w+)\s*=\s*\w+((?:\s*(?:\[\s*"[\w-]+"\s*\]|\.at\(\s*"[\w-]+"\s*\))){1,4})'
QUEUES = frozenset({"rabbitmq", "kafka", "nats", "sqs", "pubsub"})
TESTED = r"\b(?:enable_testing|add_test|gtest_discover_tests|catch_discover_tests|doctest_discover_tests)\s*\("


def is_alone(repo: Repo, folder: str) -> bool:
    """Whether no other language builds in the folder, or in the one above it as an application's platform folder."""
    above = folder.rpartition("/")[0] or "."
    near = [folder] if folder == "." else [folder, above]
    return not any(repo.has(name if home == "." else f"{home}/{name}") for home in near for name in ELSEWHERE)


def is_alone_above(repo: Repo, folder: str) -> bool:
    """Whether no other language builds in the folder or in any above it."""
    parts = [] if folder == "." else folder.split("/")
    return all(is_alone(repo, "/".join(parts[:depth]) or ".") for depth in range(len(parts) + 1))


def is_ours(folder: str) -> bool:
    """Whether a folder holds a project of the repository, not one that it carries along or only tests."""
    return OTHERS.isdisjoint(folder.split("/")) and not any(
        part.startswith((".", "_")) for part in folder.split("/") if part != "."
    )


def has_sources(repo: Repo, folder: str) -> bool:
    return any(path.endswith(SOURCES) for path in repo.under(folder))


def facts(scope: Scope, tool: str, manifest: str, programs: tuple[str, ...]) -> Iterator[Fact]:
    """`manifest` is the path of the build file, `programs` the names that it builds."""
    code = files(scope)
    project = scope.repo.text(manifest) or ""
    spoken = language([file.path for file in code], project)
    yield Fact(f.LANGUAGE, spoken, Source(manifest), Origin.MANIFEST, Confidence.DECLARED, manifest.rpartition("/")[2])
    yield Fact(f.BUILD_TOOL, tool, Source(manifest), Origin.MANIFEST, Confidence.DECLARED, manifest.rpartition("/")[2])
    yield from _backing(code)
    yield from environment(code, ENVIRONMENT)
    found = tuple(ports(code, OPENS, DEFINED)) + tuple(_configured(scope.repo, code))
    framework = next(_frameworks(code), None)
    if framework:
        yield framework[0]
    yield from _kind(code, found, framework, Source(manifest))
    if len(programs) == 1:
        yield Fact(f.START, programs[0], Source(manifest), Origin.MANIFEST, Confidence.INFERRED, f"what {tool} builds")


def _frameworks(code: tuple[Code, ...]) -> Iterator[tuple[Fact, str, Source]]:
    own = {file.path for file in code}
    # a header of the project itself: this is the framework, not a service that uses it
    homes = {part for path in own for part in path.split("/")[:-1]}
    seen = tuple(each for each in headers(code) if "/" not in each[0] or each[0].partition("/")[0] not in homes)
    for pattern, name, speaks in FRAMEWORKS:
        for header, file, position in seen:
            if compiled(pattern).search(header):
                source = file.source(position)
                value = Framework(name, None)
                yield Fact(f.FRAMEWORK, value, source, Origin.CODE, Confidence.DECLARED, f"includes {header}"), speaks, source
                break


def _backing(code: tuple[Code, ...]) -> Iterator[Fact]:
    seen: set[str] = set()
    for header, file, position in headers(code):
        for pattern, kind in DRIVERS:
            if kind not in seen and compiled(pattern).search(header):
                seen.add(kind)
                source = file.source(position)
                yield Fact(f.BACKING, BackingService(kind), source, Origin.CODE, Confidence.INFERRED, f"includes {header}")


def _kind(
    code: tuple[Code, ...],
    found: tuple[tuple[int, Source, Confidence, str], ...],
    framework: tuple[Fact, str, Source] | None,
    manifest: Source,
) -> Iterator[Fact]:
    """Nothing when the code does not say."""
    bare = unquoted(code)
    main = first(bare, MAIN)
    listens = first(bare, LISTENS)
    serves = next((place for _, place, _, speaks in found if speaks), None) or listens or (framework[2] if framework else None)
    if main is None and framework is None:
        if code:
            yield Fact(f.KIND, "library", manifest, Origin.LAYOUT, Confidence.INFERRED, "no program")
        return
    if serves is None:
        queue = next((fact for fact in _backing(code) if fact.value.kind in QUEUES), None)
        if queue:
            yield Fact(
                f.KIND, "worker", queue.source, Origin.CODE, Confidence.INFERRED, f"reads {queue.value.kind} and does not listen"
            )
        elif first(bare, READS_ARGUMENTS):
            yield Fact(f.KIND, "cli", main, Origin.CODE, Confidence.INFERRED, "reads its command line and does not listen")
        return
    yield Fact(f.KIND, "service", serves, Origin.CODE, Confidence.INFERRED, "it listens")
    speaks = next((each for _, _, _, each in found if each), "") or (framework[1] if framework else "")
    speaks = speaks or ("grpc" if first(code, r"\bgrpc::ServerBuilder\b") else "")
    if speaks:
        yield Fact(f.PROTOCOL, speaks, serves, Origin.CODE, Confidence.DECLARED, f"serves {speaks}")
    yield from port_facts(each for each in found if each[3] == speaks or not any(other[3] == speaks for other in found))
    if framework and framework[0].value.name == "functions-framework":
        note = (
            "functions-framework: 8080 unless PORT says otherwise"  # https://github.com/GoogleCloudPlatform/functions-framework-cpp
        )
        yield Fact(f.PORT, 8080, framework[2], Origin.DEFAULT, Confidence.DEFAULT, note)


def _configured(repo: Repo, code: tuple[Code, ...]) -> Iterator[tuple[int, Source, Confidence, str]]:
    """A port that stands in a JSON file and is handed on beside the address of all interfaces."""
    for file in code:
        for match in compiled(SETTING).finditer(file.text):
            name = match.group(1)
            used = compiled(
                rf'"(?:0\.0\.0\.0|::)"\s*,\s*{name}\b|\b(?:TServerSocket>?\w*\s*\w*|htons|port|Port|listen)\(\s*{name}\b'
            )
            if used.search(file.text):
                keys = compiled(r'"([\w-]+)"').findall(match.group(2))
                yield from _setting(repo, file, keys)


def _setting(repo: Repo, file: Code, keys: list[str]) -> Iterator[tuple[int, Source, Confidence, str]]:
    """What the JSON files that the code names say at a path of keys."""
    for shown in compiled(r'"([\w./-]+\.json)"').findall(file.text):
        for path in repo.files:
            if path.endswith(f"/{shown}") or path == shown:
                value = _json(repo, path)
                for key in keys:
                    value = value.get(key) if isinstance(value, dict) else None
                if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 65536:
                    line = 1
                    for key in keys:
                        line = repo.find_line(path, rf'"{key}"\s*:', line) or line
                    yield value, Source(path, line), Confidence.DECLARED, ""
                    return


def _json(repo: Repo, path: str) -> Any:
    try:
        return repo.json(path)
    except InputError:
        return None
