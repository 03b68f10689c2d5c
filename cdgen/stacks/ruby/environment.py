"""Environment variables that Ruby code and its ERB configuration read, and the requests that it makes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cdgen.model import facts as f
from cdgen.model.facts import Call as Request
from cdgen.model.facts import Confidence, Fact, Origin
from cdgen.repo.patterns import compiled
from cdgen.repo.syntax import line, text
from cdgen.repo.variables import variable
from cdgen.stacks.base import matches
from cdgen.stacks.ruby.sources import Sources
from cdgen.stacks.ruby.tree import Call, as_call, calls, variable_read, walk, word

if TYPE_CHECKING:
    from tree_sitter import Node

NAME = r"^[A-Za-z_][A-Za-z0-9_]{0,60}$"
PLATFORM = frozenset({"HOME", "PATH", "RAILS_ENV", "RACK_ENV", "APP_ENV", "BUNDLE_GEMFILE", "HANAMI_ENV", "CI", "USER", "PWD"})
ERB = (
    r"""ENV(?:\.fetch\(\s*|\[)["']([A-Z][A-Z0-9_]{1,60})["']\s*"""
    r"""(?:,\s*["']?([^"')\n]*?)["']?\s*\)|\]|\)(?:\s*\{\s*["']?([^"'}\n]*?)["']?\s*\})?)"""
)
CLIENTS = ("Net::HTTP", "Faraday", "HTTParty", "RestClient", "Typhoeus", "Excon", "HTTP", "HTTPClient", "Curl", "URI", "base_uri")
REQUESTS = (
    r"^(?:::)?(?:Net::HTTP(?:::\w+)?|Faraday|HTTParty|RestClient(?:::\w+)?|Typhoeus(?:::\w+)?"
    r"|Excon|HTTP|HTTPClient|Curl|Connection)\b"
)
MOST_STEPS = 5  # of names that stand for names
URL = r"^https?://(?:[^/@\s]*@)?([\w.-]+(?::\d+)?)(?:[/?#]|$)"
NOT_CALLED = r"^(?:localhost|127\.0\.0\.1|0\.0\.0\.0|example\.(?:com|org|net)|(?:www\.)?w3\.org|json-schema\.org)(?::|$)"


def env_facts(sources: Sources) -> Iterator[Fact]:
    for path, syntax in sources.having("ENV"):
        for node in walk(syntax.root, "element_reference", "call"):
            read = variable_read(node)
            if read is None or not compiled(NAME).match(read[0]) or read[0] in PLATFORM or _is_written(node):
                continue
            name, default = read
            shown = _default(default) if default is not None else _alternative(node)
            required = node.type == "call" and default is None and b"fetch" in (node.text or b"")
            place = sources.scope.line(path, line(node))
            value = variable(name, shown, required=required)
            yield Fact(f.ENV, value, place, Origin.CODE, Confidence.DECLARED, f"reads {name}")
    yield from _configuration(sources)


def _is_written(node: Node) -> bool:
    parent = node.parent
    return parent is not None and parent.type == "assignment" and parent.child_by_field_name("left") == node


def _alternative(node: Node) -> str | None:
    """The right side of `ENV["X"] || "y"`."""
    parent = node.parent
    if parent is None or parent.type != "binary" or parent.child_by_field_name("left") != node:
        return None
    if not any(each.type in ("||", "or") for each in parent.children):
        return None
    right = parent.child_by_field_name("right")
    return _default(right) if right is not None else None


def _default(node: Node) -> str | None:
    """A default that stands in the code; what is computed is shown as "" for none."""
    if node.type in ("integer", "float", "true", "false"):
        return text(node)
    return word(node)


def _configuration(sources: Sources) -> Iterator[Fact]:
    """`<%= ENV["X"] %>` in config/*.yml."""
    for path in sources.scope.glob("config/*.{yml,yaml}"):
        content = sources.scope.text(path) or ""
        if "ENV" not in content:
            continue
        for match in matches(ERB, content):
            start = content.rfind("\n", 0, match.start()) + 1
            if content[start : match.start()].lstrip().startswith("#") or match.group(1) in PLATFORM:
                continue
            place = sources.scope.line(path, content.count("\n", 0, match.start()) + 1)
            value = variable(match.group(1), match.group(2) or match.group(3))
            yield Fact(f.ENV, value, place, Origin.CONFIG, Confidence.DECLARED, f"reads {match.group(1)}")


def call_facts(sources: Sources) -> Iterator[Fact]:
    """`Faraday.new(url: ...)`, `Net::HTTP.get(URI("..."))`, `HTTParty.get(...)`, `base_uri "..."`, gRPC stubs."""
    seen: set[Request] = set()
    for path, syntax in sources.having(*CLIENTS, "Stub.new"):
        constants = _constants(syntax.root)
        for call in calls(syntax.root):
            request = _request(call, constants)
            if request is not None and request not in seen:
                seen.add(request)
                place = sources.scope.line(path, line(call.node))
                yield Fact(f.CALL, request, place, Origin.CODE, Confidence.DECLARED, f"{call.receiver or call.name} asks it")


def _request(call: Call, constants: dict[str, Node]) -> Request | None:
    stub = compiled(r"(\w+)::Stub$").search(call.receiver) if call.name == "new" else None
    if stub and call.arguments:
        address, name = _address(call.arguments[0], constants, bare=True)
        return Request("grpc", address, name, stub.group(1))
    if call.name != "base_uri" and not compiled(REQUESTS).match(call.receiver):
        return None
    given = [*call.arguments[:1], *(call.pairs[key] for key in ("url", "base_url", "base_uri") if key in call.pairs)]
    for node in given:
        address, name = _address(node, constants, bare=call.receiver.endswith("Net::HTTP") and call.name in ("new", "start"))
        if address or name:
            return Request("http", address, name)
    return None


def _address(node: Node | None, constants: dict[str, Node], *, bare: bool, steps: int = 0) -> tuple[str | None, str | None]:
    """(host, variable) of an address, followed through `URI(...)` and names of the file."""
    if node is None or steps > MOST_STEPS:
        return None, None
    read = variable_read(node)
    if read is not None:
        return _address(read[1], constants, bare=bare, steps=steps + 1)[0], read[0]
    if node.type == "binary":
        sides = (node.child_by_field_name("left"), node.child_by_field_name("right"))
        found = [_address(side, constants, bare=bare, steps=steps + 1) for side in sides]
        return next((each[0] for each in found if each[0]), None), next((each[1] for each in found if each[1]), None)
    if node.type == "string":
        return _in_string(node, constants, bare=bare, steps=steps)
    if node.type in ("identifier", "constant", "instance_variable"):
        return _address(constants.get(text(node)), constants, bare=bare, steps=steps + 1)
    return _address(_wrapped(node), constants, bare=bare, steps=steps + 1)


def _wrapped(node: Node) -> Node | None:
    """What `URI(x)`, `URI.parse(x)` and `x.strip` are about."""
    call = as_call(node) if node.type == "call" else None
    if call is None:
        return None
    if call.name in ("URI", "parse", "new") and call.arguments:
        return call.arguments[0]
    return node.child_by_field_name("receiver")


def _in_string(node: Node, constants: dict[str, Node], *, bare: bool, steps: int) -> tuple[str | None, str | None]:
    parts = node.named_children
    if not parts:
        return None, None
    if parts[0].type == "interpolation":
        return _address(_inner(parts[0]), constants, bare=bare, steps=steps + 1)
    head, whole = text(parts[0]), len(parts) == 1
    if head in ("http://", "https://") and not whole:
        return _address(_inner(parts[1]), constants, bare=True, steps=steps + 1)
    found = compiled(URL).match(head if whole or head.count("/") > 2 else head + "\0")
    named = bare and whole and compiled(r"^[a-z][\w.-]*(?::\d+)?$").match(head)
    host = found.group(1) if found else head if named else None
    return (None, None) if host is None or compiled(NOT_CALLED).match(host) else (host, None)


def _inner(node: Node) -> Node | None:
    return node.named_children[0] if node.named_child_count else None


def _constants(root: Node) -> dict[str, Node]:
    """Names that the file gives one value."""
    found: dict[str, Node] = {}
    twice: set[str] = set()
    for node in walk(root, "assignment", "operator_assignment"):
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is not None and right is not None:
            name = text(left)
            twice |= {name} & found.keys()
            found[name] = right
    return {name: node for name, node in found.items() if name not in twice}
