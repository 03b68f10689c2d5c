"""SwiftPM: a package with an executable is a program; one with libraries alone is none."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from cdgen.model import facts as f
from cdgen.model.facts import BackingService, Confidence, Fact, Framework, Origin, Source, Version
from cdgen.repo import Repo, Scope
from cdgen.repo.patterns import compiled
from cdgen.stacks.base import Candidate, no_image, no_toolchain
from cdgen.stacks.plain_code import C_LIKE, Code, Opens, environment, first, port_facts, ports, read, version_files

id = "swiftpm"
family = "swift"
title = "SwiftPM"
paved = False
NAME = "Package.swift"
TOOLS = r"\A\s*//\s*swift-tools-version\s*:\s*(\d+(?:\.\d+)*)"
PROGRAM = r'\.executable(?:Target)?\s*\(\s*name:\s*"([\w.-]+)"'
# module -> (framework, what it serves, port that it opens unless told: its own documentation)
FRAMEWORKS = (
    ("Vapor", "vapor", "http", 8080),
    ("Hummingbird", "hummingbird", "http", 8080),
    ("Kitura", "kitura", "http", 8080),
    ("PerfectHTTPServer", "perfect", "http", 8181),
    ("SmokeOperationsHTTP1Server", "smoke", "http", 8080),
    ("Swifter", "swifter", "http", None),
    ("FlyingFox", "flyingfox", "http", None),
    ("Ferno", "ferno", "http", None),
    ("AWSLambdaRuntime", "lambda", "", None),
    ("GRPCCore", "grpc", "grpc", None),
    ("GRPC", "grpc", "grpc", None),
)
DRIVERS = (
    ("FluentPostgresDriver", "postgresql"),
    ("PostgresNIO", "postgresql"),
    ("PostgresKit", "postgresql"),
    ("PostgresClientKit", "postgresql"),
    ("FluentMySQLDriver", "mysql"),
    ("MySQLNIO", "mysql"),
    ("MySQLKit", "mysql"),
    ("FluentMongoDriver", "mongodb"),
    ("MongoKitten", "mongodb"),
    ("MongoSwift", "mongodb"),
    ("MongoDBVapor", "mongodb"),
    ("Redis", "redis"),
    ("RediStack", "redis"),
    ("Valkey", "redis"),
    ("HummingbirdRedis", "redis"),
    ("QueuesRedisDriver", "redis"),
    ("Kafka", "kafka"),
    ("SwiftKafka", "kafka"),
    ("AMQPClient", "rabbitmq"),
    ("RMQClient", "rabbitmq"),
    ("Nats", "nats"),
    ("SotoS3", "s3"),
    ("AWSS3", "s3"),
    ("SotoDynamoDB", "dynamodb"),
    ("AWSDynamoDB", "dynamodb"),
    ("SotoSQS", "sqs"),
    ("AWSSQS", "sqs"),
    ("CassandraClient", "cassandra"),
    ("MemcacheSwift", "memcached"),
)
NUMBER = r"(?P<port>[\w.]+)"
TOLD = r"(?P<port>Int\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\?\?\s*\"?\d{2,5}\"?|[^\n,]*\?\?\s*\"?\d{2,5}\"?|[\w.]+)"
OPENS = (
    Opens(rf"\bconfiguration\.port\s*=\s*{TOLD}", ""),
    Opens(rf'\.hostname\(\s*(?:"(?P<host>[^"]*)"|[^,()]*(?:\([^()]*\))?[^,()]*),\s*port:\s*{TOLD}', ""),
    Opens(rf"\baddHTTPServer\(\s*onPort:\s*{NUMBER}", "http"),
    Opens(rf'\.bind\(\s*host:\s*"(?P<host>[^"]*)"\s*,\s*port:\s*{NUMBER}', ""),
    Opens(rf'\.ipv4\(\s*host:\s*"(?P<host>[^"]*)"\s*,\s*port:\s*{NUMBER}', "grpc"),
    Opens(rf"\b(?:HTTPServer|HttpServer)\(\s*port:\s*{NUMBER}", "http"),
)
DEFINED = r"\b(?:let|var)\s+%s\b[^=\n]*=\s*(?:[^\n]*\?\?\s*)?\"?(\d{2,5})\b"
READS = (
    r'(?:\bEnvironment\.get\(|processInfo\.environment\[|\bgetenv\(|\benvironment\.get\()\s*"(?P<name>[A-Z][A-Z0-9_]{1,60})"'
    r'\s*[\])](?:\s*\?\?\s*"(?P<default>[^"\n]*)")?'
)
HEALTH = r'\b(?:app|routes?|router|api|application)\s*\.\s*get\(\s*"/?(healthz?|livez|live|ping|health-?check)"\s*[),]'
COMMAND_LINE = r"(?m)^\s*import ArgumentParser\b|\bCommandLine\.arguments\b"

toolchain = no_toolchain
image = no_image


def detect(repo: Repo) -> Iterator[Candidate]:
    for path in repo.files:
        folder, _, name = path.rpartition("/")
        if name == NAME and not compiled(r"(?:^|/)(?:\.build|Carthage|Pods|checkouts)(?:/|$)").search(folder):
            resolved = repo.has(f"{folder}/Package.resolved" if folder else "Package.resolved")
            yield Candidate(id, folder or ".", Source(path), 3 if resolved else 2)


def facts(scope: Scope) -> Iterator[Fact]:
    manifest = scope.source(NAME)
    yield Fact(f.LANGUAGE, "swift", manifest, Origin.MANIFEST, Confidence.DECLARED, NAME)
    yield Fact(f.BUILD_TOOL, "swift", manifest, Origin.MANIFEST, Confidence.DECLARED, NAME)
    tools = compiled(TOOLS).match(scope.text(NAME) or "")
    if tools:
        value = Version(tools.group(1))
        yield Fact(f.LANGUAGE_VERSION, value, scope.line(NAME, 1), Origin.MANIFEST, Confidence.DECLARED, "tools version")
    yield from version_files(scope, "swift", ".swift-version")
    package = read(scope.repo, scope.path(NAME), C_LIKE)
    code = tuple(read(scope.repo, scope.path(path), C_LIKE) for path in _sources(scope))
    programs = tuple(dict.fromkeys(compiled(PROGRAM).findall(package.text)))
    yield from _imports(code)
    yield from environment(code, READS)
    yield from _kind(code, programs, manifest)
    yield from _commands(scope, programs, manifest)


def _sources(scope: Scope) -> Iterator[str]:
    for path in scope.glob("**/*.swift"):
        if path != NAME and not compiled(r"(?:^|/)(?:\w*Tests?|Examples?|\.build|Benchmarks?|Snippets|Plugins)/").search(path):
            yield path


def _imports(code: tuple[Code, ...]) -> Iterator[Fact]:
    for module, kind in DRIVERS:
        place = first(code, rf"(?m)^\s*(?:@\w+\s+)*import\s+{module}\b")
        if place:
            yield Fact(f.BACKING, BackingService(kind), place, Origin.CODE, Confidence.INFERRED, f"imports {module}")


def _kind(code: tuple[Code, ...], programs: tuple[str, ...], manifest: Source) -> Iterator[Fact]:
    """Nothing when the code does not say. Another program may use the libraries of a package that has no program."""
    imports = partial(_imported, code)
    found = next(((name, serves, port, at) for module, name, serves, port in FRAMEWORKS if (at := imports(module))), None)
    main = first(code, r"(?m)^\s*@main\b") or next((Source(each.path) for each in code if each.path.endswith("/main.swift")), None)
    if found:
        yield Fact(f.FRAMEWORK, Framework(found[0], None), found[3], Origin.CODE, Confidence.DECLARED, f"uses {found[0]}")
    if not programs and main is None:
        if code:
            yield Fact(f.KIND, "library", manifest, Origin.MANIFEST, Confidence.INFERRED, "no executable")
        return
    if found and found[1]:
        yield Fact(f.KIND, "service", found[3], Origin.CODE, Confidence.INFERRED, "it listens")
        yield Fact(f.PROTOCOL, found[1], found[3], Origin.CODE, Confidence.DECLARED, f"serves {found[1]}")
        yield from port_facts(ports(code, OPENS, DEFINED))
        if found[2]:
            note = f"{found[0]}: {found[2]} unless told otherwise"
            yield Fact(f.PORT, found[2], found[3], Origin.DEFAULT, Confidence.DEFAULT, note)
        yield from _health(code)
    elif not found and (place := first(code, COMMAND_LINE)):
        yield Fact(f.KIND, "cli", place, Origin.CODE, Confidence.INFERRED, "reads its command line and does not listen")


def _imported(code: tuple[Code, ...], module: str) -> Source | None:
    return first(code, rf"(?m)^\s*(?:@\w+\s+)*import\s+(?:\w+\s+)?{module}\b")


def _health(code: tuple[Code, ...]) -> Iterator[Fact]:
    for file in code:
        for match in compiled(HEALTH).finditer(file.text):
            source = file.source(match.start())
            yield Fact(f.HEALTH_PATH, f"/{match.group(1)}", source, Origin.CODE, Confidence.INFERRED, "a route of the service")


def _commands(scope: Scope, programs: tuple[str, ...], manifest: Source) -> Iterator[Fact]:
    yield Fact(f.INSTALL, "swift package resolve", manifest, Origin.MANIFEST, Confidence.INFERRED, "SwiftPM")
    yield Fact(f.BUILD, "swift build -c release", manifest, Origin.MANIFEST, Confidence.INFERRED, "SwiftPM")
    if len(programs) == 1:
        yield Fact(f.START, f".build/release/{programs[0]}", manifest, Origin.MANIFEST, Confidence.INFERRED, "what SwiftPM builds")
    tested = next(iter(scope.glob("{Tests,tests}/**/*.swift")), None)
    if tested:
        place = scope.source(tested)
        yield Fact(f.TEST, "swift test", place, Origin.LAYOUT, Confidence.INFERRED, "Tests")
        yield Fact(f.TEST_RUNNER, "swift test", place, Origin.LAYOUT, Confidence.INFERRED, "Tests")
