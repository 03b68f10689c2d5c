"""What people write in `cdgen.yaml`: only what a machine cannot know."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple


class ExceptionEntry(NamedTuple):
    """A gate or rule that is waived until a day. `until` is ISO `YYYY-MM-DD`, at most 90 days ahead when written."""

    rule: str
    path: str
    reason: str
    owner: str
    until: str
    line: int


class ServiceConfig(NamedTuple):
    """One service. `overrides` holds what it settles by fact key (`port`, `command.test`), `lines` where each stands."""

    path: str  # directory of the service
    name: str | None
    owner: str | None
    tier: str | None
    description: str
    callers: tuple[str, ...]
    coverage: int | None
    deploy: str | None  # folder of the manifests, when not `<path>/deploy`
    overrides: Mapping[str, Any]
    lines: Mapping[str, int]
    hostname: str | None = None  # public name, may hold `{service}` and `{environment}`


class Config(NamedTuple):
    """`services` is empty before `init` wrote the file. `path` is where it was read from, None when there is none."""

    path: str | None
    road: str  # default@2026.11, ./path, URL@tag
    required_version: str | None
    services: tuple[ServiceConfig, ...]
    exceptions: tuple[ExceptionEntry, ...]
    digest: str  # blake2b-128 of the file, "" when there is none
    ci: str | None = None
    deploy: str | None = None  # folder of what belongs to no single service, when not `deploy`
    places: Mapping[str, str] = MappingProxyType(
        {}
    )  # path a file would have -> the place it took, because that path is somebody else's
