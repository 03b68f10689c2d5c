"""Where a JVM service listens: what its configuration says, what its code says, what its framework does otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source
from cdgen.repo import Repo
from cdgen.repo.patterns import compiled
from cdgen.stacks.base import matches
from cdgen.stacks.jvm.build import Build
from cdgen.stacks.jvm.frameworks import Known
from cdgen.stacks.jvm.settings import Settings
from cdgen.stacks.jvm.sources import Code, SourceFile

KEYS = {
    "quarkus": ("quarkus.http.port",),
    "micronaut": ("micronaut.server.port",),
    "ktor": ("ktor.deployment.port",),
    "play": ("play.server.http.port", "http.port"),
    "open-liberty": ("default.http.port", "http.port"),
}
GRPC_KEYS = ("grpc.server.port", "spring.grpc.server.port", "quarkus.grpc.server.port", "micronaut.grpc.server.port")
GRPC_DEFAULTS = (
    (r"net\.devh:grpc-(?:server-)?spring-boot-starter|org\.springframework\.grpc:.*", 9090),
    (r"io\.quarkus:quarkus-grpc", 9000),
    (r"io\.micronaut\.grpc:.*server.*", 50051),
)
SPRING = ("server.port",)
MANAGEMENT = ("management.server.port", "management.port", "quarkus.management.port", "endpoints.all.port")
# calls that begin to listen -> what they speak; group 1 is the port's expression
CALLS = (
    (r"\b(?:Netty)?ServerBuilder\s*\.\s*forPort\(([^;\n]+)", "grpc", "forPort"),
    (r"\bnewServerBuilderForPort\(([^;\n]+)", "grpc", "newServerBuilderForPort"),
    (r"\bHttpServer\s*\.\s*create\(\s*(?:new\s+)?InetSocketAddress\(([^;\n]+)", "http", "HttpServer"),
    (r"\bembeddedServer\(\s*\w+\s*,\s*(?:port\s*=\s*)?([^;\n{]+)", "http", "embeddedServer"),
    (r"\.start\((\s*\d[^;\n]*|\s*\w*[pP]ort\w*[^;\n]*|[^;\n]*getenv[^;\n]*)\)", "http", "avalin"),
    (r"(?:^|[^.\w])port\(([^;\n]+)\)", "http", "spark"),
    (r"\baddHttpListener\(([^;\n]+)", "http", "addHttpListener"),
    (r"\bnew\s+Server\(([^;\n]+)\)", "http", "jetty"),
    (r"\.asServer\(\w+\(([^;\n]+)\)", "http", "asServer"),
    (r"\.listen\(([^;\n]+)", "http", "vertx"),
    (r"\.setPort\(([^;\n]+)\)", "http", "HttpServerOptions"),
    (r"\.setProperty\(\s*\"server\.port\"\s*,([^;\n]+)\)", "http", "server.port"),
    (r"\"server\.port\"\s*(?:,|to)\s*([^;\n]+)", "http", "server.port"),
    (r"\.http\(([^;\n]+)\)", "http", "armeria"),
    (r"\bnew\s+InetSocketAddress\(([^;\n]+)\)\s*\)\s*;?\s*\.?\w*start", "http", "InetSocketAddress"),
)
OWN_KEY = (
    r"(?i)^(?:[\w-]+\.){0,3}(?:http|server|web|api|rest|app|service)(?:[-.]?(?:server|http|config|deployment))?[.-]port$|^port$"
)
FROM_OUTSIDE = r"getenv|getProperty|getOrDefault|orElse|\?:|System\.env|@Value|envOrDefault|getInteger"
MOST_CALLS = 20  # listeners of one kind in one file
MOST_MEANINGS = 8  # assignments of one name that are followed
DEEPEST = 4


def from_settings(settings: Settings, known: Known | None, speaks: str) -> Iterator[Fact]:
    keys = KEYS.get(known.name, SPRING) if known else SPRING
    apart = settings.text("quarkus.grpc.server.use-separate-server") != "false"
    if speaks == "grpc" and (apart or not known or known.name != "quarkus"):
        keys = GRPC_KEYS
    stated = list(_numbers(f.PORT, settings, keys))
    yield from stated or _own_key(settings)
    yield from _numbers(f.METRICS_PORT, settings, MANAGEMENT)
    yield from _numbers(f.ADMIN_PORT, settings, MANAGEMENT)


def _own_key(settings: Settings) -> Iterator[Fact]:
    """A program that reads application.conf itself calls its port as it likes: where it serves is in the key."""
    for setting in settings.all:
        if setting.source.path.endswith(".conf") and compiled(OWN_KEY).search(setting.key):
            yield from _numbers(f.PORT, settings, (setting.key,))
            return


def _numbers(key: f.Key[int], settings: Settings, names: tuple[str, ...]) -> Iterator[Fact]:
    found = settings.get(*names)
    settled = found.settled() if found else None
    if found and settled and settled[0].isdigit() and 0 < int(settled[0]) < 65536:
        yield Fact(key, int(settled[0]), found.source, Origin.CONFIG, settled[1], f"{found.key} of the configuration")


def from_files(repo: Repo, build: Build) -> Iterator[Fact]:
    """Liberty's server.xml, Dropwizard's YAML, HOCON: files with a syntax of their own."""
    for member in build.members:
        for path in repo.under(member):
            name = path.rpartition("/")[2]
            if name == "server.xml":
                yield from _liberty(repo, path)
            elif name.endswith((".yml", ".yaml")) and "/test/" not in path and build.find(r"io\.dropwizard:.*"):
                yield from _dropwizard(repo, path)


def _liberty(repo: Repo, path: str) -> Iterator[Fact]:
    text = repo.text(path) or ""
    match = compiled(r'\bhttpPort\s*=\s*"(?:(\d+)|\$\{([\w.]+)\})"').search(text)
    if not match:
        return
    number, sure = match.group(1), Confidence.DECLARED
    if match.group(2):
        variable = rf'<variable\s+name="{re.escape(match.group(2))}"\s+(?:defaultValue|value)="(\d+)"'
        default = compiled(variable).search(text)
        number, sure = (default.group(1) if default else ""), Confidence.INFERRED
    if number and int(number) > 0:
        yield Fact(
            f.PORT, int(number), SourceFile(path, text).source(match.start()), Origin.CONFIG, sure, "httpEndpoint of server.xml"
        )


def _dropwizard(repo: Repo, path: str) -> Iterator[Fact]:
    file = SourceFile(path, repo.text(path) or "")
    for key, name in ((f.PORT, "applicationConnectors"), (f.METRICS_PORT, "adminConnectors")):
        match = compiled(rf"(?s)\b{name}:\s*(?:#[^\n]*)?\n.*?\bport:\s*(?:\$\{{[^:}}]+:-)?(\d+)").search(file.text)
        if match:
            sure = Confidence.INFERRED if ":-" in match.group(0) else Confidence.DECLARED
            yield Fact(key, int(match.group(1)), file.source(match.start(1)), Origin.CONFIG, sure, name)


def from_code(code: Code) -> Iterator[tuple[str, Fact | None, Source]]:
    """(protocol, port fact, place) of every call that listens."""
    for file in code.main:
        for pattern, speaks, needle in CALLS:
            if needle not in file.text:
                continue
            for match in islice(matches(pattern, file.text), MOST_CALLS):
                place = file.source(match.start())
                found = _resolve(match.group(1), file, code, DEEPEST)
                if found is None:
                    yield speaks, None, place
                    continue
                port, sure, where = found
                yield speaks, Fact(f.PORT, port, where, Origin.CODE, sure, f"serves {speaks}"), place


def _resolve(expression: str, file: SourceFile, code: Code, depth: int) -> tuple[int, Confidence, Source] | None:
    """A literal port in an expression, or behind the name that stands there."""
    text = _argument(expression)
    if depth == 0 or not text:
        return None
    literal = compiled(r"(?<![\w.])\"?:?(\d{2,5})\"?(?![\w.])").search(text)
    if literal and 0 < int(literal.group(1)) < 65536:
        sure = Confidence.INFERRED if compiled(FROM_OUTSIDE).search(text) else Confidence.DECLARED
        at = file.text.find(expression)
        return int(literal.group(1)), sure, file.source(max(at, 0))
    name = compiled(r"^(?:this\.)?(?:(\w+)\.)?(\w+)(?:\(\s*\))?(?:\.toInt\(\)|\.intValue\(\))?$").match(text)
    if name is None:
        inner = compiled(r"(?:parseInt|valueOf|toInt)\(\s*([\w.]+)\s*\)|^([\w.]+)\.(?:toInt|orElse)\b").search(text)
        return _resolve(inner.group(1) or inner.group(2), file, code, depth - 1) if inner else None
    others = code.main if name.group(1) else ()
    for each in (file, *others):
        found = _assigned(name.group(2), each, code, depth)
        if found:
            return found
    return None


def _assigned(name: str, file: SourceFile, code: Code, depth: int) -> tuple[int, Confidence, Source] | None:
    """What a variable, a constant or a method of one file stands for."""
    quoted = re.escape(name)
    told = bool(compiled(r"getenv|getProperty|@Value").search(file.text))
    value = compiled(rf"@Value\(\s*\"\$?\\?\$\{{[\w.-]+:(\d{{2,5}})\}}\"\s*\)\s*[^;=\n]*\b{quoted}\b").search(file.text)
    if value:
        return int(value.group(1)), Confidence.INFERRED, file.source(value.start())
    patterns = (
        rf"\b{quoted}\s*(?::\s*\w+\??)?\s*=(?!=)\s*([^;\n]+(?:\n\s+[.?:][^;\n]+)*)",
        rf"\b{quoted}\(\s*\)[^{{;\n]*\{{[^}}]*?return\s+([^;\n]+)",
    )
    for pattern in patterns:
        for match in islice(matches(pattern, file.text), MOST_MEANINGS):
            found = _resolve(match.group(1), file, code, depth - 1) if match.group(1).strip() != name else None
            if found:
                port, sure, where = found
                return port, Confidence.INFERRED if told else sure, where
    return None


def _argument(text: str) -> str:
    """The first argument of a list that may be cut anywhere."""
    depth, quote = 0, ""
    for index, char in enumerate(text):
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
            if depth < 0:
                return text[:index].strip()
        elif char == "," and depth == 0:
            return text[:index].strip()
    return text.strip()


def grpc_default(build: Build, settings: Settings) -> Iterator[Fact]:
    """Where the starters listen for gRPC when they are told nothing."""
    shared = settings.text("quarkus.grpc.server.use-separate-server") == "false"
    for pattern, port in GRPC_DEFAULTS:
        found = build.find(pattern)
        if found:
            number = 8080 if shared and "quarkus" in found.name else port
            yield Fact(f.PORT, number, found.source, Origin.DEFAULT, Confidence.DEFAULT, f"default of {found.name}")
            return


def by_default(known: Known, source: Source) -> Iterator[Fact]:
    if known.port is not None:
        note = f"default of {known.name}: {known.where} is not set"
        yield Fact(f.PORT, known.port, source, Origin.DEFAULT, Confidence.DEFAULT, note)
