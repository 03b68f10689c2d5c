"""What every workflow holds, whatever the services are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from cdgen.emitters.ci import CI_EMITTERS, ci_emitter, github
from cdgen.errors import UnsupportedError
from cdgen.model.facts import EnvVar
from cdgen.model.plan import DeliveryPlan
from cdgen.model.service import Toolchain
from cdgen.render.verify import load_yaml_positions, verify
from tests.plan.kinds import FORGE, JAVA, NODE, NPM, OWN_ROAD, PYTHON, TWO, services_of_each_kind
from tests.plan.sample import COMMANDS, plan, road, service

FOLDER = ".github/workflows/cdgen-"
PINNED = re.compile(r"^\s*(?:- )?uses: (?:\./\.github/workflows/[\w.-]+|[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$")
PUBLIC = re.compile(
    r"github\.com|ghcr\.io|docker\.io|docker\.elastic|gcr\.io|quay\.io|mcr\.microsoft|registry\.k8s|pypi\.org|npmjs|maven\.org|golang\.org"
    r"|ubuntu-|uses: (?:actions|docker|azure|astral-sh|gradle)/"
)


def files(made: DeliveryPlan) -> dict[str, str]:
    emitted = tuple(github.emit(made))
    verify(emitted)
    return {file.path: file.text for file in emitted}


def parsed(made: DeliveryPlan) -> dict[str, Any]:
    return {
        path.removeprefix(FOLDER).removesuffix(".yml"): load_yaml_positions(text)[0].data
        for path, text in files(made).items()
        if path.endswith(".yml")
    }


def jobs(made: DeliveryPlan, workflow: str = "pull-request") -> dict[str, Any]:
    found: dict[str, Any] = parsed(made)[workflow]["jobs"]
    return found


def steps(job: Mapping[str, Any]) -> dict[str, Any]:
    return {step["name"]: step for step in job["steps"]}


@pytest.fixture(params=services_of_each_kind().items(), ids=lambda param: param[0])
def each(request: pytest.FixtureRequest) -> DeliveryPlan:
    return plan(*request.param[1])


def every_job(made: DeliveryPlan) -> Iterator[tuple[str, dict[str, Any]]]:
    for workflow in parsed(made).values():
        yield from workflow["jobs"].items()


def test_every_workflow_starts_with_no_rights_and_a_named_shell(each: DeliveryPlan) -> None:
    for name, workflow in parsed(each).items():
        assert workflow["permissions"] == {} and workflow["name"] and workflow["defaults"] == {"run": {"shell": "bash"}}
        assert ("concurrency" in workflow) == ("workflow_call" not in workflow["on"]), name


def test_every_job_has_a_time_limit_a_name_and_its_own_rights(each: DeliveryPlan) -> None:
    for name, job in every_job(each):
        assert job["name"] and "permissions" in job, name
        assert ("timeout-minutes" in job) == ("uses" not in job) and job.get("timeout-minutes", 1) > 0, name
        assert job.get("runs-on", "ubuntu-24.04") == "ubuntu-24.04", name


def test_every_write_right_says_why(each: DeliveryPlan) -> None:
    lines = [
        line
        for text in files(each).values()
        for line in text.splitlines()
        if line.rstrip().endswith("write") or ": write #" in line
    ]
    assert all(re.search(r": write # \w", line) for line in lines), lines


def test_every_action_is_pinned_by_commit_and_says_its_version(each: DeliveryPlan) -> None:
    lines = [line for path, text in files(each).items() if path.endswith(".yml") for line in text.splitlines() if "uses:" in line]
    assert lines and all(PINNED.match(line) for line in lines), lines


def test_every_step_is_named_and_no_expression_reaches_a_shell(each: DeliveryPlan) -> None:
    for _, job in every_job(each):
        for step in job.get("steps", ()):
            assert step["name"] and "${{" not in step.get("run", "")
            assert step.get("with", {}).get("persist-credentials", False) is False
            assert "checkout" not in step.get("uses", "") or step["with"]["persist-credentials"] is False


def test_containers_are_by_digest_with_a_health_check(each: DeliveryPlan) -> None:
    for _, job in every_job(each):
        for container in job.get("services", {}).values():
            assert re.search(r"@sha256:[0-9a-f]{64}$", container["image"]) and "--health-cmd" in container["options"]


def test_what_publishes_restores_no_cache(each: DeliveryPlan) -> None:
    for name, job in every_job(each):
        if "write" not in job["permissions"].values():
            continue
        for step in job.get("steps", ()):
            options = step.get("with", {})
            assert options.get("cache", False) is False and options.get("enable-cache", False) is False, name
            assert "setup-node" not in step.get("uses", "") or options["package-manager-cache"] is False


def test_a_deploy_has_an_environment_a_lock_and_the_whole_history(each: DeliveryPlan) -> None:
    found = [job for name, job in every_job(each) if "steps" in job and any("rollout.sh" in str(step) for step in job["steps"])]
    assert bool(found) == any(workload for workload in each.workloads)
    for job in found:
        assert job["environment"] and job["concurrency"]["cancel-in-progress"] is False and "queue" not in job["concurrency"]
        assert steps(job)["Check out"]["with"]["fetch-depth"] == 0


def test_secrets_are_named_one_by_one_and_never_on_forks_required(each: DeliveryPlan) -> None:
    for path, text in files(each).items():
        assert "inherit" not in text and "toJSON(secrets)" not in text, path
    for workflow in parsed(each).values():
        for secret in (workflow["on"].get("workflow_call") or {}).get("secrets", {}).values():
            assert secret == {"required": False}


def test_the_same_plan_gives_the_same_bytes(each: DeliveryPlan) -> None:
    assert files(each) == files(each)


def test_one_service_has_three_workflows_and_a_script() -> None:
    assert list(files(plan(service()))) == [f"{FOLDER}{name}.yml" for name in ("pull-request", "main", "rollback")] + [
        "deploy/rollout.sh"
    ]
    assert list(files(plan(service(kind="library", dockerfile=None)))) == [f"{FOLDER}pull-request.yml"]


def test_the_required_check_waits_for_every_job_and_always_comes() -> None:
    found = jobs(plan(service()))
    ready = found["ready-to-merge"]
    assert ready["if"] == "always()" and ready["permissions"] == {} and set(ready["needs"]) == set(found) - {"ready-to-merge"}
    (step,) = ready["steps"]
    assert step["env"]["RESULTS"].splitlines() == [f"{name} ${{{{ needs.{name}.result }}}}" for name in ready["needs"]]


def test_pull_requests_and_the_merge_queue_run_the_checks_and_a_new_push_ends_the_old_run() -> None:
    workflow = parsed(plan(service()))["pull-request"]
    assert set(workflow["on"]) == {"pull_request", "merge_group"}
    assert workflow["concurrency"]["cancel-in-progress"] == "${{ github.event_name == 'pull_request' }}"


def test_only_the_default_branch_releases() -> None:
    workflow = parsed(plan(service()))["main"]
    assert workflow["on"] == {"push": {"branches": ["main", "master"]}}
    assert workflow["jobs"]["build"]["if"] == "github.ref_name == github.event.repository.default_branch"
    assert parsed(plan(service(), in_road=road(main_branch="trunk")))["main"]["on"]["push"]["branches"] == ["trunk"]


def test_a_digest_goes_from_the_build_to_each_environment_in_order() -> None:
    found = jobs(plan(service()), "main")
    assert list(found) == ["build", "deploy-staging", "deploy-production"]
    assert found["build"]["outputs"] == {"digest": "${{ steps.push.outputs.digest }}"}
    staging, production = found["deploy-staging"], found["deploy-production"]
    env = steps(production)["Deploy to production"]["env"]
    assert env["DIGEST"] == "${{ needs.build.outputs.digest }}" and env["AFTER"] == "${{ needs.deploy-staging.outputs.result }}"
    assert "AFTER" not in steps(staging)["Deploy to staging"]["env"]
    assert production["if"] == "needs.deploy-staging.outputs.result != 'superseded'"
    assert staging["concurrency"]["group"] == "deploy-shop-staging" and production["environment"] == "production"


def test_going_back_takes_the_lock_of_the_deploys() -> None:
    workflow = parsed(plan(service()))["rollback"]
    inputs = workflow["on"]["workflow_dispatch"]["inputs"]
    assert inputs["environment"]["options"] == ["staging", "production"] and list(inputs) == ["environment", "digest", "reason"]
    assert [name for name, each in inputs.items() if each["required"]] == ["environment", "reason"]
    job = workflow["jobs"]["rollback"]
    assert job["concurrency"]["group"] == "deploy-shop-${{ inputs.environment }}" and job["timeout-minutes"] == 45
    assert (
        steps(job)["Roll back"]["env"]["TARGETS"]
        .splitlines()[1]
        .startswith("shop|production|shop-production|deploy/overlays/production|")
    )


def test_several_services_have_a_workflow_each_and_one_required_check() -> None:
    made = plan(*TWO)
    assert set(parsed(made)) == {
        "pull-request",
        "pull-request-cart",
        "pull-request-web",
        "main",
        "main-cart",
        "main-web",
        "rollback",
    }
    caller = jobs(made)
    assert caller["service-cart"]["uses"] == "./.github/workflows/cdgen-pull-request-cart.yml"
    assert caller["service-cart"]["if"] == "contains(fromJSON(needs.changes.outputs.services), 'cart')"
    assert caller["ready-to-merge"]["needs"] == ["verify", "changes", "service-cart", "service-web"]
    env = caller["ready-to-merge"]["steps"][0]["env"]
    assert env["RESULTS"].splitlines()[2] == "cart ${{ needs.service-cart.result }} service"
    assert list(jobs(made, "main-cart")) == ["build", "deploy-staging", "deploy-production"]
    assert jobs(made, "main-cart")["deploy-production"]["needs"] == ["build", "deploy-staging"]
    assert jobs(made, "main")["service-cart"]["permissions"] == {"contents": "read", "packages": "write", "id-token": "write"}
    assert parsed(made)["rollback"]["on"]["workflow_dispatch"]["inputs"]["service"]["options"] == ["cart", "web"]
    assert (
        parsed(made)["rollback"]["jobs"]["rollback"]["concurrency"]["group"]
        == "deploy-${{ inputs.service }}-${{ inputs.environment }}"
    )


def test_a_service_may_be_named_like_a_job() -> None:
    found = jobs(plan(service("changes", "a"), service("verify", "b"), service("ready-to-merge", "c")))
    assert len(found) == 6 and {"service-changes", "service-verify", "service-ready-to-merge"} < set(found)


def test_fifty_services_work_and_more_are_refused() -> None:
    many = tuple(service(f"service-{number}", f"services/{number}") for number in range(51))
    assert len(parsed(plan(*many[:50]))) == 103
    with pytest.raises(UnsupportedError, match="51 services"):
        files(plan(*many))


def test_a_called_workflow_is_given_the_secrets_it_names() -> None:
    made = plan(service("cart", "src/cart", registries=(NPM,), language="node", toolchain=NODE), TWO[1])
    assert jobs(made)["service-cart"]["secrets"] == {"NPM_TOKEN": "${{ secrets.NPM_TOKEN }}"}
    assert parsed(made)["pull-request-cart"]["on"]["workflow_call"]["secrets"] == {"NPM_TOKEN": {"required": False}}
    assert "secrets" not in jobs(made)["service-web"]


def test_private_packages_reach_tests_and_image_as_secrets() -> None:
    found = jobs(plan(service(language="node", toolchain=NODE, registries=(NPM,))))
    assert steps(found["unit"])["Install dependencies"]["env"] == {"NPM_TOKEN": "${{ secrets.NPM_TOKEN }}"}
    build = steps(found["image-build"])["Build"]
    assert build["with"]["secret-envs"] == "NPM_TOKEN=NPM_TOKEN" and build["env"] == {"NPM_TOKEN": "${{ secrets.NPM_TOKEN }}"}


def test_the_forges_own_token_needs_no_secret_but_a_right() -> None:
    found = jobs(plan(service(language="node", toolchain=NODE, registries=(FORGE,))))
    assert found["unit"]["permissions"] == {"contents": "read", "packages": "read"}
    assert steps(found["unit"])["Install dependencies"]["env"] == {"GITHUB_TOKEN": "${{ github.token }}"}
    other = jobs(plan(service(language="node", toolchain=NODE, registries=(FORGE._replace(secret="GITHUB_PAT"),))))
    assert steps(other["unit"])["Install dependencies"]["env"] == {"GITHUB_PAT": "${{ secrets.GH_PAT }}"}


@pytest.mark.parametrize(
    ("toolchain", "titles", "inputs"),
    [
        (Toolchain("go", "1.26.6", "go.mod"), ["Set up Go"], {"go-version": "1.26.6", "cache": False}),
        (Toolchain("go", None, "go.mod"), ["Set up Go"], {"go-version-file": "go.mod", "cache": False}),
        (
            JAVA,
            ["Set up Java"],
            {"distribution": "temurin", "java-version": "21", "cache": "maven", "cache-dependency-path": "pom.xml"},
        ),
        (Toolchain("java", None), [], {}),
        (
            Toolchain("jvm", "21", package_manager="gradle", lockfiles=("a.lockfile", "b.lockfile")),
            ["Set up Java"],
            {"distribution": "temurin", "java-version": "21", "cache": "gradle", "cache-dependency-path": "a.lockfile\nb.lockfile"},
        ),
        (
            Toolchain("node", "24.18.0", package_manager="npm", lockfiles=("package-lock.json",)),
            ["Set up Node.js"],
            {
                "node-version": "24.18.0",
                "cache": "npm",
                "cache-dependency-path": "package-lock.json",
                "package-manager-cache": False,
            },
        ),
        (
            NODE,
            ["Enable pnpm", "Set up Node.js"],
            {"node-version": "24.18.0", "cache": "pnpm", "cache-dependency-path": "pnpm-lock.yaml", "package-manager-cache": False},
        ),
        (Toolchain("python", "3.13", package_manager="pip"), ["Set up Python"], {"python-version": "3.13"}),
        (
            Toolchain("python", "3.13", package_manager="poetry", lockfiles=("poetry.lock",)),
            ["Install poetry", "Set up Python"],
            {"python-version": "3.13", "cache": "poetry", "cache-dependency-path": "poetry.lock"},
        ),
        (
            Toolchain("python", None, ".python-version", "pdm"),
            ["Install pdm", "Set up Python"],
            {"python-version-file": ".python-version"},
        ),
        (PYTHON, ["Set up Python", "Set up uv"], {"version": "0.13.9", "enable-cache": True, "cache-dependency-glob": "uv.lock"}),
    ],
)
def test_set_up(toolchain: Toolchain, titles: list[str], inputs: dict[str, Any]) -> None:
    found = steps(jobs(plan(service(toolchain=toolchain)))["lint"])
    assert list(found)[1 : 1 + len(titles)] == titles
    assert not titles or found[titles[-1]]["with"] == inputs


@pytest.mark.parametrize(
    ("command", "version"), [("gradle check", "9.8.0"), ("./gradlew check", None), ("cd .. && gradle check", "9.8.0")]
)
def test_gradle_is_set_up_where_there_is_no_wrapper(command: str, version: str | None) -> None:
    tool = Toolchain("java", "21", package_manager="gradle")
    found = steps(jobs(plan(service(toolchain=tool, commands=COMMANDS._replace(lint=command))))["lint"])
    assert found.get("Set up Gradle", {"with": {"gradle-version": None}})["with"]["gradle-version"] == version


def test_package_managers_are_installed_at_a_version() -> None:
    def run(toolchain: Toolchain, title: str) -> str:
        return str(steps(jobs(plan(service(toolchain=toolchain)))["lint"])[title]["run"])

    assert run(NODE, "Enable pnpm") == "corepack enable pnpm\ncorepack prepare pnpm@10.34.7 --activate"
    assert run(NODE._replace(package_manager="yarn", package_manager_version=None), "Enable yarn") == "corepack enable yarn"
    for manager in ("pipenv", "poetry", "pdm"):
        command = run(Toolchain("python", "3.13", package_manager=manager), f"Install {manager}")
        assert re.fullmatch(rf"pipx install {manager}==\d+\.\d+\.\d+", command)


@pytest.mark.parametrize("name", list(services_of_each_kind()))
def test_an_own_road_names_nothing_public(name: str) -> None:
    own = tuple(each._replace(registries=()) for each in services_of_each_kind()[name])
    found = files(plan(*own, in_road=OWN_ROAD))
    assert {path: PUBLIC.findall(text) for path, text in found.items() if PUBLIC.search(text)} == {}
    assert PUBLIC.search("\n".join(files(plan(*own)).values())), "the pattern sees what the public road names"


def test_an_own_road_reaches_every_tool() -> None:
    text = files(plan(service(), in_road=OWN_ROAD))[f"{FOLDER}pull-request.yml"]
    for word in ("runs-on: corp-linux", "corp/actions-checkout@", "mirror.corp.example/postgres:16", "https://go.corp.example"):
        assert word in text


def test_an_own_registry_is_opened_by_named_secrets_or_nothing_is_pushed() -> None:
    job = jobs(plan(service(), in_road=OWN_ROAD), "main")["build"]
    assert job["outputs"] == {"digest": "${{ steps.push.outputs.digest || steps.registry.outputs.digest }}"}
    build = steps(job)
    assert build["Log in to the registry"]["with"]["password"] == "${{ secrets.REGISTRY_PASSWORD }}"
    assert [step.get("if") for name, step in build.items() if name not in ("Check out", "Check the settings")] == [
        "steps.registry.outputs.ready == 'true'"
    ] * 4
    called = parsed(plan(*TWO, in_road=OWN_ROAD))
    assert set(called["main-cart"]["on"]["workflow_call"]["secrets"]) == {"REGISTRY_USERNAME", "REGISTRY_PASSWORD"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"tool_source": ""}, "does not say where cdgen comes from"),
        ({"tool_version": None}, "does not say which version"),
        ({"tool_sha256": None}, "does not say which digest"),
    ],
)
def test_without_a_source_the_verify_job_says_so(changes: dict[str, Any], words: str) -> None:
    found = steps(jobs(plan(service(), in_road=OWN_ROAD._replace(**changes)))["verify"])
    assert words in found["Say that the road is not verified"]["env"]["REASON"] and "Check the road" not in found


@pytest.mark.parametrize(
    ("source", "digest", "env"),
    [
        (
            "https://pypi.corp.example/simple",
            "0" * 64,
            {"SOURCE": "https://pypi.corp.example/simple", "REQUIREMENT": "cdgen==1.0.0", "SHA256": "0" * 64},
        ),
        (
            "https://files.corp.example/cdgen-1.0.0-py3-none-any.whl",
            "0" * 64,
            {
                "SOURCE": "https://files.corp.example/cdgen-1.0.0-py3-none-any.whl",
                "REQUIREMENT": "cdgen @ https://files.corp.example/cdgen-1.0.0-py3-none-any.whl",
                "SHA256": "0" * 64,
            },
        ),
        ("https://git.corp.example/cdgen.git", None, {"REQUIREMENT": "cdgen @ git+https://git.corp.example/cdgen.git@1.0.0"}),
        ("git+ssh://git@corp.example/cdgen", None, {"REQUIREMENT": "cdgen @ git+ssh://git@corp.example/cdgen@1.0.0"}),
    ],
)
def test_the_verify_job_installs_what_the_road_names(source: str, digest: str | None, env: dict[str, str]) -> None:
    own = road(tool_source=source, tool_version="1.0.0", tool_sha256=digest)
    found = steps(jobs(plan(service(), in_road=own))["verify"])
    assert found["Install cdgen"]["env"] == env and found["Check the road"]["run"] == "cdgen check --full"


def test_tests_find_their_containers_on_the_machine() -> None:
    job = jobs(plan(service(env=(EnvVar("PGHOST", None, True, False),))))["integration"]
    assert job["env"] == {"PGHOST": "localhost"} and job["services"]["postgresql"]["ports"] == ["5432:5432"]


def test_a_command_that_the_forge_would_rewrite_is_refused() -> None:
    with pytest.raises(UnsupportedError, match="GitHub would replace"):
        files(plan(service(commands=COMMANDS._replace(lint="echo ${{ secrets.X }}"))))


def test_a_ci_system_without_an_emitter_is_refused_in_one_line() -> None:
    assert ci_emitter("github") is github and [each.id for each in CI_EMITTERS] == ["github"]
    with pytest.raises(UnsupportedError, match="^there are no pipelines for gitlab yet$"):
        ci_emitter("gitlab")
