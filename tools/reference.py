"""docs/reference: each page a function of the code that it describes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from cdgen.cli.schema import NAMES, schema_of
from tools.commands import cli
from tools.facts import fact_keys
from tools.files import config, road
from tools.plugins import detectors, emitters, policies, stacks

FOLDER = "docs/reference"
PAGES: Mapping[str, Callable[[], str]] = {
    "cli.md": cli,
    "config.md": config,
    "road.md": road,
    "facts.md": fact_keys,
    "stacks.md": stacks,
    "detectors.md": detectors,
    "policies.md": policies,
    "emitters.md": emitters,
}


def pages() -> dict[str, str]:
    """Path -> text of everything in that folder."""
    texts = {name: make() for name, make in PAGES.items()}
    texts |= {f"{name.removesuffix('.yaml')}.schema.json": _schema(name) for name in NAMES}
    return {f"{FOLDER}/{name}": text for name, text in texts.items()}


def _schema(name: str) -> str:
    return json.dumps(schema_of(name), indent=2, ensure_ascii=False) + "\n"
