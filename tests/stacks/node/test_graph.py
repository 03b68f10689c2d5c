"""What a package builds with, which runner tests it, and what only runs when a variable asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from cdgen.model import facts as f
from cdgen.model.facts import Confidence
from tests.conftest import MakeRepo
from tests.stacks.node.look import decided, first, look, package, with_package

ROOT = {"package.json": package(workspaces=["apps/*", "libs/*"]), "libs/ui/package.json": '{"name": "@x/ui"}', "libs/ui/a.ts": "1"}


@pytest.mark.parametrize(
    ("files", "parts", "expected"),
    [
        ({}, {}, ()),
        ({}, {"dependencies": {"express": "5"}}, ()),
        ({}, {"dependencies": {"@x/ui": "workspace:*"}}, ("libs/ui",)),
        ({}, {"devDependencies": {"@x/ui": "*"}}, ("libs/ui",)),
        ({}, {"dependencies": {"ui": "file:../../libs/ui"}}, ("libs/ui",)),
        ({}, {"dependencies": {"ui": "file:../../../elsewhere"}}, ()),
        (
            {
                "tsconfig.base.json": '{"compilerOptions": {"paths": {"@lib/ui": ["libs/ui/a.ts"]}, /* none */}}',
                "apps/api/a.ts": "import { A } from '@lib/ui';",
            },
            {},
            ("libs/ui",),
        ),
    ],
)
def test_folders(make_repo: MakeRepo, files: Mapping[str, str], parts: dict[str, Any], expected: tuple[str, ...]) -> None:
    repo = make_repo({**ROOT, "apps/api/package.json": package(**parts), "apps/api/b.ts": "1", **files})
    assert look(repo, "apps/api").values(f.DEPENDS_ON) == expected


def test_an_nx_project_that_names_another(make_repo: MakeRepo) -> None:
    files = {
        "nx.json": "{}",
        "package.json": package(),
        "apps/api/project.json": '{"name": "api", "targets": {"build": {}}, "implicitDependencies": ["models", "!ui"]}',
        "apps/api/a.ts": "1",
        "libs/models/project.json": '{"name": "models"}',
        "libs/ui/project.json": '{"name": "ui"}',
    }
    assert look(make_repo(files), "apps/api").values(f.DEPENDS_ON) == ("libs/models",)


def test_direct_dependencies_are_counted_without_local_ones(make_repo: MakeRepo) -> None:
    facts = look(make_repo(with_package({}, dependencies={"a": "1", "b": "workspace:*"}, devDependencies={"c": "1"})))
    assert decided(facts, f.DEPENDENCIES) == 1


@pytest.mark.parametrize(
    ("files", "parts", "expected"),
    [
        ({}, {}, None),
        ({}, {"scripts": {"test": "echo none"}}, None),
        ({}, {"scripts": {"test": "jest --ci"}}, "jest"),
        ({}, {"scripts": {"test": "npm run test:unit", "test:unit": "vitest run"}}, "vitest"),
        ({}, {"scripts": {"test": "c8 mocha"}}, "mocha"),
        ({}, {"scripts": {"test": "node --import tsx --test test/*.ts"}}, "node:test"),
        ({}, {"scripts": {"test": "playwright test"}}, "playwright"),
        ({"test/a.test.js": "const test = require('ava')"}, {}, "ava"),
        ({"test/a.js": "1"}, {"devDependencies": {"tap": "1"}}, "tap"),
    ],
)
def test_runner(make_repo: MakeRepo, files: Mapping[str, str], parts: dict[str, Any], expected: str | None) -> None:
    assert decided(look(make_repo(with_package(files, **parts))), f.TEST_RUNNER) == expected


def test_generators(make_repo: MakeRepo) -> None:
    needs = {"@prisma/client": "6", "ts-proto": "2", "orval": "7", "lodash": "4"}
    assert set(look(make_repo(with_package({}, devDependencies=needs))).values(f.GENERATOR)) == {"prisma", "protobuf", "openapi"}


@pytest.mark.parametrize(
    ("code", "needed"),
    [
        ("const client = createClient({ url: process.env.REDIS_URL });", True),
        ("if (!process.env.REDIS_URL) throw new Error('REDIS_URL');", True),
        ("const client = process.env.REDIS_URL ? createClient(1) : createClient();", True),
        ("const tls = !!process.env.REDIS_TLS;", True),
        ("const url = process.env.REDIS_URL && process.env.REDIS_URL.trim;", True),
        ("// const enabled = !!process.env.REDIS_URL;", True),
        ("const enabled = !!process.env.REDIS_URL;", False),
        ("const enabled = Boolean(process.env.REDIS_URL && process.env.REDIS_HOST);", False),
        ("const client = process.env.REDIS_URL ? createClient() : null;", False),
        ("const client = process.env.REDIS_HOST && connect();", False),
    ],
)
def test_a_store_behind_a_switch_is_no_need(make_repo: MakeRepo, code: str, *, needed: bool) -> None:
    files = {"a.js": "const { createClient } = require('redis');\n" + code}
    facts = look(make_repo(with_package(files, dependencies={"redis": "5"})))
    assert (first(facts, f.BACKING).confidence >= Confidence.INFERRED) is needed
