"""The plan that examples of plan policies start from: one good service with its deploy job."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cdgen.model.config import Config
from cdgen.model.facts import ExistingImage
from cdgen.model.pipeline import Access, Checkout, Deploy, Job, Pipeline, Trigger
from cdgen.model.plan import DeliveryPlan
from cdgen.model.road import Road
from cdgen.model.service import Commands, Service, Toolchain

GOOD = {"user": "65532", "user_line": 12}


def example_plan(changes: Mapping[str, Any], road: Road) -> DeliveryPlan:
    """`changes` may hold `service` and `image` (fields of a Service and its Dockerfile), `unit`, `deploy` (fields of those jobs),
    and `rollback: False` for a plan without a way back."""
    image = ExistingImage("Dockerfile", ".", **{**GOOD, **changes.get("image", {})})
    service = _service(image)._replace(**changes.get("service", {}))
    unit = _job("unit", (Checkout(),))._replace(**changes.get("unit", {}))
    ready = _job("ready-to-merge", ())._replace(needs=("unit",))
    pipelines = [
        Pipeline(Trigger.PULL_REQUEST, (unit, ready)),
        Pipeline(Trigger.MAIN, (_deploy("build", **changes.get("deploy", {})),)),
    ]
    if changes.get("rollback", True):
        pipelines.append(Pipeline(Trigger.ROLLBACK, (_deploy(None),)))
    return DeliveryPlan(road, Config("cdgen.yaml", "default@2026.11", None, (), (), ""), (service,), (), tuple(pipelines), ())


def _job(gate: str, steps: tuple[Any, ...]) -> Job:
    return Job(gate, gate, gate, "shop", (), steps, timeout_minutes=10)


def _deploy(digest_from: str | None, **changes: Any) -> Job:
    overlay = "deploy/overlays/production"
    step = Deploy("shop", "production", "shop-production", overlay, "deploy/rollout.sh", "registry.test/shop", digest_from)
    job = _job("deploy-production", (Checkout(), step))._replace(
        timeout_minutes=30,
        access=(Access.READ_CODE, Access.IDENTITY),
        environment="production",
        serial="deploy-shop-production",
    )
    return job._replace(**changes)


def _service(image: ExistingImage) -> Service:
    return Service(
        name="shop",
        directory=".",
        stack="go-modules",
        language="go",
        language_version="1.26",
        framework=None,
        framework_version=None,
        build_tool="go",
        kind="service",
        protocol="http",
        port=8080,
        health_path="/healthz",
        readiness_path=None,
        metrics_path=None,
        metrics_port=None,
        commands=Commands(test="go test ./..."),
        toolchain=Toolchain("go", "1.26.6"),
        dockerfile=image,
        recipe=None,
        backing=(),
        env=(),
        registries=(),
        integration_tests=(),
        migrations=None,
        owner="team-shop",
        tier="bronze",
        description="",
        callers=(),
        coverage=None,
        deploy_directory="deploy",
        provenance={},
    )
