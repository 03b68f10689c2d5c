"""Routes of Symfony: attributes, annotations in the comments that the framework reads, and YAML. https://symfony.com/doc/current/routing.html"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cdgen.errors import InputError
from cdgen.repo.patterns import compiled
from cdgen.repo.syntax import line, literal, text
from cdgen.stacks.base import matches
from cdgen.stacks.php.seen import Seen, join
from cdgen.stacks.php.sources import Sources
from cdgen.stacks.php.tree import strings, walk

if TYPE_CHECKING:
    from tree_sitter import Node

ANNOTATION = r"@(?:\w+\\)*Route\(\s*(?:path\s*=\s*)?\"(?P<path>[^\"]*)\"(?P<rest>[^@]*)"
METHODS = r"methods\s*=\s*(?:\{([^}]*)\}|\"([A-Z|]+)\")"


def symfony_routes(sources: Sources) -> Iterator[Seen]:
    for path, syntax in sources.having("Route(", "#[Get(", "#[Post("):
        for node in walk(syntax.root, "class_declaration"):
            yield from _class(node, path)
    yield from _yaml(sources)


def _class(node: Node, file: str) -> Iterator[Seen]:
    outer = list(_routes(node))
    prefix = outer[0][1] if outer else ""
    body = node.child_by_field_name("body")
    methods = [each for each in body.named_children if each.type == "method_declaration"] if body is not None else []
    inner = [(method, found) for method in methods for found in _routes(method)]
    for _, (verbs, path, number) in inner:
        for verb in verbs:
            yield Seen(verb, join(prefix, path), file, number)
    if outer and any(_name(method) == "__invoke" for method in methods) and not inner:
        for verbs, path, number in outer:
            for verb in verbs:
                yield Seen(verb, join("", path), file, number)


def _name(method: Node) -> str:
    name = method.child_by_field_name("name")
    return text(name) if name is not None else ""


def _routes(node: Node) -> Iterator[tuple[tuple[str, ...], str, int]]:
    """(methods, path, line) of the attributes and of the comment of a class or method."""
    attributes = node.child_by_field_name("attributes")
    for each in walk(attributes, "attribute") if attributes is not None else ():
        if each.named_child_count and text(each.named_children[0]).rpartition("\\")[2] == "Route":
            found = _attribute(each)
            if found is not None:
                yield found
    before = node.prev_named_sibling
    if before is not None and before.type == "comment" and text(before).startswith("/**"):
        shown = text(before)
        for match in matches(ANNOTATION, shown):
            verbs = compiled(METHODS).search(match["rest"])
            named = compiled(r"[A-Z]+").findall(verbs.group(0)) if verbs else []
            yield tuple(named) or ("*",), match["path"], line(before) + shown.count("\n", 0, match.start())


def _attribute(node: Node) -> tuple[tuple[str, ...], str, int] | None:
    given = node.child_by_field_name("parameters")
    path: str | None = None
    verbs: tuple[str, ...] = ()
    for each in given.named_children if given is not None else ():
        if each.type != "argument" or not each.named_child_count:
            continue
        name, value = each.child_by_field_name("name"), each.named_children[-1]
        called = text(name) if name is not None else ""
        if called == "methods":
            verbs = strings(value)
        elif called == "path" or (not called and path is None):
            path = literal(value)
    return (tuple(verb.upper() for verb in verbs) or ("*",), path, line(node)) if path is not None else None


def _yaml(sources: Sources) -> Iterator[Seen]:
    """config/routes.yaml and config/routes/*.yaml: `name: {path: /x, methods: [GET]}`."""
    for path in sources.scope.glob(f"{sources.root}config/{{routes.yaml,routes.yml,routes/*.yaml,routes/*.yml}}"):
        try:
            data = sources.scope.yaml(path)
        except InputError:
            continue
        for name, entry in data.items() if isinstance(data, dict) else ():
            if isinstance(entry, dict) and isinstance(entry.get("path"), str) and not str(name).startswith("when@"):
                number = sources.scope.source(path, "^" + compiled(r"[^\w]").sub(".", str(name)) + ":").line
                for verb in _verbs(entry.get("methods")):
                    yield Seen(verb, join("", entry["path"]), path, number)


def _verbs(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(value.upper().split("|"))
    return tuple(str(each).upper() for each in value) if isinstance(value, list) and value else ("*",)
