"""Bun and Deno: runtimes with package managers and tools of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from cdgen.model import facts as f
from cdgen.model.facts import FactSet, Key
from cdgen.repo import Scope
from cdgen.road.pins import Pins
from cdgen.stacks.node import deno
from cdgen.stacks.node.bases import bun_bases
from cdgen.stacks.node.entry import entry
from cdgen.stacks.node.workspace import read_package
from tests.conftest import MakeRepo
from tests.stacks.node.look import decided, look, with_package

LOCK = {"bun.lock": "{}"}


@pytest.mark.parametrize(
    ("key", "files", "parts", "expected"),
    [
        (f.BUILD_TOOL, {}, {}, "bun"),
        (f.INSTALL, {}, {}, "bun install --frozen-lockfile"),
        (f.TEST, {}, {"scripts": {"test": "bun test"}}, "bun run test"),
        (f.TEST, {"a.test.ts": "import { test } from 'bun:test'"}, {}, "bun test"),
        (f.TEST, {"a.test.ts": "import { test } from 'node:test'"}, {}, None),
        (f.COVERAGE, {}, {"scripts": {"test": "bun test src"}}, "bun run test --coverage"),
        (f.TEST_RUNNER, {}, {"scripts": {"test": "bun test"}}, "bun test"),
        (f.START, {}, {"scripts": {"start": "bun src/a.ts"}}, "bun run start"),
        (f.START, {}, {"scripts": {"dev": "bun --hot src/a.ts"}}, None),
        (f.START, {"index.ts": "Bun.serve({ fetch })"}, {"module": "index.ts"}, "bun index.ts"),
        (f.START, {"index.ts": "export const one = 1"}, {"module": "index.ts"}, None),
        (f.PORT, {"a.ts": "Bun.serve({ port: 5005, fetch })"}, {}, 5005),
        (f.PORT, {"a.ts": "Bun.serve({ port: process.env.PORT ?? 4000, fetch })"}, {}, 4000),
        (f.PORT, {"a.ts": "Bun.serve({ fetch })"}, {}, 3000),
        (f.PORT, {"a.ts": "Bun.serve({ port: config.somewhere, fetch })"}, {}, None),
        (f.PORT, {"index.ts": "export default { port: 4001, fetch: app.fetch };"}, {"devDependencies": {"@types/bun": "1"}}, 4001),
        (f.PORT, {"index.ts": "const app = new Hono();\nexport default app;"}, {"devDependencies": {"@types/bun": "1"}}, 3000),
        (f.PORT, {"index.ts": "const app = new Hono();\nexport default app;"}, {"devDependencies": {"wrangler": "4"}}, None),
        (f.PORT, {"a.ts": "// Bun.serve({ port: 5005 })"}, {}, None),
        (f.BUILD_TOOL_VERSION, {}, {"packageManager": "bun@1.3.2"}, "1.3.2"),
        (f.BUILD_TOOL_VERSION, {".bun-version": "1.2.0\n"}, {}, "1.2.0"),
        (f.BUILD_TOOL_VERSION, {}, {"engines": {"bun": ">=1.0.0"}}, None),
        (f.LANGUAGE_VERSION, {}, {"engines": {"bun": ">=1.0.0"}}, f.Version(">=1.0.0")),
        (f.LANGUAGE_VERSION, {".bun-version": "1.2.0\n"}, {"engines": {"bun": ">=1.0.0"}}, f.Version("1.2.0")),
        (f.BACKING, {"a.ts": "import { RedisClient } from 'bun';"}, {}, f.BackingService("redis")),
        (f.BACKING, {"a.ts": "import type { Server } from 'bun';"}, {}, None),
    ],
)
def test_bun(make_repo: MakeRepo, key: Key[Any], files: Mapping[str, str], parts: dict[str, Any], expected: object) -> None:
    assert decided(look(make_repo(with_package({**LOCK, **files}, **parts)), stack="bun"), key) == expected


def test_the_version_of_the_language_is_that_of_the_runtime(make_repo: MakeRepo) -> None:
    own = look(make_repo(with_package(LOCK, packageManager="bun@1.3.2")), stack="bun")
    both = look(make_repo(with_package(LOCK, packageManager="bun@1.3.2", engines={"node": "22"})), stack="bun")
    assert (str(decided(own, f.LANGUAGE_VERSION)), str(decided(both, f.LANGUAGE_VERSION))) == ("1.3.2", "22")


@pytest.mark.parametrize(
    ("start", "program", "arguments"),
    [
        ("bun run src/a.ts", "bun", ("src/a.ts",)),
        ("bun --smol dist/a.js", "bun", ("--smol", "dist/a.js")),
        ("node dist/a.js", "node", ("dist/a.js",)),
        ("bunx --bun next start", "node", ("node_modules/next/dist/bin/next", "start")),
    ],
)
def test_what_runs_in_the_image(make_repo: MakeRepo, start: str, program: str, arguments: tuple[str, ...]) -> None:
    package = read_package(Scope(make_repo(with_package(LOCK, scripts={"start": start})), "."))
    found = entry("bun run start", package)
    assert not isinstance(found, str)
    bases = bun_bases(package, None, Pins(), found.program)
    assert bases is not None
    assert (found.program, found.arguments, bases.program) == (program, arguments, program)
    assert "oven/bun" in bases.build
    assert ("oven/bun" in bases.runtime) == (program == "bun")


def seen(make_repo: MakeRepo, files: Mapping[str, str]) -> FactSet:
    return FactSet(deno.facts(Scope(make_repo(files), ".", (), "node")))


TASKS = """{
  // how it is started
  "tasks": { "start": "deno run -A main.ts", "test": { "command": "deno test -A" }, },
  "imports": { "@oak/oak": "jsr:@oak/oak@^17", "pg": "npm:pg@8" }
}"""


@pytest.mark.parametrize(
    ("key", "files", "expected"),
    [
        (f.LANGUAGE, {}, "typescript"),
        (f.BUILD_TOOL, {}, "deno"),
        (f.INSTALL, {"deno.lock": "{}"}, "deno install --frozen"),
        (f.START, {}, "deno task start"),
        (f.TEST, {}, "deno task test"),
        (f.FRAMEWORK, {}, f.Framework("oak", "^17")),
        (f.PORT, {"main.ts": "await app.listen({ port: 8081 });"}, 8081),
        (f.PORT, {"main.ts": "Deno.serve(handler);"}, 8000),
        (f.HEALTH_PATH, {"main.ts": "const router = new Router();\nrouter.get('/health', h);"}, "/health"),
        (f.BACKING, {"main.ts": "import pg from 'pg';"}, f.BackingService("postgresql")),
        (f.BACKING, {"main.ts": "// nothing"}, None),
    ],
)
def test_deno(make_repo: MakeRepo, key: Key[Any], files: Mapping[str, str], expected: object) -> None:
    facts = [fact for fact in seen(make_repo, {"deno.jsonc": TASKS, "main.ts": "1", **files}).all(key) if fact.confidence > 1]
    facts = facts or list(seen(make_repo, {"deno.jsonc": TASKS, "main.ts": "1", **files}).all(key)) * (key is f.PORT)
    assert [fact.value for fact in facts[:1]] == ([] if expected is None else [expected])


def test_it_is_recognised_and_not_paved() -> None:
    assert not deno.paved
