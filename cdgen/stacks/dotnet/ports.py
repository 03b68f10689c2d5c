"""Where a .NET server listens: its code, its settings, and what its image tells it.

https://learn.microsoft.com/aspnet/core/fundamentals/servers/kestrel/endpoints
"""

from __future__ import annotations

from collections.abc import Iterator
from re import escape
from typing import TYPE_CHECKING, NamedTuple

from cdgen.detectors.dockerfile_text import environment_of, inherited, parse
from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source
from cdgen.repo import Repo, Scope
from cdgen.repo.patterns import compiled
from cdgen.repo.syntax import text
from cdgen.stacks.dotnet.code import Call, Code, in_development
from cdgen.stacks.dotnet.msbuild import upwards
from cdgen.stacks.dotnet.project import Project
from cdgen.stacks.dotnet.settings import Settings
from cdgen.stacks.dotnet.values import value

if TYPE_CHECKING:
    from tree_sitter import Node

ADDRESS = r"^(?P<scheme>https?)://(?P<host>\[[^\]]*\]|[^/:]*):(?P<port>[0-9]{1,5})(?![0-9])"
LOCAL = frozenset({"localhost", "127.0.0.1", "[::1]"})
# variables that the host reads, the strongest first (https://learn.microsoft.com/aspnet/core/fundamentals/host/web-host)
ADDRESS_VARIABLES = ("ASPNETCORE_URLS", "DOTNET_URLS", "URLS")
PORT_VARIABLES = ("ASPNETCORE_HTTP_PORTS", "DOTNET_HTTP_PORTS", "HTTP_PORTS")
# https://learn.microsoft.com/dotnet/core/compatibility/containers/8.0/aspnet-port
FIRST_WITH_8080 = 8


class Listener(NamedTuple):
    port: int
    source: Source
    sure: bool
    local: bool
    secure: bool
    only_http2: bool
    note: str


def facts(code: Code, settings: Settings, kestrel: bool) -> Iterator[Fact]:
    """PORT of the listeners that code and settings open; a port for TLS or for the machine alone only when there is no other."""
    found = [*listeners(code, settings), *(_configured(settings) if kestrel else ())]
    outside = [each for each in found if not each.local]
    open_ones = [each for each in outside if not each.secure]
    main = open_ones or outside
    several = len({each.port for each in main}) > 1
    for each in main[:1] if several else main:
        sure = Confidence.DECLARED if each.sure and not several else Confidence.INFERRED
        yield Fact(f.PORT, each.port, each.source, _origin(each), sure, each.note)
    if not main:
        for each in found:
            yield Fact(f.PORT, each.port, each.source, Origin.DOCS, Confidence.DEFAULT, f"{each.note}, for this machine alone")


def _origin(listener: Listener) -> Origin:
    return Origin.CONFIG if listener.source.path.endswith(".json") else Origin.CODE


def listeners(code: Code, settings: Settings) -> Iterator[Listener]:
    for call in code.calls("UseUrls", "Add", "Run", "RunAsync"):
        if in_development(call.node) or not _takes_addresses(call):
            continue
        for argument in call.arguments:
            yield from _addresses(argument, call, settings)
    for call in code.calls("ListenAnyIP", "Listen"):
        if in_development(call.node) or (call.name == "Listen" and "IPAddress" not in " ".join(map(text, call.arguments))):
            continue
        yield from _ports(call, settings)


def is_port(words: str) -> bool:
    return bool(compiled(r"[0-9]{1,5}\Z").match(words)) and 0 < int(words) < 65536


def _takes_addresses(call: Call) -> bool:
    if call.name == "Add":
        return call.receiver is not None and text(call.receiver).endswith(".Urls")
    return call.name == "UseUrls" or len(call.arguments) == 1


def _addresses(argument: Node, call: Call, settings: Settings) -> Iterator[Listener]:
    known = value(argument, call.file, settings)
    for address in (known.text or "").split(";"):
        match = compiled(ADDRESS).match(address.strip())
        if match and 0 < int(match["port"]) < 65536:
            local, secure = match["host"] in LOCAL, match["scheme"] == "https"
            yield Listener(int(match["port"]), call.source, known.sure, local, secure, only_http2=False, note=call.name)


def _ports(call: Call, settings: Settings) -> Iterator[Listener]:
    """`ListenAnyIP(5000, o => o.Protocols = HttpProtocols.Http2)`, `Listen(IPAddress.Any, port)`."""
    shown = " ".join(map(text, call.arguments))
    places = call.arguments[:1] if call.name == "ListenAnyIP" else call.arguments[1:2]
    known = value(places[0], call.file, settings) if places else None
    if known is None or known.text is None or not is_port(known.text):
        return
    only_http2 = bool(compiled(r"HttpProtocols\.Http2\b").search(shown))
    local = "Loopback" in shown
    yield Listener(int(known.text), call.source, known.sure, local, "UseHttps" in shown, only_http2, call.name)


def _configured(settings: Settings) -> Iterator[Listener]:
    """`Kestrel:Endpoints` and `Urls` of the settings."""
    for setting in settings:
        key = setting.key.lower()
        if not (key in ("urls", "server.urls", "server:urls") or compiled(r"^kestrel:endpoints:[^:]+:url$").match(key)):
            continue
        for address in setting.value.split(";"):
            match = compiled(ADDRESS).match(address.strip())
            if match and is_port(match["port"]):
                protocol = settings.get(key.rpartition(":")[0] + ":Protocols") if key.startswith("kestrel") else None
                only = bool(protocol and protocol.value.lower() == "http2")
                local, secure = match["host"] in LOCAL, match["scheme"] == "https"
                yield Listener(int(match["port"]), setting.source, not local, local, secure, only, setting.key)


def speaks_http2_only(code: Code, settings: Settings) -> bool:
    """Whether every listener speaks HTTP/2 alone, as a gRPC server without TLS does."""
    default = settings.get("Kestrel:EndpointDefaults:Protocols")
    if default and default.value.lower() == "http2":
        return True
    found = [*listeners(code, settings), *_configured(settings)]
    return bool(found) and all(each.only_http2 for each in found)


def image_facts(repo: Repo, dockerfile: str, *, serves: bool) -> Iterator[Fact]:
    """What the image tells the server by its environment; else, of one that serves, the port that its base image is made for."""
    stages = parse(repo.text(dockerfile) or "")
    if not stages:
        return
    final = inherited(stages)
    environment = environment_of(final)
    for name in (*PORT_VARIABLES, *ADDRESS_VARIABLES):
        port = variable_port(name, environment.get(name, ""))
        if port:
            line = next((item.line for item in reversed(final) if item.word == "ENV" and name in item.text), 0)
            # it decides where the process listens; EXPOSE only promises
            yield Fact(f.PORT, port, Source(dockerfile, line), Origin.SCRIPT, Confidence.DECLARED, f"ENV {name} of the image")
            return
    base = stages[-1].base
    while any(stage.name == base for stage in stages):
        base = next(stage.base for stage in stages if stage.name == base)
    made_for = compiled(r"/aspnet:(\d+)\.").search(base)
    if made_for and serves:
        port = 8080 if int(made_for.group(1)) >= FIRST_WITH_8080 else 80
        yield Fact(f.PORT, port, Source(dockerfile, stages[-1].line), Origin.DOCKERFILE, Confidence.DEFAULT, f"default of {base}")


def dockerfile_above(scope: Scope, each: Project) -> str | None:
    """A Dockerfile of a folder above, or of one of its folders of images, that starts this project's program and no other."""
    started = compiled(rf"(?m)^(?:ENTRYPOINT|CMD)\b.*[\"/\s]{escape(each.assembly)}(?:\.dll)?[\"\s\]]")
    for folder in (place.rpartition("/")[0] or "." for place in upwards(scope.directory, "Dockerfile")):
        for path in scope.repo.glob("{Dockerfile,*.Dockerfile,Dockerfile.*,docker/**/Dockerfile}", folder):
            if folder != scope.directory and started.search((scope.repo.text(path) or "") + "\n"):
                return path
    return None


def variable_port(name: str, given: str) -> int | None:
    """The first open port that a variable of the host names."""
    if name in PORT_VARIABLES:
        first = given.partition(";")[0]
        return int(first) if is_port(first) else None
    addresses = [match for each in given.split(";") if (match := compiled(ADDRESS).match(each.strip()))]
    plain = [match for match in addresses if match["scheme"] == "http"] or addresses
    return int(plain[0]["port"]) if plain and is_port(plain[0]["port"]) else None


def default_fact(each: Project) -> Fact:
    """Where nothing says another port: that of the images of its version, which ours is made of too."""
    newest = max(float(target.version) if target.kind == "core" else 0.0 for target in each.targets)
    port = 8080 if newest >= FIRST_WITH_8080 else 80
    return Fact(f.PORT, port, Source(each.path), Origin.DEFAULT, Confidence.DEFAULT, "default of ASP.NET Core in an image")
