"""Maven: what is claimed, the version that is compiled for, commands, archives, private repositories, images."""

from __future__ import annotations

import pytest

from cdgen import app
from cdgen.model import facts as f
from cdgen.model.facts import Confidence, FactSet, Framework, PrivateRegistry
from cdgen.model.service import Service
from cdgen.repo import Scope
from cdgen.stacks.jvm import maven
from tests.conftest import MakeRepo

DECLARED, INFERRED, DEFAULT = Confidence.DECLARED, Confidence.INFERRED, Confidence.DEFAULT
HEAD = '<project xmlns="http://maven.apache.org/POM/4.0.0">\n<modelVersion>4.0.0</modelVersion>\n'
NAME = "<groupId>org.acme</groupId>\n<artifactId>shop</artifactId>\n<version>1.2</version>\n"
BOOT = (
    "<parent>\n<groupId>org.springframework.boot</groupId>\n<artifactId>spring-boot-starter-parent</artifactId>\n"
    "<version>{}</version>\n<relativePath/>\n</parent>\n"
)
MAIN = "package org.acme;\n\npublic class Main {\n  public static void main(String[] args) {}\n}\n"
SOURCE = "src/main/java/org/acme/Main.java"
TEST = "src/test/java/org/acme/MainTest.java"
IT = "src/test/java/org/acme/MainIT.java"
WRAPPER = {
    "mvnw": "",
    ".mvn/wrapper/maven-wrapper.properties": "distributionUrl=https://repo.example/apache-maven/3.9.9/apache-maven-3.9.9-bin.zip\n",
}


def pom(*parts: str, name: str = NAME) -> str:
    return HEAD + name + "".join(parts) + "</project>\n"


def properties(**values: str) -> str:
    return (
        "<properties>\n"
        + "".join(f"<{key.replace('_', '.')}>{value}</{key.replace('_', '.')}>\n" for key, value in values.items())
        + "</properties>\n"
    )


def dependency(name: str, version: str = "", scope: str = "") -> str:
    group, artifact = name.split(":")
    rest = (f"<version>{version}</version>" if version else "") + (f"<scope>{scope}</scope>" if scope else "")
    return f"<dependency>\n<groupId>{group}</groupId>\n<artifactId>{artifact}</artifactId>\n{rest}</dependency>\n"


def dependencies(*each: str) -> str:
    return "<dependencies>\n" + "".join(each) + "</dependencies>\n"


def plugin(artifact: str, inner: str = "") -> str:
    return f"<plugin>\n<artifactId>{artifact}</artifactId>\n{inner}</plugin>\n"


def build(*plugins: str, before: str = "") -> str:
    return f"<build>\n{before}<plugins>\n{''.join(plugins)}</plugins>\n</build>\n"


WEB = dependency("org.springframework.boot:spring-boot-starter-web")
PACKAGED = build(plugin("spring-boot-maven-plugin"))
SHOP = BOOT.format("3.5.0") + properties(java_version="17") + dependencies(WEB) + PACKAGED


def parent(*modules: str, inner: str = "") -> str:
    listed = "".join(f"<module>{each}</module>\n" for each in modules)
    return pom(f"<packaging>pom</packaging>\n<modules>\n{listed}</modules>\n{inner}", name=NAME.replace("shop", "all"))


def module(name: str, *parts: str) -> str:
    head = "<parent>\n<groupId>org.acme</groupId>\n<artifactId>all</artifactId>\n<version>1.2</version>\n</parent>\n"
    return pom(*parts, name=f"{head}<artifactId>{name}</artifactId>\n")


def seen(make_repo: MakeRepo, files: dict[str, str], directory: str = ".") -> FactSet:
    return FactSet(maven.facts(Scope(make_repo(files), directory)))


def services(make_repo: MakeRepo, files: dict[str, str]) -> dict[str, Service]:
    return {each.directory: each for each in app.inspect(make_repo(files).root).services}


CLAIMS: dict[str, tuple[dict[str, str], list[tuple[str, int, bool]]]] = {
    "nothing": ({"README.md": ""}, []),
    "an archetype and an integration project": (
        {"src/main/resources/archetype-resources/pom.xml": pom(), "src/it/one/pom.xml": pom()},
        [],
    ),
    "one project": ({"pom.xml": pom()}, [(".", 2, False)]),
    "with a wrapper": ({"pom.xml": pom(), **WRAPPER}, [(".", 3, False)]),
    "parent and modules": (
        {"pom.xml": parent("a", "b"), "a/pom.xml": module("a"), "b/pom.xml": module("b")},
        [(".", 2, True), ("a", 2, False), ("b", 2, False)],
    ),
    "one image at the top of one program": (
        {
            "pom.xml": parent("lib", "web"),
            "lib/pom.xml": module("lib"),
            "web/pom.xml": module("web", PACKAGED),
            "Dockerfile": "FROM x\n",
        },
        [(".", 2, False), ("lib", 2, False)],
    ),
    "one image at the top of two programs": (
        {
            "pom.xml": parent("a", "b"),
            "a/pom.xml": module("a", PACKAGED),
            "b/pom.xml": module("b", PACKAGED),
            "Dockerfile": "FROM x\n",
        },
        [(".", 2, True), ("a", 2, False), ("b", 2, False)],
    ),
}


@pytest.mark.parametrize("name", CLAIMS)
def test_claims(make_repo: MakeRepo, name: str) -> None:
    files, expected = CLAIMS[name]
    assert sorted((each.directory, each.strength, each.root_only) for each in maven.detect(make_repo(files))) == expected


COMPILER = "maven-compiler-plugin"
VERSIONS: dict[str, tuple[str, tuple[str, Confidence] | None]] = {
    "nothing says so": (pom(), None),
    "release": (pom(properties(maven_compiler_release="21")), ("21", DECLARED)),
    "release before source": (pom(properties(maven_compiler_source="8", maven_compiler_release="21")), ("21", DECLARED)),
    "source": (pom(properties(maven_compiler_source="11", maven_compiler_target="11")), ("11", DECLARED)),
    "the compiler plugin": (pom(build(plugin(COMPILER, "<configuration><release>17</release></configuration>"))), ("17", DECLARED)),
    "the plugin's source": (pom(build(plugin(COMPILER, "<configuration><source>8</source></configuration>"))), ("8", DECLARED)),
    "a property that refers to another": (pom(properties(jdk="21", maven_compiler_release="${jdk}")), ("21", DECLARED)),
    "java.version for Spring Boot": (pom(BOOT.format("3.5.0"), properties(java_version="17")), ("17", DECLARED)),
    "java.version for nobody": (pom(properties(java_version="17")), ("17", INFERRED)),
    "the default of Spring Boot 3": (pom(BOOT.format("3.5.0")), ("17", DEFAULT)),
    "the default of Spring Boot 2": (pom(BOOT.format("2.7.1")), ("1.8", DEFAULT)),
    "a property that is not known": (pom(properties(maven_compiler_release="${from.elsewhere}")), None),
    "Kotlin": (
        pom(build(plugin("kotlin-maven-plugin", "<configuration><jvmTarget>17</jvmTarget></configuration>"))),
        ("17", DECLARED),
    ),
    "the enforcer": (
        pom(
            build(
                plugin(
                    "maven-enforcer-plugin",
                    "<executions><execution><configuration><rules><requireJavaVersion><version>[17,)</version></requireJavaVersion>"
                    "</rules></configuration></execution></executions>",
                )
            )
        ),
        ("17", INFERRED),
    ),
}


@pytest.mark.parametrize("name", VERSIONS)
def test_version(make_repo: MakeRepo, name: str) -> None:
    text, expected = VERSIONS[name]
    found = [(str(fact.value), fact.confidence) for fact in seen(make_repo, {"pom.xml": text}).all(f.LANGUAGE_VERSION)]
    assert found == ([expected] if expected else [])


def test_the_version_of_a_parent_in_the_repository(make_repo: MakeRepo) -> None:
    files = {"pom.xml": parent("a", inner=properties(maven_compiler_release="21")), "a/pom.xml": module("a")}
    facts = seen(make_repo, files, "a")
    assert [f"{fact.value} {fact.source}" for fact in facts.all(f.LANGUAGE_VERSION)] == ["21 pom.xml:11"]


def test_a_folder_above_that_is_another_project_is_no_parent(make_repo: MakeRepo) -> None:
    other = pom(properties(maven_compiler_release="21"), name=NAME.replace("shop", "other"))
    assert seen(make_repo, {"pom.xml": other, "a/pom.xml": module("a")}, "a").values(f.LANGUAGE_VERSION) == ()


@pytest.mark.parametrize(
    ("file", "text", "version"),
    [
        (".java-version", "17\n", "17"),
        (".java-version", "temurin-17.0.9\n", "17.0.9"),
        (".sdkmanrc", "# x\njava=21.0.2-tem\n", "21.0.2"),
        (".tool-versions", "nodejs 20\njava temurin-17.0.8+7\n", "17.0.8"),
        ("system.properties", "java.runtime.version=11\n", "11"),
    ],
)
def test_version_files(make_repo: MakeRepo, file: str, text: str, version: str) -> None:
    assert [str(each) for each in seen(make_repo, {"pom.xml": pom(), file: text}).values(f.LANGUAGE_VERSION)] == [version]


FRAMEWORKS: dict[str, tuple[str, tuple[Framework, ...]]] = {
    "none": (pom(dependencies(dependency("org.slf4j:slf4j-api", "2"))), ()),
    "only in tests": (pom(dependencies(dependency("org.springframework.boot:spring-boot-starter-test", scope="test"))), ()),
    "Spring Boot by its parent": (pom(SHOP), (Framework("spring-boot", "3.5.0"),)),
    "Spring Boot by a bill of materials": (
        pom(
            "<dependencyManagement>"
            + dependencies(dependency("org.springframework.boot:spring-boot-dependencies", "3.4.1", "import"))
            + "</dependencyManagement>\n",
            dependencies(WEB),
        ),
        (Framework("spring-boot", "3.4.1"),),
    ),
    "Quarkus": (pom(build(plugin("quarkus-maven-plugin", "<version>3.9.0</version>"))), (Framework("quarkus", "3.9.0"),)),
    "Javalin": (
        pom(properties(v="6.1.3"), dependencies(dependency("io.javalin:javalin", "${v}"))),
        (Framework("javalin", "6.1.3"),),
    ),
}


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_framework(make_repo: MakeRepo, name: str) -> None:
    text, expected = FRAMEWORKS[name]
    assert seen(make_repo, {"pom.xml": text, SOURCE: MAIN}).values(f.FRAMEWORK) == expected


JACOCO = plugin("jacoco-maven-plugin", "<executions><execution><goals><goal>prepare-agent</goal></goals></execution></executions>")
COMMANDS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "no tests": ({"pom.xml": pom()}, {"test": "mvn -B test", "build": "mvn -B -DskipTests package"}),
    "the wrapper": ({"pom.xml": pom(), TEST: "", **WRAPPER}, {"test": "./mvnw -B test", "build": "./mvnw -B -DskipTests package"}),
    "a wrapper that cannot work": ({"pom.xml": pom(), "mvnw": ""}, {"test": "mvn -B test", "build": "mvn -B -DskipTests package"}),
    "integration without failsafe": ({"pom.xml": pom(), IT: ""}, {"test": "mvn -B test", "build": "mvn -B -DskipTests package"}),
    "failsafe": (
        {"pom.xml": pom(build(plugin("maven-failsafe-plugin"))), TEST: "", IT: ""},
        {"test": "mvn -B test", "build": "mvn -B -DskipTests package", "integration": "mvn -B verify"},
    ),
    "failsafe in a profile": (
        {
            "pom.xml": pom("<profiles><profile>\n<id>it</id>\n", build(plugin("maven-failsafe-plugin")), "</profile></profiles>\n"),
            IT: "",
        },
        {"test": "mvn -B test", "build": "mvn -B -DskipTests package", "integration": "mvn -B -Pit verify"},
    ),
    "coverage": (
        {"pom.xml": pom(build(JACOCO)), TEST: ""},
        {"test": "mvn -B test", "build": "mvn -B -DskipTests package", "coverage": "mvn -B test jacoco:report"},
    ),
    "linters": (
        {"pom.xml": pom(build(plugin("maven-checkstyle-plugin", "<configuration/>"), plugin("spotless-maven-plugin")))},
        {"test": "mvn -B test", "build": "mvn -B -DskipTests package", "lint": "mvn -B checkstyle:check spotless:check"},
    ),
    "a linter configured for one execution": (
        {
            "pom.xml": pom(
                build(
                    plugin(
                        "maven-checkstyle-plugin",
                        "<executions><execution><id>style</id><configuration/><goals><goal>check</goal></goals></execution></executions>",
                    )
                )
            )
        },
        {"test": "mvn -B test", "build": "mvn -B -DskipTests package", "lint": "mvn -B checkstyle:check@style"},
    ),
    "what starts": (
        {"pom.xml": pom(SHOP), SOURCE: MAIN},
        {"test": "mvn -B test", "build": "mvn -B -DskipTests package", "start": "java -jar target/*.jar"},
    ),
    "a final name": (
        {"pom.xml": pom(BOOT.format("3.5.0"), build(plugin("spring-boot-maven-plugin"), before="<finalName>shop</finalName>"))},
        {"test": "mvn -B test", "build": "mvn -B -DskipTests package", "start": "java -jar target/shop.jar"},
    ),
    "Dropwizard": (
        {
            "pom.xml": pom(dependencies(dependency("io.dropwizard:dropwizard-core", "4")), build(plugin("maven-shade-plugin"))),
            "shop.yml": "server:\n  applicationConnectors: []\n",
        },
        {"test": "mvn -B test", "build": "mvn -B -DskipTests package", "start": "java -jar target/*.jar server shop.yml"},
    ),
    "Quarkus": (
        {"pom.xml": pom(build(plugin("quarkus-maven-plugin")))},
        {"test": "mvn -B test", "build": "mvn -B -DskipTests package", "start": "java -jar target/quarkus-app/quarkus-run.jar"},
    ),
}
KEYS = {"test": f.TEST, "build": f.BUILD, "lint": f.LINT, "coverage": f.COVERAGE, "integration": f.INTEGRATION, "start": f.START}


@pytest.mark.parametrize("name", COMMANDS)
def test_commands(make_repo: MakeRepo, name: str) -> None:
    files, expected = COMMANDS[name]
    facts = seen(make_repo, files)
    assert {step: facts.values(key)[0] for step, key in KEYS.items() if facts.values(key)} == expected


def test_tests_that_are_not_there_are_only_a_default(make_repo: MakeRepo) -> None:
    assert [fact.confidence for fact in seen(make_repo, {"pom.xml": pom()}).all(f.TEST)] == [DEFAULT]


REACTOR = {
    "pom.xml": parent("lib", "web", "job"),
    "lib/pom.xml": module("lib"),
    "web/pom.xml": module("web", dependencies(dependency("org.acme:lib", "${project.version}"))),
    "job/pom.xml": module("job", dependencies(dependency("org.acme:lib", scope="test"))),
    **WRAPPER,
}


@pytest.mark.parametrize(
    ("directory", "command"),
    [
        ("lib", "../mvnw -B -DskipTests package"),
        ("job", "../mvnw -B -DskipTests package"),
        ("web", "../mvnw -f ../pom.xml -pl web -am -B -DskipTests package"),
    ],
)
def test_a_module_is_built_where_it_is_unless_it_needs_a_sibling(make_repo: MakeRepo, directory: str, command: str) -> None:
    assert seen(make_repo, REACTOR, directory).values(f.BUILD) == (command,)


def test_a_sibling_s_libraries_are_the_module_s_own(make_repo: MakeRepo) -> None:
    files = {**REACTOR, "lib/pom.xml": module("lib", dependencies(dependency("org.postgresql:postgresql", scope="runtime")))}
    assert [each.kind for each in seen(make_repo, files, "web").values(f.BACKING)] == ["postgresql"]
    assert seen(make_repo, files, "job").values(f.BACKING) == ()


SETTINGS = (
    "<settings>\n<servers>\n<server>\n<id>acme</id>\n<password>${env.ACME_TOKEN}</password>\n</server>\n</servers>\n"
    "<mirrors>\n<mirror>\n<id>acme</id>\n<url>https://maven.acme.test/all</url>\n</mirror>\n</mirrors>\n</settings>\n"
)


@pytest.mark.parametrize(
    ("settings", "registries"),
    [
        ("<settings/>", ()),
        (SETTINGS.replace("${env.ACME_TOKEN}", "{encrypted}"), ()),
        (SETTINGS, (PrivateRegistry("maven", "maven.acme.test", "ACME_TOKEN"),)),
    ],
)
def test_private_repositories(make_repo: MakeRepo, settings: str, registries: tuple[PrivateRegistry, ...]) -> None:
    facts = seen(make_repo, {"pom.xml": pom(), "settings.xml": settings})
    assert facts.values(f.REGISTRY) == registries
    assert ("-s settings.xml" in facts.values(f.BUILD)[0]) == ("<server>" in settings)


def test_a_profile_that_a_file_switches_on(make_repo: MakeRepo) -> None:
    activated = "<activation><file><exists>${basedir}/src/main/java</exists></file></activation>\n"
    text = pom("<profiles>\n<profile>\n<id>boot</id>\n", activated, PACKAGED, "</profile>\n</profiles>\n")
    assert seen(make_repo, {"pom.xml": text, SOURCE: MAIN}).values(f.START) == ("java -jar target/*.jar",)
    assert seen(make_repo, {"a/pom.xml": text}, "a").values(f.START) == ()


@pytest.mark.parametrize(("version", "jdk"), [("8", "8"), ("11", "11"), ("17", "17"), ("18", "21"), ("21", "21"), ("26", None)])
def test_toolchain(make_repo: MakeRepo, version: str, jdk: str | None) -> None:
    made = services(make_repo, {"pom.xml": pom(properties(maven_compiler_release=version)), SOURCE: MAIN, **WRAPPER})["."].toolchain
    assert (made.language, made.version, made.package_manager, made.package_manager_version) == ("java", jdk, "maven", "3.9.9")
    assert made.lockfiles == ("pom.xml",)


def test_image(make_repo: MakeRepo) -> None:
    recipe = services(make_repo, {"pom.xml": pom(SHOP), SOURCE: MAIN, **WRAPPER, "notes.txt": ""})["."].recipe
    assert recipe is not None
    assert recipe.include == ("pom.xml", ".mvn", "mvnw", "src")
    assert recipe.bases["build"].startswith("eclipse-temurin:21")  # the next JDK that compiles for 17
    assert recipe.bases["runtime"].startswith("gcr.io/distroless/java17-debian12:nonroot@sha256:")
    assert recipe.values["build"] == "./mvnw -B -DskipTests package"
    assert recipe.context is None


def test_image_where_the_wrapper_cannot_prove_its_maven(make_repo: MakeRepo) -> None:
    """Without unzip the script fetches another archive than the one whose digest is stated."""
    [path] = [name for name in WRAPPER if name.endswith(".properties")]
    stated = {**WRAPPER, path: WRAPPER[path] + "distributionType=only-script\ndistributionSha256Sum=0d71\n"}
    recipe = services(make_repo, {"pom.xml": pom(SHOP), SOURCE: MAIN, **stated})["."].recipe
    assert recipe is not None
    assert recipe.bases["build"].startswith("maven:") and recipe.values["build"] == "mvn -B -DskipTests package"
    assert "mvnw" not in recipe.include


def test_image_of_a_module(make_repo: MakeRepo) -> None:
    files = {
        **REACTOR,
        "pom.xml": parent("lib", "web", inner=properties(maven_compiler_release="21")),
        "web/pom.xml": module("web", dependencies(dependency("org.acme:lib"), WEB), PACKAGED),
        f"web/{SOURCE}": MAIN,
        "lib/src/main/java/org/acme/Lib.java": "",
    }
    recipe = services(make_repo, files)["web"].recipe
    assert recipe is not None
    assert recipe.context == "."
    assert recipe.include == ("pom.xml", ".mvn", "mvnw", "lib/pom.xml", "web/pom.xml", "web/src", "lib/src")
    assert recipe.values["build"] == "./mvnw -B -DskipTests -pl web -am package"
    assert recipe.values["collect"].startswith("mkdir /out && find web/target ")


def test_an_image_has_no_git(make_repo: MakeRepo) -> None:
    text = pom(SHOP.replace("<plugins>\n", "<plugins>\n" + plugin("git-commit-id-maven-plugin")))
    recipe = services(make_repo, {"pom.xml": text, SOURCE: MAIN})["."].recipe
    assert recipe is not None
    assert "-Dmaven.gitcommitid.skip=true" in recipe.values["build"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(pom(BOOT.format("2.7.1"), properties(java_version="11"), dependencies(WEB), PACKAGED), id="no pinned runtime"),
        pytest.param(pom(properties(maven_compiler_release="21"), dependencies(WEB)), id="nothing is packaged"),
    ],
)
def test_no_image_rather_than_one_that_cannot_run(make_repo: MakeRepo, text: str) -> None:
    assert services(make_repo, {"pom.xml": text, SOURCE: MAIN})["."].recipe is None
