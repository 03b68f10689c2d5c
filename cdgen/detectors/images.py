"""Which public images are which backing service."""

from __future__ import annotations

import re

from cdgen.model.facts import BackingService

KINDS: tuple[tuple[str, str], ...] = (  # canonical kind, last path segment of the image name
    ("postgresql", r"postgres|postgresql|postgis|timescaledb(?:-ha)?|pgvector"),
    ("mysql", r"mysql|mysql-server|percona"),
    ("mariadb", r"mariadb"),
    ("mongodb", r"mongo|mongodb|mongodb-community-server"),
    ("redis", r"redis|redis-stack(?:-server)?|valkey|keydb"),
    ("memcached", r"memcached"),
    ("rabbitmq", r"rabbitmq"),
    ("kafka", r"kafka|cp-kafka|redpanda"),
    ("nats", r"nats|nats-streaming"),
    ("elasticsearch", r"elasticsearch"),
    ("opensearch", r"opensearch"),
    ("cassandra", r"cassandra|scylla"),
    ("sqlserver", r"server|mssql-server-linux|azure-sql-edge"),
    ("dynamodb", r"dynamodb-local"),
    ("s3", r"minio"),
    ("etcd", r"etcd"),
    ("vault", r"vault"),
)


def backing_service(image: str) -> BackingService | None:
    """The backing service an image runs, with the version its tag names; None for any other image."""
    bare = image.split("@")[0]
    name, _, tag = bare.rpartition("/")[2].partition(":")
    for kind, pattern in KINDS:
        if re.fullmatch(pattern, name):
            if kind == "sqlserver" and name == "server" and "mssql" not in bare:
                return None
            version = re.match(r"\d+(?:\.\d+)*", tag)
            return BackingService(kind, version.group(0) if version else None, image)
    return None
