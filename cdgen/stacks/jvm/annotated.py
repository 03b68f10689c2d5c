"""Requests that classes answer by their annotations: Spring, JAX-RS, Micronaut, Armeria, servlets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from cdgen.model.facts import Route, Source
from cdgen.repo.patterns import compiled
from cdgen.stacks.jvm.settings import Settings
from cdgen.stacks.jvm.shapes import CLASS_TYPES, Class, Note, class_of, shown
from cdgen.stacks.jvm.tree import Tree, Trees

if TYPE_CHECKING:
    from tree_sitter import Node

WORDS = (
    *("@RequestMapping", "@GetMapping", "@PostMapping", "@PutMapping", "@DeleteMapping", "@PatchMapping", "@Path"),
    *("@WebServlet", "@Get", "@Post", "@Put", "@Delete", "@Patch", "@Head", "@Options"),
)
SPRING = {
    "GetMapping": "GET",
    "PostMapping": "POST",
    "PutMapping": "PUT",
    "DeleteMapping": "DELETE",
    "PatchMapping": "PATCH",
    "RequestMapping": "",
}
MICRONAUT = {verb: verb.upper() for verb in ("Get", "Post", "Put", "Delete", "Patch", "Head", "Options")}
JAXRS = frozenset({"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"})
# what marks an interface of a client: its requests are those that the service makes
CLIENTS = frozenset({"FeignClient", "RegisterRestClient", "Client", "HttpExchange", "RetrofitClient", "ReactiveFeignClient"})
RETROFIT = r"(?m)^import\s+retrofit2?\b"
PREFIXES = ("RequestMapping", "Path", "Controller", "PathPrefix")
JAXRS_ROOTS = (
    "quarkus.rest.path",
    "quarkus.resteasy.path",
    "quarkus.resteasy-reactive.path",
    "spring.jersey.application-path",
)
SERVLET = {"doGet": "GET", "doPost": "POST", "doPut": "PUT", "doDelete": "DELETE"}


class Held(NamedTuple):
    """A class with its annotations."""

    shape: Class
    notes: tuple[Note, ...]

    def note(self, *names: str) -> Note | None:
        return next((each for each in self.notes if each.name in names), None)


def routes(trees: Trees, settings: Settings) -> Iterator[tuple[Route, Source]]:
    root = _application_path(trees, settings)
    for tree in trees.telling(*WORDS):
        if compiled(RETROFIT).search(tree.file.text):
            continue
        notes = list(tree.notes())
        for shape in tree.classes():
            held = Held(shape, tuple(note for note in notes if note.holder == shape.node))
            if any(note.name in CLIENTS for note in held.notes):
                continue
            own = [note for note in notes if note.holder.type not in CLASS_TYPES and class_of(note.node) == shape.node]
            yield from _of_class(held, own, tree, trees, settings, root)


def _of_class(
    held: Held, own: list[Note], tree: Tree, trees: Trees, settings: Settings, root: str
) -> Iterator[tuple[Route, Source]]:
    servlet = held.note("WebServlet")
    if servlet:
        yield from _servlet(servlet, held.shape, tree, trees)
    by_method: dict[int, list[Note]] = {}
    for note in own:
        by_method.setdefault(note.holder.id, []).append(note)
    prefixes: tuple[str, ...] | None = None
    for notes in by_method.values():
        found = _of_method(notes, tree, trees)
        if found is None:
            continue
        verbs, paths, note, jaxrs = found
        if prefixes is None:
            prefixes = _prefixes(held, tree, trees)
        for prefix in prefixes:
            for path in paths:
                full = _settled(joined(joined(root if jaxrs else "", prefix), path), settings)
                if full is not None:
                    yield from ((Route(verb, full or "/"), tree.source(note.node)) for verb in verbs)


def _of_method(notes: list[Note], tree: Tree, trees: Trees) -> tuple[tuple[str, ...], tuple[str, ...], Note, bool] | None:
    """(methods, paths, annotation, whether it is JAX-RS's) of a method; None for one that answers nothing that is known."""
    verbs = tuple(note.name for note in notes if note.name in JAXRS)
    for note in notes:
        if note.name in SPRING or (note.name in MICRONAUT and not verbs):
            paths = trees.texts(note.argument("value", "path", "uri", "uris"), tree)
            verb = SPRING.get(note.name) or MICRONAUT.get(note.name)
            return ((verb,) if verb else _methods(note), paths or ("",), note, False) if paths is not None else None
    if verbs:
        path = next((note for note in notes if note.name == "Path"), None)
        paths = trees.texts(path.argument("value"), tree) if path else ("",)
        first = path or next(note for note in notes if note.name in JAXRS)
        return (verbs, paths or ("",), first, True) if paths is not None else None
    return None


def _methods(note: Note) -> tuple[str, ...]:
    """Of `@RequestMapping(method = ...)`; without it, every method is answered."""
    stated = note.argument("method")
    return tuple(compiled(r"\b[A-Z]{3,7}\b").findall(shown(stated))) if stated is not None else ("*",)


def _prefixes(held: Held, tree: Tree, trees: Trees) -> tuple[str, ...]:
    """What stands before the paths of a class. An interface needs a class that implements it; without one, nobody answers."""
    if held.shape.is_interface:
        other = _implementation(held.shape.name, trees)
        if other is None:
            return ()
        own = _own_prefixes(held, tree, trees)
        return _own_prefixes(*other, trees) if own == ("",) else own
    return _own_prefixes(held, tree, trees)


def _own_prefixes(held: Held, tree: Tree, trees: Trees) -> tuple[str, ...]:
    for name in PREFIXES:
        note = held.note(name)
        # Spring's @Controller takes the name of a bean, Micronaut's takes a path
        if note is None or (name == "Controller" and "springframework" in tree.file.text):
            continue
        paths = trees.texts(note.argument("value", "path", "uri"), tree)
        return (paths or ("",)) if paths is not None else ()
    return ("",)


def _implementation(name: str, trees: Trees) -> tuple[Held, Tree] | None:
    for tree in trees.telling(name):
        for shape in tree.classes():
            if not shape.is_interface and name in shape.above:
                return Held(shape, tuple(note for note in tree.notes() if note.holder == shape.node)), tree
    return None


def _application_path(trees: Trees, settings: Settings) -> str:
    stated = next((text for key in JAXRS_ROOTS if (text := settings.text(key))), "")
    for tree in trees.telling("@ApplicationPath"):
        for note in tree.notes():
            if note.name == "ApplicationPath":
                return trees.text(note.argument("value"), tree) or stated
    return stated


def _servlet(note: Note, shape: Class, tree: Tree, trees: Trees) -> Iterator[tuple[Route, Source]]:
    paths = trees.texts(note.argument("value", "urlPatterns"), tree) or ()
    names = [_method_name(each) for each in _members(shape.node)]
    for path in paths:
        for verb in [SERVLET[name] for name in names if name in SERVLET] or ["*"]:
            yield Route(verb, path), tree.source(note.node)


def _members(node: Node) -> tuple[Node, ...]:
    body = node.child_by_field_name("body") or next((each for each in node.named_children if each.type == "class_body"), None)
    return tuple(body.named_children) if body is not None else ()


def _method_name(node: Node) -> str:
    name = node.child_by_field_name("name")
    return shown(name) if name is not None else ""


def joined(prefix: str, path: str) -> str:
    """Two parts of a path with one slash between them, the first one in front."""
    both = prefix.rstrip("/") + ("/" + path.strip("/") if path.strip("/") else "")
    return both if not both or both.startswith(("/", "$")) else f"/{both}"


def _settled(path: str, settings: Settings) -> str | None:
    """Without placeholders of the configuration; None when one of them is not known."""
    for _ in range(4):
        match = compiled(r"\$\{([\w.-]+)(?::([^}]*))?\}").search(path)
        if not match:
            return joined("", path)
        text = settings.text(match.group(1)) or match.group(2)
        if text is None:
            return None
        path = path.replace(match.group(), text)
    return None
