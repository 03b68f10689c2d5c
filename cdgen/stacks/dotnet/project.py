"""A project of the .NET SDK: what it targets, which packages and projects it is built with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

from cdgen.errors import InputError
from cdgen.model.facts import Source
from cdgen.repo import Repo, Scope
from cdgen.repo.patterns import compiled
from cdgen.stacks.dotnet.msbuild import Evaluation, Item, nearest, tag

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

PROJECTS = "**/*.{csproj,fsproj}"
LANGUAGES = {".csproj": "csharp", ".fsproj": "fsharp"}
# what a moniker names: https://learn.microsoft.com/dotnet/standard/frameworks
CORE = r"^net(?:coreapp)?(\d{1,3}\.\d{1,3})(?:-\w+(?:[\d.]+)?)?$"
STANDARD = r"^netstandard(\d{1,3}\.\d{1,3})$"
FULL = r"^net(\d)(\d)(\d)?$"
TEST_ADAPTERS = (
    r"Microsoft\.NET\.Test\.Sdk|xunit\.runner\..*|xunit\.v3.*|MSTest|MSTest\.TestAdapter|NUnit3TestAdapter|TUnit"
    r"|YoloDev\.Expecto\.TestSdk"
)
# folders that hold inputs of builds and their results, whatever a project has below it
NOT_CODE = r"(?:^|/)(?:obj|bin|node_modules|wwwroot|TestResults)/"


class Package(NamedTuple):
    name: str
    version: str | None
    source: Source
    runtime: bool  # not a tool of the build alone


class Target(NamedTuple):
    """`kind` is `core` (every .NET since .NET Core), `standard` (a library for all of them) or `framework` (Windows only)."""

    moniker: str
    kind: str
    version: str
    source: Source


class Project(NamedTuple):
    """`path` and all others are paths of the repository; `files` is everything that was read to know it."""

    path: str
    language: str
    sdk: str
    targets: tuple[Target, ...]
    properties: dict[str, str]
    places: dict[str, Source]
    packages: tuple[Package, ...]
    references: tuple[str, ...]
    frameworks: tuple[str, ...]
    items: tuple[Item, ...]
    files: tuple[str, ...]
    sdk_source: Source

    @property
    def folder(self) -> str:
        return self.path.rpartition("/")[0] or "."

    @property
    def name(self) -> str:
        """File name without its ending."""
        return self.path.rpartition("/")[2].rpartition(".")[0]

    @property
    def assembly(self) -> str:
        stated = self.properties.get("assemblyname", "")
        return self.name if not stated or "$(" in stated else stated

    def package(self, pattern: str) -> Package | None:
        """The first package whose name matches as a whole, case aside."""
        whole = compiled(rf"(?i)(?:{pattern})\Z")
        return next((package for package in self.packages if whole.match(package.name)), None)

    def is_true(self, name: str) -> bool:
        return self.properties.get(name.lower(), "").lower() == "true"


_files: WeakKeyDictionary[Repo, tuple[str, ...]] = WeakKeyDictionary()
_closures: WeakKeyDictionary[Repo, dict[str, tuple[Project, ...]]] = WeakKeyDictionary()
_known: WeakKeyDictionary[Repo, dict[str, Project]] = WeakKeyDictionary()


def project(repo: Repo, path: str) -> Project:
    """The project of a file, evaluated once. Raises InputError when it is not valid XML."""
    projects = _known.setdefault(repo, {})
    if path not in projects:
        projects[path] = _evaluate(repo, path)
    return projects[path]


def readable(repo: Repo) -> Iterator[Project]:
    """Every project of the repository that can be read."""
    for path in project_files(repo):
        try:
            yield project(repo, path)
        except InputError:
            continue


def project_files(repo: Repo) -> tuple[str, ...]:
    if repo not in _files:
        _files[repo] = tuple(path for path in repo.glob(PROJECTS) if not compiled(NOT_CODE).search(path))
    return _files[repo]


def own_project(scope: Scope) -> Project | None:
    """The project in a service's folder; of several the one that is called like the folder, then a web project, then the first.

    None in a folder without one. Raises InputError when it is not valid XML.
    """
    found = [project(scope.repo, scope.path(path)) for path in sorted(scope.glob("*.{csproj,fsproj}"))]
    name = scope.directory.rpartition("/")[2].lower()
    return min(found, key=lambda each: (each.name.lower() != name, ".web" not in each.sdk.lower(), is_test(each)), default=None)


def is_test(each: Project) -> bool:
    """Whether `dotnet test` runs it."""
    if each.properties.get("istestproject"):
        return each.is_true("IsTestProject")
    return bool(each.package(TEST_ADAPTERS)) or each.sdk.lower().startswith("mstest.sdk")


def is_development_host(each: Project) -> bool:
    """Whether it is there to start the other projects on a developer's machine (https://learn.microsoft.com/dotnet/aspire)."""
    named = "aspire.apphost" in each.sdk.lower() or each.is_true("IsAspireHost")
    return named or each.package(r"Aspire\.Hosting\.AppHost") is not None


def closure(repo: Repo, start: Project) -> tuple[Project, ...]:
    """The project and all that it is built with, itself first. What cannot be read is left out."""
    closures = _closures.setdefault(repo, {})
    if start.path not in closures:
        closures[start.path] = _closure(repo, start)
    return closures[start.path]


def _closure(repo: Repo, start: Project) -> tuple[Project, ...]:
    found = {start.path: start}
    pending = [*start.references]
    while pending:
        path = pending.pop(0)
        if path in found or not repo.has(path):
            continue
        try:
            found[path] = project(repo, path)
        except InputError:
            continue
        pending += found[path].references
    return tuple(found.values())


def _evaluate(repo: Repo, path: str) -> Project:
    made = Evaluation(repo, path)
    for name in ("Directory.Build.props", "Directory.Packages.props"):
        above = nearest(repo, made.folder, name)
        if above:
            made.read(above)
    root = made.read(path, strict=True)
    if root is None:
        raise repo.unreadable(path)
    targets = nearest(repo, made.folder, "Directory.Build.targets")
    if targets:
        made.read(targets)
    sdk = _sdk(root)
    return Project(
        path=path,
        language=LANGUAGES[path[path.rindex(".") :]],
        sdk=sdk,
        targets=tuple(_targets(made)),
        properties=made.properties,
        places=made.places,
        packages=tuple(_packages(made)),
        references=tuple(_references(made)),
        frameworks=tuple(item.include for item in made.items if item.kind == "FrameworkReference"),
        items=tuple(item for item in made.items if item.source.path == path),
        files=tuple(made.files),
        sdk_source=repo.source(path, r"<Project\b|<Sdk\b"),
    )


def _sdk(root: Element) -> str:
    named = root.get("Sdk") or next((child.get("Name") or "" for child in root if tag(child) == "Sdk"), "")
    return named or next((child.get("Sdk") or "" for child in root if tag(child) == "Import" and child.get("Sdk")), "")


def _targets(made: Evaluation) -> Iterator[Target]:
    """In the order of the file; monikers that are computed are left out."""
    for name in ("targetframework", "targetframeworks"):
        for moniker in made.properties.get(name, "").split(";"):
            found = target(moniker.strip(), made.places.get(name) or Source(made.files[-1]))
            if found:
                yield found
    old = made.properties.get("targetframeworkversion", "").lower()
    if old.startswith("v"):
        yield Target(old, "framework", old[1:], made.places["targetframeworkversion"])


def target(moniker: str, source: Source) -> Target | None:
    for pattern, kind in ((CORE, "core"), (STANDARD, "standard")):
        match = compiled(pattern).match(moniker.lower())
        if match:
            return Target(moniker, kind, match.group(1), source)
    match = compiled(FULL).match(moniker.lower())
    return Target(moniker, "framework", ".".join(part for part in match.groups() if part), source) if match else None


def _packages(made: Evaluation) -> Iterator[Package]:
    central = {item.include.lower(): item.attributes.get("version") for item in made.items if item.kind == "PackageVersion"}
    for item in made.items:
        if item.kind in ("PackageReference", "GlobalPackageReference") and "include" in item.attributes:
            version = item.attributes.get("versionoverride") or item.attributes.get("version") or central.get(item.include.lower())
            private = item.attributes.get("privateassets", "").lower() == "all"
            runtime = not private and item.kind == "PackageReference"
            yield Package(item.include, None if version is None or "$(" in version else version, item.source, runtime)


def _references(made: Evaluation) -> Iterator[str]:
    for item in made.items:
        if item.kind == "ProjectReference" and item.attributes.get("referenceoutputassembly", "").lower() != "false":
            place = made.place(item.include)
            if place and place.endswith(tuple(LANGUAGES)):
                yield place
