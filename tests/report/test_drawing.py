"""Pipelines as drawings: what stands in a box, what an arrow means, and what is done when there is no room."""

from __future__ import annotations

from typing import Any

import pytest

from cdgen.model.pipeline import Job, Pipeline, Trigger
from cdgen.report.drawing import mermaid, terminal
from tests.plan import sample


def job(name: str, *needs: str, **changes: Any) -> Job:
    return Job(name, name, name, None, needs, (), timeout_minutes=5)._replace(**changes)


def pipeline(*jobs: Job) -> Pipeline:
    return Pipeline(Trigger.PULL_REQUEST, jobs)


def test_one_job() -> None:
    assert terminal(pipeline(job("build"))) == ["╭──────────────╮", "│ build, 5 min │", "╰──────────────╯"]


def test_nothing_is_drawn_of_nothing() -> None:
    assert terminal(pipeline()) == [] and mermaid(pipeline()) == "flowchart LR"


def test_jobs_that_start_together_share_a_box() -> None:
    lines = terminal(pipeline(job("lint"), job("unit", blocking=False), job("ready", "lint", "unit")))
    assert lines == [
        "╭───────────────────────────╮",
        "│ lint, 5 min               │       ╭──────────────╮",
        "│ unit, 5 min, not blocking │ ────▶ │ ready, 5 min │",
        "╰───────────────────────────╯       ╰──────────────╯",
    ]


def test_plain_signs() -> None:
    lines = terminal(pipeline(job("a"), job("b", "a")), unicode=False)
    assert lines == ["+----------+       +----------+", "| a, 5 min | ----> | b, 5 min |", "+----------+       +----------+"]


def test_an_arrow_that_follows_from_others_is_left_out() -> None:
    release = pipeline(job("build"), job("staging", "build"), job("production", "build", "staging"))
    assert [line.count("▶") for line in terminal(release, 100)] == [0, 2, 0]
    assert [line for line in mermaid(release).splitlines() if "-->" in line] == ["  j0 --> j1", "  j1 --> j2"]


def test_without_room_the_boxes_stand_below_each_other() -> None:
    lines = terminal(pipeline(job("build"), job("deploy", "build")), 24)
    assert "    ▼" in lines and not any("▶" in line for line in lines)


@pytest.mark.parametrize("width", [1, 14, 30, 80])
def test_no_line_is_longer_than_the_terminal(width: int) -> None:
    drawn = terminal(pipeline(job("a-very-long-name-of-a-job-that-nobody-can-read"), job("b")), width)
    assert max(map(len, drawn)) <= width


def test_chains_that_do_not_meet_are_drawn_one_by_one() -> None:
    lines = terminal(pipeline(job("a"), job("b"), job("a2", "a"), job("b2", "b")))
    assert lines.count("") == 1 and sum("▶" in line for line in lines) == 2


def test_what_boxes_cannot_say_is_listed() -> None:
    lines = terminal(pipeline(job("a"), job("b"), job("c", "a"), job("d", "a", "b")))
    assert lines == ["a, 5 min", "b, 5 min", "c, 5 min after a", "d, 5 min after a, b"]


def test_a_circle_ends() -> None:
    assert terminal(pipeline(job("a", "b"), job("b", "a"))) == []


def test_the_real_pipelines_are_drawable() -> None:
    for each in sample.plan(sample.service()).pipelines:
        lines = terminal(each, 100)
        assert lines and not any(" after " in line for line in lines)
        assert all(name.id in " ".join(lines) for name in each.jobs)


def test_a_label_cannot_leave_its_quotes() -> None:
    text = mermaid(pipeline(job('a"] --> x["b')))
    assert text.splitlines()[1] == '  j0["a#34;#93; --#62; x#91;#34;b, 5 min"]'
