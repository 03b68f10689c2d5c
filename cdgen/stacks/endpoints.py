"""The endpoints that probes and Prometheus ask, found among the routes that the code registers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Key, Origin
from cdgen.repo.patterns import compiled
from cdgen.stacks.base import HEALTH_WORDS, READY_WORDS

EXTENSION = r"(?:\.(?:php|json))?/?$"
LIVE = rf"(?i)/(?:_?(?:{'|'.join(HEALTH_WORDS)})|up|_status|heartbeat)(?:{EXTENSION}|/(?:live|liveness){EXTENSION})"
READY = rf"(?i)/(?:{'|'.join(READY_WORDS)}){EXTENSION}"
METRICS = r"(?i)/(?:metrics|prometheus)/?$"
ENDPOINTS: tuple[tuple[Key[str], str], ...] = ((f.HEALTH_PATH, LIVE), (f.READINESS_PATH, READY), (f.METRICS_PATH, METRICS))
ASKED = ("GET", "*")  # methods with which a probe is answered


def endpoint_facts(routes: Iterable[Fact]) -> Iterator[Fact]:
    """HEALTH_PATH, READINESS_PATH and METRICS_PATH for ROUTE facts without parameters; the shortest path is told first."""
    asked = [fact for fact in routes if fact.value.method in ASKED and not compiled(r"[:{*<(]").search(fact.value.path)]
    for key, pattern in ENDPOINTS:
        hits = [fact for fact in asked if compiled(pattern).search(fact.value.path)]
        hits.sort(key=lambda fact: (-fact.confidence, fact.value.path.count("/"), _likelihood(fact.value.path)))
        for fact in hits:
            sure = Confidence.INFERRED if fact.value.method == "*" else fact.confidence
            yield Fact(key, fact.value.path, fact.source, Origin.CODE, sure, "a route of the service")


def _likelihood(path: str) -> int:
    """Place of the last element among the usual words."""
    last = path.rstrip("/").rpartition("/")[2].lower()
    return next((place for place, word in enumerate(HEALTH_WORDS) if compiled(word).fullmatch(last)), len(HEALTH_WORDS))
