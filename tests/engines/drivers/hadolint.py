"""hadolint: every Dockerfile rule down to style, with no way for the file to switch one off."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.engines.drivers.program import CheckerError, Finding, expect_canary, run

CONFIG = Path(__file__).parent / "config" / "hadolint.yaml"
CANARY = "FROM debian\nRUN sudo true\nRUN cd /tmp && echo $1\n"
PLANTED = ("DL3006", "DL3004", "DL3003", "SC2086")


def lint(dockerfiles: Sequence[Path]) -> tuple[Finding, ...]:
    """Lints the files and a planted one in the same call."""
    if empty := [path for path in dockerfiles if not path.read_text().strip()] or not dockerfiles:
        raise CheckerError(f"nothing to lint: {empty}")
    with tempfile.TemporaryDirectory(prefix="cdgen-hadolint-") as temporary:
        planted = Path(temporary, "Dockerfile.canary")
        planted.write_text(CANARY)
        flags = ("--failure-threshold", "style", "--disable-ignore-pragma", "--no-color", "--format", "json", "--config", CONFIG)
        ran = run("hadolint", *flags, *dockerfiles, planted)
        if ran.code not in (0, 1):
            raise CheckerError(ran.last_words)
        findings = [
            Finding("hadolint", found["code"], found["file"], found["line"], found["message"]) for found in json.loads(ran.out)
        ]
        return expect_canary("hadolint", findings, lambda finding: finding.path == str(planted), PLANTED)
