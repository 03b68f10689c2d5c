"""What is made for an Elixir service: toolchain, image, the steps of its pipeline."""

from __future__ import annotations

from pathlib import Path

import pytest

from cdgen import app
from cdgen.emitters.ci.github.base import script
from cdgen.emitters.ci.github.toolchains import set_up
from cdgen.model.service import Service, Toolchain
from cdgen.plan.packages import index_settings
from cdgen.repo import Scope
from cdgen.road.pins import Pins
from cdgen.stacks.beam import mix
from cdgen.stacks.beam.toolchain import allows, release
from tests.conftest import MakeRepo
from tests.emitters.test_github_scripts import counted, run, write
from tests.stacks.beam.seen import APPLICATION, project

ALLOWED = (
    ("~> 1.14", "1.19.5", True),
    ("~> 1.14", "2.0.0", False),
    ("~> 1.14.2", "1.19.5", False),
    (">= 1.12.0 and < 1.19.0", "1.19.5", False),
    ("~> 1.18.0 or ~> 1.19.0", "1.19.5", True),
    ("1.19", "1.19.5", True),
    ("1.18.4", "1.19.5", False),
    ("whatever", "1.19.5", False),
)


@pytest.mark.parametrize(("asked", "offered", "expected"), ALLOWED)
def test_requirements(asked: str, offered: str, expected: bool) -> None:
    assert allows(asked, offered) is expected


def test_the_newest_release_that_will_do() -> None:
    assert release("~> 1.14", ("1.20.1", "1.19.5")) == "1.20.1"
    assert release("~> 1.19.2", ("1.20.1", "1.19.5")) == "1.19.5"
    assert release("~> 1.14.2", ("1.20.1", "1.19.5")) is None
    assert release(None, ()) is None


def service(make_repo: MakeRepo, files: dict[str, str]) -> Service:
    (found,) = app.inspect(make_repo(files).root).services
    return found


SERVER = {"lib/a.ex": APPLICATION % "{Bandit, plug: A, port: 4001}"}
BANDIT = '{:bandit, "~> 1.12"}'


def test_an_image_is_a_release(make_repo: MakeRepo) -> None:
    recipe = service(make_repo, {"mix.exs": project(BANDIT), "mix.lock": "%{}\n", "config/config.exs": "", **SERVER}).recipe
    assert recipe is not None
    assert recipe.values["entrypoint"] == ("/app/bin/shop", "start")
    assert recipe.values["build"] == "mix compile && mix release --path /out"
    assert recipe.values["packages"] == ""
    assert recipe.include == ("mix.exs", "mix.lock", "config", "lib")
    assert recipe.bases["build"].startswith("elixir:1.") and "-alpine@sha256:" in recipe.bases["build"]


def test_packages_come_from_the_index_of_the_road(make_repo: MakeRepo) -> None:
    repo = make_repo({"mix.exs": project(BANDIT), **SERVER})
    found = app.inspect(repo.root)
    road = found.road._replace(indexes={"hex": "https://hex.example.org"})
    (elixir,) = found.services
    recipe = mix.image(elixir, Scope(repo, "."), road, Pins())
    assert recipe is not None and dict(recipe.values["settings"])["HEX_MIRROR"] == "https://hex.example.org"
    assert index_settings(elixir, road) == (("HEX_MIRROR", "https://hex.example.org"),)
    assert index_settings(elixir, found.road) == ()


def test_packages_that_the_base_image_has_not(make_repo: MakeRepo) -> None:
    deps = f'{BANDIT}, {{:bcrypt_elixir, "~> 3.0"}}, {{:icons, github: "x/icons"}}'
    recipe = service(make_repo, {"mix.exs": project(deps), **SERVER}).recipe
    assert recipe is not None and recipe.values["packages"] == "apk add --no-cache build-base=~0.5 git=~2"


NO_IMAGE = {
    "several releases": (project(BANDIT, "releases: [a: [], b: []],"), {}, "several releases"),
    "a private package": (project(f'{BANDIT}, {{:own, "~> 1.0", organization: "acme"}}'), {}, "private organisation"),
    "a folder outside": (project(f'{BANDIT}, {{:own, path: "../own"}}'), {}, "lies outside"),
    "assets of Node.js": (project(BANDIT), {"assets/package.json": "{}", "assets/package-lock.json": "{}"}, "Node.js"),
}


@pytest.mark.parametrize("case", NO_IMAGE)
def test_no_image_and_why(make_repo: MakeRepo, case: str) -> None:
    manifest, files, reason = NO_IMAGE[case]
    root = make_repo({"mix.exs": manifest, **SERVER, **files}).root
    found = next(each for each in app.inspect(root).services if each.directory == ".")
    assert found.recipe is None and reason in " ".join(found.no_image)


def test_set_up_installs_both_as_the_image_has_them() -> None:
    (step,) = set_up(Toolchain("elixir", "1.19.5"), Pins(), cached=True)
    assert dict(step.inputs) == {"elixir-version": "1.19.5", "otp-version": "28"}
    (step,) = set_up(Toolchain("elixir", None, ".tool-versions"), Pins(), cached=True)
    assert dict(step.inputs) == {"version-file": ".tool-versions", "version-type": "strict"}
    (step,) = set_up(Toolchain("elixir", "1.14"), Pins(), cached=True)
    assert dict(step.inputs) == {"elixir-version": "1.14", "otp-version": "25"}
    (step,) = set_up(Toolchain("elixir", "1.20.1"), Pins(), cached=True)
    assert str(dict(step.inputs)["otp-version"]).startswith("28")
    assert list(set_up(Toolchain("elixir", None, "mix.exs"), Pins(), cached=True)) == []


VERSIONS: tuple[tuple[str, dict[str, str], str | None], ...] = (
    ("~> 1.14", {}, "1.19.5"),
    ("~> 1.20", {}, "1.20.1"),
    ("~> 1.14.2", {}, "1.14"),
    ("~> 1.14", {".tool-versions": "elixir 1.15.7\nerlang 26.1\n"}, None),
)


@pytest.mark.parametrize(("asked", "files", "expected"), VERSIONS)
def test_the_version_that_is_installed(make_repo: MakeRepo, asked: str, files: dict[str, str], expected: str | None) -> None:
    manifest = project(BANDIT).replace("~> 1.14", asked)
    assert service(make_repo, {"mix.exs": manifest, **SERVER, **files}).toolchain.version == expected


OLD = "..\nFinished in 0.1 seconds (0.05s async, 0.1s sync)\n10 tests, 0 failures, {}\n\nRandomized with seed 1\n"
NEW = "..\nFinished in 0.1 seconds\n{} tests, 0 failures{}\n"


@pytest.mark.parametrize(
    ("log", "counts"),
    [
        (OLD.format("9 excluded"), "1 ran, 0"),
        (OLD.format("7 excluded, 1 skipped"), "2 ran, 1"),
        (NEW.format(3, ", 1 skipped (7 excluded)"), "2 ran, 1"),
        (NEW.format(3, ""), "3 ran, 0"),
        ("1 doctest, 3 tests, 0 failures\n", "4 ran, 0"),
        (NEW.format(3, "") + NEW.format(2, ""), "5 ran, 0"),
    ],
)
def test_tests_that_ran_are_counted(tmp_path: Path, log: str, counts: str) -> None:
    (tmp_path / "work").mkdir()
    ran = counted(tmp_path / "work", "elixir", log)
    assert ran.code == 0 and f"integration tests: {counts} were skipped" in ran.summary, ran.said


@pytest.mark.parametrize("log", [OLD.format("10 excluded"), NEW.format(0, " (10 excluded)"), NEW.format(2, ", 2 skipped")])
def test_when_none_ran_the_job_is_red(tmp_path: Path, log: str) -> None:
    (tmp_path / "work").mkdir()
    assert counted(tmp_path / "work", "elixir", log).code == 1


@pytest.mark.parametrize(
    ("log", "percent"),
    [
        ("   100.00% | A\n-----------|---\n    96.67% | Total\n", "96.67"),
        ("|    100.00% | A     |\n|------------|-------|\n|     85.71% | Total |\n", "85.71"),
        ("[TOTAL]  85.7%\n----------------\n", "85.7"),
    ],
)
def test_coverage_is_read(tmp_path: Path, log: str, percent: str) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    write(folder, {"output.log": log})
    ran = run(folder, script("coverage-elixir", "coverage"), LOG=str(folder / "output.log"), AT_LEAST="")
    assert f"line coverage: {percent} %" in ran.summary, ran.said
