"""What a Dockerfile makes that adds nothing but files to published software."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cdgen.detectors.dockerfile_text import Stage, parse
from cdgen.detectors.images import backing_service
from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Framework, Origin, Source
from cdgen.repo import Repo
from cdgen.repo.patterns import compiled

DATABASES = (
    r"activemq(?:-artemis)?|arangodb|clickhouse(?:-server)?|cockroach|consul|couchbase|couchdb|db2|dgraph|emqx|(?:eclipse-)?mosquitto"
    r"|influxdb|cp-zookeeper|zookeeper|kafka-connect|neo4j|oracle-xe|pulsar|questdb|rethinkdb|solr|surrealdb|victoria-metrics"
)
WEB_SERVERS = r"nginx(?:-unprivileged)?|openresty|httpd|caddy"
# pattern of the last element of an image's path -> kind, and what that means
OTHERS: tuple[tuple[str, str, str], ...] = (
    (r"envoy|haproxy|traefik|squid|varnish|kong|apisix|pgbouncer|proxysql|oauth2-proxy", "proxy", "with settings only"),
    (r"flyway|liquibase", "job", "it migrates a database and ends"),
    (r"k6|locust|jmeter|artillery|gatling", "load-generator", "it makes requests and ends"),
    (
        r"alertmanager|fluent-bit|fluentd|grafana|jaeger|all-in-one|kibana|logstash|loki|opentelemetry-collector(?:-contrib)?|keycloak"
        r"|registry|prometheus|promtail|telegraf|tempo|zipkin|sonarqube|jenkins|nexus3",
        "infrastructure",
        "published software with this repository's settings",
    ),
)
WEB_PORT = 80  # https://hub.docker.com/_/nginx, _/httpd, _/caddy
UNPRIVILEGED_PORT = 8080  # https://hub.docker.com/r/nginxinc/nginx-unprivileged
PAGES = r"(?i)\.(?:html?|css)$"


class What(NamedTuple):
    kind: str
    note: str
    base: str
    source: Source = Source("")


def published(repo: Repo, directory: str) -> What | None:
    """What the image of a folder is, when its last stage is published software and the folder holds all that it copies."""
    path = "Dockerfile" if directory == "." else f"{directory}/Dockerfile"
    stages = parse(repo.text(path) or "") if repo.has(path) else ()  # what cdgen wrote can be read, and is no evidence
    what = _what(stages, repo, directory) if stages else None
    return (
        None
        if what is None or _takes_from_outside(stages, repo, directory)
        else what._replace(source=Source(path, stages[-1].line))
    )


def server_facts(what: What) -> Iterator[Fact]:
    """Of a web server or proxy its name, and the usual port of one that serves pages."""
    name, tag = _name(what.base)
    place, note = what.source, f"FROM {what.base}"
    if compiled(rf"(?:{WEB_SERVERS}|{OTHERS[0][0]})$").match(name):
        version = compiled(r"\d+(?:\.\d+)*").match(tag)
        server = Framework(name.removesuffix("-unprivileged"), version.group(0) if version else None)
        yield Fact(f.FRAMEWORK, server, place, Origin.DOCKERFILE, Confidence.DECLARED, note)
    if what.kind == "static-site":
        port = UNPRIVILEGED_PORT if name == "nginx-unprivileged" else WEB_PORT
        yield Fact(f.PROTOCOL, "http", place, Origin.DOCKERFILE, Confidence.INFERRED, note)
        yield Fact(f.PORT, port, place, Origin.DEFAULT, Confidence.DEFAULT, f"default of {name}")


def _what(stages: tuple[Stage, ...], repo: Repo, directory: str) -> What | None:
    """What the software of the last stage is; None for a language's image and for one that is not known."""
    base = _base(stages)
    name = _name(base)[0]
    if backing_service(base) or compiled(rf"(?:{DATABASES})$").match(name):
        return What("database-image", f"FROM {base}: a database or queue with this repository's settings", base)
    if compiled(rf"(?:{WEB_SERVERS})$").match(name):
        pages = any(compiled(PAGES).search(path) for path in repo.under(directory))
        kind, with_ = ("static-site", "pages") if pages else ("proxy", "settings only")
        return What(kind, f"FROM {base}, with {with_}", base)
    known = next(((kind, note) for pattern, kind, note in OTHERS if compiled(rf"(?:{pattern})$").match(name)), None)
    return What(known[0], f"FROM {base}, {known[1]}", base) if known else None


def _base(stages: tuple[Stage, ...]) -> str:
    """The image below the last stage, through stages that are built on one another."""
    named = {stage.name.lower(): stage.base for stage in stages if stage.name}
    base = stages[-1].base
    for _ in stages:
        base = named.get(base.lower(), base)
    return base


def _name(base: str) -> tuple[str, str]:
    """Last element and tag of an image reference."""
    name, _, tag = base.split("@")[0].rpartition("/")[2].partition(":")
    return name.lower(), tag


def _takes_from_outside(stages: tuple[Stage, ...], repo: Repo, directory: str) -> bool:
    """Whether a stage is built in a language's image, or copies what does not stand in the folder: then it is another's image."""
    from cdgen.stacks import base_image

    if any(base_image(_name(stage.base)[0]) for stage in stages):
        return True
    files = repo.under(directory)
    for item in (item for stage in stages for item in stage.instructions if item.word in ("COPY", "ADD")):
        words = [word for word in item.text.replace('"', " ").strip("[] ").replace(",", " ").split() if word]
        if any(word.startswith("--from") for word in words):
            continue
        for word in (word for word in words[:-1] if not word.startswith(("--", "http", "<<"))):
            if not _stands(word, files, directory, repo):
                return True
    return False


def _stands(word: str, files: tuple[str, ...], directory: str, repo: Repo) -> bool:
    """Whether a source of COPY is in the folder, seen from it or from the top of the repository."""
    source = word.removeprefix("./").strip("/")
    if source in ("", ".") or "$" in source:
        return True
    inside = source if directory == "." else f"{directory}/{source}"
    for place in (inside, *([source] if source.startswith(f"{directory}/") else [])):
        if place in files or repo.under(place) or repo.glob(place):
            return True
    return False
