"""Installing what the lock or manifest says, private indexes, and code generation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, PrivateRegistry, Source
from cdgen.repo.patterns import compiled
from cdgen.stacks.python.base.manifests import PYPROJECT, closure, table
from cdgen.stacks.python.base.project import Project
from cdgen.stacks.python.base.requirements import MAIN, Index, normal
from cdgen.stacks.python.base.sources import search

# indexes and mirrors that anybody can read: pypi.org/simple, PyTorch, piwheels, NVIDIA and the large public mirrors
PUBLIC = (
    "pypi.org",
    "pypi.python.org",
    "pythonhosted.org",
    "pytorch.org",
    "piwheels.org",
    "pypi.nvidia.com",
    "pyg.org",
    "github.io",
    "tuna.tsinghua.edu.cn",
    "aliyun.com",
    "douban.com",
    "ustc.edu.cn",
    "tencent.com",
    "huaweicloud.com",
    "anaconda.org",
)
VARIABLE = r"\$\{?([A-Z][A-Z0-9_]*)\}?"


class Installed(NamedTuple):
    """A command and the file it follows."""

    command: str
    source: Source
    origin: Origin


def runtime_file(project: Project) -> str | None:
    """The requirements file of what runs in production, compiled rather than its source."""
    main = [path for path, file in project.files.items() if file.group == MAIN]
    order = (
        "requirements.txt",
        "requirements/prod",
        "requirements/base",
        "requirements/common",
        "requirements/main",
        "requirements",
    )
    ranked = sorted(
        main, key=lambda path: (path.endswith(".in"), next((at for at, name in enumerate(order) if path.startswith(name)), 9), path)
    )
    return ranked[0] if ranked else None


def requirements_command(project: Project, wanted: tuple[str, ...]) -> Installed | None:
    """Install the runtime requirements, and what the checks want beside them; None when no file says."""
    main = runtime_file(project)
    if main is None:
        return None
    files = [main, *_development_files(project, main, wanted)]
    # a file that includes the runtime requirements installs them itself
    covered = {file.path for path in files[1:] for file in closure(project.files, path)}
    covered |= {main for path in files[1:] if _holds_all(project, path, main)}
    files = [path for path in files if path not in covered or path in files[1:]]
    # pip refuses a mixture of lines with and without hashes in one run
    mixed = len({project.files[path].is_hashed for path in files}) > 1
    separator = " && pip install" if mixed else ""
    command = "pip install " + f"{separator} ".join(f"-r {path}" for path in files)
    own_code = project.is_package and any(module.path.startswith("src/") for module in project.modules)
    installs_itself = any(project.files[path].installs_project for path in files)
    if own_code and not installs_itself:
        command += " && pip install --no-deps -e ."
    return Installed(command, project.scope.source(main), Origin.LOCKFILE if project.files[main].is_hashed else Origin.MANIFEST)


def _holds_all(project: Project, compiled_file: str, main: str) -> bool:
    """Whether a compiled file was made from the runtime requirements and repeats every line of them."""
    lines = {(one.name, one.spec) for one in project.files[compiled_file].requirements}
    needed = {(one.name, one.spec) for one in project.files[main].requirements}
    return bool(needed) and needed <= lines


def _development_files(project: Project, main: str, wanted: tuple[str, ...]) -> list[str]:
    """As few files as bring what is wanted; a file made for tests counts even if nothing in it is asked for by name."""
    inside = {one.name for file in closure(project.files, main) for one in file.requirements}
    missing = {name for name in wanted if name not in inside}
    others = [path for path, file in project.files.items() if file.group != MAIN and path.endswith(".txt")]
    others.sort(key=lambda path: ("dev" not in path and "test" not in path, path))
    if not others:
        others = [path for path, file in project.files.items() if file.group != MAIN]
    names = {path: {one.name for file in closure(project.files, path) for one in file.requirements} for path in others}
    chosen: list[str] = []
    while missing:
        best = max(others, key=lambda path: len(names[path] & missing), default=None)
        if best is None or not names[best] & missing:
            break
        chosen.append(best)
        missing -= names[best]
    for_tests = [path for path in others if compiled(r"(?:^|[^a-z])tests?(?:[^a-z]|$)").search(path)]
    if project.tests and not chosen and for_tests:
        chosen.append(for_tests[0])
    return chosen


def editable_command(project: Project, wanted: tuple[str, ...]) -> Installed | None:
    """Install the project itself with the extras and groups that the checks want."""
    path = next((name for name in (PYPROJECT, "setup.cfg", "setup.py") if project.scope.has(name)), None)
    if path is None:
        return None
    extras = extras_with(project, wanted)
    target = f'"{"."}[{",".join(extras)}]"' if extras else "."
    groups = "".join(f" --group {group}" for group in groups_with(project, wanted))
    files = [name for name, file in project.files.items() if {one.name for one in file.requirements} & set(wanted)]
    listed = "".join(f" -r {name}" for name in files if name.endswith(".txt"))
    return Installed(f"pip install -e {target}{groups}{listed}", project.scope.source(path), Origin.MANIFEST)


def extras_with(project: Project, wanted: tuple[str, ...]) -> list[str]:
    """The optional dependencies (extras) that bring what is wanted and production does not have."""
    extras = {
        **table(project.pyproject, "tool", "poetry", "extras"),
        **table(project.pyproject, "project", "optional-dependencies"),
    }
    for setup in project.setups:
        extras = {**dict(setup.extras), **extras}
    return _holders({name: lines for name, lines in extras.items() if name != "test" or lines}, project, wanted)


def groups_with(project: Project, wanted: tuple[str, ...]) -> list[str]:
    """The dependency groups (PEP 735) that bring what is wanted."""
    return _holders(table(project.pyproject, "dependency-groups"), project, wanted)


def poetry_groups_with(project: Project, wanted: tuple[str, ...]) -> list[str]:
    """Poetry groups that are left out unless named, and bring what is wanted."""
    groups = table(project.pyproject, "tool", "poetry", "group")
    optional = {
        name: list(table(body).get("dependencies", ())) for name, body in groups.items() if table(body).get("optional") is True
    }
    return _holders(optional, project, wanted)


def _holders(sets: Mapping[str, object], project: Project, wanted: tuple[str, ...]) -> list[str]:
    missing = {name for name in wanted if not project.direct(name)}
    found: list[str] = []
    for name, lines in sets.items():
        matches = (
            [compiled(r"[A-Za-z0-9._-]+").match(line) for line in lines if isinstance(line, str)]
            if isinstance(lines, list | tuple)
            else []
        )
        brought = {normal(match.group(0)) for match in matches if match} & missing
        if brought:
            found.append(str(name))
            missing -= brought
    return found


def registry_facts(project: Project) -> Iterator[Fact]:
    """Indexes that are not public, each with the variable that carries its credential."""
    for index in _indexes(project):
        parts = urlsplit(index.url if "//" in index.url else f"https://{index.url}")
        try:
            host = parts.hostname or ""
        except ValueError:
            continue
        if not host or "$" in host or any(host == public or host.endswith(f".{public}") for public in PUBLIC):
            continue
        stated = compiled(VARIABLE).findall(parts.netloc.rpartition("@")[0])
        secret = stated[-1] if stated else _secret(project.tool, index)
        yield Fact(
            f.REGISTRY, PrivateRegistry("pypi", host, secret), index.source, Origin.CONFIG, Confidence.DECLARED, "package index"
        )
    for one in project.requirements:
        if one.is_remote and one.line:
            line = project.scope.lines(one.path)[one.line - 1]
            match = compiled(rf"git\+https://(?:[^@/]*:)?{VARIABLE}@([\w.-]+)").search(line)
            if match:
                registry = PrivateRegistry("pypi", match.group(2), match.group(1))
                yield Fact(f.REGISTRY, registry, project.place(one), Origin.MANIFEST, Confidence.DECLARED, "private repository")


def _secret(tool: str, index: Index) -> str:
    """The variable that the tool itself reads for an index: https://python-poetry.org/docs/configuration, https://docs.astral.sh/uv."""
    name = compiled(r"[^A-Z0-9]+").sub("_", index.name.upper())
    if tool == "poetry" and name:
        return f"POETRY_HTTP_BASIC_{name}_PASSWORD"
    if tool == "uv":
        return f"UV_INDEX_{name}_PASSWORD" if name else "UV_EXTRA_INDEX_URL"
    if tool == "pdm" and name:
        return f"PDM_{name}_PASSWORD"
    return "PIP_EXTRA_INDEX_URL"


def _indexes(project: Project) -> Iterator[Index]:
    scope = project.scope
    for file in project.files.values():
        yield from file.indexes
    for name in ("pip.conf", ".pip/pip.conf", "pip.ini"):
        for number, line in enumerate(scope.lines(name), 1) if scope.has(name) else ():
            match = compiled(r"^\s*(?:extra-)?index-url\s*=\s*(\S+)").match(line)
            if match:
                yield Index(match.group(1), scope.line(name, number))
    tools = table(project.pyproject, "tool")
    places = ((tools, ("poetry", "source")), (tools, ("uv", "index")), (tools, ("pdm", "source")))
    for data, (tool, key) in places:
        yield from _listed(project, table(data, tool).get(key), PYPROJECT)
    yield from _listed(project, project.pipfile.get("source"), "Pipfile")
    uv = table(tools, "uv")
    for key in ("index-url", "extra-index-url"):
        stated = uv.get(key)
        for url in stated if isinstance(stated, list) else [stated] if stated else []:
            yield Index(str(url), scope.source(PYPROJECT, key))


def _listed(project: Project, entries: object, path: str) -> Iterator[Index]:
    for entry in entries if isinstance(entries, list) else ():
        url = str(table(entry).get("url", ""))
        if url:
            yield Index(
                url, project.scope.source(path, compiled(r"([.^$*+?{}\[\]\\|()])").sub(r"\\\1", url)), str(entry.get("name", ""))
            )


def codegen_facts(project: Project) -> Iterator[Fact]:
    """The protobuf step, where its result is not committed but imported."""
    scope = project.scope
    if any(path.endswith("_pb2.py") for path in scope.files):
        return
    if next(search(project.modules, r"(?m)^[ \t]*(?:from|import)[ \t].*_pb2\b", "_pb2"), None) is None:
        return
    for path in scope.files:
        if path.endswith(".sh") and path.count("/") < 2 and "grpc_tools.protoc" in (scope.text(path) or ""):
            yield Fact(f.CODEGEN, f"sh {path}", scope.source(path, "grpc_tools"), Origin.SCRIPT, Confidence.DECLARED, "protobuf")
            return
    protos = [path for path in scope.files if path.endswith(".proto")]
    if protos and project.installed("grpcio-tools"):
        folder = protos[0].rpartition("/")[0] or "."
        names = " ".join(path for path in protos if (path.rpartition("/")[0] or ".") == folder)
        command = f"python -m grpc_tools.protoc -I{folder} --python_out=. --grpc_python_out=. {names}"
        yield Fact(f.CODEGEN, command, scope.source(protos[0]), Origin.LAYOUT, Confidence.INFERRED, "protobuf")
