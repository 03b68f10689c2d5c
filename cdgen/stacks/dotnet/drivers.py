"""Services that a .NET program needs at run time, by its drivers and whether the code uses them; how its schema is migrated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cdgen.model import facts as f
from cdgen.model.facts import BackingService, Confidence, Fact, Origin, Source
from cdgen.repo import Repo
from cdgen.repo.patterns import compiled
from cdgen.stacks.dotnet.alternatives import is_alternative
from cdgen.stacks.dotnet.code import Code
from cdgen.stacks.dotnet.project import Package, Project, is_test


class Driver(NamedTuple):
    """`packages` match whole names; `names` are identifiers of the code that use it, of which one of `words` is a part."""

    kind: str
    packages: str
    names: str
    words: tuple[str, ...]


DRIVERS = (
    Driver(
        "postgresql",
        r"Npgsql(?:\..*)?|Marten(?:\..*)?|Hangfire\.PostgreSql(?:\..*)?|Aspire\.(?:Azure\.)?Npgsql.*|AspNetCore\.HealthChecks\.NpgSql"
        r"|linq2db\.PostgreSQL|WolverineFx\.(?:Marten|Postgresql)|dbup-postgresql|FluentMigrator\.Runner\.Postgres",
        r"\w*Npgsql\w*|AddMarten\w*|DocumentStore|UseNpgsql|UsePostgreSqlStorage|UsePostgreSQL|PostgresqlDatabase|AddPostgres\w*",
        ("Npgsql", "Marten", "Postgre", "DocumentStore"),
    ),
    Driver(
        "mysql",
        r"[\w.]*\.EntityFrameworkCore\.MySql.*|MySql\.EntityFrameworkCore|MySql\.Data(?:\.EntityFrameworkCore)?|MySqlConnector.*"
        r"|Aspire\.(?:MySqlConnector|Pomelo\..*)|dbup-mysql",
        r"MySql\w*|UseMySQL|UseMySql|AddMySql\w*|MySqlDatabase",
        ("MySql", "MySQL"),
    ),
    Driver(
        "sqlserver",
        r"Microsoft\.EntityFrameworkCore\.SqlServer.*|(?:Microsoft|System)\.Data\.SqlClient|Hangfire\.SqlServer|Aspire\.Microsoft\..*SqlServer"
        r"|Aspire\.Microsoft\.Data\.SqlClient|Microsoft\.Extensions\.Caching\.SqlServer|dbup-sqlserver|NServiceBus\.Persistence\.Sql",
        r"UseSqlServer|SqlConnection|SqlConnectionStringBuilder|AddSqlServer\w*|SqlDatabase|UseSqlServerStorage|SqlDependency"
        r"|AddDistributedSqlServerCache",
        ("SqlServer", "SqlConnection", "SqlDatabase", "SqlDependency"),
    ),
    Driver(
        "mongodb",
        r"MongoDB\.(?:Driver|EntityFrameworkCore|Entities)(?:\..*)?|Aspire\.MongoDB\..*|MongoFramework|AspNetCore\.Identity\.Mongo.*",
        r"I?Mongo(?:Client|Database|Collection|Url|DbContext|DBContext)\w*|UseMongoDB|AddMongo\w*|MongoDB",
        ("Mongo",),
    ),
    Driver(
        "redis",
        r"StackExchange\.Redis(?:\..*)?|Microsoft\.Extensions\.Caching\.(?:StackExchangeRedis|Redis)|Aspire\.StackExchange\.Redis.*"
        r"|ServiceStack\.Redis.*|CSRedisCore|FreeRedis|Microsoft\.AspNetCore\.DataProtection\.StackExchangeRedis"
        r"|Microsoft\.AspNetCore\.SignalR\.StackExchangeRedis|Steeltoe\.[\w.]*Redis|NRedisStack|EasyCaching\.Redis|Valkey\.Glide",
        r"I?ConnectionMultiplexer|AddStackExchangeRedis\w*|AddDistributedRedisCache|AddRedis\w*|RedisClient|RedisManagerPool|CSRedisClient"
        r"|StackExchange|GlideClient|UseRedis\w*|PersistKeysToStackExchangeRedis",
        ("Redis", "ConnectionMultiplexer", "Glide"),
    ),
    Driver(
        "memcached",
        r"Enyim(?:\.?Memcached(?:Core)?|\.Caching).*",
        r"I?MemcachedClient|AddEnyimMemcached|Enyim",
        ("emcached", "Enyim"),
    ),
    Driver(
        "rabbitmq",
        r"RabbitMQ\.Client(?:\..*)?|EasyNetQ(?:\..*)?|MassTransit\.RabbitMQ|NServiceBus\.(?:Transport\.)?RabbitMQ|Rebus\.RabbitMq"
        r"|RawRabbit.*|DotNetCore\.CAP\.RabbitMQ|Aspire\.RabbitMQ\.Client.*|WolverineFx\.RabbitMQ|Steeltoe\..*RabbitMQ",
        r"\w*Rabbit\w*|EasyNetQ|RegisterEasyNetQ|I?ConnectionFactory",
        ("Rabbit", "EasyNetQ"),
    ),
    Driver(
        "kafka",
        r"Confluent\.Kafka(?:\..*)?|MassTransit\.Kafka|KafkaFlow(?:\..*)?|DotNetCore\.CAP\.Kafka|Aspire\.Confluent\.Kafka|Rebus\.Kafka"
        r"|Streamiz\.Kafka\.Net.*|WolverineFx\.Kafka",
        r"Confluent|(?:Producer|Consumer)(?:Builder|Config)|KafkaFlow|\w*Kafka\w*",
        ("Kafka", "Confluent", "ConsumerBuilder", "ProducerBuilder"),
    ),
    Driver(
        "nats",
        r"NATS\.(?:Client|Net|Extensions)(?:\..*)?|AlterNats.*|Aspire\.NATS\.Net",
        r"I?Nats\w*|NATS|AddNats\w*",
        ("Nats", "NATS"),
    ),
    Driver(
        "elasticsearch",
        r"NEST(?:\..*)?|Elastic\.Clients\.Elasticsearch|Elasticsearch\.Net|Aspire\.Elastic\.Clients.*",
        r"I?ElasticClient|I?ElasticLowLevelClient|Elasticsearch\w*|AddElastic\w*|Nest",
        ("Elastic", "Nest"),
    ),
    Driver("opensearch", r"OpenSearch\.(?:Client|Net)(?:\..*)?", r"I?OpenSearch\w*", ("OpenSearch",)),
    Driver("cassandra", r"CassandraCSharpDriver.*", r"Cassandra\w*", ("Cassandra",)),
    Driver(
        "dynamodb", r"AWSSDK\.DynamoDBv2|EfficientDynamoDb.*", r"I?AmazonDynamoDB\w*|I?DynamoDBContext|DynamoDbContext", ("Dynamo",)
    ),
    Driver(
        "s3",
        r"AWSSDK\.S3|Minio(?:\..*)?",
        r"I?AmazonS3\w*|I?MinioClient|AddMinio|TransferUtility",
        ("S3", "inio", "TransferUtility"),
    ),
    Driver(
        "sqs",
        r"AWSSDK\.(?:SQS|SimpleNotificationService)|MassTransit\.AmazonSQS|AWS\.Messaging|Rebus\.AmazonSQS",
        r"I?AmazonSQS\w*|I?AmazonSimpleNotificationService\w*|UsingAmazonSqs|AddAWSMessageBus",
        ("SQS", "Sqs", "SimpleNotification", "AWSMessage"),
    ),
    Driver(
        "pubsub",
        r"Google\.Cloud\.PubSub\.V1",
        r"(?:Publisher|Subscriber)\w*Client(?:Builder)?",
        ("PublisherClient", "SubscriberClient", "PubSub"),
    ),
    Driver("etcd", r"dotnet-etcd", r"I?EtcdClient", ("EtcdClient",)),
    Driver("consul", r"Consul|Winton\.Extensions\.Configuration\.Consul", r"I?ConsulClient|AddConsul\w*", ("Consul",)),
    Driver("vault", r"VaultSharp(?:\..*)?", r"I?VaultClient", ("VaultClient",)),
)
STORES = frozenset({"postgresql", "mysql", "sqlserver", "mongodb", "redis", "cassandra", "dynamodb"})
# of a package that is there for health checks, tools or design alone nothing follows
ALONGSIDE = r"(?i).*\.(?:Design|Tools|Abstractions|Analyzers)"
MIGRATION_FOLDER = r"(?:^|/)(?P<folder>[\w./-]*[Mm]igrations?[\w./-]*)/\w*ModelSnapshot\.cs$"
SCRIPTS = r"(?i)^(?P<folder>(?:[\w.-]+/)*(?:scripts?|migrations?|sql|db))/(?:[\w.-]+/)*[\w .-]+\.sql$"


def facts(code: Code, projects: tuple[Project, ...], repo: Repo) -> Iterator[Fact]:
    yield from _backing(code, projects)
    yield from _migrations(projects, repo)


def _backing(code: Code, projects: tuple[Project, ...]) -> Iterator[Fact]:
    packages = [package for each in projects if not is_test(each) for package in each.packages]
    names = " ".join(package.name.lower() for package in packages)
    present = [driver for driver in DRIVERS if driver.kind in STORES and _worth(driver, names) and _package(driver, packages)]
    for driver in DRIVERS:
        found = _package(driver, packages) if _worth(driver, names) else None
        if found is None:
            continue
        used = code.named(driver.names, *driver.words) or _opened(code, driver)
        chosen = used is None or not _is_second_choice(driver, code, present)
        sure = Confidence.INFERRED if used and chosen else Confidence.DEFAULT
        note = f"{found.name}, used" if used else f"{found.name}, not seen in use"
        yield Fact(f.BACKING, BackingService(driver.kind), found.source, Origin.MANIFEST, sure, note)
        if used:
            yield Fact(f.BACKING, BackingService(driver.kind), used, Origin.CODE, sure, f"uses {found.name}")


def _is_second_choice(driver: Driver, code: Code, present: list[Driver]) -> bool:
    """Whether a setting has to name this store, where another one is the first choice."""
    others = [other.names for other in present if other.kind != driver.kind]
    return driver.kind in STORES and bool(others) and is_alternative(code, driver.names, driver.words, "|".join(others))


def used_kinds(code: Code, projects: tuple[Project, ...]) -> frozenset[str]:
    """Kinds of which a driver is used."""
    return frozenset(fact.value.kind for fact in _backing(code, projects) if fact.confidence >= Confidence.INFERRED)


def _worth(driver: Driver, names: str) -> bool:
    """Cheap test before the patterns: every driver has one of its words, or one of a few others, in the name of its package."""
    return any(
        word.lower() in names for word in (*driver.words, "sqlclient", "hangfire", "nservicebus", "masstransit", "aws", "cap.")
    )


def _package(driver: Driver, packages: list[Package]) -> Package | None:
    whole = compiled(rf"(?i)(?:{driver.packages})\Z")
    side = compiled(rf"{ALONGSIDE}\Z")
    return next((each for each in packages if whole.match(each.name) and not side.match(each.name)), None)


def _opened(code: Code, driver: Driver) -> Source | None:
    """F# has no syntax tree here: a namespace of the driver that a file opens is use enough."""
    for path in code.functional:
        for number, content in enumerate(code.repo.lines(path), 1):
            words = content.split("//")[0].split()
            if len(words) > 1 and words[0] == "open" and any(part in words[1] for part in driver.words):
                return Source(path, number)
    return None


def _migrations(projects: tuple[Project, ...], repo: Repo) -> Iterator[Fact]:
    for each in projects:
        if is_test(each):
            continue
        cut = 0 if each.folder == "." else len(each.folder) + 1
        for path in repo.under(each.folder):
            match = compiled(MIGRATION_FOLDER).search(path[cut:]) if path.endswith("ModelSnapshot.cs") else None
            if match:
                folder = path.rpartition("/")[0]
                yield Fact(f.MIGRATIONS, f"ef-core: {folder}", Source(path), Origin.LAYOUT, Confidence.DECLARED, "a model snapshot")
                return
        tool = each.package(r"dbup.*") or each.package(r"Evolve") or each.package(r"FluentMigrator(?:\..*)?")
        if tool is None:
            continue
        name = "fluentmigrator" if tool.name.lower().startswith("fluent") else tool.name.lower().partition("-")[0]
        place = _folder_of(each, repo, name)
        if place:
            yield Fact(f.MIGRATIONS, f"{name}: {place}", tool.source, Origin.MANIFEST, Confidence.INFERRED, tool.name)
            return


def _folder_of(each: Project, repo: Repo, tool: str) -> str | None:
    cut = 0 if each.folder == "." else len(each.folder) + 1
    for path in repo.under(each.folder):
        if tool == "fluentmigrator":
            if compiled(r"(?i)(?:^|/)migrations?/[\w.-]+\.cs$").search(path[cut:]):
                return path.rpartition("/")[0]
        elif script := compiled(SCRIPTS).match(path[cut:]):
            return str(path[:cut] + script["folder"])
    return None
