"""How Maven checks, tests and packages a module, from the module's folder."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Key, Origin, Source
from cdgen.repo import Repo, Scope
from cdgen.repo.patterns import compiled
from cdgen.stacks.jvm.build import Build
from cdgen.stacks.jvm.pom import Configured, Pom
from cdgen.stacks.jvm.registries import SETTINGS
from cdgen.stacks.jvm.sources import INTEGRATION_NAME, is_test

# plugin -> (prefix of its goals, goal that only checks)
LINTERS = {
    "maven-checkstyle-plugin": ("checkstyle", "check"),
    "spotless-maven-plugin": ("spotless", "check"),
    "maven-pmd-plugin": ("pmd", "check"),
    "ktlint-maven-plugin": ("ktlint", "check"),
    "detekt-maven-plugin": ("detekt", "check"),
    "spring-javaformat-maven-plugin": ("spring-javaformat", "validate"),
    "fmt-maven-plugin": ("com.spotify.fmt:fmt-maven-plugin", "check"),
    "formatter-maven-plugin": ("formatter", "validate"),
    "license-maven-plugin": ("license", "check"),
}
DROPWIZARD = r"io\.dropwizard:dropwizard-core"
NOT_STYLE = frozenset({"license-maven-plugin"})


class Wrapper(NamedTuple):
    program: str  # from the service's directory: ./mvnw, ../mvnw
    script: str
    properties: str


def wrapper(scope: Scope, pom: Pom) -> Wrapper | None:
    """The nearest mvnw, with the file without which it cannot work."""
    places = [scope.directory, *(element.path.rpartition("/")[0] or "." for element in pom.chain[1:])]
    for folder in dict.fromkeys(places):
        prefix = "" if folder == "." else f"{folder}/"
        script, properties = f"{prefix}mvnw", f"{prefix}.mvn/wrapper/maven-wrapper.properties"
        if scope.repo.has(script) and scope.repo.has(properties):
            return Wrapper(f"{relative(scope.directory, folder)}mvnw", script, properties)
    return None


def relative(directory: str, folder: str) -> str:
    """From a directory to one above it, or to itself: `./`, `../`, `../../`."""
    if directory == folder:
        return "./"
    below = directory if folder == "." else directory.removeprefix(f"{folder}/")
    return "../" * len(below.split("/"))


def facts(scope: Scope, pom: Pom, build: Build) -> Iterator[Fact]:
    found = wrapper(scope, pom)
    option = settings_option(scope.repo, scope.directory)
    start = f"{_program(scope, pom, build, found.program if found else 'mvn')} -B{option}"
    place = Source(found.script) if found else Source(pom.path)
    origin = Origin.SCRIPT if found else Origin.MANIFEST
    yield _fact(f.BUILD, f"{start} -DskipTests package", place, origin, "Maven")
    tests = [path for path in scope.files if path.endswith((".java", ".kt", ".groovy")) and is_test(path)]
    unit = [path for path in tests if not compiled(INTEGRATION_NAME).search(path)]
    if unit:
        yield _fact(f.TEST, f"{start} test", place, origin, f"{len(unit)} test classes")
    else:
        yield _fact(f.TEST, f"{start} test", place, Origin.DEFAULT, "no tests yet: Maven's phase does nothing", Confidence.DEFAULT)
    yield from _integration(pom, tests, unit, start)
    yield from _coverage(pom, unit, start)
    yield from _lint(pom, start)
    yield from _start(scope, pom, build)


def settings_option(repo: Repo, folder: str) -> str:
    """A settings.xml with the log-in of a private repository has to be named, unless `.mvn/maven.config` does it already."""
    prefix = "" if folder == "." else f"{folder}/"
    if "settings" in (repo.text(f"{prefix}.mvn/maven.config") or ""):
        return ""
    for name in SETTINGS:
        if "<server>" in (repo.text(prefix + name) or ""):
            return f" -s {name}"
    return ""


def _program(scope: Scope, pom: Pom, build: Build, program: str) -> str:
    """A module whose siblings must be built first is selected from the parent; any other is built where it is."""
    siblings = [member for member in build.members if member not in (scope.directory, pom.directory)]
    if siblings and len(pom.chain) > 1:
        top = pom.chain[-1].path
        folder = top.rpartition("/")[0] or "."
        own = pom.directory if folder == "." else pom.directory.removeprefix(f"{folder}/")
        return f"{program} -f {relative(scope.directory, folder).removeprefix('./')}pom.xml -pl {own} -am"
    return program


def _fact(key: Key[Any], command: str, place: Source, origin: Origin, why: str, sure: Confidence = Confidence.INFERRED) -> Fact:
    return Fact(key, command, place, origin, sure, why)


def _integration(pom: Pom, tests: list[str], unit: list[str], start: str) -> Iterator[Fact]:
    """Failsafe runs them in `verify`; a profile that holds it has to be asked for."""
    if len(tests) == len(unit):
        return
    for each in pom.plugins():
        if each.artifact == "maven-failsafe-plugin" and not each.managed:
            profile = f" -P{each.profile}" if each.profile else ""
            place = pom.line(each.element.path, ">maven-failsafe-plugin<")
            yield _fact(f.INTEGRATION, f"{start}{profile} verify", place, Origin.MANIFEST, "failsafe", Confidence.DECLARED)
            return


def _coverage(pom: Pom, unit: list[str], start: str) -> Iterator[Fact]:
    """The agent has to be bound already: a report without it is empty."""
    jacoco = pom.plugin("jacoco-maven-plugin")
    if jacoco and unit and any((goal.node.text or "").strip() == "prepare-agent" for goal in jacoco.element.everywhere("goal")):
        place = pom.line(jacoco.element.path, ">jacoco-maven-plugin<")
        yield _fact(f.COVERAGE, f"{start} test jacoco:report", place, Origin.MANIFEST, "JaCoCo")


def _lint(pom: Pom, start: str) -> Iterator[Fact]:
    """The checking goals of all configured linters. A configuration of one execution counts only under that execution's id."""
    goals: list[str] = []
    place = None
    for each in pom.plugins():
        if each.artifact in LINTERS and each.artifact not in NOT_STYLE and not each.managed and each.profile is None:
            goal = _goal(each)
            if goal not in goals:
                goals.append(goal)
                place = place or pom.line(each.element.path, f">{each.artifact}<")
    if goals and place:
        yield _fact(f.LINT, f"{start} {' '.join(goals)}", place, Origin.MANIFEST, "linter in pom.xml", Confidence.DECLARED)


def _goal(plugin: Configured) -> str:
    prefix, goal = LINTERS[plugin.artifact]
    for execution in plugin.element.children("executions", "execution"):
        goals = [(each.node.text or "").strip() for each in execution.children("goals", "goal")]
        if goal in goals and execution.child("configuration") is not None:
            return f"{prefix}:{goal}@{execution.text('id') or 'default'}"
    return f"{prefix}:{goal}"


def _start(scope: Scope, pom: Pom, build: Build) -> Iterator[Fact]:
    """Dropwizard's archive is told what to do and with which configuration."""
    jar = archive(pom)
    if jar and build.find(DROPWIZARD):
        config = next((path for path in scope.glob("{*,config/*}.{yml,yaml}") if "Connectors" in (scope.text(path) or "")), None)
        jar = f"{jar} server {config}" if config else None
    if jar:
        yield _fact(f.START, f"java -jar {jar}", Source(pom.path), Origin.MANIFEST, "what the build packages")


def archive(pom: Pom) -> str | None:
    """The archive that can be started, relative to the module; None when the pom does not say that there is one.

    Without a final name it carries the version, which changes with every release: `*` stands for it.
    """
    if pom.plugin("quarkus-maven-plugin"):
        return "target/quarkus-app/quarkus-run.jar"
    name = pom.value(pom.project.text("build", "finalName")).replace(pom.value("${project.version}"), "*") or "*"
    packaging = pom.project.text("packaging") or "jar"
    boot = pom.plugin("spring-boot-maven-plugin")
    packed = boot or any(pom.plugin(each) for each in ("maven-shade-plugin", "maven-assembly-plugin", "micronaut-maven-plugin"))
    named = any(True for each in pom.plugins() if each.artifact == "maven-jar-plugin" for _ in each.element.everywhere("mainClass"))
    if "${" in name or packaging not in ("jar", "war") or not (packed or named) or (packaging == "war" and not boot):
        return None
    classifier = boot.element.text("configuration", "classifier") if boot else _assembled(pom)
    return f"target/{name}{f'-{classifier}' if classifier else ''}.{packaging}"


def _assembled(pom: Pom) -> str:
    """What the assembly plugin puts behind the name of an archive with everything in it."""
    assembly = pom.plugin("maven-assembly-plugin")
    if assembly is None or pom.plugin("maven-shade-plugin"):
        return ""
    apart = any((each.node.text or "").strip() == "false" for each in assembly.element.everywhere("appendAssemblyId"))
    names = [(each.node.text or "").strip() for each in assembly.element.everywhere("descriptorRef")]
    return names[0] if names and not apart else ""
