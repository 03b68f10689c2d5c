"""Requests that Scala programs answer: Akka and Pekko HTTP, http4s, ZIO HTTP, and the routes file of Play."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cdgen.model.facts import Route, Source
from cdgen.repo import Repo
from cdgen.repo.patterns import compiled
from cdgen.stacks.jvm.annotated import joined
from cdgen.stacks.jvm.build import Build
from cdgen.stacks.jvm.shapes import Called, above, call_at, shown
from cdgen.stacks.jvm.tree import Tree, Trees

if TYPE_CHECKING:
    from tree_sitter import Node

DIRECTIVES = "http.scaladsl.server"
HTTP4S = "org.http4s"
ZIO = "zio.http"
VERBS = frozenset({"get", "post", "put", "delete", "patch", "head", "options"})
PATHS = frozenset({"path", "pathPrefix", "rawPathPrefix"})
SEGMENT = r'"([^"]*)"|\b(?:[A-Z]\w*\()?(\w+)\)?'
PLAY_LINE = r"^(GET|POST|PUT|DELETE|PATCH|HEAD|OPTIONS)\s+(/\S*)\s+\S"
PLAY_INCLUDE = r"^->\s+(/\S*)\s+([\w.]+)\.Routes\b"


def routes(trees: Trees, build: Build) -> Iterator[tuple[Route, Source]]:
    for tree in trees.telling(DIRECTIVES):
        if tree.grammar == "scala":
            for called in tree.calls():
                yield from _directive(called, tree)
    prefixes = set(_routers(trees))
    for tree in trees.telling(HTTP4S):
        if tree.grammar == "scala" and len(prefixes) < 2:
            yield from _http4s(tree, next(iter(prefixes), ""))
    for tree in trees.telling(ZIO):
        if tree.grammar == "scala":
            yield from _zio(tree)
    for member in build.members:
        yield from _play(trees.repo, "conf" if member == "." else f"{member}/conf", "routes", "")


def _directive(called: Called, tree: Tree) -> Iterator[tuple[Route, Source]]:
    """A block of `get` or `post` inside those of `path`; a path with no method around or inside answers them all."""
    verb, path = "*", ""
    if called.name in VERBS and called.receiver is None and _is_block(called):
        verb = called.name.upper()
    elif not (called.name == "path" and called.receiver is None) or compiled(rf"\b(?:{'|'.join(VERBS)})\b\s*[({{&]").search(
        _body(called)
    ):
        return
    else:
        path = _segments(called)
    for each in above(called.node):
        outer = (
            call_at(each.children[0])
            if each.type == "call_expression" and each.children[0].type == "call_expression"
            else call_at(each)
        )
        if outer is None or outer.node == called.node or outer.receiver is not None:
            continue
        if outer.name in PATHS:
            path = joined(_segments(outer), path)
        elif outer.name in VERBS and verb == "*":
            verb = outer.name.upper()
    yield Route(verb, path or "/"), tree.source(called.node)


def _is_block(called: Called) -> bool:
    return called.node.children[-1].type == "block"


def _body(called: Called) -> str:
    parent = called.node.parent
    return shown(parent)[len(shown(called.node)) :] if parent is not None and parent.type == "call_expression" else ""


def _segments(called: Called) -> str:
    """`"users" / LongNumber / Segment` is /users/{LongNumber}/{Segment}."""
    path = ""
    for argument in called.arguments:
        for match in compiled(SEGMENT).finditer(shown(argument.node)):
            path = joined(path, match.group(1) if match.group(1) is not None else f"{{{match.group(2)}}}")
    return path


def _routers(trees: Trees) -> Iterator[str]:
    """`Router("/api" -> routes)`: with more than one, whose routes are whose cannot be told."""
    for tree in trees.telling("Router("):
        for called in tree.calls():
            if called.name == "Router" and tree.grammar == "scala":
                for argument in called.arguments:
                    stated = compiled(r'^"([^"]*)"\s*->').match(shown(argument.node))
                    if stated:
                        yield stated.group(1)


def _http4s(tree: Tree, prefix: str) -> Iterator[tuple[Route, Source]]:
    for match in tree.syntax.matches("(case_clause pattern: (_) @pattern)"):
        text = shown(match["pattern"])
        found = compiled(r"(?s)^\(?\s*(?:\w+\s*@\s*\(?)?\s*([A-Z]{3,7})\s*->\s*Root\b(.*)").match(text)
        if found:
            path = prefix
            for part in compiled(SEGMENT).finditer(compiled(r"(?s)(?::\?|\s(?:as|using)\s|\)\s+\w+\s).*").sub("", found.group(2))):
                path = joined(path, part.group(1) if part.group(1) is not None else f"{{{part.group(2)}}}")
            yield Route(found.group(1), path or "/"), tree.source(match["pattern"])


def _zio(tree: Tree) -> Iterator[tuple[Route, Source]]:
    """`Method.GET / "text" / string("id") -> handler`."""
    for match in tree.syntax.matches("(infix_expression) @route"):
        node: Node = match["route"]
        found = compiled(r"(?s)^Method\.([A-Z]+)\s*/\s*(.*?)\s*->").match(shown(node))
        outer = node.parent
        if found and (outer is None or outer.type != "infix_expression" or not shown(outer).startswith("Method.")):
            path = ""
            for part in compiled(r'"([^"]*)"|\w+\(\s*"(\w+)"\s*\)').finditer(found.group(2)):
                path = joined(path, part.group(1) if part.group(1) is not None else f"{{{part.group(2)}}}")
            yield Route(found.group(1), path or "/"), tree.source(node)


def _play(repo: Repo, folder: str, name: str, prefix: str, depth: int = 3) -> Iterator[tuple[Route, Source]]:
    """https://www.playframework.com/documentation/latest/ScalaRouting; `-> /api v1.Routes` takes in another file."""
    path = f"{folder}/{name}"
    for number, line in enumerate(repo.lines(path) if repo.has(path) else [], 1):
        own, other = compiled(PLAY_LINE).match(line), compiled(PLAY_INCLUDE).match(line)
        if own:
            yield Route(own.group(1), joined(prefix, own.group(2)) or "/"), Source(path, number)
        elif other and depth:
            yield from _play(repo, folder, f"{other.group(2)}.routes", joined(prefix, other.group(1)), depth - 1)
