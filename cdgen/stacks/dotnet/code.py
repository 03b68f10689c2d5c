"""C# of a service and of the projects it is built with, as syntax trees."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

from cdgen.model.facts import Source
from cdgen.repo import Repo
from cdgen.repo.patterns import compiled
from cdgen.repo.syntax import Syntax, line, text
from cdgen.stacks.dotnet.project import NOT_CODE, Project, project_files

if TYPE_CHECKING:
    from tree_sitter import Node

NOT_OURS = r"(?i)(?:^|/)(?:[\w.]*tests?|samples?|docs?)/|\.(?:designer|g|generated)\.cs$|ModelSnapshot\.cs$"
MOST_FILES = 1_500  # of one service; more adds time and no evidence
DEEPEST = 400  # ancestors that are looked at
CALLS = "(invocation_expression) @call"
SCOPES = (
    "block",
    "method_declaration",
    "local_function_statement",
    "constructor_declaration",
    "declaration_list",
    "compilation_unit",
)
# conditions under which code runs on a developer's machine alone
DEVELOPMENT = r"\bIsDevelopment\(\)|EnvironmentName\s*==\s*\"Development\"|IsEnvironment\(\"Development\"\)"


class Call(NamedTuple):
    """A method that is called: `app.MapGet<T>(a, b)`."""

    name: str
    types: tuple[Node, ...]
    arguments: tuple[Node, ...]
    receiver: Node | None
    node: Node
    file: Syntax

    @property
    def source(self) -> Source:
        """Where the name stands: a call in a chain begins many lines above."""
        function = self.node.child_by_field_name("function")
        named = function.child_by_field_name("name") if function is not None else None
        return Source(self.file.path, line(named or self.node))


class _Read(NamedTuple):
    """What was read of the files of a repository: projects that several services are built with are read once."""

    texts: dict[str, str]
    calls: dict[str, tuple[Call, ...]]
    names: dict[str, dict[str, int]]


_shared: WeakKeyDictionary[Repo, _Read] = WeakKeyDictionary()


class Code:
    """Sources of a service's project and of those it is built with, without generated files and, unless asked for, tests."""

    def __init__(self, repo: Repo, projects: tuple[Project, ...], *, tests: bool = False) -> None:
        self.repo = repo
        paths = tuple(_paths(repo, projects, tests=tests))
        self.paths = tuple(path for path in paths if path.endswith(".cs"))
        self.functional = tuple(path for path in paths if path.endswith(".fs"))  # F#, of which no tree can be made
        self._read = _shared.setdefault(repo, _Read({}, {}, {}))

    def files(self, *words: str) -> Iterator[Syntax]:
        """Files in which one of the words stands, wherever it stands."""
        for path in self.paths:
            if path not in self._read.texts:
                self._read.texts[path] = self.repo.text(path) or ""
            content = self._read.texts[path]
            if any(word in content for word in words):
                found = self.repo.syntax(path, "csharp")
                if found is not None:
                    yield found

    def calls(self, *names: str) -> Iterator[Call]:
        """Every call of a method of one of these names."""
        for file in self.files(*names):
            yield from (call for call in self._of(file) if call.name in names)

    def matches(self, query: str, *words: str) -> Iterator[tuple[Syntax, dict[str, Node]]]:
        """Answers of a query in the files that hold one of the words."""
        for file in self.files(*words):
            for match in file.matches(query):
                yield file, {name: nodes[0] for name, nodes in match.nodes.items()}

    def named(self, pattern: str, *words: str) -> Source | None:
        """The first identifier that matches as a whole, in a file that holds one of the words."""
        whole = compiled(rf"(?:{pattern})\Z")
        for file in self.files(*words):
            for name, number in self.names(file).items():
                if whole.match(name):
                    return Source(file.path, number)
        return None

    def uses(self, pattern: str, *words: str) -> Iterator[tuple[Syntax, Node]]:
        """Every identifier that matches as a whole, but for those that only open a namespace."""
        whole = compiled(rf"(?:{pattern})\Z")
        for file in self.files(*words):
            if any(whole.match(name) for name in self.names(file)):
                for match in file.matches("(identifier) @name"):
                    node = match["name"]
                    if whole.match(text(node)) and enclosing(node, "using_directive") is None:
                        yield file, node

    def names(self, file: Syntax) -> dict[str, int]:
        """Identifiers of a file and the line each stands on first."""
        if file.path not in self._read.names:
            found: dict[str, int] = {}
            for match in file.matches("(identifier) @name"):
                found.setdefault(text(match["name"]), line(match["name"]))
            self._read.names[file.path] = found
        return self._read.names[file.path]

    def _of(self, file: Syntax) -> tuple[Call, ...]:
        if file.path not in self._read.calls:
            self._read.calls[file.path] = tuple(filter(None, (_call(match["call"], file) for match in file.matches(CALLS))))
        return self._read.calls[file.path]


def _paths(repo: Repo, projects: tuple[Project, ...], *, tests: bool) -> Iterator[str]:
    """Files that belong to these projects: a folder inside that holds another project is not theirs."""
    folders = {path.rpartition("/")[0] or "." for path in project_files(repo)}
    count = 0
    for each in projects:
        inner = tuple(f"{folder}/" for folder in folders if folder != each.folder and _below(folder, each.folder))
        cut = 0 if each.folder == "." else len(each.folder) + 1
        for path in repo.under(each.folder):
            own = path[cut:]
            if path.startswith(inner) or not path.endswith((".cs", ".fs")):
                continue
            if compiled(NOT_CODE).search(own) or (not tests and compiled(NOT_OURS).search(own)):
                continue
            count += 1
            if count > MOST_FILES:
                return
            yield path


def _below(folder: str, home: str) -> bool:
    return home == "." or folder.startswith(f"{home}/")


def _call(node: Node, file: Syntax) -> Call | None:
    function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    if function is None or arguments is None:
        return None
    receiver = None
    if function.type == "member_access_expression":
        receiver, function = function.child_by_field_name("expression"), function.child_by_field_name("name")
    elif function.type == "conditional_access_expression":
        binding = function.named_children[-1] if function.named_children else None
        receiver = function.named_children[0] if function.named_children else None
        function = binding.child_by_field_name("name") if binding is not None else None
    if function is None:
        return None
    types: tuple[Node, ...] = ()
    if function.type == "generic_name":
        listed = next((child for child in function.named_children if child.type == "type_argument_list"), None)
        types = tuple(listed.named_children) if listed is not None else ()
        function = function.named_children[0]
    return Call(text(function), types, values(arguments), receiver, node, file)


def values(arguments: Node | None) -> tuple[Node, ...]:
    """The expressions of an argument list, without names and modifiers."""
    if arguments is None:
        return ()
    listed = (each for each in arguments.named_children if each.type in ("argument", "attribute_argument"))
    return tuple(each.named_children[-1] for each in listed if each.named_children)


def argument(node: Node, name: str) -> Node | None:
    """The argument that is given by name: `port: 9090`."""
    arguments = node.child_by_field_name("arguments")
    for each in arguments.named_children if arguments is not None else ():
        label = each.child_by_field_name("name")
        if each.type == "argument" and label is not None and text(label) == name:
            return each.named_children[-1]
    return None


def ancestors(node: Node) -> Iterator[Node]:
    for _ in range(DEEPEST):
        parent = node.parent
        if parent is None:
            return
        yield parent
        node = parent


def in_development(node: Node) -> bool:
    """Whether code runs on a developer's machine alone: in an `if` over the environment, or compiled for debugging."""
    child = node
    for each in ancestors(node):
        if each.type == "if_statement" and each.child_by_field_name("consequence") == child:
            condition = each.child_by_field_name("condition")
            shown = text(condition) if condition is not None else ""
            if compiled(DEVELOPMENT).search(shown) and "!" not in shown and "||" not in shown:
                return True
        if each.type == "preproc_if" and compiled(r"\A#if\s+DEBUG\b").match(text(each)):
            return True
        child = each
    return False


def enclosing(node: Node, *types: str) -> Node | None:
    return next((each for each in ancestors(node) if each.type in types), None)


def declared_in(node: Node, file: Syntax) -> list[Node]:
    """The values that a name is declared with in the nearest scope around that declares it."""
    name = text(node)
    if not compiled(r"\w+\Z").match(name):
        return []
    query = f'(variable_declarator name: (identifier) @name (#eq? @name "{name}")) @made'
    found = [match["made"] for match in file.matches(query)]
    scope: Node | None = node
    while found and scope is not None:
        scope = enclosing(scope, *SCOPES)
        if scope is not None:
            inside = [made for made in found if scope.start_byte <= made.start_byte < scope.end_byte]
            if inside:
                return [made.named_children[-1] for made in inside if len(made.named_children) > 1]
    return []


def class_name(node: Node | None) -> str:
    name = node.child_by_field_name("name") if node is not None else None
    return text(name) if name is not None else ""


def simple(node: Node) -> str:
    """The last name of a type: `Cart` of `Shop.V1.Cart` and of `Cart<T>`."""
    return text(node).partition("<")[0].rpartition(".")[2].strip("?")
