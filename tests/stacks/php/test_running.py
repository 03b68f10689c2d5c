"""Where a PHP service listens, what it needs and how it is run."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Key
from tests.conftest import MakeRepo
from tests.stacks.php.look import PAGE, decided, look, project

SURE, MAYBE, DEFAULT = Confidence.DECLARED, Confidence.INFERRED, Confidence.DEFAULT
REACT = "<?php\nuse React\\Socket\\SocketServer;\n"
NGINX = 'FROM alpine:3.24\nRUN apk add nginx php84-fpm\nCMD ["start"]\n'
TESTS = {"tests/XTest.php": "<?php\n"}


@pytest.mark.parametrize(
    ("files", "port", "confidence"),
    [
        ({"index.php": PAGE, "Dockerfile": "FROM php:8.3-cli\n"}, 8080, DEFAULT),
        ({"index.php": PAGE}, 8080, DEFAULT),
        ({"index.php": PAGE, "Dockerfile": "FROM php:8.3-apache\n"}, 80, MAYBE),
        ({"index.php": PAGE, "Dockerfile": "FROM php:8.3-apache AS a\nFROM a\n"}, 80, MAYBE),
        ({"index.php": PAGE, "Dockerfile": "FROM php:8.3-fpm-alpine\n"}, 9000, DEFAULT),
        ({"index.php": PAGE, "Dockerfile": "FROM serversideup/php:8.4-fpm-nginx\n"}, 8080, MAYBE),
        ({"index.php": PAGE, "Procfile": "web: php -S 0.0.0.0:${PORT:-5000}\n"}, 5000, MAYBE),
        (
            {"index.php": PAGE, "Dockerfile": NGINX, "docker/nginx.conf": "server {\n  # listen 81;\n  listen 8082;\n}\n"},
            8082,
            MAYBE,
        ),
        ({"a.php": f"{REACT}new SocketServer('0.0.0.0:8083');\n", "Procfile": "web: php a.php\n"}, 8083, SURE),
        ({"a.php": f"{REACT}new SocketServer('0.0.0.0:' . (getenv('PORT') ?: 8084));\n", "index.php": PAGE}, 8084, MAYBE),
    ],
)
def test_a_port(make_repo: MakeRepo, files: dict[str, str], port: int, confidence: Confidence) -> None:
    facts = look(make_repo(files))
    assert decided(facts, f.PORT) == port
    assert max(fact.confidence for fact in facts.all(f.PORT)) == confidence


@pytest.mark.parametrize("web", ["php -S 0.0.0.0:$PORT", "heroku-php-apache2 public/"])
def test_no_port(make_repo: MakeRepo, web: str) -> None:
    assert look(make_repo({"index.php": PAGE, "Procfile": f"web: {web}\n"})).all(f.PORT) == ()


@pytest.mark.parametrize(
    ("code", "require", "kinds"),
    [
        ("echo 1;", ("predis/predis", "ext-pdo_pgsql", "aws/aws-sdk-php"), set()),
        ("// new PDO('mysql:host=x');", (), set()),
        ("$x = 'mysql: a database';", (), set()),
        ("new GuzzleHttp\\Client();", ("predis/predis",), set()),
        ("new PDO('sqlite::memory:');", (), set()),
        ("new PDO('mysql:host=db;dbname=x');", (), {"mysql"}),
        ('new PDO("pgsql:host=$host;dbname=$name");', (), {"postgresql"}),
        ("mysqli_connect('db');", (), {"mysql"}),
        ("new Predis\\Client();", ("predis/predis",), {"redis"}),
        ("use Aws\\S3\\S3Client;\nnew S3Client([]);", ("aws/aws-sdk-php",), {"s3"}),
        ("use Aws\\Sqs\\SqsClient;\nnew SqsClient([]);", ("aws/aws-sdk-php",), {"sqs"}),
        ("use PhpAmqpLib\\Connection\\AMQPStreamConnection;", ("php-amqplib/php-amqplib",), {"rabbitmq"}),
        ("$url = 'amqp://queue:5672';", (), {"rabbitmq"}),
    ],
)
def test_what_it_needs(make_repo: MakeRepo, code: str, require: tuple[str, ...], kinds: set[str]) -> None:
    facts = look(make_repo(project({"src/a.php": f"<?php\n{code}\n"}, *require)))
    assert {fact.value.kind for fact in facts.all(f.BACKING) if fact.confidence > DEFAULT} == kinds


@pytest.mark.parametrize(
    ("files", "package", "kinds"),
    [
        ({".env.example": "DB_CONNECTION=sqlite\n"}, "laravel/framework", set()),
        ({".env.example": "#DB_CONNECTION=mysql\n"}, "laravel/framework", set()),
        (
            {".env.example": "DB_CONNECTION=pgsql\nQUEUE_CONNECTION=redis\nCACHE_STORE=file\n"},
            "laravel/framework",
            {"postgresql", "redis"},
        ),
        ({"config/database.php": "<?php return ['default' => env('DB_CONNECTION', 'mysql')];"}, "laravel/framework", {"mysql"}),
        (
            {"config/database.php": "<?php return ['default' => env('DB_CONNECTION', 'sqlite'), 'u' => 'mysql://'];"},
            "laravel/framework",
            set(),
        ),
        (
            {
                ".env.example": "DB_CONNECTION=sqlite\n",
                "config/database.php": "<?php return ['default' => env('DB_CONNECTION', 'mysql')];",
            },
            "laravel/framework",
            set(),
        ),
        ({"config/cache.php": "<?php return [Memcached::OPT_X => 1];"}, "laravel/framework", set()),
        ({".env": 'DATABASE_URL="postgresql://app@db/app"\n'}, "symfony/framework-bundle", {"postgresql"}),
        ({".env": 'DATABASE_URL="sqlite:///x.db"\n'}, "symfony/framework-bundle", set()),
        ({".env": "MESSENGER_TRANSPORT_DSN=amqp://guest@queue\n"}, "symfony/framework-bundle", {"rabbitmq"}),
        ({"public/index.php": PAGE}, "roots/wordpress", {"mysql"}),
    ],
)
def test_what_its_configuration_chooses(make_repo: MakeRepo, files: dict[str, str], package: str, kinds: set[str]) -> None:
    facts = look(make_repo(project({"artisan": "", **files}, package)))
    assert {fact.value.kind for fact in facts.all(f.BACKING) if fact.confidence > DEFAULT} == kinds


@pytest.mark.parametrize(
    ("code", "variables"),
    [
        ("'getenv(\"A\")';", []),
        ("$_SERVER['REQUEST_METHOD'];", []),
        ("$_ENV['AA'] = 1;", []),
        ("getenv('AA');", [("AA", None)]),
        ("getenv('AA') ?: 'b';", [("AA", "b")]),
        ("$_ENV['AA'] ?? 'b';", [("AA", "b")]),
        ("$_SERVER['AA'] ?? 3;", [("AA", "3")]),
        ("env('AA', 'b');", [("AA", "b")]),
        ("env('AA_PASSWORD', 'b');", [("AA_PASSWORD", None)]),
    ],
)
def test_environment(make_repo: MakeRepo, code: str, variables: list[tuple[str, str | None]]) -> None:
    facts = look(make_repo(project({"src/a.php": f"<?php\n{code}\n"})))
    assert [fact.value[:2] for fact in facts.all(f.ENV)] == variables


@pytest.mark.parametrize(
    ("code", "calls"),
    [
        ("$cache->get('http://stock/x');", []),
        ("$client->get('http://localhost/x');", []),
        ("file_get_contents('/etc/hosts');", []),
        ("$client->get('http://stock:8080/x');", [("stock:8080", None)]),
        ('file_get_contents("http://stock/x/$id");', [("stock", None)]),
        ("new GuzzleHttp\\Client(['base_uri' => getenv('STOCK_URL')]);", [(None, "STOCK_URL")]),
        ("$u = getenv('STOCK_URL') ?: 'http://stock';\ncurl_init($u . '/x');", [("stock", "STOCK_URL")]),
        ("Http::post('https://api.example.io/x');", [("api.example.io", None)]),
    ],
)
def test_calls(make_repo: MakeRepo, code: str, calls: list[tuple[str | None, str | None]]) -> None:
    facts = look(make_repo(project({"src/a.php": f"<?php\n{code}\n"})))
    assert [(fact.value.address, fact.value.variable) for fact in facts.all(f.CALL)] == calls


@pytest.mark.parametrize(
    ("files", "parts", "key", "value"),
    [
        ({}, {}, f.TEST, None),
        (TESTS, {}, f.TEST, None),
        ({}, {"require-dev": {"phpunit/phpunit": "*"}}, f.TEST, None),
        ({"phpcs.xml": ""}, {}, f.LINT, None),
        ({}, {"scripts": {"lint": "php-cs-fixer fix"}}, f.LINT, None),
        ({}, {"scripts": {"lint": ["phpcs", "phpstan"]}}, f.LINT, "composer lint"),
        ({"phpcs.xml": ""}, {"require-dev": {"squizlabs/php_codesniffer": "*"}}, f.LINT, "vendor/bin/phpcs"),
        ({"phpstan.neon": ""}, {"require-dev": {"phpstan/phpstan": "*"}}, f.LINT, "vendor/bin/phpstan analyse --no-progress"),
        ({"phpunit.xml": "", **TESTS}, {"require-dev": {"phpunit/phpunit": "*"}}, f.TEST, "vendor/bin/phpunit"),
        (TESTS, {"require-dev": {"phpunit/phpunit": "*"}}, f.TEST, "vendor/bin/phpunit tests"),
        (TESTS, {"require-dev": {"phpunit/phpunit": "*"}}, f.TEST_RUNNER, "phpunit"),
        (TESTS, {"require-dev": {"pestphp/pest": "*", "phpunit/phpunit": "*"}}, f.TEST, "vendor/bin/pest"),
        (TESTS, {"require-dev": {"phpunit/phpunit": "*"}, "scripts": {"test": "phpunit"}}, f.TEST, "composer test"),
        ({}, {"scripts": {"test:integration": "phpunit"}}, f.INTEGRATION, "composer test:integration"),
        ({}, {"scripts": {"start": "php -S localhost:8080"}}, f.START, "composer start"),
        ({"a.php": f"{REACT}new SocketServer('0.0.0.0:80');\n"}, {}, f.START, "php a.php"),
        ({"database/migrations/1.php": ""}, {"require": {"laravel/framework": "*"}}, f.MIGRATIONS, "laravel: database/migrations"),
        ({}, {"require": {"php": "*", "ext-json": "*", "a/b": "*"}}, f.DEPENDENCIES, 1),
        ({}, {}, f.INSTALL, "composer install --no-interaction --prefer-dist --no-progress"),
    ],
)
def test_commands(make_repo: MakeRepo, files: dict[str, str], parts: dict[str, Any], key: Key[Any], value: Any) -> None:
    assert decided(look(make_repo({"composer.json": json.dumps(parts), **files})), key) == value


def test_a_test_is_no_evidence(make_repo: MakeRepo) -> None:
    code = "<?php\n$app->get('/x', f(1));\nnew PDO('mysql:host=db;dbname=x');\ngetenv('AA');\n"
    facts = look(make_repo(project({"tests/ATest.php": code, "public/index.php": PAGE}, "slim/slim")))
    assert facts.all(f.ROUTE) == facts.all(f.BACKING) == facts.all(f.ENV) == ()
