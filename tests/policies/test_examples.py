"""Every example of every rule: what passes is silent, what fails is found where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from cdgen.policies import POLICIES, Rule, rule_id
from cdgen.policies.base import File, FilePolicy, Hit, Kind, PlanPolicy
from cdgen.policies.base.example import example_plan
from cdgen.policies.base.parse import parse
from tests.plan import sample

PATHS = {
    Kind.MANIFESTS: "deploy/example.yaml",
    Kind.WORKFLOW: ".github/workflows/example.yml",
    Kind.DOCKERFILE: "Dockerfile",
}
WORDS = {"jobs:": Kind.WORKFLOW, "permissions:": Kind.WORKFLOW, "FROM ": Kind.DOCKERFILE}


def kind_of(text: str, rule: Rule) -> Kind:
    first = next((kind for word, kind in WORDS.items() if text.startswith(word)), Kind.MANIFESTS)
    assert isinstance(rule.POLICY, FilePolicy) and first in rule.POLICY.sees
    return first


def seen(rule: Rule, text: str) -> File:
    """An example as the rule sees it: its documents are one set, whatever their number."""
    kind = kind_of(text, rule)
    files = tuple(parse({PATHS[kind]: text}))
    assert files and all(file.kind is kind for file in files)
    return File(kind, tuple(document for file in files for document in file.documents))


def hits(rule: Rule, example: Any) -> list[Hit]:
    if isinstance(rule.POLICY, PlanPolicy):
        return list(rule.POLICY.check(example_plan(example, sample.road())))
    return list(rule.POLICY.check(seen(rule, example)))


def examples(word: str) -> list[Any]:
    return [
        pytest.param(rule, example, id=f"{rule_id(rule)}-{number}")
        for rule in POLICIES
        for number, example in enumerate(getattr(rule.POLICY, word), 1)
    ]


@pytest.mark.parametrize(("rule", "example"), examples("passes"))
def test_silent(rule: Rule, example: str | Mapping[str, Any]) -> None:
    assert hits(rule, example) == []


@pytest.mark.parametrize(("rule", "example"), examples("fails"))
def test_found(rule: Rule, example: str | Mapping[str, Any]) -> None:
    found = hits(rule, example)
    assert found
    for hit in found:
        assert hit.message and "None" not in hit.message
        assert hit.path or (hit.document is not None and hit.at), "a hit has a place"
        if hit.document is not None:
            assert any(hit.at[:length] in hit.document.places for length in range(1, len(hit.at) + 1)), (
                "at least its beginning exists"
            )
