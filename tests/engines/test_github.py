"""The workflows before their judges, and run by act: who runs, what turns red, and what a first push says."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterable, Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from cdgen import app
from cdgen.emitters.ci import github
from cdgen.model.facts import ExistingImage
from cdgen.model.output import RenderedFile
from cdgen.model.service import Commands, Service, Toolchain
from tests import examples
from tests.engines.drivers import act, actionlint, apiserver, check_jsonschema, ghalint, private, services, zizmor
from tests.engines.drivers.act import ActRun, Options
from tests.engines.drivers.apiserver import Cluster
from tests.engines.kubernetes.stages import digest
from tests.engines.test_rollout import PODS, Answers
from tests.plan.kinds import OWN_ROAD, services_of_each_kind
from tests.plan.sample import plan, service

FOLDER = ".github/workflows/cdgen-"
PUSH = {"repository": {"default_branch": "main", "name": "shop"}, "before": "HEAD^1"}
NO_TOOLS = Toolchain("shell", None)
A, B = (f"sha256:{letter * 64}" for letter in "ab")
# A workflow of the same repository is named by its path: the newer notation is not known to actionlint 1.7.12 and older servers
NAMED_EXCEPTIONS = {"self-repository"}


def write(root: Path, files: Iterable[RenderedFile]) -> None:
    for file in files:
        (root / file.path).parent.mkdir(parents=True, exist_ok=True)
        (root / file.path).write_text(file.text)


@pytest.mark.parametrize("kind", list(services_of_each_kind()))
def test_every_judge_is_content(tmp_path: Path, kind: str) -> None:
    made = plan(*services_of_each_kind()[kind])
    write(tmp_path, github.emit(made))
    workflows = sorted((tmp_path / ".github" / "workflows").iterdir())
    assert actionlint.lint(tmp_path) == ()
    assert check_jsonschema.validate("github-workflows", workflows) == ()
    assert ghalint.lint(tmp_path) == ()
    expected = NAMED_EXCEPTIONS if len(made.services) > 1 else set()
    with_secrets = {"secrets-outside-env"} if any(service.registries for service in made.services) else set()
    assert {finding.rule for finding in zizmor.audit(tmp_path)} <= expected | with_secrets


def test_the_judges_are_content_with_an_own_road(tmp_path: Path) -> None:
    write(tmp_path, github.emit(plan(service(), in_road=OWN_ROAD._replace(runners={}))))
    assert actionlint.lint(tmp_path) == ()
    assert {finding.rule for finding in zizmor.audit(tmp_path)} <= {"secrets-outside-env"}


@pytest.mark.parametrize(
    ("old", "new", "judge", "rule"),
    [
        ("permissions: {}\n\nconcurrency", "concurrency", zizmor.audit, "excessive-permissions"),
        ("persist-credentials: false", "persist-credentials: true", zizmor.audit, "artipacked"),
        ('run: bash deploy/rollout.sh deploy', "run: bash deploy/rollout.sh ${{ github.event.head_commit.message }}", actionlint.lint, "expression"),
        ("timeout-minutes: 30", "", ghalint.lint, "job_timeout_minutes_is_required"),
        (" # push the image", "", zizmor.audit, "undocumented-permissions"),
    ],
)  # fmt: skip
def test_the_judges_see_what_is_taken_away(tmp_path: Path, old: str, new: str, judge: Any, rule: str) -> None:
    write(tmp_path, github.emit(plan(service())))
    path = tmp_path / f"{FOLDER}main.yml"
    text = path.read_text()
    changed = text.replace("# Every commit has a run of its own; what must not run twice at a time says so in its job\n", "")
    assert old in changed
    path.write_text(changed.replace(old, new))
    assert rule in {finding.rule for finding in judge(tmp_path)}


def git(root: Path, *arguments: str) -> str:
    argv = ["git", "-c", "user.name=a", "-c", "user.email=a@b.test", *arguments]
    return subprocess.run(argv, cwd=root, check=True, capture_output=True, text=True).stdout.strip()


def shell(name: str = "shop", directory: str = ".", **commands: str) -> Service:
    """A service whose commands are the shell's own: what runs is the workflow, not a compiler."""
    usual: dict[str, Any] = {"install": "test -e Dockerfile", "lint": "true", "test": "true"}
    return service(
        name,
        directory,
        toolchain=NO_TOOLS,
        backing=(),
        env=(),
        integration_tests=(),
        dockerfile=ExistingImage("Dockerfile" if directory == "." else f"{directory}/Dockerfile", directory),
        commands=Commands(**{**usual, **commands}),
    )


def repository(root: Path, *found: Service) -> Path:
    """The services committed, and one commit on top that changes nothing yet."""
    for each in found:
        (root / each.directory).mkdir(parents=True, exist_ok=True)
        (root / each.directory / "Dockerfile").write_text("FROM scratch\n")
    write(root, github.emit(plan(*found)))
    git(root, "init", "-q", "-b", "main")
    git(root, "remote", "add", "origin", "https://github.com/Acme/shop.git")
    return commit(root)


def commit(root: Path) -> Path:
    git(root, "add", "-A")
    git(root, "commit", "-qm", "change", "--allow-empty")
    return root


def pull_request(root: Path, **options: Any) -> ActRun:
    return act.run(root, f"{FOLDER}pull-request.yml", "pull_request", Options(payload={"pull_request": {"number": 7}}, **options))


def test_every_check_runs_and_the_pull_request_is_ready(tmp_path: Path) -> None:
    ran = pull_request(repository(tmp_path, shell()))
    assert ran.results == dict.fromkeys(("image-build", "unit", "lint", "verify", "ready-to-merge"), "success"), ran.log[-3000:]
    assert ran.code == 0 and "Not verified: the road default does not say where cdgen comes from" in ran.summary
    assert {call.action for call in ran.calls} == {"actions/checkout", "docker/setup-buildx-action", "docker/build-push-action"}


@pytest.mark.parametrize(
    ("commands", "red"),
    [
        ({"test": "false"}, {"unit"}),
        ({"lint": "false"}, {"lint"}),
        ({"install": "false"}, {"unit", "lint"}),
        ({"integration": "echo '--- SKIP: TestStore (0.00s)'"}, set()),
        ({"coverage": "false"}, {"unit"}),
    ],
)
def test_a_failing_check_keeps_the_merge_back(tmp_path: Path, commands: dict[str, str], red: set[str]) -> None:
    ran = pull_request(repository(tmp_path, shell(**commands)))
    failed = {name for name, result in ran.results.items() if result == "failure"}
    assert failed == (red | {"ready-to-merge"} if red else set())


def test_tests_that_all_skip_keep_the_merge_back(tmp_path: Path) -> None:
    found = shell(integration="echo '--- SKIP: TestStore (0.00s)'")._replace(toolchain=Toolchain("go", "1.26.6"))
    ran = pull_request(repository(tmp_path, found))
    assert {name for name, result in ran.results.items() if result == "failure"} == {"integration", "ready-to-merge"}
    assert "integration tests: 0 ran, 1 were skipped" in ran.summary


CART, WEB = shell("cart", "src/cart"), shell("web", "src/web")


@pytest.mark.parametrize(
    ("path", "ran_services"),
    [("src/cart/main.sh", {"cart"}), ("src/web/main.sh", {"web"}), ("tools/build.sh", {"cart", "web"})],
)
def test_a_change_runs_its_services_and_the_check_survives_the_filter(tmp_path: Path, path: str, ran_services: set[str]) -> None:
    root = repository(tmp_path, CART, WEB)
    (root / path).parent.mkdir(exist_ok=True)
    (root / path).write_text("true\n")
    ran = pull_request(commit(root))
    assert ran.code == 0 and ran.results["ready-to-merge"] == "success", ran.log[-3000:]
    assert {name for name in ("cart", "web") if f"- {name}: success" in ran.summary} == ran_services
    assert {name for name in ("cart", "web") if f"- {name}: not touched" in ran.summary} == {"cart", "web"} - ran_services


def test_the_merge_queue_compares_with_the_commit_before_its_group(tmp_path: Path) -> None:
    root = repository(tmp_path, CART, WEB)
    base = git(root, "rev-parse", "HEAD")
    for service_name in ("cart", "web"):
        (root / f"src/{service_name}/main.sh").write_text("true\n")
        commit(root)
    payload = {"merge_group": {"base_sha": base}}
    ran = act.run(root, f"{FOLDER}pull-request.yml", "merge_group", Options(payload=payload))
    assert ran.code == 0 and "- cart: success" in ran.summary and "- web: success" in ran.summary, ran.log[-3000:]


def test_a_failure_in_one_service_is_a_failure(tmp_path: Path) -> None:
    """act ends with the failing called workflow, where GitHub goes on to `ready-to-merge`: the table of its script has that case."""
    root = repository(tmp_path, shell("cart", "src/cart", test="false"), WEB)
    (root / "src/cart/x").write_text("")
    ran = pull_request(commit(root))
    assert ran.code == 1 and ran.results["unit"] == "failure" and ran.results["lint"] == "success"


def push(root: Path, **options: Any) -> ActRun:
    return act.run(root, f"{FOLDER}main.yml", "push", Options(payload=PUSH, secrets={"GITHUB_TOKEN": "of-this-job"}, **options))


def test_the_first_push_is_green_and_says_what_to_set_up(tmp_path: Path) -> None:
    ran = push(repository(tmp_path, shell()), programs=("kubectl",))
    assert ran.code == 0 and ran.results == dict.fromkeys(("build", "deploy-staging", "deploy-production"), "success"), ran.log[
        -3000:
    ]
    for environment in ("staging", "production"):
        assert f"**shop in {environment}:** nothing was deployed, this is not set up yet" in ran.summary
        assert f"repo:Acme/shop:environment:{environment}" in ran.summary
    assert ran.summary.count("variable `CLUSTER_SERVER`") == ran.summary.count("variable `CLUSTER_CA`") == 2
    (pushed,) = (call for call in ran.calls if call.action == "docker/build-push-action")
    assert pushed.inputs["tags"].startswith("ghcr.io/acme/shop:") and pushed.inputs["push"] == "true"


def test_a_push_to_another_branch_releases_nothing(tmp_path: Path) -> None:
    root = repository(tmp_path, shell())
    git(root, "checkout", "-qb", "master")
    with pytest.raises(Exception, match="left jobs out"):
        push(root)


def test_the_first_push_of_several_services_is_green(tmp_path: Path) -> None:
    ran = push(repository(tmp_path, CART, WEB), programs=("kubectl",))
    assert ran.code == 0
    assert {name for name in ("cart", "web") if f"**{name} in production:** nothing was deployed" in ran.summary} == {"cart", "web"}


@pytest.fixture(scope="module")
def world() -> Iterator[Cluster]:
    """A cluster in a network of its own, with one server that answers for every pod."""
    with private.network(), ThreadingHTTPServer(("0.0.0.0", 8080), Answers) as pods, apiserver.start() as started:
        subprocess.run(["ip", "route", "add", "local", PODS, "dev", "lo"], check=True)
        threading.Thread(target=pods.serve_forever, daemon=True).start()
        yield started
        pods.shutdown()


def live(cluster: Cluster, namespace: str) -> str:
    image = "jsonpath={.spec.template.spec.containers[0].image}"
    return cluster.ask("-n", namespace, "get", "deployment", "--output", image.replace(".spec.t", ".items[0].spec.t")).partition(
        "@"
    )[2]


def test_a_push_goes_to_production_a_bad_one_comes_back_and_one_click_returns(tmp_path: Path, world: Cluster) -> None:
    """The whole way with everything that cdgen writes for a living service: build, two environments, a failure, a rollback."""
    root = examples.checkout("go-postgres", tmp_path)
    generated = app.generate(app.inspect(root))
    made = generated.plan
    (name,) = (each.name for each in made.services)
    write(root, generated.files)
    commit(root)
    for environment in ("staging", "production"):
        namespace = f"{name}-{environment}"
        world.ask("apply", "-f", root / f"deploy/platform/{environment}/namespace.yaml")
        world.ask("-n", namespace, "wait", "--for=create", "serviceaccount/default", "--timeout=30s")
        for secret in {key for each in made.workloads for key in each.required_secrets}:
            world.ask("-n", namespace, "create", "secret", "generic", name, f"--from-literal={secret}=x")
    options: dict[str, Any] = {
        "programs": ("kubectl",),
        "env": {"KUBECONFIG": str(world.kubeconfig), "SMOKE_PAUSE": "0"},
        "hooks": tmp_path / "hooks",
    }
    built(tmp_path / "hooks", A)
    ran = push(root, **options)
    assert ran.results == dict.fromkeys(("build", "deploy-staging", "deploy-production"), "success"), ran.log[-4000:]
    assert [live(world, f"{name}-{environment}") for environment in ("staging", "production")] == [A, A]
    assert f"**{name} in production:** {A} of commit {git(root, 'rev-parse', 'HEAD')} is live" in ran.summary

    built(tmp_path / "hooks", B)
    assert push(commit(root), **options).code == 0
    shorten(root, "240s")
    built(tmp_path / "hooks", digest("crash"))
    ran = push(commit(root), **options)
    assert ran.results == {"build": "success", "deploy-staging": "failure"}, ran.log[-4000:]
    assert [live(world, f"{name}-{environment}") for environment in ("staging", "production")] == [B, B]
    assert "failed and was taken back" in ran.summary

    inputs = {"environment": "production", "digest": "", "reason": "wrong prices"}
    ran = act.run(root, f"{FOLDER}rollback.yml", "workflow_dispatch", Options(inputs=inputs, payload={"inputs": inputs}, **options))
    assert ran.results == {"rollback": "success"}, ran.log[-4000:]
    assert live(world, f"{name}-production") == A and "Reason: wrong prices" in ran.summary
    assert live(world, f"{name}-staging") == B


def built(hooks: Path, image_digest: str) -> None:
    """The next image that is built has this digest."""
    hooks.mkdir(exist_ok=True)
    hook = hooks / "docker__build-push-action"
    hook.write_text(f"#!/bin/sh\necho digest={image_digest}\n")
    hook.chmod(0o755)


def shorten(root: Path, timeout: str) -> None:
    """Waits of the next deploy are short: the pretended pods fail at once."""
    path = root / f"{FOLDER}main.yml"
    lines = [
        f'{line.partition(":")[0]}: "5"' if line.strip().startswith("ROLLOUT_TIMEOUT") else line
        for line in path.read_text().splitlines()
    ]
    path.write_text("\n".join(lines) + "\n")


def test_real_integration_tests_find_their_database(tmp_path: Path) -> None:
    """The pull request of a living service: PostgreSQL on its own port, the tests of the repository, the guard behind them."""
    root = examples.checkout("go-postgres", tmp_path)
    generated = app.generate(app.inspect(root))
    made = generated.plan
    write(root, generated.files)
    commit(root)
    (container,) = next(job.containers for job in made.pipelines[0].jobs if job.gate == "integration")
    account = {variable.removeprefix("POSTGRES_").lower(): value for variable, value in container.env}
    with private.network() as inside, services.postgres(
        container.port, user=account["user"], password=account["password"], database=account["db"]
    ):  # fmt: skip
        ran = pull_request(root, env=inside.environment)
    assert ran.results == dict.fromkeys(("integration", "image-build", "unit", "lint", "verify", "ready-to-merge"), "success"), (
        ran.log[-4000:]
    )
    assert "integration tests: 5 ran, 0 were skipped" in ran.summary and "line coverage: " in ran.summary
