"""Gradle: what is claimed, scripts in both languages, catalogs, conventions, versions, commands, images."""

from __future__ import annotations

import pytest

from cdgen import app
from cdgen.model import facts as f
from cdgen.model.facts import Confidence, FactSet, Framework, PrivateRegistry
from cdgen.repo import Scope
from cdgen.stacks.jvm import gradle
from cdgen.stacks.jvm.gradle_project import project_of
from tests.conftest import MakeRepo

MAIN = "package org.acme;\n\npublic class Main {\n  public static void main(String[] args) {}\n}\n"
SOURCE = "src/main/java/org/acme/Main.java"
TEST = "src/test/java/org/acme/MainTest.java"
WRAPPER = {
    "gradlew": "",
    "gradle/wrapper/gradle-wrapper.properties": "distributionUrl=https\\://services.gradle.org/distributions/gradle-8.10.2-bin.zip\n",
}
BOOT = 'plugins {\n  id("java")\n  id("org.springframework.boot") version "3.4.1"\n}\n'
WEB = 'dependencies {\n  implementation("org.springframework.boot:spring-boot-starter-web")\n}\n'


def seen(make_repo: MakeRepo, files: dict[str, str], directory: str = ".") -> FactSet:
    return FactSet(gradle.facts(Scope(make_repo(files), directory)))


CLAIMS: dict[str, tuple[dict[str, str], list[tuple[str, int, bool]]]] = {
    "nothing": ({"README.md": ""}, []),
    "only build logic": ({"buildSrc/build.gradle.kts": "", "gradle/libs.gradle": ""}, []),
    "inputs of tests": ({"src/test/resources/sample/build.gradle": ""}, []),
    "one project": ({"build.gradle": ""}, [(".", 2, False)]),
    "a folder that is called src": ({"src/shop/build.gradle": ""}, [("src/shop", 2, False)]),
    "Kotlin script and wrapper": ({"build.gradle.kts": "", "gradlew": ""}, [(".", 3, False)]),
    "root and projects": (
        {"settings.gradle": "include 'a', ':b'\n", "a/build.gradle": "", "b/build.gradle": ""},
        [(".", 2, True), ("a", 2, False), ("b", 2, False)],
    ),
    "a root with code": (
        {"settings.gradle": "include 'a'\n", "build.gradle": "", SOURCE: MAIN, "a/build.gradle": ""},
        [(".", 2, False), ("a", 2, False)],
    ),
    "a script that is called like its project": (
        {"settings.gradle": 'include("shop-api")\n', "shop-api/shop-api.gradle": "", "shop-api/other.gradle": ""},
        [(".", 2, True), ("shop-api", 2, False)],
    ),
    "one image at the top of one program": (
        {
            "settings.gradle": 'include("lib", "web")\n',
            "lib/build.gradle": "apply plugin: 'java-library'\n",
            "web/build.gradle": "apply plugin: 'application'\n",
            "Dockerfile.slim": "FROM x\n",
        },
        [(".", 2, False), ("lib", 2, False)],
    ),
    "the program that the image copies": (
        {
            "settings.gradle": 'include("cli", "web")\n',
            "cli/build.gradle": "apply plugin: 'application'\n",
            "web/build.gradle": "apply plugin: 'application'\n",
            "Dockerfile": "FROM x\nCOPY web/build/install/web /opt/web\n",
        },
        [(".", 2, False), ("cli", 2, False)],
    ),
}


@pytest.mark.parametrize("name", CLAIMS)
def test_claims(make_repo: MakeRepo, name: str) -> None:
    files, expected = CLAIMS[name]
    assert sorted((each.directory, each.strength, each.root_only) for each in gradle.detect(make_repo(files))) == expected


VERSIONS: dict[str, tuple[dict[str, str], str | None]] = {
    "nothing says so": ({"build.gradle": "plugins { id 'java' }\n"}, None),
    "in a comment": ({"build.gradle": "// sourceCompatibility = 17\n/* sourceCompatibility = 17 */\n"}, None),
    "a number": ({"build.gradle": "sourceCompatibility = 1.8\n"}, "1.8"),
    "a text": ({"build.gradle": "java {\n  sourceCompatibility = '17'\n}\n"}, "17"),
    "an old constant": ({"build.gradle": "sourceCompatibility = JavaVersion.VERSION_1_8\n"}, "1.8"),
    "a constant": ({"build.gradle.kts": "java.sourceCompatibility = JavaVersion.VERSION_21\n"}, "21"),
    "toolchain": ({"build.gradle.kts": "java { toolchain { languageVersion = JavaLanguageVersion.of(21) } }\n"}, "21"),
    "toolchain, set": ({"build.gradle": "java { toolchain { languageVersion.set(JavaLanguageVersion.of(21)) } }\n"}, "21"),
    "toolchain before compatibility": (
        {"build.gradle": "sourceCompatibility = 17\njava { toolchain { languageVersion = JavaLanguageVersion.of(21) } }\n"},
        "21",
    ),
    "Kotlin": ({"build.gradle.kts": "kotlin {\n  jvmToolchain(17)\n}\n"}, "17"),
    "jvmTarget": ({"build.gradle.kts": 'kotlinOptions { jvmTarget = "17" }\n'}, "17"),
    "the new jvmTarget": ({"build.gradle.kts": "compilerOptions { jvmTarget.set(JvmTarget.JVM_17) }\n"}, "17"),
    "release": ({"build.gradle.kts": "tasks.withType<JavaCompile> { options.release = 17 }\n"}, "17"),
    "a variable": ({"build.gradle": "def v = '17'\nsourceCompatibility = v\n"}, "17"),
    "a variable in a text": ({"build.gradle": "ext.v = '17'\nkotlinOptions { jvmTarget = \"${v}\" }\n"}, "17"),
    "a property": (
        {
            "build.gradle.kts": 'kotlin { jvmToolchain((property("javaVersion") as String).toInt()) }\n',
            "gradle.properties": "javaVersion=21\n",
        },
        "21",
    ),
    "the catalog": (
        {
            "build.gradle.kts": "java { toolchain { languageVersion = JavaLanguageVersion.of(libs.versions.java.get()) } }\n",
            "gradle/libs.versions.toml": '[versions]\njava = "21"\n',
        },
        "21",
    ),
    "a name that stands for nothing": ({"build.gradle": "sourceCompatibility = theVersion\n"}, None),
    "an applied script": (
        {"build.gradle": 'apply from: "$rootDir/gradle/java.gradle"\n', "gradle/java.gradle": "sourceCompatibility = 17\n"},
        "17",
    ),
    "a convention that is applied": (
        {
            "build.gradle.kts": 'plugins { id("acme.java") }\n',
            "buildSrc/src/main/kotlin/acme.java.gradle.kts": "java { toolchain { languageVersion = JavaLanguageVersion.of(21) } }\n",
            "settings.gradle.kts": "",
        },
        "21",
    ),
    "a convention that is not": (
        {
            "build.gradle.kts": "",
            "buildSrc/src/main/kotlin/acme.java.gradle.kts": "java.sourceCompatibility = JavaVersion.VERSION_21\n",
        },
        None,
    ),
}


@pytest.mark.parametrize("name", VERSIONS)
def test_version(make_repo: MakeRepo, name: str) -> None:
    files, expected = VERSIONS[name]
    assert [str(each) for each in seen(make_repo, files).values(f.LANGUAGE_VERSION)] == ([expected] if expected else [])


@pytest.mark.parametrize(("block", "version"), [("allprojects", "17"), ("subprojects", "17"), ("other", None)])
def test_what_the_root_says_for_all(make_repo: MakeRepo, block: str, version: str | None) -> None:
    files = {
        "settings.gradle": "include 'a'\n",
        "build.gradle": f"{block} {{\n  sourceCompatibility = 17\n}}\n",
        "a/build.gradle": "",
    }
    assert [str(each) for each in seen(make_repo, files, "a").values(f.LANGUAGE_VERSION)] == ([version] if version else [])


def test_the_place_of_a_version_is_the_file_that_fixes_it(make_repo: MakeRepo) -> None:
    files, _ = VERSIONS["the catalog"]
    assert [str(fact.source) for fact in seen(make_repo, files).all(f.LANGUAGE_VERSION)] == ["gradle/libs.versions.toml:2"]


CATALOG = """\
[versions]
boot = "3.4.1"
pg = "42.7.1"
[libraries]
spring-web = { module = "org.springframework.boot:spring-boot-starter-web" }
pg-driver = { group = "org.postgresql", name = "postgresql", version.ref = "pg" }
jedis = "redis.clients:jedis:5.1.0"
[bundles]
data = ["pg-driver", "jedis"]
[plugins]
spring-boot = { id = "org.springframework.boot", version.ref = "boot" }
"""
LIBRARIES: dict[str, tuple[dict[str, str], tuple[Framework, ...], tuple[str, ...]]] = {
    "none": ({"build.gradle": "plugins { id 'java' }\n"}, (), ()),
    "only in tests": ({"build.gradle": "dependencies {\n  testImplementation 'redis.clients:jedis:5'\n}\n"}, (), ()),
    "only for the build": (
        {"build.gradle": "buildscript {\n  dependencies {\n    classpath 'org.postgresql:postgresql:42'\n  }\n}\n"},
        (),
        (),
    ),
    "a comment": ({"build.gradle": "dependencies {\n  // implementation 'redis.clients:jedis:5'\n}\n"}, (), ()),
    "plugin and coordinates": (
        {"build.gradle.kts": BOOT + WEB.replace("}\n", '  runtimeOnly("org.postgresql:postgresql")\n}\n')},
        (Framework("spring-boot", "3.4.1"),),
        ("postgresql",),
    ),
    "as a map": (
        {"build.gradle": "dependencies {\n  compile group: 'redis.clients', name: 'jedis', version: '5'\n}\n"},
        (),
        ("redis",),
    ),
    "several in one statement": (
        {
            "build.gradle": "dependencies {\n  implementation 'a.b:c:1',\n    'org.postgresql:postgresql:42',\n    'redis.clients:jedis:5'\n}\n"
        },
        (),
        ("postgresql", "redis"),
    ),
    "the old plugin syntax": (
        {
            "build.gradle": "buildscript {\n  ext { bootVersion = '1.5.9.RELEASE' }\n  dependencies {\n"
            '    classpath("org.springframework.boot:spring-boot-gradle-plugin:${bootVersion}")\n  }\n}\n'
            "apply plugin: 'org.springframework.boot'\n"
        },
        (Framework("spring-boot", "1.5.9.RELEASE"),),
        (),
    ),
    "the catalog": (
        {
            "build.gradle.kts": "plugins {\n  alias(libs.plugins.spring.boot)\n}\ndependencies {\n  implementation(libs.spring.web)\n"
            "  implementation(libs.bundles.data)\n}\n",
            "gradle/libs.versions.toml": CATALOG,
        },
        (Framework("spring-boot", "3.4.1"),),
        ("postgresql", "redis"),
    ),
    "a bill of materials": (
        {
            "build.gradle": "dependencies {\n  implementation platform('org.springframework.boot:spring-boot-dependencies:3.4.1')\n"
            "  implementation 'org.springframework.boot:spring-boot-starter-web'\n}\n"
        },
        (Framework("spring-boot", "3.4.1"),),
        (),
    ),
    "ktor": (
        {"build.gradle.kts": 'val ktor = "2.3.0"\ndependencies {\n  implementation("io.ktor:ktor-server-netty:$ktor")\n}\n'},
        (Framework("ktor", "2.3.0"),),
        (),
    ),
    "a plugin that is not applied": (
        {"build.gradle": "plugins {\n  id 'org.springframework.boot' version '3.4.1' apply false\n}\n"},
        (),
        (),
    ),
    "a catalog that is broken": (
        {"build.gradle.kts": "dependencies {\n  implementation(libs.x)\n}\n", "gradle/libs.versions.toml": "[versions\n"},
        (),
        (),
    ),
}


@pytest.mark.parametrize("name", LIBRARIES)
def test_libraries(make_repo: MakeRepo, name: str) -> None:
    files, frameworks, backing = LIBRARIES[name]
    facts = seen(make_repo, files)
    assert facts.values(f.FRAMEWORK) == frameworks
    assert tuple(each.kind for each in facts.values(f.BACKING)) == backing


SHARED = {
    "settings.gradle.kts": 'include(":lib", ":web", ":test-kit")\n',
    "lib/build.gradle.kts": 'dependencies {\n  implementation("org.postgresql:postgresql:42")\n}\n',
    "test-kit/build.gradle.kts": 'dependencies {\n  implementation("redis.clients:jedis:5")\n}\n',
}


@pytest.mark.parametrize(
    ("script", "siblings"),
    [
        ('dependencies {\n  implementation(project(":lib"))\n}\n', ("lib",)),
        ("dependencies {\n  implementation project(path: ':lib')\n}\n", ("lib",)),
        ("dependencies {\n  implementation(projects.lib)\n}\n", ("lib",)),
        ('dependencies {\n  testImplementation(project(":test-kit"))\n}\n', ()),
        ('dependencies {\n  implementation(project(":other"))\n}\n', ()),
    ],
)
def test_projects_that_it_is_made_of(make_repo: MakeRepo, script: str, siblings: tuple[str, ...]) -> None:
    repo = make_repo({**SHARED, "web/build.gradle.kts": script})
    assert project_of(repo, "web").siblings() == siblings


def test_a_program_has_the_libraries_of_its_projects_and_a_library_only_its_own(make_repo: MakeRepo) -> None:
    needs = 'dependencies {\n  implementation(project(":lib"))\n}\n'
    for plugin, kinds in (("application", ["postgresql"]), ("`java-library`", [])):
        files = {**SHARED, "web/build.gradle.kts": f"plugins {{\n  {plugin}\n}}\n{needs}"}
        directory = "web" if plugin == "application" else "other"
        files = {key.replace("web/", f"{directory}/"): value for key, value in files.items()}
        facts = seen(make_repo, files, directory)
        assert [each.kind for each in facts.values(f.BACKING)] == kinds


COMMANDS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "nothing to run": ({"build.gradle": "apply plugin: 'java'\n"}, {"test": "gradle test", "build": "gradle assemble"}),
    "the wrapper": ({"build.gradle": "", TEST: "", **WRAPPER}, {"test": "./gradlew test", "build": "./gradlew assemble"}),
    "a wrapper that cannot work": ({"build.gradle": "", "gradlew": ""}, {"test": "gradle test", "build": "gradle assemble"}),
    "Spring Boot": (
        {"build.gradle.kts": BOOT, **WRAPPER},
        {"test": "./gradlew test", "build": "./gradlew bootJar", "start": "java -jar build/libs/*.jar"},
    ),
    "a named archive": (
        {"build.gradle.kts": BOOT + 'tasks.bootJar {\n  archiveFileName = "shop.jar"\n}\n', **WRAPPER},
        {"test": "./gradlew test", "build": "./gradlew bootJar", "start": "java -jar build/libs/shop.jar"},
    ),
    "an application": (
        {"build.gradle": "plugins {\n  id 'application'\n}\n", "settings.gradle": "rootProject.name = 'shop'\n", **WRAPPER},
        {"test": "./gradlew test", "build": "./gradlew installDist", "start": "build/install/shop/bin/shop"},
    ),
    "linters": (
        {"build.gradle.kts": 'plugins {\n  checkstyle\n  id("com.diffplug.spotless") version "6"\n}\n', **WRAPPER},
        {"test": "./gradlew test", "build": "./gradlew assemble", "lint": "./gradlew spotlessCheck checkstyleMain"},
    ),
    "coverage": (
        {"build.gradle.kts": "plugins {\n  jacoco\n}\n", TEST: "", **WRAPPER},
        {"test": "./gradlew test", "build": "./gradlew assemble", "coverage": "./gradlew test jacocoTestReport"},
    ),
    "a suite of integration tests": (
        {"build.gradle.kts": 'testing { suites { register<JvmTestSuite>("integrationTest") {} } }\n', **WRAPPER},
        {"test": "./gradlew test", "build": "./gradlew assemble", "integration": "./gradlew integrationTest"},
    ),
    "a task of integration tests": (
        {"build.gradle": "task integrationTest(type: Test) {}\n", **WRAPPER},
        {"test": "./gradlew test", "build": "./gradlew assemble", "integration": "./gradlew integrationTest"},
    ),
}
KEYS = {"test": f.TEST, "build": f.BUILD, "lint": f.LINT, "coverage": f.COVERAGE, "integration": f.INTEGRATION, "start": f.START}


@pytest.mark.parametrize("name", COMMANDS)
def test_commands(make_repo: MakeRepo, name: str) -> None:
    files, expected = COMMANDS[name]
    facts = seen(make_repo, files)
    assert {step: facts.values(key)[0] for step, key in KEYS.items() if facts.values(key)} == expected


def test_commands_of_a_project_use_the_wrapper_above(make_repo: MakeRepo) -> None:
    files = {"settings.gradle": "include 'a:b'\n", "a/b/build.gradle": "", **WRAPPER}
    assert seen(make_repo, files, "a/b").values(f.TEST) == ("../../gradlew test",)


@pytest.mark.parametrize(("present", "confidence"), [(True, Confidence.INFERRED), (False, Confidence.DEFAULT)])
def test_tests_that_are_not_there_are_only_a_default(make_repo: MakeRepo, present: bool, confidence: Confidence) -> None:
    files = {"build.gradle": "", **({TEST: ""} if present else {})}
    assert [fact.confidence for fact in seen(make_repo, files).all(f.TEST)] == [confidence]


PRIVATE = 'repositories {\n  maven {\n    url = uri("https://%s/maven")\n    credentials {\n      username = "x"\n      password = System.getenv("%s")\n    }\n  }\n}\n'


@pytest.mark.parametrize(
    ("script", "registries"),
    [
        ("repositories {\n  mavenCentral()\n}\n", ()),
        ('repositories {\n  maven { url = uri("https://repo.spring.io/milestone") }\n}\n', ()),
        (PRIVATE % ("maven.acme.test", "ACME_TOKEN"), (PrivateRegistry("gradle", "maven.acme.test", "ACME_TOKEN"),)),
    ],
)
def test_private_repositories(make_repo: MakeRepo, script: str, registries: tuple[PrivateRegistry, ...]) -> None:
    assert seen(make_repo, {"build.gradle.kts": script}).values(f.REGISTRY) == registries


def test_language_is_that_of_the_sources(make_repo: MakeRepo) -> None:
    files = {"build.gradle.kts": 'plugins {\n  kotlin("jvm") version "2.0"\n}\n'}
    assert seen(make_repo, {**files, SOURCE: MAIN}).values(f.LANGUAGE) == ("java",)
    assert seen(make_repo, {**files, "src/main/kotlin/A.kt": "", "src/main/kotlin/B.kt": ""}).values(f.LANGUAGE) == ("kotlin",)


def test_toolchain(make_repo: MakeRepo) -> None:
    files = {"build.gradle.kts": BOOT + "kotlin {\n  jvmToolchain(21)\n}\n", SOURCE: MAIN, "settings.gradle.kts": "", **WRAPPER}
    (service,) = app.inspect(make_repo(files).root).services
    made = service.toolchain
    assert (made.language, made.version, made.package_manager, made.package_manager_version) == ("java", "21", "gradle", "8.10.2")
    assert "build.gradle.kts" in made.lockfiles


def test_image(make_repo: MakeRepo) -> None:
    files = {
        "build.gradle.kts": BOOT + WEB + "kotlin {\n  jvmToolchain(21)\n}\n",
        SOURCE: MAIN,
        "settings.gradle.kts": "",
        "x.txt": "",
        **WRAPPER,
    }
    (service,) = app.inspect(make_repo(files).root).services
    recipe = service.recipe
    assert recipe is not None
    assert recipe.include == ("gradlew", "gradle", "build.gradle.kts", "settings.gradle.kts", "src")
    assert recipe.bases["build"].startswith("eclipse-temurin:21")
    assert recipe.values["build"] == "./gradlew --no-daemon -g /var/cache/gradle bootJar"
    assert recipe.values["entrypoint"][-2:] == ("-jar", "/app/app.jar")


def test_image_of_a_project(make_repo: MakeRepo) -> None:
    files = {
        **SHARED,
        **WRAPPER,
        "web/build.gradle.kts": BOOT
        + 'dependencies {\n  implementation(project(":lib"))\n'
        + WEB[15:]
        + "kotlin {\n  jvmToolchain(21)\n}\n",
        f"web/{SOURCE}": MAIN,
        "lib/src/main/java/Lib.java": "",
    }
    recipe = next(each for each in app.inspect(make_repo(files).root).services if each.directory == "web").recipe
    assert recipe is not None
    assert recipe.context == "."
    assert "test-kit/build.gradle.kts" in recipe.include  # Gradle reads every project before it builds one
    assert "web/src" in recipe.include
    assert "lib/src" in recipe.include
    assert recipe.values["build"].endswith(" :web:bootJar")
    assert recipe.values["collect"].startswith("mkdir /out && find web/build/libs ")
