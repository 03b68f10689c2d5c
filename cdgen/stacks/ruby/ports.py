"""Where a Ruby program listens: its server's configuration, calls in the code, defaults of the servers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, ResourceHint
from cdgen.repo.patterns import compiled
from cdgen.repo.syntax import line, text
from cdgen.stacks.ruby.frameworks import SITES, Known
from cdgen.stacks.ruby.gemfile import Gemfile
from cdgen.stacks.ruby.sources import Number, Sources, number, port_in
from cdgen.stacks.ruby.tree import Call, calls, variable_read, walk, word

if TYPE_CHECKING:
    from tree_sitter import Node

PUMA = ("config/puma.rb", "puma.rb", "config/puma/production.rb")
UNICORN = ("config/unicorn.rb", "unicorn.rb", "config/unicorn/production.rb", "config/pitchfork.rb")
# documented defaults: https://guides.rubyonrails.org/command_line.html, https://sinatrarb.com/configuration.html,
# https://puma.io, https://guides.hanamirb.org, https://github.com/rack/rackup
DEFAULTS = {"rails": 3000, "sinatra": 4567, "hanami": 2300, "padrino": 3000, "jekyll": 4000, "middleman": 4567}
RACK_PORT = 9292
ADMIN = r"(?i)metrics|prometheus|admin|control|health|debug"


def port_facts(gemfile: Gemfile | None, known: Known, sources: Sources) -> Iterator[Fact]:
    found = [*_server_files(sources), *_in_code(sources, known), *_procfile(sources)]
    yield from found
    ports = [fact for fact in found if fact.key is f.PORT]
    if not ports and not _told(sources, known):
        yield from _default(gemfile, known, sources)


def _server_files(sources: Sources) -> Iterator[Fact]:
    """`port 3000` and `bind "tcp://0.0.0.0:3000"` of Puma; `listen 8080` of Unicorn; numbers of workers and threads of both."""
    for names, methods in ((PUMA, ("port", "bind")), (UNICORN, ("listen",))):
        path = next((name for name in names if sources.scope.has(name)), None)
        syntax = sources.scope.syntax(path, "ruby") if path else None
        if path is None or syntax is None:
            continue
        for call in calls(syntax.root):
            if call.receiver or not call.arguments:
                continue
            if call.name in methods:
                yield from _fact(sources, path, call.node, port_in(call.arguments[0], syntax.root), Origin.CONFIG, path)
            elif call.name in ("workers", "worker_processes", "threads"):
                yield _resource(sources, path, call, syntax.root)


def _resource(sources: Sources, path: str, call: Call, root: Node) -> Fact:
    """`workers ENV.fetch("WEB_CONCURRENCY", 2)`: the variable, and what stands for it."""
    given = call.arguments[-1]
    read = variable_read(given)
    value = number(given, root)
    shown = f"${read[0]}" if read and value is None else str(value.value) if value else text(given)[:40]
    name = "threads" if call.name == "threads" else "workers"
    place = sources.scope.line(path, line(call.node))
    return Fact(f.RESOURCE, ResourceHint(name, shown), place, Origin.CONFIG, Confidence.DECLARED, f"{call.name} of the server")


def _in_code(sources: Sources, known: Known) -> Iterator[Fact]:
    """`set :port, 8080`, `App.run! port: 8080`, `WEBrick::HTTPServer.new(Port: 8080)`, `add_http2_port("0.0.0.0:50051")`."""
    for path, syntax in sources.having("port", "Port", "TCPServer"):
        if path in (*PUMA, *UNICORN):
            continue
        for call in calls(syntax.root):
            given = _port_argument(call, known)
            if given is not None:
                yield from _fact(sources, path, call.node, port_in(given, syntax.root), Origin.CODE, "it listens here")


def _port_argument(call: Call, known: Known) -> Node | None:
    if call.name == "set" and call.receiver in ("", "self", "settings", "Sinatra::Application"):
        if len(call.arguments) > 1 and word(call.arguments[0]) == "port":
            return call.arguments[1]
        return call.pairs.get("port") if not call.arguments else None
    if call.name in ("run!", "start", "start!") and known.framework != "rails":
        return call.pairs.get("port") or call.pairs.get("Port")
    if call.name in ("new", "run"):
        server = compiled(r"WEBrick|Handler|Rack::Server|Rackup::Server|Puma|Thin").search(call.receiver)
        if call.receiver.endswith("TCPServer") and call.arguments:
            return call.arguments[-1]
        return (call.pairs.get("Port") or call.pairs.get("port")) if server or "Port" in call.pairs else None
    if call.name in ("add_http2_port", "add_tcp_listener") and call.arguments:
        return call.arguments[0] if call.name == "add_http2_port" else call.arguments[-1]
    return None


def _fact(sources: Sources, path: str, node: Node, port: Number | None, origin: Origin, note: str) -> Iterator[Fact]:
    if port is None or not port.value:
        return
    second = bool(compiled(ADMIN).search(text(node)[:200]))
    key = f.METRICS_PORT if second and compiled(r"(?i)metrics|prom").search(text(node)[:200]) else f.PORT
    sure = Confidence.DEFAULT if second else port.confidence
    yield Fact(key, port.value, sources.scope.line(path, line(node)), origin, sure, note)


def _procfile(sources: Sources) -> Iterator[Fact]:
    """`-p ${PORT:-3000}` of the web process."""
    for count, content in enumerate(sources.scope.lines("Procfile"), 1):
        found = compiled(r"^web:.*\$\{PORT:-(\d{2,5})\}").match(content)
        if found:
            place = sources.scope.line("Procfile", count)
            yield Fact(f.PORT, int(found.group(1)), place, Origin.COMMAND, Confidence.INFERRED, "unless PORT says otherwise")


def _told(sources: Sources, known: Known) -> bool:
    """Whether the environment or the platform names the port, with nothing in its place: no default is true then."""
    if any(compiled(r"^web:.*\$\{?PORT\b").match(content) for content in sources.scope.lines("Procfile")):
        return True
    for path, syntax in sources.having("port", "Port"):
        for call in calls(syntax.root):
            server = path in PUMA and call.name == "port"
            given = next(iter(call.arguments), None) if server else _port_argument(call, known)
            reads = walk(given, "element_reference", "call") if given is not None else []
            if any(variable_read(each) or text(each).startswith("ARGV") for each in reads):
                return True
    return False


def _default(gemfile: Gemfile | None, known: Known, sources: Sources) -> Iterator[Fact]:
    if known.framework is None or known.grpc or known.framework in SITES:
        return
    serves_itself = known.framework == "sinatra" and not known.rack
    port = DEFAULTS.get(known.framework) if known.framework != "sinatra" or serves_itself else RACK_PORT
    if port is None and known.rack:
        port = RACK_PORT
    if port is None or not (known.rack or known.script or known.framework in ("rails", "hanami")):
        return
    place = gemfile.source() if gemfile else sources.scope.source(sources.files[0])
    yield Fact(f.PORT, port, place, Origin.DEFAULT, Confidence.DEFAULT, f"default of {known.framework}")
