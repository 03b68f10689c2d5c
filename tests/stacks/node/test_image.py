"""What an image is built from and what it starts; every Dockerfile is rendered from its real template."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from cdgen.emitters.image.dockerfile import _dockerfile
from cdgen.model import facts as f
from cdgen.model.config import Config
from cdgen.model.service import ImageRecipe, Service
from cdgen.repo import Repo, Scope
from cdgen.road.load import load_road
from cdgen.spec.collect import collect
from cdgen.spec.config import DEFAULT_ROAD
from cdgen.spec.decide import decide
from cdgen.stacks.node.entry import Entry, entry
from cdgen.stacks.node.workspace import read_package
from tests.conftest import MakeRepo
from tests.stacks.node.look import look, package, with_package

LOCK = {"package-lock.json": "{}"}
PNPM = {"pnpm-lock.yaml": "lockfileVersion: '9.0'\n"}
SERVER = "require('express')().listen(process.env.PORT || 8080)"
START = {"scripts": {"start": "node server.js"}, "dependencies": {"express": "5"}}


def service(repo: Repo, directory: str = ".") -> Service:
    config = Config(None, DEFAULT_ROAD, None, (), (), "")
    services, _ = decide(collect(repo, ".", config), config, load_road(config.road, repo), None)
    return next(each for each in services if each.directory == directory)


def recipe(repo: Repo, directory: str = ".") -> ImageRecipe:
    found = service(repo, directory)
    assert found.recipe, found.no_image
    return found.recipe


def instructions(repo: Repo, directory: str = ".") -> list[str]:
    """The lines of the Dockerfile without comments and blank lines, continuation lines joined."""
    text = _dockerfile(recipe(repo, directory)).replace(" \\\n    ", " ")
    return [line for line in text.splitlines() if line and not line.startswith("# generated")]


def commands(lines: list[str]) -> list[str]:
    """What RUN does, without mounts."""
    runs = (line.removeprefix("RUN ") for line in lines if line.startswith("RUN "))
    return [" ".join(word for word in run.split(" ") if not word.startswith("--mount=")) for run in runs]


@pytest.mark.parametrize(
    ("start", "parts", "expected"),
    [
        ("node a.js", {}, Entry(("a.js",), (), "a.js")),
        ("npm start", {"scripts": {"start": "node ./dist/a.js --port 1"}}, Entry(("./dist/a.js", "--port", "1"), (), "dist/a.js")),
        (
            "yarn start",
            {"scripts": {"start": "cross-env A=1 node -r dotenv/config a.js"}},
            Entry(("-r", "dotenv/config", "a.js"), (("A", "1"),), "a.js"),
        ),
        (
            "pnpm run start:prod",
            {"scripts": {"start:prod": "NODE_ENV=production node a.js"}},
            Entry(("a.js",), (("NODE_ENV", "production"),), "a.js"),
        ),
        ("npm start", {"scripts": {"start": "npm run serve", "serve": "node a.js"}}, Entry(("a.js",), (), "a.js")),
        (
            "npm start",
            {"scripts": {"start": "npm run build && node dist/a.js", "build": "tsc"}},
            Entry(("dist/a.js",), (), "dist/a.js"),
        ),
        (
            "npm start",
            {"scripts": {"start": "next start -p 80"}},
            Entry(("node_modules/next/dist/bin/next", "start", "-p", "80"), (), "node_modules/next/dist/bin/next"),
        ),
        ("npm start", {"scripts": {"start": "nest start"}}, Entry(("dist/main.js",), (), "dist/main.js")),
        (
            "npm start",
            {"scripts": {"start": "tsx src/a.ts"}, "dependencies": {"tsx": "4"}},
            Entry(("--import", "tsx", "src/a.ts"), (), "src/a.ts"),
        ),
        ("pm2-runtime a.js", {}, Entry(("a.js",), (), "a.js")),
    ],
)
def test_what_is_started(make_repo: MakeRepo, start: str, parts: dict[str, Any], expected: Entry) -> None:
    found = entry(start, read_package(Scope(make_repo({"package.json": package(**parts)}), ".")))
    assert found == expected


@pytest.mark.parametrize(
    ("scripts", "words"),
    [
        ({"start": "prisma migrate deploy && node a.js"}, "needs a shell"),
        ({"start": "node $OPTIONS a.js"}, "needs a shell"),
        ({"start": "node a.js | bunyan"}, "needs a shell"),
        ({"start": "tsx src/a.ts"}, "development dependency"),
        ({"start": "node --watch a.js"}, "for development"),
        ({"start": "concurrently a b"}, "not a program that node starts"),
        ({"start": "npm run start"}, "not a program that node starts"),
    ],
)
def test_what_cannot_be_started_says_why(make_repo: MakeRepo, scripts: dict[str, str], words: str) -> None:
    found = entry("npm start", read_package(Scope(make_repo({"package.json": package(scripts=scripts)}), ".")))
    assert isinstance(found, str) and words in found


def test_a_plain_service(make_repo: MakeRepo) -> None:
    files = with_package(
        {**LOCK, "server.js": SERVER, "lib/a.js": "1", "test/a.test.js": "1", "README.md": "#", ".env": "A=1"}, **START
    )
    lines = instructions(make_repo(files))
    assert [line.partition("@")[0] for line in lines[:2]] == ["# syntax=docker/dockerfile:1.26.0", "FROM node:24.18.0-slim"]
    assert commands(lines) == ["npm ci --omit=dev"]
    assert lines[-10:] == [
        'ENV NODE_ENV="production"',
        'ENV PORT="8080"',
        'COPY --from=build ["/app/node_modules", "./node_modules"]',
        'COPY --from=build ["/app/package.json", "./package.json"]',
        'COPY --from=build ["/app/lib", "./lib"]',
        'COPY --from=build ["/app/server.js", "./server.js"]',
        "USER 65532:65532",
        "EXPOSE 8080",
        "HEALTHCHECK NONE",
        'ENTRYPOINT ["/nodejs/bin/node", "server.js"]',
    ]
    assert set(recipe(make_repo(files)).include) == {"package.json", "package-lock.json", "lib", "server.js"}


@pytest.mark.parametrize(
    ("files", "parts", "expected"),
    [
        (LOCK, {}, ["npm ci", "npm run build && npm prune --omit=dev"]),
        ({}, {}, ["npm install", "npm run build && npm prune --omit=dev"]),
        (
            PNPM,
            {},
            [
                "npm install --global --force pnpm@9",
                "pnpm install --frozen-lockfile",
                "pnpm run build && pnpm prune --prod --ignore-scripts",
            ],
        ),
        (
            {"yarn.lock": "# yarn lockfile v1\n"},
            {},
            [
                "npm install --global --force yarn@1",
                "yarn install --frozen-lockfile",
                "yarn run build && yarn install --frozen-lockfile --production --ignore-scripts --prefer-offline",
            ],
        ),
        (
            {"yarn.lock": "__metadata:\n  version: 8\n"},
            {"packageManager": "yarn@4.9.1"},
            [
                "npm install --global --force @yarnpkg/cli-dist@4.9.1",
                "yarn install --immutable",
                "yarn run build && yarn workspaces focus --production",
            ],
        ),
    ],
)
def test_a_build_leaves_production_dependencies(
    make_repo: MakeRepo, files: Mapping[str, str], parts: dict[str, Any], expected: list[str]
) -> None:
    scripts = {"scripts": {"build": "tsc", "start": "node dist/server.js"}, "dependencies": {"express": "5"}}
    repo = make_repo(with_package({**files, "src/server.ts": SERVER, "tsconfig.json": "{}"}, **scripts, **parts))
    lines = instructions(repo)
    assert commands(lines) == expected
    kept = [line for line in lines if line.startswith("COPY --from")]
    assert kept == [f'COPY --from=build ["/app/{name}", "./{name}"]' for name in ("node_modules", "package.json", "dist")]


def test_scripts_that_installing_runs_see_the_sources_and_all_tools(make_repo: MakeRepo) -> None:
    scripts = {"postinstall": "tsc --build", "start": "node dist/web.js"}
    lines = instructions(
        make_repo(with_package({**LOCK, "web.ts": SERVER, "tsconfig.json": "{}"}, scripts=scripts, dependencies={"express": "5"}))
    )
    assert commands(lines) == ["npm ci && npm prune --omit=dev"]
    assert lines.index('COPY ["tsconfig.json", "web.ts", "./"]') < next(at for at, line in enumerate(lines) if "npm ci" in line)


def test_secrets_are_mounted_and_never_stored(make_repo: MakeRepo) -> None:
    npmrc = "@acme:registry=https://npm.acme.test\n//npm.acme.test/:_authToken=${ACME_TOKEN}\n"
    text = _dockerfile(recipe(make_repo(with_package({**LOCK, ".npmrc": npmrc, "server.js": SERVER}, **START))))
    assert "RUN --mount=type=secret,id=ACME_TOKEN,env=ACME_TOKEN --mount=type=cache" in text
    assert not [line for line in text.splitlines() if "ACME_TOKEN" in line and line.startswith(("ENV", "ARG"))]


def test_a_member_is_built_from_its_workspace(make_repo: MakeRepo) -> None:
    files = {
        "package.json": package(workspaces=["apps/*", "packages/*"]),
        **LOCK,
        "packages/words/package.json": package(name="@shop/words", scripts={"build": "tsc"}, dependencies={"ms": "2"}),
        "packages/words/src/index.ts": "1",
        "packages/rules/package.json": package(name="@shop/rules", main="a.js"),
        "apps/api/package.json": package(
            name="@shop/api",
            scripts={"start": "node server.js"},
            dependencies={"@shop/words": "*", "express": "5"},
            devDependencies={"@shop/rules": "*"},
        ),
        "apps/api/server.js": SERVER,
        "apps/web/package.json": package(name="@shop/web", main="a.js"),
    }
    repo = make_repo(files)
    found = recipe(repo, "apps/api")
    lines = instructions(repo, "apps/api")
    assert found.context == "."
    assert "apps/web/package.json" in found.include and "apps/web" not in found.include
    assert commands(lines) == [
        "npm ci",
        "npm run build --workspace @shop/words"
        " && npm ci --omit=dev --prefer-offline --workspace @shop/api && mkdir -p apps/api/node_modules",
    ]
    kept = [line.split('"')[1] for line in lines if line.startswith("COPY --from")]
    assert "/app/packages/words" in kept and "/app/packages/rules" not in kept and "/app/apps/web" not in kept
    assert lines[-1] == 'ENTRYPOINT ["/nodejs/bin/node", "server.js"]' and "WORKDIR /app/apps/api" in lines


def test_pages_are_served_without_node(make_repo: MakeRepo) -> None:
    parts = {"scripts": {"build": "vite build"}, "dependencies": {"react": "18"}, "devDependencies": {"vite": "5"}}
    lines = instructions(
        make_repo(
            with_package(
                {**LOCK, "index.html": "", "src/a.jsx": "1", "vite.config.js": "x({ build: { outDir: 'site' } })"}, **parts
            )
        )
    )
    assert commands(lines)[:2] == ["npm ci", "npm run build"]
    assert 'COPY --from=build ["/app/site", "/usr/share/nginx/html"]' in lines
    assert lines[-4:] == ["USER 65532:65532", "EXPOSE 8080", "HEALTHCHECK NONE", 'ENTRYPOINT ["nginx", "-g", "daemon off;"]']


def test_next_standalone(make_repo: MakeRepo) -> None:
    files = {**LOCK, "next.config.js": "module.exports = { output: 'standalone' }", "app/page.js": "1", "public/a.txt": "1"}
    lines = instructions(
        make_repo(with_package(files, scripts={"build": "next build", "start": "next start"}, dependencies={"next": "15"}))
    )
    kept = [line.split('"')[1::2] for line in lines if line.startswith("COPY --from")]
    assert kept == [["/app/.next/standalone", "./"], ["/app/.next/static", "./.next/static"], ["/app/public", "./public"]]
    assert 'ENV HOSTNAME="0.0.0.0"' in lines and lines[-1] == 'ENTRYPOINT ["/nodejs/bin/node", "server.js"]'


@pytest.mark.parametrize(
    ("node", "build", "runtime"),
    [
        ("24", "node:24.18.0-slim", "gcr.io/distroless/nodejs24-debian13:nonroot"),
        (">=18", "node:24.18.0-slim", "gcr.io/distroless/nodejs24-debian13:nonroot"),
        ("26.4.0", "node:26.4.0-slim", "node:26.4.0-slim"),
        ("^22", "node:22.23.3-alpine", "node:22.23.3-alpine"),  # one C library in both
    ],
)
def test_bases(make_repo: MakeRepo, node: str, build: str, runtime: str) -> None:
    found = recipe(make_repo(with_package({**LOCK, "server.js": SERVER}, **START, engines={"node": node})))
    assert [found.bases[name].partition("@")[0] for name in ("build", "runtime")] == [build, runtime]
    assert all("@sha256:" in reference for reference in found.bases.values())


def test_modules_that_compile_get_the_image_with_a_compiler(make_repo: MakeRepo) -> None:
    files = {"package-lock.json": '{"packages": {"node_modules/node-gyp": {}}}', "server.js": SERVER}
    assert recipe(make_repo(with_package(files, **START))).bases["build"].startswith("node:24.19.0@sha256:")


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({**START, "engines": {"node": "16"}}, "none is pinned for Node 16"),
        ({**START, "scripts": {"start": "node a.js && node b.js"}}, "needs a shell"),
        ({**START, "dependencies": {"express": "5", "puppeteer": "23"}}, "puppeteer"),
    ],
)
def test_no_image_says_why(make_repo: MakeRepo, parts: dict[str, Any], words: str) -> None:
    repo = make_repo(with_package({**LOCK, "server.js": SERVER}, **parts))
    found = service(repo)
    assert found.recipe is None and len(found.no_image) == 1 and words in found.no_image[0]


def test_an_image_of_its_own_needs_no_reason(make_repo: MakeRepo) -> None:
    files = {**LOCK, "server.js": SERVER, "Dockerfile": "FROM node:16\nCMD node server.js\n"}
    assert look(make_repo(with_package(files, **START, engines={"node": "16"}))).all(f.NO_IMAGE) == ()


def test_the_toolchain(make_repo: MakeRepo) -> None:
    files = {"pnpm-lock.yaml": "lockfileVersion: '9.0'\n", ".nvmrc": "24\n", "server.js": SERVER}
    found = service(make_repo(with_package(files, **START, packageManager="pnpm@10.1.0"))).toolchain
    assert found == ("node", "24.19.0", ".nvmrc", "pnpm", "10.1.0", ("pnpm-lock.yaml",))
