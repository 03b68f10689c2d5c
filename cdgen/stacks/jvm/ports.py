"""Where a JVM service listens as its configuration says, and what its framework does otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source
from cdgen.repo import Repo
from cdgen.repo.patterns import compiled
from cdgen.stacks.jvm.build import Build
from cdgen.stacks.jvm.frameworks import Known
from cdgen.stacks.jvm.settings import Settings
from cdgen.stacks.jvm.sources import SourceFile

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
OWN_KEY = (
    r"(?i)^(?:[\w-]+\.){0,3}(?:http|server|web|api|rest|app|service)(?:[-.]?(?:server|http|config|deployment))?[.-]port$|^port$"
)


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
