"""The steps as the repository runs them, and no step that it does not have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Key
from tests.conftest import MakeRepo
from tests.stacks.node.look import decided, first, look, package, with_package

PLACEHOLDER = 'echo "Error: no test specified" && exit 1'
STEPS: tuple[Key[Any], ...] = (f.LINT, f.TEST, f.COVERAGE, f.INTEGRATION, f.BUILD, f.START)


@pytest.mark.parametrize(
    "parts", [{}, {"scripts": {}}, {"scripts": {"test": PLACEHOLDER}}, {"scripts": {"test": "exit 0", "dev": "vite"}}]
)
def test_a_step_that_is_not_there_is_no_fact(make_repo: MakeRepo, parts: dict[str, Any]) -> None:
    facts = look(make_repo({"package.json": package(**parts)}))
    assert [key.name for key in STEPS if facts.all(key)] == []


@pytest.mark.parametrize(
    ("stack", "files", "expected"),
    [
        ("npm", {}, "npm install"),
        ("npm", {"package-lock.json": "{}"}, "npm ci"),
        ("pnpm", {"pnpm-lock.yaml": ""}, "pnpm install --frozen-lockfile"),
        ("pnpm", {}, "pnpm install"),
        ("yarn", {"yarn.lock": ""}, "yarn install --frozen-lockfile"),
        ("yarn-berry", {"yarn.lock": "__metadata:"}, "yarn install --immutable"),
    ],
)
def test_install(make_repo: MakeRepo, stack: str, files: Mapping[str, str], expected: str) -> None:
    assert decided(look(make_repo(with_package(files)), stack=stack), f.INSTALL) == expected


def test_npm_installs_a_member_from_the_root(make_repo: MakeRepo) -> None:
    files = {
        "package.json": package(workspaces=["apps/*"]),
        "package-lock.json": "{}",
        "apps/api/package.json": package(main="a.js"),
    }
    fact = first(look(make_repo(files), "apps/api"), f.INSTALL)
    assert (fact.value, str(fact.source)) == ("npm ci --prefix ../..", "package-lock.json")


@pytest.mark.parametrize(
    ("stack", "scripts", "key", "expected"),
    [
        ("npm", {"lint": "eslint ."}, f.LINT, "npm run lint"),
        ("pnpm", {"lint:check": "biome lint"}, f.LINT, "pnpm run lint:check"),
        ("npm", {"test": "jest"}, f.TEST, "npm test"),
        ("yarn", {"test": "mocha"}, f.TEST, "yarn test"),
        ("npm", {"test": "jest --watch", "test:ci": "jest --ci"}, f.TEST, "npm run test:ci"),
        ("npm", {"test": PLACEHOLDER, "test:unit": "vitest run"}, f.TEST, "npm run test:unit"),
        ("npm", {"test": "ng test"}, f.TEST, "npm test -- --watch=false"),
        ("npm", {"test": "jest"}, f.COVERAGE, "npm test -- --coverage"),
        ("pnpm", {"test": "jest"}, f.COVERAGE, "pnpm test --coverage"),
        ("npm", {"test": "nyc mocha"}, f.COVERAGE, "npm test"),
        ("npm", {"test": "mocha"}, f.COVERAGE, None),
        ("npm", {"test": "jest", "test:cov": "jest --coverage"}, f.COVERAGE, "npm run test:cov"),
        ("npm", {"test:e2e": "jest --config e2e.json"}, f.INTEGRATION, "npm run test:e2e"),
        ("npm", {"test:e2e": "cypress run"}, f.INTEGRATION, None),
        ("npm", {"build": "tsc"}, f.BUILD, "npm run build"),
        ("npm", {"start": "node a.js"}, f.START, "npm start"),
        ("yarn-berry", {"start": "next start"}, f.START, "yarn start"),
        ("npm", {"start": "react-scripts start"}, f.START, None),
        ("npm", {"start": "nx serve"}, f.START, None),
        ("npm", {"start": "nest start", "start:prod": "node dist/main"}, f.START, "npm run start:prod"),
        ("npm", {"lint; rm -rf": "x", "lint": "y"}, f.LINT, "npm run lint"),
    ],
)
def test_scripts(make_repo: MakeRepo, stack: str, scripts: dict[str, str], key: Key[Any], expected: str | None) -> None:
    assert decided(look(make_repo({"package.json": package(scripts=scripts)}), stack=stack), key) == expected


@pytest.mark.parametrize(
    ("files", "parts", "expected"),
    [
        ({"index.js": "console.log(1)"}, {}, "node index.js"),
        ({"src/a.js": "start()"}, {"main": "./src/a.js"}, "node src/a.js"),
        ({"server.js": "module.exports = app"}, {}, "node server.js"),
        ({"lib/a.js": "module.exports = 1"}, {"main": "lib/a.js"}, None),
        ({"index.js": "export const a = 1"}, {"main": "index.js", "exports": "./index.js"}, None),
        ({"index.ts": "1"}, {"main": "index.js"}, None),
        ({"server.js": "1"}, {"scripts": {"start": "nodemon server.js"}}, "node server.js"),
        ({"cli.js": "1"}, {"bin": "cli.js", "main": "cli.js"}, None),
    ],
)
def test_what_node_starts_without_a_script(
    make_repo: MakeRepo, files: Mapping[str, str], parts: dict[str, Any], expected: str | None
) -> None:
    assert decided(look(make_repo(with_package(files, **parts))), f.START) == expected


def test_tools_that_no_script_runs_are_only_a_default(make_repo: MakeRepo) -> None:
    files = {"eslint.config.js": "x", "test/a.test.js": "x"}
    facts = look(make_repo(with_package(files, devDependencies={"eslint": "9", "mocha": "10"})), stack="pnpm")
    found = [(first(facts, key).value, first(facts, key).confidence) for key in (f.LINT, f.TEST)]
    assert found == [("pnpm exec eslint .", Confidence.DEFAULT), ("pnpm exec mocha", Confidence.DEFAULT)]


def test_targets_of_nx(make_repo: MakeRepo) -> None:
    target = '{"targets": {"build": {"options": {"outputPath": "dist/api", "main": "src/main.ts"}}, "lint": {}, "test": {}}}'
    facts = look(make_repo(with_package({"project.json": target, "src/main.ts": "1"}, scripts={"test": "nx test"})))
    expected = ("npx nx lint", "npm test", "npx nx build", "node dist/api/main.js")
    assert tuple(decided(facts, key) for key in (f.LINT, f.TEST, f.BUILD, f.START)) == expected


@pytest.mark.parametrize(
    ("files", "parts", "expected"),
    [
        ({}, {"scripts": {"build": "tsc"}}, ()),
        ({"prisma/schema.prisma": "x"}, {"dependencies": {"@prisma/client": "5"}}, ("npx prisma generate",)),
        ({"db/schema.prisma": "x"}, {"dependencies": {"@prisma/client": "5"}}, ("npx prisma generate --schema db/schema.prisma",)),
        (
            {"prisma/schema.prisma": "x"},
            {"dependencies": {"@prisma/client": "5"}, "scripts": {"postinstall": "prisma generate"}},
            (),
        ),
        ({}, {"scripts": {"codegen": "graphql-codegen"}}, ("npm run codegen",)),
        ({}, {"scripts": {"codegen": "graphql-codegen --watch"}}, ()),
        ({}, {"scripts": {"proto": "protoc --ts_out=. a.proto", "prepare": "npm run proto"}}, ()),
    ],
)
def test_code_generation(make_repo: MakeRepo, files: Mapping[str, str], parts: dict[str, Any], expected: tuple[str, ...]) -> None:
    assert look(make_repo(with_package(files, **parts))).values(f.CODEGEN) == expected
