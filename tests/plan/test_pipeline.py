"""Which jobs there are, what they may, and what waits for what."""

from __future__ import annotations

from typing import Any

import pytest

from cdgen.model.facts import ExistingImage, PrivateRegistry
from cdgen.model.pipeline import Access, BuildImage, Deploy, Job, Pipeline, RequireCoverage, RequireTests, Run, Trigger
from cdgen.model.service import Commands, Toolchain
from cdgen.plan.pipeline import plan_pipelines
from tests.plan.sample import COMMANDS, CONFIG, plan, road, service


def pipelines(*services: Any, **changes: Any) -> dict[Trigger, Pipeline]:
    return {pipeline.trigger: pipeline for pipeline in plan(*services, **changes).pipelines}


def jobs(trigger: Trigger, *services: Any, **changes: Any) -> dict[str, Job]:
    return {job.id: job for job in pipelines(*services, **changes)[trigger].jobs}


def checks(**changes: Any) -> dict[str, Job]:
    return jobs(Trigger.PULL_REQUEST, service(**changes))


def commands(job: Job) -> list[str]:
    return [step.command for step in job.steps if isinstance(step, Run)]


def test_every_check_runs_at_once_and_one_job_waits_for_all() -> None:
    found = checks()
    assert list(found) == ["integration", "image-build", "unit", "lint", "verify", "ready-to-merge"]
    assert {name: job.needs for name, job in found.items() if job.needs} == {"ready-to-merge": tuple(found)[:-1]}
    assert found["ready-to-merge"].access == ()


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"commands": COMMANDS._replace(lint=None)}, {"lint"}),
        ({"commands": COMMANDS._replace(test=None, coverage=None, integration=None)}, {"unit", "integration"}),
        ({"commands": COMMANDS._replace(integration=None), "integration_tests": ()}, {"integration"}),
        ({"dockerfile": None}, {"image-build"}),
        ({"commands": Commands(), "dockerfile": None}, {"lint", "unit", "integration", "image-build"}),
    ],
)
def test_what_the_repository_does_not_have_is_no_job(changes: dict[str, Any], missing: set[str]) -> None:
    assert set(checks()) - set(checks(**changes)) == missing


def test_a_gate_that_does_not_block_is_not_waited_for() -> None:
    gates = dict(road().gates)
    gates["lint"] = gates["lint"]._replace(blocking=False, timeout_minutes=3)
    found = jobs(Trigger.PULL_REQUEST, service(), in_road=road(gates=gates))
    assert "lint" not in found["ready-to-merge"].needs and found["lint"].timeout_minutes == 3


def test_integration_tests_get_their_containers_and_must_have_run() -> None:
    found = checks()
    assert [container.name for container in found["integration"].containers] == ["postgresql"]
    assert found["unit"].containers == ()
    assert found["integration"].steps[-1] == RequireTests(".", 1, "go", ("internal/store/store_test.go",))
    assert commands(found["integration"]) == ["go mod download", "make test-integration"]


def test_one_command_for_all_tests_gets_the_containers_in_both_jobs() -> None:
    found = checks(commands=COMMANDS._replace(integration=None))
    assert found["unit"].containers == found["integration"].containers != ()
    assert commands(found["integration"])[-1] == "make test"


@pytest.mark.parametrize(
    ("tier", "ratchet", "least"),
    [("bronze", None, None), ("bronze", 40, 40), ("gold", None, 75), ("gold", 90, 90), ("gold", 40, 75)],
)
def test_coverage_has_a_floor_where_tier_or_service_ask(tier: str, ratchet: int | None, least: int | None) -> None:
    assert RequireCoverage(".", least, "go") in checks(tier=tier, coverage=ratchet)["unit"].steps


def test_without_an_image_the_build_command_runs_after_the_tests() -> None:
    build = COMMANDS._replace(build="make build")
    assert commands(checks(commands=build)["unit"]) == ["go mod download", "make cover"]
    assert commands(checks(commands=build, dockerfile=None)["unit"]) == ["go mod download", "make cover", "make build"]


def test_a_dockerfile_that_copies_build_output_is_built_first() -> None:
    changes: dict[str, Any] = {"commands": COMMANDS._replace(build="make build")}
    assert commands(checks(**changes)["image-build"]) == []
    changes["dockerfile"] = ExistingImage("docker/Dockerfile", ".", copies_output=True)
    assert commands(checks(**changes)["image-build"]) == ["go mod download", "make build"]
    assert commands(jobs(Trigger.MAIN, service(**changes))["build"]) == ["go mod download", "make build"]


def test_a_release_is_built_once_and_passes_each_environment_in_order() -> None:
    found = jobs(Trigger.MAIN)
    assert {name: job.needs for name, job in found.items()} == {
        "build": (),
        "deploy-staging": ("build",),
        "deploy-production": ("build", "deploy-staging"),
    }
    pushed = [step for job in found.values() for step in job.steps if isinstance(step, BuildImage)]
    assert [step.push for step in pushed] == [True]
    deploys = [step for job in found.values() for step in job.steps if isinstance(step, Deploy)]
    assert {step.digest_from for step in deploys} == {"build"}
    assert [step.namespace for step in deploys] == ["shop-staging", "shop-production"]
    assert [step.overlay for step in deploys] == ["deploy/overlays/staging", "deploy/overlays/production"]
    assert {step.timeout_seconds for step in deploys} == {420}


def test_a_deploy_has_time_to_fail_and_to_be_taken_back() -> None:
    slow = plan(service())
    slow = slow._replace(workloads=(slow.workloads[0]._replace(progress_deadline_seconds=3600),))
    (job,) = (job for job in plan_pipelines(slow)[1].jobs if job.id == "deploy-staging")
    assert job.timeout_minutes == 129


def test_rights_are_the_least() -> None:
    code = Access.READ_CODE
    assert {job.access for job in checks().values()} == {(code,), ()}
    found = jobs(Trigger.MAIN)
    assert found["build"].access == (code, Access.WRITE_PACKAGES)
    assert found["deploy-production"].access == (code, Access.IDENTITY)


def test_going_back_takes_the_same_lock_and_no_build() -> None:
    forward, back = jobs(Trigger.MAIN), jobs(Trigger.ROLLBACK)
    assert list(back) == ["rollback-staging", "rollback-production"]
    assert back["rollback-production"].serial == forward["deploy-production"].serial == "deploy-shop-production"
    assert all(step.digest_from is None for job in back.values() for step in job.steps if isinstance(step, Deploy))


@pytest.mark.parametrize("changes", [{"kind": "library"}, {"kind": ""}, {"dockerfile": None}])
def test_what_cannot_run_is_only_checked(changes: dict[str, Any]) -> None:
    assert list(pipelines(service(**changes))) == [Trigger.PULL_REQUEST]


def test_several_services_have_names_and_paths_of_their_own() -> None:
    found = jobs(Trigger.PULL_REQUEST, service("cart", "src/cart"), service("web", "src/web", deploy_directory="ops/web"))
    assert {"cart-lint", "web-lint", "verify", "ready-to-merge"} <= set(found)
    assert found["cart-lint"].paths == ("src/cart",) and found["web-lint"].paths == ("src/web", "ops/web")
    assert found["verify"].paths == ()
    step = jobs(Trigger.MAIN, service("cart", "src/cart"), service("web", "src/web"))["web-deploy-staging"].steps[-1]
    assert isinstance(step, Deploy) and (step.script, step.digest_from) == ("deploy/rollout.sh", "web-build")


def test_the_script_lies_where_shared_files_do() -> None:
    step = jobs(Trigger.MAIN, service(deploy_directory="ops"))["deploy-staging"].steps[-1]
    assert isinstance(step, Deploy) and step.script == "ops/rollout.sh"
    found = plan(service("a", "a"), service("b", "b"), config=CONFIG._replace(deploy="ops"))
    assert {step.script for job in found.pipelines[1].jobs for step in job.steps if isinstance(step, Deploy)} == {"ops/rollout.sh"}


@pytest.mark.parametrize(
    ("ecosystem", "language", "install", "steps"),
    [
        ("npm", "node", "npm ci", ["npm ci"]),
        ("npm", "node", None, ["make lint"]),
        ("maven", "java", None, ["make lint"]),
        ("maven", "java", "./mvnw dependency:go-offline", ["./mvnw dependency:go-offline", "make lint"]),
    ],
)
def test_a_credential_reaches_only_the_steps_that_fetch(
    ecosystem: str, language: str, install: str | None, steps: list[str]
) -> None:
    changed = service(
        language=language,
        toolchain=Toolchain(language, "1"),
        commands=COMMANDS._replace(install=install),
        registries=(PrivateRegistry(ecosystem, "packages.corp.example", "PACKAGES_TOKEN"),),
    )
    lint = jobs(Trigger.PULL_REQUEST, changed)["lint"]
    assert [step.command for step in lint.steps if isinstance(step, Run) and step.secrets] == steps
    assert [secret.name for secret in lint.secrets] == ["PACKAGES_TOKEN"]
    image = next(step for step in jobs(Trigger.MAIN, changed)["build"].steps if isinstance(step, BuildImage))
    assert [secret.name for secret in image.secrets] == ["PACKAGES_TOKEN"]


def test_go_logs_in_by_netrc_and_knows_what_is_private() -> None:
    lint = checks(registries=(PrivateRegistry("go", "git.corp.example/libs", "GO_TOKEN"),))["lint"]
    assert dict(lint.env) == {"GOPRIVATE": "git.corp.example/libs"}
    login = lint.steps[2]
    assert isinstance(login, Run) and "${GO_TOKEN}" in login.command and "install" not in login.command


def test_an_own_index_reaches_every_step() -> None:
    own = road(indexes={"go": "https://go.corp.example", "npm": "https://npm.corp.example"})
    assert dict(jobs(Trigger.PULL_REQUEST, service(), in_road=own)["unit"].env) == {"GOPROXY": "https://go.corp.example"}
    assert checks()["unit"].env == ()
