"""Load a road and check it: from the embedded default, from a folder, or from a git URL at a tag."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from cdgen.errors import RoadError
from cdgen.model.road import Environment, Gate, Gateway, Road, Tier
from cdgen.repo import Repo

BUILT_IN = "default@2026.11"


def load_road(reference: str, repo: Repo) -> Road:  # noqa: ARG001  (a relative path is read from the repository)
    """The road that `cdgen.yaml` names. Raises RoadError with the line when it cannot be used."""
    if reference != BUILT_IN:
        raise RoadError(f"the road {reference} is not known", hint=f"use `road: {BUILT_IN}`")
    text = (files("cdgen") / "data" / "roads" / "default" / "road.yaml").read_text("utf-8")
    return parse_road(text, "built in")


def parse_road(text: str, source: str) -> Road:
    from _blake2 import blake2b

    from cdgen.repo.yaml import load_documents

    data: dict[str, Any] = load_documents(text)[0]
    names = [environment["name"] for environment in data["environments"]]
    return Road(
        name=data["name"],
        edition=str(data["edition"]),
        source=source,
        digest=blake2b(text.encode(), digest_size=16).hexdigest(),
        ci=data["ci"],
        registry=data["registry"],
        main_branch=data["main_branch"],
        environments=tuple(
            Environment(
                each["name"],
                each["namespace"],
                each.get("hostname", data.get("hostname")),
                each["replicas"],
                names[number - 1] if number else None,
            )
            for number, each in enumerate(data["environments"])
        ),
        cluster_access=data["cluster_access"],
        kubernetes_version=str(data["kubernetes_version"]),
        gateway=Gateway(**data["gateway"]),
        gateway_namespace_label=data["gateway"]["namespace"],
        monitoring_namespace=data["monitoring_namespace"],
        tiers={
            name: Tier(
                name, each["strategy"], each["approvals"], each["replicas"], each["coverage_floor"], tuple(each["blocks_on"])
            )
            for name, each in data["tiers"].items()
        },
        default_tier=data["default_tier"],
        gates={name: Gate(name, each["blocking"], each["minutes"]) for name, each in data["gates"].items()},
        runner=data["runner"],
        runners=data["runners"],
        images=data["images"],
        actions=data["actions"],
        indexes=data["indexes"],
        tool_source=data["tool"]["source"] or "",
        tool_version=data["tool"]["version"],
        tool_sha256=data["tool"]["sha256"],
        deploy_timeout_minutes=data["gates"]["deploy-production"]["minutes"],
        network_policy_stage=data["network_policy_stage"],
    )
