"""What a repository is: the state between reading it and planning for it."""

from __future__ import annotations

from typing import NamedTuple

from cdgen.model.config import Config
from cdgen.model.road import Road
from cdgen.model.service import Service, Skipped
from cdgen.repo import Repo, Scope
from cdgen.spec.collect import Collected
from cdgen.spec.folder import Folder, folder


class Inspection(NamedTuple):
    """What a repository is. `directory` is the folder that was asked for, relative to the repository root; `read` the one at and
    below which services were looked for: the same, or the whole repository.
    """

    repo: Repo
    directory: str
    remote: str | None
    config: Config
    road: Road
    collected: Collected
    services: tuple[Service, ...]
    skipped: tuple[Skipped, ...]
    read: str = "."

    def folder(self) -> Folder | None:
        """What the folder is that was read, when it is no project. It looks at all its files: only who shows the answer asks."""
        if any(service.directory == self.read for service in self.services):
            return None
        return folder(Scope(self.repo, self.read), self.services, self.skipped)
