"""Services that a JVM program needs at run time, by its drivers; how its schema is migrated."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import BackingService, Confidence, Fact, Origin
from cdgen.repo import Repo
from cdgen.repo.patterns import compiled
from cdgen.stacks.base import matches
from cdgen.stacks.jvm.build import Build
from cdgen.stacks.jvm.sources import Code, SourceFile

# kind -> words of which one is in the name of every driver, so that most patterns are never needed; the drivers
DRIVERS = (
    (
        "postgresql",
        ("postgres", "pg"),
        r"org\.postgresql:(?:postgresql|r2dbc-postgresql)|io\.r2dbc:r2dbc-postgresql|io\.vertx:vertx-pg-client"
        r"|io\.quarkus:quarkus-(?:jdbc|reactive)-(?:postgresql|pg-client)|com\.impossibl\.pgjdbc-ng:.*",
    ),
    (
        "mysql",
        ("mysql",),
        r"mysql:mysql-connector-java|com\.mysql:mysql-connector-j|.*:r2dbc-mysql|io\.vertx:vertx-mysql-client"
        r"|io\.quarkus:quarkus-(?:jdbc-mysql|reactive-mysql-client)",
    ),
    (
        "mariadb",
        ("mariadb",),
        r"org\.mariadb(?:\.jdbc)?:(?:mariadb-java-client|r2dbc-mariadb)|io\.quarkus:quarkus-jdbc-mariadb",
    ),
    ("sqlserver", ("mssql",), r"com\.microsoft\.sqlserver:mssql-jdbc|io\.r2dbc:r2dbc-mssql|io\.quarkus:quarkus-jdbc-mssql"),
    (
        "mongodb",
        ("mongo", "monger"),
        r"com\.novemberain:monger|org\.reactivemongo:.*|org\.mongodb\.scala:mongo-scala-driver.*|org\.springframework\.boot:spring-boot-starter-data-mongodb(?:-reactive)?|io\.micronaut\.mongodb:.*"
        r"|org\.mongodb:mongo(?:db-driver|-java-driver|-kotlin).*|io\.quarkus:quarkus-mongodb.*",
    ),
    (
        "redis",
        ("redis", "jedis", "lettuce", "carmine"),
        r"org\.springframework\.boot:spring-boot-starter-data-redis(?:-reactive)?|org\.springframework\.session:spring-session-data-redis"
        r"|redis\.clients:jedis|com\.taoensso:carmine|io\.lettuce:lettuce-core|org\.redisson:.*|io\.quarkus:quarkus-redis-client|io\.micronaut\.redis:.*",
    ),
    (
        "rabbitmq",
        ("rabbit", "amqp", "langohr"),
        r"org\.springframework\.boot:spring-boot-starter-amqp|org\.springframework\.amqp:spring-rabbit|com\.rabbitmq:amqp-client|com\.novemberain:langohr"
        r"|org\.springframework\.cloud:spring-cloud-(?:starter-)?(?:stream|bus)-(?:binder-)?(?:rabbit|amqp)"
        r"|io\.micronaut\.rabbitmq:.*|io\.quarkus:quarkus-.*rabbitmq",
    ),
    (
        "kafka",
        ("kafka",),
        r"org\.springframework\.kafka:spring-kafka|org\.apache\.kafka:kafka-(?:clients|streams)|io\.micronaut\.kafka:.*"
        r"|org\.springframework\.cloud:spring-cloud-(?:starter-)?(?:stream|bus)-(?:binder-)?kafka.*|io\.quarkus:quarkus-.*kafka.*",
    ),
    (
        "elasticsearch",
        ("elastic",),
        r"org\.springframework\.boot:spring-boot-starter-data-elasticsearch|(?:org|co)\.elasticsearch\.client:.*",
    ),
    ("opensearch", ("opensearch",), r"org\.opensearch\.client:.*"),
    (
        "cassandra",
        ("cassandra", "datastax"),
        r"(?:com\.datastax\.oss):java-driver-core|org\.springframework\.boot:spring-boot-starter-data-cassandra(?:-reactive)?|org\.apache\.cassandra:java-driver-core",
    ),
    ("memcached", ("memcached",), r"net\.spy:spymemcached|com\.googlecode\.xmemcached:.*"),
    ("nats", ("jnats",), r"io\.nats:jnats"),
    ("dynamodb", ("dynamodb",), r"software\.amazon\.awssdk:dynamodb.*|com\.amazonaws:aws-java-sdk-dynamodb"),
    ("s3", ("s3", "minio"), r"software\.amazon\.awssdk:s3|com\.amazonaws:aws-java-sdk-s3|io\.minio:minio"),
    (
        "sqs",
        ("sqs",),
        r"software\.amazon\.awssdk:sqs|com\.amazonaws:aws-java-sdk-sqs|io\.awspring\.cloud:spring-cloud-aws-starter-sqs",
    ),
    ("pubsub", ("pubsub",), r"com\.google\.cloud:(?:google-cloud-pubsub|spring-cloud-gcp-starter-pubsub)"),
)
# clients that nothing opens but code; a framework opens those of its starters, and a driver of JDBC is opened by an address
CLIENTS = (
    r"redis\.clients:jedis|io\.lettuce:lettuce-core|org\.redisson:redisson|com\.rabbitmq:amqp-client|org\.apache\.kafka:kafka-clients"
    r"|net\.spy:spymemcached|com\.googlecode\.xmemcached:.*|io\.nats:jnats|org\.mongodb:mongo.*|(?:org|co)\.elasticsearch\.client:.*"
    r"|software\.amazon\.awssdk:.*|com\.amazonaws:.*|io\.minio:minio"
)
SETTINGS = (".properties", ".yml", ".yaml", ".conf", ".xml")
# class of Testcontainers or image name -> kind
CONTAINERS = (
    r'"(?:docker\.io/)?(?:library/|bitnami/|confluentinc/cp-)?'
    r'(postgres|mysql|mariadb|mongo|redis|rabbitmq|kafka|elasticsearch|cassandra):(v?\d[\w.-]*)"'
)
KINDS = {"postgres": "postgresql", "mongo": "mongodb"}
FRAMEWORK_MIGRATION = r"org\.springframework\.boot:spring-boot-starter-{0}|io\.quarkus:quarkus-{0}|io\.micronaut\.{0}:.*"
FLYWAY = rf"org\.flywaydb:flyway-.*|{FRAMEWORK_MIGRATION.format('flyway')}"
LIQUIBASE = rf"org\.liquibase:liquibase-core|{FRAMEWORK_MIGRATION.format('liquibase')}"


def facts(build: Build, code: Code, repo: Repo) -> Iterator[Fact]:
    names = build.names()
    for kind, words, pattern in DRIVERS:
        found = build.find(pattern) if any(word in names for word in words) else None
        if found:
            sure = Confidence.INFERRED if _is_used(found.name, words, code, repo) else Confidence.DEFAULT
            yield Fact(f.BACKING, BackingService(kind), found.source, Origin.MANIFEST, sure, found.name)
    yield from _containers(code, repo)
    yield from _migrations(build, repo)


def _is_used(name: str, words: tuple[str, ...], code: Code, repo: Repo) -> bool:
    """Whether more than the build names a client that code has to open. What a framework opens by itself needs no line of code."""
    if not compiled(CLIENTS).match(name) or not code.main:
        return True
    folders = {f"/{path}".partition("/src/main/")[0][1:] for path, _ in code.main}
    homes = [f"{folder}/src/main/resources".lstrip("/") for folder in sorted(folders)]
    settings = [path for home in homes for path in repo.under(home) if path.endswith(SETTINGS)]
    texts = (*(file.text for file in code.main), *(repo.text(path) or "" for path in settings))
    return any(word in text.lower() for text in texts for word in words)


def _containers(code: Code, repo: Repo) -> Iterator[Fact]:
    """A container that tests start names the version that the team works with."""
    for path in code.tests:
        text = repo.text(path) or ""
        if "ontainer" not in text and "DockerImageName" not in text:
            continue
        for match in matches(CONTAINERS, text):
            kind = KINDS.get(match.group(1), match.group(1))
            version = compiled(r"\d+(?:\.\d+)*").search(match.group(2))
            value = BackingService(kind, version.group() if version else None, match.group(0).strip('"'))
            place = SourceFile(path, text).source(match.start())
            yield Fact(f.BACKING, value, place, Origin.CODE, Confidence.INFERRED, "container of a test")


def _migrations(build: Build, repo: Repo) -> Iterator[Fact]:
    names = build.names()
    for pattern, tool, folder in (
        (FLYWAY, "flyway", r"/src/main/resources/(db/migration)(?:/|$)"),
        (LIQUIBASE, "liquibase", r"/src/main/resources/(db/changelog|db|liquibase)/[\w./-]*(?:changelog|master)[\w.-]*$"),
    ):
        found = build.find(pattern) if tool in names else None
        if not found:
            continue
        for member in build.members:
            for path in repo.under(member):
                match = compiled(folder).search(f"/{path}")
                if match:
                    own = f"src/main/resources/{match.group(1)}"
                    shown = own if member == build.directory else f"{member}/{own}"
                    yield Fact(f.MIGRATIONS, f"{tool}: {shown}", found.source, Origin.MANIFEST, Confidence.DECLARED, found.name)
                    return
