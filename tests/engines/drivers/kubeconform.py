"""kubeconform: rendered manifests against the strict schemas of each Kubernetes version that a road may run on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from tests.engines.drivers.manifests import objects
from tests.engines.drivers.program import CheckerError, Finding, run

SCHEMAS = Path(__file__).parents[2] / "data" / "schemas"
VERSIONS = ("1.34", "1.35", "1.36", "1.37")
BROKEN = "apiVersion: v1\nkind: Service\nmetadata:\n  name: canary\nspec:\n  misspelt: true\n"


def validate(rendered: str, versions: Sequence[str] = VERSIONS) -> tuple[Finding, ...]:
    """Every object of `rendered` against every version; a kind without a schema is an error, never skipped."""
    expected = len(objects(rendered))
    return tuple(finding for version in versions for finding in _validate(rendered, version, expected))


def _validate(rendered: str, version: str, expected: int) -> tuple[Finding, ...]:
    """A planted Service with an unknown field goes along as the last document."""
    locations = (
        f"{SCHEMAS}/kubernetes/{version}/{{{{.ResourceKind}}}}{{{{.KindSuffix}}}}.json",
        f"{SCHEMAS}/crds/{{{{.Group}}}}/{{{{.ResourceKind}}}}_{{{{.ResourceAPIVersion}}}}.json",
    )
    flags = ["-strict", "-verbose", "-summary", "-output", "json", "-kubernetes-version", f"{version}.0"]
    flags += [flag for location in locations for flag in ("-schema-location", location)]
    ran = run("kubeconform", *flags, "-", text=f"{rendered.rstrip()}\n---\n{BROKEN}")
    if ran.code not in (0, 1) or not ran.out.strip():
        raise CheckerError(ran.last_words)
    found = json.loads(ran.out)
    *checked, canary = sorted(found["resources"], key=lambda resource: resource["name"] == "canary")
    if canary["name"] != "canary" or canary["status"] != "statusInvalid":
        raise CheckerError(f"kubeconform did not refuse the planted Service for {version}")
    if len(checked) != expected or found["summary"]["skipped"]:
        raise CheckerError(f"kubeconform looked at {len(checked)} of {expected} objects, skipped {found['summary']['skipped']}")
    return tuple(
        Finding("kubeconform", version, f"{resource['kind']}/{resource['name']}", 0, resource["msg"])
        for resource in checked
        if resource["status"] != "statusValid"
    )
