"""Folders with a Dockerfile over published software."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from cdgen import app
from cdgen.stacks import published_image
from tests.conftest import MakeRepo

SILENT = [
    pytest.param({"Dockerfile": ""}, id="empty"),
    pytest.param({"Dockerfile": "FROM alpine:3\n"}, id="a base of anything"),
    pytest.param(
        {"Dockerfile": "FROM node:24 AS b\nRUN npm run build\nFROM nginx\nCOPY --from=b /dist /usr/share\n"}, id="built code"
    ),
    pytest.param({"Dockerfile": "FROM nginx\nCOPY dist /usr/share\n"}, id="copies what a build leaves"),
    pytest.param({"Dockerfile": "FROM nginx\nCOPY . /srv\n", "package.json": "{}", "index.html": ""}, id="a project of its own"),
    pytest.param({"Dockerfile": "FROM postgres:16\n", "a.csproj": "<Project/>"}, id="a project that is only recognised"),
    pytest.param({"Dockerfile": "FROM example.org/team/app:1\n"}, id="another team's image"),
    pytest.param({"Dockerfile": "FROM ${BASE}\n"}, id="an unknown base"),
    pytest.param({"Dockerfile": "FROM nginx\nCOPY . /srv\n", "index.html": ""}, id="a plain site"),
]


@pytest.mark.parametrize("files", SILENT)
def test_no_claim(make_repo: MakeRepo, files: Mapping[str, str]) -> None:
    assert list(published_image.detect(make_repo(files))) == []


@pytest.mark.parametrize(
    ("dockerfile", "beside", "kind", "port"),
    [
        ("FROM mysql:8.4\nCOPY seed/*.sql /docker-entrypoint-initdb.d/\n", {"db/seed/a.sql": ""}, "database-image", None),
        ("FROM mongo:7\nCOPY db/init.js /x/\n", {"db/init.js": ""}, "database-image", None),
        ("FROM bitnami/rabbitmq:4\nEXPOSE 5672\n", {}, "database-image", 5672),
        ("FROM postgres:17 AS base\nRUN true\nFROM base\n", {}, "database-image", None),
        ("FROM envoyproxy/envoy:v1.30\nCOPY envoy.yaml /etc/envoy/\n", {"db/envoy.yaml": ""}, "proxy", None),
        ('FROM nginx:1.29\nCOPY ["nginx.conf", "/etc/nginx/"]\n', {"db/nginx.conf": ""}, "proxy", None),
        ("FROM nginx:1.29\nCOPY pages /srv\n", {"db/pages/a.html": ""}, "static-site", 80),
        ("FROM nginxinc/nginx-unprivileged:1.29\nCOPY pages /srv\n", {"db/pages/a.html": ""}, "static-site", 8080),
        ("FROM nginx:1.29\nEXPOSE 8080\nCOPY pages /srv\n", {"db/pages/a.html": ""}, "static-site", 8080),
        ("FROM flyway/flyway:11\nCOPY sql /flyway/sql\n", {"db/sql/V1__a.sql": ""}, "job", None),
        ("FROM prom/prometheus:v3\nCOPY prometheus.yml /etc/\n", {"db/prometheus.yml": ""}, "infrastructure", None),
    ],
    ids=range(11),
)
def test_what_it_is(make_repo: MakeRepo, dockerfile: str, beside: Mapping[str, str], kind: str, port: int | None) -> None:
    (service,) = app.inspect(make_repo({"db/Dockerfile": dockerfile, **beside}).root).services
    assert (service.directory, service.kind, service.port, service.language) == ("db", kind, port, "")
    assert service.is_service == (kind == "static-site")


def test_a_service_keeps_the_images_of_its_own(make_repo: MakeRepo) -> None:
    """A Dockerfile below a project that copies the project's output is the project's."""
    files = {
        "package.json": '{"name": "a", "scripts": {"build": "vite build"}, "devDependencies": {"vite": "5"}}',
        "src/main.js": "import x from 'y'",
        "docker/Dockerfile": "FROM nginx\nCOPY dist /usr/share/nginx/html\n",
    }
    (service,) = app.inspect(make_repo(files).root).services
    assert service.directory == "."
    assert service.dockerfile is not None
