"""What stands around an Elixir service: pipelines, images, platforms."""

from __future__ import annotations

import pytest

from cdgen import app
from cdgen.model.service import Service
from tests.conftest import MakeRepo
from tests.stacks.beam.seen import APPLICATION, project

SERVER = {"mix.exs": project('{:bandit, "~> 1.12"}'), "lib/a.ex": APPLICATION % "{Bandit, plug: A, port: 4001}"}
TESTED = {**SERVER, "test/a_test.exs": "defmodule ATest do\n  use ExUnit.Case\nend\n"}


def service(make_repo: MakeRepo, files: dict[str, str]) -> Service:
    return next(each for each in app.inspect(make_repo(files).root).services if each.directory == ".")


def pipeline(*commands: str) -> dict[str, str]:
    steps = "".join(f"      - run: {command}\n" for command in commands)
    return {".github/workflows/ci.yml": f"on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n{steps}"}


TESTS = {
    "none": ((), "mix test"),
    "another language's": (("npm test --prefix assets", "npx jest"), "mix test"),
    "a part of them": (("mix test --partitions 3",), "mix test"),
    "its own": (("npm test --prefix assets", "mix test --warnings-as-errors"), "mix test --warnings-as-errors"),
    "by make": (("make test",), "make test"),
}


@pytest.mark.parametrize("case", TESTS)
def test_the_pipeline_says_how_it_is_tested(make_repo: MakeRepo, case: str) -> None:
    commands, expected = TESTS[case]
    assert service(make_repo, {**TESTED, **pipeline(*commands)}).commands.test == expected


def test_an_image_starts_it(make_repo: MakeRepo) -> None:
    dockerfile = (
        'FROM hexpm/elixir:1.18.4-erlang-27.3-alpine-3.21.3 AS build\nFROM alpine:3.21\nEXPOSE 4010\nCMD ["/app/bin/server"]\n'
    )
    found = service(make_repo, {**SERVER, "Dockerfile": dockerfile})
    assert found.commands.start == "/app/bin/server" and found.language == "elixir"
    assert found.build_tool == "mix"


def test_a_platform_starts_it(make_repo: MakeRepo) -> None:
    assert (
        service(make_repo, {**SERVER, "Procfile": "web: mix run --no-halt -e A.go\n"}).commands.start == "mix run --no-halt -e A.go"
    )
