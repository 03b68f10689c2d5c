"""routes/*.php of Laravel, and the health route of its bootstrap. https://laravel.com/docs/routing"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cdgen.repo.patterns import compiled
from cdgen.repo.syntax import line, literal
from cdgen.stacks.php.seen import Seen, join
from cdgen.stacks.php.sources import Sources
from cdgen.stacks.php.tree import MOST_DEPTH, Call, as_call, calls, closure, pairs, strings

if TYPE_CHECKING:
    from tree_sitter import Node

VERBS = ("get", "post", "put", "patch", "delete", "options", "any")
NO_ROUTES = ("console.php", "channels.php")  # commands and broadcasts
ACTIONS = (
    ("index", "GET", ""),
    ("create", "GET", "/create"),
    ("store", "POST", ""),
    ("show", "GET", "/{id}"),
    ("edit", "GET", "/{id}/edit"),
    ("update", "PUT", "/{id}"),
    ("destroy", "DELETE", "/{id}"),
)
FORMS = ("create", "edit")


def laravel_routes(sources: Sources) -> Iterator[Seen]:
    yield from _bootstrap(sources)
    prefix = _api_prefix(sources)
    for path, syntax in sources.having("Route::", "$router->"):
        folder, _, name = path.removeprefix(sources.root).rpartition("/")
        if (folder == "routes" or folder.startswith("routes/")) and name not in NO_ROUTES:
            yield from _draw(syntax.root, prefix if name == "api.php" else "", path, 0)


def _bootstrap(sources: Sources) -> Iterator[Seen]:
    """`->withRouting(health: '/up')`."""
    path = f"{sources.root}bootstrap/app.php"
    syntax = sources.scope.syntax(path, "php") if sources.scope.has(path) else None
    for call in calls(syntax.root) if syntax else ():
        health = literal(call.named.get("health")) if call.name == "withRouting" else None
        if health:
            yield Seen("GET", join("", health), path, line(call.named["health"]))


def _api_prefix(sources: Sources) -> str:
    path = f"{sources.root}bootstrap/app.php"
    syntax = sources.scope.syntax(path, "php") if sources.scope.has(path) else None
    for call in calls(syntax.root) if syntax else ():
        if call.name == "withRouting" and "apiPrefix" in call.named:
            return literal(call.named["apiPrefix"]) or ""
    return "api"


def _draw(body: Node, prefix: str, file: str, depth: int) -> Iterator[Seen]:
    if depth > MOST_DEPTH:
        return
    pending = [body]
    while pending:
        node = pending.pop()
        call = as_call(node)
        if call is None:
            pending.extend(reversed(node.named_children))
            continue
        chain = _chain(call)
        if not compiled(r"^(?:\\?(?:[\w\\]*\\)?Route|\$router)$").match(chain[-1].on):
            pending.extend(reversed(node.named_children))
            continue
        yield from _registered(chain, prefix, file, depth)


def _chain(call: Call) -> list[Call]:
    """`Route::prefix('a')->middleware('b')->group(...)`: the calls from the last to the first."""
    found = [call]
    while len(found) < MOST_DEPTH and found[-1].receiver is not None and (before := as_call(found[-1].receiver)) is not None:
        found.append(before)
    return found


def _registered(chain: list[Call], prefix: str, file: str, depth: int) -> Iterator[Seen]:
    named = [literal(each.arguments[0]) for each in reversed(chain) if each.name == "prefix" and each.arguments]
    inner = prefix
    for part in named:
        inner = join(inner, part or "")
    for call in chain:
        if call.name == "group":
            body = closure(call)
            options = pairs(call.arguments[0]) if call.arguments else {}
            if body is not None:
                yield from _draw(body, join(inner, literal(options.get("prefix")) or ""), file, depth + 1)
        else:
            yield from _route(call, chain, inner, file)


def _route(call: Call, chain: list[Call], prefix: str, file: str) -> Iterator[Seen]:
    number, given = line(call.node), call.arguments
    path = literal(given[0]) if given else None
    if call.name in VERBS and path is not None and len(given) > 1:
        yield Seen("*" if call.name == "any" else call.name.upper(), join(prefix, path), file, number)
    elif call.name == "match" and len(given) > 1 and (matched := literal(given[1])) is not None:
        for method in strings(given[0]):
            yield Seen(method.upper(), join(prefix, matched), file, number)
    elif call.name in ("view", "redirect", "permanentRedirect") and path is not None and len(given) > 1:
        yield Seen("GET", join(prefix, path), file, number)
    else:
        yield from _resource(call, chain, prefix, file)


def _resource(call: Call, chain: list[Call], prefix: str, file: str) -> Iterator[Seen]:
    number, given = line(call.node), call.arguments
    path = literal(given[0]) if given else None
    if call.name in ("resource", "apiResource", "singleton") and path is not None:
        for action, method, rest in ACTIONS:
            if _has(action, call, chain):
                yield Seen(method, join(prefix, path.replace(".", "/{id}/")) + rest, file, number)
    elif call.name in ("resources", "apiResources") and given:
        for name in pairs(given[0]):
            for action, method, rest in ACTIONS:
                if action not in FORMS or call.name == "resources":
                    yield Seen(method, join(prefix, name) + rest, file, number)


def _has(action: str, call: Call, chain: list[Call]) -> bool:
    """Whether a resource has an action, by `only` and `except` of its options or of its chain."""
    if call.name == "apiResource" and action in FORMS:
        return False
    options = pairs(call.arguments[2]) if len(call.arguments) > 2 else {}
    said = {each.name: each.arguments[0] for each in chain if each.name in ("only", "except") and each.arguments} | {
        key: value for key, value in options.items() if key in ("only", "except")
    }
    if "only" in said:
        return action in strings(said["only"])
    return "except" not in said or action not in strings(said["except"])
