"""Globs of paths: what the quick ways answer is what the regular expression of each alternative says."""

from __future__ import annotations

import re

import pytest

from cdgen.repo import Repo, Scope
from cdgen.repo.patterns import _alternatives, _expression, matcher, plain_names

PATHS = (
    "Chart.yaml",
    "compose.yaml",
    "k8s.yaml",
    "k8s/.yaml",
    "k8s/app.yaml",
    "k8s/base/app.yml",
    "services/a/Chart.yaml",
    "services/a/MyChart.yaml",
    "services/a/docker/compose.yml",
    "services/a/k8s/app.yaml",
    "services/ab/Chart.yaml",
)
PATTERNS = (
    "Chart.yaml",
    "{Chart,compose}.{yaml,yml}",
    "**/Chart.yaml",
    "**/*.yaml",
    "k8s/**/*.{yml,yaml}",
    "{k8s,services}/**/*.yaml",
    "k8s/**/app.yaml",
    "*/*.yaml",
    "services/?/**/*.y*ml",
    "{docker/,}compose.{yml,yaml}",
    "**/{Chart.yaml,docker/*.yml}",
)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_quick_ways_say_what_the_expression_says(pattern: str) -> None:
    slow = [path for path in PATHS if any(re.match(_expression(each), path) for each in _alternatives(pattern))]
    assert [path for path in PATHS if matcher(pattern)(path)] == slow
    assert list(Repo.of(dict.fromkeys(PATHS, b"")).glob(pattern)) == slow


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("directory", ["services", "services/a", "k8s"])
def test_below_a_folder(pattern: str, directory: str) -> None:
    below = [path for path in PATHS if path.startswith(f"{directory}/")]
    slow = [path for path in below if any(re.match(_expression(f"{directory}/{each}"), path) for each in _alternatives(pattern))]
    repo = Repo.of(dict.fromkeys(PATHS, b""))
    assert list(repo.glob(pattern, directory)) == slow
    assert [f"{directory}/{path}" for path in Scope(repo, directory).glob(pattern)] == slow


def test_names_of_another_service_are_not_found() -> None:
    repo = Repo.of(dict.fromkeys(PATHS, b""))
    assert Scope(repo, "services", ("services/a",)).glob("{a,ab}/Chart.yaml") == ("ab/Chart.yaml",)


def test_a_pattern_with_wildcards_has_no_plain_names() -> None:
    assert plain_names("{a,b*}") == ()
    assert plain_names("{b,a}.x") == ("a.x", "b.x")
