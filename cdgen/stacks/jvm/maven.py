"""Maven."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source
from cdgen.model.road import Road
from cdgen.model.service import ImageRecipe, Service, Toolchain
from cdgen.repo import Repo, Scope
from cdgen.repo.patterns import compiled
from cdgen.road.pins import Pins
from cdgen.stacks.base import Candidate
from cdgen.stacks.jvm import base, image_recipe, maven_commands, registries
from cdgen.stacks.jvm.build import Build, Plugin
from cdgen.stacks.jvm.maven_version import versions
from cdgen.stacks.jvm.pom import Pom, pom_of

id = "maven"
family = "jvm"
title = "Maven"
paved = True

WRAPPER = ".mvn/wrapper/maven-wrapper.properties"
# a module that makes something to run: a plugin that packages a program, or an archive for a server
RUNNABLE = (
    r"<artifactId>(?:spring-boot|quarkus|micronaut|liberty|jib|exec|wildfly)-maven-plugin</artifactId>"
    r"|<packaging>war</packaging>|<mainClass>"
)
PARENT = r"<packaging>\s*pom\s*</packaging>"
# beside the pom, of use to the compiler or the build
TOP_FILES = ("lombok.config", "settings.xml", "checkstyle.xml")
# an image is built from files alone: what asks git for the commit would end the build
WITHOUT_GIT = " -Dmaven.gitcommitid.skip=true"
NOT_PROJECTS = r"(?:^|/)(?:src/(?:it|test)|archetype-resources|\.mvn|testdata|test-projects)/"


def detect(repo: Repo) -> Iterator[Candidate]:
    """Every folder with a pom.xml. A parent only joins others, unless it is the one place that an image is built from."""
    poms = [
        path for path in repo.files if (path == "pom.xml" or path.endswith("/pom.xml")) and not compiled(NOT_PROJECTS).search(path)
    ]
    whole = {
        folder: member for path in poms if (folder := _folder(path)) is not None and (member := _only_program(repo, folder, poms))
    }
    for path in poms:
        folder = _folder(path)
        text = repo.text(path) or ""
        parent = bool(compiled(PARENT).search(text))
        if folder in whole.values():
            continue
        locked = repo.has(WRAPPER if folder == "." else f"{folder}/{WRAPPER}")
        yield Candidate("maven", folder, repo.source(path), 3 if locked else 2, root_only=parent and folder not in whole)


def _folder(path: str) -> str:
    return path.rpartition("/")[0] or "."


def _only_program(repo: Repo, folder: str, poms: list[str]) -> str | None:
    """The one module that runs, of a parent with a Dockerfile beside it: parent and module are then one service."""
    prefix = "" if folder == "." else f"{folder}/"
    text = repo.text(f"{prefix}pom.xml") or ""
    if not compiled(PARENT).search(text) or not any(repo.has(f"{prefix}{name}") for name in ("Dockerfile", "Containerfile")):
        return None
    members = [prefix + name.strip() for name in compiled(r"<module>([^<]+)</module>").findall(text)]
    running = [
        member
        for member in members
        if f"{member}/pom.xml" in poms and compiled(RUNNABLE).search(repo.text(f"{member}/pom.xml") or "")
    ]
    return running[0] if len(running) == 1 else None


def facts(scope: Scope) -> Iterator[Fact]:
    pom = _pom(scope)
    build = build_of(scope.repo, scope.directory, pom)
    place = Source(pom.path)
    yield Fact(f.BUILD_TOOL, "maven", place, Origin.MANIFEST, Confidence.DECLARED, "pom.xml")
    for element in pom.chain[1:]:
        yield Fact(f.BUILD_TOOL, "maven", Source(element.path), Origin.MANIFEST, Confidence.DECLARED, "parent of pom.xml")
    wrapper = maven_commands.wrapper(scope, pom)
    if wrapper:
        properties = wrapper.properties
        yield Fact(f.BUILD_TOOL, "maven", Source(properties), Origin.SCRIPT, Confidence.DECLARED, "Maven wrapper")
        found = compiled(r"apache-maven/(\d[\w.-]*)/|apache-maven-(\d[\d.]*)-bin").search(scope.repo.text(properties) or "")
        if found:
            where = scope.repo.source(properties, "distributionUrl")
            yield Fact(f.BUILD_TOOL_VERSION, found.group(1) or found.group(2), where, Origin.SCRIPT, note="Maven wrapper")
    yield from versions(pom)
    yield from base.facts(scope, build)
    yield from maven_commands.facts(scope, pom, build)
    yield from registries.maven(scope, pom)


def _pom(scope: Scope) -> Pom:
    """The service's pom; for a parent that is one service with its only program, the program's."""
    path = scope.path("pom.xml")
    poms = [each for each in scope.repo.files if each.endswith("pom.xml")]
    member = _only_program(scope.repo, scope.directory, poms)
    return pom_of(scope.repo, f"{member}/pom.xml" if member else path)


def build_of(repo: Repo, directory: str, pom: Pom) -> Build:
    """The module with the modules of the same repository that it depends on, whose dependencies are its own too."""
    modules = _modules(repo, pom)
    poms, pending = {pom.directory: pom}, [pom]
    while pending:
        for each in pending.pop().dependencies():
            folder = modules.get(each.name)
            if folder and folder not in poms and not each.test:
                poms[folder] = pom_of(repo, f"{folder}/pom.xml" if folder != "." else "pom.xml")
                pending.append(poms[folder])
    own = tuple(each for member in poms.values() for each in member.dependencies())
    first = (directory, *(folder for folder in poms if folder != directory))
    return Build(
        tool="maven",
        directory=directory,
        root=pom.root if pom.root != pom.directory else directory,
        name=pom.value(pom.project.text("artifactId")),
        dependencies=own,
        plugins=(*pom.used_plugins(), *_war(pom)),
        members=first,
        managed=tuple(pom.managed()),
    )


def _war(pom: Pom) -> Iterator[Plugin]:
    """An archive for a server is something that runs, as with Gradle's plugin of this name."""
    if pom.project.text("packaging") == "war":
        yield Plugin("war", None, pom.line(pom.path, ">war<"))


def _modules(repo: Repo, pom: Pom) -> dict[str, str]:
    """`group:artifact` of the other modules of the same reactor -> folder. Poms are opened only if a parent names them."""
    found: dict[str, str] = {}
    for parent in pom.chain[1:]:
        base_folder = parent.path.rpartition("/")[0]
        for module in parent.children("modules", "module"):
            folder = f"{base_folder}/{module.node.text.strip()}".lstrip("/") if module.node.text else ""
            path = f"{folder}/pom.xml"
            if folder != pom.directory and repo.has(path):
                other = pom_of(repo, path)
                group = other.value(other.project.text("groupId") or other.project.text("parent", "groupId"))
                found[f"{group}:{other.project.text('artifactId')}"] = folder
    return found


def toolchain(service: Service, pins: Pins) -> Toolchain:  # noqa: ARG001  (a JDK is set up by its major version)
    return base.toolchain(service, "maven", base.build_files(service, ("pom.xml",)))


def image(service: Service, scope: Scope, road: Road, pins: Pins) -> ImageRecipe | None:
    """None when nothing is packaged that can be started. A module is built from the topmost parent, with the modules it needs."""
    pom = _pom(scope)
    target = maven_commands.archive(pom)
    top = pom.chain[-1].path.rpartition("/")[0] or "."
    if target is None or build_of(scope.repo, scope.directory, pom).find(maven_commands.DROPWIZARD):
        return None  # Dropwizard starts with arguments and a file that only the team can name
    wrapper = maven_commands.wrapper(scope, pom)
    wrapped = wrapper is not None and (wrapper.script.rpartition("/")[0] or ".") == top and _can_fetch(scope.repo, wrapper, road)
    own = "" if pom.directory == top else pom.directory if top == "." else pom.directory.removeprefix(f"{top}/")
    modules = [folder for folder in _reactor(scope.repo, top) if folder != top]
    members = build_of(scope.repo, scope.directory, pom).members if own else (pom.directory,)
    files = [
        *image_recipe.existing(scope.repo, top, ("pom.xml", ".mvn", *(("mvnw",) if wrapped else ()), *TOP_FILES)),
        *(path for folder in modules for path in image_recipe.existing(scope.repo, folder, ("pom.xml",))),
        *(path for folder in members for path in image_recipe.existing(scope.repo, folder, ("src",))),
    ]
    selected = f" -pl {own} -am" if own else ""
    option = maven_commands.settings_option(scope.repo, top)
    option += WITHOUT_GIT if pom.plugin("git-commit-id-maven-plugin") or pom.plugin("git-commit-id-plugin") else ""
    command = f"{'./mvnw' if wrapped else 'mvn'} -B{option} -DskipTests{selected} package"
    plan = image_recipe.Plan(top, tuple(dict.fromkeys(files)), command, wrapped, _packed(target, own))
    return image_recipe.recipe(service, plan, road, pins)


def _can_fetch(repo: Repo, wrapper: maven_commands.Wrapper, road: Road) -> bool:
    """Whether the wrapper gets its Maven in an image. It asks the host in its properties, whatever the road's index is; and without
    `unzip`, which the JDK's image does not have, the script takes another archive than the one whose digest is stated
    (https://github.com/apache/maven-wrapper/issues/425). Maven's own image serves then.
    """
    stated = repo.text(wrapper.properties) or ""
    by_script = "distributionSha256Sum" in stated and "wrapperUrl" not in stated
    return not (by_script or road.indexes.get("maven"))


def _packed(target: str, module: str) -> image_recipe.Packed:
    folder = f"{module}/target" if module else "target"
    if target.endswith("quarkus-run.jar"):
        return image_recipe.quarkus(folder)
    return image_recipe.java_jar(target.removeprefix("target/"), folder)


def _reactor(repo: Repo, folder: str) -> Iterator[str]:
    """A folder and all modules below that its poms name: Maven reads each of their poms before it builds one."""
    prefix = "" if folder == "." else f"{folder}/"
    if not repo.has(f"{prefix}pom.xml"):
        return
    yield folder
    for name in compiled(r"<module>\s*([^<\s]+)\s*</module>").findall(repo.text(f"{prefix}pom.xml") or ""):
        yield from _reactor(repo, prefix + name.strip("/"))
