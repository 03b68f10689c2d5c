"""What the crates of a Rust program say about it: the services it needs, how its schema is migrated, what it generates."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import BackingService, Confidence, Fact, Origin, ResourceHint, Source
from cdgen.repo.patterns import compiled
from cdgen.stacks.rust.manifest import Dependency, Package, place
from cdgen.stacks.rust.sources import Program, RustFile

DRIVERS: dict[str, str] = {
    **dict.fromkeys(("tokio-postgres", "postgres", "deadpool-postgres", "bb8-postgres", "r2d2_postgres", "rbdc-pg"), "postgresql"),
    **dict.fromkeys(("diesel_async_postgres", "sea-orm-postgres", "pgvector", "cornucopia_async", "clorinde"), "postgresql"),
    **dict.fromkeys(("mysql", "mysql_async", "rbdc-mysql", "r2d2_mysql"), "mysql"),
    **dict.fromkeys(("tiberius", "bb8-tiberius", "rbdc-mssql"), "sqlserver"),
    **dict.fromkeys(("mongodb", "wither"), "mongodb"),
    **dict.fromkeys(("redis", "deadpool-redis", "bb8-redis", "r2d2_redis", "fred", "rustis", "redis-async", "mobc-redis"), "redis"),
    **dict.fromkeys(("tower-sessions-redis-store", "async-session-redis", "apalis-redis", "redis_rs", "glide"), "redis"),
    **dict.fromkeys(("memcache", "memcache-async", "async-memcached", "bb8-memcached", "rust-memcache"), "memcached"),
    **dict.fromkeys(("lapin", "amqprs", "amiquip", "deadpool-lapin", "celery"), "rabbitmq"),
    **dict.fromkeys(("rdkafka", "kafka", "rskafka", "samsa"), "kafka"),
    **dict.fromkeys(("async-nats", "nats", "rants"), "nats"),
    "elasticsearch": "elasticsearch",
    "elastic": "elasticsearch",
    "opensearch": "opensearch",
    **dict.fromkeys(("scylla", "cdrs-tokio", "cdrs", "cassandra-cpp", "cassandra"), "cassandra"),
    **dict.fromkeys(("aws-sdk-dynamodb", "rusoto_dynamodb", "serde_dynamo", "modyne"), "dynamodb"),
    **dict.fromkeys(("aws-sdk-s3", "rusoto_s3", "rust-s3", "minio", "s3"), "s3"),
    **dict.fromkeys(("aws-sdk-sqs", "rusoto_sqs"), "sqs"),
    **dict.fromkeys(("google-cloud-pubsub", "gcloud-pubsub"), "pubsub"),
    "etcd-client": "etcd",
    **dict.fromkeys(("consul", "rs-consul", "consulrs"), "consul"),
    **dict.fromkeys(("vaultrs", "hashicorp_vault", "azure_vault"), "vault"),
}
# crates that speak to several kinds: feature -> (kind, names that only that kind's code uses)
BY_FEATURE: dict[str, dict[str, tuple[str, str]]] = {
    "sqlx": {
        "postgres": ("postgresql", r"\b(?:PgPool\w*|PgConn\w*|Postgres|PgRow|postgres)\b"),
        "mysql": ("mysql", r"\b(?:MySqlPool\w*|MySqlConn\w*|MySql|MySqlRow|mysql)\b"),
        "mssql": ("sqlserver", r"\bMssql\w*\b"),
    },
    "diesel": {
        "postgres": ("postgresql", r"\b(?:PgConnection|Pg|pg)\b"),
        "postgresql": ("postgresql", r"\b(?:PgConnection|Pg|pg)\b"),
        "mysql": ("mysql", r"\b(?:MysqlConnection|Mysql|mysql)\b"),
    },
    "diesel-async": {
        "postgres": ("postgresql", r"\bAsyncPgConnection\b"),
        "mysql": ("mysql", r"\bAsyncMysqlConnection\b"),
    },
    "sea-orm": {
        "sqlx-postgres": ("postgresql", r"\bDatabase\b|\bconnect\b|\bsea_orm\b"),
        "sqlx-mysql": ("mysql", r"\bDatabase\b|\bconnect\b|\bsea_orm\b"),
    },
    "sqlx-core": {},
    "actix-session": {
        "redis-session": ("redis", r"\bRedis\w+\b"),
        "redis-session-rustls": ("redis", r"\bRedis\w+\b"),
        "redis-session-native-tls": ("redis", r"\bRedis\w+\b"),
        "redis-rs-session": ("redis", r"\bRedis\w+\b"),
        "redis-actor-session": ("redis", r"\bRedis\w+\b"),
        "redis-rs-tls-session": ("redis", r"\bRedis\w+\b"),
    },
    "rocket_db_pools": {
        "sqlx_postgres": ("postgresql", r"\bPgPool\b|\bsqlx\b"),
        "sqlx_mysql": ("mysql", r"\bMySqlPool\b|\bsqlx\b"),
        "deadpool_postgres": ("postgresql", r"\bdeadpool_postgres\b"),
        "deadpool_redis": ("redis", r"\bdeadpool_redis\b"),
        "diesel_postgres": ("postgresql", r"\bPgPool\b|\bdiesel\b"),
        "diesel_mysql": ("mysql", r"\bMysqlPool\b|\bdiesel\b"),
        "mongodb": ("mongodb", r"\bmongodb\b"),
    },
    "rocket_sync_db_pools": {
        "diesel_postgres_pool": ("postgresql", r"\bPgConnection\b|\bdiesel\b"),
        "diesel_mysql_pool": ("mysql", r"\bMysqlConnection\b"),
        "postgres_pool": ("postgresql", r"\bpostgres\b"),
    },
    "object_store": {"aws": ("s3", r"\bAmazonS3\w*\b")},
    "opendal": {"services-s3": ("s3", r"\bS3\b"), "services-redis": ("redis", r"\bRedis\b")},
    "r2d2-diesel": {},
}
QUEUES = frozenset({"rabbitmq", "kafka", "nats", "sqs", "pubsub"})
MODULES = {"rust-s3": "s3", "memcache-async": "memcache_async"}
# dependency -> (tool, folder pattern)
MIGRATORS = (
    ("refinery", "refinery", r"(?:^|/)(?:migrations|db/migrations|src/migrations)/[VU]\d"),
    ("diesel_migrations", "diesel", r"(?:^|/)migrations/[^/]+/up\.sql$"),
    ("diesel", "diesel", r"(?:^|/)migrations/[^/]+/up\.sql$"),
    ("sea-orm-migration", "sea-orm", r"(?:^|/)(?:migration|migrations)/src/m\d+_\w+\.rs$"),
    ("sqlx", "sqlx", r"(?:^|/)migrations/[^/]+\.sql$"),
    ("rbatis", "rbatis", r"(?:^|/)migrations/[^/]+\.sql$"),
    ("tokio-postgres-migration", "tokio-postgres-migration", r"(?:^|/)migrations/[^/]+\.sql$"),
    ("barrel", "barrel", r"(?:^|/)migrations/[^/]+$"),
)


def facts(program: Program) -> Iterator[Fact]:
    yield from _backing(program)
    yield from _migrations(program)
    yield from _generators(program)
    yield from resources(program)


def backing_kinds(program: Program) -> frozenset[str]:
    """Those that the code really uses."""
    return frozenset(fact.value.kind for fact in _backing(program) if fact.confidence >= Confidence.INFERRED)


def _backing(program: Program) -> Iterator[Fact]:
    """Each kind where it is used, once per place; where none is used, where it is only asked for."""
    found = tuple(_drivers(program))
    used = {fact.value.kind for fact in found if fact.confidence >= Confidence.INFERRED}
    seen: set[tuple[str, Source | None]] = set()
    for fact in found:
        key = (fact.value.kind, fact.source)
        if key not in seen and (fact.confidence >= Confidence.INFERRED or fact.value.kind not in used):
            seen.add(key)
            yield fact


def _drivers(program: Program) -> Iterator[Fact]:
    for package in program.crates:
        for dependency in package.dependencies:
            if dependency.kind:
                continue
            if dependency.crate in DRIVERS:
                yield _driver(program, package, dependency, DRIVERS[dependency.crate])
            elif dependency.crate in BY_FEATURE:
                yield from _by_feature(program, package, dependency)


def _driver(program: Program, package: Package, dependency: Dependency, kind: str) -> Fact:
    """INFERRED where the code names the crate; an optional one counts only when a plain build has it."""
    used = program.uses(MODULES.get(dependency.crate, dependency.module)) if _is_built(package, dependency) else None
    sure = Confidence.INFERRED if used else Confidence.DEFAULT
    note = f"uses {dependency.crate}" if used else f"depends on {dependency.crate}"
    origin = Origin.CODE if used else Origin.MANIFEST
    return Fact(f.BACKING, BackingService(kind), used or place(program.repo, package, dependency), origin, sure, note)


def _is_built(package: Package, dependency: Dependency) -> bool:
    names = {dependency.key, f"dep:{dependency.key}"}
    return (
        not dependency.optional
        or bool(names & package.switched_on)
        or any(each.startswith(f"{dependency.key}/") for each in package.switched_on)
    )


def _by_feature(program: Program, package: Package, dependency: Dependency) -> Iterator[Fact]:
    """A feature that is switched on and whose names the code uses; of two databases only the one that is used."""
    extra = {each.partition("/")[2] for each in package.switched_on if each.partition("/")[0].rstrip("?") == dependency.key}
    features = dependency.features | extra
    wanted = {feature: about for feature, about in BY_FEATURE[dependency.crate].items() if feature in features}
    for kind, pattern in wanted.values():
        used = _first(program, pattern) if _is_built(package, dependency) else None
        alone = len({each for each, _ in wanted.values()}) == 1
        if used is None and alone and _is_built(package, dependency):
            used = program.uses(dependency.module)
        sure = Confidence.INFERRED if used else Confidence.DEFAULT
        origin = Origin.CODE if used else Origin.MANIFEST
        source = used or place(program.repo, package, dependency)
        yield Fact(f.BACKING, BackingService(kind), source, origin, sure, f"{dependency.crate} with {kind}")


def _first(program: Program, pattern: str) -> Source | None:
    """The first identifier of the code that a pattern matches as a whole."""
    for file in program.files:
        if compiled(pattern).search(file.text):
            query = "([(identifier) (type_identifier)] @name)"
            for match in file.matches(query):
                if compiled(pattern).fullmatch((match["name"].text or b"").decode()):
                    return file.source(match["name"])
    return None


def _migrations(program: Program) -> Iterator[Fact]:
    """The tool by its crate, the folder by what it holds."""
    homes = dict.fromkeys((program.package.directory, *(each.directory for each in program.crates), program.package.root))
    for crate, tool, pattern in MIGRATORS:
        asked = ((package, package.dependency(crate)) for package in program.crates)
        if not any(each is not None and _is_built(package, each) for package, each in asked):
            continue
        for home in homes:
            cut = 0 if home == "." else len(home) + 1
            for path in program.repo.under(home):
                if compiled(pattern).search(path[cut:]):
                    folder = compiled(r"^((?:.*/)?(?:migrations?))(?:/|$)").match(path[cut:])
                    where = path[:cut] + (folder.group(1) if folder else path[cut:].rpartition("/")[0])
                    shown = _relative(where, program.package.directory)
                    yield Fact(
                        f.MIGRATIONS, f"{tool}: {shown}", Source(path), Origin.LAYOUT, Confidence.DECLARED, f"migrations of {tool}"
                    )
                    return


def _relative(path: str, directory: str) -> str:
    from posixpath import relpath

    return relpath(path, directory)


GENERATORS = (
    ("tonic-build", "protobuf"),
    ("tonic-prost-build", "protobuf"),
    ("prost-build", "protobuf"),
    ("protobuf-codegen", "protobuf"),
    ("protoc-rust", "protobuf"),
    ("volo-build", "protobuf"),
    ("graphql_client", "graphql"),
    ("cynic-codegen", "graphql"),
    ("progenitor", "openapi"),
    ("cornucopia", "sql"),
    ("capnpc", "capnproto"),
)
PROTOC = ("tonic-build", "tonic-prost-build", "prost-build", "protoc-rust")
NO_PROTOC = ("protoc-bin-vendored", "protox", "protobuf-src", "protoc-prebuilt")


def _generators(program: Program) -> Iterator[Fact]:
    for package in program.crates:
        for dependency in package.dependencies:
            name = dict(GENERATORS).get(dependency.crate)
            if name and dependency.kind != "dev":
                source = place(program.repo, package, dependency)
                yield Fact(f.GENERATOR, name, source, Origin.MANIFEST, Confidence.DECLARED, dependency.crate)


def needs_protoc(program: Program) -> bool:
    """Whether the build calls the protobuf compiler of the machine (https://docs.rs/prost-build/latest/prost_build/#sourcing-protoc)."""
    crates = {dependency.crate for package in program.crates for dependency in package.dependencies if dependency.kind != "dev"}
    return bool(crates & set(PROTOC)) and not crates & set(NO_PROTOC)


def grpc_services(program: Program) -> Iterator[Fact]:
    """`add_service(CartServiceServer::new(...))`; the health service and reflection are no services of its own."""
    for file in program.files:
        if not file.has("add_service", "add_optional_service"):
            continue
        for name, source in _registered(file):
            if name in ("Health", "ServerReflection"):
                continue
            yield Fact(f.GRPC_SERVICE, name, source, Origin.CODE, Confidence.DECLARED, f"serves {name}")


WORKERS = """
(call_expression function: (field_expression field: (field_identifier) @name)
  arguments: (arguments . (integer_literal) @value .) (#eq? @name "workers"))
"""
THREADS = r"tokio::(?:main|test)\s*\([^)]*\bworker_threads\s*=\s*(\d+)"


def resources(program: Program) -> Iterator[Fact]:
    """How many workers or threads the program asks for."""
    for file in program.files:
        for match in file.matches(WORKERS) if file.has("HttpServer") else ():
            hint = ResourceHint("workers", (match["value"].text or b"").decode())
            yield Fact(f.RESOURCE, hint, file.source(match["value"]), Origin.CODE, Confidence.DECLARED, "workers of the server")
        for match in file.matches("(attribute_item) @attribute") if file.has("worker_threads") else ():
            found = compiled(THREADS).search((match["attribute"].text or b"").decode())
            if found:
                hint = ResourceHint("threads", found.group(1))
                yield Fact(f.RESOURCE, hint, file.source(match["attribute"]), Origin.CODE, Confidence.DECLARED, "threads of tokio")


SERVER_TYPES = """
(call_expression function: (scoped_identifier
    path: [(identifier) @type (scoped_identifier name: (identifier) @type)]
    name: (identifier) @made)
  (#match? @type "Server$") (#any-of? @made "new" "with_interceptor" "from_arc"))
"""


def _registered(file: RustFile) -> Iterator[tuple[str, Source]]:
    for match in file.matches(SERVER_TYPES):
        name = (match["type"].text or b"").decode().removesuffix("Server")
        if name and name not in ("Http", "Axum", "Mock", "Test", "Tcp"):
            yield name, file.source(match["type"])


def serves_grpc_health(program: Program) -> Source | None:
    return next((at for name in ("health_reporter", "HealthServer") if (at := program.uses(name))), None)
