"""What the tables of this folder share: the facts of a PHP project made from texts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cdgen.model.facts import FactSet, Key
from cdgen.repo import Repo, Scope
from cdgen.spec.decide import choose
from cdgen.stacks.php import composer, php_plain

PAGE = "<?php\necho 'here';\n"


def look(repo: Repo, directory: str = ".") -> FactSet:
    scope = Scope(repo, directory, (), "php")
    stack = composer if any(path.endswith("composer.json") for path in scope.files) else php_plain
    return FactSet(stack.facts(scope))


def decided(facts: FactSet, key: Key[Any]) -> Any:
    """The value that is decided from what this stack alone has seen."""
    return choose(key, facts).value


def project(files: Mapping[str, str], *require: str, **parts: Any) -> dict[str, str]:
    """A Composer project that requires these packages, in any version."""
    data = {"require": dict.fromkeys(require, "*"), **parts}
    return {"composer.json": json.dumps(data, indent=2), **files}
