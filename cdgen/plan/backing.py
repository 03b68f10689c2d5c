"""Backing services as containers beside the tests: one row per kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from cdgen.model.facts import BackingService
from cdgen.model.pipeline import ServiceContainer
from cdgen.model.road import ImagePin
from cdgen.model.service import Service
from cdgen.plan.exports import account_of, exports
from cdgen.road.pins import Pins, version_key


class Account(NamedTuple):
    """Who the tests are for a container, and which database is theirs."""

    user: str = ""
    password: str = ""
    database: str = ""


class Backing(NamedTuple):
    """How one kind runs. In `env` and `health`, `{user}`, `{password}` and `{database}` stand for the account's."""

    image: str
    title: str
    port: int
    account: Account
    env: Mapping[str, str]
    health: str  # command inside the container, ends 0 when it answers


# Ports, variables and health commands: the documentation of each image (hub.docker.com/_/<image>, the vendor's pages).
BACKINGS: Mapping[str, Backing] = {
    "postgresql": Backing(
        "postgres",
        "PostgreSQL",
        5432,
        Account("postgres", "postgres", "test"),
        {"POSTGRES_USER": "{user}", "POSTGRES_PASSWORD": "{password}", "POSTGRES_DB": "{database}"},
        "pg_isready --username={user} --dbname={database}",
    ),
    "mysql": Backing(
        "mysql",
        "MySQL",
        3306,
        Account("test", "test", "test"),
        {
            "MYSQL_ROOT_PASSWORD": "{password}",
            "MYSQL_USER": "{user}",
            "MYSQL_PASSWORD": "{password}",
            "MYSQL_DATABASE": "{database}",
        },
        # over TCP: while it initialises, the image runs a server that listens on its socket only
        "mysqladmin ping --host=127.0.0.1 --user={user} --password={password}",
    ),
    "mariadb": Backing(
        "mariadb",
        "MariaDB",
        3306,
        Account("test", "test", "test"),
        {
            "MARIADB_ROOT_PASSWORD": "{password}",
            "MARIADB_USER": "{user}",
            "MARIADB_PASSWORD": "{password}",
            "MARIADB_DATABASE": "{database}",
        },
        "healthcheck.sh --connect --innodb_initialized",
    ),
    "mongodb": Backing(
        "mongo", "MongoDB", 27017, Account(database="test"), {}, "mongosh --quiet --eval 'db.adminCommand({ ping: 1 })'"
    ),
    "redis": Backing("redis", "Redis", 6379, Account(), {}, "redis-cli ping"),
    "rabbitmq": Backing("rabbitmq", "RabbitMQ", 5672, Account("guest", "guest"), {}, "rabbitmq-diagnostics --quiet check_running"),
    "kafka": Backing(
        "apache/kafka",
        "Kafka",
        9092,
        Account(),
        {},
        "/opt/kafka/bin/kafka-broker-api-versions.sh --bootstrap-server localhost:9092",
    ),
    "nats": Backing("nats", "NATS", 4222, Account(), {}, "nc -z 127.0.0.1 4222"),
    "elasticsearch": Backing(
        "docker.elastic.co/elasticsearch/elasticsearch",
        "Elasticsearch",
        9200,
        Account(),
        {"discovery.type": "single-node", "xpack.security.enabled": "false", "ES_JAVA_OPTS": "-Xms512m -Xmx512m"},
        "curl --fail --silent http://localhost:9200/_cluster/health",
    ),
    "opensearch": Backing(
        "opensearchproject/opensearch",
        "OpenSearch",
        9200,
        Account(),
        {"discovery.type": "single-node", "DISABLE_SECURITY_PLUGIN": "true", "OPENSEARCH_JAVA_OPTS": "-Xms512m -Xmx512m"},
        "curl --fail --silent http://localhost:9200/_cluster/health",
    ),
    "cassandra": Backing(
        "cassandra",
        "Cassandra",
        9042,
        Account(),
        {"HEAP_NEWSIZE": "128M", "MAX_HEAP_SIZE": "1024M"},
        "nodetool status",
    ),
}


def containers(service: Service, pins: Pins) -> tuple[ServiceContainer, ...]:
    """One container per backing service that has a row and a pin; the rest must be faked by the tests themselves."""
    found = (_container(backing, service, pins) for backing in service.backing if backing.kind in BACKINGS)
    return tuple(container for container in found if container)


def _container(wanted: BackingService, service: Service, pins: Pins) -> ServiceContainer | None:
    row = BACKINGS[wanted.kind]
    pin = pick(row.image, wanted.version, pins)
    if pin is None:
        return None
    account = _account(row.account, wanted.kind, service)
    words = account._asdict()
    return ServiceContainer(
        name=wanted.kind,
        image=pin.reference,
        port=row.port,
        env=tuple((name, _fill(value, words)) for name, value in row.env.items()),
        health=_fill(row.health, words),
        exports=exports(wanted.kind, row.port, words, service),
        note=_note(row.title, wanted.version, pin),
    )


def pick(image: str, version: str | None, pins: Pins) -> ImagePin | None:
    """The pin of the asked-for major version; else of the nearest newer one; else the newest there is."""
    asked = version_key(version or "")[:1]
    majors = sorted({version_key(each)[0] for each in pins.versions(image)})
    newer = [major for major in majors if not asked or major >= asked[0]]
    chosen = (newer[0] if asked and newer else majors[-1]) if majors else None
    return pins.image(image, "" if chosen is None else rf"{chosen}(?!\d)")


def _note(title: str, version: str | None, pin: ImagePin) -> str:
    asked = version_key(version or "")[:1]
    if not asked or version_key(pin.tag)[:1] == asked:
        return ""
    return f"the repository asks for {title} {version}, the pins have no digest of it"


def _account(account: Account, kind: str, service: Service) -> Account:
    """User and database as the code's own defaults name them, so that what does not read the environment finds them too."""
    user, database = account_of(kind, service)
    return account._replace(
        user=account.user and (user or account.user), database=account.database and (database or account.database)
    )


def _fill(text: str, words: Mapping[str, str]) -> str:
    for name, value in words.items():
        text = text.replace("{" + name + "}", value)
    return text
