"""What the scripts of a workflow read from the output of cargo, on what it really prints."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cdgen.emitters.ci.github.base import script
from tests.emitters.test_github_scripts import counted, run, write

pytestmark = pytest.mark.skipif(os.name == "nt", reason="runners have bash")

RESULT = "test result: ok. {} passed; 0 failed; {} ignored; 0 measured; 0 filtered out; finished in 0.40s\n"
RUNNING = "     Running {} (/work/target/debug/deps/x-50bbcce1ae400926)\n\nrunning 2 tests\n\n"
UNIT = RUNNING.format("unittests src/lib.rs") + RESULT.format(9, 0)
STORE = RUNNING.format("tests/store.rs")
COLOURED = "\x1b[1m\x1b[92m     Running\x1b[0m tests/store.rs (/work/target/debug/deps/x-5)\n\n"
TABLE = (
    "TOTAL        178       41    76.97%        22        4    81.82%       134       25    81.34%         0         0       -\n"
)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


@pytest.mark.parametrize(
    ("log", "files", "ran", "skipped", "code"),
    [
        pytest.param("nothing that is known\n", "", None, None, 0, id="nothing"),
        pytest.param(UNIT, "tests/store.rs", 0, 0, 1, id="other tests ran"),
        pytest.param(STORE + RESULT.format(0, 2), "tests/store.rs", 0, 2, 1, id="all ignored"),
        pytest.param(UNIT + STORE + RESULT.format(2, 1), "tests/store.rs", 2, 1, 0, id="the named ones"),
        pytest.param(UNIT + STORE + RESULT.format(2, 1), "", 11, 1, 0, id="any"),
        pytest.param(COLOURED + RESULT.format(2, 0), "tests/store.rs", 2, 0, 0, id="coloured"),
        pytest.param(
            RUNNING.format("tests/api/main.rs") + RESULT.format(3, 0), "tests/api/main.rs", 3, 0, 0, id="a folder of tests"
        ),
        pytest.param("     Summary [   0.014s] 2 tests run: 2 passed, 1 skipped\n", "tests/store.rs", 2, 1, 0, id="nextest"),
    ],
)
def test_tests_are_counted(workspace: Path, log: str, files: str, ran: int | None, skipped: int | None, code: int) -> None:
    done = counted(workspace, "rust", log, files)
    assert done.code == code, done.said
    expected = f"{ran} ran, {skipped} were skipped" if ran is not None else "how many tests ran is not known"
    assert expected in done.summary


@pytest.mark.parametrize(
    ("log", "percent"), [(TABLE, "81.34"), ("74.19% coverage, 23/31 lines covered, +0.00% change in coverage\n", "74.19")]
)
def test_coverage_is_read(workspace: Path, log: str, percent: str) -> None:
    write(workspace, {"output.log": log})
    done = run(workspace, script("coverage-rust", "coverage"), LOG=str(workspace / "output.log"), AT_LEAST="")
    assert done.code == 0 and f"line coverage: {percent} %" in done.summary, done.said
