"""The image of a JVM service: the program's archive on a Java runtime without a shell."""

from __future__ import annotations

from typing import Any

from cdgen.model.service import ImageRecipe, Service
from cdgen.repo import Scope
from cdgen.road.pins import Pins
from cdgen.stacks.base import SYNTAX_IMAGE
from cdgen.stacks.jvm.base import LONG_TERM, jdk
from cdgen.stacks.jvm.maven_commands import archive
from cdgen.stacks.jvm.pom import Pom

TEMPLATE = "image/jvm.Dockerfile.j2"
UID = 65532  # `nonroot` of the runtime images
RUNTIME = "gcr.io/distroless/java{major}-debian{release}"
OLDEST = 17  # older runtimes are not pinned, and programs for them seldom run on a newer one
# the memory limit of the container decides the heap (https://docs.oracle.com/en/java/javase/21/docs/specs/man/java.html)
HEAP = "-XX:MaxRAMPercentage=75.0"
# archives beside the one that can be started
OTHER_ARCHIVES = ("*-plain.jar", "original-*.jar", "*-sources.jar", "*-javadoc.jar", "*-tests.jar")
MAVEN_FILES = ("pom.xml", "mvnw", ".mvn", "src", "lombok.config")


def maven(service: Service, scope: Scope, pom: Pom, pins: Pins) -> ImageRecipe | None:
    """None when nothing is packaged that can be started, or no pinned base fits."""
    target = archive(pom)
    if target is None:
        return None
    wrapped = scope.has("mvnw") and scope.has(".mvn/wrapper/maven-wrapper.properties")
    program = "./mvnw" if wrapped else "mvn"
    build = _jdk_image(service, pins) if wrapped else _tool_image("maven", service, pins)
    files = tuple(name for name in MAVEN_FILES if scope.has(name) or any(path.startswith(f"{name}/") for path in scope.files))
    values = {
        "manifests": tuple(name for name in files if name != "src" and "." in name[1:]) + (("mvnw",) if wrapped else ()),
        "folders": tuple(name for name in files if name in (".mvn", "src")),
        "cache": "/root/.m2/repository",
        "build": f"{program} -B -DskipTests package",
        "secrets": secrets(service),
        "settings": next((name for name in (".mvn/settings.xml", "settings.xml") if scope.has(name)), ""),
        **_packed(target),
    }
    return _recipe(service, values, files, build, pins)


def secrets(service: Service) -> tuple[str, ...]:
    return tuple(dict.fromkeys(registry.secret for registry in service.registries))


def _packed(target: str) -> dict[str, Any]:
    """How the archive leaves the build, and how it is started."""
    if target.endswith("quarkus-run.jar"):
        return {
            "collect": "mv target/quarkus-app /out",
            "entrypoint": ("java", HEAP, "-jar", "/app/quarkus-run.jar"),
        }
    suffix = target.rpartition(".")[2]
    collect = f"mkdir /out && mv {target} /out/app.{suffix}"
    if "*" in target:
        others = " ".join(f"! -name '{name}'" for name in OTHER_ARCHIVES)
        wanted = target.removeprefix("target/")
        collect = f"mkdir /out && find target -maxdepth 1 -name '{wanted}' {others} -exec mv {{}} /out/app.{suffix} ';'"
    return {
        "collect": collect,
        "entrypoint": ("java", HEAP, "-jar", f"/app/app.{suffix}"),
    }


def gradle(service: Service, scope: Scope, task: str, packed: dict[str, Any], pins: Pins) -> ImageRecipe | None:
    """`packed` says how the result leaves the build and starts. Only with the wrapper: the image cannot guess a Gradle version."""
    build = _jdk_image(service, pins)
    files = tuple(name for name in scope_files(scope) if name)
    values = {
        "manifests": tuple(name for name in files if name not in folders(scope)),
        "folders": tuple(name for name in files if name in folders(scope)),
        "cache": "/root/.gradle",
        "build": f"./gradlew --no-daemon {task}",
        "secrets": secrets(service),
        "settings": "",
        **packed,
    }
    return _recipe(service, values, files, build, pins)


def scope_files(scope: Scope) -> tuple[str, ...]:
    """Build scripts, wrapper and source folders at the top of a Gradle build."""
    top = {path.partition("/")[0] for path in scope.files}
    scripts = [
        name
        for name in top
        if name.endswith((".gradle", ".gradle.kts")) or name in ("gradlew", "gradle.properties", "lombok.config")
    ]
    return tuple(sorted(scripts)) + tuple(
        name for name in sorted(folders(scope)) if name in ("gradle", "src", "buildSrc", "config")
    )


def folders(scope: Scope) -> frozenset[str]:
    return frozenset(path.partition("/")[0] for path in scope.files if "/" in path)


def _recipe(service: Service, values: dict[str, Any], files: tuple[str, ...], build: str | None, pins: Pins) -> ImageRecipe | None:
    runtime, syntax = _runtime(service, pins), pins.image(SYNTAX_IMAGE)
    if build is None or runtime is None or syntax is None:
        return None
    values = values | {"user": f"{UID}:{UID}", "port": service.port}
    return ImageRecipe(TEMPLATE, values, {"syntax": syntax.reference, "build": build, "runtime": runtime}, files)


def _runtime(service: Service, pins: Pins) -> str | None:
    """The stated version, or the next one kept for long whose image is pinned."""
    wanted = jdk(service.language_version)
    if wanted is None or wanted < OLDEST:
        return None
    for major in (version for version in LONG_TERM if version >= wanted):
        for release in (13, 12):
            pin = pins.image(RUNTIME.format(major=major, release=release), "nonroot")
            if pin:
                return pin.reference
    return None


def _jdk_image(service: Service, pins: Pins) -> str | None:
    """A JDK that compiles for the stated version."""
    wanted = jdk(service.language_version) or OLDEST
    for major in (version for version in LONG_TERM if version >= wanted):
        pin = pins.image("eclipse-temurin", rf"{major}(?:\.[\d._]*)?-jdk\Z")
        if pin:
            return pin.reference
    return None


def _tool_image(name: str, service: Service, pins: Pins) -> str | None:
    """The tool's own image, on a JDK that compiles for the stated version."""
    wanted = jdk(service.language_version) or OLDEST
    for major in (version for version in LONG_TERM if version >= wanted):
        pin = pins.image(name, rf"[\d.]+-(?:eclipse-temurin-|jdk){major}\Z")
        if pin:
            return pin.reference
    return None
