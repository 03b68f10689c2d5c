"""Which build tool claims which folder. The lock file decides; two locks that both can be installed are two equal claims."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from cdgen.model.facts import Source
from cdgen.repo import Repo
from cdgen.repo.patterns import compiled
from cdgen.stacks.base import Candidate
from cdgen.stacks.python.base.project import LOCKS

LOCKFILE, MANIFEST, SOURCES = 3, 2, 1  # strength of a claim
NAMES = frozenset({"pyproject.toml", "Pipfile", "setup.py", "setup.cfg", "requirements.txt", "requirements.in", *LOCKS.values()})
# files that run Python code without saying what it needs
RUNS = frozenset({"runtime.txt", ".python-version", "Procfile", "environment.yml", "environment.yaml", "Dockerfile"})
NOT_RUNTIME = r"(?:^|[-_])(?:dev|tests?|docs?|lint|ci|build|style|typing)(?:[-_.]|$)"
BACKENDS = (  # build backend, as [build-system] names it -> stack
    (r"poetry(?:\.core)?\.masonry", "poetry"),
    (r"pdm\.(?:backend|pep517)", "pdm"),
    (r"hatchling", "hatch"),
    (r"setuptools", "setuptools"),
    (r"uv_build", "uv"),
)


class Folder(NamedTuple):
    directory: str
    names: frozenset[str]  # build files directly in it
    has_code: bool  # Python files in it or below

    def path(self, name: str) -> str:
        return name if self.directory == "." else f"{self.directory}/{name}"


@lru_cache(maxsize=2)
def claims(repo: Repo) -> tuple[Candidate, ...]:
    """Every claim of the family, folders in order. Reads each `pyproject.toml` once, as text."""
    folders = _folders(repo)
    found: list[Candidate] = []
    for folder in folders:
        claimed = {claim.directory for claim in found}
        if not (repo.has(folder.path("__init__.py")) and _above(folder.directory) & claimed):  # a package of the service above
            found += _claims(repo, folder)
    claimed = {claim.directory for claim in found}
    found += [claim for folder in folders if folder.directory not in claimed for claim in _bare(repo, folder, claimed)]
    return tuple(found)


def _folders(repo: Repo) -> list[Folder]:
    """Folders with build files. Hidden folders hold settings of tools, never a service."""
    names: dict[str, set[str]] = {}
    code: set[str] = set()
    for path in repo.files:
        directory, _, name = path.rpartition("/")
        if directory.startswith(".") or "/." in directory:
            continue
        if name.endswith(".py"):
            code.add(directory or ".")
        if name in NAMES or name in RUNS:
            names.setdefault(directory or ".", set()).add(name)
        elif name.endswith((".txt", ".in")):
            owner, relative = _owner(directory, name)
            if relative:
                names.setdefault(owner, set()).add(relative)
    return [Folder(directory, frozenset(found), _is_below(code, directory)) for directory, found in sorted(names.items())]


def _owner(directory: str, name: str) -> tuple[str, str]:
    """The folder that a requirements file belongs to, and its path there; `requirements/` belongs to the folder above."""
    parent, _, last = directory.rpartition("/")
    if last == "requirements":
        return parent or ".", f"{last}/{name}"
    named = compiled(r"requirements[-_][\w.-]+\.(?:txt|in)|[\w.-]+[-_]requirements\.(?:txt|in)").fullmatch(name)
    return directory or ".", name if named else ""


def _is_below(code: set[str], directory: str) -> bool:
    return bool(code) and (directory == "." or directory in code or any(path.startswith(f"{directory}/") for path in code))


def _claims(repo: Repo, folder: Folder) -> Iterator[Candidate]:
    text = (repo.text(folder.path("pyproject.toml")) or "") if "pyproject.toml" in folder.names else ""
    locked = tuple(tool for tool, lock in LOCKS.items() if lock in folder.names and _can_use(tool, folder, text))
    for tool in locked:
        virtual = tool == "uv" and "[tool.uv.workspace]" in text and "[project]" not in text
        yield Candidate(tool, folder.directory, Source(folder.path(LOCKS[tool])), LOCKFILE, root_only=virtual)
    if locked:
        return
    workspace = _workspace_lock(repo, folder) if "[project]" in text else None
    if workspace:
        yield Candidate("uv", folder.directory, Source(workspace), LOCKFILE)
        return
    for tool, name in _manifests(repo, folder, text):
        yield Candidate(tool, folder.directory, Source(folder.path(name)), MANIFEST)


def _can_use(tool: str, folder: Folder, text: str) -> bool:
    """Whether a tool can still install from its lock here: a lock that outlived a move to another tool is no evidence."""
    if tool == "pipenv":
        return "Pipfile" in folder.names
    if tool == "poetry":
        return "[tool.poetry" in text or "[project]" in text and compiled(r"poetry(?:\.core)?\.masonry").search(text) is not None
    return "[project]" in text or tool == "uv" and "[tool.uv.workspace]" in text


def _workspace_lock(repo: Repo, folder: Folder) -> str | None:
    """The `uv.lock` of the nearest workspace above a folder."""
    parts = folder.directory.split("/") if folder.directory != "." else []
    for depth in range(len(parts) - 1, -1, -1):
        place = "/".join(parts[:depth])
        prefix = f"{place}/" if place else ""
        if repo.has(f"{prefix}uv.lock"):
            return f"{prefix}uv.lock" if "[tool.uv.workspace]" in (repo.text(f"{prefix}pyproject.toml") or "") else None
    return None


def _manifests(repo: Repo, folder: Folder, text: str) -> Iterator[tuple[str, str]]:
    """(stack, file) of a folder without a lock."""
    listed = _requirements_file(repo, folder)
    if "[tool.poetry" in text and "name" in text:
        yield "poetry", "pyproject.toml"
    elif "[tool.pdm" in text and "[project]" in text:
        yield "pdm", "pyproject.toml"
    elif "[tool.uv" in text and "[project]" in text and not listed:
        yield "uv", "pyproject.toml"
    elif "Pipfile" in folder.names:
        yield "pipenv", "Pipfile"
    elif not listed:
        yield from _backend(repo, folder, text)
    if listed:
        yield "pip", listed


def _backend(repo: Repo, folder: Folder, text: str) -> Iterator[tuple[str, str]]:
    if "[project]" in text or "[build-system]" in text:
        backend = compiled(r"(?m)^build-backend\s*=\s*[\"']([\w.:]+)").search(text)
        stated = backend.group(1) if backend else ""
        stack = next((stack for pattern, stack in BACKENDS if compiled(pattern).match(stated)), None)
        if stack is None and ("setup.py" in folder.names or "[tool.setuptools" in text):
            stack = "setuptools"
        if stack == "hatch" or stack == "setuptools" or "[project]" in text:
            yield stack or "pip", "pyproject.toml"
    elif "setup.py" in folder.names:
        yield "setuptools", "setup.py"
    elif "setup.cfg" in folder.names and "[options]" in (repo.text(folder.path("setup.cfg")) or ""):
        yield "setuptools", "setup.cfg"


def _requirements_file(repo: Repo, folder: Folder) -> str | None:
    """The requirements file that installs what runs, when there is one that says more than `-e .`."""
    if not folder.has_code:
        return None
    names = [name for name in folder.names if name.endswith((".txt", ".in")) and name != "runtime.txt"]
    main = [name for name in names if not compiled(NOT_RUNTIME).search(name.replace("requirements", "")[:-4])]
    for name in sorted(main, key=lambda name: (name != "requirements.txt", name.count("/"), name)):
        body = repo.text(folder.path(name)) or ""
        lines = [line for line in body.splitlines() if line.strip() and not line.lstrip().startswith("#")]
        if not lines or any(not compiled(r"(?:-e|--editable)?\s*\.(?:\[.*\])?\s*$").match(line) for line in lines):
            return name
    return None


def _above(directory: str) -> set[str]:
    return {".", *(directory[:at] for at, char in enumerate(directory) if char == "/")}


def _bare(repo: Repo, folder: Folder, claimed: set[str]) -> Iterator[Candidate]:
    """A folder whose Python runs without any manifest, here or above."""
    if claimed & _above(folder.directory) or not folder.names & RUNS:
        return
    prefix = folder.path("")
    own = [path for path in repo.under(folder.directory) if path.endswith(".py") and "/" not in path[len(prefix) :]]
    only_image = folder.names & RUNS == {"Dockerfile"}
    if own and not (only_image and "python" not in (repo.text(folder.path("Dockerfile")) or "").lower()):
        name = next((name for name in ("runtime.txt", ".python-version") if name in folder.names), None)
        yield Candidate("pip", folder.directory, Source(folder.path(name) if name else own[0]), SOURCES)
