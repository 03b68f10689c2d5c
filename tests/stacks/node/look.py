"""What the tables of this folder share: the facts of a package made from texts, and the decision on one key."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cdgen.model.facts import Fact, FactSet, Key
from cdgen.repo import Repo, Scope
from cdgen.spec.decide import choose
from cdgen.stacks.node import base


def package(**parts: Any) -> str:
    """A package.json with a name and these parts; `_` in a key stands for nothing."""
    return json.dumps({"name": "shop", **parts}, indent=2)


def look(repo: Repo, directory: str = ".", stack: str = "npm") -> FactSet:
    return FactSet(base.facts(Scope(repo, directory, (), "node"), stack))


def decided(facts: FactSet, key: Key[Any]) -> Any:
    """The value that is decided from what this family alone has seen."""
    return choose(key, facts).value


def first(facts: FactSet, key: Key[Any]) -> Fact:
    return facts.all(key)[0]


def with_package(files: Mapping[str, str], **parts: Any) -> dict[str, str]:
    return {"package.json": package(**parts), **files}
