"""Frameworks, drivers and migrations of an Elixir service."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cdgen.model import facts as f
from cdgen.model.facts import BackingService, Confidence, Fact, Framework, Origin, Source
from cdgen.repo.patterns import compiled
from cdgen.repo.syntax import line, text
from cdgen.stacks.beam.code import Code, members
from cdgen.stacks.beam.project import Dependency
from cdgen.stacks.beam.terms import alias

# what gives a service its shape before what it is served by; the modules of which the code uses one
FRAMEWORKS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("phoenix", "phoenix", ("Phoenix",)),
    ("maru", "maru", ("Maru",)),
    ("ash_json_api", "ash", ("Ash", "AshJsonApi")),
    ("plug", "plug", ("Plug",)),
    ("plug_cowboy", "plug", ("Plug",)),
    ("bandit", "plug", ("Plug", "Bandit")),
    ("grpc", "grpc", ("GRPC",)),
    ("grpc_server", "grpc", ("GRPC",)),
    ("cowboy", "cowboy", (":cowboy",)),
    ("broadway", "broadway", ("Broadway",)),
)


class Driver(NamedTuple):
    package: str
    kind: str
    modules: tuple[str, ...]  # one of which the code or its settings name


DRIVERS = (
    Driver("postgrex", "postgresql", ("Postgrex", "Ecto.Adapters.Postgres", "Oban.Notifiers.Postgres")),
    Driver("eventstore", "postgresql", ("EventStore",)),
    Driver("myxql", "mysql", ("MyXQL", "Ecto.Adapters.MyXQL")),
    Driver("mariaex", "mysql", ("Mariaex", "Ecto.Adapters.MySQL")),
    Driver("tds", "sqlserver", ("Tds", "Ecto.Adapters.Tds")),
    Driver("redix", "redis", ("Redix",)),
    Driver("redix_pubsub", "redis", ("Redix",)),
    Driver("phoenix_pubsub_redis", "redis", ("Phoenix.PubSub.Redis",)),
    Driver("eredis", "redis", (":eredis",)),
    Driver("exq", "redis", ("Exq",)),
    Driver("verk", "redis", ("Verk",)),
    Driver("nebulex_redis_adapter", "redis", ("NebulexRedisAdapter",)),
    Driver("hammer_backend_redis", "redis", ("Hammer.Backend.Redis",)),
    Driver("memcachex", "memcached", ("Memcache",)),
    Driver("mongodb_driver", "mongodb", ("Mongo",)),
    Driver("mongodb", "mongodb", ("Mongo",)),
    Driver("mongodb_ecto", "mongodb", ("Mongo.Ecto",)),
    Driver("amqp", "rabbitmq", ("AMQP",)),
    Driver("broadway_rabbitmq", "rabbitmq", ("BroadwayRabbitMQ",)),
    Driver("gen_rmq", "rabbitmq", ("GenRMQ",)),
    Driver("rabbit_common", "rabbitmq", (":amqp_connection",)),
    Driver("brod", "kafka", (":brod", "Brod")),
    Driver("broadway_kafka", "kafka", ("BroadwayKafka",)),
    Driver("kafka_ex", "kafka", ("KafkaEx",)),
    Driver("kaffe", "kafka", ("Kaffe",)),
    Driver("elsa", "kafka", ("Elsa",)),
    Driver("gnat", "nats", ("Gnat", "Jetstream")),
    Driver("ex_aws_s3", "s3", ("ExAws.S3",)),
    Driver("ex_aws_sqs", "sqs", ("ExAws.SQS",)),
    Driver("broadway_sqs", "sqs", ("BroadwaySQS",)),
    Driver("ex_aws_sns", "sqs", ("ExAws.SNS",)),
    Driver("ex_aws_dynamo", "dynamodb", ("ExAws.Dynamo",)),
    Driver("broadway_cloud_pub_sub", "pubsub", ("BroadwayCloudPubSub",)),
    Driver("google_api_pub_sub", "pubsub", ("GoogleApi.PubSub",)),
    Driver("xandra", "cassandra", ("Xandra",)),
    Driver("elasticsearch", "elasticsearch", ("Elasticsearch",)),
    Driver("elastix", "elasticsearch", ("Elastix",)),
    Driver("snap", "elasticsearch", ("Snap",)),
    Driver("eetcd", "etcd", (":eetcd",)),
    Driver("libvault", "vault", ("Vault",)),
    Driver("vaultex", "vault", ("Vaultex",)),
)
MIGRATIONS = r"priv/(?P<repo>[\w-]*repo)/migrations/(?:.*/)?\d+_\w+\.exs$"


def facts(code: Code) -> Iterator[Fact]:
    yield from _framework(code)
    yield from _backing(code)
    yield from _migrations(code)


def dependencies(code: Code) -> tuple[Dependency, ...]:
    """Of the project and of every app of an umbrella, those that are there in production, each name once."""
    projects = (code.project, *members(code))
    found = {each.name: each for project in projects for each in project.dependencies if each.is_for_production}
    return tuple(found.values())


def _framework(code: Code) -> Iterator[Fact]:
    """The first that the code uses; what another brings along is not named beside it."""
    known = {each.name: each for each in dependencies(code)}
    for package, name, modules in FRAMEWORKS:
        dependency = known.get(package)
        if dependency and used(code, modules):
            lock = code.locked().get(dependency.name)
            version = lock.version if lock and package == name else dependency.requirement if package == name else None
            note = f"depends on {dependency.name}"
            yield Fact(f.FRAMEWORK, Framework(name, version), dependency.source, Origin.MANIFEST, Confidence.DECLARED, note)
            return


def _backing(code: Code) -> Iterator[Fact]:
    known = {each.name: each for each in dependencies(code)}
    for driver in DRIVERS:
        dependency = known.get(driver.package)
        if dependency is None:
            continue
        place = used(code, driver.modules)
        sure = Confidence.INFERRED if place else Confidence.DEFAULT
        where, origin = (place, Origin.CODE) if place else (dependency.source, Origin.MANIFEST)
        yield Fact(f.BACKING, BackingService(driver.kind), where, origin, sure, f"depends on {driver.package}")


def kinds(code: Code) -> frozenset[str]:
    """Of the backing services whose driver the code uses."""
    known = {each.name for each in dependencies(code)}
    return frozenset(driver.kind for driver in DRIVERS if driver.package in known and used(code, driver.modules))


def used(code: Code, modules: tuple[str, ...]) -> Source | None:
    """Where code or settings first name one of the modules, or one inside it."""
    for path in code.holding(*modules):
        tree = code.tree(path)
        for match in tree.matches("[(alias) (atom)] @name") if tree else ():
            name = text(match["name"])
            if any(name == each or (alias(match["name"]) and name.startswith(f"{each}.")) for each in modules):
                return Source(path, line(match["name"]))
    return None


def _migrations(code: Code) -> Iterator[Fact]:
    """Ecto keeps them in `priv/<repo>/migrations` unless told otherwise."""
    cut = 0 if code.scope.directory == "." else len(code.scope.directory) + 1
    folders: dict[str, str] = {}
    for path in code.all:
        if compiled(MIGRATIONS).search(path):
            folders.setdefault(path[cut : path.rindex("/migrations/") + len("/migrations")], path)
    for folder, path in sorted(folders.items(), key=lambda item: not item[0].endswith("priv/repo/migrations")):
        yield Fact(f.MIGRATIONS, f"ecto: {folder}", Source(path), Origin.LAYOUT, Confidence.DECLARED, "migrations of Ecto")
