"""Mutated examples are inspected without a failure. `make fuzz` looks longer and follows coverage."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdgen.repo import Repo
from tools import fuzz

SEEDS = fuzz.seeds()


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False))
def test_mutated_examples_are_answered(random: Random) -> None:
    fuzz.inspect(fuzz.mutated(SEEDS, random.randrange))


def test_a_failure_is_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: object, capsys: pytest.CaptureFixture[str]) -> None:
    """The search itself: a reader that fails ends it 1, with the repository that made it fail."""

    def broken(_: Repo, path: str) -> str | None:
        raise IndexError(path)

    monkeypatch.setattr(Repo, "text", broken)
    monkeypatch.setattr(fuzz, "FAILURES", tmp_path)
    assert fuzz.main(0.005, 1) == 1
    assert "IndexError" in capsys.readouterr().out
