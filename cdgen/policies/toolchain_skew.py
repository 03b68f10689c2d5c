"""Two places name versions of one toolchain that exclude each other.

Why: what the tests ran with is not what ships, or the image cannot build what the manifest asks for; both break on the day that one
of the two lines is touched.

Instead: one version everywhere. The file that the toolchain itself reads (`go.mod`, `.nvmrc`, `.python-version`) leads; the
Dockerfile and the pipeline follow it.
"""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model.facts import Source
from cdgen.model.finding import Severity
from cdgen.model.plan import DeliveryPlan
from cdgen.model.service import Details, Skew
from cdgen.policies.base import Hit, PlanPolicy

OLD_IMAGE = Skew("1.26", Source("go.mod", 3), "1.24", Source("Dockerfile", 1))


def check(plan: DeliveryPlan) -> Iterator[Hit]:
    for service in plan.services:
        for skew in service.details.skews:
            words = f"{service.name} is built with {skew.other} here and {skew.one} at {skew.one_source}"
            fix = f"write one version in {skew.one_source} and {skew.other_source}"
            yield Hit(words, path=skew.other_source.path, line=skew.other_source.line, fix=fix)


POLICY = PlanPolicy(
    check=check,
    severity=Severity.WARNING,
    passes=({}, {"service": {"details": Details()}}),
    fails=({"service": {"details": Details(skews=(OLD_IMAGE,))}},),
)
