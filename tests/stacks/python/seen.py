"""What a Python stack sees in a small repository."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any

from cdgen.model.facts import Fact, Key
from cdgen.repo import Repo, Scope
from cdgen.stacks.python import hatch, pdm, pip, pipenv, poetry, setuptools, uv
from tests.conftest import MakeRepo

STACKS: Mapping[str, ModuleType] = {stack.id: stack for stack in (pip, pipenv, poetry, uv, pdm, setuptools, hatch)}


def claims(repo: Repo) -> list[tuple[str, str, int]]:
    """(stack, folder, strength) of every claim in the repository."""
    found = [claim for stack in STACKS.values() for claim in stack.detect(repo)]
    return sorted((claim.stack, claim.directory, claim.strength) for claim in found)


def facts(make_repo: MakeRepo, files: Mapping[str, str], stack: str = "") -> tuple[Fact, ...]:
    """The facts of the top folder, read by the stack that claims it most strongly."""
    repo = make_repo(files)
    found = [claim for each in STACKS.values() for claim in each.detect(repo) if claim.directory == "."]
    chosen = stack or max(found, key=lambda claim: claim.strength).stack
    return tuple(STACKS[chosen].facts(Scope(repo, ".")))


def values(make_repo: MakeRepo, files: Mapping[str, str], key: Key[Any], stack: str = "") -> list[Any]:
    """Every value of a key, in the order seen."""
    return [fact.value for fact in facts(make_repo, files, stack) if fact.key is key]


def surest(make_repo: MakeRepo, files: Mapping[str, str], key: Key[Any], stack: str = "") -> Any:
    """The first value of the highest confidence, None when there is none."""
    found = [fact for fact in facts(make_repo, files, stack) if fact.key is key]
    return max(found, key=lambda fact: fact.confidence).value if found else None
