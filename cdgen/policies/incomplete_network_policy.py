"""A network policy cuts a workload off from what it cannot do without.

Why: without the name service nothing is found; without the gateway or the metrics collector the service is up and nobody knows.

Instead: DNS over UDP and TCP, ingress from the gateway when there is a route, from the metrics collector when there is a
metrics port. At stage `audit` a rule that admits everything stands at the end; the others still have to be there.
"""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model.finding import Severity
from cdgen.policies.base import Document, File, FilePolicy, Hit, Kind
from cdgen.policies.base.objects import containers, dig, items, mapping, of_kind, pods, selects, tables

NAME = "kubernetes.io/metadata.name"


def check(file: File) -> Iterator[Hit]:
    for policy in of_kind(file, "NetworkPolicy"):
        types = items(policy.data, "spec", "policyTypes")
        if "Egress" in types:
            yield from _dns(policy)
        if "Ingress" in types:
            yield from _gateway(policy, file)
            yield from _metrics(policy, file)
        if dig(policy.data, "metadata", "annotations", "cdgen.dev/stage") == "audit":
            yield from _audit(policy, types)


def _dns(policy: Document) -> Iterator[Hit]:
    admitted = {
        str(port.get("protocol", "TCP"))
        for _, rule in tables(policy.data, "spec", "egress")
        for _, port in tables(rule, "ports")
        if port.get("port") == 53
    }
    for protocol in ("UDP", "TCP"):
        if protocol not in admitted:
            yield Hit(f"names no DNS over {protocol}", policy, ("spec", "egress"))


def _gateway(policy: Document, file: File) -> Iterator[Hit]:
    for route in of_kind(file, "HTTPRoute", "GRPCRoute"):
        for _, parent in tables(route.data, "spec", "parentRefs"):
            namespace = parent.get("namespace")
            if namespace and namespace not in _sources(policy):
                yield Hit(f"does not name the gateway in {namespace}, which routes to it", policy, ("spec", "ingress"))


def _metrics(policy: Document, file: File) -> Iterator[Hit]:
    selector = mapping(policy.data, "spec", "podSelector", "matchLabels")
    chosen = [pod for pod in pods(file) if selects(selector, pod.labels)]
    names = {port.get("name") for pod in chosen for each in containers(pod) for _, port in tables(each.data, "ports")}
    admitted = {port.get("port") for _, rule in tables(policy.data, "spec", "ingress") for _, port in tables(rule, "ports")}
    if "metrics" in names and "metrics" not in admitted:
        yield Hit("names nobody who may read the metrics port", policy, ("spec", "ingress"))


def _sources(policy: Document) -> set[object]:
    """Namespaces that ingress rules name."""
    return {
        mapping(peer, "namespaceSelector", "matchLabels").get(NAME)
        for _, rule in tables(policy.data, "spec", "ingress")
        for _, peer in tables(rule, "from")
    }


def _audit(policy: Document, types: list[object]) -> Iterator[Hit]:
    for direction in ("Ingress", "Egress"):
        rules = items(policy.data, "spec", direction.lower())
        if direction in types and {} not in rules:
            yield Hit(f"stage audit cuts {direction.lower()} off: no rule admits the rest", policy, ("spec", direction.lower()))


EXAMPLE = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{annotations: {{cdgen.dev/stage: {stage}}}}}
spec:
  podSelector: {{matchLabels: {{app: a}}}}
  policyTypes: [Ingress, Egress]
  ingress: [{ingress}]
  egress: [{egress}]
---
apiVersion: v1
kind: Pod
metadata: {{labels: {{app: a}}}}
spec: {{containers: [{{name: app, ports: [{{name: {port}, containerPort: 9090}}]}}]}}
"""
DNS = "{ports: [{port: 53, protocol: UDP}, {port: 53, protocol: TCP}]}"
SCRAPE = "{from: [{namespaceSelector: {}}], ports: [{port: metrics}]}"
ROUTE = "---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nspec: {parentRefs: [{name: public, namespace: gateway}]}\n"
GATEWAY = "{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: gateway}}}], ports: [{port: http}]}"


def _example(ingress: str = "", egress: str = DNS, port: str = "http", stage: str = "enforce") -> str:
    return EXAMPLE.format(ingress=ingress, egress=egress, port=port, stage=stage)


POLICY = FilePolicy(
    sees=(Kind.MANIFESTS,),
    check=check,
    severity=Severity.ERROR,
    passes=(
        _example(),
        _example(SCRAPE, port="metrics"),
        _example(GATEWAY) + ROUTE,
        _example("{}", f"{DNS}, {{}}", stage="audit"),
    ),
    fails=(
        _example(egress=""),
        _example(egress="{}"),
        _example(egress="{ports: [{port: 53, protocol: UDP}]}"),
        _example(port="metrics"),
        _example() + ROUTE,
        _example(stage="audit"),
        _example("{}", DNS, stage="audit"),
    ),
    covers=("K8-12",),
)
