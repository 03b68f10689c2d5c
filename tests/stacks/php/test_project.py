"""Which folders are PHP, which PHP they ask for, what they are."""

from __future__ import annotations

import json

import pytest

from cdgen.model import facts as f
from cdgen.road.pins import Pins
from cdgen.stacks.php import composer, php_plain
from cdgen.stacks.php.constraint import allows
from cdgen.stacks.php.versions import release
from tests.conftest import MakeRepo
from tests.stacks.php.look import PAGE, decided, look, project

APACHE = "FROM php:8.3-apache\n"


@pytest.mark.parametrize(
    ("files", "composers", "plains"),
    [
        ({"README.md": ""}, [], []),
        ({"lib/index.php": PAGE}, [], ["lib"]),
        ({"package.json": "{}", "lib/index.php": PAGE}, [], []),
        ({"package.json": "{}", "composer.json": "{}"}, [], []),
        ({"a.php": PAGE}, [], []),
        ({"index.php": PAGE}, [], ["."]),
        ({"public/index.php": PAGE, "src/a.php": PAGE}, [], ["."]),
        ({"index.php": PAGE, "admin/index.php": PAGE}, [], ["."]),
        ({"composer.json": "{}", "index.php": PAGE}, ["."], []),
        ({"composer.json": "{}", "index.php": PAGE, "a/index.php": PAGE}, ["."], []),
        ({"web/Dockerfile": APACHE, "web/a.php": PAGE, "package.json": "{}"}, [], ["web"]),
        ({"x/Procfile": "web: php -S 0.0.0.0:$PORT a.php\n", "x/a.php": PAGE}, [], ["x"]),
        (
            {"r/Dockerfile": APACHE + "COPY html/ /var/www/html\n", "r/html/composer.json": "{}", "r/html/index.php": PAGE},
            ["r"],
            [],
        ),
        ({"r/Dockerfile": APACHE, "r/html/composer.json": "{}", "r/html/index.php": PAGE}, ["r/html"], []),
    ],
)
def test_claims(make_repo: MakeRepo, files: dict[str, str], composers: list[str], plains: list[str]) -> None:
    repo = make_repo(files)
    assert [claim.directory for claim in composer.detect(repo)] == composers
    assert [claim.directory for claim in php_plain.detect(repo)] == plains


@pytest.mark.parametrize(
    ("constraint", "version", "allowed"),
    [
        ("^8.2", "8.5.9", True),
        ("^8.2", "8.1.0", False),
        ("^8.2", "9.0.0", False),
        ("~8.2.0", "8.2.9", True),
        ("~8.2.0", "8.3.0", False),
        ("~8.2", "8.5.0", True),
        (">=8.1 <8.5", "8.4.21", True),
        (">=8.1,<8.5", "8.5.0", False),
        ("8.*", "8.4.1", True),
        ("8.3.*", "8.4.1", False),
        ("8.3", "8.3.7", True),
        ("^7.4 || ^8.0", "8.5.9", True),
        ("^7.4|^8.0", "7.4.1", True),
        ("8.1 - 8.3", "8.3.9", True),
        ("8.1 - 8.3", "8.4.0", False),
        ("!=8.4.0", "8.4.0", False),
        ("*", "8.5.9", True),
        ("dev-main", "8.5.9", False),
        ("", "8.5.9", False),
    ],
)
def test_a_constraint(constraint: str, version: str, allowed: bool) -> None:
    assert allows(constraint, version) is allowed


def test_only_a_pinned_release_is_chosen() -> None:
    pins = Pins()
    assert release("^7.4", pins) is None
    assert (release(None, pins) or "").startswith("8.")


@pytest.mark.parametrize(
    ("files", "version"),
    [
        ({"composer.json": "{}"}, None),
        ({"composer.json": '{"require": {"php": "^8.2"}}'}, "^8.2"),
        ({"composer.json": '{"require": {"php": "^8.2"}, "config": {"platform": {"php": "8.3.1"}}}'}, "^8.2"),
        ({"composer.json": '{"config": {"platform": {"php": "8.3.1"}}}'}, "8.3.1"),
        ({"composer.json": '{"require": {"php": "^8.2"}}', ".php-version": "8.4\n"}, "8.4"),
        ({"index.php": PAGE, ".tool-versions": "php 8.3.2\n"}, "8.3.2"),
        ({"index.php": PAGE, "Dockerfile": "FROM alpine:3.24\nRUN apk add nginx php84-fpm\n"}, "8.4"),
        ({"index.php": PAGE, "Dockerfile": "FROM dunglas/frankenphp:1-php8.3\n"}, "8.3"),
    ],
)
def test_the_version(make_repo: MakeRepo, files: dict[str, str], version: str | None) -> None:
    found = decided(look(make_repo(files)), f.LANGUAGE_VERSION)
    assert (found and found.text) == version


@pytest.mark.parametrize(
    ("files", "framework", "kind", "protocol"),
    [
        (project({"src/a.php": PAGE}, name="acme/x", autoload={}), None, "library", None),
        (project({"src/a.php": PAGE, "index.php": PAGE}, type="library"), None, "library", None),
        (project({"src/a.php": PAGE}, type="wordpress-plugin"), None, "library", None),
        (project({"bin/x": "", "src/a.php": PAGE}, bin=["bin/x"]), None, "cli", None),
        (project({"index.php": "<?php\n// Silence is golden.\n"}), None, None, None),
        (project({"public/index.php": PAGE}), None, "service", "http"),
        ({"index.php": "<?php phpinfo(); ?>"}, None, "service", "http"),
        ({"index.php": "<?php /* nothing\nto see */ # here"}, None, None, None),
        (project({"public/index.php": PAGE}, "slim/slim"), "slim", "service", "http"),
        (project({"public/index.php": PAGE, "artisan": ""}, "laravel/framework"), "laravel", "service", "http"),
        (project({"public/index.php": PAGE}, "laravel/lumen-framework"), "lumen", "service", "http"),
        (project({"public/index.php": PAGE}, "symfony/framework-bundle"), "symfony", "service", "http"),
        (project({"public/index.php": PAGE}, "symfony/console"), None, "service", "http"),
        (project({"a.php": PAGE, "Procfile": "web: php a.php\n"}), None, "service", "http"),
        ({"index.php": PAGE}, None, "service", "http"),
        ({"index.php": PAGE, "wp-config-sample.php": PAGE}, "wordpress", "service", "http"),
    ],
)
def test_what_it_is(
    make_repo: MakeRepo, files: dict[str, str], framework: str | None, kind: str | None, protocol: str | None
) -> None:
    facts = look(make_repo(files))
    found = decided(facts, f.FRAMEWORK)
    assert (found and found.name, decided(facts, f.KIND), decided(facts, f.PROTOCOL)) == (framework, kind, protocol)


def test_the_lockfile_knows_the_framework(make_repo: MakeRepo) -> None:
    lock = json.dumps({"packages": [{"name": "slim/slim", "version": "v4.15.2"}]})
    facts = look(make_repo({**project({"index.php": PAGE}, "slim/slim"), "composer.lock": lock}))
    assert decided(facts, f.FRAMEWORK).version == "4.15.2"
    assert decided(facts, f.INSTALL).startswith("composer install")
