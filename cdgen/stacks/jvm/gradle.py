"""Gradle, with scripts in Groovy or Kotlin."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source, Version
from cdgen.model.road import Road
from cdgen.model.service import ImageRecipe, Service, Toolchain
from cdgen.repo import Repo, Scope
from cdgen.repo.patterns import compiled
from cdgen.road.pins import Pins
from cdgen.stacks.base import Candidate
from cdgen.stacks.jvm import base, gradle_commands, image_recipe, registries
from cdgen.stacks.jvm.gradle_project import Project, build_of, project_of
from cdgen.stacks.jvm.gradle_script import BUILD_NAMES, SETTINGS_NAMES, Script, members, read, settings_file

id = "gradle"
family = "jvm"
title = "Gradle"
paved = True

# beside the scripts, of use to the build
TOP_FILES = ("gradlew", "gradle", "buildSrc", "build-logic", "buildLogic", "config", "lombok.config", "gradle.lockfile")
NOT_PROJECTS = r"(?:^|/)(?:buildSrc|build-logic|buildLogic|gradle|testdata|build-conventions|src/(?:main|it|\w*[tT]est\w*))/"
NOT_CODE = r"(?:^|/)(?:buildSrc|build-logic|buildLogic|build-conventions|gradle)/"  # plugins of the build itself
EXPRESSION = r"((?:\$\{[^}\n]*\}|[^\n;{}])+)"
# what fixes the Java version, the strongest statement first
VERSION = (
    (r"languageVersion\s*(?:=|\.set\()\s*JavaLanguageVersion\.of\(" + EXPRESSION, "toolchain"),
    (r"\bjvmToolchain\(" + EXPRESSION, "toolchain"),
    (r"\boptions\.release\s*(?:=|\.set\()\s*" + EXPRESSION, "options.release"),
    (r"\bjvmTarget\s*(?:=|\.set\()\s*" + EXPRESSION, "jvmTarget"),
    (r"\bsourceCompatibility\s*=?\s*" + EXPRESSION, "sourceCompatibility"),
    (r"\btargetCompatibility\s*=?\s*" + EXPRESSION, "targetCompatibility"),
)


def detect(repo: Repo) -> Iterator[Candidate]:
    """Every project. A root only joins others, unless it has code or is the one place that an image is built from."""
    folders = _folders(repo)
    whole = {root: program for root in folders if (program := _only_program(repo, root))}
    for folder, path in folders.items():
        if folder in whole.values():
            continue
        locked = repo.has("gradlew" if folder == "." else f"{folder}/gradlew")
        yield Candidate(
            "gradle", folder, Source(path), 3 if locked else 2, root_only=_only_joins(repo, folder) and folder not in whole
        )


def _folders(repo: Repo) -> dict[str, str]:
    """Folder -> the file that makes it a project; included projects may call their script like their folder."""
    found: dict[str, str] = {}
    for path in repo.files:
        folder, _, name = path.rpartition("/")
        if not path.endswith((".gradle", ".gradle.kts")) or compiled(NOT_PROJECTS).search(path):
            continue
        own = name in BUILD_NAMES or (name.removesuffix(".kts").removesuffix(".gradle") == folder.rpartition("/")[2] and folder)
        if own or (name in SETTINGS_NAMES and (folder or ".") not in found):
            found[folder or "."] = path
    return found


def _only_joins(repo: Repo, folder: str) -> bool:
    settings = settings_file(repo, folder)
    included = settings and members(read(repo, settings), folder)
    own = (path for path in _own_files(repo, folder, included or ()) if not compiled(NOT_CODE).search(path))
    return bool(included) and not any("/src/main/" in f"/{path}" for path in own)


def _own_files(repo: Repo, folder: str, included: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(path for path in repo.under(folder) if not path.startswith(tuple(f"{member}/" for member in included)))


@lru_cache(maxsize=512)
def _only_program(repo: Repo, root: str) -> str | None:
    """The one project that runs, of a root with a Dockerfile beside it: root and project are then one service."""
    settings = settings_file(repo, root)
    images = [path for path in repo.glob("{Dockerfile,Dockerfile.*,Containerfile}", root) if not path.endswith(".dockerignore")]
    if not settings or not images or not _only_joins(repo, root):
        return None
    running = [member for member in members(read(repo, settings), root) if project_of(repo, member).is_runnable]
    if len(running) > 1:
        text = "".join(repo.text(path) or "" for path in images)
        running = [member for member in running if f"{member.removeprefix(root + '/')}/" in text]
    return running[0] if len(running) == 1 else None


def facts(scope: Scope) -> Iterator[Fact]:
    project = _project(scope)
    build = build_of(scope.repo, scope.directory, project)
    for path in dict.fromkeys(each for each in (project.file, project.settings, *_locks(scope, project)) if each):
        yield Fact(f.BUILD_TOOL, "gradle", Source(path), Origin.MANIFEST, Confidence.DECLARED, path.rpartition("/")[2])
    wrapper = gradle_commands.wrapper(scope, project)
    if wrapper:
        yield Fact(f.BUILD_TOOL, "gradle", Source(wrapper.properties), Origin.SCRIPT, Confidence.DECLARED, "Gradle wrapper")
    version, where = _gradle_version(scope, project)
    if version:
        yield Fact(f.BUILD_TOOL_VERSION, version, where, Origin.SCRIPT, note="Gradle wrapper")
    yield from _version(project)
    yield from base.facts(scope, build)
    yield from gradle_commands.facts(scope, project, build)
    yield from registries.gradle((script.path, script.text) for script in (*project.scripts, *_settings_script(scope, project)))


def _gradle_version(scope: Scope, project: Project) -> tuple[str | None, Source | None]:
    """The version that the wrapper's properties fix, also where its script is not committed."""
    for folder in dict.fromkeys((scope.directory, project.root)):
        path = f"{'' if folder == '.' else folder + '/'}gradle/wrapper/gradle-wrapper.properties"
        found = compiled(r"gradle-(\d[\w.-]*?)-(?:bin|all)\.zip").search(scope.repo.text(path) or "")
        if found:
            return found.group(1), scope.repo.source(path, "distributionUrl")
    return None, None


def _settings_script(scope: Scope, project: Project) -> tuple[Script, ...]:
    return (read(scope.repo, project.settings),) if project.settings else ()


def _locks(scope: Scope, project: Project) -> tuple[str, ...]:
    """Files that fix versions: their content is what a cache of dependencies depends on."""
    prefix = "" if project.root == "." else f"{project.root}/"
    names = ("gradle/libs.versions.toml", "gradle.lockfile", "gradle/verification-metadata.xml", "gradle.properties")
    return tuple(prefix + name for name in names if scope.repo.has(prefix + name))


def _project(scope: Scope) -> Project:
    """The service's project; for a root that is one service with its only program, the program's."""
    return project_of(scope.repo, _only_program(scope.repo, scope.directory) or scope.directory)


def _version(project: Project) -> Iterator[Fact]:
    for pattern, why in VERSION:
        for value, place in project.statement(pattern):
            number = compiled(r"(?:VERSION_|JVM_|^[\"']?|\D)((?:1[._])?\d{1,2})[\"']?\)?$").search(value.strip())
            if number:
                text = number.group(1).replace("_", ".")
                yield Fact(f.LANGUAGE_VERSION, Version(text), place, Origin.MANIFEST, Confidence.DECLARED, why)
                return


def toolchain(service: Service, pins: Pins) -> Toolchain:  # noqa: ARG001  (a JDK is set up by its major version)
    names = (
        "build.gradle",
        "settings.gradle",
        "libs.versions.toml",
        "gradle.lockfile",
        "gradle-wrapper.properties",
        "gradle.properties",
    )
    return base.toolchain(service, "gradle", base.build_files(service, names))


def image(service: Service, scope: Scope, road: Road, pins: Pins) -> ImageRecipe | None:
    """None when no Gradle of the stated version can be had (wrapper or pinned image), or when nothing can be started."""
    project = _project(scope)
    wrapper = gradle_commands.wrapper(scope, project)
    made = gradle_commands.made(project)
    top = project.root
    if made is None or made.packed is None or (wrapper and (wrapper.script.rpartition("/")[0] or ".") != top):
        return None
    version, _ = _gradle_version(scope, project)
    if wrapper is None and version is None:
        return None
    own = "" if project.directory == top else project.directory if top == "." else project.directory.removeprefix(f"{top}/")
    members = build_of(scope.repo, scope.directory, project).members
    files = [
        *image_recipe.existing(scope.repo, top, TOP_FILES),
        *(path for folder in (top, *project.modules()) for path in _scripts(scope.repo, folder)),
        *(path for folder in members for path in image_recipe.existing(scope.repo, folder, ("src",))),
    ]
    task = f":{own.replace('/', ':')}:{made.task}" if own else made.task
    script = " --init-script /road.gradle" if road.indexes.get("maven") else ""
    if any(plugin.name == "com.gorylenko.gradle-git-properties" for plugin in project.plugins):
        task += " -x generateGitProperties"  # an image is built from files alone, without git
    packed = made.packed._replace(collect=made.packed.collect.replace("build/", f"{own}/build/") if own else made.packed.collect)
    program = "./gradlew" if wrapper else "gradle"
    command = f"{program} --no-daemon -g {image_recipe.GRADLE_HOME}{script} {task}"
    plan = image_recipe.Plan(top, tuple(dict.fromkeys(files)), command, wrapper is not None, packed, version)
    return image_recipe.recipe(service, plan, road, pins)


def _scripts(repo: Repo, folder: str) -> Iterator[str]:
    """Build scripts of a project: Gradle reads those of all projects before it builds one."""
    own = folder.rpartition("/")[2]
    names = (*BUILD_NAMES, *SETTINGS_NAMES, "gradle.properties", f"{own}.gradle", f"{own}.gradle.kts")
    yield from image_recipe.existing(repo, folder, names)
