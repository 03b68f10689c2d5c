"""Small mix projects, and what the stack sees in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cdgen.model.facts import FactSet, Key
from cdgen.repo import Scope
from cdgen.stacks.beam import mix
from tests.conftest import MakeRepo

APPLICATION = "defmodule Shop.Application do\n  use Application\n  def start(_, _) do\n    children = [%s]\n  end\nend\n"


def project(deps: str = "", options: str = "", *, module: bool = True, app: str = "shop") -> str:
    """A mix.exs; `module` gives it processes."""
    run = "mod: {Shop.Application, []}" if module else "extra_applications: [:logger]"
    return (
        f'defmodule Shop.MixProject do\n  use Mix.Project\n\n  def project do\n    [app: :{app}, version: "0.1.0", elixir: "~> 1.14",'
        f" {options} deps: deps()]\n  end\n\n  def application, do: [{run}]\n\n  defp deps do\n    [{deps}]\n  end\nend\n"
    )


def seen(make_repo: MakeRepo, files: Mapping[str, str], directory: str = ".") -> FactSet:
    return FactSet(mix.facts(Scope(make_repo(files), directory)))


def values(make_repo: MakeRepo, files: Mapping[str, str], key: Key[Any]) -> list[Any]:
    return list(seen(make_repo, {"mix.exs": project(), **files}).values(key))
