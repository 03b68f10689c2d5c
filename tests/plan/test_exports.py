"""What tests get to find their containers."""

from __future__ import annotations

from typing import Any

import pytest

from cdgen.model.facts import BackingService, EnvVar
from cdgen.plan.backing import containers
from cdgen.road.pins import Pins
from tests.plan.sample import service


def exported(kind: str, *variables: tuple[str, str | None], others: tuple[str, ...] = (), **changes: Any) -> dict[str, str]:
    env = tuple(EnvVar(name, default, required=default is None, secret=False) for name, default in variables)
    backing = tuple(BackingService(each) for each in (kind, *others))
    found = containers(service(backing=backing, env=env, **changes), Pins())
    return dict(next(container for container in found if container.name == kind).exports)


USUAL_POSTGRES = {
    "DATABASE_URL": "postgres://postgres:postgres@{host}:5432/test?sslmode=disable",
    "PGHOST": "{host}",
    "PGPORT": "5432",
    "PGUSER": "postgres",
    "PGPASSWORD": "postgres",
    "PGDATABASE": "test",
}


@pytest.mark.parametrize(
    ("name", "default"),
    [
        ("PORT", "8080"),
        ("APP_NAME", "shop"),
        ("LOG_LEVEL", "info"),
        ("REDIS_URL", None),
        ("MYSQL_DATABASE", "shop"),
        ("DB_POOL_SIZE", "10"),
        ("DB_TIMEOUT", "5s"),
        ("DATABASE", None),
        ("CACHE_URL", "redis://localhost:6379"),
        ("PUBLIC_URL", "https://shop.example"),
        ("DB_PASSWORD_FILE", None),
    ],
)
def test_other_variables_are_left_alone(name: str, default: str | None) -> None:
    assert exported("postgresql", (name, default)) == USUAL_POSTGRES


@pytest.mark.parametrize(
    ("kind", "name", "default", "value"),
    [
        ("postgresql", "DATABASE_URL", None, "postgres://postgres:postgres@{host}:5432/test?sslmode=disable"),
        ("postgresql", "DB_DSN", None, "host={host} port=5432 user=postgres password=postgres dbname=test sslmode=disable"),
        ("postgresql", "DATABASE_URL", "postgres://a:b@db/shop?pool=4", "postgres://a:postgres@{host}:5432/shop?pool=4"),
        ("postgresql", "DB", "postgresql+asyncpg://a:b@db:5432/shop", "postgresql+asyncpg://a:postgres@{host}:5432/shop"),
        ("postgresql", "JDBC_URL", "jdbc:postgresql://db:5432/shop", "jdbc:postgresql://{host}:5432/shop"),
        ("postgresql", "PGHOST", None, "{host}"),
        ("postgresql", "PGPASSWORD", None, "postgres"),
        ("postgresql", "DB_HOST", "localhost", "{host}"),
        ("postgresql", "DB_ADDR", None, "{host}:5432"),
        ("postgresql", "DB_ADDR", "localhost", "{host}"),
        ("postgresql", "POSTGRES_DB", "shop", "shop"),
        ("postgresql", "DB_USER", "keeper", "keeper"),
        ("postgresql", "DB_SSLMODE", "require", "disable"),
        ("mysql", "MYSQL_DSN", None, "test:test@tcp({host}:3306)/test?parseTime=true"),
        ("mysql", "DATABASE_PORT", "3306", "3306"),
        ("mongodb", "MONGO_URL", None, "mongodb://{host}:27017/test"),
        ("mongodb", "DB_URI", "mongodb://db/shop", "mongodb://{host}:27017/shop"),
        ("redis", "REDIS_URL", "rediss://cache:6380", "redis://{host}:6379"),
        ("redis", "REDIS_ADDR", "localhost:6379", "{host}:6379"),
        ("redis", "REDIS_DB", "3", "0"),
        ("rabbitmq", "AMQP_URL", None, "amqp://guest:guest@{host}:5672/"),
        ("rabbitmq", "RABBITMQ_HOST", None, "{host}"),
        ("kafka", "KAFKA_BROKERS", None, "{host}:9092"),
        ("nats", "NATS_URL", None, "nats://{host}:4222"),
        ("elasticsearch", "ELASTICSEARCH_URL", None, "http://{host}:9200"),
    ],
)
def test_a_variable_gets_the_part_it_wants(kind: str, name: str, default: str | None, value: str) -> None:
    assert exported(kind, (name, default)) == {name: value}


def test_a_generic_name_belongs_to_nobody_when_there_are_two_databases() -> None:
    assert exported("postgresql", ("DB_HOST", None), others=("mysql",)) == USUAL_POSTGRES
    assert exported("postgresql", ("DB_HOST", None), others=("mongodb", "redis")) == {"DB_HOST": "{host}"}


@pytest.mark.parametrize(
    ("language", "value"),
    [
        ("python", "postgresql://postgres:postgres@{host}:5432/test"),
        ("node", "postgresql://postgres:postgres@{host}:5432/test"),
        ("java", "jdbc:postgresql://{host}:5432/test"),
    ],
)
def test_each_language_has_its_notation(language: str, value: str) -> None:
    assert exported("postgresql", ("DATABASE_URL", None), language=language) == {"DATABASE_URL": value}


def test_spring_boot_reads_its_own_names() -> None:
    spring: dict[str, Any] = {"language": "java", "framework": "spring-boot"}
    assert exported("postgresql", **spring) == {
        "SPRING_DATASOURCE_URL": "jdbc:postgresql://{host}:5432/test",
        "SPRING_DATASOURCE_USERNAME": "postgres",
        "SPRING_DATASOURCE_PASSWORD": "postgres",
    }
    assert exported("redis", **spring) == {"SPRING_DATA_REDIS_HOST": "{host}", "SPRING_DATA_REDIS_PORT": "6379"}


def test_the_container_takes_user_and_database_from_the_code() -> None:
    wanted = EnvVar("DATABASE_URL", "postgres://keeper:x@localhost/shop", required=False, secret=True)
    (container,) = containers(service(env=(wanted,)), Pins())
    assert dict(container.env) == {"POSTGRES_USER": "keeper", "POSTGRES_PASSWORD": "postgres", "POSTGRES_DB": "shop"}
    assert container.health == "pg_isready --username=keeper --dbname=shop"


@pytest.mark.parametrize(
    ("version", "major", "is_noted"),
    [("16", "16", False), ("16.2", "16", False), (None, "18", False), ("15", "16", True), ("99", "18", True)],
)
def test_the_version_is_the_one_asked_for_or_the_nearest_newer(version: str | None, major: str, is_noted: bool) -> None:
    (container,) = containers(service(backing=(BackingService("postgresql", version),)), Pins())
    assert container.image.startswith(f"postgres:{major}.") and "@sha256:" in container.image
    assert bool(container.note) == is_noted


def test_what_has_no_pin_has_no_container() -> None:
    kinds = ("memcached", "vault", "dynamodb")
    assert containers(service(backing=tuple(BackingService(kind) for kind in kinds)), Pins()) == ()
