"""The reference pages of what is listed in a registry: stacks, detectors, policies, emitters."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable, Iterator, Mapping
from types import ModuleType
from typing import Any

from cdgen.detectors import DETECTORS
from cdgen.emitters.ci import CI_EMITTERS
from cdgen.emitters.deploy import DEPLOY_EMITTERS
from cdgen.emitters.docs import DOCS_EMITTERS
from cdgen.emitters.image import IMAGE_EMITTERS
from cdgen.emitters.repository import PATCHERS, answers
from cdgen.policies import POLICIES, rule_id
from cdgen.policies.base import FilePolicy, Kind
from cdgen.stacks import all_stacks
from cdgen.stacks.recognised import BUILD_FILES
from tools.markdown import code, fence, page, table


def stacks() -> str:
    rows = ((code(stack.id), stack.title, stack.family, _first(stack)) for stack in all_stacks())
    return page(
        "Stacks",
        "`cdgen/stacks/__init__.py`",
        ["One build tool of one language family each. `stack:` in cdgen.yaml takes the id when a folder shows two."],
        ["## Paved: toolchain, commands, image, workflows, manifests"],
        table(("id", "build tool", "family", "what it reads"), rows),
        ["## Recognised: listed and skipped with the reason"],
        table(("language", "by"), ((title, " ".join(map(code, files))) for title, files in BUILD_FILES.items())),
    )


def detectors() -> str:
    rows = ((code(name), _first(inspect.getmodule(detect))) for name, detect in DETECTORS)
    return page(
        "Detectors",
        "`cdgen/detectors/__init__.py`",
        ["One subject outside any language each; all look at every service."],
        table(("id", "what it sees"), rows),
    )


def emitters() -> str:
    groups = (
        ("CI systems", CI_EMITTERS),
        ("Deploy targets", DEPLOY_EMITTERS),
        ("Images", IMAGE_EMITTERS),
        ("Pages", DOCS_EMITTERS),
        ("The repository", (answers,)),
    )
    parts = [part for title, modules in groups for part in ([f"## {title}"], table(("id", "what it writes"), _described(modules)))]
    files = ((code(each.id), code(each.path), _first(each)) for each in PATCHERS)
    return page(
        "Emitters",
        "`cdgen/emitters/`",
        ["A plan goes in, files come out. cdgen owns these files: they stand in the lock, and a change by hand is found."],
        *parts,
        ["## Files of the team that are edited in place"],
        table(("id", "file", "what is cdgen's in it"), files),
    )


def _described(modules: Iterable[Any]) -> Iterator[tuple[str, str]]:
    return ((code(module.id), _first(module)) for module in modules)


def policies() -> str:
    parts = [part for rule in POLICIES for part in _rule(rule)]
    rows = ((f"[`{rule_id(rule)}`](#{rule_id(rule)})", rule.POLICY.severity.value, _sees(rule), _first(rule)) for rule in POLICIES)
    return page(
        "Policies",
        "`cdgen/policies/`",
        [
            "Rules over the plan and over parsed files.",
            "The id of a rule is what an exception in cdgen.yaml names, and what `cdgen explain` takes.",
            "In files that cdgen does not own, an error is only a note.",
        ],
        table(("id", "severity", "looks at", "says"), rows),
        *parts,
    )


def _rule(rule: Any) -> Iterator[list[str]]:
    yield [f"## {rule_id(rule)}", "", inspect.cleandoc(rule.__doc__ or "")]
    policy = rule.POLICY
    for title, examples in (("Passes", policy.passes), ("Fails", policy.fails)):
        shown = examples[0] if isinstance(policy, FilePolicy) else _plan(examples[0])
        yield [f"{title}:", "", fence(shown, _language(policy))]


def _plan(changes: Mapping[str, Any]) -> str:
    return "a good service" + (f", but with {json.dumps(changes, default=str)}" if changes else "")


def _language(policy: Any) -> str:
    if not isinstance(policy, FilePolicy):
        return "text"
    return "dockerfile" if policy.sees[0] is Kind.DOCKERFILE else "yaml"


def _sees(rule: Any) -> str:
    return ", ".join(kind.value for kind in rule.POLICY.sees) if isinstance(rule.POLICY, FilePolicy) else "plan"


def _first(module: Any) -> str:
    """The first line of a module's docstring."""
    if not isinstance(module, ModuleType) or not module.__doc__:
        raise ValueError(f"{module} has no docstring to show")
    return module.__doc__.strip().splitlines()[0]
