"""A job may run for hours.

Why: a test that hangs blocks everybody behind it, and the default limit of hosted runners is six hours.

Instead: `timeout-minutes` on every job, a little above what it usually takes.
"""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model.finding import Severity
from cdgen.policies.base import File, FilePolicy, Hit, Kind
from cdgen.policies.base.objects import mapping


def check(file: File) -> Iterator[Hit]:
    for document in file.documents:
        for name, job in mapping(document.data, "jobs").items():
            # a job that calls another workflow has none: that workflow's jobs do
            if isinstance(job, dict) and "timeout-minutes" not in job and "uses" not in job:
                yield Hit(f"job {name} has no time limit", document, ("jobs", name))


POLICY = FilePolicy(
    sees=(Kind.WORKFLOW,),
    check=check,
    severity=Severity.ERROR,
    passes=("jobs: {test: {timeout-minutes: 10, steps: []}}\n", "jobs: {call: {uses: ./.github/workflows/x.yml}}\n"),
    fails=("jobs: {test: {steps: []}}\n",),
    covers=("GH-11",),
)
