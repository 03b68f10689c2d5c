"""What a Ruby service needs at run time, how its database changes, and which tests need it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from cdgen.model import facts as f
from cdgen.model.facts import BackingService, Confidence, Fact, Origin, Source
from cdgen.repo.patterns import compiled
from cdgen.stacks.ruby.frameworks import Known
from cdgen.stacks.ruby.gemfile import Gemfile
from cdgen.stacks.ruby.sources import Sources


class Driver(NamedTuple):
    """`used` are constants whose use in the code makes the gem more than a line of the Gemfile."""

    kind: str
    used: tuple[str, ...]


SQL = ("Sequel", "ActiveRecord", "DataMapper", "ROM", "Hanami::DB")
DRIVERS: Mapping[str, Driver] = {
    "pg": Driver("postgresql", ("PG", *SQL)),
    "mysql2": Driver("mysql", ("Mysql2", *SQL)),
    "trilogy": Driver("mysql", ("Trilogy", *SQL)),
    "activerecord-sqlserver-adapter": Driver("sqlserver", SQL),
    "tiny_tds": Driver("sqlserver", ("TinyTds", *SQL)),
    "redis": Driver("redis", ("Redis", "RedisClient", "ConnectionPool")),
    "redis-client": Driver("redis", ("RedisClient",)),
    "redis-store": Driver("redis", ("Redis",)),
    "kredis": Driver("redis", ("Kredis",)),
    "sidekiq": Driver("redis", ("Sidekiq",)),
    "resque": Driver("redis", ("Resque",)),
    "mongo": Driver("mongodb", ("Mongo",)),
    "mongoid": Driver("mongodb", ("Mongoid",)),
    "bunny": Driver("rabbitmq", ("Bunny",)),
    "sneakers": Driver("rabbitmq", ("Sneakers",)),
    "kicks": Driver("rabbitmq", ("Sneakers",)),
    "hutch": Driver("rabbitmq", ("Hutch",)),
    "ruby-kafka": Driver("kafka", ("Kafka",)),
    "rdkafka": Driver("kafka", ("Rdkafka",)),
    "karafka": Driver("kafka", ("Karafka", "KarafkaApp")),
    "waterdrop": Driver("kafka", ("WaterDrop",)),
    "racecar": Driver("kafka", ("Racecar",)),
    "phobos": Driver("kafka", ("Phobos",)),
    "delivery_boy": Driver("kafka", ("DeliveryBoy",)),
    "dalli": Driver("memcached", ("Dalli",)),
    "aws-sdk-s3": Driver("s3", ("Aws::S3",)),
    "aws-sdk-sqs": Driver("sqs", ("Aws::SQS",)),
    "shoryuken": Driver("sqs", ("Shoryuken",)),
    "aws-sdk-dynamodb": Driver("dynamodb", ("Aws::DynamoDB",)),
    "dynamoid": Driver("dynamodb", ("Dynamoid",)),
    "elasticsearch": Driver("elasticsearch", ("Elasticsearch",)),
    "elasticsearch-model": Driver("elasticsearch", ("Elasticsearch",)),
    "chewy": Driver("elasticsearch", ("Chewy",)),
    "opensearch-ruby": Driver("opensearch", ("OpenSearch",)),
    "cassandra-driver": Driver("cassandra", ("Cassandra",)),
    "nats-pure": Driver("nats", ("NATS",)),
    "google-cloud-pubsub": Driver("pubsub", ("Google::Cloud::PubSub", "Google::Cloud::Pubsub")),
    "etcdv3": Driver("etcd", ("Etcdv3",)),
    "diplomat": Driver("consul", ("Diplomat",)),
    "vault": Driver("vault", ("Vault",)),
}
ADAPTERS: Mapping[str, str] = {
    "postgresql": "postgresql",
    "postgres": "postgresql",
    "postgis": "postgresql",
    "mysql2": "mysql",
    "mysql": "mysql",
    "trilogy": "mysql",
    "sqlserver": "sqlserver",
}
DATABASE = ("config/database.yml", "config/database.yaml", "config/database.yml.erb")
EXAMPLES = ("config/database.yml.example", "config/database.example.yml", "config/database.yml.sample", "config/database.yml.ci")
# configuration of Rails that puts a gem to use: (gem, text in a file of config/)
SETTINGS = (
    ("redis", r"^[^#\n]*(?::redis_cache_store|redis_store|REDIS_URL|:redis\b)"),
    ("dalli", r"^[^#\n]*(?::mem_cache_store|:dalli_store)"),
    ("sidekiq", r"^[^#\n]*queue_adapter\s*=\s*:sidekiq"),
    ("resque", r"^[^#\n]*queue_adapter\s*=\s*:resque"),
)
MIGRATIONS = (
    ("db/migrate", "rails", ("rails", "activerecord", "sinatra-activerecord", "standalone_migrations")),
    ("db/migrate", "sequel", ("sequel",)),
    ("db/migrations", "sequel", ("sequel",)),
    ("migrations", "sequel", ("sequel",)),
    ("db/migrate", "hanami", ("hanami-db", "hanami-model", "rom-sql")),
    ("config/db/migrate", "hanami", ("hanami-db", "rom-sql")),
)
NEEDS_SERVICE = (
    r"(?:PG|Mysql2|Redis|Mongo|Bunny|Sequel|Dalli)(?:::\w+)*\.(?:new|connect|open)"
    r"|ENV(?:\.fetch\(|\[)[\"']\w*(?:DATABASE|REDIS|MONGO|AMQP|RABBIT|KAFKA|POSTGRES|MYSQL)\w*[\"']"
)


def backing_facts(gemfile: Gemfile, known: Known, sources: Sources) -> Iterator[Fact]:
    database = tuple(_database(sources))
    yield from database
    kinds = {fact.value.kind for fact in database}
    for gem, driver in DRIVERS.items():
        if not gemfile.has(gem):
            continue
        used = _use(gem, driver, gemfile, known, sources, kinds)
        sure = Confidence.INFERRED if used else Confidence.DEFAULT
        value = BackingService(driver.kind)
        yield Fact(f.BACKING, value, gemfile.source(gem), Origin.MANIFEST, sure, f"gem {gem}")
        if used:
            yield Fact(f.BACKING, value, used, Origin.CODE, Confidence.INFERRED, f"{gem} is used")
    yield from _storage(gemfile, sources)


def _use(gem: str, driver: Driver, gemfile: Gemfile, known: Known, sources: Sources, kinds: set[str]) -> Source | None:
    """Where the code or its configuration uses a driver. database.yml decides for the databases that Rails connects to."""
    if driver.kind in set(ADAPTERS.values()):
        if driver.kind in kinds:
            return gemfile.source(gem)
        if known.framework == "rails" and any(sources.scope.has(path) for path in DATABASE):
            found = sources.naming(driver.used[0])
            return sources.scope.line(*found) if found else None
        if gemfile.has("rails", "activerecord", "sequel", "rom-sql", "hanami-db") and not gemfile.has("sqlite3"):
            return gemfile.source(gem)
    configured = _configured(gem, sources)
    if configured:
        return configured
    if gem == "sidekiq" and sources.scope.has("config/sidekiq.yml"):
        return sources.scope.source("config/sidekiq.yml")
    if gem in ("mongoid", "kredis") and sources.scope.has("config/mongoid.yml"):
        return sources.scope.source("config/mongoid.yml")
    found = sources.naming(*driver.used)
    return sources.scope.line(*found) if found else None


def _configured(gem: str, sources: Sources) -> Source | None:
    """Where Rails is told to use a gem that its code does not name."""
    files = tuple(
        path
        for path in sources.scope.glob("config/**/*.{rb,yml}")
        if not compiled(r"environments/(?:test|development)").search(path)
        and (not path.endswith("cable.yml") or _channels(sources))
    )
    patterns = [f"(?m){pattern}" for name, pattern in SETTINGS if name == gem]
    for pattern in patterns:
        for path, number, _ in sources.scope.search(files, pattern):
            return sources.scope.line(path, number)
    return None


def _channels(sources: Sources) -> bool:
    """Whether Action Cable has a channel of the application: its configuration is there in every new Rails project."""
    return any("application_cable/" not in path for path in sources.scope.glob("app/channels/**/*.rb"))


def _database(sources: Sources) -> Iterator[Fact]:
    """The adapters of database.yml: those of `production` where it names one, else of every environment."""
    for path in (*DATABASE, *EXAMPLES):
        data = _erb_yaml(sources, path)
        if data is None:
            continue
        production = data.get("production")
        names = set(_adapters(production)) or {name for part in data.values() for name in _adapters(part)}
        for name in sorted(names & ADAPTERS.keys()):
            place = sources.scope.source(path, rf"^[^#]*adapter:\s*[\"']?{name}\b")
            yield Fact(f.BACKING, BackingService(ADAPTERS[name]), place, Origin.CONFIG, Confidence.DECLARED, f"adapter {name}")
        return


def _adapters(part: Any, depth: int = 0) -> Iterator[str]:
    """`adapter` of an environment, or of the several databases that it lists; a url speaks for itself."""
    if not isinstance(part, dict) or depth > 2:
        return
    if isinstance(part.get("adapter"), str):
        yield part["adapter"].strip()
    url = part.get("url")
    if isinstance(url, str) and (found := compiled(r"(\w+)://").match(url)):
        yield found.group(1)
    for value in part.values():
        yield from _adapters(value, depth + 1)


def _erb_yaml(sources: Sources, path: str) -> dict[str, Any] | None:
    """YAML with its ERB left out. What cannot be read so is no evidence: Ruby would have to be run."""
    from cdgen.repo.contents import yaml

    content = sources.scope.text(path)
    if content is None:
        return None
    plain = compiled(r"(?m)^\s*<%[^=][^\n]*%>\s*$").sub("", content)
    plain = compiled(r"<%=.*?%>").sub("erb", compiled(r"<%[^=].*?%>").sub("", plain))
    try:
        data = yaml(plain)
    except ValueError:
        return None
    return data[0] if data and isinstance(data[0], dict) else None


def _storage(gemfile: Gemfile, sources: Sources) -> Iterator[Fact]:
    """Active Storage of production on S3: https://guides.rubyonrails.org/active_storage_overview.html"""
    if not gemfile.has("aws-sdk-s3"):
        return
    path = "config/environments/production.rb"
    found = compiled(r"(?m)^[^#\n]*active_storage\.service\s*=\s*:(\w+)").search(sources.scope.text(path) or "")
    services = _erb_yaml(sources, "config/storage.yml") if found else None
    entry = services.get(found.group(1)) if found and services else None
    if isinstance(entry, dict) and entry.get("service") == "S3":
        place = sources.scope.source(path, r"active_storage\.service")
        yield Fact(f.BACKING, BackingService("s3"), place, Origin.CONFIG, Confidence.INFERRED, "Active Storage")


def migration_facts(gemfile: Gemfile, sources: Sources) -> Iterator[Fact]:
    for folder, tool, gems in MIGRATIONS:
        files = sources.scope.glob(f"{folder}/*.rb")
        if files and gemfile.has(*gems):
            place = sources.scope.source(files[0])
            yield Fact(f.MIGRATIONS, f"{tool}: {folder}", place, Origin.LAYOUT, Confidence.INFERRED, f"{len(files)} migrations")
            return


def integration_facts(sources: Sources) -> Iterator[Fact]:
    """Test files that speak to a backing service themselves, or stand in a folder that says so."""
    for path in sources.tests:
        named = compiled(r"(?:^|/)(?:integration|it)/").search(path) and not sources.scope.has("config/application.rb")
        if named or compiled(NEEDS_SERVICE).search(sources.scope.text(path) or ""):
            note = "its folder says so" if named else "it opens a backing service"
            place = sources.scope.source(path)
            yield Fact(f.INTEGRATION_TESTS, place.path, place, Origin.CODE, Confidence.INFERRED, note)
