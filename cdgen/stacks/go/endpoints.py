"""Health, readiness and metrics endpoints among the routes of a Go program, and those that a library brings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Key, Origin, Source
from cdgen.repo.patterns import compiled
from cdgen.stacks.base import HEALTH_WORDS, READY_WORDS
from cdgen.stacks.go.routes import Route
from cdgen.stacks.go.trees import Trees, called, line, text

METRICS_HANDLER = r"promhttp\.|PrometheusHandler|echoprometheus\.NewHandler|MetricsHandler|monitor\.New"
# import -> (call on what, its name, health path, readiness path); "" for one that it does not have
LIBRARIES = (
    # https://docs.gofiber.io/api/middleware/healthcheck
    ("github.com/gofiber/fiber", r"^healthcheck$", "New", "/livez", "/readyz"),
    # https://github.com/heptiolabs/healthcheck
    ("github.com/heptiolabs/healthcheck", r"^healthcheck$", "NewHandler|NewMetricsHandler", "/live", "/ready"),
    # https://pkg.go.dev/sigs.k8s.io/controller-runtime/pkg/manager#Manager
    ("sigs.k8s.io/controller-runtime", r"", "AddHealthzCheck", "/healthz", ""),
    ("sigs.k8s.io/controller-runtime", r"", "AddReadyzCheck", "", "/readyz"),
    # https://gofr.dev/docs/advanced-guide/monitoring-service-health
    ("gofr.dev", r"^gofr$", "New", "/.well-known/alive", "/.well-known/health"),
)


def facts(found: tuple[Route, ...], trees: Trees) -> Iterator[Fact]:
    """HEALTH_PATH, READINESS_PATH and METRICS_PATH, the likelier first."""
    asked = [route for route in found if route.method in ("GET", "HEAD", "*")]
    for key, words in ((f.HEALTH_PATH, HEALTH_WORDS), (f.READINESS_PATH, READY_WORDS)):
        for word in words:
            for route in asked:
                if compiled(rf"(?i)(?:^|/)[_-]*(?:{word})/?$").search(route.path):
                    yield _fact(key, route)
    for route in asked:
        if compiled(METRICS_HANDLER).search(route.call) or route.path.endswith("/metrics"):
            yield _fact(f.METRICS_PATH, route)
    yield from _brought(trees)


def _fact(key: Key[Any], route: Route) -> Fact:
    sure = Confidence.DECLARED if route.sure else Confidence.INFERRED
    return Fact(key, route.path, route.source, Origin.CODE, sure, f"registers {route.path}")


def _brought(trees: Trees) -> Iterator[Fact]:
    for package, owner, names, health, ready in LIBRARIES:
        if not trees.program.imports(package):
            continue
        for tree in trees.holding(*names.split("|")):
            for call in tree.calls:
                receiver, name = called(call)
                if name in names.split("|") and receiver is not None and compiled(owner).search(text(receiver)):
                    place = Source(tree.file.path, line(call))
                    for key, path in ((f.HEALTH_PATH, health), (f.READINESS_PATH, ready)):
                        if path:
                            yield Fact(key, path, place, Origin.CODE, Confidence.INFERRED, f"{package} answers {path}")
