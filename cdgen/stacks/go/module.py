"""go.mod as a value, and the dead tools that came before it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cdgen.model.facts import Source
from cdgen.repo import Repo, Scope
from cdgen.repo.patterns import compiled

# files that the tools before Go modules left behind; Go 1.22 and later build none of them
DEAD_TOOLS = (
    ("Gopkg.toml", "dep"),
    ("Gopkg.lock", "dep"),
    ("glide.yaml", "glide"),
    ("vendor/manifest", "gvt"),
    ("vendor/vendor.json", "govendor"),
    ("Godeps/Godeps.json", "godep"),
)
# path elements that hold no service: the go tool ignores the first two and every name that starts with `_` or `.`
IGNORED_FOLDERS = frozenset({"testdata", "vendor"})


class Require(NamedTuple):
    path: str
    version: str
    line: int
    indirect: bool


class Module(NamedTuple):
    """`file` is None where there is no go.mod; `directory` is then the service's own. Versions are (text, line)."""

    file: str | None
    directory: str
    path: str
    version: tuple[str, int] | None = None
    toolchain: tuple[str, int] | None = None
    requires: tuple[Require, ...] = ()
    tools: tuple[str, ...] = ()  # `tool` lines: what `go tool` can run
    local: tuple[
        tuple[str, str], ...
    ] = ()  # (module path, folder of the repository) that it is built with instead of what is published

    @property
    def reaches_outside(self) -> bool:
        """Whether it is built with a folder that is not below it."""
        inside = "" if self.directory == "." else f"{self.directory}/"
        return any(folder.startswith("..") or not folder.startswith(inside) for _, folder in self.local)

    def require(self, prefix: str) -> Require | None:
        """The requirement that provides a package: the longest module path that is a prefix of it."""
        found = [each for each in self.requires if prefix == each.path or prefix.startswith(each.path + "/")]
        return max(found, key=lambda each: len(each.path), default=None)

    def inside(self, relative: str) -> str:
        """Repository path of a path inside the module."""
        return relative if self.directory == "." else f"{self.directory}/{relative}".rstrip("/")

    @property
    def name(self) -> str:
        """What `go install` would call the root package: the last path element that is not a major version."""
        parts = [part for part in self.path.split("/") if not compiled(r"v\d+\Z").match(part)]
        return parts[-1] if parts else ""


def module_of(scope: Scope) -> Module:
    """The module that builds a service: its own go.mod or the nearest above."""
    own = scope.path("go.mod")
    file = own if scope.repo.has(own) else next(iter(scope.above("go.mod")), None)
    if file is None:
        return Module(None, scope.directory, "")
    module = _parse(file, scope.repo.text(file) or "")
    return module._replace(local=(*module.local, *_beside_in_workspace(scope.repo, module)))


def _beside_in_workspace(repo: Repo, module: Module) -> Iterator[tuple[str, str]]:
    """Required modules that a go.work above puts in place of what is published: https://go.dev/ref/mod#workspaces."""
    parts = [] if module.directory == "." else module.directory.split("/")
    places = ["/".join(parts[:depth]) for depth in range(len(parts), -1, -1)]
    file = next((path for place in places if repo.has(path := f"{place}/go.work".lstrip("/"))), None)
    if file is None:
        return
    home = file.rpartition("/")[0] or "."
    known = {path for path, _ in module.local}
    for verb, arguments, _, _ in _directives(repo.text(file) or ""):
        folder = _beside(home, arguments[0]) if verb == "use" else module.directory
        if folder == module.directory:
            continue
        manifest = "go.mod" if folder == "." else f"{folder}/go.mod"
        path = _parse(manifest, repo.text(manifest) or "").path
        if path and path not in known and any(each.path == path for each in module.requires):
            yield path, folder


def _parse(file: str, text: str) -> Module:
    module = Module(file, file.rpartition("/")[0] or ".", "")
    requires: list[Require] = []
    for verb, arguments, number, comment in _directives(text):
        if verb == "require" and len(arguments) > 1:
            requires.append(Require(arguments[0].strip('"'), arguments[1], number, "indirect" in comment))
        elif verb == "module":
            module = module._replace(path=arguments[0].strip('"'))
        elif verb == "go":
            module = module._replace(version=(arguments[0], number))
        elif verb == "toolchain":
            module = module._replace(toolchain=(arguments[0].removeprefix("go"), number))
        elif verb == "tool":
            module = module._replace(tools=(*module.tools, arguments[0]))
        elif verb == "replace" and arguments[-1].startswith(("./", "../")):
            module = module._replace(local=(*module.local, (arguments[0], _beside(module.directory, arguments[-1]))))
    return module._replace(requires=tuple(requires))


def _beside(directory: str, relative: str) -> str:
    """A folder relative to the module's, as a repository path; one above the root keeps its dots and so holds nothing."""
    from posixpath import normpath

    return normpath(f"{directory}/{relative}")


def _directives(text: str) -> Iterator[tuple[str, list[str], int, str]]:
    """(verb, arguments, line, comment), with the lines of a block under the block's verb."""
    block = ""
    for number, raw in enumerate(text.splitlines(), 1):
        line, _, comment = raw.partition("//")
        words = line.split()
        if words[:1] == [")"]:
            block = ""
        elif words[1:2] == ["("]:
            block = words[0]
        elif block and words:
            yield block, words, number, comment
        elif len(words) > 1:
            yield words[0], words[1:], number, comment


def dead_tool(scope: Scope) -> tuple[str, Source] | None:
    """The tool that managed the dependencies before modules, when there is no go.mod."""
    return next(((tool, scope.source(file)) for file, tool in DEAD_TOOLS if scope.has(file)), None)


def is_ignored(path: str) -> bool:
    """Whether the go tool, or anyone who looks for a service, passes over a folder."""
    return any(part in IGNORED_FOLDERS or part.startswith(("_", ".")) for part in path.split("/") if part not in ("", "."))


def modules_below(repo: Repo) -> tuple[str, ...]:
    """The folders that hold a go.mod."""
    folders = (file.rpartition("/")[0] or "." for file in repo.files if file == "go.mod" or file.endswith("/go.mod"))
    return tuple(folder for folder in folders if not is_ignored(folder))
