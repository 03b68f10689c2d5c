"""act with stand-ins: what the workflow says is what happens, and what a real runner would ignore is an error."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.engines.drivers import act, buildah
from tests.engines.drivers.act import Options
from tests.engines.drivers.program import CheckerError
from tests.engines.standins.hooks import building_images
from tests.engines.standins.uses import misuses

SAMPLES = Path(__file__).parent / "samples"
WORKFLOW = ".github/workflows/ci.yml"
CHECKOUT = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1"
UPLOAD = "actions/upload-artifact@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f # v7.0.0"
DOWNLOAD = "actions/download-artifact@3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1"
CACHE = "actions/cache@27d5ce7f107fe9357f9df03efb73ab90386fccae # v5.0.5"
BUILD = "docker/build-push-action@53b7df96c91f9c12dcc8a07bcb9ccacbed38856a # v7.3.0"


def committed(repo: Path) -> Path:
    for arguments in ("init -q -b main", "add -A", "-c user.name=a -c user.email=a@b.test commit -qm sample",
                      "remote add origin https://github.com/acme/web.git"):  # fmt: skip
        subprocess.run(["git", *arguments.split()], cwd=repo, check=True, capture_output=True)
    return repo


def service(folder: Path, workflow: str) -> Path:
    path = folder / "repo" / WORKFLOW
    path.parent.mkdir(parents=True)
    path.write_text(workflow)
    return committed(folder / "repo")


def steps(*texts: str, job: str = "") -> str:
    """A workflow of one job, from the text of its steps."""
    body = "".join(f"      - {text}\n" for text in texts)
    return f"on: push\njobs:\n  only:\n    runs-on: ubuntu-24.04\n{job}    steps:\n{body}"


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    return committed(Path(shutil.copytree(SAMPLES, tmp_path / "repo")))


def test_outputs_flow_and_calls_are_recorded(sample: Path) -> None:
    ran = act.run(sample, WORKFLOW)
    assert (ran.code, ran.results) == (0, {"test": "success", "listen": "success"})
    assert [(call.action, call.inputs) for call in ran.calls] == [
        ("actions/checkout", {"persist-credentials": "false"}),
        ("actions/setup-node", {"node-version": "24"}),
    ]


def test_a_failing_step_fails_its_job_and_skips_those_that_need_it(sample: Path) -> None:
    path = sample / WORKFLOW
    path.write_text(path.read_text().replace("run: echo ", "run: false && echo "))
    ran = act.run(sample, WORKFLOW)
    assert (ran.code, ran.results) == (1, {"test": "failure"})


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("persist-credentials:", "persist-credential:", "unknown-input"),
        ("# v7.0.1", "# v6.0.0", "false-comment"),
        ("@3d3c42e5", "@00000000", "unknown-pin"),
        (CHECKOUT, CACHE, "missing-input"),
    ],
)
def test_a_misused_action_is_found_without_running(old: str, new: str, rule: str, sample: Path) -> None:
    assert misuses(sample) == ()
    path = sample / WORKFLOW
    path.write_text(path.read_text().replace(old, new))
    assert rule in {finding.rule for finding in misuses(sample)}


def test_a_misspelt_input_fails_the_run(sample: Path) -> None:
    path = sample / WORKFLOW
    path.write_text(path.read_text().replace("node-version:", "node-versoin:"))
    ran = act.run(sample, WORKFLOW)
    assert ran.results == {"test": "failure"}
    assert [call.error for call in ran.calls if call.error] == ["unknown input node-versoin"]


def test_an_action_without_pin_data_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CheckerError, match="not in the pin data"):
        act.run(service(tmp_path, steps(f"uses: acme/deploy@{'0' * 40}")), WORKFLOW)


def test_a_job_without_checkout_sees_no_file(tmp_path: Path) -> None:
    assert act.run(service(tmp_path, steps('run: test -z "$(ls -A)"')), WORKFLOW).results == {"only": "success"}


def test_any_runner_label_runs(tmp_path: Path) -> None:
    repo = service(tmp_path, steps("run: true").replace("ubuntu-24.04", "[acme-large, linux]"))
    assert act.run(repo, WORKFLOW).results == {"only": "success"}


def test_a_label_that_act_was_not_told_of_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(act, "_labels", lambda _repo: ["elsewhere"])
    with pytest.raises(CheckerError, match="left jobs out"):
        act.run(service(tmp_path, steps("run: true")), WORKFLOW)


def test_artefacts_travel(tmp_path: Path) -> None:
    repo = service(
        tmp_path,
        steps(
            "run: mkdir out && echo hello > out/word",
            f"uses: {UPLOAD}\n        with: {{name: word, path: out, if-no-files-found: error}}",
            f"uses: {DOWNLOAD}\n        with: {{name: word, path: back}}",
            "run: grep hello back/word",
        ),
    )
    assert act.run(repo, WORKFLOW).results == {"only": "success"}


def test_a_cache_is_there_in_the_next_run(tmp_path: Path) -> None:
    repo = service(
        tmp_path,
        steps(
            f"uses: {CACHE}\n        id: cache\n        with: {{path: kept, key: one}}",
            "run: mkdir -p kept && echo kept > kept/file",
            "if: steps.cache.outputs.cache-hit == 'true'\n        run: echo warm",
        ),
    )
    options = Options(state=tmp_path / "state")
    cold, warm = act.run(repo, WORKFLOW, options=options), act.run(repo, WORKFLOW, options=options)
    assert ("warm" in cold.jobs[0].log, "warm" in warm.jobs[0].log) == (False, True)


def test_a_hook_does_the_work_of_an_action(tmp_path: Path) -> None:
    hook = tmp_path / "hooks" / "docker__build-push-action"
    hook.parent.mkdir()
    hook.write_text('#!/bin/sh\ntest "$INPUT_CONTEXT" = . && echo digest=sha256:real\n')
    hook.chmod(0o755)
    repo = service(
        tmp_path,
        steps(f"uses: {BUILD}\n        id: build\n        with: {{context: .}}", "run: echo ${{ steps.build.outputs.digest }}"),
    )
    assert "sha256:real" in act.run(repo, WORKFLOW, options=Options(hooks=hook.parent)).jobs[0].log


def test_an_image_is_really_built(tmp_path: Path) -> None:
    workflow = steps(
        f"uses: {CHECKOUT}",
        f"uses: {BUILD}\n        id: build\n        with: {{context: ., push: true, build-args: WORD=loud}}",
        "run: echo digest ${{ steps.build.outputs.digest }}",
    )
    results = {}
    for word in ("loud", "quiet"):
        (tmp_path / word).mkdir()
        repo = service(tmp_path / word, workflow)
        (repo / "Dockerfile").write_text(f'FROM busybox:1.36\nARG WORD\nRUN test "${{WORD}}" = {word}\n')
        subprocess.run(["git", "add", "-A"], cwd=repo, check=True)
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b.test", "commit", "-qm", "more"], cwd=repo, check=True)
        results[word] = act.run(repo, WORKFLOW, options=Options(hooks=building_images(tmp_path / "hooks")))
    built = buildah.build(tmp_path / "loud" / "repo", flags=("--build-arg", "WORD=loud"))
    assert f"digest {built.digest}" in results["loud"].jobs[0].log
    assert results["quiet"].results == {"only": "failure"}


def test_event_variables_secrets_and_inputs_arrive(tmp_path: Path) -> None:
    text = steps("run: echo ${{ github.event.number }} ${{ vars.PLACE }} ${{ inputs.reason }} ${{ secrets.LONGSECRET }}")
    repo = service(tmp_path, text.replace("on: push", "on: {workflow_dispatch: {inputs: {reason: {type: string}}}}"))
    options = Options(
        payload={"number": 7}, variables={"PLACE": "here"}, inputs={"reason": "drill"}, secrets={"LONGSECRET": "hush-hush"}
    )
    assert "7 here drill ***" in act.run(repo, WORKFLOW, "workflow_dispatch", options).jobs[0].log


def test_nothing_of_the_caller_reaches_a_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERSONAL_TOKEN", "abcdef")
    ran = act.run(service(tmp_path, steps("run: env")), WORKFLOW)
    assert "PERSONAL_TOKEN" not in ran.log
