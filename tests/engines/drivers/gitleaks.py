"""gitleaks: no secret in what we write, whatever an allow comment or a baseline file in it says."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

from tests.engines.drivers.program import CheckerError, Finding, expect_canary, run

# put together here, so that no scanner of this repository trips over the plant
CANARY = "aws_access_key_id = " + "AKIA" + "Z7QX2LMNB5TRWVKP\n"
EXTENDS_DEFAULT = "[extend]\nuseDefault = true\n"


def scan(folder: Path) -> tuple[Finding, ...]:
    """Scans a copy of `folder` with a planted key in it, by the default rules alone."""
    if not any(path.is_file() for path in folder.rglob("*")):
        raise CheckerError(f"nothing to scan in {folder}")
    with tempfile.TemporaryDirectory(prefix="cdgen-gitleaks-") as temporary:
        root, config = Path(temporary, "tree"), Path(temporary, "gitleaks.toml")
        shutil.copytree(folder, root, symlinks=True, ignore=shutil.ignore_patterns(".git", ".gitleaks*"))
        (root / "zz-canary.ini").write_text(CANARY)
        config.write_text(EXTENDS_DEFAULT)
        flags = ("--no-banner", "--no-color", "--ignore-gitleaks-allow", "--config", config, "--report-format", "json")
        ran = run("gitleaks", "dir", *flags, "--report-path", "-", ".", cwd=root)
    if ran.code not in (0, 1):
        raise CheckerError(ran.last_words)
    findings = [Finding("gitleaks", f["RuleID"], f["File"], f["StartLine"], f["Description"]) for f in json.loads(ran.out)]
    return expect_canary("gitleaks", findings, lambda finding: finding.path == "zz-canary.ini", ("aws-access-token",))
