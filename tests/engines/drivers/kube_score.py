"""kube-score: every check, the optional ones too, a warning counts, and no annotation may switch one off."""

from __future__ import annotations

import json
from typing import Any

from tests.engines.drivers.manifests import objects
from tests.engines.drivers.program import CheckerError, Finding, run

FLAGS = ("--all-default-optional", "--exit-one-on-warning", "--disable-ignore-checks-annotations", "--output-format", "json")
SCORED = frozenset({"Deployment", "Service", "NetworkPolicy", "PodDisruptionBudget", "HorizontalPodAutoscaler"})
ALL_WELL = 10
CANARY = "apiVersion: v1\nkind: Service\nmetadata:\n  name: canary\nspec:\n  selector:\n    app: nobody\n"


def score(rendered: str, version: str = "v1.34") -> tuple[Finding, ...]:
    """Scores all objects together (it relates them to one another), with a planted Service that selects no pod."""
    known = {f"{item.kind}/{item.name}" for item in objects(rendered) if item.kind in SCORED}
    ran = run("kube-score", "score", *FLAGS, "--kubernetes-version", version, "-", text=f"{rendered.rstrip()}\n---\n{CANARY}")
    if ran.code not in (0, 1) or not ran.out.strip():
        raise CheckerError(ran.last_words)
    scored = {f"{item['type_meta']['kind']}/{item['object_meta']['name']}": item for item in json.loads(ran.out)}
    if not _bad_checks(scored.pop("Service/canary", {})):
        raise CheckerError("kube-score did not see that the planted Service selects no pod")
    if missed := known - set(scored):
        raise CheckerError(f"kube-score did not score {', '.join(sorted(missed))}")
    return tuple(_finding(place, check) for place, item in scored.items() for check in _bad_checks(item))


def _bad_checks(item: dict[str, Any]) -> list[dict[str, Any]]:
    return [check for check in item.get("checks") or () if not check["skipped"] and check["grade"] < ALL_WELL]


def _finding(place: str, check: dict[str, Any]) -> Finding:
    comments = "; ".join(comment["summary"] for comment in check["comments"] or ())
    return Finding("kube-score", check["check"]["id"], place, 0, comments or check["check"]["comment"])
