"""YAML of other people's files: 1.2 scalars, opaque tags, bounded."""

from __future__ import annotations

from typing import Any

import yaml

MAX_ALIASES = 1_000  # more than any hand-written file has; an alias bomb has billions
MAX_EXPANDED = 500_000  # values of a document with every alias written out: whoever walks it meets each of them
Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Loader(Base):  # type: ignore[misc]
    """Keeps `on`, `yes`, `017` and dates as strings, and any unknown tag as its bare node."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp")]
    for first, resolvers in Base.yaml_implicit_resolvers.items()
}


def _opaque(loader: Any, _suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node)
    return loader.construct_mapping(node)


def _bool(loader: Any, node: yaml.Node) -> bool:
    return bool(loader.construct_scalar(node).lower() == "true")


def _register() -> None:
    import re

    Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))
    Loader.add_constructor("tag:yaml.org,2002:bool", _bool)
    Loader.add_multi_constructor("!", _opaque)


_register()


def load_documents(text: str) -> list[Any]:
    """All documents of a text. Raises ValueError with the line for anything that is not YAML."""
    if text.count("*") > MAX_ALIASES and sum(part[:1].isalnum() for part in text.split("*")[1:]) > 20 * MAX_ALIASES:
        raise ValueError("too many aliases")
    try:
        documents = list(yaml.load_all(text, Loader))  # noqa: S506  (a SafeLoader)
        if "&" in text and "*" in text and _expanded(documents, {}, frozenset()) > MAX_EXPANDED:
            raise ValueError(f"its aliases stand for more than {MAX_EXPANDED} values")
        return documents
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        place = f"line {mark.line + 1}: " if mark else ""
        raise ValueError(f"{place}{problem.problem or problem.context}") from problem
    except yaml.YAMLError as problem:
        raise ValueError(str(problem)) from problem


def _expanded(value: Any, known: dict[int, int], around: frozenset[int]) -> int:
    """How many values a walk over this one meets. Raises ValueError for one that holds itself."""
    if not isinstance(value, (dict, list)):
        return 1
    identity = id(value)
    if identity in around:
        raise ValueError("an alias stands for what it is part of")
    if identity not in known:
        inside = around | {identity}
        parts = value.values() if isinstance(value, dict) else value
        known[identity] = 1 + sum(_expanded(part, known, inside) for part in parts)
    return known[identity]
