"""The installer: what cannot be had is written down and never fatal; what is there is left alone."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.engines import lock
from tests.engines.drivers import actionlint, apiserver, hadolint, kustomize
from tests.engines.lock import NotProven
from tests.engines.sources import debian
from tests.engines.sources.shell import StepFailed

ROOT = Path(__file__).parents[2]
SAMPLES = Path(__file__).parent / "samples"


def install(cache: Path, *arguments: str, path: str = "/usr/bin:/bin") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "CDGEN_ENGINES": str(cache), "PATH": path}
    argv = [sys.executable, "-m", "tests.engines.install", *arguments]
    return subprocess.run(argv, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_what_cannot_be_had_is_written_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = install(tmp_path, "--only", "kubeconform")
    assert done.returncode == 0 and "cannot be had: kubeconform v0.8.0: needs Go on PATH" in done.stdout
    monkeypatch.setenv("CDGEN_ENGINES", str(tmp_path))
    with pytest.raises(NotProven, match="needs Go on PATH"):
        lock.find("kubeconform")


def test_a_second_run_installs_nothing() -> None:
    done = install(lock.cache(), path=os.environ["PATH"])
    assert (done.returncode, "installing (usually" in done.stdout) == (0, False), done.stdout


def test_an_unknown_name_is_wrong_usage(tmp_path: Path) -> None:
    done = install(tmp_path, "--only", "kubeconfrom")
    assert done.returncode == 2 and "kubeconfrom" in done.stderr


def test_without_root_a_package_names_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    tool = next(tool for tool in lock.tools() if tool.name == "redis")
    with pytest.raises(StepFailed, match="apt-get install redis-server"):
        debian.install(tool)


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda: actionlint.lint(SAMPLES), id="actionlint"),
        pytest.param(lambda: hadolint.lint([SAMPLES / "Dockerfile"]), id="hadolint"),
        pytest.param(lambda: kustomize.build(SAMPLES / "deploy" / "overlay"), id="kustomize"),
        pytest.param(lambda: apiserver.start().__enter__(), id="apiserver"),
    ],
)
def test_a_driver_without_its_program_proves_nothing(
    ask: Callable[[], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CDGEN_ENGINES", str(tmp_path))
    with pytest.raises(NotProven, match="tests.engines.install"):
        ask()


def test_every_entry_is_complete() -> None:
    programs = [program for tool in lock.tools() for program in tool.programs]
    assert len(programs) == len(set(programs))
    assert all(tool.version and tool.usual for tool in lock.tools())
