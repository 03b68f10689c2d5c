"""Folders that hold nothing but a Dockerfile over published software: a database with its seed, a broker, a proxy, a monitor."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cdgen.detectors.dockerfile_text import Stage, parse
from cdgen.detectors.images import backing_service
from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Framework, Origin, Source
from cdgen.repo import Repo, Scope
from cdgen.repo.patterns import compiled
from cdgen.stacks.base import Candidate, no_image, no_toolchain

id = "published-image"
family = "image"
title = "An image of published software"
paved = False
toolchain = no_toolchain
image = no_image

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


def detect(repo: Repo) -> Iterator[Candidate]:
    """Folders with a Dockerfile whose final stage is published software, and that hold all that it copies."""
    from cdgen.stacks import build_files

    for path in repo.glob("**/Dockerfile"):
        directory = path.rpartition("/")[0] or "."
        if any("/" not in name and name.endswith(build_files()) for name in Scope(repo, directory).files):
            continue
        stages = parse(repo.text(path) or "")
        if stages and _what(stages, repo, directory) and not _takes_from_outside(stages, repo, directory):
            yield Candidate(id, directory, Source(path, stages[-1].line), 2)


def facts(scope: Scope) -> Iterator[Fact]:
    """What runs in the image: its kind; of a web server its name and its usual port."""
    path = scope.path("Dockerfile")
    stages = parse(scope.text("Dockerfile") or "")
    what = _what(stages, scope.repo, scope.directory) if stages else None
    if what is None:
        return
    base = stages[-1].base
    place = Source(path, stages[-1].line)
    yield Fact(f.KIND, what.kind, place, Origin.DOCKERFILE, Confidence.DECLARED, what.note)
    name, tag = _name(base)
    if compiled(rf"(?:{WEB_SERVERS}|{OTHERS[0][0]})$").match(name):
        version = compiled(r"\d+(?:\.\d+)*").match(tag)
        server = Framework(name.removesuffix("-unprivileged"), version.group(0) if version else None)
        yield Fact(f.FRAMEWORK, server, place, Origin.DOCKERFILE, Confidence.DECLARED, f"FROM {base}")
    if what.kind == "static-site":
        port = UNPRIVILEGED_PORT if name == "nginx-unprivileged" else WEB_PORT
        yield Fact(f.PROTOCOL, "http", place, Origin.DOCKERFILE, Confidence.INFERRED, f"FROM {base}")
        yield Fact(f.PORT, port, place, Origin.DEFAULT, Confidence.DEFAULT, f"default of {name}")
        if any(path.endswith("/index.html") or path == "index.html" for path in scope.files):
            yield Fact(f.HEALTH_PATH, "/", place, Origin.LAYOUT, Confidence.INFERRED, "index.html answers it")


def _what(stages: tuple[Stage, ...], repo: Repo, directory: str) -> What | None:
    """What the software of the last stage is; None for a language's image and for one that is not known."""
    base = _base(stages)
    name = _name(base)[0]
    if backing_service(base) or compiled(rf"(?:{DATABASES})$").match(name):
        return What("database-image", f"FROM {base}: a database or queue with this repository's settings")
    if compiled(rf"(?:{WEB_SERVERS})$").match(name):
        pages = any(compiled(PAGES).search(path) for path in repo.under(directory))
        return What("static-site", f"FROM {base}, with pages") if pages else What("proxy", f"FROM {base}, with settings only")
    known = next(((kind, note) for pattern, kind, note in OTHERS if compiled(rf"(?:{pattern})$").match(name)), None)
    return What(known[0], f"FROM {base}, {known[1]}") if known else None


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
