"""What the scripts of a workflow read from the output of `dotnet test`, in the words that its documentation shows."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cdgen.emitters.ci.github.base import script
from tests.emitters.test_github_scripts import counted, run, write

pytestmark = pytest.mark.skipif(os.name == "nt", reason="runners have bash")

SUITE = "{}!  - Failed:     0, Passed:     {}, Skipped:     {}, Total:     9, Duration: 6 ms - Shop.Tests.dll (net10.0)\n"
SUMMARY = "Test summary: total: 9, failed: 0, succeeded: {}, skipped: {}, duration: 0.6s\n"
PLATFORM = "Test run summary: Passed! - Shop.Tests.dll (net10.0)\n  total: 9\n  failed: 0\n  succeeded: {}\n  skipped: {}\n"
NONE = "No test matches the given testcase filter `Category=Integration` in /src/Shop.Tests.dll\n"
REPORT = (
    '<?xml version="1.0" encoding="utf-8"?>\n<coverage line-rate="0.5" branch-rate="1" version="1.9" timestamp="1" '
    'lines-covered="{}" lines-valid="{}" branches-covered="0" branches-valid="0">\n</coverage>\n'
)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


@pytest.mark.parametrize(
    ("log", "ran", "skipped", "code"),
    [
        pytest.param("Build succeeded.\n", None, None, 0, id="nothing that is known"),
        pytest.param(NONE, 0, 0, 1, id="none matches"),
        pytest.param(SUITE.format("Skipped", 0, 2), 0, 2, 1, id="all skipped"),
        pytest.param(SUITE.format("Passed", 3, 1), 3, 1, 0, id="one suite"),
        pytest.param(SUITE.format("Passed", 3, 1) + NONE + SUITE.format("Passed", 2, 0), 5, 1, 0, id="several"),
        pytest.param(SUMMARY.format(4, 1), 4, 1, 0, id="summary"),
        pytest.param(PLATFORM.format(4, 1), 4, 1, 0, id="the newer platform"),
        pytest.param("\x1b[32m" + SUITE.format("Passed", 3, 1), 3, 1, 0, id="coloured"),
    ],
)
def test_tests_are_counted(workspace: Path, log: str, ran: int | None, skipped: int | None, code: int) -> None:
    done = counted(workspace, "dotnet", log)
    assert done.code == code, done.said
    expected = f"{ran} ran, {skipped} were skipped" if ran is not None else "how many tests ran is not known"
    assert expected in done.summary


@pytest.mark.parametrize(
    ("reports", "words"),
    [
        pytest.param({}, "no figure that is understood", id="no report"),
        pytest.param({"TestResults/a/coverage.cobertura.xml": REPORT.format(3, 4)}, "line coverage: 75.0 %", id="one suite"),
        pytest.param(
            {
                f"TestResults/{name}/coverage.cobertura.xml": REPORT.format(*lines)
                for name, lines in (("a b", (3, 4)), ("c", (0, 4)))
            },
            "line coverage: 37.5 %",
            id="two suites",
        ),
    ],
)
def test_coverage_is_read(workspace: Path, reports: dict[str, str], words: str) -> None:
    write(workspace, {"output.log": "", **reports})
    done = run(workspace, script("coverage-dotnet", "coverage"), LOG=str(workspace / "output.log"), AT_LEAST="")
    assert done.code == 0, done.said
    assert words in done.summary
