"""What the manifests of every Python build tool say: dependencies with their group, scripts, name, required interpreter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from cdgen.errors import InputError
from cdgen.model.facts import Origin
from cdgen.repo import Scope
from cdgen.stacks.python.base.requirements import (
    MAIN,
    MAX_INCLUDES,
    Requirement,
    RequirementsFile,
    group_of,
    normal,
    parse,
    read_file,
)

PYPROJECT, PIPFILE, SETUP_CFG, SETUP_PY = "pyproject.toml", "Pipfile", "setup.cfg", "setup.py"


class Setup(NamedTuple):
    """A setup.cfg or setup.py, as far as it can be known without running it."""

    path: str
    name: str | None = None
    python: str | None = None
    install: tuple[str, ...] = ()
    extras: tuple[tuple[str, tuple[str, ...]], ...] = ()
    scripts: tuple[str, ...] = ()


def table(data: Any, *keys: str) -> Mapping[str, Any]:
    """A nested table of a TOML document; empty when there is none, or something else stands in its place."""
    for key in keys:
        data = data.get(key) if isinstance(data, Mapping) else None
    return data if isinstance(data, Mapping) else {}


def strings(value: Any) -> tuple[str, ...]:
    """The strings of a list; a single string is a list of one."""
    if isinstance(value, str):
        return (value,)
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def read_toml(scope: Scope, path: str) -> Mapping[str, Any]:
    """A TOML file of the service, empty when absent. Raises InputError when broken."""
    data = scope.toml(path)
    return data if isinstance(data, Mapping) else {}


def requirements_files(scope: Scope) -> dict[str, RequirementsFile]:
    """The requirements files of a folder by path, `requirements.txt` first, and what they include."""
    found: dict[str, RequirementsFile] = {}
    pending = sorted(_requirements_paths(scope), key=lambda path: (path != "requirements.txt", path.count("/"), path))
    for _ in range(MAX_INCLUDES):
        for path in pending:
            if path not in found and scope.has(path):
                found[path] = read_file(scope, path)
        pending = [path for file in found.values() for path in file.includes if path not in found and scope.has(path)]
        if not pending:
            break
    return found


def _requirements_paths(scope: Scope) -> Iterator[str]:
    for path in scope.files:
        folder, _, last = path.rpartition("/")
        if last.endswith((".txt", ".in")) and (folder in ("requirements", "deps", "reqs") or not folder and "requirement" in last):
            yield path


def closure(files: Mapping[str, RequirementsFile], path: str) -> tuple[RequirementsFile, ...]:
    """A requirements file and all that it includes."""
    found: dict[str, RequirementsFile] = {}
    pending = [path]
    while pending:
        current = pending.pop()
        if current in files and current not in found:
            found[current] = files[current]
            pending.extend(files[current].includes)
    return tuple(found.values())


def from_files(files: Mapping[str, RequirementsFile]) -> Iterator[Requirement]:
    """Requirements of the files. Where a `.in` stands beside a `.txt`, only what it names is direct."""
    sources = {path.removesuffix(".in") for path in files if path.endswith(".in")}
    for path, file in files.items():
        stem = path.removesuffix(".txt")
        names = {one.name for one in files[f"{stem}.in"].requirements} if stem in sources and f"{stem}.in" in files else None
        for one in file.requirements:
            yield one if names is None else one._replace(is_direct=one.name in names)


def from_pyproject(data: Mapping[str, Any]) -> Iterator[Requirement]:
    project, poetry = table(data, "project"), table(data, "tool", "poetry")
    yield from _lines(project.get("dependencies"), MAIN)
    for extra, lines in table(project, "optional-dependencies").items():
        yield from _lines(lines, group_of(extra) or f"extra {extra}")
    for group, lines in table(data, "dependency-groups").items():
        yield from _lines(lines, group_of(group) or f"group {group}")
    yield from _lines(table(data, "tool", "uv").get("dev-dependencies"), "dev")
    for lines in table(data, "tool", "pdm", "dev-dependencies").values():
        yield from _lines(lines, "dev")
    for environment in table(data, "tool", "hatch", "envs").values():
        for key in ("dependencies", "extra-dependencies"):
            yield from _lines(environment.get(key) if isinstance(environment, Mapping) else None, "dev")
    yield from from_tables(poetry.get("dependencies"), PYPROJECT, MAIN)
    yield from from_tables(poetry.get("dev-dependencies"), PYPROJECT, "dev")
    for group, body in table(poetry, "group").items():
        yield from from_tables(table(body).get("dependencies"), PYPROJECT, group_of(group) or f"group {group}")


def _lines(lines: Any, group: str) -> Iterator[Requirement]:
    for line in strings(lines):
        requirement = parse(line, PYPROJECT, 0, Origin.MANIFEST, group)
        if requirement:
            yield requirement


def from_tables(data: Any, path: str, group: str) -> Iterator[Requirement]:
    """Requirements written as TOML keys (Poetry, Pipenv): `flask = "^3"`, `redis = {version = "*", extras = [...]}`."""
    for name, value in table(data).items():
        if name == "python":
            continue
        body = value[0] if isinstance(value, list) and value else value
        spec = body if isinstance(body, str) else str(table(body).get("version", ""))
        extras = tuple(normal(extra) for extra in strings(table(body).get("extras")))
        remote = not {"git", "url", "path", "file"}.isdisjoint(table(body))
        yield Requirement(normal(name), "" if spec == "*" else spec, extras, path, 0, Origin.MANIFEST, group, is_remote=remote)


def from_pipfile(data: Mapping[str, Any]) -> Iterator[Requirement]:
    yield from from_tables(data.get("packages"), PIPFILE, MAIN)
    yield from from_tables(data.get("dev-packages"), PIPFILE, "dev")


def from_setup(setup: Setup) -> Iterator[Requirement]:
    groups = [(MAIN, setup.install), *((group_of(extra) or f"extra {extra}", lines) for extra, lines in setup.extras)]
    for group, lines in groups:
        for line in lines:
            requirement = parse(line, setup.path, 0, Origin.MANIFEST, group)
            if requirement:
                yield requirement


def read_setups(scope: Scope) -> tuple[Setup, ...]:
    found = (_read_cfg(scope), _read_py(scope))
    return tuple(setup for setup in found if setup)


def _read_cfg(scope: Scope) -> Setup | None:
    text = scope.text(SETUP_CFG)
    if text is None or ("[options" not in text and "[metadata" not in text):
        return None
    import configparser

    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except configparser.Error as problem:
        path = scope.path(SETUP_CFG)
        raise InputError(f"{path} cannot be read: {problem.message}", where=path, hint=f"repair {path}") from problem
    extras = parser.items("options.extras_require") if parser.has_section("options.extras_require") else []
    scripts = parser.get("options.entry_points", "console_scripts", fallback="")
    return Setup(
        SETUP_CFG,
        parser.get("metadata", "name", fallback=None),
        parser.get("options", "python_requires", fallback=None),
        _split(parser.get("options", "install_requires", fallback="")),
        tuple((name, _split(lines)) for name, lines in extras),
        _split(scripts),
    )


def _split(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip() and not line.strip().startswith("#"))


def _read_py(scope: Scope) -> Setup | None:
    """The literal arguments of `setup(...)`. A file that Python 3 cannot parse says nothing."""
    text = scope.text(SETUP_PY)
    if text is None or "setup(" not in text:
        return None
    import ast
    import warnings

    try:
        with warnings.catch_warnings(action="ignore"):
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return Setup(SETUP_PY)
    values: dict[str, ast.expr] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            values.setdefault(node.targets[0].id, node.value)
    call = next((node for node in ast.walk(tree) if isinstance(node, ast.Call) and _called(node) == "setup"), None)
    if call is None:
        return Setup(SETUP_PY)
    given = {keyword.arg: _literal(keyword.value, values) for keyword in call.keywords if keyword.arg}
    extras = given.get("extras_require")
    pairs = [(str(name), strings(lines)) for name, lines in extras.items()] if isinstance(extras, dict) else []
    pairs.append(("test", strings(given.get("tests_require"))))
    points = given.get("entry_points")
    scripts = strings(points.get("console_scripts")) if isinstance(points, dict) else ()
    name, python = given.get("name"), given.get("python_requires")
    return Setup(
        SETUP_PY,
        name if isinstance(name, str) else None,
        python if isinstance(python, str) else None,
        strings(given.get("install_requires")),
        tuple(pairs),
        scripts,
    )


def _called(call: Any) -> str:
    return str(getattr(call.func, "id", None) or getattr(call.func, "attr", ""))


def _literal(node: Any, names: Mapping[str, Any]) -> Any:
    """The value of a literal, or of a name that a literal was assigned to; lists keep the items that are known."""
    import ast

    if isinstance(node, ast.Name):
        node = names.get(node.id)
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return [_literal(item, {}) for item in node.elts]
    if isinstance(node, ast.Dict):
        keys = (_literal(key, {}) for key in node.keys)
        return {key: _literal(value, names) for key, value in zip(keys, node.values, strict=True) if isinstance(key, str)}
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        sides: Iterable[Any] = (_literal(node.left, names), _literal(node.right, names))
        return [item for side in sides if isinstance(side, list) for item in side]
    return node.value if isinstance(node, ast.Constant) else None
