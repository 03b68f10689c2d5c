"""The Java version that a pom compiles for."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source, Version
from cdgen.repo.patterns import compiled
from cdgen.road.pins import version_key
from cdgen.stacks.jvm.pom import Pom

COMPILER = "maven-compiler-plugin"
BOOT_PARENT = "spring-boot-starter-parent"


def versions(pom: Pom) -> Iterator[Fact]:
    """The strongest statement only: Maven itself takes one."""
    for text, place, sure, why in _statements(pom):
        if compiled(r"(?:1\.)?\d").match(text):
            yield Fact(f.LANGUAGE_VERSION, Version(text), place, Origin.MANIFEST, sure, why)
            return


def _statements(pom: Pom) -> Iterator[tuple[str, Source, Confidence, str]]:
    """In the order in which the compiler plugin looks; `java.version` feeds it in Spring Boot's parent."""
    yield from _property(pom, "maven.compiler.release")
    yield from _configured(pom, COMPILER, "release")
    if _boot(pom):
        yield from _property(pom, "java.version")
    yield from _property(pom, "jdk.version")  # Micronaut's parent
    yield from _property(pom, "maven.compiler.source", "maven.compiler.target")
    yield from _configured(pom, COMPILER, "source", "target")
    yield from _property(pom, "kotlin.compiler.jvmTarget")
    yield from _configured(pom, "kotlin-maven-plugin", "jvmTarget")
    yield from _property(pom, "java.version", sure=Confidence.INFERRED)
    yield from _enforced(pom)
    boot = _boot(pom)
    if boot:
        text = "17" if boot >= (3,) else "1.8" if boot >= (2,) else "1.6"
        outside = pom.outside
        place = outside.source if outside else Source(pom.path)
        yield text, place, Confidence.DEFAULT, f"default of {BOOT_PARENT}"


def _property(pom: Pom, *names: str, sure: Confidence = Confidence.DECLARED) -> Iterator[tuple[str, Source, Confidence, str]]:
    for name in names:
        if name in pom.properties:
            text, path = pom.properties[name]
            yield pom.value(text), pom.line(path, f"<{name}>"), sure, f"{name} of {path}"


def _configured(pom: Pom, plugin: str, *names: str) -> Iterator[tuple[str, Source, Confidence, str]]:
    for name in names:
        found = pom.configured(plugin, name)
        if found:
            text, path = found
            yield text, pom.line(path, f"<{name}>"), Confidence.DECLARED, f"{name} of {plugin}"


def _enforced(pom: Pom) -> Iterator[tuple[str, Source, Confidence, str]]:
    for each in pom.plugins():
        if each.artifact == "maven-enforcer-plugin":
            for rule in each.element.everywhere("requireJavaVersion"):
                least = compiled(r"\d+(?:\.\d+)*").search(pom.value(rule.text("version")))
                if least:
                    yield least.group(), pom.line(rule.path, "<requireJavaVersion>"), Confidence.INFERRED, "requireJavaVersion"


def _boot(pom: Pom) -> tuple[int, ...]:
    """The version of Spring Boot's parent, empty when it is not the parent."""
    outside = pom.outside
    return version_key(outside.version or "") if outside and outside.artifact == BOOT_PARENT else ()
