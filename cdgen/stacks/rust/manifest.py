"""Cargo.toml as a value: a package, the workspace that it belongs to, its dependencies and its programs.

https://doc.rust-lang.org/cargo/reference/manifest.html, https://doc.rust-lang.org/cargo/reference/workspaces.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from posixpath import normpath
from typing import Any, NamedTuple

from cdgen.errors import InputError
from cdgen.model.facts import Source
from cdgen.repo import Repo, Scope
from cdgen.repo.patterns import matcher

NAME = "Cargo.toml"
KINDS = {"dependencies": "", "dev-dependencies": "dev", "build-dependencies": "build"}


class Dependency(NamedTuple):
    """`crate` is the package's own name, `key` what the manifest calls it, `path` a folder of the repository that holds it."""

    crate: str
    key: str
    version: str | None
    features: frozenset[str]
    path: str | None
    kind: str  # "", dev, build
    optional: bool

    @property
    def module(self) -> str:
        """What the code calls it."""
        return self.key.replace("-", "_")


class Target(NamedTuple):
    """A program: its name and the file (or the folder of the file) that holds its `main`."""

    name: str
    path: str


class Package(NamedTuple):
    """`root` is the folder of the workspace, the package's own where there is none. Paths are the repository's."""

    file: str
    directory: str
    root: str
    name: str
    rust_version: tuple[str, str] | None  # (version, file that says it)
    dependencies: tuple[Dependency, ...]
    programs: tuple[Target, ...]
    library: str | None
    default_run: str | None
    features: Mapping[str, tuple[str, ...]]
    metadata: Mapping[str, Any]
    lints: str | None  # file that configures lints

    def inside(self, relative: str) -> str:
        return relative if self.directory == "." else f"{self.directory}/{relative}"

    def dependency(self, *crates: str) -> Dependency | None:
        """The first run-time dependency of the given ones."""
        own = {each.crate: each for each in reversed(self.dependencies) if not each.kind}
        return next((own[crate] for crate in crates if crate in own), None)

    def at_root(self, relative: str) -> str:
        return relative if self.root == "." else f"{self.root}/{relative}"

    @property
    def lockfile(self) -> str:
        return self.at_root("Cargo.lock")

    @property
    def switched_on(self) -> frozenset[str]:
        """The features that a plain build has, `sqlx/postgres` and `dep:redis` included."""
        seen: set[str] = set()
        queue = ["default"]
        while queue:
            name = queue.pop()
            if name not in seen:
                seen.add(name)
                queue += self.features.get(name, ())
        return frozenset(seen)


def manifest_of(repo: Repo, directory: str) -> Mapping[str, Any] | None:
    """The parsed Cargo.toml of a folder; None when there is none, or it is broken: `cargo.facts` says so of the folder's own."""
    path = NAME if directory == "." else f"{directory}/{NAME}"
    try:
        data = repo.toml(path)
    except InputError:
        return None
    return data if isinstance(data, dict) else None


def package_of(repo: Repo, directory: str) -> Package | None:
    """The package of a folder; None where its manifest only joins others, or there is none."""
    data = manifest_of(repo, directory)
    if data is None or not isinstance(data.get("package"), dict):
        return None
    root = workspace_of(repo, directory)
    above = _table((manifest_of(repo, root) or {}).get("workspace"))
    own = _table(data["package"])
    inside = "" if directory == "." else f"{directory}/"
    name = str(own.get("name") or "")
    lints = _table(data.get("lints"))
    return Package(
        file=f"{inside}{NAME}",
        directory=directory,
        root=root,
        name=name,
        rust_version=_rust_version(own, above, f"{inside}{NAME}", _join(root, NAME)),
        dependencies=tuple(_dependencies(data, above, directory, root)),
        programs=tuple(_programs(repo, data, directory, name)),
        library=_library(repo, data, directory),
        default_run=str(own["default-run"]) if isinstance(own.get("default-run"), str) else None,
        features={str(key): _words(value) for key, value in _table(data.get("features")).items()},
        metadata=_table(own.get("metadata")),
        lints=_join(root, NAME) if lints.get("workspace") else f"{inside}{NAME}" if lints else None,
    )


def workspace_of(repo: Repo, directory: str) -> str:
    """The folder of the nearest manifest at or above that has a workspace and does not leave this one out."""
    parts = [] if directory == "." else directory.split("/")
    for depth in range(len(parts), -1, -1):
        folder = "/".join(parts[:depth]) or "."
        data = manifest_of(repo, folder)
        if data is not None and isinstance(data.get("workspace"), dict):
            below = "/".join(parts[depth:])
            excluded = _words(_table(data["workspace"]).get("exclude"))
            if not any(below == each.rstrip("/") or below.startswith(each.rstrip("/") + "/") for each in excluded):
                return folder
    return directory


def members(repo: Repo, root: str) -> tuple[str, ...]:
    """The folders of the packages that a workspace lists, its own root left out."""
    listed = _words(_table((manifest_of(repo, root) or {}).get("workspace")).get("members"))
    patterns = [normpath(_join(root, each)) for each in listed]
    found = []
    for path in repo.under(root):
        folder = path.rpartition("/")[0] or "."
        if path.rpartition("/")[2] == NAME and folder != root and any(matcher(each)(folder) for each in patterns):
            found.append(folder)
    return tuple(found)


def place(repo: Repo, package: Package, dependency: Dependency) -> Source:
    """The line of a dependency: in its table, or as a table of its own."""
    key = re.escape(dependency.key)
    return repo.source(package.file, rf'^\s*(?:"?{key}"?[\s.]*=|"?{key}"?\.|\[.*dependencies\.{key}\])')


def scope_package(scope: Scope) -> Package | None:
    return package_of(scope.repo, scope.directory)


def _rust_version(own: Mapping[str, Any], above: Mapping[str, Any], file: str, root: str) -> tuple[str, str] | None:
    stated = own.get("rust-version")
    if isinstance(stated, dict):
        stated, file = _table(above.get("package")).get("rust-version"), root
    return (str(stated), file) if isinstance(stated, str) else None


def _dependencies(data: Mapping[str, Any], above: Mapping[str, Any], directory: str, root: str) -> Iterator[Dependency]:
    tables = [data, *(_table(each) for each in _table(data.get("target")).values())]
    shared = _table(above.get("dependencies"))
    for table in tables:
        for section, kind in KINDS.items():
            for key, value in _table(table.get(section)).items():
                yield _dependency(str(key), value, shared, kind, directory, root)


def _dependency(key: str, value: Any, shared: Mapping[str, Any], kind: str, directory: str, root: str) -> Dependency:
    own = value if isinstance(value, dict) else {"version": value}
    features = _words(own.get("features"))
    home = directory
    if own.get("workspace"):
        base = shared.get(key)
        base = base if isinstance(base, dict) else {"version": base}
        features, home = (*features, *_words(base.get("features"))), root
        own = {**base, "optional": own.get("optional")}
    folder = own.get("path")
    version = own.get("version")
    return Dependency(
        crate=str(own.get("package") or key),
        key=key,
        version=version.lstrip("=^~>< ") if isinstance(version, str) else None,
        features=frozenset(features),
        path=normpath(_join(home, folder)) if isinstance(folder, str) else None,
        kind=kind,
        optional=bool(own.get("optional")),
    )


def _programs(repo: Repo, data: Mapping[str, Any], directory: str, name: str) -> Iterator[Target]:
    """The listed programs, then those that cargo finds by their place."""
    listed = [each for each in data.get("bin") or [] if isinstance(each, dict)]
    taken: set[str] = set()
    for each in listed:
        called = str(each.get("name") or name)
        path = str(each["path"]) if each.get("path") else _usual(repo, directory, called, name)
        taken |= {called, normpath(_join(directory, path))}
        yield Target(called, normpath(_join(directory, path)))
    if _table(data["package"]).get("autobins") is False:
        return
    main = _join(directory, "src/main.rs")
    if repo.has(main) and not {main, name} & taken:
        yield Target(name, main)
    folder = _join(directory, "src/bin")
    for path in repo.under(folder):
        parts = path[len(folder) + 1 :].split("/")
        is_program = (len(parts) == 1 and parts[0].endswith(".rs")) or parts[1:] == ["main.rs"]
        called = parts[0].removesuffix(".rs")
        if is_program and not {path, called} & taken:
            yield Target(called, path)


def _usual(repo: Repo, directory: str, called: str, name: str) -> str:
    """Where cargo looks for a program that is listed without a path."""
    own = ["src/main.rs"] if called == name else []
    for path in [f"src/bin/{called}.rs", f"src/bin/{called}/main.rs", *own]:
        if repo.has(_join(directory, path)):
            return path
    return "src/main.rs"


def _library(repo: Repo, data: Mapping[str, Any], directory: str) -> str | None:
    found = normpath(_join(directory, str(_table(data.get("lib")).get("path") or "src/lib.rs")))
    return found if repo.has(found) else None


def _join(directory: str, relative: str) -> str:
    return relative if directory == "." else f"{directory}/{relative}"


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _words(value: Any) -> tuple[str, ...]:
    return tuple(str(each) for each in value) if isinstance(value, list) else ()
