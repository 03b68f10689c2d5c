"""Images of PHP services: which base, which extensions, and why there is none."""

from __future__ import annotations

import json

import pytest

from cdgen import app
from cdgen.model import facts as f
from cdgen.model.service import Service
from tests.conftest import MakeRepo
from tests.stacks.php.look import PAGE, look, project

LOCK = json.dumps({"packages": []})
LARAVEL = {"composer.lock": json.dumps({"packages": [{"name": "laravel/framework", "version": "v12.1.0"}]}), "artisan": ""}
REACT = "<?php\nuse React\\Socket\\SocketServer;\nnew SocketServer('0.0.0.0:8083');\n"


def service(make_repo: MakeRepo, files: dict[str, str]) -> Service:
    return app.inspect(make_repo(files).root).services[0]


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        (project({"public/index.php": PAGE}), ""),
        (project({"public/index.php": PAGE, "composer.lock": LOCK}, "slim/slim"), ""),
        (project({"public/index.php": PAGE, **LARAVEL}, "laravel/framework"), ""),
        (project({"public/index.php": PAGE, "Dockerfile": "FROM php:8.3-apache\n"}, "ext-redis"), ""),
        (project({"src/a.php": PAGE}), "what starts it"),
        (project({"public/index.php": PAGE}, "slim/slim"), "composer.lock"),
        (project({"public/index.php": PAGE, "composer.lock": LOCK}, "ext-redis"), "redis is not part of PHP"),
        (project({"public/index.php": PAGE, "composer.lock": LOCK}, "roots/wordpress"), "wordpress writes"),
        (project({"public/index.php": PAGE, "composer.lock": LOCK}, "laravel/framework"), "before 11"),
        (
            project({"public/index.php": PAGE, **LARAVEL, "package.json": '{"scripts": {"build": "vite"}}'}, "laravel/framework"),
            "Node.js",
        ),
    ],
)
def test_why_there_is_none(make_repo: MakeRepo, files: dict[str, str], reason: str) -> None:
    said = look(make_repo(files)).values(f.NO_IMAGE)
    assert reason in said[0] if reason else said == ()


@pytest.mark.parametrize(
    ("constraint", "needs", "fits"),
    [("^8.2", ">=8.1", True), (">=7.4", "*", True), ("~8.3.0", "*", False), ("^7.4", "*", False), ("^8.2", "<8.5", False)],
)
def test_the_base_fits_the_project_and_its_packages(make_repo: MakeRepo, constraint: str, needs: str, fits: bool) -> None:
    lock = json.dumps({"packages": [{"name": "a/b", "version": "1.0.0", "require": {"php": needs}}]})
    data = {"require": {"php": constraint, "a/b": "*"}}
    made = service(make_repo, {"composer.json": json.dumps(data), "composer.lock": lock, "public/index.php": PAGE}).recipe
    assert (made is not None) is fits
    if made is not None:
        assert made.bases["runtime"].startswith("php:8.5-fpm-alpine@sha256:")


def test_extensions_that_databases_and_packages_need(make_repo: MakeRepo) -> None:
    lock = json.dumps({"packages": [{"name": "a/b", "version": "1.0.0", "require": {"ext-intl": "*", "ext-json": "*"}}]})
    code = "<?php\nnew PDO('pgsql:host=db;dbname=x');\n"
    made = service(make_repo, project({"public/index.php": code, "composer.lock": lock}, "a/b")).recipe
    assert made is not None
    first, second = made.values["packages"]
    assert first == "apk add --no-cache nginx icu-libs libpq"
    compiled = "docker-php-ext-install -j2 intl pdo_pgsql"
    assert second == f"apk add --no-cache --virtual .compiling icu-dev libpq-dev && {compiled} && apk del .compiling"
    assert made.values["document_root"] == "/app/public"


def test_what_is_compiled_from_php_alone_takes_no_package(make_repo: MakeRepo) -> None:
    lock = json.dumps({"packages": [{"name": "a/b", "version": "1.0.0", "require": {"ext-bcmath": "*", "ext-json": "*"}}]})
    made = service(make_repo, project({"public/index.php": PAGE, "composer.lock": lock}, "a/b")).recipe
    assert made is not None
    assert made.values["packages"] == ("apk add --no-cache nginx", "docker-php-ext-install -j2 bcmath")


def test_a_program_that_listens_needs_no_web_server(make_repo: MakeRepo) -> None:
    made = service(make_repo, project({"server.php": REACT, "composer.lock": LOCK})).recipe
    assert made is not None
    assert made.values["entrypoint"] == ("php", "server.php")
    assert made.values["served"] is False
    assert "-cli-alpine" in made.bases["runtime"]


def test_pages_without_composer(make_repo: MakeRepo) -> None:
    made = service(make_repo, {"index.php": PAGE, "lib/a.php": PAGE, "README.md": "x", "tests/ATest.php": PAGE})
    assert made.recipe is not None
    assert (made.recipe.bases["composer"], made.recipe.include, made.port) == ("", ("index.php", "lib"), 8080)
