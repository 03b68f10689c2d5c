"""What the service needs at run time, how its database changes, which tests need it, and what is generated before a build."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cdgen.model import facts as f
from cdgen.model.facts import BackingService, Confidence, Fact, Origin
from cdgen.repo.patterns import compiled
from cdgen.stacks.node.package import Package
from cdgen.stacks.node.sources import TESTS, Sources
from cdgen.stacks.node.switches import switched
from cdgen.stacks.node.trees import Trees

# driver -> kind. Libraries that only speak to a driver the repository must add itself (an ORM) are in DIALECTS
DRIVERS: Mapping[str, str] = {
    "pg": "postgresql",
    "pg-promise": "postgresql",
    "postgres": "postgresql",
    "@neondatabase/serverless": "postgresql",
    "slonik": "postgresql",
    "mysql": "mysql",
    "mysql2": "mysql",
    "mariadb": "mariadb",
    "mongodb": "mongodb",
    "mongoose": "mongodb",
    "connect-mongo": "mongodb",
    "@typegoose/typegoose": "mongodb",
    "monk": "mongodb",
    "redis": "redis",
    "ioredis": "redis",
    "connect-redis": "redis",
    "bull": "redis",
    "bullmq": "redis",
    "bee-queue": "redis",
    "handy-redis": "redis",
    "memcached": "memcached",
    "memjs": "memcached",
    "amqplib": "rabbitmq",
    "amqp-connection-manager": "rabbitmq",
    "amqp": "rabbitmq",
    "rascal": "rabbitmq",
    "kafkajs": "kafka",
    "node-rdkafka": "kafka",
    "kafka-node": "kafka",
    "@confluentinc/kafka-javascript": "kafka",
    "nats": "nats",
    "@nats-io/transport-node": "nats",
    "@elastic/elasticsearch": "elasticsearch",
    "elasticsearch": "elasticsearch",
    "@opensearch-project/opensearch": "opensearch",
    "cassandra-driver": "cassandra",
    "mssql": "sqlserver",
    "tedious": "sqlserver",
    "@aws-sdk/client-dynamodb": "dynamodb",
    "@aws-sdk/client-s3": "s3",
    "@aws-sdk/client-sqs": "sqs",
    "sqs-consumer": "sqs",
    "@google-cloud/pubsub": "pubsub",
    "etcd3": "etcd",
    "consul": "consul",
    "node-vault": "vault",
}
# what ORMs and query builders call a database in their configuration
DIALECTS: Mapping[str, str] = {
    "postgres": "postgresql",
    "postgresql": "postgresql",
    "pg": "postgresql",
    "cockroachdb": "postgresql",
    "mysql": "mysql",
    "mysql2": "mysql",
    "mariadb": "mariadb",
    "mongodb": "mongodb",
    "mssql": "sqlserver",
    "sqlserver": "sqlserver",
}
# a program with drivers for so many databases of record is a tool for them: it needs none
DATABASES = frozenset({"postgresql", "mysql", "mariadb", "mongodb", "sqlserver", "cassandra"})
MANY = 3
ORMS = (
    "knex",
    "typeorm",
    "sequelize",
    "sequelize-typescript",
    "@mikro-orm/core",
    "objection",
    "drizzle-orm",
    "bookshelf",
    "kysely",
)
DIALECT = (
    r"""\b(?:client|dialect|type|provider|driver)\s*:\s*["'](postgres(?:ql)?|pg|cockroachdb|mysql2?|mariadb|mongodb|mssql)["']"""
)
# a folder of migrations, the package that runs it
MIGRATIONS: tuple[tuple[str, str, str], ...] = (
    ("prisma", "prisma", r"^(?P<folder>(?:.*/)?prisma/migrations)/"),
    ("knex", "knex", r"^(?P<folder>(?:.*/)?migrations)/[^/]+\.[cm]?[jt]s$"),
    ("typeorm", "typeorm", r"^(?P<folder>(?:.*/)?migrations?)/\d+-?[^/]+\.[jt]s$"),
    ("sequelize", "sequelize", r"^(?P<folder>(?:.*/)?migrations)/[^/]+\.[cm]?[jt]s$"),
    ("drizzle", "drizzle-orm", r"^(?P<folder>(?:.*/)?(?:drizzle|migrations))/\d{4}_[^/]+\.sql$"),
    ("mikro-orm", "@mikro-orm/core", r"^(?P<folder>(?:.*/)?migrations)/[^/]+\.[jt]s$"),
    ("node-pg-migrate", "node-pg-migrate", r"^(?P<folder>(?:.*/)?migrations)/[^/]+\.(?:sql|[cm]?[jt]s)$"),
    ("db-migrate", "db-migrate", r"^(?P<folder>(?:.*/)?migrations)/[^/]+\.[jt]s$"),
    ("migrate-mongo", "migrate-mongo", r"^(?P<folder>(?:.*/)?migrations)/[^/]+\.[jt]s$"),
)
NEEDS_BACKING = (
    r"""(?:from|require\()\s*["'](?:pg|pg-promise|postgres|mysql2?|mongodb|mongoose|redis|ioredis|amqplib|kafkajs"""
    r"""|testcontainers|@testcontainers/[\w-]+)["']"""
)


def backing_facts(package: Package, sources: Sources, trees: Trees) -> Iterator[Fact]:
    """Drivers that the code or an ORM loads are sure; one that nothing imports is only a guess."""
    runtime = package.dependencies if package.own else package.every_dependency
    orm = any(name in runtime for name in ORMS)
    anything = len({DRIVERS[name] for name in sources.imports & DRIVERS.keys()} & DATABASES) >= MANY
    extra = switched(trees, frozenset(kind for name, kind in DRIVERS.items() if name in runtime))
    for name, kind in DRIVERS.items():
        if name not in runtime:
            continue
        used = name in sources.imports
        if not used and not package.own:
            continue
        sure = Confidence.INFERRED if used or orm or name.startswith("connect-") else Confidence.DEFAULT
        if kind in extra or (anything and kind in DATABASES):
            switch = f"switched on by {extra[kind]}" if kind in extra else "one of many that it speaks to"
            note = f"depends on {name}, {switch}"
            yield Fact(f.BACKING, BackingService(kind), package.source(name), Origin.MANIFEST, Confidence.DEFAULT, note)
            continue
        note = f"depends on {name}" if sure > Confidence.DEFAULT else f"depends on {name}, which nothing imports"
        yield Fact(f.BACKING, BackingService(kind), package.source(name), Origin.MANIFEST, sure, note)
    if orm:
        for match in sources.search(DIALECT, "client", "dialect", "type", "provider"):
            value = BackingService(DIALECTS[match.found.group(1)])
            source = package.scope.line(match.path, match.line)
            yield Fact(f.BACKING, value, source, Origin.CONFIG, Confidence.INFERRED, "configuration of the database")
    yield from _of_bun(package, sources)
    yield from _prisma(package)


def _of_bun(package: Package, sources: Sources) -> Iterator[Fact]:
    """Clients that are part of Bun: https://bun.sh/docs/api/redis, https://bun.sh/docs/api/sql (PostgreSQL without an adapter)."""
    pattern = (
        r"""\bimport\s*\{[^}]*\b(RedisClient|redis|SQL|sql)\b[^}]*\}\s*from\s*["']bun["']|\bBun\.(redis|RedisClient|sql|SQL)\b"""
    )
    for match in sources.search(pattern, '"bun"', "'bun'", "Bun."):
        name = match.found.group(1) or match.found.group(2)
        kind = "redis" if name.lower().startswith("redis") else "postgresql"
        source = package.scope.line(match.path, match.line)
        yield Fact(f.BACKING, BackingService(kind), source, Origin.CODE, Confidence.INFERRED, f"{name} of Bun")


def prisma_schema(package: Package) -> str | None:
    """The schema of this service, relative to its folder."""
    return next(iter((*package.scope.glob("**/schema.prisma"), *package.scope.glob("prisma/*.prisma"))), None)


def _prisma(package: Package) -> Iterator[Fact]:
    schema = prisma_schema(package)
    if schema is None:
        return
    text = package.scope.text(schema) or ""
    found = compiled(r"""(?s)datasource\s+\w+\s*\{.*?provider\s*=\s*["'](\w+)["']""").search(text)
    if found and found.group(1) in DIALECTS:
        source = package.scope.line(schema, text.count("\n", 0, found.start(1)) + 1)
        value = BackingService(DIALECTS[found.group(1)])
        yield Fact(f.BACKING, value, source, Origin.CONFIG, Confidence.DECLARED, "datasource of the Prisma schema")


def migration_facts(package: Package) -> Iterator[Fact]:
    """`tool: folder`, for the tool that the service depends on."""
    every = package.every_dependency
    for tool, name, pattern in MIGRATIONS:
        if name not in every and not (tool == "prisma" and "@prisma/client" in every):
            continue
        match = compiled(pattern).match
        found = next((hit for path in package.scope.files if (hit := match(path))), None)
        if found:
            folder = found.group("folder")
            yield Fact(f.MIGRATIONS, f"{tool}: {folder}", package.scope.source(folder), Origin.LAYOUT, Confidence.INFERRED, tool)
            return


def integration_facts(package: Package) -> Iterator[Fact]:
    """Tests that open a database or broker, or are called integration tests; tests of browsers are another matter."""
    is_test, browser = compiled(TESTS).search, compiled(r"(?i)cypress|playwright|wdio|protractor|nightwatch").search
    named = compiled(
        r"(?i)(?:^|/)integration[_-]?tests?/|[._-](?:integration|int|it)[._-](?:test|spec)\.|[._-]integration\.|\.int-spec\."
    ).search
    for path in package.scope.files:
        if not compiled(r"\.[cm]?[jt]s$").search(path) or not is_test(path) or browser(path):
            continue
        text = package.scope.text(path) or ""
        if browser(text[:2000]):
            continue
        runs = compiled(r"(?i)[._-](?:test|spec)s?\.[cm]?[jt]s$|integration[^/]*$").search(path)
        if (named(path) and runs) or compiled(NEEDS_BACKING).search(text):
            where = package.scope.path(path)
            yield Fact(
                f.INTEGRATION_TESTS,
                where,
                package.scope.source(path),
                Origin.LAYOUT,
                Confidence.INFERRED,
                "needs a backing service",
            )
