"""How Gradle checks, tests and packages a project, from the project's folder."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source
from cdgen.repo import Scope
from cdgen.repo.patterns import compiled
from cdgen.stacks.jvm import image_recipe
from cdgen.stacks.jvm.build import Build
from cdgen.stacks.jvm.gradle_project import Project
from cdgen.stacks.jvm.maven_commands import Wrapper, relative
from cdgen.stacks.jvm.sources import is_test

# plugin -> its tasks that only check
LINTERS = {
    "com.diffplug.spotless": "spotlessCheck",
    "com.diffplug.gradle.spotless": "spotlessCheck",
    "org.jlleitschuh.gradle.ktlint": "ktlintCheck",
    "org.jmailen.kotlinter": "lintKotlin",
    "io.gitlab.arturbosch.detekt": "detekt",
    "dev.detekt": "detekt",
    "com.github.sherter.google-java-format": "verifyGoogleJavaFormat",
    "net.ltgt.errorprone-javac": "",
    "checkstyle": "checkstyleMain",
    "pmd": "pmdMain",
}
BOOT_JAR = r"\bbootJar\b[\s\S]{0,120}?archiveFileName\s*(?:=|\.set\()\s*([\"'][^\"'\n]+[\"'])"
SUITE = (
    r"(?:register|create|named|getByName|task|val\s+)\s*(?:<\w+>)?\s*\(?\s*[\"']?"
    r"(integrationTests?|intTest|functionalTest|integTest|testIntegration|componentTest)\b"
)


class Made(NamedTuple):
    """`start` runs the result where it was built; `packed` is how it becomes an image, None: it cannot."""

    task: str
    start: str
    packed: image_recipe.Packed | None


def wrapper(scope: Scope, project: Project) -> Wrapper | None:
    """The nearest gradlew with the file without which it cannot work."""
    for folder in dict.fromkeys((scope.directory, project.root)):
        prefix = "" if folder == "." else f"{folder}/"
        script, properties = f"{prefix}gradlew", f"{prefix}gradle/wrapper/gradle-wrapper.properties"
        if scope.repo.has(script) and scope.repo.has(properties):
            return Wrapper(f"{relative(scope.directory, folder)}gradlew", script, properties)
    return None


def facts(scope: Scope, project: Project, build: Build) -> Iterator[Fact]:
    found = wrapper(scope, project)
    start = found.program if found else "gradle"
    place = Source(found.script if found else project.file or scope.path("."))
    origin = Origin.SCRIPT if found else Origin.MANIFEST
    result = made(project)
    yield Fact(f.BUILD, f"{start} {result.task if result else 'assemble'}", place, origin, Confidence.INFERRED, "Gradle")
    tests = [path for path in _files(scope, build) if path.endswith((".java", ".kt", ".groovy", ".scala")) and is_test(path)]
    unit = [path for path in tests if "/src/test/" in f"/{path}"]
    if unit:
        yield Fact(f.TEST, f"{start} test", place, origin, Confidence.INFERRED, f"{len(unit)} test classes")
    else:
        note = "no tests yet: Gradle's task does nothing"
        yield Fact(f.TEST, f"{start} test", place, Origin.DEFAULT, Confidence.DEFAULT, note)
    yield from _integration(project, start)
    yield from _coverage(project, unit, start)
    yield from _lint(project, start)
    if result and result.start:
        script = Source(project.file or scope.path("build.gradle"))
        yield Fact(f.START, result.start, script, Origin.MANIFEST, Confidence.INFERRED, "what Gradle packages")


def _files(scope: Scope, build: Build) -> Iterator[str]:
    """The service's own; of a root that stands for its only program, everything below."""
    yield from scope.repo.under(scope.directory) if scope.directory == build.root else (scope.path(path) for path in scope.files)


def _integration(project: Project, start: str) -> Iterator[Fact]:
    for script in project.scripts:
        match = compiled(SUITE).search(script.text)
        if match:
            command = f"{start} {match.group(1)}"
            yield Fact(
                f.INTEGRATION, command, script.source(match.start(1)), Origin.MANIFEST, Confidence.DECLARED, "a task of its own"
            )
            return


def _coverage(project: Project, unit: list[str], start: str) -> Iterator[Fact]:
    for name, task in (("jacoco", "test jacocoTestReport"), ("org.jetbrains.kotlinx.kover", "koverXmlReport")):
        plugin = next((each for each in project.plugins if each.name == name), None)
        if plugin and unit:
            yield Fact(f.COVERAGE, f"{start} {task}", plugin.source, Origin.MANIFEST, Confidence.INFERRED, name)
            return


def _lint(project: Project, start: str) -> Iterator[Fact]:
    found = [plugin for plugin in project.plugins if LINTERS.get(plugin.name)]
    tasks = dict.fromkeys(LINTERS[plugin.name] for plugin in found)
    if tasks:
        yield Fact(
            f.LINT,
            f"{start} {' '.join(tasks)}",
            found[0].source,
            Origin.MANIFEST,
            Confidence.DECLARED,
            "linter in the build script",
        )


def made(project: Project) -> Made | None:
    """What the project makes to be run; None when it makes nothing."""
    names = {plugin.name for plugin in project.plugins}
    if "io.quarkus" in names:
        start = "java -jar build/quarkus-app/quarkus-run.jar"
        return Made("quarkusBuild", start, image_recipe.quarkus("build"))
    if {"org.springframework.boot", "spring-boot"} & names:
        jar = next((value for value, _ in project.statement(BOOT_JAR)), "*.jar")
        return Made("bootJar", f"java -jar build/libs/{jar}", image_recipe.java_jar(jar, "build/libs"))
    if {"com.github.johnrengelman.shadow", "com.gradleup.shadow", "io.ktor.plugin"} & names:
        task = "buildFatJar" if "io.ktor.plugin" in names else "shadowJar"
        return Made(task, "java -jar build/libs/*-all.jar", image_recipe.java_jar("*-all.jar", "build/libs"))
    if {"application", "io.micronaut.application", "io.micronaut.minimal.application"} & names:
        return _installed(project)
    return Made("war", "", None) if "war" in names else None


def _installed(project: Project) -> Made:
    """`installDist` writes a script and its archives; the main class may be named in more than one way."""
    name = next((value for value, _ in project.statement(r"\bapplicationName\s*[=(]\s*([\"'][^\"'\n]+[\"'])")), "") or project.name
    main = next((value for value, _ in project.statement(r"\bmainClass(?:Name)?\s*(?:=|\.set\()\s*([\"'][\w.]+[\"'])")), "")
    packed = image_recipe.main_class(f"build/install/{name}/lib", main) if main else None
    return Made("installDist", f"build/install/{name}/bin/{name}", packed)
