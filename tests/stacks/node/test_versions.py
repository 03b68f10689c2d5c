"""Which Node and which release of the package manager; and what the pins make of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from cdgen.model import facts as f
from cdgen.road.pins import Pins
from cdgen.stacks.node.versions import allows, as_range, node_version, satisfying
from tests.conftest import MakeRepo
from tests.stacks.node.look import decided, first, look, package, with_package


@pytest.mark.parametrize(
    ("files", "expected", "line"),
    [
        ({".nvmrc": "v20.11.1\n"}, "v20.11.1", 1),
        ({".nvmrc": "# ours\n\nlts/iron\n"}, "lts/iron", 3),
        ({".node-version": "22\n"}, "22", 1),
        ({".tool-versions": "python 3.12\nnodejs 18.20.0\n"}, "18.20.0", 2),
        ({"mise.toml": '[tools]\nnode = "24"\n'}, "24", 2),
        ({"mise.toml": '[tools]\nnode = ["22", "24"]\n'}, "22", 2),
        ({".npmrc": "save-exact=true\nuse-node-version=20.5.0\n"}, "20.5.0", 2),
    ],
)
def test_version_files(make_repo: MakeRepo, files: Mapping[str, str], expected: str, line: int) -> None:
    facts = look(make_repo(with_package(files)))
    fact = first(facts, f.LANGUAGE_VERSION)
    assert (str(fact.value), fact.source and fact.source.line) == (expected, line)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({}, None),
        ({"engines": {"npm": ">=9"}}, None),
        ({"engines": {"node": "*"}}, None),
        ({"engines": {"node": ">=18"}}, ">=18"),
        ({"volta": {"node": "20.1.0"}, "engines": {"node": ">=18"}}, None),  # two answers, equally sure: a person decides
        ({"devEngines": {"runtime": {"name": "node", "version": "^22"}}}, "^22"),
        ({"devEngines": {"runtime": {"name": "bun", "version": "1"}}}, None),
        ({"engines": ["node >= 0.8"]}, None),
    ],
)
def test_the_manifest(make_repo: MakeRepo, parts: dict[str, Any], expected: str | None) -> None:
    found = decided(look(make_repo({"package.json": package(**parts)})), f.LANGUAGE_VERSION)
    assert (str(found) if found else None) == expected


def test_a_version_file_beats_the_manifest_and_a_member_reads_the_root(make_repo: MakeRepo) -> None:
    files = {"package.json": package(workspaces=["api"], engines={"node": ">=18"}), ".nvmrc": "22\n", "yarn.lock": ""}
    facts = look(make_repo({**files, "api/package.json": package(main="a.js")}), "api", "yarn")
    assert str(decided(facts, f.LANGUAGE_VERSION)) == "22"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({".nvmrc": "v20.1.0\n", ".node-version": "20.1.0\n"}, "v20.1.0"),
        ({".nvmrc": "20\n", ".node-version": "22\n"}, None),
        ({"api/.nvmrc": "20\n", ".nvmrc": "22\n"}, "20"),
        ({"api/.node-version": "20\n", ".nvmrc": "22\n"}, "20"),
    ],
)
def test_several_version_files(make_repo: MakeRepo, files: Mapping[str, str], expected: str | None) -> None:
    root = {"package.json": package(workspaces=["api"]), "yarn.lock": "", "api/package.json": package(main="a.js")}
    found = decided(look(make_repo({**root, **files}), "api", "yarn"), f.LANGUAGE_VERSION)
    assert (str(found) if found else None) == expected


@pytest.mark.parametrize(
    ("stack", "files", "parts", "expected"),
    [
        ("npm", {}, {}, None),
        ("npm", {}, {"engines": {"npm": ">=10"}}, None),
        ("npm", {}, {"packageManager": "npm@10.8.1"}, "10.8.1"),
        ("pnpm", {}, {"packageManager": "pnpm@9.5.0+sha512.abc"}, "9.5.0"),
        ("pnpm", {"pnpm-lock.yaml": "lockfileVersion: '9.0'\n"}, {}, "9"),
        ("pnpm", {"pnpm-lock.yaml": "lockfileVersion: '6.0'\n"}, {}, "8"),
        ("pnpm", {"pnpm-lock.yaml": "lockfileVersion: 5.4\n"}, {}, "7"),
        ("pnpm", {"pnpm-lock.yaml": "lockfileVersion: '9.0'\n"}, {"engines": {"pnpm": ">=8"}}, "9"),
        ("pnpm", {"pnpm-lock.yaml": "lockfileVersion: '9.0'\n"}, {"engines": {"pnpm": "^10"}}, "^10"),
        ("pnpm", {"pnpm-lock.yaml": "lockfileVersion: '9.0'\n", "pnpm-workspace.yaml": "overrides:\n  a: 1\n"}, {}, "10"),
        ("yarn", {"yarn.lock": "# yarn lockfile v1\n"}, {}, "1"),
        ("yarn-berry", {"yarn.lock": "# x\n\n__metadata:\n  version: 8\n  cacheKey: 10\n"}, {}, "4"),
        ("yarn-berry", {".yarnrc.yml": "yarnPath: .yarn/releases/yarn-3.2.4.cjs\n", "yarn.lock": ""}, {}, "3.2.4"),
    ],
)
def test_the_package_manager(
    make_repo: MakeRepo, stack: str, files: Mapping[str, str], parts: dict[str, Any], expected: str | None
) -> None:
    assert decided(look(make_repo(with_package(files, **parts)), stack=stack), f.BUILD_TOOL_VERSION) == expected


OFFERED = ("26.4.0", "24.19.0", "24.18.0", "22.23.3")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*", OFFERED),
        (">=16", OFFERED),
        ("24", ("24.19.0", "24.18.0")),
        ("v24.18.0", ("24.18.0",)),
        ("22.1.0", ("22.23.3",)),  # a newer release of the line that was asked for
        ("24.19.5", ()),  # newer than what there is
        ("20", ()),
        ("20.x || >=22 <23", ("22.23.3",)),
        ("lts/jod", ("22.23.3",)),
        ("lts/krypton", ("24.19.0", "24.18.0")),
        ("node", OFFERED),
        ("^24.18.1", ("24.19.0",)),
    ],
)
def test_what_satisfies(text: str, expected: tuple[str, ...]) -> None:
    assert satisfying(text, OFFERED) == expected


@pytest.mark.parametrize("number", ["24", "24.18", "24.18.0", "24.18.1", "22.x", "24.x.x", "26.4.*", "0.10", "18"])
@pytest.mark.parametrize("sign", ["", "v", "^", "~", ">=", ">= "])
def test_plain_ranges_mean_what_the_library_says(sign: str, number: str) -> None:
    import nodesemver

    offered = (*OFFERED, "0.10.4", "0.11.0")
    expected = [version for version in offered if nodesemver.satisfies(version, sign + number, True)]
    assert [version for version in offered if allows(sign + number, version)] == expected


@pytest.mark.parametrize(
    ("stated", "expected"),
    [("20.x", "20"), ("lts/iron", "20"), ("v14.17.3", "14.17.3"), ("^18.12", "18"), ("16 || 18", None), ("latest-stable", None)],
)
def test_a_line_without_a_pin_stays_as_stated(stated: str, expected: str | None) -> None:
    assert node_version(stated, Pins()) == expected


def test_the_default_has_a_runtime_without_a_shell() -> None:
    pins = Pins()
    found = node_version(None, pins)
    assert found and node_version(">=16", pins) == found
    assert pins.image(f"gcr.io/distroless/nodejs{found.partition('.')[0]}-debian13", "nonroot")


def test_code_names() -> None:
    assert (as_range("lts/Iron"), as_range("lts/*"), as_range("20.x")) == ("20", "*", "20.x")
