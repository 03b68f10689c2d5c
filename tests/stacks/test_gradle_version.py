"""Which Gradle builds the image of a service: the wrapper's, or exactly the stated one."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from cdgen import app
from tests.conftest import MakeRepo

BUILD = """\
plugins {
    java
    id("org.springframework.boot") version "3.5.16"
}
dependencies { implementation("org.springframework.boot:spring-boot-starter-web") }
java { toolchain { languageVersion = JavaLanguageVersion.of(17) } }
"""
MAIN = "package a;\n\n@SpringBootApplication\npublic class Main {\n    public static void main(String[] args) {}\n}\n"
FILES = {"settings.gradle.kts": 'rootProject.name = "shop"\n', "build.gradle.kts": BUILD, "src/main/java/a/Main.java": MAIN}
PROPERTIES = "gradle/wrapper/gradle-wrapper.properties"
ADDRESS = "distributionUrl=https\\://services.gradle.org/distributions/gradle-{}-bin.zip\n"


@pytest.mark.parametrize(
    ("more", "version", "builds_with"),
    [
        pytest.param({}, None, None, id="no version stated"),
        pytest.param({PROPERTIES: ADDRESS.format("9.7.0")}, "9.7.0", "gradle:9.7.0-jdk17", id="stated and pinned"),
        pytest.param({PROPERTIES: ADDRESS.format("8.1.1")}, "8.1.1", None, id="stated, not pinned"),
        pytest.param({PROPERTIES: ADDRESS.format("8.1.1"), "gradlew": "#!/bin/sh\n"}, "8.1.1", "gradle:9.7.0-jdk17", id="wrapper"),
    ],
)
def test_gradle(make_repo: MakeRepo, more: Mapping[str, str], version: str | None, builds_with: str | None) -> None:
    [service] = app.inspect(make_repo({**FILES, **more}).root).services
    assert service.toolchain.package_manager_version == version
    assert (service.recipe.bases["build"].partition("@")[0] if service.recipe else None) == builds_with
    if service.recipe:
        assert str(service.recipe.values["build"]).startswith("./gradlew " if "gradlew" in more else "gradle ")
