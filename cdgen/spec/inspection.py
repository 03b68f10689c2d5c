"""What a repository is: the state between reading it and planning for it."""

from __future__ import annotations

from typing import NamedTuple

from cdgen.model.config import Config
from cdgen.model.road import Road
from cdgen.model.service import Service, Skipped
from cdgen.repo import Repo
from cdgen.spec.collect import Collected
from cdgen.spec.folder import Folder


class Inspection(NamedTuple):
    """What a repository is. `directory` is the folder that was asked for, relative to the repository root."""

    repo: Repo
    directory: str
    remote: str | None
    config: Config
    road: Road
    collected: Collected
    services: tuple[Service, ...]
    skipped: tuple[Skipped, ...]
    folder: Folder | None = None  # what the folder is that was asked for, when it is no project
