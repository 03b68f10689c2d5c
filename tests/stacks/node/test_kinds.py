"""Language, framework, kind and protocol."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from cdgen.model import facts as f
from tests.conftest import MakeRepo
from tests.stacks.node.look import decided, look, package, with_package

EXPRESS = "const app = require('express')();\napp.listen(3000);\n"


@pytest.mark.parametrize(
    ("files", "parts", "expected"),
    [
        ({"a.js": "1"}, {}, "javascript"),
        ({"a.js": "1", "tsconfig.json": '{"compilerOptions": {"checkJs": true}}'}, {}, "javascript"),
        ({"src/a.ts": "1", "tsconfig.json": "{ // comment\n}"}, {}, "typescript"),
        ({"src/a.ts": "1"}, {"devDependencies": {"typescript": "5"}}, "typescript"),
        ({"a.js": "1", "types.d.ts": "1", "vite.config.ts": "1"}, {"devDependencies": {"typescript": "5"}}, "javascript"),
        ({"a.js": "1", "test/a.test.ts": "1"}, {"devDependencies": {"typescript": "5"}}, "javascript"),
        ({"src/App.vue": '<script setup lang="ts">'}, {"devDependencies": {"typescript": "5"}}, "typescript"),
        ({"tsconfig.json": "{}"}, {}, "typescript"),
    ],
)
def test_language(make_repo: MakeRepo, files: Mapping[str, str], parts: dict[str, Any], expected: str) -> None:
    assert decided(look(make_repo(with_package(files, **parts))), f.LANGUAGE) == expected


@pytest.mark.parametrize(
    ("files", "parts", "expected"),
    [
        ({}, {}, None),
        ({}, {"dependencies": {"lodash": "4"}}, None),
        ({"test/a.js": "require('express')"}, {"devDependencies": {"express": "4"}}, None),
        ({"src/a.js": "import express from 'express'"}, {"devDependencies": {"express": "4"}}, ("express", "4")),
        ({}, {"dependencies": {"express": "^4.17.1"}}, ("express", "^4.17.1")),
        ({}, {"dependencies": {"express": "4", "@nestjs/core": "10"}}, ("nestjs", "10")),
        ({}, {"dependencies": {"react": "18", "next": "14", "express": "4"}}, ("nextjs", "14")),
        ({}, {"devDependencies": {"@sveltejs/kit": "2", "svelte": "5"}}, ("sveltekit", "2")),
        ({}, {"dependencies": {"react-router": "7", "react": "19"}}, ("react", "19")),
        ({}, {"dependencies": {"@react-router/node": "7", "react": "19"}}, ("react-router", "7")),
        ({}, {"dependencies": {"fastify": "file:../fastify"}}, ("fastify", None)),
        ({"angular.json": "{}"}, {"dependencies": {"@angular/core": "17", "express": "4"}}, ("angular", "17")),
    ],
)
def test_framework(make_repo: MakeRepo, files: Mapping[str, str], parts: dict[str, Any], expected: object) -> None:
    found = decided(look(make_repo(with_package(files, **parts))), f.FRAMEWORK)
    assert (tuple(found) if found else None) == expected


def test_a_version_from_the_catalogue(make_repo: MakeRepo) -> None:
    files = {"pnpm-workspace.yaml": "packages: []\ncatalog:\n  koa: ^2.15.0\ncatalogs:\n  old:\n    express: ^4.0.0\n"}
    repo = make_repo(with_package(files, dependencies={"koa": "catalog:", "express": "catalog:old"}))
    assert [tuple(fact.value) for fact in look(repo, stack="pnpm").all(f.FRAMEWORK)] == [("koa", "^2.15.0"), ("express", "^4.0.0")]


@pytest.mark.parametrize(
    ("files", "parts", "kind", "protocol"),
    [
        ({"index.js": "console.log(1)"}, {"scripts": {"start": "node index.js"}}, None, None),
        ({"server.js": EXPRESS}, {"dependencies": {"express": "4"}}, "service", "http"),
        ({"server.js": "require('http').createServer(x).listen(80)"}, {}, "service", "http"),
        ({"index.js": "console.log(1)"}, {"dependencies": {"fastify": "4"}, "scripts": {"start": "node index.js"}}, None, None),
        ({}, {"dependencies": {"next": "14"}, "scripts": {"start": "next start"}}, "service", "http"),
        ({"next.config.js": "module.exports = { output: 'export' }"}, {"dependencies": {"next": "14"}}, "static-site", "http"),
        ({}, {"dependencies": {"react": "18", "vite": "5"}, "scripts": {"build": "vite build"}}, "static-site", "http"),
        ({"docs/a.md": "a"}, {"dependencies": {"@docusaurus/core": "3"}}, "static-site", "http"),
        (
            {"docs/a.md": "", "docs/b/c.mdx": "", "docs/d.md": ""},
            {"dependencies": {"@docusaurus/core": "3"}},
            "documentation-site",
            "http",
        ),
        (
            {"docs/a.md": "", "docs/b/c.mdx": "", "docs/d.md": "", "Dockerfile": "FROM nginx\n"},
            {"dependencies": {"@docusaurus/core": "3"}},
            "static-site",
            "http",
        ),
        (
            {},
            {"dependencies": {"react": "18", "react-scripts": "5"}, "scripts": {"build": "react-scripts build"}},
            "static-site",
            "http",
        ),
        (
            {},
            {"dependencies": {"vue": "3", "vite": "5"}, "scripts": {"build": "vite build"}, "exports": "./dist/a.js"},
            "library",
            None,
        ),
        ({"lib/a.js": "module.exports = 1"}, {"main": "lib/a.js"}, "library", None),
        ({"index.ts": "export const a = 1"}, {"main": "dist/index.js", "types": "dist/index.d.ts"}, "library", None),
        ({"cli.js": "1"}, {"bin": {"shop": "cli.js"}}, "cli", None),
        (
            {"worker.js": "const { Worker } = require('bullmq')"},
            {"scripts": {"start": "node worker.js"}, "dependencies": {"bullmq": "5"}},
            "worker",
            None,
        ),
        ({"a.js": "1"}, {"dependencies": {"artillery": "2"}}, "load-generator", None),
        ({"a.js": "1"}, {"dependencies": {"react-native": "0.7"}}, "app", None),
        ({"a.js": "app.listen(80)"}, {"devDependencies": {"electron": "30"}}, "app", "http"),
        (
            {"app.js": "1"},
            {"dependencies": {"fastify": "4", "fastify-cli": "6"}, "scripts": {"start": "fastify start app.js"}},
            "service",
            "http",
        ),
        ({}, {"devDependencies": {"@sveltejs/kit": "2", "@sveltejs/adapter-static": "3"}}, "static-site", "http"),
        ({}, {"dependencies": {"astro": "4"}}, "static-site", "http"),
        ({}, {"dependencies": {"astro": "4", "@astrojs/node": "8"}}, "service", "http"),
        (
            {"a.js": "const grpc = require('@grpc/grpc-js');\nconst s = new grpc.Server();\ns.bindAsync('0.0.0.0:50051', x, y);"},
            {"dependencies": {"@grpc/grpc-js": "1"}},
            "service",
            "grpc",
        ),
        (
            {"a.js": "const c = new proto.Client(x)"},
            {"dependencies": {"@grpc/grpc-js": "1"}, "scripts": {"start": "node a.js"}},
            None,
            None,
        ),
    ],
)
def test_kind_and_protocol(
    make_repo: MakeRepo, files: Mapping[str, str], parts: dict[str, Any], kind: str | None, protocol: str | None
) -> None:
    facts = look(make_repo(with_package(files, **parts)))
    assert (decided(facts, f.KIND), decided(facts, f.PROTOCOL)) == (kind, protocol)


def test_an_nx_application_has_only_what_it_imports(make_repo: MakeRepo) -> None:
    files = {
        "package.json": package(dependencies={"express": "4", "next": "14", "pg": "8"}),
        "nx.json": "{}",
        "apps/api/project.json": '{"projectType": "application", "targets": {"build": {}}}',
        "apps/api/src/main.ts": "import * as express from 'express';\nexpress().listen(process.env.port || 3333);\n",
    }
    facts = look(make_repo(files), "apps/api")
    assert decided(facts, f.FRAMEWORK).name == "express" and decided(facts, f.PORT) == 3333
    assert facts.all(f.BACKING) == ()
