"""Crystal, with its package manager shards. Recognised, not paved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cdgen.model import facts as f
from cdgen.model.facts import BackingService, Confidence, Fact, Framework, Origin, Source, Version
from cdgen.repo import Repo, Scope
from cdgen.repo.patterns import compiled
from cdgen.stacks.base import Candidate, no_image, no_toolchain
from cdgen.stacks.plain_code import HASH, Code, Opens, environment, first, port_facts, ports, read, version_files

id = "shards"
family = "crystal"
title = "Crystal (shards)"
paved = False
NAME = "shard.yml"
# shard -> (framework, port that it opens unless told: its own documentation)
FRAMEWORKS = (
    ("lucky", "lucky", 3000),
    ("amber", "amber", 3000),
    ("marten", "marten", 8000),
    ("athena", "athena", 3000),
    ("athena-framework", "athena", 3000),
    ("kemal", "kemal", 3000),
    ("grip", "grip", 4004),
    ("action-controller", "spider-gazelle", 3000),
    ("router", "router.cr", None),
    ("orion", "orion", 4000),
)
DRIVERS = (
    ("pg", "postgresql"),
    ("mysql", "mysql"),
    ("redis", "redis"),
    ("mongo", "mongodb"),
    ("cryomongo", "mongodb"),
    ("amqp-client", "rabbitmq"),
    ("amqp", "rabbitmq"),
    ("nats", "nats"),
    ("kafka", "kafka"),
    ("memcached", "memcached"),
    ("awscr-s3", "s3"),
    ("elasticsearch-crystal", "elasticsearch"),
    ("etcd", "etcd"),
    ("crystal-cassandra", "cassandra"),
    ("cassandra", "cassandra"),
)
NUMBER = r"(?P<port>\w+)"
OPENS = (
    Opens(rf'\.(?:bind_tcp|listen)\(?\s*"(?P<host>[^"]*)"\s*,\s*{NUMBER}', "http"),
    Opens(rf"\.(?:bind_tcp|listen)\(?\s*(?:port:\s*)?{NUMBER}\b", "http"),
    Opens(rf"\bKemal\.run\(?\s*(?:port:\s*)?{NUMBER}\b", "http"),
    Opens(r"\b(?:config|settings|s)\.port\s*=\s*(?P<port>[^\n]*?\d{2,5}|\w+)", "http"),
)
DEFINED = r'\b%s\s*=\s*(?:[^\n]*(?:\|\||,)\s*)?"?(\d{2,5})\b'
READS = r'\bENV(?:\.fetch\(|\[)\s*"(?P<name>[A-Z][A-Z0-9_]{1,60})"\s*(?:\]\??|,\s*"(?P<default>[^"\n]*)"|\))'
HEALTH = r'(?m)^\s*get\s+"(/(?:healthz?|livez|live|ping|health[_-]?check))"\s+do\b'

toolchain = no_toolchain
image = no_image


def detect(repo: Repo) -> Iterator[Candidate]:
    for path in repo.files:
        folder, _, name = path.rpartition("/")
        if name == NAME and not compiled(r"(?:^|/)lib/").search(folder + "/"):
            locked = repo.has(f"{folder}/shard.lock" if folder else "shard.lock")
            yield Candidate(id, folder or ".", Source(path), 3 if locked else 2)


def facts(scope: Scope) -> Iterator[Fact]:
    manifest = scope.source(NAME)
    data = scope.yaml(NAME)
    shard: dict[str, Any] = data if isinstance(data, dict) else {}
    yield Fact(f.LANGUAGE, "crystal", manifest, Origin.MANIFEST, Confidence.DECLARED, NAME)
    yield Fact(f.BUILD_TOOL, "shards", manifest, Origin.MANIFEST, Confidence.DECLARED, NAME)
    if shard.get("crystal") is not None:
        place = scope.source(NAME, r"^crystal:")
        value = Version(str(shard["crystal"]).strip())
        yield Fact(f.LANGUAGE_VERSION, value, place, Origin.MANIFEST, Confidence.DECLARED, NAME)
    yield from version_files(scope, "crystal", ".crystal-version")
    needs = shard.get("dependencies")
    wanted: dict[str, Any] = needs if isinstance(needs, dict) else {}
    yield Fact(f.DEPENDENCIES, len(wanted), manifest, Origin.MANIFEST, Confidence.DECLARED, "dependencies")
    code = tuple(read(scope.repo, scope.path(path), HASH) for path in _sources(scope))
    yield from _backing(code, wanted)
    yield from environment(code, READS)
    programs = list(shard["targets"]) if isinstance(shard.get("targets"), dict) else []
    yield from _kind(scope, code, wanted, programs)
    yield from _commands(scope, wanted, programs, manifest)


def _sources(scope: Scope) -> Iterator[str]:
    yield from (
        path for path in scope.glob("**/*.cr") if not compiled(r"(?:^|/)(?:spec|lib|examples?|samples|bench\w*)/").search(path)
    )


def _required(code: tuple[Code, ...], name: str) -> Source | None:
    return first(code, rf'(?m)^\s*require\s+"{name}(?:/[\w/-]+)?"')


def _backing(code: tuple[Code, ...], wanted: dict[str, Any]) -> Iterator[Fact]:
    for name, kind in DRIVERS:
        if name in wanted:
            place = _required(code, name)
            sure = Confidence.INFERRED if place else Confidence.DEFAULT
            origin = Origin.CODE if place else Origin.MANIFEST
            yield Fact(f.BACKING, BackingService(kind), place, origin, sure, f"requires {name}")


def _kind(scope: Scope, code: tuple[Code, ...], wanted: dict[str, Any], programs: list[str]) -> Iterator[Fact]:
    """Nothing when the code does not say."""
    found = next(((shard, name, port) for shard, name, port in FRAMEWORKS if shard in wanted), None)
    place = scope.source(NAME, rf"^\s+{found[0]}:") if found else None
    if found:
        version = wanted[found[0]].get("version") if isinstance(wanted[found[0]], dict) else None
        value = Framework(found[1], str(version).lstrip("~>= ") if version else None)
        yield Fact(f.FRAMEWORK, value, place, Origin.MANIFEST, Confidence.DECLARED, NAME)
    if not programs and not found:
        if code and not first(code, r"\bHTTP::Server\.new\b"):
            yield Fact(f.KIND, "library", scope.source(NAME), Origin.MANIFEST, Confidence.INFERRED, "no target")
        return
    listens = place or first(code, r"\bHTTP::Server\.new\b")
    if listens is None:
        arguments = first(code, r"\bOptionParser\b|\bARGV\b")
        if arguments:
            yield Fact(f.KIND, "cli", arguments, Origin.CODE, Confidence.INFERRED, "reads its command line and does not listen")
        return
    yield Fact(f.KIND, "service", listens, Origin.CODE, Confidence.INFERRED, "it listens")
    yield Fact(f.PROTOCOL, "http", listens, Origin.CODE, Confidence.DECLARED, "serves http")
    yield from port_facts(ports(code, OPENS, DEFINED))
    if found and found[2]:
        note = f"{found[1]}: {found[2]} unless told otherwise"
        yield Fact(f.PORT, found[2], place, Origin.DEFAULT, Confidence.DEFAULT, note)
    for file in code:
        for match in compiled(HEALTH).finditer(file.text):
            source = file.source(match.start(1))
            yield Fact(f.HEALTH_PATH, match.group(1), source, Origin.CODE, Confidence.DECLARED, "a route of the service")


def _commands(scope: Scope, wanted: dict[str, Any], programs: list[str], manifest: Source) -> Iterator[Fact]:
    if wanted:
        frozen = " --frozen" if scope.has("shard.lock") else ""
        yield Fact(f.INSTALL, f"shards install{frozen}", manifest, Origin.MANIFEST, Confidence.INFERRED, "shards")
    if programs:
        yield Fact(f.BUILD, "shards build --release", manifest, Origin.MANIFEST, Confidence.INFERRED, "shards")
    if len(programs) == 1:
        yield Fact(f.START, f"./bin/{programs[0]}", manifest, Origin.MANIFEST, Confidence.INFERRED, "what shards builds")
    spec = next(iter(scope.glob("spec/**/*_spec.cr")), None)
    if spec:
        yield Fact(f.TEST, "crystal spec", scope.source(spec), Origin.LAYOUT, Confidence.INFERRED, "spec")
        yield Fact(f.TEST_RUNNER, "crystal spec", scope.source(spec), Origin.LAYOUT, Confidence.INFERRED, "spec")
