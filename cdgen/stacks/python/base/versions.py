"""Which Python a service asks for, and which of those the pins offer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source, Version
from cdgen.model.service import Service, Toolchain
from cdgen.repo.patterns import compiled
from cdgen.road.pins import Pins, version_key
from cdgen.stacks.python.base.manifests import PIPFILE, PYPROJECT, strings, table
from cdgen.stacks.python.base.project import Project
from cdgen.stacks.python.base.requirements import MAIN

IMAGE = "python"
NUMBER = r"\d+(?:\.\d+)*"
PINNED_TOOLS = ("uv", "poetry", "pipenv", "pdm")  # beside pip, which Python brings


def version_facts(project: Project) -> Iterator[Fact]:
    """Every file that fixes or limits the interpreter. A coarser version that agrees with a finer one is only INFERRED."""
    files = list(_version_files(project))
    for fact in files:
        text = fact.value.text
        finer = any(other.value.text.startswith(f"{text}.") for other in files)
        yield fact._replace(confidence=Confidence.INFERRED) if finer and fact.confidence is Confidence.DECLARED else fact
    yield from _manifests(project)
    # what a machine had when the requirements were compiled: an image that runs another version knows better
    for path, file in project.files.items():
        if file.python and file.group == MAIN:
            place = project.scope.source(path)
            yield Fact(f.LANGUAGE_VERSION, Version(file.python), place, Origin.LOCKFILE, Confidence.DEFAULT, "compiled with")


def _version_files(project: Project) -> Iterator[Fact]:
    scope = project.scope
    for name, read in ((".python-version", _python_version), ("runtime.txt", _runtime), (".tool-versions", _tool_versions)):
        places = [(scope.path(name), Confidence.DECLARED)] if scope.has(name) else []
        if not places and name != "runtime.txt":
            places = [(path, Confidence.INFERRED) for path in scope.above(name)[:1]]
        for path, confidence in places:
            found = read(scope.repo.lines(path))
            if found:
                number, version = found
                yield Fact(f.LANGUAGE_VERSION, Version(version), Source(path, number), Origin.VERSION_FILE, confidence, name)
    for name in ("mise.toml", ".mise.toml"):
        stated = strings(_mise(scope.toml(name)) if scope.has(name) else None)
        if stated and stated[0][:1].isdigit():
            place = scope.source(name, r"^\s*python\b")
            yield Fact(f.LANGUAGE_VERSION, Version(stated[0]), place, Origin.VERSION_FILE, Confidence.DECLARED, name)


def _mise(data: Any) -> Any:
    stated = table(data, "tools").get("python")
    return stated.get("version") if isinstance(stated, dict) else stated


def _python_version(lines: list[str]) -> tuple[int, str] | None:
    """The first line that is a version: the file may name a virtual environment or another interpreter instead."""
    for number, line in enumerate(lines, 1):
        text = line.split("#")[0].strip().removeprefix("cpython-").removeprefix("python-")
        if text:
            return (number, text) if compiled(r"(?:[<>=~!^]=?\s*)?\d").match(text) else None
    return None


def _runtime(lines: list[str]) -> tuple[int, str] | None:
    for number, line in enumerate(lines, 1):
        match = compiled(rf"^\s*python-({NUMBER})\s*$").match(line)
        if match:
            return number, match.group(1)
    return None


def _tool_versions(lines: list[str]) -> tuple[int, str] | None:
    for number, line in enumerate(lines, 1):
        match = compiled(rf"^\s*python\s+({NUMBER})").match(line)
        if match:
            return number, match.group(1)
    return None


def _manifests(project: Project) -> Iterator[Fact]:
    scope = project.scope
    stated: list[tuple[Any, str, str]] = [
        (table(project.pyproject, "project").get("requires-python"), PYPROJECT, r"^\s*requires-python\b"),
        (_poetry_python(project), PYPROJECT, r"^\s*python\s*="),
        (table(project.pipfile, "requires").get("python_full_version"), PIPFILE, r"python_full_version"),
        (table(project.pipfile, "requires").get("python_version"), PIPFILE, r"python_version"),
        *((setup.python, setup.path, r"python_requires") for setup in project.setups),
    ]
    seen: set[str] = set()
    for text, path, pattern in stated:
        # one file says it once: the first of two lines is the more exact one
        if isinstance(text, str) and text.strip(" *") and path not in seen:
            seen.add(path)
            yield Fact(f.LANGUAGE_VERSION, Version(text), scope.source(path, pattern), Origin.MANIFEST, Confidence.DECLARED, path)


def _poetry_python(project: Project) -> Any:
    stated = table(project.pyproject, "tool", "poetry", "dependencies").get("python")
    return stated.get("version") if isinstance(stated, dict) else stated


def is_dead(text: str) -> bool:
    """Whether a version statement allows Python 2 only."""
    match = compiled(NUMBER).search(text)
    return match is not None and version_key(match.group(0)) < (3,) and not text.lstrip().startswith((">", "!"))


def offered(pins: Pins) -> tuple[str, ...]:
    """The interpreters of the pinned images, newest first."""
    return pins.versions(IMAGE)


def resolve(text: str | None, pins: Pins) -> str | None:
    """A concrete version: an exact one as it is written, a range as the oldest pinned interpreter that it allows.

    The oldest, because a lock is only sure to have wheels for interpreters that were there when it was made.
    None when no pinned interpreter is in the range.
    """
    lines = offered(pins)
    if not text or not text.strip(" *"):
        return lines[-1] if lines else None
    exact = compiled(rf"^\s*={{0,3}}\s*({NUMBER})\s*$").match(text)
    if exact and "." in exact.group(1):
        return exact.group(1)
    return next((line for line in reversed(lines) if allows(text, line)), None)


def allows(text: str, version: str) -> bool:
    """Whether a PEP 440 or Poetry range holds a version. What cannot be read allows nothing."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    for alternative in text.split("||"):
        clauses = [_pep440(part) for part in _parts(alternative)]
        try:
            if clauses and SpecifierSet(",".join(clauses)).contains(version, prereleases=True):
                return True
        except InvalidSpecifier:
            continue
    return False


def _parts(text: str) -> list[str]:
    """The clauses of a range; `>=3.9 <3.13` without a comma is two."""
    return compiled(r"[<>=~!^]*\s*[\d][\w.*]*").findall(text)


def _pep440(clause: str) -> str:
    """One clause as PEP 440 writes it: `^3.10` -> `>=3.10,<4`, `~3.10` -> `>=3.10,<3.11`, `3.12` -> `==3.12.*`."""
    clause = clause.replace(" ", "")
    number = clause.lstrip("<>=~!^")
    parts = [int(part) for part in compiled(r"\d+").findall(number)]
    if clause.startswith("^"):
        return f">={number},<{parts[0] + 1}"
    if clause.startswith("~") and not clause.startswith("~="):
        upper = f"{parts[0]}.{parts[1] + 1}" if len(parts) > 1 else f"{parts[0] + 1}"
        return f">={number},<{upper}"
    if clause[:1].isdigit():
        clause = f"=={clause}"
    # an exact minor means every patch of it
    is_minor = clause.startswith("==") and not clause.startswith("===") and len(parts) < 3 and "*" not in clause
    return f"{clause}.*" if is_minor else clause


def manager_version(service: Service, pins: Pins, manager: str) -> str:
    """The version of the build tool that the repository fixes, else the pinned one."""
    stated = service.provenance.get(f.BUILD_TOOL_VERSION.name)
    if stated and stated.value:
        return str(stated.value)
    return str(pins.tool(manager)["version"]) if manager in PINNED_TOOLS else ""


def toolchain(service: Service, pins: Pins, manager: str) -> Toolchain:
    """What runs the commands. `manager` installs the packages, in the version that the repository or the pins fix."""
    made = service.provenance.get(f.LANGUAGE_VERSION.name)
    place = made.sources[0].path if made and made.sources else None
    fixed = place if place and place.endswith((".python-version", ".tool-versions", PYPROJECT)) else None
    version = manager_version(service, pins, manager) or None
    return Toolchain("python", resolve(service.language_version, pins), fixed, manager, version, _cache_keys(service))


def tool_version_facts(project: Project) -> Iterator[Fact]:
    """The version of the build tool: what made the lock, or a file that fixes tools."""
    if project.tool == "poetry" and project.lock:
        match = compiled(r"@generated by Poetry (\d+\.\d+\.\d+)").search((project.scope.repo.text(project.lock) or "")[:300])
        if match:
            yield Fact(
                f.BUILD_TOOL_VERSION, match.group(1), Source(project.lock, 1), Origin.LOCKFILE, Confidence.INFERRED, "made the lock"
            )
    required = table(project.pyproject, "tool", "uv").get("required-version")
    exact = compiled(rf"={{2,3}}\s*({NUMBER})").fullmatch(str(required).strip()) if project.tool == "uv" else None
    if exact:
        place = project.scope.source(PYPROJECT, r"^required-version")
        yield Fact(f.BUILD_TOOL_VERSION, exact.group(1), place, Origin.MANIFEST, Confidence.DECLARED, "required-version")
    if project.scope.has(".tool-versions"):
        for number, line in enumerate(project.scope.lines(".tool-versions"), 1):
            match = compiled(rf"^\s*{project.tool}\s+({NUMBER})").match(line)
            if match:
                place = project.scope.line(".tool-versions", number)
                yield Fact(f.BUILD_TOOL_VERSION, match.group(1), place, Origin.VERSION_FILE, Confidence.DECLARED, ".tool-versions")


def _cache_keys(service: Service) -> tuple[str, ...]:
    """The files that decide what gets installed: those that the install command names, and where it was seen."""
    made = service.provenance.get(f.INSTALL.name)
    named = compiled(r"-r (\S+)").findall(service.commands.install or "")
    seen = [source.path for source in made.sources] if made else []
    keys = [service.path(name) for name in named] or [
        path for path in seen if path.endswith((".lock", ".toml", ".txt", ".cfg", ".py", "Pipfile"))
    ]
    return tuple(dict.fromkeys(keys))
