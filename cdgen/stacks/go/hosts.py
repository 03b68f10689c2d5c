"""Hosts that are written down in Go code, and the variables, flags and settings that name one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cdgen.repo.patterns import compiled
from cdgen.stacks.go.trees import Trees, is_text, literal

if TYPE_CHECKING:
    from tree_sitter import Node

VARIABLE = r"[A-Z][A-Z0-9_]{2,60}"
HOST = r"(?:[a-z][a-z0-9+.-]*:/{2,3})?(?:[^/@\s]*@)?(?P<host>(?:[A-Za-z0-9_][\w.-]*|\[[0-9a-f:]+\]))(?P<port>:\d+)?(?:[/?#].*)?"
LOOPBACK = r"(?i)localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[[0-9a-f:]*\]|host\.docker\.internal"
ENV_TAG = rf'\b(?:env|envconfig|envvar)(?::"|=)({VARIABLE})'
TAG_DEFAULT = r'\b(?:envDefault|default|env-default):"([^"]*)"'
ADDRESSED = r"(?i)ur[li]s?$|addr(?:ess)?(?:es)?$|host|endpoint|server|target|service|base|backend|upstream|api|svc|domain"
SETTING_TAG = r'\b(?:mapstructure|koanf|yaml|toml|json):"([\w.-]+)'


class Address(NamedTuple):
    """`host` is a name, with its port where that is known; None for one that only this machine knows."""

    host: str | None
    variable: str | None = None


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


def written(value: str | None) -> list[Address]:
    host = host_of(value)
    return [Address(host)] if host else []


def host_of(value: str | None) -> str | None:
    """The host of an address that is written down; None for this machine's own."""
    found = compiled(HOST).fullmatch(value or "")
    if found is None or compiled(LOOPBACK).fullmatch(found["host"]) or found["host"].isdigit():
        return None
    return found["host"] + (found["port"] or "")
