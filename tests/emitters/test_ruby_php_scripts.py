"""What the scripts of a workflow read from the output of Ruby's and PHP's test runners, on what these really print."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cdgen.emitters.ci.github.base import script
from tests.emitters.test_github_scripts import counted, run, write

pytestmark = pytest.mark.skipif(os.name == "nt", reason="runners have bash")

RSPEC = "..*\n\nFinished in 0.02 seconds (files took 0.55 seconds to load)\n{}\n"
MINITEST = "Finished in 0.007840s, 255.0905 runs/s, 127.5452 assertions/s.\n\n{}\n"
PHPUNIT = "Time: 00:00.044, Memory: 4.00 MB\n\n{}\n"
SKIPPING = "OK, but incomplete, skipped, or risky tests!\nTests: 2, Assertions: 1, Skipped: 1."
REPORT = """
Code Coverage Report:
  2026-11-24 20:00:00

 Summary:
  Classes: 50.00% (1/2)
  Methods: 75.00% (3/4)
  Lines:   93.33% (14/15)

Acme\\Coupons\\Api
  Methods: 100.00% ( 3/ 3)   Lines:  88.00% ( 10/ 10)
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


@pytest.mark.parametrize(
    ("language", "log", "ran", "skipped", "code"),
    [
        ("ruby", "nothing that is known\n", None, None, 0),
        ("php", "nothing that is known\n", None, None, 0),
        ("ruby", RSPEC.format("0 examples, 0 failures"), 0, 0, 1),
        ("ruby", RSPEC.format("1 example, 0 failures"), 1, 0, 0),
        ("ruby", RSPEC.format("2 examples, 0 failures, 1 pending"), 1, 1, 0),
        ("ruby", RSPEC.format("1 example, 0 failures, 1 pending"), 0, 1, 1),
        ("ruby", MINITEST.format("2 runs, 1 assertions, 0 failures, 0 errors, 1 skips"), 1, 1, 0),
        ("ruby", MINITEST.format("1 runs, 0 assertions, 0 failures, 0 errors, 1 skips"), 0, 1, 1),
        ("ruby", "2 tests, 1 assertions, 0 failures, 0 errors, 0 pendings, 1 omissions, 0 notifications\n", 1, 1, 0),
        ("php", PHPUNIT.format("No tests executed!"), 0, 0, 1),
        ("php", PHPUNIT.format("OK (1 test, 1 assertion)"), 1, 0, 0),
        ("php", PHPUNIT.format("OK (4 tests, 15 assertions)"), 4, 0, 0),
        ("php", PHPUNIT.format(SKIPPING), 1, 1, 0),
        ("php", PHPUNIT.format("Tests: 2, Assertions: 0, Skipped: 2."), 0, 2, 1),
        ("php", "  Tests:    1 skipped, 2 passed (3 assertions)\n  Duration: 0.10s\n", 2, 1, 0),
    ],
)
def test_tests_are_counted(workspace: Path, language: str, log: str, ran: int | None, skipped: int | None, code: int) -> None:
    done = counted(workspace, language, log)
    assert done.code == code, done.said
    expected = f"{ran} ran, {skipped} were skipped" if ran is not None else "how many tests ran is not known"
    assert expected in done.summary


@pytest.mark.parametrize(
    ("language", "log", "percent"),
    [
        ("ruby", "Line Coverage: 93.75% (15 / 16)\nBranch Coverage: 50.0% (1 / 2)\n", "93.75"),
        ("ruby", "Coverage report generated for RSpec to /work/coverage. 93 / 100 LOC (93.0%) covered.\n", "93.0"),
        ("php", REPORT, "93.33"),
        ("php", "  Api .......... 88.0%\n  ──────\n                   Total: 93.3 %\n", "93.3"),
    ],
)
def test_coverage_is_read(workspace: Path, language: str, log: str, percent: str) -> None:
    write(workspace, {"output.log": log})
    done = run(workspace, script(f"coverage-{language}", "coverage"), LOG=str(workspace / "output.log"), AT_LEAST="")
    assert done.code == 0 and f"line coverage: {percent} %" in done.summary, done.said
