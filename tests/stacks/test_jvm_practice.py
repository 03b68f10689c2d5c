"""How JVM programs are made: test runners, generators, neighbours, size, heap; ports beside the main one."""

from __future__ import annotations

import pytest

from cdgen.model import facts as f
from cdgen.model.facts import FactSet, ResourceHint
from cdgen.repo import Scope
from cdgen.spec.decide import choose
from cdgen.stacks.jvm import gradle, maven
from tests.conftest import MakeRepo

MAIN = {"src/main/java/org/acme/Main.java": "package org.acme;\nclass Main { public static void main(String[] a) {} }\n"}


def seen(make_repo: MakeRepo, files: dict[str, str]) -> FactSet:
    return FactSet(gradle.facts(Scope(make_repo({"build.gradle": "plugins { id 'application' }\n", **MAIN, **files}), ".")))


RUNNERS: dict[str, tuple[str, str, str | None]] = {
    "none": ("README.md", "import org.junit.jupiter.api.Test;", None),
    "in running code": ("src/main/java/A.java", "import org.junit.jupiter.api.Test;", None),
    "JUnit 5": ("src/test/java/ATest.java", "import org.junit.jupiter.api.Test;", "junit5"),
    "JUnit 4": ("src/test/java/ATest.java", "import org.junit.Test;", "junit4"),
    "TestNG": ("src/test/java/ATest.java", "import org.testng.annotations.Test;", "testng"),
    "Spock": ("src/test/groovy/ASpec.groovy", "import spock.lang.Specification\n", "spock"),
    "Kotest": ("src/test/kotlin/ASpec.kt", "import io.kotest.core.spec.style.FunSpec\n", "kotest"),
    "kotlin.test": ("src/test/kotlin/ATest.kt", "import kotlin.test.Test\n", "junit5"),
}


@pytest.mark.parametrize("name", RUNNERS)
def test_runner(make_repo: MakeRepo, name: str) -> None:
    path, text, runner = RUNNERS[name]
    assert seen(make_repo, {path: text}).values(f.TEST_RUNNER) == ((runner,) if runner else ())


GENERATORS: dict[str, tuple[str, tuple[str, ...]]] = {
    "none": ("plugins { id 'java' }", ()),
    "in a comment": ("plugins { // id 'com.google.protobuf' version '0.9.4'\n }", ()),
    "protobuf": ("plugins { id 'com.google.protobuf' version '0.9.4' }", ("protobuf",)),
    "OpenAPI": ("plugins { id 'org.openapi.generator' version '7.1.0' }", ("openapi",)),
    "jOOQ": ("plugins { id 'nu.studer.jooq' version '9.0' }", ("jooq",)),
}


@pytest.mark.parametrize("name", GENERATORS)
def test_generator(make_repo: MakeRepo, name: str) -> None:
    script, generators = GENERATORS[name]
    assert seen(make_repo, {"build.gradle": script}).values(f.GENERATOR) == generators


HEAPS: dict[str, tuple[dict[str, str], tuple[ResourceHint, ...]]] = {
    "none": ({}, ()),
    "of Gradle itself": ({"gradle.properties": "org.gradle.jvmargs=-Xmx2g\n"}, ()),
    "of the tests": ({"build.gradle": "test {\n  jvmArgs '-Xmx2g'\n}\n"}, ()),
    "of the program": (
        {"build.gradle": "application {\n  applicationDefaultJvmArgs = ['-Xmx512m']\n}\n"},
        (ResourceHint("jvm.heap", "512m"),),
    ),
    "a share": ({"Procfile": "web: java -XX:MaxRAMPercentage=70 -jar a.jar\n"}, (ResourceHint("jvm.heap", "70%"),)),
}


@pytest.mark.parametrize("name", HEAPS)
def test_heap(make_repo: MakeRepo, name: str) -> None:
    files, hints = HEAPS[name]
    assert seen(make_repo, files).values(f.RESOURCE) == hints


def test_modules_that_it_is_made_of(make_repo: MakeRepo) -> None:
    files = {
        "settings.gradle": "include 'api', 'core', 'other'\n",
        "api/build.gradle": "plugins { id 'application' }\ndependencies { implementation project(':core') }\n",
        "core/build.gradle": "plugins { id 'java-library' }\ndependencies { implementation 'a.b:c:1' }\n",
        "other/build.gradle": "plugins { id 'java-library' }\n",
    }
    facts = FactSet(gradle.facts(Scope(make_repo(files), "api")))
    assert facts.values(f.DEPENDS_ON) == ("core",)
    assert facts.values(f.DEPENDENCIES) == (1,)


def test_a_program_whose_plugin_stands_in_the_build(make_repo: MakeRepo) -> None:
    """It is known by its image; the code of the modules that it is made of is its own."""
    web = 'import org.springframework.web.bind.annotation.*;\n@RestController class C { @GetMapping("/a") int a() { return 1; } }'
    files = {
        "settings.gradle": "include 'api', 'web'\n",
        "buildSrc/src/main/groovy/ServicePlugin.groovy": "class ServicePlugin {}\n",
        "api/build.gradle": "apply plugin: ServicePlugin\ndependencies { implementation project(':web') }\n",
        "api/src/main/java/Main.java": "class Main { public static void main(String[] a) {} }",
        "web/build.gradle": "dependencies { implementation 'org.springframework.boot:spring-boot-starter-web' }\n",
        "web/src/main/java/C.java": web,
    }
    repo = make_repo(files)
    assert [claim.directory for claim in gradle.detect(repo) if claim.root_only] == ["."]
    assert FactSet(gradle.facts(Scope(repo, "api"))).values(f.ROUTE) == ()
    with_image = make_repo({"api/Dockerfile": "FROM scratch\n"})
    assert [route.path for route in FactSet(gradle.facts(Scope(with_image, "api"))).values(f.ROUTE)] == ["/a"]


POM = "<project><groupId>org.acme</groupId><artifactId>{name}</artifactId><version>1</version>{parent}{more}</project>"
PARENT = "<parent><groupId>org.acme</groupId><artifactId>all</artifactId><version>1</version></parent>"


def test_modules_of_maven(make_repo: MakeRepo) -> None:
    modules = "<packaging>pom</packaging><modules><module>api</module><module>core</module></modules>"
    needs = "<dependencies><dependency><groupId>org.acme</groupId><artifactId>core</artifactId></dependency></dependencies>"
    files = {
        "pom.xml": POM.format(name="all", parent="", more=modules),
        "api/pom.xml": POM.format(name="api", parent=PARENT, more=needs),
        "core/pom.xml": POM.format(name="core", parent=PARENT, more=""),
    }
    assert FactSet(maven.facts(Scope(make_repo(files), "api"))).values(f.DEPENDS_ON) == ("core",)


def test_the_port_of_administration(make_repo: MakeRepo) -> None:
    files = {
        "build.gradle": "plugins { id 'org.springframework.boot' version '3.4.1' }\n"
        "dependencies { implementation 'org.springframework.boot:spring-boot-starter-web' }\n",
        "src/main/resources/application.properties": "management.server.port=9001\n",
    }
    facts = seen(make_repo, files)
    assert (choose(f.ADMIN_PORT, facts).value, choose(f.PORT, facts).value) == (9001, 8080)


KTOR: dict[str, tuple[str, str | None]] = {
    "a client alone": (
        'plugins { id("io.ktor.plugin") version "3.4.0" }\ndependencies { implementation("io.ktor:ktor-client-cio") }',
        None,
    ),
    "a server": (
        'plugins { id("io.ktor.plugin") version "3.4.0" }\ndependencies { implementation("io.ktor:ktor-server-netty") }',
        "ktor",
    ),
    "of Ktor's catalog": ("dependencies { implementation(ktorLibs.server.netty) }", "ktor"),
}


@pytest.mark.parametrize("name", KTOR)
def test_framework_of_ktor(make_repo: MakeRepo, name: str) -> None:
    script, framework = KTOR[name]
    files = {"a/build.gradle.kts": script, "a/src/main/kotlin/Main.kt": "fun main() { println(1) }\n"}
    found = choose(f.FRAMEWORK, FactSet(gradle.facts(Scope(make_repo(files), "a")))).value
    assert (found.name if found else None) == framework


ASSEMBLY = (
    "<build><finalName>shop</finalName><plugins><plugin><artifactId>maven-assembly-plugin</artifactId><configuration>"
    "<descriptorRefs><descriptorRef>jar-with-dependencies</descriptorRef></descriptorRefs>{}</configuration></plugin></plugins></build>"
)


@pytest.mark.parametrize(
    ("more", "archive"),
    [("", "shop-jar-with-dependencies.jar"), ("<appendAssemblyId>false</appendAssemblyId>", "shop.jar")],
)
def test_the_archive_of_an_assembly(make_repo: MakeRepo, more: str, archive: str) -> None:
    repo = make_repo({"pom.xml": POM.format(name="shop", parent="", more=ASSEMBLY.format(more)), **MAIN})
    assert choose(f.START, FactSet(maven.facts(Scope(repo, ".")))).value == f"java -jar target/{archive}"


def test_groovy(make_repo: MakeRepo) -> None:
    repo = make_repo({"build.gradle": "plugins { id 'groovy' }\n", "src/main/groovy/A.groovy": "class A {}\n"})
    assert choose(f.LANGUAGE, FactSet(gradle.facts(Scope(repo, ".")))).value == "groovy"
