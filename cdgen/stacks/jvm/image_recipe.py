"""The image of a JVM service: the program's archive on a Java runtime without a shell."""

from __future__ import annotations

from collections.abc import Iterable
from re import escape
from typing import Any, NamedTuple

from cdgen.model.road import Road
from cdgen.model.service import ImageRecipe, Service
from cdgen.repo import Repo
from cdgen.road.pins import Pins
from cdgen.stacks.base import SYNTAX_IMAGE
from cdgen.stacks.jvm.base import LONG_TERM, jdk

TEMPLATE = "image/jvm.Dockerfile.j2"
UID = 65532  # `nonroot` of the runtime images
RUNTIME = "gcr.io/distroless/java{major}-debian{release}"
OLDEST = 17  # older runtimes are not pinned, and programs for them seldom run on a newer one
# the memory limit of the container decides the heap (https://docs.oracle.com/en/java/javase/21/docs/specs/man/java.html)
HEAP = "-XX:MaxRAMPercentage=75.0"
GRADLE_HOME = "/var/cache/gradle"  # the home that Gradle's own image brings is a link, which no cache can be mounted over
# archives beside the one that can be started
OTHER_ARCHIVES = ("*-plain.jar", "original-*.jar", "*-sources.jar", "*-javadoc.jar", "*-tests.jar")


class Packed(NamedTuple):
    """`collect` moves the result to `/out`; `entrypoint` starts it from `/app`."""

    collect: str
    entrypoint: tuple[str, ...]


class Plan(NamedTuple):
    """`context` is the folder that the build needs, `files` what it needs of it (repository paths of files and folders)."""

    context: str
    files: tuple[str, ...]
    command: str
    wrapped: bool
    packed: Packed
    tool_version: str | None = None  # exactly this one, where the repository says so


def java_jar(archive: str, folder: str) -> Packed:
    """One archive that starts by itself, in a folder of the build. Where its name may carry a version, others are left out."""
    suffix = archive.rpartition(".")[2]
    target = f"/out/app.{suffix}"
    start = ("java", HEAP, "-jar", f"/app/app.{suffix}")
    if "*" not in archive:
        return Packed(f"mkdir /out && mv {folder}/{archive} {target}", start)
    others = " ".join(f"! -name '{name}'" for name in OTHER_ARCHIVES)
    return Packed(f"mkdir /out && find {folder} -maxdepth 1 -name '{archive}' {others} -exec mv {{}} {target} ';'", start)


def quarkus(folder: str) -> Packed:
    return Packed(f"mv {folder}/quarkus-app /out", ("java", HEAP, "-jar", "/app/quarkus-run.jar"))


def main_class(libraries: str, name: str) -> Packed:
    """A class path of archives: the script that starts it elsewhere needs a shell, which the image does not have."""
    return Packed(f"mv {libraries} /out", ("java", HEAP, "-cp", "/app/*", name))


def recipe(service: Service, plan: Plan, road: Road, pins: Pins) -> ImageRecipe | None:
    """None when no pinned base fits the version."""
    tool = service.build_tool or ""
    build = _jdk_image(service, pins) if plan.wrapped else _tool_image(tool, plan.tool_version, service, pins)
    runtime, syntax = _runtime(service, pins), pins.image(SYNTAX_IMAGE)
    if build is None or runtime is None or syntax is None:
        return None
    own = tuple(path if plan.context == "." else path[len(plan.context) + 1 :] for path in plan.files)
    values: dict[str, Any] = {
        "copies": tuple(_copies(own)),
        "mirror": _mirror(tool, road),
        "secrets": tuple(dict.fromkeys(registry.secret for registry in service.registries)),
        "cache": "/root/.m2/repository" if tool == "maven" else GRADLE_HOME,
        "build": plan.command,
        "collect": plan.packed.collect,
        "entrypoint": plan.packed.entrypoint,
        "user": f"{UID}:{UID}",
        "port": service.port,
    }
    bases = {"syntax": syntax.reference, "build": build, "runtime": runtime}
    context = None if plan.context == service.directory else plan.context
    return ImageRecipe(TEMPLATE, values, bases, own, UID, context)


def existing(repo: Repo, folder: str, names: Iterable[str]) -> tuple[str, ...]:
    """Repository paths of those files and folders that are there."""
    prefix = "" if folder == "." else f"{folder}/"
    return tuple(prefix + name for name in names if repo.has(prefix + name) or repo.under(prefix + name))


def _copies(paths: tuple[str, ...]) -> Iterable[tuple[str, ...]]:
    """Files at the top in one step, everything else to the place it has in the repository."""
    top = tuple(path for path in paths if "/" not in path and _is_file(path))
    if top:
        yield (*top, "./")
    for path in paths:
        if path not in top:
            yield (path, path)


def _is_file(path: str) -> bool:
    return "." in path.lstrip(".") or path in ("mvnw", "gradlew")


def _mirror(tool: str, road: Road) -> str:
    """Makes the tool fetch from the organisation's index alone; empty when the road has none."""
    from shlex import quote

    url = road.indexes.get("maven")
    if not url:
        return ""
    if tool == "maven":
        text = f"<settings><mirrors><mirror><id>road</id><mirrorOf>*</mirrorOf><url>{url}</url></mirror></mirrors></settings>"
        return f"mkdir -p /root/.m2 && printf '%s' {quote(text)} > /root/.m2/settings.xml"
    lines = (
        f"def only = {{ it.clear(); it.maven {{ url = uri('{url}') }} }}",
        "beforeSettings { only(it.pluginManagement.repositories) }",
        "allprojects { only(buildscript.repositories); afterEvaluate { only(repositories) } }",
    )
    # not below the cache, which would hide it
    return "printf '%s\\n' " + " ".join(quote(line) for line in lines) + " > /road.gradle"


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
    """A JDK for the build. Gradle's toolchains insist on the stated version, so an exact one of any image comes first."""
    wanted = jdk(service.language_version) or OLDEST
    if service.build_tool == "gradle" and not pins.image("eclipse-temurin", rf"{wanted}(?:\.[\d._]*)?-jdk\Z"):
        exact = pins.image("gradle", rf"[\d.]+-jdk{wanted}\Z")
        return exact.reference if exact else None
    for major in (version for version in LONG_TERM if version >= wanted):
        pin = pins.image("eclipse-temurin", rf"{major}(?:\.[\d._]*)?-jdk\Z")
        if pin:
            return pin.reference
    return None


def _tool_image(name: str, version: str | None, service: Service, pins: Pins) -> str | None:
    """The tool's own image, on a JDK that compiles for the stated version."""
    wanted = jdk(service.language_version) or OLDEST
    number = escape(version) if version else r"[\d.]+"
    for major in (each for each in LONG_TERM if each >= wanted):
        pin = pins.image(name, rf"{number}-(?:eclipse-temurin-|jdk){major}\Z")
        if pin:
            return pin.reference
    return None
