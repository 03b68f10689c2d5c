"""GitHub's words for a workflow, as values: what the templates print and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

NOTHING: Mapping[str, str] = MappingProxyType({})


class Step(NamedTuple):
    """`uses` with `version` as its comment, or `run`. `directory` is empty at the top of the repository."""

    name: str
    id: str = ""
    condition: str = ""
    uses: str = ""
    version: str = ""
    inputs: Mapping[str, object] = NOTHING
    env: Mapping[str, str] = NOTHING
    directory: str = ""
    run: str = ""


class Right(NamedTuple):
    """A permission of the job's token; one that writes says why."""

    scope: str
    level: str
    why: str = ""


class Container(NamedTuple):
    name: str
    image: str
    ports: tuple[str, ...]
    env: Mapping[str, str]
    options: str
    note: str


class Job(NamedTuple):
    """A job of steps, or with `calls` one that is another workflow."""

    id: str
    name: str
    needs: tuple[str, ...] = ()
    condition: str = ""
    runs_on: str = ""
    timeout: int = 0
    rights: tuple[Right, ...] = ()
    environment: str = ""
    group: str = ""  # one run at a time, never cancelled
    outputs: Mapping[str, str] = NOTHING
    env: Mapping[str, str] = NOTHING
    services: tuple[Container, ...] = ()
    steps: tuple[Step, ...] = ()
    calls: str = ""
    secrets: Mapping[str, str] = NOTHING


class Input(NamedTuple):
    """A choice that a person makes when starting a workflow; without options a line of text."""

    id: str
    description: str
    is_required: bool
    options: tuple[str, ...] = ()


class Workflow(NamedTuple):
    """One file. `secrets` are those that a called workflow may be given."""

    path: str
    template: str
    name: str
    jobs: tuple[Job, ...]
    branches: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    inputs: tuple[Input, ...] = ()
