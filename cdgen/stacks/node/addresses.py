"""To whom an expression points: a literal address, and the variable that can say otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cdgen.repo.patterns import compiled
from cdgen.repo.syntax import literal, text
from cdgen.stacks.node.nodes import Module, arguments, callee, name_of, operator, pairs, receiver_of, unwrapped
from cdgen.stacks.node.trees import Trees

if TYPE_CHECKING:
    from tree_sitter import Node

SCHEME = r"^(?:https?|wss?|grpcs?|h2c|dns)://*"
VARIABLE = r"^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$"
ENVIRONMENTS = frozenset({"process.env", "Bun.env", "import.meta.env", "globalThis.process.env"})
# last words of names that hold an address
SAYS_ADDRESS = r"(?i)(?:url|uri|host|hostname|addr|address|endpoint|server|baseurl|origin|target|upstream)$"
SETTINGS = r"(?i)(?:^|\.)(?:env|config|configuration|settings|options|conf|cfg|environment|secrets)\b"
# properties of an object that say where a client sends, the surest first
ANYBODY = (
    r"(?i)^(?:base[._]?)?(?:url|uri|host|hostname|addr|address|endpoint|server|origin|target|upstream)$"  # of whom it does not say
)
KEYS = ("baseURL", "baseUrl", "prefixUrl", "target", "upstream", "url", "uri", "origin", "hostname", "host", "address")
PASSES_ON = frozenset({"replace", "trim", "toString", "concat", "toLowerCase", "replaceAll", "href", "slice"})
TAKES_FIRST = frozenset({"String", "encodeURI", "format", "join", "urljoin", "urlJoin", "resolve", "sprintf", "normalizeUrl"})
DEEP = 8


class Address(NamedTuple):
    """`host` is a host, or host:port; at least one of both is there."""

    host: str | None = None
    variable: str | None = None


class Addresses:
    """Expressions followed to what they point at; None for one that stays here or cannot be followed."""

    def __init__(self, trees: Trees) -> None:
        self.trees = trees

    def asked(self, module: Module, node: Node | None, *, bare: bool = False) -> Address | None:
        """As `of`, without a variable whose name could be anybody's."""
        found = self.of(module, node, bare=bare)
        if found is None or found.variable is None or not compiled(ANYBODY).match(found.variable):
            return found
        return Address(found.host) if found.host else None

    def of(self, module: Module, node: Node | None, depth: int = 0, *, bare: bool = False) -> Address | None:
        """`bare`: the expression is a host, so that a text without a scheme is one too."""
        if node is None or depth > DEEP:
            return None
        node = unwrapped(node)
        plain = literal(node)
        if plain is not None:
            return _literal(plain, bare=bare)
        match node.type:
            case "template_string":
                return self._template(module, node, depth, bare=bare)
            case "binary_expression":
                return self._binary(module, node, depth, bare=bare)
            case "ternary_expression":
                sides = (
                    self.of(module, node.child_by_field_name(side), depth + 1, bare=bare) for side in ("alternative", "consequence")
                )
                return next((found for found in sides if found), None)
            case "object":
                return self._object(module, node, depth)
            case "call_expression" | "new_expression":
                return self._call(module, node, depth, bare=bare)
            case "identifier" | "member_expression" | "subscript_expression":
                return self._name(module, node, depth, bare=bare)
        return None

    def _template(self, module: Module, node: Node, depth: int, *, bare: bool) -> Address | None:
        parts = node.named_children
        if not parts:
            return None
        if parts[0].type == "template_substitution":
            return self._substituted(module, parts[0], depth, bare=bare)
        head = text(parts[0])
        rest = compiled(SCHEME).sub("", head)
        if rest or len(parts) == 1:
            return _literal(head, bare=bare)
        return self._substituted(module, parts[1], depth, bare=True) if rest != head else None

    def _substituted(self, module: Module, part: Node, depth: int, *, bare: bool) -> Address | None:
        if part.type != "template_substitution" or not part.named_children:
            return None
        return self.of(module, part.named_children[0], depth + 1, bare=bare)

    def _binary(self, module: Module, node: Node, depth: int, *, bare: bool) -> Address | None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if operator(node) in ("||", "??"):
            first, second = (self.of(module, side, depth + 1, bare=bare) for side in (left, right))
            if first and second:
                return Address(first.host or second.host, first.variable or second.variable)
            return first or second
        if operator(node) != "+" or left is None:
            return None
        plain = literal(left)
        if plain is not None and compiled(SCHEME + "$").match(plain):
            return self.of(module, right, depth + 1, bare=True)
        return self.of(module, left, depth + 1, bare=bare)

    def _object(self, module: Module, node: Node, depth: int) -> Address | None:
        """`{ hostname: 'catalogue', port: 80 }`, `{ baseURL: ... }`."""
        entries = pairs(node)
        for key in KEYS:
            if key in entries and (found := self.of(module, entries[key], depth + 1, bare=key in KEYS[-3:])):
                port = text(entries["port"]) if "port" in entries and entries["port"].type == "number" else ""
                return found._replace(host=f"{found.host}:{port}") if port and found.host and ":" not in found.host else found
        return None

    def _call(self, module: Module, node: Node, depth: int, *, bare: bool) -> Address | None:
        given, name, on = arguments(node), name_of(node), receiver_of(node)
        asked = literal(given[0]) if given else None
        whole = text(called) if (called := callee(node)) is not None else ""
        if whole == "URL" and given:
            return self.of(module, given[-1], depth + 1) or self.of(module, given[0], depth + 1)
        if whole == "Deno.env.get" and asked:
            return Address(None, asked)
        if asked and compiled(VARIABLE).match(asked) and len(given) <= 3 and not (on is not None and name in PASSES_ON):
            default = self.of(module, given[1], depth + 1, bare=True) if len(given) > 1 else None
            return Address(default.host if default else None, asked)
        if asked and on is not None and name in ("get", "getOrThrow") and compiled(SETTINGS).search(text(on)):
            return Address(None, asked) if compiled(SAYS_ADDRESS).search(asked) else None
        if name in TAKES_FIRST and given:
            return self.of(module, given[0], depth + 1, bare=bare)
        if on is not None and name in PASSES_ON:
            return self.of(module, on, depth + 1, bare=bare)
        objects = [each for each in given if each.type == "object"]
        return self._object(module, objects[0], depth) if objects else None

    def _name(self, module: Module, node: Node, depth: int, *, bare: bool) -> Address | None:
        holder, key = _split(node)
        if holder in ENVIRONMENTS:
            return Address(None, key) if key else None
        if not holder and key in module.environment:
            return Address(None, module.environment[key])
        found = self.trees.member(module, node) if node.type != "subscript_expression" else None
        if found and found[1] != node:
            return self.of(found[0], found[1], depth + 1, bare=bare)
        if holder and compiled(SETTINGS).search(holder) and compiled(SAYS_ADDRESS).search(key):
            last = holder.rpartition(".")[2]
            return Address(None, key if compiled(VARIABLE).match(key) or compiled(SETTINGS).search(last) else f"{last}.{key}")
        return None


def _split(node: Node) -> tuple[str, str]:
    """(`process.env`, `X`) of `process.env.X` and `process.env['X']`; a plain name has no holder."""
    if node.type == "identifier":
        return "", text(node)
    holder = node.child_by_field_name("object")
    key = node.child_by_field_name("property") or node.child_by_field_name("index")
    if holder is None or key is None:
        return "", ""
    return text(holder).replace("?", ""), literal(key) or ("" if node.type == "subscript_expression" else text(key))


def _literal(plain: str, *, bare: bool) -> Address | None:
    """The host of an address; what follows `%` is filled in later and says nothing."""
    rest = compiled(SCHEME).sub("", plain)
    if rest == plain and not bare and not compiled(r"^[a-zA-Z][\w.-]*:\d{2,5}$").match(plain):
        return None
    host = compiled(r"[/?#%\s].*$").sub("", rest.rpartition("@")[2] if "@" in rest.partition("/")[0] else rest).rstrip(":")
    return Address(host) if compiled(r"^[\w.-]+(?::\d+)?$").match(host) else None
