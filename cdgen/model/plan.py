"""The delivery plan: everything an emitter may know."""

from __future__ import annotations

from typing import NamedTuple

from cdgen.model.config import Config
from cdgen.model.pipeline import Pipeline
from cdgen.model.road import Road
from cdgen.model.service import Service, Skipped
from cdgen.model.workload import Workload


class DeliveryPlan(NamedTuple):
    road: Road
    config: Config
    services: tuple[Service, ...]
    skipped: tuple[Skipped, ...]
    pipelines: tuple[Pipeline, ...]
    workloads: tuple[Workload, ...]

    @property
    def shared_directory(self) -> str:
        """Where files that belong to no single service live: the only service's own, else `deploy` or what cdgen.yaml says."""
        alone = next((service for service in self.services if service.directory == "."), None)
        return alone.deploy_directory if alone and len(self.services) == 1 else self.config.deploy or "deploy"
