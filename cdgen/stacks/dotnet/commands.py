"""How a .NET project is restored, checked, tested and built, from the service's folder."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import relpath
from shlex import quote

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, PrivateRegistry, Source
from cdgen.repo import Repo, Scope
from cdgen.repo.patterns import compiled
from cdgen.repo.syntax import literal, text
from cdgen.stacks.dotnet.code import Code, values
from cdgen.stacks.dotnet.kinds import is_program
from cdgen.stacks.dotnet.msbuild import nearest
from cdgen.stacks.dotnet.project import Project, closure, is_development_host, is_test, readable

LOCKFILE = "packages.lock.json"
INTEGRATION_NAME = r"(?i)(?:integration|functional|endtoend|e2e|acceptance|component|system|ui)[._-]?(?:test|spec)s?|\.it$"
NEEDS_SERVICE = r"Testcontainers(?:\..*)?|DotNet\.Testcontainers|Aspire\.Hosting\.Testing|Ductus\.FluentDocker"
IN_PROCESS = r"Microsoft\.AspNetCore\.(?:Mvc\.Testing|TestHost)"
# how tests are told apart within a project: a trait of xUnit, a category of NUnit and MSTest
CATEGORY = r"(?i)^integration(?:tests?)?$"
MARKS = """
(attribute name: (identifier) @name (attribute_argument_list) @arguments
  (#any-of? @name "Trait" "Category" "TestCategory"))
"""
RUNNERS = (("xunit", r"xunit(?:\..*)?"), ("nunit", r"NUnit(?:3TestAdapter)?"), ("mstest", r"MSTest(?:\..*)?"), ("tunit", r"TUnit"))
# in the folder of the service, where the report is looked for, and not in that of the tests
COLLECT = '--collect "XPlat Code Coverage" --results-directory TestResults'
STYLE = r"(?m)^\s*(?:dotnet_|csharp_|fsharp_)\w+"


def facts(scope: Scope, each: Project) -> Iterator[Fact]:
    place = Source(each.path)
    name = _named(scope, each)
    locked = scope.has(LOCKFILE)
    restore = f"dotnet restore{name}{' --locked-mode' if locked else ''}"
    if locked:
        yield Fact(f.INSTALL, restore, scope.source(LOCKFILE), Origin.LOCKFILE, Confidence.DECLARED, LOCKFILE)
    else:
        yield Fact(f.INSTALL, restore, place, Origin.MANIFEST, Confidence.INFERRED, "the .NET SDK")
    yield from _lint(scope, name)
    yield from tests(scope, each) if not is_development_host(each) else ()
    yield Fact(f.BUILD, f"dotnet build{name} --configuration Release", place, Origin.MANIFEST, Confidence.INFERRED, "the .NET SDK")
    if is_program(each):
        program = quote(f"{each.assembly}.dll")
        yield Fact(f.START, f"dotnet {program}", place, Origin.MANIFEST, Confidence.INFERRED, "what dotnet publish leaves")
    yield from _registries(scope.repo, scope.directory)


def _named(scope: Scope, each: Project) -> str:
    """The project by name where the folder holds another project or a solution: the tool takes a folder with one of them."""
    choices = scope.glob("*.{csproj,fsproj,vbproj,sln,slnx}")
    return f" {quote(relpath(each.path, scope.directory))}" if len(choices) > 1 else ""


def _lint(scope: Scope, name: str) -> Iterator[Fact]:
    """What a formatter is configured for: CSharpier by its own file, the SDK's by rules of style in `.editorconfig`."""
    tools = nearest(scope.repo, scope.directory, ".config/dotnet-tools.json") or nearest(
        scope.repo, scope.directory, "dotnet-tools.json"
    )
    if tools and '"csharpier"' in (scope.repo.text(tools) or ""):
        place = scope.repo.source(tools, '"csharpier"')
        command = "dotnet tool restore && dotnet csharpier check ."
        yield Fact(f.LINT, command, place, Origin.CONFIG, Confidence.INFERRED, "a tool of the repository")
        return
    config = nearest(scope.repo, scope.directory, ".editorconfig")
    if config and compiled(STYLE).search(scope.repo.text(config) or ""):
        place = scope.repo.source(config, STYLE)
        yield Fact(f.LINT, f"dotnet format{name} --verify-no-changes", place, Origin.CONFIG, Confidence.INFERRED, "rules of style")


def suites(repo: Repo, each: Project) -> tuple[tuple[Project, bool], ...]:
    """(test project, whether it needs more than itself) of those that test a project; of a test project itself."""
    if is_test(each):
        return ((each, _integrates(each)),)
    all_suites = [other for other in readable(repo) if is_test(other)]
    own = {each.path, *_own_parts(repo, each)}
    found = [other for other in all_suites if not own.isdisjoint(other.references) and _is_for(repo, other, each)]
    return tuple((other, _integrates(other)) for other in found)


def _is_for(repo: Repo, suite: Project, each: Project) -> bool:
    """A suite that refers to several programs is that of the one whose name its own begins with most; one that measures is none."""
    if suite.package(r"BenchmarkDotNet"):
        return False
    if not is_program(each) or each.path not in suite.references:
        return True
    programs = [other.name for other in readable(repo) if other.path in suite.references and is_program(other)]
    return _likeness(suite.name, each.name) == max(_likeness(suite.name, name) for name in programs)


def _likeness(one: str, other: str) -> int:
    from os.path import commonprefix

    return len(commonprefix([one.lower(), other.lower()]))


def _own_parts(repo: Repo, each: Project) -> Iterator[str]:
    """Projects that it is built with and no other program is: their tests are its tests."""
    parts = {part.path for part in closure(repo, each)[1:]}
    for other in readable(repo) if parts else ():
        if other.path != each.path and other.path not in parts and is_program(other):
            parts -= {part.path for part in closure(repo, other)}
    yield from parts


def _divided(found: tuple[tuple[Project, bool], ...]) -> tuple[list[Project], list[Project]]:
    """Unit and integration suites. Where nothing else tests it, a suite that runs the program within itself is the unit suite."""
    unit = [suite for suite, integrates in found if not integrates]
    whole = [suite for suite, integrates in found if integrates]
    if not unit:
        unit = [suite for suite in whole if suite.package(IN_PROCESS) and not suite.package(NEEDS_SERVICE)]
    return unit, [suite for suite in whole if suite not in unit]


def _integrates(suite: Project) -> bool:
    return bool(compiled(INTEGRATION_NAME).search(suite.name)) or suite.package(NEEDS_SERVICE) is not None


def tests(scope: Scope, each: Project) -> Iterator[Fact]:
    """Commands for the suites beside and above: from the service's folder, one after the other."""
    found = suites(scope.repo, each)
    unit, whole = _divided(found)
    marked = {suite.path: mark for suite in unit if (mark := _mark(scope.repo, suite))}
    yield from _runner(found)
    if unit:
        place = Source(unit[0].path)
        command = " && ".join(f"dotnet test{_argument(scope, suite)}{_without(marked.get(suite.path))}" for suite in unit)
        yield Fact(f.TEST, command, place, Origin.LAYOUT, Confidence.INFERRED, "test projects that refer to it")
        yield from _coverage(scope, unit, marked)
    yield from _integration(scope, whole, [suite for suite in unit if suite.path in marked], marked)


def _integration(
    scope: Scope, whole: list[Project], parts: list[Project], marked: dict[str, tuple[str, tuple[str, ...]]]
) -> Iterator[Fact]:
    commands = [f"dotnet test{_argument(scope, suite)}" for suite in whole]
    commands += [f"dotnet test{_argument(scope, suite)} --filter {quote(marked[suite.path][0])}" for suite in parts]
    for suite in whole:
        for path in _sources(scope.repo, suite):
            yield Fact(f.INTEGRATION_TESTS, path, Source(path), Origin.LAYOUT, Confidence.INFERRED, suite.name)
    for suite in parts:
        for path in marked[suite.path][1]:
            yield Fact(f.INTEGRATION_TESTS, path, Source(path), Origin.CODE, Confidence.INFERRED, marked[suite.path][0])
    if commands:
        place = Source((whole or parts)[0].path)
        yield Fact(f.INTEGRATION, " && ".join(commands), place, Origin.LAYOUT, Confidence.INFERRED, "integration tests")


def _sources(repo: Repo, suite: Project) -> Iterator[str]:
    for path in Code(repo, (suite,), tests=True).paths:
        if compiled(r"\[(?:Fact|Theory|Test|TestCase|TestMethod|SkippableFact)\b").search(repo.text(path) or ""):
            yield path


def _mark(repo: Repo, suite: Project) -> tuple[str, tuple[str, ...]] | None:
    """(filter, files) of tests that carry the category `Integration`."""
    code = Code(repo, (suite,), tests=True)
    filters: dict[str, None] = {}
    paths: dict[str, None] = {}
    for file, nodes in code.matches(MARKS, "Trait(", "Category("):
        words = [literal(each) or "" for each in values(nodes["arguments"])]
        if words and compiled(CATEGORY).match(words[-1]):
            key = {"Trait": words[0], "Category": "TestCategory", "TestCategory": "TestCategory"}[text(nodes["name"])]
            filters[f"{key}={words[-1]}"] = None
            paths[file.path] = None
    return (next(iter(filters)), tuple(paths)) if len(filters) == 1 else None


def _without(mark: tuple[str, tuple[str, ...]] | None) -> str:
    return f" --filter {quote(mark[0].replace('=', '!=', 1))}" if mark else ""


def _argument(scope: Scope, suite: Project) -> str:
    """The suite as `dotnet test` is told it: its folder where that holds one project alone."""
    if suite.folder == scope.directory:
        return _named(scope, suite)
    others = scope.repo.glob("*.{csproj,fsproj,vbproj,sln,slnx}", suite.folder)
    return f" {quote(relpath(suite.folder if len(others) == 1 else suite.path, scope.directory))}"


def _coverage(scope: Scope, unit: list[Project], marked: dict[str, tuple[str, tuple[str, ...]]]) -> Iterator[Fact]:
    """https://learn.microsoft.com/dotnet/core/testing/unit-testing-code-coverage"""
    collecting = [suite for suite in unit if suite.package(r"coverlet\.collector")]
    if len(collecting) == len(unit):
        source = next(suite.package(r"coverlet\.collector") for suite in collecting)
        commands = (f"dotnet test{_argument(scope, suite)}{_without(marked.get(suite.path))} {COLLECT}" for suite in unit)
        place = source.source if source else None
        yield Fact(f.COVERAGE, " && ".join(commands), place, Origin.MANIFEST, Confidence.INFERRED, "coverlet.collector")


def _runner(found: tuple[tuple[Project, bool], ...]) -> Iterator[Fact]:
    for suite, _ in found:
        for name, pattern in RUNNERS:
            package = suite.package(pattern)
            if package:
                yield Fact(f.TEST_RUNNER, name, package.source, Origin.MANIFEST, Confidence.DECLARED, package.name)
                break
        else:
            if suite.sdk.lower().startswith("mstest.sdk"):
                yield Fact(f.TEST_RUNNER, "mstest", suite.sdk_source, Origin.MANIFEST, Confidence.DECLARED, suite.sdk)


def nuget_config(repo: Repo, folder: str) -> str | None:
    """The nearest one, whichever of its three spellings (https://learn.microsoft.com/nuget/consume-packages/configuring-nuget-behavior)."""
    return next((path for name in ("nuget.config", "NuGet.config", "NuGet.Config") if (path := nearest(repo, folder, name))), None)


def _registries(repo: Repo, folder: str) -> Iterator[Fact]:
    """Private feeds: sources whose password is a variable of the environment."""
    from cdgen.errors import InputError

    path = nuget_config(repo, folder)
    try:
        root = repo.xml(path) if path else None
    except InputError:
        return
    if root is None or path is None:
        return
    sources = {item.get("key") or "": item.get("value") or "" for item in root.iterfind("packageSources/add")}
    for section in root.iterfind("packageSourceCredentials/*"):
        name = section.tag.replace("_x0020_", " ")
        secret = next((item.get("value", "") for item in section if "password" in (item.get("key") or "").lower()), "")
        variable, host = compiled(r"^%(\w+)%$").match(secret), compiled(r"^https?://([^/:]+)").match(sources.get(name, ""))
        if variable and host:
            registry = PrivateRegistry("nuget", host.group(1), variable.group(1))
            yield Fact(f.REGISTRY, registry, repo.source(path, section.tag), Origin.CONFIG, note="packageSourceCredentials")
