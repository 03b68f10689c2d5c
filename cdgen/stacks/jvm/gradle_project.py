"""One Gradle project with all that configures it: its script, what that applies, conventions, the root's shared blocks."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property, lru_cache

from cdgen.model.facts import Source
from cdgen.repo import Repo
from cdgen.repo.patterns import compiled
from cdgen.stacks.base import matches
from cdgen.stacks.jvm.build import Build, Dependency, Plugin
from cdgen.stacks.jvm.gradle_script import Names, Script, blocks, build_file, members, plugins, read, root_of, settings_file
from cdgen.stacks.jvm.gradle_script import dependencies as script_dependencies

# folders of builds that hold convention plugins: a script there is a plugin of its file's name
CONVENTIONS = (
    "{buildSrc,build-logic,buildLogic,gradle/build-logic,gradle/plugins,conventions,build-conventions}/**/*.{gradle,gradle.kts}"
)
SIBLING = r"(?m)^(.*?)\bproject\(\s*(?:path\s*[:=]\s*)?[\"'](:[\w:.-]+)[\"']|^(.*?)\bprojects\.([\w.]+)"
# plugins and calls of a project that makes something to run
RUNNABLE_PLUGINS = (
    "application",
    "org.springframework.boot",
    "spring-boot",
    "war",
    "io.quarkus",
    "io.micronaut.application",
    "io.micronaut.minimal.application",
    "io.ktor.plugin",
    "com.github.johnrengelman.shadow",
    "com.gradleup.shadow",
    "com.google.cloud.tools.jib",
    "org.grails.grails-web",
    "liberty",
)


class Project:
    """`scripts` are in the order in which they have a say: the nearest first."""

    def __init__(self, repo: Repo, directory: str) -> None:
        self.repo = repo
        self.directory = directory
        self.root = root_of(repo, directory)
        self.file = build_file(repo, directory)
        self.settings = settings_file(repo, self.root)
        own = [read(repo, self.file)] if self.file else []
        top = self._root_script()
        folders = dict.fromkeys((directory, self.root))
        self.names = Names(repo, folders, [*own, *top])
        shared = [block for script in top for name in ("allprojects", "subprojects") for block in blocks(script, name)]
        applied = [script for each in (*own, *shared) for script in self._applied(each)]
        seen = [*own, *applied, *shared]
        self.scripts = (*seen, *self._conventions(seen))
        self.buildscripts = tuple(block for script in top for name in ("buildscript", "plugins") for block in blocks(script, name))

    def _root_script(self) -> list[Script]:
        path = build_file(self.repo, self.root) if self.root != self.directory else None
        return [read(self.repo, path)] if path else []

    def _applied(self, script: Script) -> Iterator[Script]:
        """`apply from: "$rootDir/gradle/x.gradle"`, relative to the root or to the script."""
        for match in matches(r"\bapply\s*\(?\s*from\s*[:=]\s*(?:[\w.]*file\()?\s*[\"']([^\"'\n]+)[\"']", script.text):
            name = compiled(r"^\$\{?(?:rootProject\.projectDir|rootDir|rootProject\.rootDir)\}?/").sub("", match.group(1))
            here = script.path.rpartition("/")[0]
            for folder in (self.root if self.root != "." else "", here):
                path = f"{folder}/{name}".lstrip("/")
                if self.repo.has(path):
                    yield read(self.repo, path)
                    break

    def _conventions(self, scripts: list[Script]) -> Iterator[Script]:
        """Convention plugins of this repository that the scripts apply, and those that these apply."""
        pending = list(scripts)
        known = dict(_convention_files(self.repo, self.root))
        while pending and known:
            text = pending.pop().text
            for stem in [stem for stem in known if compiled(rf"[\"'`]{stem.replace('.', '[.]')}[\"'`]").search(text)]:
                script = read(self.repo, known.pop(stem))
                pending.append(script)
                yield script

    @property
    def name(self) -> str:
        """The project's name: stated by the settings for the root, else its folder's."""
        if self.directory == self.root and self.settings:
            match = compiled(r"rootProject\.name\s*=\s*[\"']([^\"']+)").search(read(self.repo, self.settings).text)
            if match:
                return match.group(1)
        return self.directory.rpartition("/")[2] if self.directory != "." else self.repo.name

    @cached_property
    def plugins(self) -> tuple[Plugin, ...]:
        """Applied plugins; the version is often fixed in the root's `plugins` block or on the build script's class path."""
        fixed = {
            plugin.name: plugin.version for script in self.buildscripts for plugin in plugins(script, self.names) if plugin.version
        }
        found: list[Plugin] = []
        for script in self.scripts:
            for plugin in plugins(script, self.names):
                name = plugin.name.replace(".", "[.]")
                if "apply" not in script.text or not compiled(rf"{name}[\"']?\)?[^\n]*apply[ (]false").search(script.text):
                    found.append(plugin if plugin.version else plugin._replace(version=fixed.get(plugin.name)))
        return tuple(found)

    @property
    def is_runnable(self) -> bool:
        return any(plugin.name in RUNNABLE_PLUGINS for plugin in self.plugins)

    def dependencies(self) -> Iterator[tuple[Dependency, bool]]:
        for script in self.scripts:
            yield from script_dependencies(script, self.names)
        for block in self.buildscripts:
            yield from ((dependency, True) for dependency, _ in script_dependencies(block, self.names))

    def siblings(self) -> tuple[str, ...]:
        """Folders of the projects that this one depends on, tests left out."""
        found: dict[str, None] = {}
        modules = self.modules()
        for script in self.scripts:
            for match in matches(SIBLING, script.text):
                before = match.group(1) if match.group(2) else match.group(3)
                if compiled(r"(?i)test\w*\s*\(?\s*$|evaluationDependsOn").search(before or ""):
                    continue
                folder = self._folder(match.group(2) or match.group(4), modules)
                if folder:
                    found[folder] = None
        return tuple(folder for folder in found if folder != self.directory)

    def _folder(self, name: str, modules: tuple[str, ...]) -> str | None:
        plain = compiled(r"(?<=[a-z0-9])([A-Z])").sub(lambda match: f"-{match.group(1).lower()}", name) if name[0] != ":" else name
        path = plain.strip(":").replace(":", "/").replace("." if name[0] != ":" else "\0", "/")
        full = path if self.root == "." else f"{self.root}/{path}"
        return (
            full
            if full in modules
            else next((module for module in modules if module.rpartition("/")[2] == path.rpartition("/")[2]), None)
        )

    def modules(self) -> tuple[str, ...]:
        return members(read(self.repo, self.settings), self.root) if self.settings else ()

    def statement(self, pattern: str) -> Iterator[tuple[str, Source]]:
        """(value, place) of every `group 1` that a pattern finds, nearest script first; names replaced by what they stand for."""
        for script in self.scripts:
            for match in matches(pattern, script.text):
                value, place = self.names.value(match.group(1))
                if value:
                    yield value, place or script.source(match.start(1))


@lru_cache(maxsize=512)
def project_of(repo: Repo, directory: str) -> Project:
    return Project(repo, directory)


@lru_cache(maxsize=64)
def _convention_files(repo: Repo, root: str) -> tuple[tuple[str, str], ...]:
    """(plugin id, path) of the convention plugins of a build."""
    names = ((path.rpartition("/")[2].removesuffix(".kts").removesuffix(".gradle"), path) for path in repo.glob(CONVENTIONS, root))
    return tuple((name, path) for name, path in names if name not in ("build", "settings"))


def _has_image(repo: Repo, directory: str) -> bool:
    return repo.has("Dockerfile" if directory == "." else f"{directory}/Dockerfile")


def build_of(repo: Repo, directory: str, project: Project) -> Build:
    """The project with the projects of the same build that it depends on, whose dependencies are its own too."""
    projects = {project.directory: project}
    # a library is only itself; what makes a project run may stand in a plugin of the build, but then its image tells
    pending = [project] if project.is_runnable or _has_image(repo, project.directory) else []
    while pending:
        for folder in pending.pop().siblings():
            if folder not in projects and build_file(repo, folder):
                projects[folder] = project_of(repo, folder)
                pending.append(projects[folder])
    every = [pair for each in projects.values() for pair in each.dependencies()]
    return Build(
        tool="gradle",
        directory=directory,
        root=project.root,
        name=project.name,
        dependencies=tuple(dict.fromkeys(dependency for dependency, fixes in every if not fixes)),
        plugins=project.plugins,
        members=(directory, *(folder for folder in projects if folder != directory)),
        managed=tuple(dict.fromkeys(dependency for dependency, fixes in every if fixes)),
    )
