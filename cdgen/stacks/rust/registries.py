"""Private registries of crates: https://doc.rust-lang.org/cargo/reference/registries.html."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from cdgen.errors import InputError
from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, PrivateRegistry
from cdgen.repo import Repo
from cdgen.stacks.rust.manifest import Package

FILES = (".cargo/config.toml", ".cargo/config")


def facts(repo: Repo, package: Package) -> Iterator[Fact]:
    """REGISTRY for each that the configuration of cargo names; cargo reads its token from a variable of a fixed name."""
    for path in dict.fromkeys(home(name) for home in (package.inside, package.at_root) for name in FILES):
        for name, table in _registries(repo, path).items():
            index = str(table.get("index") or "") if isinstance(table, dict) else ""
            host = urlsplit(index.removeprefix("sparse+")).hostname
            if host:
                secret = f"CARGO_REGISTRIES_{str(name).upper().replace('-', '_')}_TOKEN"
                place = repo.source(path, re.escape(str(name)))
                yield Fact(
                    f.REGISTRY, PrivateRegistry("cargo", host, secret), place, Origin.CONFIG, Confidence.DECLARED, "a registry"
                )


def _registries(repo: Repo, path: str) -> dict[str, Any]:
    try:
        data = repo.toml(path) if repo.has(path) else None
    except InputError:
        return {}
    found = data.get("registries") if isinstance(data, dict) else None
    return found if isinstance(found, dict) else {}
