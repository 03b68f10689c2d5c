"""What the tables of this folder share: the facts of a Ruby project made from texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cdgen.model.facts import FactSet, Key
from cdgen.repo import Repo, Scope
from cdgen.spec.decide import choose
from cdgen.stacks.ruby import bundler


def look(repo: Repo, directory: str = ".") -> FactSet:
    return FactSet(bundler.facts(Scope(repo, directory, (), "ruby")))


def decided(facts: FactSet, key: Key[Any]) -> Any:
    """The value that is decided from what this stack alone has seen."""
    return choose(key, facts).value


def with_gems(files: Mapping[str, str], *gems: str) -> dict[str, str]:
    """A project with these lines for its gems."""
    return {"Gemfile": "\n".join(('source "https://rubygems.org"', *(f"gem {gem}" for gem in gems))) + "\n", **files}


RAILS = {"config.ru": "run Rails.application\n", "config/application.rb": "module Shop; end\n"}
