"""What a PHP service needs at run time, how its database changes, and which tests need it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cdgen.model import facts as f
from cdgen.model.facts import BackingService, Confidence, Fact, Origin
from cdgen.repo.patterns import compiled
from cdgen.repo.syntax import line, literal, text
from cdgen.stacks.base import matches
from cdgen.stacks.php.frameworks import Known
from cdgen.stacks.php.project import Project
from cdgen.stacks.php.sources import Sources
from cdgen.stacks.php.tree import calls, variable_read, walk

# package or extension -> (kind, classes and functions whose use makes it more than a line of composer.json)
DRIVERS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "ext-pdo_pgsql": ("postgresql", ()),
    "ext-pgsql": ("postgresql", ("pg_connect", "pg_pconnect")),
    "ext-pdo_mysql": ("mysql", ()),
    "ext-mysqli": ("mysql", ("mysqli", "mysqli_connect")),
    "ext-pdo_sqlsrv": ("sqlserver", ()),
    "ext-sqlsrv": ("sqlserver", ("sqlsrv_connect",)),
    "ext-mongodb": ("mongodb", ("MongoDB",)),
    "mongodb/mongodb": ("mongodb", ("MongoDB",)),
    "mongodb/laravel-mongodb": ("mongodb", ("MongoDB",)),
    "jenssegers/mongodb": ("mongodb", ("Jenssegers",)),
    "doctrine/mongodb-odm": ("mongodb", ("DocumentManager",)),
    "doctrine/mongodb-odm-bundle": ("mongodb", ("DocumentManager",)),
    "predis/predis": ("redis", ("Predis", "Redis")),
    "ext-redis": ("redis", ("Redis",)),
    "snc/redis-bundle": ("redis", ("Redis", "Predis")),
    "ext-memcached": ("memcached", ("Memcached",)),
    "php-amqplib/php-amqplib": ("rabbitmq", ("AMQPStreamConnection", "AMQPConnectionFactory", "AMQPSSLConnection")),
    "ext-amqp": ("rabbitmq", ("AMQPConnection",)),
    "php-amqplib/rabbitmq-bundle": ("rabbitmq", ("ConsumerInterface", "ProducerInterface")),
    "enqueue/amqp-lib": ("rabbitmq", ("AmqpConnectionFactory",)),
    "enqueue/amqp-bunny": ("rabbitmq", ("AmqpConnectionFactory",)),
    "bunny/bunny": ("rabbitmq", ("Bunny",)),
    "ext-rdkafka": ("kafka", ("RdKafka",)),
    "enqueue/rdkafka": ("kafka", ("RdKafkaConnectionFactory",)),
    "mateusjunges/laravel-kafka": ("kafka", ("Kafka",)),
    "longlang/phpkafka": ("kafka", ("longlang",)),
    "elasticsearch/elasticsearch": ("elasticsearch", ("Elastic", "Elasticsearch")),
    "ruflin/elastica": ("elasticsearch", ("Elastica",)),
    "friendsofsymfony/elastica-bundle": ("elasticsearch", ("FOS\\ElasticaBundle", "Elastica")),
    "opensearch-project/opensearch-php": ("opensearch", ("OpenSearch",)),
    "league/flysystem-aws-s3-v3": ("s3", ("AwsS3V3Adapter", "AwsS3Adapter")),
    "aws/aws-sdk-php": ("s3", ("S3Client",)),
    "google/cloud-pubsub": ("pubsub", ("PubSubClient",)),
    "basis-company/nats": ("nats", ("Basis\\Nats",)),
}
# the SDK is one package for many services
AWS = (("sqs", "SqsClient"), ("dynamodb", "DynamoDbClient"))
# functions and classes of extensions that need no line of composer.json
CLASSES = (
    ("mysql", ("mysqli", "mysqli_connect")),
    ("postgresql", ("pg_connect",)),
    ("memcached", ("Memcached",)),
    ("redis", ("Redis",)),
)
SCHEMES: Mapping[str, str] = {
    "mysql": "mysql",
    "mysqli": "mysql",
    "pdo-mysql": "mysql",
    "mariadb": "mariadb",
    "pgsql": "postgresql",
    "postgres": "postgresql",
    "postgresql": "postgresql",
    "pdo-pgsql": "postgresql",
    "sqlsrv": "sqlserver",
    "mongodb": "mongodb",
    "mongodb+srv": "mongodb",
    "redis": "redis",
    "rediss": "redis",
    "amqp": "rabbitmq",
    "amqps": "rabbitmq",
    "memcached": "memcached",
    "sqs": "sqs",
    "s3": "s3",
    "kafka": "kafka",
    "elasticsearch": "elasticsearch",
}
DSN = r"^(mysql|pgsql|sqlsrv):(?=(?!/).*(?:host|dbname|Server|unix_socket)=|$)"
WRITTEN = (
    r"[\"'](?:mysql|pgsql|sqlsrv|mariadb|postgres|pdo-|mongodb|redis|amqp|sqs|memcached)\w*(?:\+srv)?:"  # the start of an address
)
URL = r"^(mysqli?|mariadb|pgsql|postgres(?:ql)?|pdo-(?:mysql|pgsql)|mongodb(?:\+srv)?|rediss?|amqps?|sqs|memcached)://"
# the example beats the file of the machine that somebody committed by accident
ENVIRONMENTS = (".env.example", ".env.dist", ".env.sample", ".env.prod", ".env")
CHOICES = (
    r"^(?:DB_CONNECTION|CACHE_(?:STORE|DRIVER)|SESSION_DRIVER|QUEUE_(?:CONNECTION|DRIVER)|BROADCAST_(?:DRIVER|CONNECTION)"
    r"|FILESYSTEM_(?:DISK|DRIVER)|SCOUT_DRIVER|database\.default\.DBDriver)$"
)
SETTING = r"(?m)^(?:export\s+)?([A-Za-z_][\w.]*)\s*=\s*[\"']?([^\"'\s#]+)"
MIGRATIONS = (
    ("laravel", "database/migrations", ("laravel/framework", "laravel/lumen-framework", "illuminate/database")),
    ("doctrine", "migrations", ("doctrine/doctrine-migrations-bundle", "doctrine/migrations")),
    ("doctrine", "src/Migrations", ("doctrine/doctrine-migrations-bundle", "doctrine/migrations")),
    ("phinx", "db/migrations", ("robmorgan/phinx",)),
    ("phinx", "migrations", ("robmorgan/phinx",)),
    ("cakephp", "config/Migrations", ("cakephp/migrations",)),
    ("codeigniter", "app/Database/Migrations", ("codeigniter4/framework",)),
    ("yii", "migrations", ("yiisoft/yii2",)),
)
NEEDS_SERVICE = (
    r"new \\?PDO\(|mysqli_connect|pg_connect|new \\?Redis\b|AMQPStreamConnection"
    r"|getenv\(['\"]\w*(?:DATABASE|MYSQL|POSTGRES|REDIS|AMQP|MONGO|DB)_\w*['\"]\)"
)


def backing_facts(project: Project | None, known: Known, sources: Sources) -> Iterator[Fact]:
    named = tuple(_addresses(sources))
    chosen = tuple(_environments(known, sources))
    if known.framework == "laravel" and not _chooses_database(sources):
        chosen += tuple(_laravel_default(sources))
    yield from named
    yield from chosen
    spoken = {fact.value.kind for fact in (*named, *chosen)}
    yield from _drivers(project, sources, spoken) if project else ()
    yield from _functions(project, sources, spoken)
    if known.framework == "wordpress" and not spoken:
        place = project.source(known.package or "") if project else sources.scope.source("wp-config-sample.php")
        yield Fact(f.BACKING, BackingService("mysql"), place, Origin.MANIFEST, Confidence.INFERRED, "WordPress")


def _addresses(sources: Sources) -> Iterator[Fact]:
    """`new PDO('mysql:host=db')`, `'amqp://queue'`: what a string of the program itself names."""
    for path, syntax in sources.having("mysql:", "pgsql:", "sqlsrv:", "://"):
        if compiled(r"(?:^|/)config/").search(path) and sources.scope.has("artisan"):
            continue  # Laravel lists every driver there; the environment chooses
        if not compiled(WRITTEN).search(sources.scope.text(path) or ""):
            continue
        for node in walk(syntax.root, "string", "encapsed_string"):
            shown = literal(node) or (text(node.named_children[0]) if node.named_child_count else "")
            found = compiled(DSN).match(shown) or compiled(URL).match(shown)
            if found:
                place = sources.scope.line(path, line(node))
                value = BackingService(SCHEMES[found.group(1)])
                yield Fact(f.BACKING, value, place, Origin.CODE, Confidence.INFERRED, f"{found.group(1)}: in the code")


def _environments(known: Known, sources: Sources) -> Iterator[Fact]:
    """What the example of the environment chooses: `DB_CONNECTION=pgsql`, `DATABASE_URL=postgresql://...`."""
    path = next((f"{sources.root}{name}" for name in ENVIRONMENTS if sources.scope.has(f"{sources.root}{name}")), None)
    content = sources.scope.text(path) or "" if path else ""
    for match in matches(SETTING, content):
        name, value = match.groups()
        url = compiled(URL).match(value)
        chosen = known.framework is not None and compiled(CHOICES).match(name)
        kind = SCHEMES.get(url.group(1)) if url else SCHEMES.get(value.lower()) if chosen else None
        if kind and path:
            place = sources.scope.line(path, content.count("\n", 0, match.start(1)) + 1)
            yield Fact(f.BACKING, BackingService(kind), place, Origin.CONFIG, Confidence.INFERRED, f"{name} of {path}")


def _chooses_database(sources: Sources) -> bool:
    """Whether an example of the environment names the connection, be it a file of SQLite."""
    texts = (sources.scope.text(f"{sources.root}{name}") or "" for name in ENVIRONMENTS)
    return any(compiled(r"(?m)^DB_CONNECTION=\S").search(text) for text in texts)


def _laravel_default(sources: Sources) -> Iterator[Fact]:
    """`'default' => env('DB_CONNECTION', 'mysql')` of config/database.php, where no example of the environment says otherwise."""
    path = f"{sources.root}{'app/Config' if sources.scope.has('app/Config/database.php') else 'config'}/database.php"
    syntax = sources.scope.syntax(path, "php") if sources.scope.has(path) else None
    for call in calls(syntax.root) if syntax else ():
        read = variable_read(call.node)
        if read and read[0] == "DB_CONNECTION":
            kind = SCHEMES.get(literal(read[1]) or "")
            if kind:
                place = sources.scope.line(path, line(call.node))
                yield Fact(f.BACKING, BackingService(kind), place, Origin.CONFIG, Confidence.INFERRED, "default of DB_CONNECTION")
            return


def _drivers(project: Project, sources: Sources, spoken: set[str]) -> Iterator[Fact]:
    for package, (kind, used) in DRIVERS.items():
        if package not in project.require:
            continue
        if package == "aws/aws-sdk-php":
            yield from _aws(sources)
        found = sources.naming(*used) if used else None
        if found is None and package == "aws/aws-sdk-php":
            continue
        sure = Confidence.INFERRED if found or kind in spoken else Confidence.DEFAULT
        yield Fact(f.BACKING, BackingService(kind), project.source(package), Origin.MANIFEST, sure, package)


def _aws(sources: Sources) -> Iterator[Fact]:
    for kind, name in AWS:
        found = sources.naming(name)
        if found:
            yield Fact(
                f.BACKING, BackingService(kind), sources.scope.line(*found), Origin.CODE, Confidence.INFERRED, f"{name} is used"
            )


def _functions(project: Project | None, sources: Sources, spoken: set[str]) -> Iterator[Fact]:
    """Extensions used by name: `mysqli_connect(...)`, `new Memcached`."""
    for kind, names in CLASSES:
        if kind in spoken or (kind == "redis" and (project is None or not project.any("ext-redis"))):
            continue
        found = sources.naming(*names)
        if found:
            place = sources.scope.line(*found)
            yield Fact(f.BACKING, BackingService(kind), place, Origin.CODE, Confidence.INFERRED, f"{names[0]} is used")


def migration_facts(project: Project, sources: Sources) -> Iterator[Fact]:
    for tool, folder, packages in MIGRATIONS:
        place = f"{project.root}{folder}"
        files = sources.scope.glob(f"{place}/**/*.php")
        if files and any(name in project.require or name in project.development for name in packages):
            value = f"{tool}: {place}"
            note = f"{len(files)} migrations"
            yield Fact(f.MIGRATIONS, value, sources.scope.source(files[0]), Origin.LAYOUT, Confidence.INFERRED, note)
            return


def integration_facts(sources: Sources) -> Iterator[Fact]:
    for path in sources.tests:
        named = compiled(r"(?i)(?:^|/)tests?/integration/").search(path)
        if named or compiled(NEEDS_SERVICE).search(sources.scope.text(path) or ""):
            place = sources.scope.source(path)
            note = "its folder says so" if named else "it opens a backing service"
            yield Fact(f.INTEGRATION_TESTS, place.path, place, Origin.CODE, Confidence.INFERRED, note)
