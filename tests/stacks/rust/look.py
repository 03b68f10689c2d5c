"""A Rust package in a few lines, and what is seen in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cdgen.model.facts import FactSet, Key
from cdgen.repo import Repo, Scope
from cdgen.stacks.rust import cargo


def package(*crates: str, name: str = "shop", more: str = "") -> str:
    """A Cargo.toml. A crate may bring its value: `sqlx = { features = ["postgres"] }`."""
    lines = (crate if "=" in crate else f'{crate} = "1"' for crate in crates)
    return f'[package]\nname = "{name}"\nversion = "0.1.0"\n{more}\n[dependencies]\n' + "\n".join(lines) + "\n"


def program(code: str, *crates: str, more: str = "", beside: Mapping[str, str] | None = None) -> dict[str, str]:
    return {"Cargo.toml": package(*crates, more=more), "Cargo.lock": "", "src/main.rs": code, **(beside or {})}


def seen(repo: Repo, directory: str = ".") -> FactSet:
    return FactSet(cargo.facts(Scope(repo, directory, (), "rust")))


def values(facts: FactSet, key: Key[Any]) -> list[Any]:
    return [fact.value for fact in facts.all(key)]
