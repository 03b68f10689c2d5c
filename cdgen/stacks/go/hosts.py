"""The variables, flags, settings and tags of Go code that name a host."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdgen.repo.patterns import compiled
from cdgen.stacks.go.trees import Trees, is_text, literal
from cdgen.stacks.hosts import ADDRESSED, VARIABLE, Address, host_of

if TYPE_CHECKING:
    from tree_sitter import Node

ENV_TAG = rf'\b(?:env|envconfig|envvar)(?::"|=)({VARIABLE})'
TAG_DEFAULT = r'\b(?:envDefault|default|env-default):"([^"]*)"'
SETTING_TAG = r'\b(?:mapstructure|koanf|yaml|toml):"([\w.-]+)'


def from_environment(name: str, given: list[Node]) -> list[Address]:
    """`os.Getenv("X")`, `envOr("X", "catalogue:80")`, whatever it is called."""
    if "env" not in name.lower():
        return []
    words = [literal(node) if is_text(node) else None for node in given]
    variable = next((word for word in words if word and compiled(VARIABLE).fullmatch(word)), None)
    other = next((word for word in words if word and word != variable), None)
    return [Address(host_of(other), variable)] if variable else []


def setting(receiver: str, name: str, given: list[Node]) -> list[Address]:
    """`viper.GetString("catalogue.url")`, `flag.String("catalogue", "catalogue:80", "...")`, `ctx.String("catalogue")`."""
    key = literal(given[0])
    if not key or " " in key or name == "Get" and not compiled(r"(?i)viper|conf|cfg|setting").search(receiver):
        return []
    default = literal(given[1]) if len(given) > 1 and is_text(given[1]) else None
    return [Address(host_of(default), key)]


def tagged(trees: Trees, name: str) -> list[Address]:
    """A field whose tag says which variable or setting fills it."""
    for tree in trees.holding(name):
        tag = tree.tags.get(name)
        named = compiled(ENV_TAG).search(tag) if tag else None
        if tag and named is None and compiled(ADDRESSED).search(name):
            named = compiled(SETTING_TAG).search(tag)
        if tag and named:
            default = compiled(TAG_DEFAULT).search(tag)
            return [Address(host_of(default.group(1)) if default else None, named.group(1))]
    return []
