"""Lays out one local repository per pinned action that a service's workflows use, for act's `--local-repository`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path

from tests.engines.drivers.program import CheckerError
from tests.engines.standins.uses import Action, Use, actions, uses

SCRIPT = Path(__file__).parent / "standin.js"
HAS_POST = frozenset({"actions/cache"})


def lay_out(repo: Path, folder: Path) -> dict[str, Path]:
    """`owner/name@ref` -> its stand-in; an action that the pin data does not know is an error."""
    known = actions()
    return dict(_lay_out_one(use, known.get((use.action, use.ref)), folder) for use in uses(repo))


def _lay_out_one(use: Use, action: Action | None, folder: Path) -> tuple[str, Path]:
    if action is None:
        raise CheckerError(f"{use.path}: {use.action}@{use.ref} is not in the pin data: no stand-in for it")
    owner, name, *inner = use.action.split("/")
    root = folder / f"{owner}__{name}__{use.ref}"
    _write(root.joinpath(*inner), action)
    return f"{owner}/{name}@{use.ref}", root


def _write(place: Path, action: Action) -> None:
    place.mkdir(parents=True, exist_ok=True)
    phases = ("main", "post") if action.name in HAS_POST else ("main",)
    for phase in phases:
        shutil.copyfile(SCRIPT, place / f"{phase}.js")
    # JSON is YAML: names need no quoting rules of their own
    metadata = {
        "name": f"stand-in for {action.name}",
        "description": action.version,
        "inputs": _described(action.inputs),
        "runs": {"using": "node20", **{phase: f"{phase}.js" for phase in phases}},
    }
    (place / "action.yml").write_text(json.dumps(metadata, indent=1))
    known = {"action": action.name, "ref": action.sha, "inputs": action.inputs, "required": action.required}
    (place / "meta.json").write_text(json.dumps(known))


def _described(names: Iterable[str]) -> dict[str, dict[str, str]]:
    return {name: {"description": name} for name in names}
