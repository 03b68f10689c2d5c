"""How a JVM program is made: what runs its tests, what generates code, what it builds with, how large its heap may be."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, ResourceHint, Source
from cdgen.repo import Repo, Scope
from cdgen.repo.patterns import compiled
from cdgen.stacks.jvm.build import Build, Dependency
from cdgen.stacks.jvm.sources import Code, own_tests

# runner -> libraries that bring it, and the import that its tests begin with; the one that shapes the tests first
RUNNERS = (
    ("kotest", r"io\.kotest:kotest-.*", r"\bimport io\.kotest\b"),
    ("spock", r"org\.spockframework:spock-.*", r"\bimport spock\.lang\b|\bextends (?:spock\.lang\.)?Specification\b"),
    ("scalatest", r"org\.scalatest(?:plus)?(?:\.play)?:.*", r"\bimport org\.scalatest"),
    ("specs2", r"org\.specs2:.*", r"\bimport org\.specs2"),
    ("munit", r"org\.(?:scalameta|typelevel):munit.*", r"\bextends (?:munit\.)?\w*FunSuite|\bimport munit"),
    ("zio-test", r"dev\.zio:zio-test.*", r"\bimport zio\.test"),
    ("weaver", r"(?:com\.disneystreaming|org\.typelevel):weaver-.*", r"\bimport weaver"),
    ("testng", r"org\.testng:testng", r"\bimport org\.testng\b"),
    ("junit5", r"org\.junit\.jupiter:.*|org\.junit:junit-bom", r"\bimport org\.junit\.jupiter\b"),
    (
        "junit4",
        r"junit:junit|org\.junit\.vintage:.*",
        r"\bimport org\.junit\.(?:Test|Before|After|runner|Assert)\b|\bstatic org\.junit\.Assert",
    ),
)
# `kotlin.test` is run by whichever its artifact is for; without one, by the platform that Gradle's plugin takes
KOTLIN_TEST = (
    ("junit4", "kotlin-test-junit"),
    ("testng", "kotlin-test-testng"),
    ("junit5", "kotlin-test-junit5"),
    ("junit5", "kotlin-test"),
)
MOST_TESTS = 40  # files that are asked for their imports
# generator -> plugins of either build tool
GENERATORS = (
    (
        "protobuf",
        r"protobuf-maven-plugin|protoc-jar-maven-plugin|ascopes.*protobuf.*|com\.google\.protobuf|.*:sbt-protoc|.*:sbt-akka-grpc|.*:sbt-pekko-grpc|.*:sbt-fs2-grpc",
    ),
    (
        "openapi",
        r"openapi-generator-maven-plugin|swagger-codegen-maven-plugin|org\.openapi\.generator|org\.hidetake\.swagger\.generator|.*:sbt-openapi-generator|io\.micronaut\.openapi",
    ),
    (
        "jooq",
        r"jooq-codegen-maven|org\.jooq\.jooq-codegen-gradle|nu\.studer\.jooq|dev\.monosoul\.jooq-docker|testcontainers-jooq-codegen-maven-plugin",
    ),
    (
        "graphql",
        r"graphqlcodegen-maven-plugin|com\.netflix\.dgs\.codegen|com\.apollographql\.apollo\d?|io\.github\.kobylynskyi\.graphql\.codegen|com\.expediagroup\.graphql",
    ),
    ("avro", r"avro-maven-plugin|com\.github\.davidmc24\.gradle\.plugin\.avro|com\.commercehub\.gradle\.plugin\.avro|.*:sbt-avro"),
    ("jaxb", r"jaxb2?-maven-plugin|maven-jaxb2-plugin|cxf-codegen-plugin|com\.github\.bjornvester\.(?:xjc|wsdl2java)"),
    ("sqldelight", r"app\.cash\.sqldelight|com\.squareup\.sqldelight"),
)
HEAP = r"(?<![\w-])-(Xmx|Xms|XX:MaxRAMPercentage=|XX:ActiveProcessorCount=)(\d[\w.]*)"
HINTS = {"Xmx": "jvm.heap", "XX:MaxRAMPercentage=": "jvm.heap", "XX:ActiveProcessorCount=": "cpu"}
# where the flags of the program stand; those of the build itself and of its tests are no hints
FLAG_FILES = (
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
    "build.sbt",
    "Procfile",
    "system.properties",
    ".jvmopts",
    "project.clj",
)
OF_RUNNING = r"(?i)jvmArg|jvm-?flags?|applicationDefaultJvmArgs|JAVA_(?:TOOL_)?OPTIONS|JAVA_OPTS|javaOptions|jvm-opts"
OF_TESTS = r"(?i)argLine|surefire|failsafe|\btest\b|forkOptions|compil|org\.gradle|MAVEN_OPTS|GRADLE_OPTS|kotlinDaemon"


def facts(scope: Scope, build: Build, code: Code) -> Iterator[Fact]:
    yield from _runner(scope, build, code)
    yield from _generators(build)
    yield from _neighbours(scope, build)
    yield from _size(build)
    for name in FLAG_FILES:
        if scope.has(name):
            yield from _heap(scope.repo, scope.path(name))


def _runner(scope: Scope, build: Build, code: Code) -> Iterator[Fact]:
    """What the tests themselves begin with; where none can be read, the library that the build brings for them."""
    tests = own_tests(code, scope.directory)[:MOST_TESTS]
    texts = [(path, scope.repo.text(path) or "") for path in tests]
    for name, _, pattern in RUNNERS:
        seen = [path for path, text in texts if compiled(pattern).search(text)]
        if seen:
            found = next((each for each in build.dependencies if _is(RUNNERS, name, each)), None)
            place = found.source if found else Source(seen[0])
            yield Fact(f.TEST_RUNNER, name, place, Origin.CODE, Confidence.DECLARED, f"{len(seen)} of {len(texts)} test files")
            return
    if any("import kotlin.test" in text for _, text in texts):
        brought = {each.artifact: each.source for each in build.dependencies if each.group == "org.jetbrains.kotlin"}
        runner, artifact = next((known for known in KOTLIN_TEST if known[1] in brought), ("junit5", ""))
        place = brought.get(artifact, Source(texts[0][0]))
        yield Fact(f.TEST_RUNNER, runner, place, Origin.CODE, Confidence.INFERRED, "kotlin.test")


def _is(table: tuple[tuple[str, str, str], ...], name: str, dependency: Dependency) -> bool:
    pattern = next(libraries for runner, libraries, _ in table if runner == name)
    return bool(compiled(rf"(?:{pattern})\Z").match(dependency.name))


def _generators(build: Build) -> Iterator[Fact]:
    for name, pattern in GENERATORS:
        match = compiled(rf"(?:{pattern})\Z").match
        found = next((plugin for plugin in build.plugins if match(plugin.name)), None)
        if found:
            yield Fact(f.GENERATOR, name, found.source, Origin.MANIFEST, Confidence.DECLARED, found.name)


def _neighbours(scope: Scope, build: Build) -> Iterator[Fact]:
    """Folders of the same build that this one is made of: their changes change it too. So do the build files above."""
    manifest = next((name for name in FLAG_FILES[:4] if scope.has(name)), None)
    place = Source(scope.path(manifest)) if manifest else None
    for member in build.members:
        if member != scope.directory and member != ".":
            yield Fact(f.DEPENDS_ON, member, place, Origin.MANIFEST, Confidence.DECLARED, "module of the same build")


def _size(build: Build) -> Iterator[Fact]:
    """Direct dependencies of the program, those of modules that it is made of included, tests left out."""
    own = {each.name for each in build.dependencies if not each.test}
    first = next((each.source for each in build.dependencies if not each.test), None)
    yield Fact(f.DEPENDENCIES, len(own), first, Origin.MANIFEST, Confidence.DECLARED, "dependencies of the build file")


def _heap(repo: Repo, path: str) -> Iterator[Fact]:
    """JVM flags of the program, on a line that says whose they are or near one."""
    lines = repo.lines(path)
    for number, line in enumerate(lines, 1):
        for match in compiled(HEAP).finditer(line):
            around = " ".join(lines[max(0, number - 4) : number])
            name = HINTS.get(match.group(1))
            running = path.endswith(("Procfile", ".jvmopts")) or compiled(OF_RUNNING).search(around)
            if (
                name
                and running
                and not compiled(OF_TESTS).search(around)
                and not line.lstrip().startswith(("//", "#", "<!--", ";"))
            ):
                value = f"{match.group(2)}%" if "Percentage" in match.group(1) else match.group(2)
                yield Fact(
                    f.RESOURCE, ResourceHint(name, value), Source(path, number), Origin.MANIFEST, Confidence.DECLARED, match.group()
                )
