"""A job may write more than it needs.

Why: what a job's token may do, every action and every dependency's install script in it may do as well.

Instead: `permissions: {}` at the top of the workflow, and the least access on each job.
"""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model.finding import Severity
from cdgen.policies.base import File, FilePolicy, Hit, Kind
from cdgen.policies.base.objects import mapping

BROAD = ("write-all", "read-all")


def check(file: File) -> Iterator[Hit]:
    for document in file.documents:
        top = mapping(document.data).get("permissions")
        if top != {} and (not isinstance(top, dict) or "write" in top.values()):
            at = ("permissions",) if top is not None else ("jobs",)
            yield Hit(f"every job starts with the permissions {_words(top)}", document, at)
        for name, job in mapping(document.data, "jobs").items():
            if mapping(job).get("permissions") in BROAD:
                yield Hit(f"job {name} has the permissions {job['permissions']}", document, ("jobs", name, "permissions"))


def _words(permissions: object) -> str:
    if isinstance(permissions, dict):
        return ", ".join(f"{name}: {value}" for name, value in permissions.items())
    return str(permissions or "of the repository's settings")


POLICY = FilePolicy(
    sees=(Kind.WORKFLOW,),
    check=check,
    severity=Severity.ERROR,
    passes=(
        "permissions: {}\njobs: {test: {permissions: {contents: read}}}\n",
        "permissions: {contents: read}\njobs: {test: {}}\n",
        "permissions: {}\njobs: {push: {permissions: {packages: write}}}\n",
    ),
    fails=(
        "jobs: {test: {}}\n",
        "permissions: write-all\njobs: {test: {}}\n",
        "permissions: {contents: write}\njobs: {test: {}}\n",
        "permissions: {}\njobs: {test: {permissions: write-all}}\n",
        "permissions:\njobs: {test: {}}\n",
    ),
    covers=("GH-02", "CKV2_GHA_1"),
)
