"""Repositories of one .NET project, and what is seen in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from cdgen.model.facts import Confidence, FactSet, Key
from cdgen.repo import Scope
from cdgen.stacks import dotnet
from tests.conftest import MakeRepo

WEB = '<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>{}</Project>'
Seen = Callable[..., FactSet]


def web(*packages: str, more: str = "") -> str:
    """A project file of a web application that needs these packages."""
    listed = "".join(f'\n<PackageReference Include="{name}" Version="1.0.0" />' for name in packages)
    return WEB.format(f"<ItemGroup>{listed}</ItemGroup>{more}")


@pytest.fixture
def seen(make_repo: MakeRepo) -> Seen:
    """`seen({path: text}, folder)` are the facts of the project in a folder of a repository."""

    def look(files: Mapping[str, str], folder: str = ".") -> FactSet:
        return FactSet(dotnet.facts(Scope(make_repo(files), folder, family="dotnet")))

    return look


def told(facts: FactSet, key: Key[Any], least: Confidence = Confidence.INFERRED) -> list[Any]:
    """Distinct values that are at least so sure, in the order seen."""
    return list(dict.fromkeys(fact.value for fact in facts.all(key) if fact.confidence >= least))
