"""A generation beside the disk: the state that `generate`, `check` and `diff` look at."""

from __future__ import annotations

from typing import NamedTuple

from cdgen.app import Generation
from cdgen.model.output import Change
from cdgen.output.compare import compare, read_lock
from cdgen.output.lock import Inputs, Lock


class State(NamedTuple):
    generation: Generation
    lock: Lock
    inputs: Inputs  # what a new lock would say
    changes: tuple[Change, ...]


def read(generation: Generation) -> State:
    """Compare everything that is rendered with the disk and the lock."""
    root = generation.inspection.repo.root
    lock = read_lock(root)
    inputs = inputs_of(generation, lock)
    return State(generation, lock, inputs, compare(root, generation.files, lock, inputs.folders))


def inputs_of(generation: Generation, lock: Lock) -> Inputs:
    plan = generation.plan
    return Inputs(
        edition=plan.road.edition,
        config=plan.config.digest,
        road=plan.road.digest,
        road_source=plan.road.source,
        requires=plan.config.required_version or "",
        exceptions_end=min((each.until for each in plan.config.exceptions), default=""),
        pins=lock.inputs.pins,
        folders=owned_folders(generation),
    )


def owned_folders(generation: Generation) -> tuple[str, ...]:
    """Folders in which nobody else may put a file: those of the manifests, but the deploy script's."""
    roots = {*(service.deploy_directory for service in generation.plan.services), generation.plan.shared_directory}
    parts = ("base", "components", "overlays", "platform")
    inside = tuple(f"{root}/{part}/" for root in roots for part in parts)
    return tuple(sorted({file.path.rpartition("/")[0] for file in generation.files if file.path.startswith(inside)}))
