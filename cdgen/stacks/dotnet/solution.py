"""Solutions: lists of projects that are worked on together, in the old form (`.sln`) and the one in XML (`.slnx`)."""

from __future__ import annotations

from posixpath import normpath

from cdgen.errors import InputError
from cdgen.repo import Repo
from cdgen.repo.patterns import compiled

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


def solutions_of(repo: Repo, project: str) -> tuple[str, ...]:
    """The solutions that list a project, the nearest to it first."""
    folder = project.rpartition("/")[0]
    found = [path for path in repo.glob(SOLUTIONS) if project in members(repo, path)]
    above = [path for path in found if f"{folder}/".startswith(path.rpartition("/")[0])]
    return tuple(sorted(above, key=lambda path: (-path.count("/"), path)))
