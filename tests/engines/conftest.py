"""Not proven: a test whose program cannot be had here has an outcome of its own.

A test (or a fixture) that raises `NotProven` neither passed nor failed. It is counted and listed in its own part of the
summary, and a run that is otherwise good ends with exit code 5, pytest's own code for "ran, and proved nothing":

    0   everything was proven
    1   something is broken
    5   nothing is broken, but not everything could be proven

`--expect-not-proven NAME[,NAME...]` names the tools whose absence is known (a distribution that no package registry of
the machine carries): they are listed all the same, and do not change the exit code.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

import pytest

from tests.engines.drivers import apiserver
from tests.engines.lock import NotProven

PROPERTY = "not proven"
FIGURES = "figures"  # a property of a test: a line that is worth to be read when all is well, too
INCOMPLETE = 5


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--expect-not-proven", metavar="NAMES", default="", help="tools known to be missing here, separated by commas")


@pytest.fixture(scope="session")
def cluster() -> Iterator[apiserver.Cluster]:
    """One control plane of the newest version for the whole run: each test makes a namespace of its own in it."""
    with apiserver.start() as started:
        yield started


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if call.excinfo is not None and isinstance(call.excinfo.value, NotProven):
        missing = call.excinfo.value
        report.outcome = "skipped"
        report.longrepr = (str(item.path), 0, f"not proven: {missing}")
        report.user_properties.append((PROPERTY, (missing.tool, missing.reason)))
    return report


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    return ("not proven", "N", "NOT PROVEN") if _missing(report) else None


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    reports = _reports(session.config)
    expected = {name.strip() for name in session.config.getoption("--expect-not-proven").split(",")}
    surprises = [report for report in reports if (missing := _missing(report)) and missing[0] not in expected]
    if exitstatus == pytest.ExitCode.OK and surprises:
        session.exitstatus = INCOMPLETE


def pytest_terminal_summary(terminalreporter: Any) -> None:
    _list_missing(terminalreporter)
    ended = (*terminalreporter.stats.get("passed", []), *terminalreporter.stats.get("failed", []))
    figures = [value for report in ended for name, value in report.user_properties if name == FIGURES]
    if figures:
        terminalreporter.section("figures")
        for line in figures:
            terminalreporter.write_line(str(line))


def _list_missing(terminalreporter: Any) -> None:
    reports = terminalreporter.stats.get("not proven", [])
    if not reports:
        return
    terminalreporter.section("not proven")
    for report in reports:
        tool, reason = _missing(report) or ("", "")
        terminalreporter.write_line(f"{report.nodeid}: {tool}: {reason}")


def _reports(config: pytest.Config) -> list[pytest.TestReport]:
    reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
    return list(reporter.stats.get("not proven", [])) if reporter else []


def _missing(report: pytest.TestReport) -> tuple[str, str] | None:
    """Tool and reason of a report that is not proven; user properties survive the way from a parallel worker."""
    found = [value for name, value in getattr(report, "user_properties", ()) if name == PROPERTY]
    return (str(found[0][0]), str(found[0][1])) if found else None
