"""kustomize: a base, an overlay per environment, a component for the gateway, and the namespaces that an administrator makes.

Overlays are committed without a digest: a deploy composes a throw-away overlay on top of one. What the team adds stands in
`overlays/<environment>/local/`, a Component that the overlay picks up as soon as it is there.
"""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.emitters.deploy.base import capacity, network
from cdgen.emitters.deploy.base import deployment as pods
from cdgen.emitters.deploy.base.text import HEADING, Data, manifest
from cdgen.model.output import RenderedFile
from cdgen.model.plan import DeliveryPlan
from cdgen.model.road import Road
from cdgen.model.workload import Deployment, Workload

id = "kustomize"
API = "kustomize.config.k8s.io/v1beta1"
COMPONENT = "components/gateway"
IMMUTABLE: Data = {"immutable": True}  # said in base and overlay: a merge forgets what the base said
PLATFORM = f"{HEADING}\n# applied by an administrator, once; never by a pipeline"


def emit(plan: DeliveryPlan) -> Iterator[RenderedFile]:
    for workload in plan.workloads:
        yield from _base(workload, plan.road)
        yield from _gateway(workload, plan.road)
        for environment in workload.environments:
            yield _overlay(workload, environment)
    yield from _platform(plan)


def _base(workload: Workload, road: Road) -> Iterator[RenderedFile]:
    objects = {
        "serviceaccount": manifest(network.service_account(workload)),
        "deployment": manifest(pods.deployment(workload), pods.reasons(workload)),
        "networkpolicy": _network_policy(workload, road),
    }
    if network.served(workload):
        objects["service"] = manifest(network.service(workload))
    if pods.is_scaled(workload):
        objects["hpa"] = manifest(capacity.autoscaler(workload), capacity.AUTOSCALER_REASONS)
    if _has_budget(workload):
        objects["pdb"] = manifest(capacity.disruption_budget(workload))
    files = {f"{name}.yaml": text for name, text in sorted(objects.items())}
    for name, text in (*files.items(), ("kustomization.yaml", _base_kustomization(workload, list(files)))):
        yield RenderedFile(f"{workload.directory}/base/{name}", text, id)


def _base_kustomization(workload: Workload, files: list[str]) -> str:
    labels = {"component": workload.component, "part-of": workload.service, "managed-by": "cdgen"}
    pairs = {f"app.kubernetes.io/{name}": value for name, value in labels.items()}
    data = {
        "apiVersion": API,
        "kind": "Kustomization",
        "resources": files,
        "labels": [_labels(pairs)],
        "configMapGenerator": [{"name": pods.config_name(workload), "literals": _literals(_config(workload))}],
        "generatorOptions": IMMUTABLE,
    }
    reasons = {"configMapGenerator:": "a change gets a new name, so it rolls the pods and a rollback finds the old one"}
    if workload.unset:
        reasons["literals:"] = f"without {', '.join(workload.unset)}: no known value fits; set in overlays/<environment>/local"
    return manifest(data, reasons)


def _config(workload: Workload) -> dict[str, str]:
    """What the code takes by default, made visible; telemetry knows the service by its name."""
    return {"OTEL_SERVICE_NAME": workload.service, **dict(workload.config_keys)}


def _network_policy(workload: Workload, road: Road) -> str:
    data = network.network_policy(workload, road)
    if road.network_policy_stage != "audit":
        return manifest(data)
    note = "# Stage audit cuts nothing off and logs nothing: the last rules, `{}`, admit all traffic. Stage enforce drops them."
    return manifest(data, heading=f"{HEADING}\n{note}")


def _overlay(workload: Workload, environment: Deployment) -> RenderedFile:
    local = ["local"] if environment.local else []
    components = [*([f"../../{COMPONENT}"] if environment.hostname else []), *local]
    replicas = [] if pods.is_scaled(workload) else _replicas(workload, environment)
    patches = list(_patches(workload, environment))
    data = {
        "apiVersion": API,
        "kind": "Kustomization",
        "namespace": environment.namespace,
        "resources": ["../../base"],
        "components": components,
        "labels": [_labels({"environment": environment.environment})],
        "configMapGenerator": [
            {"name": pods.config_name(workload), "behavior": "merge", "literals": _literals(dict(environment.config))}
        ],
        "generatorOptions": IMMUTABLE,
        "replicas": replicas,
        "patches": patches,
    }
    kept = {key: value for key, value in data.items() if value}
    notes = (
        ""
        if local
        else "\n# settings and patches of the team: local/kustomization.yaml (kind: Component), picked up by `cdgen generate`"
    )
    path = f"{workload.directory}/overlays/{environment.environment}/kustomization.yaml"
    return RenderedFile(path, manifest(kept, heading=f"{HEADING}{notes}"), id)


def _replicas(workload: Workload, environment: Deployment) -> list[Data]:
    count = environment.scaling.minimum
    return [] if count == pods.least_replicas(workload) else [{"name": workload.service, "count": count}]


def _patches(workload: Workload, environment: Deployment) -> Iterator[Data]:
    least = environment.scaling.minimum
    if pods.is_scaled(workload) and least != capacity.base_scaling(workload).minimum:
        yield _patch("HorizontalPodAutoscaler", workload, "/spec/minReplicas", least)
    if environment.hostname:
        yield _patch(network.route_kind(workload), workload, "/spec/hostnames/0", environment.hostname)


def _patch(kind: str, workload: Workload, path: str, value: str | int) -> Data:
    from cdgen.render.yamltext import tree

    operations = [{"op": "replace", "path": path, "value": value}]
    return {"target": {"kind": kind, "name": workload.service}, "patch": str(tree(operations))}


def _has_budget(workload: Workload) -> bool:
    """With one replica a budget would hold up every drain for ever."""
    return pods.least_replicas(workload) >= 2


def _gateway(workload: Workload, road: Road) -> Iterator[RenderedFile]:
    if not network.is_routable(workload):
        return
    name = f"{network.route_kind(workload).lower()}.yaml"
    data = {"apiVersion": "kustomize.config.k8s.io/v1alpha1", "kind": "Component", "resources": [name]}
    unused = "" if workload.exposed else "\n# in no overlay yet: `hostname` in cdgen.yaml or in the road exposes the service"
    folder = f"{workload.directory}/{COMPONENT}"
    text = manifest(network.route(workload, road), network.route_reasons(workload))
    yield RenderedFile(f"{folder}/kustomization.yaml", manifest(data, heading=f"{HEADING}{unused}"), id)
    yield RenderedFile(f"{folder}/{name}", text, id)


def _platform(plan: DeliveryPlan) -> Iterator[RenderedFile]:
    """The namespaces of all services, one file per environment: Pod Security refuses what is not restricted."""
    version = f"v{plan.road.kubernetes_version}"
    for environment in plan.road.environments:
        names = [each.namespace for load in plan.workloads for each in load.environments if each.environment == environment.name]
        documents = [manifest(_namespace(name, version), heading="") for name in dict.fromkeys(names)]
        if documents:
            path = f"{plan.shared_directory}/platform/{environment.name}/namespace.yaml"
            yield RenderedFile(path, PLATFORM + "---".join(documents), id)


def _namespace(name: str, version: str) -> Data:
    modes = ("enforce", "audit", "warn")
    labels = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in modes}
    versions = {f"pod-security.kubernetes.io/{mode}-version": version for mode in modes}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": {**labels, **versions}}}


def _labels(pairs: dict[str, str]) -> Data:
    """On objects and pods, never in selectors: those cannot be changed later."""
    return {"pairs": pairs, "includeSelectors": False, "includeTemplates": True}


def _literals(settings: dict[str, str]) -> list[str]:
    return [f"{name}={_literal(value)}" for name, value in settings.items()]


def _literal(value: str) -> str:
    """kustomize takes one pair of quotes off a value that begins and ends with the same one."""
    return f'"{value}"' if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"" else value
