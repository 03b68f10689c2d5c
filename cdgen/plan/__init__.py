"""Services and road in, delivery plan out: the pipelines and the workloads. No vendor's word stands here."""

from __future__ import annotations

from typing import Protocol

from cdgen.model.config import Config
from cdgen.model.plan import DeliveryPlan
from cdgen.model.road import Road
from cdgen.model.service import Service, Skipped
from cdgen.repo import Repo


class Inspected(Protocol):
    """What was found out about a repository, as far as the plan needs it."""

    @property
    def repo(self) -> Repo: ...
    @property
    def config(self) -> Config: ...
    @property
    def road(self) -> Road: ...
    @property
    def services(self) -> tuple[Service, ...]: ...
    @property
    def skipped(self) -> tuple[Skipped, ...]: ...


def make_plan(inspection: Inspected) -> DeliveryPlan:
    """The delivery plan. Only what runs for long and can be put into an image gets a workload."""
    from cdgen.plan.pipeline import has_image, plan_pipelines
    from cdgen.plan.workload import plan_workload

    road, services, has = inspection.road, inspection.services, inspection.repo.has
    workloads = tuple(plan_workload(service, road, has) for service in services if service.is_service and has_image(service))
    plan = DeliveryPlan(road, inspection.config, services, inspection.skipped, (), workloads)
    return plan._replace(pipelines=plan_pipelines(plan))
