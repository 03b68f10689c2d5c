"""gRPC as the generated classes show it: which services a program registers, which stubs it makes, and whom it connects to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cdgen.model import facts as f
from cdgen.model.facts import Call, Confidence, Fact, Origin
from cdgen.repo.patterns import compiled
from cdgen.stacks.jvm.outgoing import host
from cdgen.stacks.jvm.settings import Settings
from cdgen.stacks.jvm.shapes import Called, Class, call_at, shown
from cdgen.stacks.jvm.tree import NAMES, Tree, Trees

if TYPE_CHECKING:
    from tree_sitter import Node

SERVERS = ("ImplBase", "@GrpcService", "@GRpcService")
STUBS = ("Stub(", "@GrpcClient")
BASE = r"^(?:Reactor|Rx|Mutiny)?(\w+?)(?:Coroutine)?ImplBase$"
BINDS = frozenset({"addService", "bindService", "addServices"})
MARKS = frozenset({"GrpcService", "GRpcService", "Service", "Singleton", "Component", "ApplicationScoped"})
CHANNELS = frozenset({"forAddress", "forTarget", "newChannelBuilder"})
STUB_CALL = r"^new(?:Blocking|Future|BlockingV2|Reactor|Mutiny|Rx)?Stub$"
STUB_NAME = r"(\w+?)(?:Coroutine|Blocking|Future|BlockingV2)?Stub$"


def facts(trees: Trees, settings: Settings) -> Iterator[Fact]:
    yield from _served(trees)
    yield from _asked(trees, settings)


def _served(trees: Trees) -> Iterator[Fact]:
    bound = {name for tree in trees.telling("addService", "bindService") for name in _bound(tree)}
    for tree in trees.telling(*SERVERS):
        marks = {note.holder.id: note.name for note in tree.notes() if note.name in MARKS}
        for shape in tree.classes():
            name = _service(shape)
            if name and name != "Health" and (shape.name in bound or shape.node.id in marks):
                place = tree.source(shape.node)
                yield Fact(f.GRPC_SERVICE, name, place, Origin.CODE, Confidence.DECLARED, f"{shape.name} is registered")


def _service(shape: Class) -> str | None:
    """The service that a class implements, by the base class that was generated for it."""
    for name in shape.above:
        match = compiled(BASE).match(name)
        if match:
            return match.group(1)
    return None


def _bound(tree: Tree) -> Iterator[str]:
    """Classes among the arguments of `addService`, also behind a variable, and all capitalised names in it."""
    for called in tree.calls():
        if called.name in BINDS:
            for argument in called.arguments:
                value = tree.names.get(shown(argument.node)) or argument.node
                yield from compiled(r"\b[A-Z]\w+").findall(shown(value))
                if argument.node.type in NAMES:
                    yield from _types(shown(argument.node).rpartition(".")[2], tree)


def _types(name: str, tree: Tree) -> Iterator[str]:
    """The declared type of a field or parameter."""
    for match in compiled(rf"\b([A-Z]\w+)\s+{name}\b|\b{name}\s*:\s*([A-Z]\w+)").finditer(tree.file.text):
        yield match.group(1) or match.group(2)


def _asked(trees: Trees, settings: Settings) -> Iterator[Fact]:
    for tree in trees.telling(*STUBS):
        channels = [
            found for called in tree.calls() if called.name in CHANNELS and (found := _channel(called, tree, trees, settings))
        ]
        whom = channels[0] if len(set(channels)) == 1 else (None, None)
        for called in tree.calls():
            name = _stub(called)
            if name:
                call = Call("grpc", whom[0], whom[1], name)
                yield Fact(f.CALL, call, tree.source(called.node), Origin.CODE, Confidence.DECLARED, f"stub of {name}")
        for note in tree.notes():
            if note.name == "GrpcClient":
                name = _injected(shown(note.holder))
                address = _named_client(trees.text(note.argument("value"), tree), settings)
                if name or address:
                    call = Call("grpc", address, None, name)
                    yield Fact(f.CALL, call, tree.source(note.node), Origin.CODE, Confidence.DECLARED, "@GrpcClient")
        if len(set(channels)) > 1:
            for called in tree.calls():
                found = _channel(called, tree, trees, settings) if called.name in CHANNELS else None
                if found:
                    yield Fact(f.CALL, Call("grpc", *found), tree.source(called.node), Origin.CODE, Confidence.INFERRED, "channel")


def _stub(called: Called) -> str | None:
    """`CartServiceGrpc.newBlockingStub(channel)`, `CartServiceGrpcKt.CartServiceCoroutineStub(channel)`."""
    if called.receiver is not None and compiled(STUB_CALL).match(called.name):
        owner = compiled(r"(\w+?)Grpc(?:Kt)?$").search(shown(called.receiver))
        return owner.group(1) if owner else None
    made = compiled(rf"^{STUB_NAME}").match(called.name)
    return made.group(1) if made and called.name.endswith("CoroutineStub") else None


def _injected(declaration: str) -> str | None:
    """The service of the declared type of what is injected: a generated stub, or Mutiny's interface of the service itself."""
    bare = compiled(r"@\w+(?:\([^)]*\))?").sub("", declaration)
    match = compiled(r"\w\s*:\s*([A-Z][\w.]*)|\b([A-Z][\w.]*)\s+\w+").search(bare)
    name = (match.group(1) or match.group(2)).rpartition(".")[2] if match else ""
    name = compiled(r"(?:Coroutine|Blocking|Future|BlockingV2)?Stub$").sub(
        "", compiled(r"^(?:Mutiny|Reactor)(?=[A-Z])").sub("", name)
    )
    return name if name and not name.endswith("Channel") else None


def _named_client(name: str | None, settings: Settings) -> str | None:
    for key in (f"grpc.client.{name}.address", f"spring.grpc.client.channels.{name}.address", f"quarkus.grpc.clients.{name}.host"):
        stated = settings.text(key) if name else ""
        if stated:
            return host(compiled(r"^(?:static|dns|discovery)://+").sub("", stated))
    return None


def _channel(called: Called, tree: Tree, trees: Trees, settings: Settings) -> tuple[str | None, str | None] | None:
    """(address, variable) that a channel is opened to."""
    for argument in called.arguments[:2]:
        found = _target(argument.node, tree, trees, settings)
        if found:
            return found
    return None


def _target(node: Node, tree: Tree, trees: Trees, settings: Settings, depth: int = 4) -> tuple[str | None, str | None] | None:
    text = trees.text(node, tree)
    if text:
        address = host(compiled(r"^(?:dns|static)://+").sub("", text))
        return (address, None) if address else None
    called = call_at(node)
    if called is not None and compiled(r"(?i)get_?env").match(called.name):
        default = trees.text(called.argument(position=1), tree)
        return (host(default) if default else None, trees.text(called.argument(), tree))
    if called is not None and called.name == "getProperty":
        return None
    value = _value_note(node, tree, settings)
    if value:
        return value
    named = trees.named(node, tree) if node.type in NAMES else None
    if named and depth:
        return _target(*named, trees, settings, depth - 1)
    inner = node.named_children if node.type not in NAMES and depth else []
    return next((found for each in inner if (found := _target(each, tree, trees, settings, depth - 1))), None)


def _value_note(node: Node, tree: Tree, settings: Settings) -> tuple[str | None, str | None] | None:
    """A name that an annotation fills: `@Value("${cart.host:cart}") String cartHost`."""
    name = shown(node).rpartition(".")[2]
    if node.type not in NAMES or "@Value" not in tree.file.text:
        return None
    for note in tree.notes():
        if note.name == "Value" and compiled(rf"\b{name}\b").search(shown(note.holder)):
            match = compiled(r"\$\{([\w.-]+)(?::([^}]*))?\}").search(shown(note.node))
            if match:
                stated = settings.text(match.group(1)) or match.group(2)
                return (host(stated) if stated else None, match.group(1))
    return None
