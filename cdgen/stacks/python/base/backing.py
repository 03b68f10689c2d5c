"""What the service needs at run time (drivers, URLs, database engines, cloud clients), and its migrations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cdgen.model import facts as f
from cdgen.model.facts import BackingService, Confidence, Fact, Origin
from cdgen.repo.patterns import compiled
from cdgen.stacks.python.base.project import Project
from cdgen.stacks.python.base.requirements import MAIN
from cdgen.stacks.python.base.sources import Module, imports, search

# package -> (kind, module that code imports); packages that serve several kinds are left to URLs
DRIVERS: Mapping[str, tuple[str, str]] = {
    "psycopg": ("postgresql", "psycopg"),
    "psycopg-binary": ("postgresql", "psycopg"),
    "psycopg-c": ("postgresql", "psycopg"),
    "psycopg2": ("postgresql", "psycopg2"),
    "psycopg2-binary": ("postgresql", "psycopg2"),
    "psycopg2cffi": ("postgresql", "psycopg2cffi"),
    "asyncpg": ("postgresql", "asyncpg"),
    "aiopg": ("postgresql", "aiopg"),
    "pg8000": ("postgresql", "pg8000"),
    "mysqlclient": ("mysql", "MySQLdb"),
    "pymysql": ("mysql", "pymysql"),
    "mysql-connector": ("mysql", "mysql"),
    "mysql-connector-python": ("mysql", "mysql"),
    "aiomysql": ("mysql", "aiomysql"),
    "asyncmy": ("mysql", "asyncmy"),
    "flask-mysqldb": ("mysql", "flask_mysqldb"),
    "mariadb": ("mariadb", "mariadb"),
    "pymongo": ("mongodb", "pymongo"),
    "motor": ("mongodb", "motor"),
    "mongoengine": ("mongodb", "mongoengine"),
    "flask-pymongo": ("mongodb", "flask_pymongo"),
    "flask-mongoengine": ("mongodb", "flask_mongoengine"),
    "beanie": ("mongodb", "beanie"),
    "odmantic": ("mongodb", "odmantic"),
    "djongo": ("mongodb", "djongo"),
    "redis": ("redis", "redis"),
    "aioredis": ("redis", "aioredis"),
    "redis-om": ("redis", "redis_om"),
    "django-redis": ("redis", "django_redis"),
    "flask-redis": ("redis", "flask_redis"),
    "channels-redis": ("redis", "channels_redis"),
    "rq": ("redis", "rq"),
    "arq": ("redis", "arq"),
    "fastapi-limiter": ("redis", "fastapi_limiter"),
    "pika": ("rabbitmq", "pika"),
    "aio-pika": ("rabbitmq", "aio_pika"),
    "aioamqp": ("rabbitmq", "aioamqp"),
    "sdc-rabbit": ("rabbitmq", "sdc"),
    "faststream-rabbit": ("rabbitmq", "faststream"),
    "kafka-python": ("kafka", "kafka"),
    "kafka-python-ng": ("kafka", "kafka"),
    "confluent-kafka": ("kafka", "confluent_kafka"),
    "aiokafka": ("kafka", "aiokafka"),
    "faust-streaming": ("kafka", "faust"),
    "nats-py": ("nats", "nats"),
    "elasticsearch": ("elasticsearch", "elasticsearch"),
    "elasticsearch-dsl": ("elasticsearch", "elasticsearch_dsl"),
    "opensearch-py": ("opensearch", "opensearchpy"),
    "cassandra-driver": ("cassandra", "cassandra"),
    "pymssql": ("sqlserver", "pymssql"),
    "mssql-django": ("sqlserver", "mssql"),
    "pymemcache": ("memcached", "pymemcache"),
    "pylibmc": ("memcached", "pylibmc"),
    "python-memcached": ("memcached", "memcache"),
    "aiomcache": ("memcached", "aiomcache"),
    "google-cloud-pubsub": ("pubsub", "google.cloud"),
    "etcd3": ("etcd", "etcd3"),
    "hvac": ("vault", "hvac"),
    "pynamodb": ("dynamodb", "pynamodb"),
}
# extras that bring a driver: celery[redis], sqlalchemy[postgresql], databases[asyncpg]
EXTRAS: Mapping[str, str] = {
    "redis": "redis",
    "hiredis": "redis",
    "postgresql": "postgresql",
    "postgresql-asyncpg": "postgresql",
    "asyncpg": "postgresql",
    "mysql": "mysql",
    "pymysql": "mysql",
    "aiomysql": "mysql",
    "mongodb": "mongodb",
    "rabbitmq": "rabbitmq",
    "sqs": "sqs",
    "kafka": "kafka",
}
SCHEMES: Mapping[str, str] = {
    "postgres": "postgresql",
    "postgresql": "postgresql",
    "psql": "postgresql",
    "mysql": "mysql",
    "mariadb": "mariadb",
    "mongodb": "mongodb",
    "redis": "redis",
    "rediss": "redis",
    "amqp": "rabbitmq",
    "amqps": "rabbitmq",
    "pyamqp": "rabbitmq",
    "mssql": "sqlserver",
    "nats": "nats",
}
# libraries that open connections through a driver of their own choice
CLIENTS = frozenset(
    {
        "sqlalchemy",
        "sqlmodel",
        "flask-sqlalchemy",
        "databases",
        "tortoise-orm",
        "peewee",
        "pony",
        "piccolo",
        "gino",
        "ormar",
        "django",
    }
    | {"dj-database-url", "django-environ", "celery", "kombu", "dramatiq", "taskiq", "faststream", "flask-caching", "flask-session"}
    | {"flask-limiter", "slowapi", "limits", "python-socketio", "aiocache", "huey", "alembic", "yoyo-migrations"}
)
URL = r"[\"']([a-z]+)(?:\+\w+)?$"
ENGINE = (
    r"[\"'](?:django\.db\.backends\.(postgresql\w*|mysql)|django\.contrib\.gis\.db\.backends\.(postgis|mysql)"
    r"|(django_prometheus\.db\.backends\.(?:postgresql|mysql)))[\"']|[\"']ENGINE[\"']\s*:\s*[\"'](mssql|djongo)[\"']"
)
ENGINES = {"postgis": "postgresql", "mysql": "mysql", "mssql": "sqlserver", "djongo": "mongodb"}
CACHE = r"django\.core\.cache\.backends\.(?:redis|memcached)\.\w+|django_redis\.cache"
AWS = r"\.(?:client|resource)\(\s*(?:service_name\s*=\s*)?[\"'](s3|sqs|dynamodb|kinesis|sns)[\"']"
AWS_KINDS = frozenset({"s3", "sqs", "dynamodb"})


def backing_facts(project: Project) -> Iterator[Fact]:
    yield from _required(project)
    for module, match in search(project.modules, "://", "://") if _has_client(project) else ():
        scheme = compiled(URL).search(module.text[max(0, match.start() - 30) : match.start()])
        if scheme and scheme.group(1) in SCHEMES:
            yield _seen(project, SCHEMES[scheme.group(1)], module, match.start(), Confidence.INFERRED, "URL in code")
    for module, match in search(project.modules, ENGINE, "ENGINE", "backends"):
        stated = next(part for part in match.groups() if part)
        kind = next((kind for name, kind in ENGINES.items() if name in stated), "postgresql")
        yield _seen(project, kind, module, match.start(), Confidence.DECLARED, "database engine")
    for module, match in search(project.modules, CACHE, "cache"):
        kind = "memcached" if "memcached" in match.group(0) else "redis"
        yield _seen(project, kind, module, match.start(), Confidence.DECLARED, "cache backend")
    for module, match in search(project.modules, AWS, "boto"):
        if match.group(1) in AWS_KINDS:
            yield _seen(project, match.group(1), module, match.start(), Confidence.DECLARED, "cloud client")


def _has_client(project: Project) -> bool:
    """Whether something is there that could open a connection: else a URL in code is only a text. Nothing listed says nothing."""
    names = {one.name for one in project.requirements}
    return not names or not names.isdisjoint(DRIVERS) or not names.isdisjoint(CLIENTS)


def _seen(project: Project, kind: str, module: Module, at: int, confidence: Confidence, note: str) -> Fact:
    place = project.scope.line(module.path, module.line(at))
    return Fact(f.BACKING, BackingService(kind), place, Origin.CODE, confidence, note)


def _required(project: Project) -> Iterator[Fact]:
    for one in project.requirements:
        if one.group != MAIN or not one.is_direct:
            continue
        kind, module = DRIVERS.get(one.name, ("", ""))
        if kind:
            used = next(imports(project.modules, module), None) is not None
            sure = Confidence.DECLARED if used else Confidence.INFERRED
            yield Fact(f.BACKING, BackingService(kind), project.place(one), Origin.MANIFEST, sure, one.name)
        for extra in one.extras:
            if extra in EXTRAS:
                yield Fact(
                    f.BACKING,
                    BackingService(EXTRAS[extra]),
                    project.place(one),
                    Origin.MANIFEST,
                    Confidence.INFERRED,
                    f"{one.name}[{extra}]",
                )


def migration_facts(project: Project) -> Iterator[Fact]:
    """`tool: folder`."""
    scope = project.scope
    yield from _yoyo(project)
    for path in scope.files:
        folder, _, name = path.rpartition("/")
        if name == "alembic.ini":
            stated = compiled(r"(?m)^[ \t]*script_location\s*=\s*(?:%\(here\)s/)?(\S+)").search(scope.text(path) or "")
            where = stated.group(1).rstrip("/") if stated else folder or "alembic"
            yield Fact(
                f.MIGRATIONS, f"alembic: {where}", scope.source(path, r"script_location"), Origin.CONFIG, Confidence.DECLARED, path
            )
        elif folder.endswith("migrations") and compiled(r"0001_\w+\.py$").match(name) and project.installed("django"):
            yield Fact(f.MIGRATIONS, f"django: {folder}", scope.source(path), Origin.LAYOUT, Confidence.DECLARED, "first migration")


def _yoyo(project: Project) -> Iterator[Fact]:
    """https://ollycope.com/software/yoyo: `sources` of yoyo.ini, or the usual folder."""
    scope, required = project.scope, project.any("yoyo-migrations")
    if scope.has("yoyo.ini"):
        stated = compiled(r"(?m)^\s*sources\s*=\s*(?:%\(here\)s/)?(\S+)").search(scope.text("yoyo.ini") or "")
        where = stated.group(1).rstrip("/") if stated else "migrations"
        yield Fact(
            f.MIGRATIONS, f"yoyo: {where}", scope.source("yoyo.ini", r"sources"), Origin.CONFIG, Confidence.DECLARED, "yoyo.ini"
        )
    elif required and any(path.startswith("migrations/") for path in scope.files):
        yield Fact(
            f.MIGRATIONS, "yoyo: migrations", project.place(required), Origin.MANIFEST, Confidence.INFERRED, "yoyo-migrations"
        )
