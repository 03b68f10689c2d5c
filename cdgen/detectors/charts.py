"""Helm charts that deploy a service: its own, and those of the repository that are called after it or run its image."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin
from cdgen.repo import Scope
from cdgen.repo.patterns import compiled

MOST = 60  # charts that are looked at; a repository with more is a catalogue
NOT_OWN = r"(?i)(?:^|/)(?:charts/[\w.-]+/charts|tests?|testdata|fixtures|examples?)/"


def detect(scope: Scope) -> Iterator[Fact]:
    """Below the service every chart is its own; elsewhere the name of the chart or of the image must say so."""
    own = scope.path("")
    name = scope.directory.rpartition("/")[2] if scope.directory != "." else ""
    for path in [each for each in scope.repo.glob("**/Chart.yaml") if not compiled(NOT_OWN).search(each)][:MOST]:
        folder = path.rpartition("/")[0] or "."
        if path.startswith(own) and path[len(own) :] in scope.files:
            yield Fact(f.CHART, folder, scope.repo.source(path), Origin.KUBERNETES, Confidence.DECLARED, "its own chart")
        elif name and (place := _of(scope, folder, name)):
            yield Fact(f.CHART, folder, place, Origin.KUBERNETES, Confidence.INFERRED, "a chart with its name")


def _of(scope: Scope, folder: str, name: str) -> f.Source | None:
    """Where a chart names the service: its folder, its values, the image of one of its workloads."""
    if folder.rpartition("/")[2] == name:
        return scope.repo.source(f"{folder}/Chart.yaml", r"^name:")
    image = rf"(?:image|repository):\s*[\"']?(?:\S*/|.*\}}\}}/?)(?:[\w-]+-)?{compiled(r'[^A-Za-z0-9_-]').sub('.', name)}[\"':@{{\s]"
    named = scope.repo.glob(f"templates/**/{name}{{,-dep,-deployment,-deploy}}.{{yaml,yml}}", folder)
    if named:
        return scope.repo.source(named[0], r"^\s*image:")
    for path in (f"{folder}/values.yaml", *scope.repo.glob("templates/**/*.{yaml,yml}", folder)):
        if line := scope.repo.find_line(path, image):
            return f.Source(path, line)
    return None
