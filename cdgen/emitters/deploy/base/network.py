"""How a workload is reached and what it may reach: Service, route behind the gateway, network policy."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.emitters.deploy.base.deployment import selector
from cdgen.emitters.deploy.base.text import Data
from cdgen.model.road import Road
from cdgen.model.workload import Port, Workload

HTTP_PORT = 80  # what callers of an HTTP service need not write
# https://kubernetes.io/docs/concepts/services-networking/service/#application-protocol
APP_PROTOCOLS = {"http": "http", "grpc": "kubernetes.io/h2c"}
NOWHERE = "invalid"  # a top-level domain that never exists (RFC 6761): a route with this name lets nobody in
METADATA = "169.254.169.254/32"  # where clouds hand out a node's credentials


def served(workload: Workload) -> tuple[Port, ...]:
    """The ports for callers. Metrics are read from the pod."""
    return tuple(port for port in workload.ports if port.protocol != "metrics")


def service(workload: Workload) -> Data:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": workload.service, "labels": selector(workload)},
        "spec": {
            "type": "ClusterIP",
            "selector": selector(workload),
            "ports": [_service_port(port) for port in served(workload)],
        },
    }


def service_account(workload: Workload) -> Data:
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": workload.service, "labels": selector(workload)},
        "automountServiceAccountToken": False,
    }


def is_routable(workload: Workload) -> bool:
    return any(port.protocol in APP_PROTOCOLS for port in workload.ports)


def route(workload: Workload, road: Road) -> Data:
    """A route that admits nobody until an environment names a host."""
    port = next(port for port in workload.ports if port.protocol in APP_PROTOCOLS)
    rule: Data = {"name": "main", "backendRefs": [{"name": workload.service, "port": _number(port)}]}
    if port.protocol == "http":
        rule = {
            "name": "main",
            "matches": [{"path": {"type": "PathPrefix", "value": "/"}}],
            "timeouts": {"request": f"{workload.shutdown.drain}s"},
            "backendRefs": rule["backendRefs"],
        }
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": route_kind(workload),
        "metadata": {"name": workload.service, "labels": selector(workload)},
        "spec": {"parentRefs": [_gateway(road)], "hostnames": [f"{workload.service}.{NOWHERE}"], "rules": [rule]},
    }


def route_kind(workload: Workload) -> str:
    return "GRPCRoute" if any(port.protocol == "grpc" for port in workload.ports) else "HTTPRoute"


def route_reasons(workload: Workload) -> dict[str, str]:
    said = {"hostnames:": "each environment puts its own here; this one never exists (RFC 6761)"}
    if route_kind(workload) == "HTTPRoute":
        said["request:"] = "no request outlives the pod that answers it"
    return said


def network_policy(workload: Workload, road: Road) -> Data:
    """The known traffic, rule by rule. At stage `audit` a last, empty rule lets everything else pass too."""
    rest: list[Data] = [{}] if road.network_policy_stage == "audit" else []
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {
            "name": workload.service,
            "labels": selector(workload),
            "annotations": {"cdgen.dev/stage": road.network_policy_stage},
        },
        "spec": {
            "podSelector": {"matchLabels": selector(workload)},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [*_ingress(workload, road), *rest],
            "egress": [*_egress(workload), *rest],
        },
    }


def _service_port(port: Port) -> Data:
    protocol = {"appProtocol": APP_PROTOCOLS[port.protocol]} if port.protocol in APP_PROTOCOLS else {}
    return {"name": port.name, "port": _number(port), "targetPort": port.name, **protocol}


def _number(port: Port) -> int:
    return HTTP_PORT if port.protocol == "http" else port.number


def _gateway(road: Road) -> Data:
    gateway = road.gateway
    section = {"sectionName": gateway.section} if gateway.section else {}
    return {"name": gateway.name, "namespace": gateway.namespace, **section}


def _ingress(workload: Workload, road: Road) -> Iterator[Data]:
    open_ports = [{"port": port.name, "protocol": "TCP"} for port in served(workload)]
    if workload.exposed:
        yield {"from": [_namespace(road.gateway.namespace)], "ports": open_ports}
    if workload.callers and open_ports:
        yield {"from": [_caller(name) for name in workload.callers], "ports": open_ports}
    metrics = next((port for port in workload.ports if port.protocol == "metrics"), None)
    measured = [{"port": metrics.name, "protocol": "TCP"}] if metrics else open_ports if workload.metrics_path else []
    if measured:
        yield {"from": [_namespace(road.monitoring_namespace)], "ports": measured}


def _egress(workload: Workload) -> Iterator[Data]:
    dns = {**_namespace("kube-system"), "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}}}
    yield {"to": [dns], "ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]}
    for number in dict.fromkeys(number for _, number in workload.backing_ports):
        # in this cluster or outside of it: where it runs is not known here
        outside = {"ipBlock": {"cidr": "0.0.0.0/0", "except": [METADATA]}}
        yield {"to": [{"namespaceSelector": {}}, outside], "ports": [{"port": number, "protocol": "TCP"}]}


def _namespace(name: str) -> Data:
    return {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}}}


def _caller(name: str) -> Data:
    """In any namespace: which one depends on the environment."""
    return {"namespaceSelector": {}, "podSelector": {"matchLabels": {"app.kubernetes.io/name": name}}}
