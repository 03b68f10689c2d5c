"""Health, readiness and metrics endpoints that a Go program registers."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Key, Origin, Source
from cdgen.repo.patterns import compiled
from cdgen.stacks.base import HEALTH_WORDS, READY_WORDS, matches
from cdgen.stacks.go.brackets import block
from cdgen.stacks.go.packages import GoFile, Program, is_generated

# what registers a path on the usual routers; a path inside the call counts whatever builds it (`prefix + "/healthz"`, `path.Join`)
REGISTER = (
    r"(?:\b|\.)(?:HandleFunc|Handle|HandlerFunc|Handler|Get|GET|Head|HEAD|Any|All|Path|PathPrefix|Route|Method|MethodFunc|Add|"
    r"Heartbeat|HandleWithMiddleware|GetFunc|HandleGET)\("
)
MOST_BLOCKS = 100  # groups of routes in one file
METRICS_HANDLER = r"promhttp\.|PrometheusHandler|echoprometheus\.NewHandler|MetricsHandler|monitor\.New"


class Route(NamedTuple):
    path: str
    file: GoFile
    position: int
    call: str  # text of the whole call
    sure: bool  # the path is a literal, not a part of one


def facts(program: Program) -> Iterator[Fact]:
    """HEALTH_PATH, READINESS_PATH and METRICS_PATH, the likelier first."""
    routes = [route for file in program.files if not is_generated(file) for route in _routes(file)]
    for key, words in ((f.HEALTH_PATH, HEALTH_WORDS), (f.READINESS_PATH, READY_WORDS)):
        for word in words:
            for route in routes:
                if compiled(rf"(?i)(?:^|/)[_-]*(?:{word})/?$").search(route.path):
                    yield _fact(key, route)
    for route in routes:
        if compiled(METRICS_HANDLER).search(route.call) or route.path.endswith("/metrics"):
            yield _fact(f.METRICS_PATH, route)


def _fact(key: Key[Any], route: Route) -> Fact:
    sure = Confidence.DECLARED if route.sure else Confidence.INFERRED
    place = Source(route.file.path, route.file.line(route.position))
    return Fact(key, route.path, place, Origin.CODE, sure, f"registers {route.path}")


def _routes(file: GoFile) -> Iterator[Route]:
    """Every path that is registered in a file, with the prefix of its group where that is a literal of the same file."""
    text = file.text
    if '"' not in text or not any(word in text for word in ("Handle", "Get(", "GET(", "Path(", "Any(", "Heartbeat(", "Method")):
        return
    blocks = tuple(_route_blocks(text))
    for call in matches(REGISTER, text):
        if file.is_comment(call.start()):
            continue
        start, arguments = block(text, call.end(), "()")
        head = arguments[:200].partition("func(")[0]
        literal = compiled(r'"(?:(?:GET|HEAD) )?(/[^"\s]*)"').search(head)
        if not literal:
            continue
        prefix, known = _prefix(text, call.start(), blocks)
        alone = not head[: literal.start()].strip() or head[: literal.start()].strip().endswith(",")
        path = prefix.rstrip("/") + literal.group(1)
        yield Route(path, file, start + literal.start(1), arguments[:300], alone and known)


def _prefix(text: str, position: int, blocks: tuple[tuple[int, int, str], ...]) -> tuple[str, bool]:
    """The literal prefix of the group or sub-router that a route is registered on, and whether it is certain."""
    owner = compiled(r"(\w+)\s*\.?\s*\Z").search(text, max(0, position - 40), position)
    prefix = "".join(path for start, end, path in blocks if start <= position < end)
    if owner:
        made = compiled(
            rf'\b{owner.group(1)}\s*:?=\s*[\w.]+\.(?:Group|PathPrefix|Party|NewGroup)\(\s*("(/[^"]*)"|[^)"]*\))'
        ).search(text, 0, position)
        if made:
            return prefix + (made.group(2) or ""), made.group(2) is not None
    return prefix, True


def _route_blocks(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, path) of every `r.Route("/internal", func(r chi.Router) { ... }`, the outer first."""
    for opened in islice(matches(r'\.Route\(\s*"(/[^"]*)",\s*func\([^)]*\)\s*\{', text), MOST_BLOCKS):
        start, inside = block(text, opened.end() - 1)
        yield start, start + len(inside), opened.group(1).rstrip("/")
