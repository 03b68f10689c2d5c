"""Environment variables that PHP code and its configuration read, and the requests that it makes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cdgen.model import facts as f
from cdgen.model.facts import Call as Request
from cdgen.model.facts import Confidence, Fact, Origin
from cdgen.repo.patterns import compiled
from cdgen.repo.syntax import line, literal, text
from cdgen.repo.variables import variable
from cdgen.stacks.base import matches
from cdgen.stacks.php.sources import Sources
from cdgen.stacks.php.tree import Call, calls, pairs, variable_read, walk

if TYPE_CHECKING:
    from tree_sitter import Node

NAME = r"^[A-Z][A-Z0-9_]{1,60}$"
# what the web server tells about a request: https://www.php.net/manual/en/reserved.variables.server.php
REQUEST = (
    r"^(?:HTTP_|SERVER_|REMOTE_|REQUEST_|SCRIPT_|DOCUMENT_|QUERY_|PATH_|PHP_|CONTENT_|AUTH_|GATEWAY_|REDIRECT_|SSL_|argv|HTTPS$"
    r"|ORIG_|CONTEXT_)"
)
PLATFORM = frozenset({"HOME", "PATH", "USER", "PWD", "CI", "TZ", "LANG", "TMPDIR", "APP_ENV", "APP_DEBUG"})
SYMFONY = r"%env\((?:[\w:]+:)?([A-Z][A-Z0-9_]+)\)%"
URL = r"^https?://(?:[^/@\s]*@)?([\w.-]+(?::\d+)?)(?:[/?#]|$)"
NOT_CALLED = r"^(?:localhost|127\.0\.0\.1|0\.0\.0\.0|example\.(?:com|org|net)|(?:www\.)?w3\.org|schema\.org)(?::|$)"
CLIENTS = (
    "curl_init",
    "curl_setopt",
    "file_get_contents",
    "Client",
    "Http::",
    "HttpClient",
    "httpClient",
    "client->",
    "http->",
    "Request(",
)
VERBS = ("get", "post", "put", "patch", "delete", "request", "send", "head", "baseUrl", "requestAsync", "getAsync", "postAsync")
MOST_STEPS = 5  # of names that stand for names


def env_facts(sources: Sources) -> Iterator[Fact]:
    for path, syntax in sources.having("getenv", "$_ENV", "$_SERVER", "env(", "Env::"):
        for node in walk(syntax.root, "subscript_expression", "function_call_expression", "scoped_call_expression"):
            read = variable_read(node)
            if read is None or not _is_setting(read[0]) or _is_written(node):
                continue
            name, given = read
            default = _shown(given) if given is not None else _alternative(node)
            place = sources.scope.line(path, line(node))
            yield Fact(f.ENV, variable(name, default), place, Origin.CODE, Confidence.DECLARED, f"reads {name}")
    for path in sources.scope.glob(f"{sources.root}config/**/*.{{yaml,yml}}"):
        for match in matches(SYMFONY, sources.scope.text(path) or ""):
            number = (sources.scope.text(path) or "").count("\n", 0, match.start()) + 1
            if _is_setting(match.group(1)):
                place = sources.scope.line(path, number)
                value = variable(match.group(1))
                yield Fact(f.ENV, value, place, Origin.CONFIG, Confidence.DECLARED, f"reads {match.group(1)}")


def _is_setting(name: str) -> bool:
    return bool(compiled(NAME).match(name)) and not compiled(REQUEST).match(name) and name not in PLATFORM


def _is_written(node: Node) -> bool:
    parent = node.parent
    return parent is not None and parent.type == "assignment_expression" and parent.child_by_field_name("left") == node


def _alternative(node: Node) -> str | None:
    """The other side of `getenv('X') ?: 'y'` and `$_ENV['X'] ?? 'y'`."""
    parent = node.parent
    if parent is None:
        return None
    if parent.type == "conditional_expression" and parent.child_by_field_name("condition") == node:
        return _shown(parent.child_by_field_name("alternative"))
    if parent.type == "binary_expression" and any(each.type in ("??", "?:") for each in parent.children):
        right = parent.child_by_field_name("right")
        return _shown(right) if right != node else None
    return None


def _shown(node: Node | None) -> str | None:
    if node is not None and node.type in ("integer", "float", "boolean"):
        return text(node)
    return literal(node)


def call_facts(sources: Sources) -> Iterator[Fact]:
    """`$client->get('http://...')`, `new Client(['base_uri' => ...])`, `Http::post(...)`, `curl_init(...)`."""
    seen: set[Request] = set()
    for path, syntax in sources.having(*CLIENTS):
        values = _values(syntax.root)
        for call in calls(syntax.root):
            for node in _targets(call):
                host, name = _address(node, values)
                request = Request("http", host, name)
                if (host or name) and request not in seen:
                    seen.add(request)
                    place = sources.scope.line(path, line(call.node))
                    yield Fact(f.CALL, request, place, Origin.CODE, Confidence.DECLARED, "asked by the code")
                    break


def _targets(call: Call) -> Iterator[Node]:
    """Arguments that may be the address of a request."""
    given = call.arguments
    if call.receiver is None and call.name in ("curl_init", "file_get_contents") and given:
        yield given[0]
    elif call.receiver is None and call.name == "curl_setopt" and len(given) > 2 and text(given[1]) == "CURLOPT_URL":
        yield given[2]
    elif call.name == "new" and call.on.rpartition("\\")[2] in ("Client", "GuzzleClient", "HttpClient", "Request") and given:
        options = pairs(given[0])
        yield from (options[key] for key in ("base_uri", "base_url") if key in options)
        if call.on.endswith("Request") and len(given) > 1:
            yield given[1]
    elif call.name in VERBS and (compiled(r"(?i)client|guzzle|http\b|curl").search(call.on)):
        yield from given[:2]


def _address(node: Node | None, values: dict[str, Node], steps: int = 0) -> tuple[str | None, str | None]:
    """(host, variable) of an address, followed through concatenations and names of the file."""
    if node is None or steps > MOST_STEPS:
        return None, None
    read = variable_read(node)
    if read is not None:
        return (_address(read[1], values, steps + 1)[0], read[0]) if _is_setting(read[0]) else (None, None)
    if node.type == "binary_expression":
        left = _address(node.child_by_field_name("left"), values, steps + 1)
        either = any(each.type in ("??", "?:") for each in node.children)
        right = _address(node.child_by_field_name("right"), values, steps + 1) if either else (None, None)
        return left[0] or right[0], left[1] or right[1]
    if node.type == "conditional_expression":
        asked = _address(node.child_by_field_name("condition"), values, steps + 1)
        other = _address(node.child_by_field_name("alternative"), values, steps + 1)
        return asked[0] or other[0], asked[1]
    if node.type in ("variable_name", "member_access_expression"):
        return _address(values.get(text(node)), values, steps + 1)
    if node.type == "encapsed_string" and node.named_child_count > 1:
        first = node.named_children[0]
        if first.type != "string_content":
            return _address(first, values, steps + 1)
        found = compiled(URL).match(text(first) if text(first).count("/") > 2 else text(first) + "\0")
    else:
        found = compiled(URL).match(literal(node) or "")
    host = found.group(1) if found else None
    return (None, None) if host is None or compiled(NOT_CALLED).match(host) else (host, None)


def _values(root: Node) -> dict[str, Node]:
    """Variables that the file gives one value."""
    found: dict[str, Node] = {}
    twice: set[str] = set()
    for node in walk(root, "assignment_expression"):
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is not None and right is not None:
            name = text(left)
            twice |= {name} & found.keys()
            found[name] = right
    return {name: node for name, node in found.items() if name not in twice}
