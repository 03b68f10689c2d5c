"""An action can change under your feet.

Why: whoever can move the tag of an action runs code in your pipeline, with its secrets; that has happened to widely used ones.

Instead: `owner/name@<40 hexadecimal digits> # version`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cdgen.model.finding import Severity
from cdgen.policies.base import Document, File, FilePolicy, Hit, KeyPath, Kind
from cdgen.policies.base.objects import mapping, tables

COMMIT = r"[^@\s]+@[0-9a-f]{40}"
IMAGE = r"docker://[^@\s]+@sha256:[0-9a-f]{64}"


def check(file: File) -> Iterator[Hit]:
    for document in file.documents:
        for at, uses in _uses(document):
            is_own = isinstance(uses, str) and uses.startswith("./")
            if not is_own and not re.fullmatch(f"{COMMIT}|{IMAGE}", str(uses)):
                yield Hit(f"{uses} is not pinned to a commit", document, at)


def _uses(document: Document) -> Iterator[tuple[KeyPath, object]]:
    for name, job in mapping(document.data, "jobs").items():
        if isinstance(job, dict) and "uses" in job:
            yield ("jobs", name, "uses"), job["uses"]
        for index, step in tables(job, "steps"):
            if "uses" in step:
                yield ("jobs", name, "steps", index, "uses"), step["uses"]


STEP = "jobs:\n  test:\n    steps:\n      - uses: {uses}\n"
POLICY = FilePolicy(
    sees=(Kind.WORKFLOW,),
    check=check,
    severity=Severity.ERROR,
    passes=(
        STEP.format(uses=f"actions/checkout@{'0' * 40} # v5.0.0"),
        STEP.format(uses="./.github/actions/own"),
        f"jobs: {{call: {{uses: owner/repo/.github/workflows/x.yml@{'0' * 40}}}}}\n",
    ),
    fails=(
        STEP.format(uses="actions/checkout@v5"),
        STEP.format(uses="actions/checkout@0000000"),
        STEP.format(uses="docker://alpine:3"),
        "jobs: {call: {uses: owner/repo/.github/workflows/x.yml@main}}\n",
    ),
    covers=("GH-01",),
)
