"""What a repository should hold: plan, files and findings, all in memory."""

from __future__ import annotations

from typing import NamedTuple

from cdgen.model.finding import Finding
from cdgen.model.output import PatchedFile, RenderedFile
from cdgen.model.plan import DeliveryPlan
from cdgen.spec.inspection import Inspection


class Generation(NamedTuple):
    """What it should hold: `files` are owned by cdgen, `patches` edit files that people own."""

    inspection: Inspection
    plan: DeliveryPlan
    files: tuple[RenderedFile, ...]
    patches: tuple[PatchedFile, ...]
    findings: tuple[Finding, ...]
