"""What both build tools share: facts that follow from a build and its code, the toolchain, version files."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source, Version
from cdgen.model.service import Service, Toolchain
from cdgen.repo import Repo, Scope
from cdgen.repo.patterns import compiled
from cdgen.stacks.jvm import backing, endpoints, environment, frameworks, grpc, listening, outgoing, ports, practice, protocol
from cdgen.stacks.jvm.build import Build
from cdgen.stacks.jvm.settings import Settings
from cdgen.stacks.jvm.settings import read as read_settings
from cdgen.stacks.jvm.sources import Code, integration_tests
from cdgen.stacks.jvm.sources import read as read_sources
from cdgen.stacks.jvm.tree import Trees

LONG_TERM = (8, 11, 17, 21, 25)  # https://www.java.com/releases/
VERSION_FILES = (
    (".sdkmanrc", r"(?m)^\s*java\s*=\s*([\d.]+)"),
    (".java-version", r"(?m)^\s*(?:[a-z-]+)?(\d[\d.]*)"),
    (".tool-versions", r"(?m)^\s*java\s+(?:[a-z-]+)?(\d[\d.]*)"),
    ("system.properties", r"(?m)^\s*java\.runtime\.version\s*=\s*(?:[a-z-]+)?(\d[\d.]*)"),
)
CONFIG_SERVER = r"org\.springframework\.cloud:spring-cloud-(?:starter-)?config(?:-client)?"


def facts(scope: Scope, build: Build) -> Iterator[Fact]:
    """Everything but the commands and the version that the build file states."""
    yield from version_files(scope)
    yield from of_code(scope, build)


def of_code(scope: Scope, build: Build) -> Iterator[Fact]:
    """What follows from the code, its configuration and its libraries, whatever version of Java it runs on."""
    code = read_sources(scope, build)
    trees = Trees(scope.repo, code)
    settings = read_settings(scope.repo, build, code)
    yield from language(code, build)
    yield from _shared_image(scope, build)
    yield from frameworks.facts(build, scope.repo)
    yield from _network(trees, build, settings)
    yield from backing.facts(build, code, scope.repo)
    yield from environment.facts(trees, settings)
    yield from outgoing.facts(trees, settings)
    yield from grpc.facts(trees, settings)
    yield from practice.facts(scope, build, code)
    for path, why in integration_tests(code, scope.directory, scope.repo):
        yield Fact(f.INTEGRATION_TESTS, path, Source(path), Origin.CODE, Confidence.INFERRED, why)
    name = settings.get("spring.application.name", "quarkus.application.name", "micronaut.application.name")
    stated = settings.text(name.key) if name else ""
    if name and stated:
        yield Fact(f.SERVICE_NAME, stated, name.source, Origin.CONFIG, Confidence.DECLARED, name.key)
    elif build.name:
        yield Fact(f.SERVICE_NAME, build.name, None, Origin.MANIFEST, Confidence.INFERRED, "name of the build")


def _shared_image(scope: Scope, build: Build) -> Iterator[Fact]:
    """The entry point of one Dockerfile that serves every module of the build: the archive it copies is an argument."""
    if build.root == scope.directory:
        return
    prefix = "" if build.root == "." else f"{build.root}/"
    for path in (f"{prefix}Dockerfile", f"{prefix}docker/Dockerfile"):
        text = scope.repo.text(path) or ""
        if compiled(r"(?m)^(?:COPY|ADD)\s+(?:--\S+\s+)*\S*\$\{?\w+\}?\S*\s").search(text) and compiled(r"(?mi)^COPY.*jar").search(
            text
        ):
            entry = compiled(r"(?m)^ENTRYPOINT\s+\[(.+)\]\s*$").search(text)
            if entry:
                command = " ".join(compiled(r'"((?:\\.|[^"\\])*)"').findall(entry.group(1)))
                line = text.count("\n", 0, entry.start()) + 1
                note = "entry point of the image that all modules share"
                yield Fact(f.START, command, Source(path, line), Origin.DOCKERFILE, Confidence.INFERRED, note)


def language(code: Code, build: Build) -> Iterator[Fact]:
    """What most of the running code is written in. A build script in Kotlin says nothing."""
    if code.languages:
        name, count = max(code.languages.items(), key=lambda item: item[1])
        place = Source(code.main[0].path) if code.main else None
        yield Fact(
            f.LANGUAGE, name, place, Origin.CODE, Confidence.DECLARED, f"{count} of {sum(code.languages.values())} source files"
        )
        return
    kotlin = build.plugin("org.jetbrains.kotlin.jvm", "kotlin-maven-plugin", "kotlin")
    name = "kotlin" if kotlin else "java"
    yield Fact(f.LANGUAGE, name, kotlin.source if kotlin else None, Origin.MANIFEST, Confidence.INFERRED, "build file")


def version_files(scope: Scope) -> Iterator[Fact]:
    """The nearest file of each kind, from the service's folder up."""
    for name, pattern in VERSION_FILES:
        path = scope.path(name) if scope.has(name) else next(iter(scope.above(name)), None)
        text = scope.repo.text(path) if path else None
        match = compiled(pattern).search(text or "")
        if path and text and match:
            line = text.count("\n", 0, match.start(1)) + 1
            yield Fact(
                f.LANGUAGE_VERSION, Version(match.group(1)), Source(path, line), Origin.VERSION_FILE, Confidence.DECLARED, name
            )


def _network(trees: Trees, build: Build, settings: Settings) -> Iterator[Fact]:
    """What the program speaks, where, and what it serves for probes; a library speaks nothing by itself."""
    repo, code = trees.repo, trees.code
    library = protocol.library(code, build)
    if library:
        yield library
        return
    found = frameworks.of(build, repo)
    known = found[0] if found else None
    calls = list(listening.from_code(trees))
    speaks, place = protocol.of(build, known, settings, code, tuple(each[0] for each in calls))
    place = place or next((each[2] for each in calls if each[0] == speaks), None) or (found[1] if found and speaks else None)
    if speaks:
        yield Fact(f.PROTOCOL, speaks, place, Origin.CODE, Confidence.DECLARED, f"serves {speaks}")
    stated = [
        *ports.from_settings(settings, known, speaks),
        *ports.from_files(repo, build),
        *(fact for spoken, fact, _ in calls if fact and spoken == speaks),
    ]
    yield from dict.fromkeys(stated)
    if not any(fact.key is f.PORT for fact in stated):
        yield from _unstated(repo, build, settings, found, speaks)
    yield from endpoints.from_code(trees, build, settings, known)
    yield from endpoints.from_framework(build, known, settings)
    for member in build.members:
        for path in repo.under(member):
            if path.endswith("/server.xml"):
                yield from endpoints.from_server(repo.text(path) or "", path)
    yield from protocol.kind(speaks, place, code)


def _unstated(
    repo: Repo, build: Build, settings: Settings, found: tuple[frameworks.Known, Source] | None, speaks: str
) -> Iterator[Fact]:
    """A port that the service's own files do not state: the configuration server's answer if there is one, else the default."""
    if build.find(CONFIG_SERVER):
        yield from _central(repo, build, settings)
    elif speaks == "grpc":
        yield from ports.grpc_default(build, settings)
    elif found and speaks:
        yield from ports.by_default(*found)


def _central(repo: Repo, build: Build, settings: Settings) -> Iterator[Fact]:
    """The port of a client of a configuration server whose files are in the same repository: `<application name>.yml`."""
    name = settings.text("spring.application.name")
    if not name:
        return
    for path in repo.files:
        if path.endswith((f"/{name}.yml", f"/{name}.yaml", f"/{name}.properties")) and not path.startswith(f"{build.directory}/"):
            match = compiled(
                r"(?ms)^server:\s*\n(?:[ \t#][^\n]*\n|\n)*?\s+port:\s*(\d{2,5})|^server\.port\s*[=:]\s*(\d{2,5})"
            ).search((repo.text(path) or "") + "\n")
            if match:
                port = int(match.group(1) or match.group(2))
                yield Fact(
                    f.PORT, port, repo.source(path, rf"port.*{port}"), Origin.CONFIG, Confidence.INFERRED, "central configuration"
                )


def toolchain(service: Service, package_manager: str, lockfiles: tuple[str, ...]) -> Toolchain:
    """The JDK of the stated major version; a version that is out of support moves to the next one that is kept for long."""
    decision = service.provenance.get(f.LANGUAGE_VERSION.name)
    places = [source.path for source in decision.sources] if decision else []
    manager = service.provenance.get(f.BUILD_TOOL_VERSION.name)
    return Toolchain(
        language="java",
        version=str(jdk(service.language_version)) if jdk(service.language_version) else None,
        version_file=next(
            (path for path in places if path.rpartition("/")[2] in (".java-version", ".sdkmanrc", ".tool-versions")), None
        ),
        package_manager=package_manager,
        package_manager_version=str(manager.value) if manager and manager.value else None,
        lockfiles=lockfiles,
    )


def major(text: str | None) -> int | None:
    """8 of `1.8`, 17 of `17.0.9`, 21 of `JavaVersion.VERSION_21`."""
    match = compiled(r"(?:1[._])?(\d+)").search(text or "")
    return int(match.group(1)) if match else None


def jdk(text: str | None) -> int | None:
    """The major version to install for a stated one. None when nothing is stated or it is newer than all known."""
    wanted = major(text)
    return next((version for version in LONG_TERM if wanted is not None and version >= wanted), None)


def build_files(service: Service, names: tuple[str, ...]) -> tuple[str, ...]:
    """Files that the build tool's decision rests on: what a dependency cache is keyed by."""
    decision = service.provenance.get(f.BUILD_TOOL.name)
    places = (source.path for source in decision.sources) if decision else ()
    return tuple(dict.fromkeys(path for path in places if path.rpartition("/")[2].startswith(names)))
