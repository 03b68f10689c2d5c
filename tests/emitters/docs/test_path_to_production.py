"""The page says what the plan says: every gate, who approves, what is excepted, and nothing that a value could add."""

from __future__ import annotations

from typing import Any

from cdgen.emitters.docs import path_to_production
from cdgen.emitters.docs.path_to_production import table
from cdgen.model.config import ExceptionEntry
from cdgen.model.facts import EnvVar
from cdgen.model.pipeline import Trigger
from cdgen.model.plan import DeliveryPlan
from cdgen.model.service import Skipped
from cdgen.plan.workload import plan_workload
from tests.plan import sample


def page(plan: DeliveryPlan) -> str:
    (file,) = path_to_production.emit(plan)
    assert file.path == "docs/path-to-production.md"
    return file.text


def test_no_page_without_a_service() -> None:
    assert list(path_to_production.emit(sample.plan()._replace(services=()))) == []


def test_every_job_is_a_row_with_its_time_limit() -> None:
    plan = sample.plan(sample.service(tier="silver"))
    text = page(plan)
    for pipeline in plan.pipelines:
        if pipeline.trigger is not Trigger.ROLLBACK:
            for job in pipeline.jobs:
                (row,) = [line for line in text.splitlines() if line.startswith(f"| `{job.id}`")]
                assert f"{job.timeout_minutes} min" in row and "| yes" in row
    assert "Lint: `make lint`" in text and "`cdgen check --full`" in text and "line coverage is at least 70 %" in text
    assert "with postgresql `postgres:" in text and "sha256" not in text
    assert text.count("```mermaid\nflowchart LR\n") == 2 and "cdgen-rollback" in text


def test_a_gate_that_does_not_block_says_so() -> None:
    road = sample.road()
    gates = {**road.gates, "lint": road.gates["lint"]._replace(blocking=False)}
    (row,) = [line for line in page(sample.plan(in_road=road._replace(gates=gates))).splitlines() if line.startswith("| `lint`")]
    assert "| no " in row


def test_exceptions_are_named() -> None:
    assert "None: every gate and rule applies." in page(sample.plan())
    entry = ExceptionEntry("unpinned-image", "Dockerfile", "until the move | done", "team-shop", "2026-12-01", 3)
    text = page(sample.plan(config=sample.CONFIG._replace(exceptions=(entry,))))
    assert "None: every gate" not in text
    (row,) = [line for line in text.splitlines() if line.startswith("| `unpinned-image`")]
    assert "2026-12-01" in row and "team-shop" in row and r"move \| done" in row


def test_who_approves_follows_the_tier_in_the_last_environment() -> None:
    rows = [
        line
        for line in page(sample.plan(sample.service(tier="platinum"))).splitlines()
        if "shop-" in line and line.startswith("| ")
    ]
    staging, production = (next(row for row in rows if row.startswith(f"| {name}")) for name in ("staging", "production"))
    assert "| none " in staging and "asks for canary" not in staging
    assert "| 2 people" in production and "asks for canary" in production


def test_what_only_people_can_give_is_named() -> None:
    road, bare = sample.road(), sample.service(env=())
    plan = DeliveryPlan(road, sample.CONFIG, (bare,), (), (), (plan_workload(bare, road),))
    assert "What only you can give" not in page(plan)
    variables = (sample.DATABASE, EnvVar("SENTRY_DSN", None, False, True), EnvVar("REDIS", "localhost:6379", False, False))
    rows = page(plan._replace(workloads=(plan_workload(bare._replace(env=variables), road),))).splitlines()
    assert [row.split(" | ")[1:3] for row in rows if "_DSN" in row or "DATABASE_URL" in row or "REDIS" in row] == [
        ["secret, required", "`DATABASE_URL`"],
        ["secret, optional", "`SENTRY_DSN`  "],
        ["setting         ", "`REDIS`       "],
    ]


def test_folders_that_got_no_road() -> None:
    assert "Folders without a road" not in page(sample.plan())
    plan = sample.plan()._replace(skipped=(Skipped("web", "Ruby", "not paved yet", None),))
    assert "| `web`" in page(plan)


def test_values_stay_values() -> None:
    hostile = "a | b\n\n# Approved\n<script>`x`"
    changes: dict[str, Any] = {"description": hostile, "owner": "[x](http://evil.test)"}
    commands = sample.COMMANDS._replace(lint="make lint | tee `log`")
    text = page(sample.plan(sample.service(**changes, commands=commands)))
    assert "\n# Approved" not in text and "<script>" not in text and "[x](" not in text
    assert "<code>make lint &#124; tee &#96;log&#96;</code>" in text


def test_columns_are_even() -> None:
    assert str(table(("A", "Bc"), [("long cell", "x")])).splitlines() == [
        "| A         | Bc  |",
        "| --------- | --- |",
        "| long cell | x   |",
    ]
