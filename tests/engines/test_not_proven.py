"""The fourth outcome: counted, listed, and never a pass."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PASSES = "def test_passes():\n    pass\n"
FAILS = "def test_fails():\n    assert False\n"
MISSING = "from tests.engines.lock import NotProven\n\ndef test_missing():\n    raise NotProven('gradle', 'no distribution')\n"
MISSING_FIXTURE = """\
import pytest
from tests.engines.lock import NotProven

@pytest.fixture
def cluster():
    raise NotProven('kube', 'not built')

def test_needs_cluster(cluster):
    pass
"""


@pytest.mark.parametrize(
    ("text", "options", "code", "shown"),
    [
        pytest.param(PASSES, [], 0, "", id="everything proven"),
        pytest.param(PASSES + MISSING, [], 5, "gradle: no distribution", id="one tool missing"),
        pytest.param(MISSING_FIXTURE, [], 5, "kube: not built", id="missing in a fixture"),
        pytest.param(FAILS + MISSING, [], 1, "gradle: no distribution", id="broken beats not proven"),
        pytest.param(PASSES + MISSING, ["--expect-not-proven=gradle"], 0, "gradle: no distribution", id="known to be missing"),
        pytest.param(PASSES + MISSING, ["--expect-not-proven=maven"], 5, "gradle: no distribution", id="another is known"),
    ],
)
def test_exit_code_when(tmp_path: Path, text: str, options: list[str], code: int, shown: str) -> None:
    (tmp_path / "conftest.py").write_text("pytest_plugins = ['tests.engines.conftest']\n")
    (tmp_path / "test_it.py").write_text(text)
    argv = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), *options, str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(argv, capture_output=True, text=True, cwd=tmp_path, env=environment, check=False)
    assert (done.returncode, shown in done.stdout) == (code, True), done.stdout
    assert ("not proven" in done.stdout) == bool(shown)
