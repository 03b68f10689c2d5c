"""Solutions: lists of projects that are worked on together, in the old form (`.sln`) and the one in XML (`.slnx`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from posixpath import normpath

from cdgen.errors import InputError
from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source, Version
from cdgen.repo import Repo, Scope
from cdgen.repo.patterns import compiled
from cdgen.stacks.dotnet.kinds import is_program, runs
from cdgen.stacks.dotnet.project import Project, is_test, readable

DESCRIBED = ("Dockerfile", "Procfile")
SOLUTIONS = "**/*.{sln,slnx}"
# https://learn.microsoft.com/visualstudio/extensibility/internals/solution-dot-sln-file
LISTED = r'(?m)^Project\("\{[^"]*\}"\)\s*=\s*"[^"]*",\s*"([^"]+)"'


def members(repo: Repo, path: str) -> tuple[str, ...]:
    """Repository paths of the projects that a solution lists; none of a broken one."""
    home = path.rpartition("/")[0] or "."
    if path.endswith(".slnx"):
        try:
            root = repo.xml(path)
        except InputError:
            return ()
        listed = [element.get("Path") or "" for element in root.iter() if element.tag == "Project"] if root is not None else []
    else:
        listed = compiled(LISTED).findall(repo.text(path) or "")
    return tuple(normpath(f"{home}/{each.replace(chr(92), '/')}") for each in listed if each.endswith("proj"))


def only_program(repo: Repo, path: str) -> Project | None:
    """The one program of a solution, where its image or its processes are described beside the solution and not beside itself."""
    home = path.rpartition("/")[0]
    prefix = f"{home}/" if home else ""
    if not any(repo.has(prefix + name) for name in DESCRIBED):
        return None
    listed = members(repo, path)
    programs = [each for each in readable(repo) if each.path in listed and is_program(each)]
    if len(programs) != 1 or programs[0].folder == (home or "."):
        return None
    return None if any(repo.has(f"{programs[0].folder}/{name}") for name in DESCRIBED) else programs[0]


def facts(scope: Scope) -> Iterator[Fact]:
    """What is true of all projects of a folder's solution together."""
    paths = scope.glob("*.{sln,slnx}")
    listed = {path: members(scope.repo, scope.path(path)) for path in paths}
    main = max(paths, key=lambda path: (len(listed[path]), path.endswith(".slnx")), default=None)
    if main is None:
        return
    projects = [each for each in readable(scope.repo) if each.path in listed[main]]
    place = scope.source(main)
    yield Fact(f.BUILD_TOOL, "dotnet", place, Origin.MANIFEST, Confidence.DECLARED, "a solution of .NET")
    yield from _languages(projects, place)
    name = f" {main}" if len(paths) > 1 else ""
    yield Fact(f.INSTALL, f"dotnet restore{name}", place, Origin.MANIFEST, Confidence.INFERRED, main)
    yield Fact(f.BUILD, f"dotnet build{name} --configuration Release", place, Origin.MANIFEST, Confidence.INFERRED, main)
    if any(is_test(each) for each in projects):
        yield Fact(f.TEST, f"dotnet test{name}", place, Origin.MANIFEST, Confidence.INFERRED, main)


def _languages(projects: list[Project], place: Source) -> Iterator[Fact]:
    """The language of most projects; the version that all programs share."""
    counted = Counter(each.language for each in projects)
    if counted:
        yield Fact(f.LANGUAGE, counted.most_common(1)[0][0], place, Origin.MANIFEST, Confidence.DECLARED, "its projects")
    versions = {each.targets[-1].version for each in projects if each.targets and runs(each)}
    if len(versions) == 1:
        yield Fact(f.LANGUAGE_VERSION, Version(versions.pop()), place, Origin.MANIFEST, Confidence.INFERRED, "its programs")
