"""A rule is a file, a line in the registry, a docstring in three parts and examples: nothing can be forgotten."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import cdgen.policies
from cdgen.policies import POLICIES, Rule, rule_id, why

FOLDER = Path(cdgen.policies.__file__).parent
RULES = pytest.mark.parametrize("rule", POLICIES, ids=rule_id)


def test_every_file_is_registered_in_order() -> None:
    files = sorted(path.stem.replace("_", "-") for path in FOLDER.glob("*.py") if path.stem != "__init__")
    assert [rule_id(rule) for rule in POLICIES] == files


@RULES
def test_the_docstring_says_what_why_and_instead(rule: Rule) -> None:
    what, *parts = (rule.__doc__ or "").strip().split("\n\n")
    assert "\n" not in what and what.endswith(".")
    assert [part.partition(":")[0] for part in parts] == ["Why", "Instead"]
    assert why(rule).endswith(".") and "\n" not in why(rule)


@RULES
def test_a_rule_is_shown_to_be_silent_and_to_speak(rule: Rule) -> None:
    assert rule.POLICY.passes and rule.POLICY.fails
    assert re.fullmatch(r"[a-z]+(-[a-z]+)+", rule_id(rule))
