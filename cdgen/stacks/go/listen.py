"""Where a Go program listens, on which port, and what it speaks there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source
from cdgen.repo.patterns import compiled
from cdgen.stacks.base import matches
from cdgen.stacks.go.brackets import block, enclosing, split
from cdgen.stacks.go.libraries import QUEUES, backing_kinds
from cdgen.stacks.go.packages import GoFile, Program, is_generated
from cdgen.stacks.go.values import Loopback, Place, Seen, Values

SERVERS = ("fasthttp.", "endless.", "manners.", "graceful.", "gracehttp.", "autotls.")
# calls that begin to listen -> (pattern up to the bracket, index of the address, what it speaks, import that the file must have);
# the last is one of the words that the file must hold, for it is told sooner than the pattern
CALLS = (
    (r"\bListenAndServe(?:TLS)?\(", 0, "http", "net/http", ("ListenAndServe",)),
    (r"\b(?:fasthttp|endless|manners|graceful|gracehttp|autotls)\.\w*(?:ListenAndServe|Run)\w*\(", 0, "http", "", SERVERS),
    (r"\.(?:Run|RunTLS)\(", 0, "http", "github.com/gin-gonic/gin", (".Run",)),
    (r"\.(?:Start|StartTLS)\(", 0, "http", "github.com/labstack/echo", (".Start",)),
    (r"\.(?:Listen|ListenTLS)\(", 0, "http", "github.com/gofiber/fiber", (".Listen",)),
    (r"\.(?:Listen|Run)\(", 0, "http", "github.com/kataras/iris", (".Listen", ".Run")),
    (r"\b(?:web|beego)\.Run\(", 0, "http", "github.com/beego/beego", (".Run",)),
    (r"\b(?:web|beego)\.Run\(", 0, "http", "github.com/astaxie/beego", (".Run",)),
    (r"\bfuncframework\.Start\w*\(", 0, "http", "github.com/GoogleCloudPlatform/functions-framework-go", ("funcframework.",)),
    (r"\bserver\.WithHostPorts\(", 0, "http", "github.com/cloudwego/hertz", ("server.WithHostPorts",)),
    (r"\bAddFlags\(", 1, "http", "github.com/prometheus/exporter-toolkit", ("AddFlags",)),
    (r"\bnet\.Listen\(\s*\"tcp[46]?\"\s*,", 0, "", "", ("net.Listen",)),
    (r"\.Listen\(\s*[\w.()]+\s*,\s*\"tcp[46]?\"\s*,", 0, "", "net", (".Listen",)),
)
MOST_SITES = 40  # listeners in one file; a program of several hundred is none
SERVER = r"\bhttp\.Server\{"
# frameworks that listen somewhere when they are told nothing: import -> (call without an address, port, variable)
DEFAULTS = (
    ("github.com/gin-gonic/gin", r"\.Run\(\s*\)", 8080, "gin: 8080 unless PORT says otherwise"),
    ("gofr.dev", r"\.Run\(\s*\)", 8000, "gofr: 8000 unless HTTP_PORT says otherwise"),
    ("github.com/cloudwego/hertz", r"server\.Default\(\s*\)", 8888, "hertz: 8888"),
)
SIDE = (
    r"(?i)metric|prom(?:etheus|http|_|port|addr)|admin|debug|pprof|health|probe|monitor|internal_?(?:port|addr)|\bzpages\b|redirect"
)
ADMIN = r"(?i)admin|debug|pprof|internal_?(?:port|addr)|\bzpages\b"
METRICS = r"(?i)metric|prom(?:etheus|http|_|port|addr)"


class Listener(NamedTuple):
    """`speaks` is http, grpc or empty (a bare socket); `side` is "metrics", "other" or empty for the service itself."""

    speaks: str
    side: str
    seen: tuple[Seen, ...]
    source: Source
    named: str = ""  # the words around it that told the side


def listeners(program: Program, settings: dict[str, Seen]) -> tuple[Listener, ...]:
    """Every place where the program listens for others. Listeners on the loopback address are left out."""
    values = Values(program.files, settings)
    found: list[Listener] = []
    for file in program.files:
        if not is_generated(file):
            for place, speaks in islice(_sites(file), MOST_SITES):
                listener = _listener(place, speaks, program, values)
                if listener:
                    found.append(listener)
    return tuple(found)


def _listener(place: Place, speaks: str, program: Program, values: Values) -> Listener | None:
    try:
        seen = values.ports(place)
    except Loopback:
        return None
    file = place.file
    start, end = enclosing(file.text, place.position)
    around = file.text[max(start, place.position - 400) : min(end if end > 0 else len(file.text), place.position + 400)]
    speaks = speaks or _spoken(file, file.text[start:end] if start >= 0 else around, program)
    profiles = " pprof" if _serves_profiles(place, program) else ""
    named = f"{place.text} {_function_name(file.text, start)} {file.path.rpartition('/')[2]}{profiles}"
    kind = "metrics" if compiled(METRICS).search(named) else "other" if compiled(SIDE).search(named) else ""
    return Listener(speaks, kind, tuple(seen), Source(file.path, file.line(place.position)), named)


def _serves_profiles(place: Place, program: Program) -> bool:
    """Whether the mux of the library is served, in which the import of pprof has put itself and nobody else anything."""
    registers = compiled(r"\bhttp\.Handle(?:Func)?\(")
    if "net/http/pprof" not in place.file.imports or any(registers.search(each.text) for each in program.files):
        return False
    return compiled(r"[^,)\n]*,\s*nil\s*\)").match(place.file.text, place.position) is not None


def _sites(file: GoFile) -> Iterator[tuple[Place, str]]:
    """(address expression, protocol or empty)."""
    text = file.text
    for pattern, position, speaks, needed, words in CALLS:
        if not any(word in text for word in words):
            continue
        if needed and not any(name == needed or name.startswith(needed + "/") for name in file.imports):
            continue
        for call in matches(pattern, text):
            if file.is_comment(call.start()):
                continue
            arguments = split(block(text, call.end(), "()")[1], ",")
            if len(arguments) > position and arguments[position].strip():
                yield Place(arguments[position].strip(), file, call.end()), speaks
    for server in matches(SERVER, text) if "http.Server{" in text else ():
        start, body = block(text, server.end() - 1)
        address = compiled(r"(?m)^\s*Addr:\s*([^\n]+?),?\s*$|\bAddr:\s*([^,}\n]+)").search(body)
        if address and not file.is_comment(server.start()):
            expression = (address.group(1) or address.group(2)).partition(" //")[0].rstrip(", ")
            yield Place(split(expression, ",")[0], file, start + address.start()), "http"
    for assigned in matches(r"(?m)\b(?:srv|server|httpServer|s)\.Addr\s*=\s*([^\n]+)", text) if ".Addr" in text else ():
        yield Place(assigned.group(1), file, assigned.start(1)), "http"


def _spoken(file: GoFile, function: str, program: Program) -> str:
    """What a bare listener is for: the server that is made nearest to it, in its function, its file, then anywhere."""
    for text in (function, file.text):
        grpc, http = "grpc.NewServer(" in text or "grpc.Server" in text, "http.Serve" in text or "http.Server" in text
        if grpc != http:
            return "grpc" if grpc else "http"
    if any("grpc.NewServer(" in each.text for each in program.files):
        return "grpc"
    return "http" if any("http.Serve(" in each.text or ".Serve(" in each.text for each in program.files) else ""


def _function_name(text: str, start: int) -> str:
    head = compiled(r"func (?:\([^)]*\) )?(\w+)").match(text, start) if start >= 0 else None
    return head.group(1) if head and head.group(1) != "main" else ""


def facts(program: Program, found: tuple[Listener, ...], answered: Source | None = None) -> Iterator[Fact]:
    """PROTOCOL, PORT and METRICS_PORT. What speaks HTTP and gRPC is an HTTP service: that is what probes and routes use.

    `answered` is where the first route is registered: a program that serves it listens, whatever helper opens the listener.
    """
    main = _main(program, found)
    default = next(_default_ports(program), None)
    registered = serves_grpc(program)
    speaks = _speaks(program, main, default, registered)
    spoken = [each for each in main if each.speaks == speaks]
    if speaks:
        source = next((each.source for each in spoken), default.source if default else registered)
        yield Fact(f.PROTOCOL, speaks, source, Origin.CODE, Confidence.DECLARED, f"serves {speaks}")
    elif answered and serves_somewhere(program):
        yield Fact(f.PROTOCOL, "http", answered, Origin.CODE, Confidence.INFERRED, "registers routes and serves")
    yield from _ports(f.PORT, _preferred(spoken), f"serves {speaks}")
    if default and not any(each.seen for each in spoken):
        yield default
    admin = [each for each in found if each.side == "other" and each not in main and compiled(ADMIN).search(each.named)]
    yield from _ports(f.ADMIN_PORT, admin, "serves its operators")
    yield from _ports(f.METRICS_PORT, [each for each in found if each.side == "metrics" and each not in spoken], "serves metrics")


def _main(program: Program, found: tuple[Listener, ...]) -> list[Listener]:
    """The listeners of the service itself. Metrics are the service only where there is nothing else, as in an exporter."""
    for side in ("", "other"):
        main = [each for each in found if each.side == side and each.speaks]
        if main:
            return main
    works = serves_grpc(program) is not None or bool(backing_kinds(program) & QUEUES)
    return [] if works else [each for each in found if each.speaks]


def _speaks(program: Program, main: list[Listener], default: Fact | None, registered: Source | None) -> str:
    if any(each.speaks == "http" for each in main) and (registered is None or _serves_requests(program)):
        return "http"
    if main:
        return "grpc" if registered or any(each.speaks == "grpc" for each in main) else "http"
    return "http" if default else "grpc" if registered else ""


def _preferred(spoken: list[Listener]) -> list[Listener]:
    """Of several listeners of one protocol, plain beats TLS: the cluster ends TLS, and the second is the same service again."""
    plain = [each for each in spoken if each.seen]
    if len({seen.port for each in plain for seen in each.seen}) > 1:
        plain = [each for each in plain if not any(seen.port in (443, 8443, 9443) for seen in each.seen)] or plain
    return plain


def _ports(key: f.Key[int], listeners: Iterable[Listener], note: str) -> Iterator[Fact]:
    for each in listeners:
        for seen in each.seen:
            yield Fact(key, seen.port, seen.source, seen.origin, seen.sure, seen.note or note)


def _default_ports(program: Program) -> Iterator[Fact]:
    for prefix, pattern, port, note in DEFAULTS:
        for file in program.files:
            if any(name == prefix or name.startswith(prefix + "/") for name in file.imports):
                for call in matches(pattern, file.text):
                    source = Source(file.path, file.line(call.start()))
                    yield Fact(f.PORT, port, source, Origin.DEFAULT, Confidence.DEFAULT, note)


def serves_grpc(program: Program) -> Source | None:
    """Where a generated gRPC service is registered on a server (the health service alone does not count)."""
    for file in program.files:
        if is_generated(file) or "google.golang.org/grpc" not in file.text:
            continue
        for match in matches(r"\b(?:\w+\.)?Register(\w+)Server\(", file.text):
            if match.group(1) != "Health":
                return Source(file.path, file.line(match.start()))
    return None


def serves_somewhere(program: Program) -> bool:
    """Whether a server is started, wherever it listens."""
    return any(
        compiled(r"\.(?:Serve(?:TLS)?|ListenAndServe(?:TLS)?)\(").search(file.text)
        for file in program.files
        if "Serve" in file.text
    )


def _serves_requests(program: Program) -> bool:
    """Whether HTTP carries more than metrics, profiles and health: any other route, or no route at all but a handler of its own."""
    routes = [
        match.group(1)
        for file in program.files
        if not is_generated(file)
        for match in matches(r'\.(?:HandleFunc|Handle|Get|GET|Post|POST|Path|PathPrefix)\([^"\n]*"([^"\n]*)"', file.text)
    ]
    gateway = any(
        "RegisterHandler" in file.text or "HandlerFromEndpoint" in file.text for file in program.files if not is_generated(file)
    )
    if not routes:
        return not program.imports("net/http/pprof")
    return gateway or any(not compiled(SIDE + r"|(?i:ready|live|status|ping|version)").search(route) for route in routes)
