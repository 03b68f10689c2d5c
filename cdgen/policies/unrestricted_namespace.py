"""A namespace admits pods that the restricted profile forbids, or whatever a later version takes it to be.

Why: without the label nothing looks at a pod that somebody applies by hand; without a version an upgrade changes what is
refused.

Instead: `pod-security.kubernetes.io/enforce: restricted` with `enforce-version: v1.NN`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cdgen.model.finding import Severity
from cdgen.policies.base import File, FilePolicy, Hit, Kind
from cdgen.policies.base.objects import mapping, name_of, of_kind

LABEL = "pod-security.kubernetes.io/enforce"


def check(file: File) -> Iterator[Hit]:
    for document in of_kind(file, "Namespace"):
        labels = mapping(document.data, "metadata", "labels")
        if labels.get(LABEL) != "restricted":
            yield Hit(f"{name_of(document)} enforces {labels.get(LABEL, 'nothing')}", document, ("metadata", "labels"))
        elif not re.fullmatch(r"v1\.\d+", str(labels.get(f"{LABEL}-version", ""))):
            yield Hit(f"{name_of(document)} pins no version of the profile", document, ("metadata", "labels"))


EXAMPLE = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n  labels: {labels}\n"
POLICY = FilePolicy(
    sees=(Kind.MANIFESTS,),
    check=check,
    severity=Severity.ERROR,
    passes=(EXAMPLE.format(labels=f"{{{LABEL}: restricted, {LABEL}-version: v1.36}}"),),
    fails=(
        EXAMPLE.format(labels="{}"),
        EXAMPLE.format(labels=f"{{{LABEL}: privileged, {LABEL}-version: v1.36}}"),
        EXAMPLE.format(labels=f"{{{LABEL}: restricted, {LABEL}-version: latest}}"),
    ),
    covers=("K8-02", "CIS 5.2.1"),
)
