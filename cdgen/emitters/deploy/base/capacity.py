"""How many replicas there are, and how many may be away at once."""

from __future__ import annotations

from cdgen.emitters.deploy.base.deployment import CONTAINER, least_replicas, selector
from cdgen.emitters.deploy.base.text import Data
from cdgen.model.workload import Scaling, Workload

AUTOSCALER_REASONS = {
    "maxReplicas:": "unmeasured starting value: at most what its database and callees carry",
    "averageUtilization:": "percent of the request: room for a spike while new pods start",
    "scaleDown:": "slowly: the next spike is likely",
}
MANY = 8  # from here on a quarter may be away at once, so that a drain of many nodes ends


def autoscaler(workload: Workload) -> Data:
    """Quickly up, slowly down: after a spike the next one is likely. Measures the container, so a sidecar does not dilute it."""
    scaling = base_scaling(workload)
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": workload.service, "labels": selector(workload)},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": workload.service},
            "minReplicas": scaling.minimum,
            "maxReplicas": scaling.maximum,
            "metrics": [{"type": "ContainerResource", "containerResource": _cpu(scaling.cpu_utilization)}],
            "behavior": {
                "scaleUp": _rules(0, "Max", (("Percent", 100, 15), ("Pods", 4, 15))),
                "scaleDown": _rules(300, "Min", (("Percent", 10, 60), ("Pods", 2, 60))),
            },
        },
    }


def base_scaling(workload: Workload) -> Scaling:
    """What holds in every environment: the smallest least number, which an environment raises, and the largest most."""
    scalings = [each.scaling for each in workload.environments]
    return scalings[0]._replace(minimum=min(each.minimum for each in scalings), maximum=max(each.maximum for each in scalings))


def disruption_budget(workload: Workload) -> Data:
    """How many may be away while nodes are drained. Pods that are broken anyway never hold up a drain."""
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": workload.service, "labels": selector(workload)},
        "spec": {
            "maxUnavailable": "25%" if least_replicas(workload) >= MANY else 1,
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
            "selector": {"matchLabels": selector(workload)},
        },
    }


def _cpu(utilization: int) -> Data:
    target = {"type": "Utilization", "averageUtilization": utilization}
    return {"name": "cpu", "container": CONTAINER, "target": target}


def _rules(window: int, choice: str, policies: tuple[tuple[str, int, int], ...]) -> Data:
    return {
        "stabilizationWindowSeconds": window,
        "selectPolicy": choice,
        "policies": [{"type": kind, "value": value, "periodSeconds": period} for kind, value, period in policies],
    }
