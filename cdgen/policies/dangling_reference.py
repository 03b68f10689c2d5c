"""Something is named that is not there.

Why: most of these are accepted without a word: pods that never start, an autoscaler without a target, a route to nowhere.

Instead: the name of an object that is applied together with it. The Secret `<service>-secrets` may be absent: a secret store
makes it.
"""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model.finding import Severity
from cdgen.policies.base import Document, File, FilePolicy, Hit, KeyPath, Kind
from cdgen.policies.base.objects import all_containers, dig, mapping, name_of, of_kind, pods, selects, tables

MADE_ELSEWHERE = "-secrets"
SELECTORS: dict[str, KeyPath] = {
    "Service": ("spec", "selector"),
    "PodDisruptionBudget": ("spec", "selector", "matchLabels"),
    "NetworkPolicy": ("spec", "podSelector", "matchLabels"),
}


def check(file: File) -> Iterator[Hit]:
    names = {(dig(document.data, "kind"), name_of(document)) for document in file.documents}
    for document, at, kind, name in _references(file):
        if name and (kind, name) not in names and not (kind == "Secret" and str(name).endswith(MADE_ELSEWHERE)):
            yield Hit(f"there is no {kind} {name}", document, at)
    yield from _selectors(file)


def _references(file: File) -> Iterator[tuple[Document, KeyPath, str, object]]:
    """(document, place, kind, name)"""
    yield from _of_pods(file)
    for scaler in of_kind(file, "HorizontalPodAutoscaler", "ScaledObject"):
        target = mapping(scaler.data, "spec", "scaleTargetRef")
        yield scaler, ("spec", "scaleTargetRef", "name"), str(target.get("kind", "Deployment")), target.get("name")
    for route in of_kind(file, "HTTPRoute", "GRPCRoute"):
        for number, rule in tables(route.data, "spec", "rules"):
            for index, backend in tables(rule, "backendRefs"):
                at = ("spec", "rules", number, "backendRefs", index, "name")
                yield route, at, str(backend.get("kind", "Service")), backend.get("name")
    for kustomization in of_kind(file, "Kustomization", "Component"):
        for index, patch in tables(kustomization.data, "patches"):
            target = mapping(patch, "target")
            yield kustomization, ("patches", index, "target"), str(target.get("kind")), target.get("name")
        for index, entry in tables(kustomization.data, "configMapGenerator"):
            yield kustomization, ("configMapGenerator", index, "name"), "ConfigMap", entry.get("name")


def _of_pods(file: File) -> Iterator[tuple[Document, KeyPath, str, object]]:
    for pod in pods(file):
        yield pod.document, (*pod.at, "spec", "serviceAccountName"), "ServiceAccount", dig(pod.spec, "serviceAccountName")
    for container in all_containers(file):
        document = container.pod.document
        for index, source in tables(container.data, "envFrom"):
            for word, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
                if not dig(source, word, "optional"):
                    yield document, (*container.at, "envFrom", index, word, "name"), kind, dig(source, word, "name")
        for index, variable in tables(container.data, "env"):
            for word, kind in (("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")):
                at = (*container.at, "env", index, "valueFrom", word)
                if not dig(variable, "valueFrom", word, "optional"):
                    yield document, (*at, "name"), kind, dig(variable, "valueFrom", word, "name")


def _selectors(file: File) -> Iterator[Hit]:
    labels = [pod.labels for pod in pods(file)]
    for document in of_kind(file, *SELECTORS):
        at = SELECTORS[dig(document.data, "kind")]
        selector = mapping(document.data, *at)
        if labels and selector and not any(selects(selector, each) for each in labels):
            yield Hit("selects no pod", document, at)


POD = """\
apiVersion: v1
kind: Pod
metadata: {{labels: {{app: a}}}}
spec:
  {spec}
---
"""
CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a-config}\n"
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {{name: a}}\nspec: {{selector: {{app: {app}}}}}\n"
ROUTE = "---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nspec: {{rules: [{{backendRefs: [{{name: {name}}}]}}]}}\n"
SCALER = "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nspec: {scaleTargetRef: {kind: Deployment, name: b}}\n"
ENV = "containers: [{{name: app, env: [{{name: A, valueFrom: {{secretKeyRef: {{name: {name}, key: A, optional: {optional}}}}}}}]}}]"


def _pod(spec: str) -> str:
    return POD.format(spec=spec)


POLICY = FilePolicy(
    sees=(Kind.MANIFESTS,),
    check=check,
    severity=Severity.ERROR,
    passes=(
        _pod("containers: [{name: app, envFrom: [{configMapRef: {name: a-config}}]}]") + CONFIG,
        _pod(ENV.format(name="a-secrets", optional="false")) + CONFIG,
        _pod(ENV.format(name="elsewhere", optional="true")) + CONFIG,
        _pod("containers: []") + SERVICE.format(app="a") + ROUTE.format(name="a"),
    ),
    fails=(
        _pod("containers: [{name: app, envFrom: [{configMapRef: {name: b-config}}]}]") + CONFIG,
        _pod(ENV.format(name="elsewhere", optional="false")) + CONFIG,
        _pod("serviceAccountName: nobody") + CONFIG,
        _pod("containers: []") + SERVICE.format(app="b"),
        _pod("containers: []") + SERVICE.format(app="a") + ROUTE.format(name="b"),
        SCALER,
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\npatches: [{target: {kind: Service, name: b}}]\n",
    ),
)
