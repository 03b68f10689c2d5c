"""Which folders are packages, and which package manager claims them."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from cdgen.stacks import all_stacks
from cdgen.stacks.node import bun, deno, npm, pnpm, yarn, yarn_berry
from tests.conftest import MakeRepo
from tests.stacks.node.look import package

STACKS_HERE = (npm, pnpm, yarn, yarn_berry, bun, deno)
SERVER = package(scripts={"start": "node server.js"}, dependencies={"express": "^5.0.0"})
BERRY = "__metadata:\n  version: 8\n"
YARN1 = "# yarn lockfile v1\n"


def claims(make_repo: MakeRepo, files: Mapping[str, str]) -> dict[str, dict[str, tuple[int, bool]]]:
    """directory -> stack -> (strength, only joins others)."""
    repo = make_repo(files)
    found: dict[str, dict[str, tuple[int, bool]]] = {}
    for stack in STACKS_HERE:
        for claim in stack.detect(repo):
            assert claim.stack == stack.id
            found.setdefault(claim.directory, {})[stack.id] = (claim.strength, claim.root_only)
    return found


@pytest.mark.parametrize(
    ("why", "files"),
    [
        ("no manifest", {"server.js": "1"}),
        ("a marker inside sources", {"src/package.json": '{"type": "module"}', "src/a.js": "1"}),
        ("the input of a generator", {"package.json": '{"name": "{{ name }}", "scripts": {"start": "node ."}}'}),
        ("tools for people at work", {"package.json": '{"devDependencies": {"husky": "9"}}', "main.go": "package main"}),
        ("settings of Deno without code", {"deno.json": "{}", "README.md": "1"}),
        ("assets of Laravel", {"package.json": package(scripts={"build": "vite build"}), "composer.json": "{}", "a.js": "1"}),
        ("assets of Rails", {"package.json": package(dependencies={"react": "18"}), "Gemfile": "", "app/a.js": "1"}),
        ("not an object", {"package.json": "[]", "a.js": "1"}),
    ],
)
def test_claims_nothing(make_repo: MakeRepo, why: str, files: Mapping[str, str]) -> None:
    assert claims(make_repo, files) == {}, why


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, {"npm": (2, False)}),
        ({"package-lock.json": "{}"}, {"npm": (3, False)}),
        ({"npm-shrinkwrap.json": "{}"}, {"npm": (3, False)}),
        ({"pnpm-lock.yaml": "lockfileVersion: '9.0'\n"}, {"pnpm": (3, False)}),
        ({"yarn.lock": YARN1}, {"yarn": (3, False)}),
        ({"yarn.lock": BERRY}, {"yarn-berry": (3, False)}),
        ({".yarnrc.yml": "nodeLinker: node-modules\n"}, {"yarn-berry": (2, False)}),
        ({"package-lock.json": "{}", "yarn.lock": YARN1}, {"npm": (3, False), "yarn": (3, False)}),
        ({"package-lock.json": "{}", "bun.lock": "{}"}, {"npm": (3, False)}),
        ({"bun.lock": "{}"}, {"bun": (3, False)}),
        ({"package.json": package(scripts={"start": "bun src/a.ts"}, dependencies={"hono": "4"})}, {"bun": (2, False)}),
        ({"bun.lockb": "x"}, {"bun": (3, False)}),
        ({"deno.lock": "{}"}, {"deno": (3, False)}),
        ({"deno.json": "{}"}, {"deno": (2, False)}),
        # a package that is published for Deno too is built by the manager that locks it
        ({"deno.json": "{}", "package-lock.json": "{}"}, {"npm": (3, False)}),
        # beside a build file of another paved language the manifest is the weaker claim unless it starts a server
        ({"requirements.txt": "mkdocs\n"}, {"npm": (2, False)}),
    ],
)
def test_one_package(make_repo: MakeRepo, files: Mapping[str, str], expected: object) -> None:
    assert claims(make_repo, {"package.json": SERVER, "server.js": "1", **files}) == {".": expected}


def test_beside_another_language_assets_are_the_weaker_claim(make_repo: MakeRepo) -> None:
    files = {"package.json": package(scripts={"build": "vite build"}), "requirements.txt": "django\n", "src/a.js": "1"}
    assert claims(make_repo, files) == {".": {"npm": (1, False)}}


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ("pnpm@9.5.0", {"npm": (2, False), "pnpm": (3, False)}),
        ("npm@10.2.0", {"npm": (3, False)}),
        ("bun@1.3.0", {"bun": (3, False), "npm": (2, False)}),
        ("yarn@1.22.22", {"npm": (2, False), "yarn": (3, False)}),
        ("yarn@4.1.0", {"npm": (2, False), "yarn-berry": (3, False)}),
        ("bower@1.0.0", {"npm": (3, False)}),
    ],
)
def test_the_named_manager_beats_a_lockfile(make_repo: MakeRepo, named: str, expected: object) -> None:
    manifest = package(packageManager=named, scripts={"start": "node server.js"})
    assert claims(make_repo, {"package.json": manifest, "package-lock.json": "{}", "server.js": "1"}) == {".": expected}


@pytest.mark.parametrize(
    ("root", "stack"),
    [
        ({"package.json": package(workspaces=["apps/*"]), "package-lock.json": "{}"}, "npm"),
        ({"package.json": package(workspaces={"packages": ["apps/**"]}), "yarn.lock": YARN1}, "yarn"),
        ({"package.json": package(), "pnpm-workspace.yaml": "packages:\n  - 'apps/*'\n", "pnpm-lock.yaml": "x: 1\n"}, "pnpm"),
        ({"package.json": package(packageManager="yarn@4.1.0", workspaces=["./apps/api"]), "yarn.lock": BERRY}, "yarn-berry"),
    ],
)
def test_a_member_has_the_lockfile_of_its_workspace(make_repo: MakeRepo, root: Mapping[str, str], stack: str) -> None:
    found = claims(make_repo, {**root, "apps/api/package.json": SERVER, "apps/api/server.js": "1"})
    assert found["apps/api"] == {stack: (3, False)}
    assert set(found.get(".", {}).values()) <= {(3, True)}


def test_a_workspace_that_leaves_a_folder_out(make_repo: MakeRepo) -> None:
    files = {"package.json": package(workspaces=["apps/*", "!apps/old"]), "yarn.lock": YARN1}
    found = claims(make_repo, {**files, "apps/old/package.json": SERVER, "apps/new/package.json": SERVER})
    assert found["apps/new"] == {"yarn": (3, False)} and found["apps/old"] == {"npm": (2, False)}


def test_a_root_that_serves_is_a_service_too(make_repo: MakeRepo) -> None:
    manifest = package(workspaces=["client"], scripts={"start": "node server.js"})
    found = claims(make_repo, {"package.json": manifest, "server.js": "1", "client/package.json": package(main="a.js")})
    assert found["."] == {"npm": (2, False)}


def test_scripts_that_only_call_into_other_folders(make_repo: MakeRepo) -> None:
    manifest = package(scripts={"start": "npm start --prefix web"}, dependencies={"concurrently": "8"})
    files = {"package.json": manifest, "scripts/release.js": "1", "web/package.json": SERVER, "web/server.js": "1"}
    assert set(claims(make_repo, files)) == {"web"}


def test_folders_of_one_package_that_only_have_a_name(make_repo: MakeRepo) -> None:
    found = claims(make_repo, {"package.json": SERVER, "server.js": "1", "lib/auth/package.json": '{"main": "index.js"}'})
    assert set(found) == {"."}


def test_nx_applications_without_a_manifest(make_repo: MakeRepo) -> None:
    target = '{"projectType": "application", "targets": {"build": {}}}'
    files = {
        "package.json": package(dependencies={"express": "4"}),
        "package-lock.json": "{}",
        "nx.json": "{}",
        "apps/api/project.json": target,
        "apps/api/src/main.ts": "1",
        "apps/api-e2e/project.json": target,
        "apps/api-e2e/src/a.ts": "1",
        "apps/java/project.json": target,
        "apps/java/pom.xml": "<project/>",
    }
    found = claims(make_repo, files)
    assert found == {".": {"npm": (3, True)}, "apps/api": {"npm": (3, False)}}


def test_registered_once_each() -> None:
    assert [stack.id for stack in all_stacks() if stack.family == "node"] == ["npm", "pnpm", "yarn", "yarn-berry", "bun", "deno"]
    assert [stack.__name__.rpartition(".")[2].replace("_", "-") for stack in STACKS_HERE] == [stack.id for stack in STACKS_HERE]
