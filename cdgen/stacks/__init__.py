"""The stacks by language family. A family is loaded when a repository holds a file with one of its endings: loading all of them
would cost more than everything else that a check does. Order decides nothing but the order of the output.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple, cast

from cdgen.repo import Repo
from cdgen.stacks.base import Stack


class Family(NamedTuple):
    """`endings` are ends of paths, without which no stack of the family claims anything; `modules` lie below `cdgen.stacks`."""

    name: str
    endings: tuple[str, ...]
    modules: tuple[str, ...]


FAMILIES: tuple[Family, ...] = (
    Family("go", (".go", "go.mod"), ("go",)),
    Family("jvm", ("pom.xml", ".gradle", ".gradle.kts"), ("jvm.maven", "jvm.gradle")),
    Family("node", ("package.json", "project.json"), ("node.npm", "node.pnpm", "node.yarn", "node.yarn_berry")),
    Family(
        "python",
        (".py", "pyproject.toml", "Pipfile", "requirements.txt", "setup.cfg"),
        ("python.pip", "python.pipenv", "python.poetry", "python.uv", "python.pdm", "python.setuptools", "python.hatch"),
    ),
)


def stacks_for(repo: Repo) -> tuple[Stack, ...]:
    """The stacks that may find something in a repository."""
    families = (each for each in FAMILIES if any(path.endswith(each.endings) for path in repo.files))
    return tuple(stack for family in families for stack in _load(family))


def all_stacks() -> tuple[Stack, ...]:
    return tuple(stack for family in FAMILIES for stack in _load(family))


def stack_ids() -> frozenset[str]:
    """The ids of all stacks, without loading one: the file name with hyphens."""
    return frozenset(module.rpartition(".")[2].replace("_", "-") for family in FAMILIES for module in family.modules)


@cache
def _load(family: Family) -> tuple[Stack, ...]:
    from importlib import import_module

    return tuple(cast("Stack", import_module(f"cdgen.stacks.{module}")) for module in family.modules)
