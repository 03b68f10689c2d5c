"""What tests read to find a container: the environment variables of the code, filled with the container's address.

A variable belongs to a backing service by the words of its name (`REDIS_URL`, `PGHOST`, `DB_PASSWORD`) or by the scheme of its
default value; what it wants follows from its last word and the shape of its default (`jdbc:postgresql://`, `host:port`, `host=…`).
The host stays `{host}`: each CI system has its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from cdgen.model.facts import EnvVar
from cdgen.model.service import Service

WORDS: Mapping[str, frozenset[str]] = {
    "postgresql": frozenset({"POSTGRES", "POSTGRESQL", "PG", "PSQL"}),
    "mysql": frozenset({"MYSQL"}),
    "mariadb": frozenset({"MARIADB", "MYSQL"}),
    "mongodb": frozenset({"MONGO", "MONGODB", "MONGOOSE"}),
    "redis": frozenset({"REDIS", "VALKEY"}),
    "rabbitmq": frozenset({"RABBIT", "RABBITMQ", "AMQP"}),
    "kafka": frozenset({"KAFKA"}),
    "nats": frozenset({"NATS"}),
    "elasticsearch": frozenset({"ELASTIC", "ELASTICSEARCH", "ES"}),
    "opensearch": frozenset({"OPENSEARCH"}),
    "cassandra": frozenset({"CASSANDRA"}),
}
SCHEMES: Mapping[str, str] = {
    "postgres": "postgresql",
    "postgresql": "postgresql",
    "mysql": "mysql",
    "mariadb": "mariadb",
    "mongodb": "mongodb",
    "redis": "redis",
    "rediss": "redis",
    "amqp": "rabbitmq",
    "amqps": "rabbitmq",
    "nats": "nats",
    "kafka": "kafka",
}
DATABASES = ("postgresql", "mysql", "mariadb", "sqlserver", "mongodb", "cassandra")
DATABASE_WORDS = frozenset({"DB", "DATABASE", "DATASOURCE", "SQL", "JDBC"})
PARTS: Mapping[str, str] = {  # last word of a name -> what it wants
    **dict.fromkeys(("URL", "URI", "DSN", "CONNECTION", "CONN", "STRING"), "url"),
    **dict.fromkeys(("HOST", "HOSTNAME"), "host"),
    **dict.fromkeys(("ADDR", "ADDRESS", "ENDPOINT", "BROKERS", "SERVERS", "SERVER", "NODES", "HOSTS", "BROKER"), "address"),
    "PORT": "port",
    **dict.fromkeys(("USER", "USERNAME"), "user"),
    **dict.fromkeys(("PASSWORD", "PASS", "PWD", "PASSWD"), "password"),
    **dict.fromkeys(("NAME", "DBNAME", "DATABASE", "DB"), "database"),
    "SSLMODE": "sslmode",
}
# https://www.postgresql.org/docs/current/libpq-envars.html
LIBPQ = {
    "PGHOST": "host",
    "PGPORT": "port",
    "PGUSER": "user",
    "PGPASSWORD": "password",
    "PGDATABASE": "database",
    "PGSSLMODE": "sslmode",
}
# Spring Boot reads these whether or not the code names them (docs.spring.io, application properties, relaxed binding)
SPRING: Mapping[str, Mapping[str, str]] = {
    **dict.fromkeys(
        ("postgresql", "mysql", "mariadb"),
        {"SPRING_DATASOURCE_URL": "url", "SPRING_DATASOURCE_USERNAME": "user", "SPRING_DATASOURCE_PASSWORD": "password"},
    ),
    "mongodb": {"SPRING_DATA_MONGODB_URI": "url"},
    "redis": {"SPRING_DATA_REDIS_HOST": "host", "SPRING_DATA_REDIS_PORT": "port"},
    "rabbitmq": {"SPRING_RABBITMQ_HOST": "host", "SPRING_RABBITMQ_PORT": "port"},
    "kafka": {"SPRING_KAFKA_BOOTSTRAP_SERVERS": "address"},
    "elasticsearch": {"SPRING_ELASTICSEARCH_URIS": "url"},
}
# What most code reads, for services whose variables were not seen
USUAL: Mapping[str, Mapping[str, str]] = {
    "postgresql": {"DATABASE_URL": "url", **{name: part for name, part in LIBPQ.items() if part != "sslmode"}},
    "mysql": {"DATABASE_URL": "url"},
    "mariadb": {"DATABASE_URL": "url"},
    "mongodb": {"MONGODB_URI": "url"},
    "redis": {"REDIS_URL": "url"},
    "rabbitmq": {"RABBITMQ_URL": "url"},
    "kafka": {"KAFKA_BROKERS": "address"},
    "nats": {"NATS_URL": "url"},
    "elasticsearch": {"ELASTICSEARCH_URL": "url"},
    "opensearch": {"OPENSEARCH_URL": "url"},
    "cassandra": {"CASSANDRA_HOST": "host"},
}
# https://learn.microsoft.com/aspnet/core/fundamentals/configuration: the section of connection strings, as variables name it
CONNECTION_STRINGS = "ConnectionStrings__"
JVM = frozenset({"java", "kotlin", "jvm"})


class Default(NamedTuple):
    """A default value, taken apart. `scheme` as written (`jdbc:postgresql`, `postgresql+asyncpg`); empty where it says nothing."""

    kind: str = ""
    scheme: str = ""
    user: str = ""
    database: str = ""
    query: str = ""


class Target(NamedTuple):
    """A container as its tests see it."""

    kind: str
    port: int
    user: str
    password: str
    database: str
    language: str
    is_primary: bool  # the only database: generic names such as DB_HOST are its

    @property
    def address(self) -> str:
        return f"{{host}}:{self.port}"

    @property
    def login(self) -> str:
        return f"{self.user}:{self.password}@" if self.user else ""


def exports(kind: str, port: int, account: Mapping[str, str], service: Service) -> tuple[tuple[str, str], ...]:
    """Variable and value, in the order of the code's variables; the usual names when the code names none."""
    language = "java" if service.language in JVM else service.language
    target = Target(kind, port, **account, language=language, is_primary=_is_primary(kind, service))
    seen = {variable.name: value for variable in service.env if (value := _value(variable, target)) is not None}
    if not seen and service.framework == "spring-boot":
        seen = {name: _part(part, name, "", target) for name, part in SPRING.get(kind, {}).items()}
    if not seen:
        seen = {name: _part(part, name, "", target) for name, part in USUAL[kind].items()}
    return tuple(seen.items())


def account_of(kind: str, service: Service) -> tuple[str, str]:
    """User and database that the code's defaults name for a kind of backing service; empty where they name none."""
    parsed = [found for variable in service.env if (found := _parse(variable.default or "")).kind == kind]
    user = next((found.user for found in parsed if found.user), "") or _stated("user", kind, service)
    database = next((found.database for found in parsed if found.database), "") or _stated("database", kind, service)
    return user, database


def _stated(part: str, kind: str, service: Service) -> str:
    """The default of the variable that holds one part alone (`DB_USER`)."""
    target = Target(kind, 0, "", "", "", "", is_primary=_is_primary(kind, service))
    for variable in service.env:
        words = variable.name.upper().split("_")
        plain = (variable.default or "").replace("_", "").replace("-", "").isalnum()
        if plain and len(words) > 1 and PARTS.get(words[-1]) == part and _owns(words, target):
            return variable.default or ""
    return ""


def _is_primary(kind: str, service: Service) -> bool:
    databases = [backing.kind for backing in service.backing if backing.kind in DATABASES]
    relational = [each for each in databases if each not in ("mongodb", "cassandra")]
    return (relational or databases) == [kind]


def _value(variable: EnvVar, target: Target) -> str | None:
    default = variable.default or ""
    if target.kind == "postgresql" and variable.name in LIBPQ:
        return _part(LIBPQ[variable.name], variable.name, default, target)
    if variable.name.startswith(CONNECTION_STRINGS):
        return _connection_string(variable.name.removeprefix(CONNECTION_STRINGS).upper(), target)
    parsed = _parse(default)
    if parsed.kind:
        return _like(parsed, target) if parsed.kind == target.kind else None
    words = variable.name.upper().split("_")
    if len(words) < 2 or not _owns(words, target):
        return None
    part = PARTS.get(words[-1])
    return _part(part, variable.name, default, target) if part else None


def _connection_string(name: str, target: Target) -> str | None:
    """In the notation of ADO.NET for relational databases (https://www.npgsql.org/doc/connection-string-parameters.html)."""
    named = {kind for kind, words in WORDS.items() if any(word in name for word in words if len(word) > 2)}
    if target.kind not in named and (named or not target.is_primary):
        return None
    keys = {"postgresql": ("Host", "Username"), "mysql": ("Server", "User ID"), "mariadb": ("Server", "User ID")}.get(target.kind)
    if keys is None:
        return target.address if target.kind == "redis" else _url(name, "", target)
    return f"{keys[0]}={{host}};Port={target.port};{keys[1]}={target.user};Password={target.password};Database={target.database}"


def _owns(words: list[str], target: Target) -> bool:
    if WORDS[target.kind] & set(words):
        return True
    others = frozenset().union(*(names for kind, names in WORDS.items() if kind != target.kind))
    return target.is_primary and bool(DATABASE_WORDS & set(words)) and not others & set(words)


def _part(part: str, name: str, default: str, target: Target) -> str:
    match part:
        case "url":
            return _url(name, default, target)
        case "address":
            return "{host}" if default and ":" not in default else target.address
        case "database" if target.kind == "redis":
            return "0"
        case "sslmode":
            return "disable"
        case "host":
            return "{host}"
        case "port":
            return str(target.port)
    return str(getattr(target, part))


def _url(name: str, default: str, target: Target) -> str:
    """One string that says everything, in the notation that the language's usual driver reads."""
    host_and_path = f"{target.address}/{target.database}"
    match target.kind, target.language:
        case ("postgresql" | "mysql" | "mariadb") as kind, "java":
            return f"jdbc:{kind}://{host_and_path}"
        case "postgresql", language if default.startswith("host=") or (not default and name.endswith("DSN") and language == "go"):
            return (
                f"host={{host}} port={target.port} user={target.user} password={target.password} "
                f"dbname={target.database} sslmode=disable"
            )
        case "postgresql", "go":  # lib/pq asks for TLS unless told otherwise
            return f"postgres://{target.login}{host_and_path}?sslmode=disable"
        case (("mysql" | "mariadb"), "go"):
            return f"{target.login}tcp({target.address})/{target.database}?parseTime=true"
        case ("postgresql" | "mysql" | "mariadb" | "mongodb") as kind, _:
            return f"{kind}://{target.login}{host_and_path}"
        case "rabbitmq", _:
            return f"amqp://{target.login}{target.address}/"
        case (("elasticsearch" | "opensearch"), _):
            return f"http://{target.address}"
        case ("redis" | "nats") as kind, _:
            return f"{kind}://{target.address}"
    return target.address


def _like(default: Default, target: Target) -> str:
    """The container's address in the notation of a default value; TLS is left out, the container has none."""
    scheme = default.scheme.replace("rediss", "redis").replace("amqps", "amqp")
    login = "" if scheme.startswith(("jdbc:", "r2dbc:")) else target.login
    path = target.database or default.database
    query = f"?{default.query}" if default.query else ""
    return f"{scheme}://{login}{target.address}{'/' + path if path else ''}{query}"


@cache
def _address() -> re.Pattern[str]:
    return re.compile(
        r"(?P<scheme>(?:r2dbc:|jdbc:)?(?P<base>[a-z][a-z0-9]*)(?:\+[a-z0-9]+)?)://"
        r"(?:(?P<user>[^:@/\s]*)(?::[^@/\s]*)?@)?[^/?\s]*(?:/(?P<database>[\w.-]*))?(?:\?(?P<query>\S*))?"
    )


def _parse(text: str) -> Default:
    found = _address().fullmatch(text) if "$" not in text else None
    if found is None or found["base"] not in SCHEMES:
        return Default()
    scheme = found["scheme"].removesuffix("+srv")
    return Default(SCHEMES[found["base"]], scheme, found["user"] or "", found["database"] or "", found["query"] or "")
