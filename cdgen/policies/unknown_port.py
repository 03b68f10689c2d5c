"""A service is deployed, and nobody knows on which port it listens.

Why: without its port there is no Service in front of it and no probe that sees whether it works.

Instead: `port: NUMBER` in cdgen.yaml; or `kind: worker` when it listens to nobody.
"""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model.facts import PORT
from cdgen.model.finding import Severity
from cdgen.model.plan import DeliveryPlan
from cdgen.policies.base import Hit, PlanPolicy


def check(plan: DeliveryPlan) -> Iterator[Hit]:
    for service in plan.services:
        if service.kind in ("service", "static-site") and service.port is None:
            decision = service.provenance.get(PORT.name)
            reason = f": {decision.why}" if decision else ""
            path = plan.config.path or "cdgen.yaml"
            yield Hit(f"the port of {service.name} is not known{reason}", path=path, fix="add `port: NUMBER` to cdgen.yaml")


POLICY = PlanPolicy(
    check=check,
    severity=Severity.WARNING,
    passes=({}, {"service": {"port": None, "kind": "worker"}}, {"service": {"port": None, "kind": "library"}}),
    fails=({"service": {"port": None}}, {"service": {"port": None, "kind": "static-site"}}),
)
