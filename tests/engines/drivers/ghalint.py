"""ghalint: a second opinion on workflows (time limits, permissions of each job, pinned actions)."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

from tests.engines.drivers.program import CheckerError, Finding, expect_canary, run

CANARY = "on: push\njobs:\n  canary:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/checkout@v4\n"
PLANTED = ("job_permissions", "job_timeout_minutes_is_required", "action_ref_should_be_full_length_commit_sha")
FIELD = re.compile(r'(\w+)=("(?:[^"\\]|\\.)*"|\S+)')


def lint(repo: Path) -> tuple[Finding, ...]:
    """Lints every workflow of `repo` and a planted one; a configuration file in `repo` is not read."""
    workflows = repo / ".github" / "workflows"
    if not any(workflows.glob("*.y*ml")):
        raise CheckerError(f"no workflow in {repo}")
    with tempfile.TemporaryDirectory(prefix="cdgen-ghalint-") as temporary:
        copy = Path(temporary, ".github", "workflows")
        shutil.copytree(workflows, copy)
        (copy / "zz-canary.yml").write_text(CANARY)
        ran = run("ghalint", "--log-color", "never", "run", cwd=Path(temporary))
    findings = [_finding(line) for line in ran.err.splitlines() if line.strip()]
    return expect_canary("ghalint", findings, lambda finding: finding.path.endswith("zz-canary.yml"), PLANTED)


def _finding(line: str) -> Finding:
    fields = {key: value.strip('"') for key, value in FIELD.findall(line)}
    if "workflow_file_path" not in fields:
        raise CheckerError(f"ghalint could not lint: {line}")
    message = f"job {fields.get('job_name', '?')}: {fields.get('error', line)}"
    return Finding("ghalint", fields.get("policy_name", "error"), fields["workflow_file_path"], 0, message)
