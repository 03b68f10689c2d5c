"""Helm charts that deploy a service: its own, and those of the repository that are called after it or run its image."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin
from cdgen.repo import Repo, Scope
from cdgen.repo.patterns import compiled

ENDINGS = tuple(f"{kind}.{ending}" for kind in ("", "-dep", "-deployment", "-deploy") for ending in ("yaml", "yml"))
MOST = 60  # charts that are looked at; a repository with more is a catalogue
NOT_OWN = r"(?i)(?:^|/)(?:charts/[\w.-]+/charts|tests?|testdata|fixtures|examples?)/"


def detect(scope: Scope) -> Iterator[Fact]:
    """Below the service every chart is its own; elsewhere the name of the chart or of the image must say so."""
    own = scope.path("")
    name = scope.directory.rpartition("/")[2] if scope.directory != "." else ""
    for chart in _charts(scope.repo):
        path = chart.path
        folder = path.rpartition("/")[0] or "."
        if path.startswith(own) and path[len(own) :] in scope.files:
            yield Fact(f.CHART, folder, scope.repo.source(path), Origin.KUBERNETES, Confidence.DECLARED, "its own chart")
        elif name and (place := _of(scope.repo, chart, name)):
            yield Fact(f.CHART, folder, place, Origin.KUBERNETES, Confidence.INFERRED, "a chart with its name")


class Chart(NamedTuple):
    """What may name a service in a chart: its workloads' files by name, and the lines that name an image."""

    path: str
    templates: dict[str, str]
    images: tuple[tuple[str, int, str], ...]  # (path, line, text)


@lru_cache(maxsize=1)
def _charts(repo: Repo) -> tuple[Chart, ...]:
    """The charts of a repository, read once for all of its services."""
    return tuple(
        _read(repo, path) for path in [each for each in repo.glob("**/Chart.yaml") if not compiled(NOT_OWN).search(each)][:MOST]
    )


def _read(repo: Repo, path: str) -> Chart:
    folder = path.rpartition("/")[0] or "."
    files = repo.glob("templates/**/*.{yaml,yml}", folder)
    images = (
        (each, number, line)
        for each in ("values.yaml" if folder == "." else f"{folder}/values.yaml", *files)
        for number, line in enumerate(repo.lines(each), 1)
        if "image:" in line or "repository:" in line
    )
    return Chart(path, {each.rpartition("/")[2]: each for each in reversed(files)}, tuple(images))


def _of(repo: Repo, chart: Chart, name: str) -> f.Source | None:
    """Where a chart names the service: its folder, its values, the image of one of its workloads."""
    if chart.path.split("/")[-2:-1] == [name]:
        return repo.source(chart.path, r"^name:")
    image = rf"(?:image|repository):\s*[\"']?(?:\S*/|.*\}}\}}/?)(?:[\w-]+-)?{compiled(r'[^A-Za-z0-9_-]').sub('.', name)}[\"':@{{\s]"
    named = [chart.templates[each] for ending in ENDINGS if (each := name + ending) in chart.templates]
    if named:
        return repo.source(min(named), r"^\s*image:")
    search = compiled(image).search
    return next((f.Source(path, number) for path, number, line in chart.images if search(line)), None)
