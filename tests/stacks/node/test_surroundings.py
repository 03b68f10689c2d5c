"""Variables, registries, backing services, migrations, tests that need a backing service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, EnvVar, PrivateRegistry
from tests.conftest import MakeRepo
from tests.stacks.node.look import look, package, with_package


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("const a = process.argv", []),
        ("// process.env.OLD", []),
        ("process.env.NODE_ENV", []),
        ("process.env.API_URL", [EnvVar("API_URL", None, False, False)]),
        ("process.env['API_URL']", [EnvVar("API_URL", None, False, False)]),
        ("process.env.API_URL || 'http://x'", [EnvVar("API_URL", "http://x", False, False)]),
        ("process.env.LIMIT ?? 10", [EnvVar("LIMIT", "10", False, False)]),
        ("process.env.API_TOKEN || 'abc'", [EnvVar("API_TOKEN", None, False, True)]),
        ("const { HOST, LIMIT = '5' } = process.env", [EnvVar("HOST", None, False, False), EnvVar("LIMIT", "5", False, False)]),
        ("if (!process.env.API_URL) {\n  throw new Error()\n}", [EnvVar("API_URL", None, True, False)]),
        ("const url = process.env.API_URL!", [EnvVar("API_URL", None, True, False)]),
        (
            "const get = (name) => process.env[name];\nget('REDIS_HOST', 'localhost')",
            [EnvVar("REDIS_HOST", "localhost", False, False)],
        ),
        ("get('REDIS_HOST', 'localhost')", []),
        ("const required = (name) => process.env[name];\nrequired('API_URL')", [EnvVar("API_URL", None, True, False)]),
        ("this.configService.getOrThrow('API_URL')", [EnvVar("API_URL", None, True, False)]),
    ],
)
def test_variables(make_repo: MakeRepo, code: str, expected: list[EnvVar]) -> None:
    facts = look(make_repo(with_package({"src/a.ts": code, "scripts/build.js": "process.env.BUILD_ONLY"})))
    assert list(facts.values(f.ENV)) == expected


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({".npmrc": "save-exact=true\nregistry=https://registry.npmjs.org/\n"}, []),
        ({".npmrc": "# //npm.acme.test/:_authToken=${T}\n"}, []),
        (
            {".npmrc": "@acme:registry=https://npm.pkg.github.com\n//npm.pkg.github.com/:_authToken=${GH_TOKEN}\n"},
            [PrivateRegistry("npm", "npm.pkg.github.com", "GH_TOKEN")],
        ),
        ({".npmrc": "registry=https://npm.acme.test/repo/\n"}, [PrivateRegistry("npm", "npm.acme.test", "NPM_TOKEN")]),
        (
            {".npmrc": "//npm.acme.test/repo/:_authToken=npm_in_clear\n"},
            [PrivateRegistry("npm", "npm.acme.test", "NPM_TOKEN")],
        ),
        (
            {".yarnrc.yml": 'npmScopes:\n  a:\n    npmRegistryServer: "https://npm.acme.test"\n    npmAuthToken: "${TOKEN}"\n'},
            [PrivateRegistry("npm", "npm.acme.test", "TOKEN")],
        ),
    ],
)
def test_registries(make_repo: MakeRepo, files: Mapping[str, str], expected: list[PrivateRegistry]) -> None:
    facts = look(make_repo(with_package(files)))
    assert list(facts.values(f.REGISTRY)) == expected
    assert "npm_in_clear" not in repr(facts.facts)


def test_a_member_reads_the_registries_of_its_workspace(make_repo: MakeRepo) -> None:
    files = {"package.json": package(workspaces=["api"]), ".npmrc": "registry=https://npm.acme.test\n", "package-lock.json": "{}"}
    facts = look(make_repo({**files, "api/package.json": package(main="a.js")}), "api")
    assert [registry.host for registry in facts.values(f.REGISTRY)] == ["npm.acme.test"]


SURE = Confidence.INFERRED


@pytest.mark.parametrize(
    ("files", "parts", "expected"),
    [
        ({}, {"devDependencies": {"pg": "8"}}, []),
        ({}, {"dependencies": {"pg": "8"}}, []),  # nothing imports it: a guess
        ({"a.js": "require('pg')"}, {"dependencies": {"pg": "8"}}, ["postgresql"]),
        ({"a.ts": "import { Pool } from 'pg'"}, {"dependencies": {"pg": "8"}}, ["postgresql"]),
        ({}, {"dependencies": {"typeorm": "0.3", "mysql2": "3"}}, ["mysql"]),
        ({"knexfile.js": "1", "db.js": "knex({ client: 'pg' })"}, {"dependencies": {"knex": "3"}}, ["postgresql"]),
        (
            {"a.js": "require('ioredis'); require('mongoose')"},
            {"dependencies": {"ioredis": "5", "mongoose": "8"}},
            ["mongodb", "redis"],
        ),
        ({"prisma/schema.prisma": 'datasource db {\n  provider = "postgresql"\n}'}, {}, ["postgresql"]),
        ({"prisma/schema.prisma": 'datasource db {\n  provider = "sqlite"\n}'}, {}, []),
    ],
)
def test_backing_services(make_repo: MakeRepo, files: Mapping[str, str], parts: dict[str, Any], expected: list[str]) -> None:
    facts = look(make_repo(with_package(files, **parts)))
    assert sorted({fact.value.kind for fact in facts.all(f.BACKING) if fact.confidence >= SURE}) == expected


@pytest.mark.parametrize(
    ("files", "parts", "expected"),
    [
        ({"migrations/1_a.js": "1"}, {}, ()),
        ({"prisma/migrations/1/migration.sql": ""}, {"dependencies": {"@prisma/client": "5"}}, ("prisma: prisma/migrations",)),
        ({"src/db/migrations/1_a.ts": "1"}, {"dependencies": {"knex": "3"}}, ("knex: src/db/migrations",)),
        ({"drizzle/0000_a.sql": ""}, {"dependencies": {"drizzle-orm": "0.3"}}, ("drizzle: drizzle",)),
    ],
)
def test_migrations(make_repo: MakeRepo, files: Mapping[str, str], parts: dict[str, Any], expected: tuple[str, ...]) -> None:
    assert look(make_repo(with_package(files, **parts))).values(f.MIGRATIONS) == expected


@pytest.mark.parametrize(
    ("path", "text", "counts"),
    [
        ("test/a.test.js", "const a = 1", False),
        ("src/a.js", "require('pg')", False),
        ("test/a.test.js", "const { Client } = require('pg')", True),
        ("test/a.integration.test.ts", "1", True),
        ("integration_tests/a.spec.ts", "import { test } from '@playwright/test'", False),
        ("integration_tests/pages/index.ts", "1", False),
        ("tests/a.spec.ts", "import { PostgreSqlContainer } from '@testcontainers/postgresql'", True),
    ],
)
def test_tests_that_need_a_backing_service(make_repo: MakeRepo, path: str, text: str, counts: bool) -> None:
    assert look(make_repo(with_package({path: text}))).values(f.INTEGRATION_TESTS) == ((path,) if counts else ())
