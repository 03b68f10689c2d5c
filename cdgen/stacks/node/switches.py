"""Backing services that an environment variable switches on: what works without one is not a need."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cdgen.repo.patterns import compiled
from cdgen.repo.syntax import text
from cdgen.stacks.node.nodes import Module, captured, name_of, operator
from cdgen.stacks.node.trees import Trees

if TYPE_CHECKING:
    from tree_sitter import Node

# kind -> words of the variables that say where it is; databases of record are no extra
SWITCHED = {
    "redis": "REDIS|VALKEY",
    "memcached": "MEMCACHE",
    "kafka": "KAFKA",
    "rabbitmq": "RABBIT|AMQP",
    "nats": "NATS",
    "elasticsearch": "ELASTIC",
    "opensearch": "OPENSEARCH",
    "s3": "S3|AWS",
    "sqs": "SQS",
}
READ = "(member_expression property: (property_identifier)) @read"
PLACES = r"(?:URLS?|URIS?|HOSTS?|BROKERS?|SERVERS?|ADDR|ADDRESS|ENDPOINT|ENABLED?|NODES?|CONNECTION_STRING|BUCKET)$"
NOTHING = frozenset({"null", "undefined", "false"})


def switched(trees: Trees, kinds: frozenset[str]) -> dict[str, str]:
    """Kind -> the variable that is asked whether the service is there at all."""
    words = {kind: word for kind, word in SWITCHED.items() if kind in kinds}
    found: dict[str, str] = {}
    for module in trees.having("process.env") if words else ():
        for name, node in _reads(module):
            kind = next((kind for kind, word in words.items() if compiled(word).search(name)), None)
            if kind and compiled(PLACES).search(name) and _is_asked(node):
                found.setdefault(kind, name)
    return found


def _reads(module: Module) -> Iterator[tuple[str, Node]]:
    for node in captured(module, READ):
        holder, _, name = text(node).rpartition(".")
        if holder == "process.env":
            yield name, node


def _is_asked(node: Node) -> bool:
    """`!!process.env.X`, `Boolean(process.env.X && ...)`, `process.env.X && connect()`, `process.env.X ? new Client() : null`."""
    child = node
    place = node.parent
    while place is not None:
        if place.type == "unary_expression":
            outer = place.parent
            return operator(place) == "!" and outer is not None and outer.type == "unary_expression" and operator(outer) == "!"
        if place.type == "binary_expression" and operator(place) == "&&":
            right = place.child_by_field_name("right")
            if right is not None and right != child and _makes(right):
                return True
        elif place.type == "ternary_expression":
            condition, other = place.child_by_field_name("condition"), place.child_by_field_name("alternative")
            return condition == child and other is not None and text(other) in NOTHING
        elif place.type == "call_expression":
            return name_of(place) == "Boolean"
        elif place.type not in ("parenthesized_expression", "arguments"):
            return False
        child = place
        place = place.parent
    return False


def _makes(node: Node) -> bool:
    return bool(compiled(r"\bnew\s|\w\(").search(text(node)))
