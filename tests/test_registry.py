"""Every plug-in is one file, one line of its registry and one entry of the reference, under one name."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest

import cdgen.detectors
import cdgen.emitters
import cdgen.policies
import cdgen.stacks
from cdgen.detectors import DETECTORS
from cdgen.emitters.ci import CI_EMITTERS
from cdgen.emitters.deploy import DEPLOY_EMITTERS
from cdgen.emitters.docs import DOCS_EMITTERS
from cdgen.emitters.image import IMAGE_EMITTERS
from cdgen.emitters.repository import PATCHERS, answers
from cdgen.policies import POLICIES, rule_id
from cdgen.stacks import all_stacks

REFERENCE = Path(__file__).parent.parent / "docs" / "reference"


def module_of(function: Callable[..., object]) -> str:
    return function.__module__


class Family(NamedTuple):
    """`members` mark a module as a plug-in of the family; `listed` are (id, module) in the order of the registry."""

    name: str
    package: ModuleType
    members: tuple[str, ...]
    listed: tuple[tuple[str, str], ...]
    page: str


def named(modules: Iterable[Any]) -> tuple[tuple[str, str], ...]:
    return tuple((module.id, module.__name__) for module in modules)


EMITTERS: tuple[Any, ...] = (*CI_EMITTERS, *IMAGE_EMITTERS, *DEPLOY_EMITTERS, *DOCS_EMITTERS, answers)
FAMILIES = (
    Family("stacks", cdgen.stacks, ("id", "detect", "facts", "toolchain", "image"), named(all_stacks()), "stacks.md"),
    Family("detectors", cdgen.detectors, ("detect",), tuple((name, module_of(each)) for name, each in DETECTORS), "detectors.md"),
    Family("policies", cdgen.policies, ("POLICY",), tuple((rule_id(each), each.__name__) for each in POLICIES), "policies.md"),
    Family("emitters", cdgen.emitters, ("id", "emit"), named(EMITTERS), "emitters.md"),
    Family("patchers", cdgen.emitters, ("id", "patch", "remove"), named(PATCHERS), "emitters.md"),
)
EACH = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)


def plug_ins(package: ModuleType, members: tuple[str, ...]) -> set[str]:
    """Names of the modules below a package that have all members."""
    found = [importlib.import_module(each.name) for each in pkgutil.walk_packages(package.__path__, package.__name__ + ".")]
    return {module.__name__ for module in found if all(hasattr(module, name) for name in members)}


@EACH
def test_every_file_is_listed_once(family: Family) -> None:
    modules = [module for _, module in family.listed]
    assert len(modules) == len(set(modules))
    assert plug_ins(family.package, family.members) == set(modules)


@EACH
def test_the_id_is_the_file_name(family: Family) -> None:
    assert [name for name, _ in family.listed] == [module.rpartition(".")[2].replace("_", "-") for _, module in family.listed]


@EACH
def test_the_reference_has_every_one(family: Family) -> None:
    cells = [line.split("|")[1] for line in (REFERENCE / family.page).read_text("utf-8").splitlines() if line.startswith("| ")]
    shown = [cell.strip().lstrip("[").partition("]")[0].strip("`") for cell in cells]
    assert [name for name, _ in family.listed if shown.count(name) != 1] == []


def test_a_forgotten_file_is_seen() -> None:
    """The walk finds plug-ins by what they have, so one that is in no registry shows up."""
    known = {module for _, module in FAMILIES[1].listed}
    found = plug_ins(cdgen.detectors, ("detect",))
    assert found - (known - {"cdgen.detectors.owners"}) == {"cdgen.detectors.owners"}
