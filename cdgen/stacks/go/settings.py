"""Ports in the configuration files that a Go program reads: JSON, YAML and TOML next to the code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cdgen.errors import InputError
from cdgen.model.facts import Confidence, Origin
from cdgen.repo import Repo
from cdgen.repo.patterns import compiled
from cdgen.stacks.go.module import Module
from cdgen.stacks.go.values import Seen

PLACES = "{config,conf,configs,settings,app,application}.{json,yaml,yml,toml},{config,configs,conf,etc}/*.{json,yaml,yml,toml}"
PORT_KEY = r"(?i)(?:^|[._-]|[a-z])(?:port|addr|address|listen)$"


def ports(repo: Repo, module: Module, texts: str) -> dict[str, Seen]:
    """Key -> port, for keys that look like one, in files that the code names or whose folder it does. Broken files say nothing."""
    found: dict[str, Seen] = {}
    for pattern in PLACES.split(",{"):
        for path in repo.glob(pattern if pattern.startswith("{") else "{" + pattern, module.directory):
            stem = path.rpartition("/")[2].rpartition(".")[0]
            if f'"{stem}' not in texts and f"{stem}.{path.rpartition('.')[2]}" not in texts:
                continue
            for key, port in _numbers(_parsed(repo, path)):
                place = repo.source(path, rf"\b{port}\b")
                seen = Seen(port, place, Confidence.INFERRED, Origin.CONFIG, f"{key} of {path}")
                found.setdefault(key.lower(), seen)
    return found


def _parsed(repo: Repo, path: str) -> Any:
    try:
        kind = path.rpartition(".")[2]
        return repo.json(path) if kind == "json" else repo.toml(path) if kind == "toml" else repo.yaml(path)
    except InputError:
        return None


def _numbers(value: Any, prefix: str = "") -> Iterator[tuple[str, int]]:
    if not isinstance(value, dict):
        return
    for key, inner in value.items():
        name = f"{prefix}{key}"
        if isinstance(inner, dict):
            yield from _numbers(inner, f"{name}.")
        elif compiled(PORT_KEY).search(str(key)):
            number = compiled(r"^:?(\d{2,5})$").match(str(inner))
            if number:
                yield name, int(number.group(1))
