"""What both of Clojure's build tools share: everything but how they are told what to build."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Framework, Origin, Source, Version
from cdgen.repo import Scope
from cdgen.repo.patterns import compiled
from cdgen.stacks.base import HEALTH_WORDS, READY_WORDS
from cdgen.stacks.jvm import backing, clojure_code
from cdgen.stacks.jvm.build import Build, Dependency
from cdgen.stacks.jvm.clojure_code import ClojureFile
from cdgen.stacks.jvm.sources import Code

LANGUAGE = r"org\.clojure:clojure"
# the router that shapes the program first, the server that it runs in last
FRAMEWORKS = (
    ("pedestal", r"io\.pedestal:pedestal\..*"),
    ("compojure", r"(?:compojure:compojure|metosin:compojure-api)"),
    ("reitit", r"(?:fi\.)?metosin:reitit.*"),
    ("yada", r"yada:yada"),
    ("liberator", r"liberator:liberator"),
    ("bidi", r"bidi:bidi"),
    ("http-kit", r"http-kit:http-kit"),
    ("aleph", r"aleph:aleph"),
    ("ring", r"ring:ring(?:-(?:core|jetty-adapter|defaults))?"),
)
RUNNERS = (("kaocha", r"lambdaisland:kaocha"), ("midje", r"midje:midje"))
TOLD_TO_STOP = "no entry point, and nothing that listens"


class Project(NamedTuple):
    """`main` is the namespace that starts it, `port` one that the build file states for its server."""

    tool: str
    path: str
    name: str
    dependencies: tuple[Dependency, ...]
    main: str | None
    port: tuple[int, Source] | None = None
    web: Source | None = None  # where the build file says that it serves requests


def facts(scope: Scope, project: Project) -> Iterator[Fact]:
    code = tuple(clojure_code.files(scope))
    place = Source(project.path)
    yield Fact(f.LANGUAGE, "clojure", place, Origin.MANIFEST, Confidence.DECLARED, project.path.rpartition("/")[2])
    yield Fact(f.BUILD_TOOL, project.tool, place, Origin.MANIFEST, Confidence.DECLARED, project.path.rpartition("/")[2])
    build = Build(project.tool, scope.directory, scope.directory, project.name, project.dependencies, (), (scope.directory,))
    yield from _libraries(build)
    yield from _network(scope, project, build, code)
    yield from backing.facts(build, Code((), clojure_code.tests(scope), {}), scope.repo)  # type: ignore[arg-type]
    for found, where in clojure_code.variables(code):
        yield Fact(f.ENV, found, where, Origin.CODE, Confidence.DECLARED, f"reads {found.name}")
    if project.name:
        yield Fact(f.SERVICE_NAME, project.name, place, Origin.MANIFEST, Confidence.INFERRED, "name of the build")
    runner = next(((name, each) for name, pattern in RUNNERS for each in build.dependencies if _is(pattern, each)), None)
    if clojure_code.tests(scope):
        note = "tests of the project"
        yield Fact(
            f.TEST_RUNNER,
            runner[0] if runner else "clojure.test",
            runner[1].source if runner else place,
            Origin.MANIFEST,
            Confidence.INFERRED,
            note,
        )


def _is(pattern: str, dependency: Dependency) -> bool:
    return bool(compiled(rf"(?:{pattern})\Z").match(dependency.name))


def _libraries(build: Build) -> Iterator[Fact]:
    language = build.find(LANGUAGE)
    if language and language.version:
        yield Fact(
            f.LANGUAGE_VERSION, Version(language.version), language.source, Origin.MANIFEST, Confidence.DECLARED, language.name
        )
    for name, pattern in FRAMEWORKS:
        found = build.find(pattern)
        if found:
            yield Fact(f.FRAMEWORK, Framework(name, found.version), found.source, Origin.MANIFEST, Confidence.DECLARED, found.name)
            break
    own = {each.name for each in build.dependencies if not each.test}
    place = build.dependencies[0].source if build.dependencies else None
    yield Fact(f.DEPENDENCIES, len(own), place, Origin.MANIFEST, Confidence.DECLARED, "dependencies of the project")


def _network(scope: Scope, project: Project, build: Build, code: tuple[ClojureFile, ...]) -> Iterator[Fact]:
    heard = list(clojure_code.listeners(code))
    place = heard[0].source if heard else project.web
    if place is None:
        yield from _kind(project, code)
        return
    yield Fact(f.PROTOCOL, "http", place, Origin.CODE, Confidence.DECLARED, "serves http")
    yield Fact(f.KIND, "service", place, Origin.CODE, Confidence.INFERRED, "serves http")
    yield from _ports(scope, project, heard)
    del build
    for route, where in clojure_code.routes(code):
        yield Fact(f.ROUTE, route, where, Origin.CODE, Confidence.DECLARED, f"{route.method} {route.path}")
        for key, words in (
            (f.HEALTH_PATH, HEALTH_WORDS),
            (f.READINESS_PATH, READY_WORDS),
            (f.METRICS_PATH, ("metrics", "prometheus")),
        ):
            if route.method in ("GET", "*") and compiled(rf"(?i)(?:^|/)[_-]*(?:{'|'.join(words)})/?$").search(route.path):
                yield Fact(key, route.path, where, Origin.CODE, Confidence.DECLARED, f"serves {route.path}")


def _ports(scope: Scope, project: Project, heard: list[clojure_code.Listener]) -> Iterator[Fact]:
    """What the code says; where it says nothing, its configuration; a port of the build file only serves development."""
    known = [each for each in heard if each.port is not None]
    for each in known:
        yield Fact(f.PORT, each.port, each.source, Origin.CODE, each.sure, "serves http")
    configured = None if known else clojure_code.configured_port(scope.repo, scope)
    if configured:
        yield Fact(f.PORT, configured[0], configured[1], Origin.CONFIG, Confidence.INFERRED, "port of the configuration")
    elif not known and project.port:
        yield Fact(f.PORT, project.port[0], project.port[1], Origin.MANIFEST, Confidence.INFERRED, "port of the build file")


def _kind(project: Project, code: tuple[ClojureFile, ...]) -> Iterator[Fact]:
    """Code without an entry point is there for others; what a program without a listener does, nobody can see."""
    if code and not project.main and not any("defn -main" in file.text for file in code):
        yield Fact(f.KIND, "library", Source(code[0].path), Origin.LAYOUT, Confidence.INFERRED, TOLD_TO_STOP)
