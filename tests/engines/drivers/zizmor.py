"""zizmor: the security audit of workflows, local actions and dependabot's file; its strictest persona by default."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tests.engines.drivers.program import CheckerError, Finding, run

# 0: nothing found; 11 to 14: the highest severity of what was found; anything else: it did not audit
AUDITED = (0, 11, 12, 13, 14)
FLAGS = ("--offline", "--no-config", "--no-ignores", "--strict-collection", "--collect=all", "--no-progress", "--color=never")


def audit(repo: Path, persona: str = "auditor") -> tuple[Finding, ...]:
    """Audits every workflow of `repo`; CheckerError unless it says of each expected file that it completed it."""
    ran = run("zizmor", *FLAGS, "--persona", persona, "--format", "json-v1", ".", cwd=repo)
    if ran.code not in AUDITED:
        raise CheckerError(ran.last_words)
    completed = {Path(path) for path in re.findall(r"completed (\S.*)$", ran.err, re.MULTILINE)}
    if missed := _expected(repo) - completed:
        raise CheckerError(f"zizmor did not audit {', '.join(map(str, sorted(missed)))}")
    return tuple(_finding(found) for found in json.loads(ran.out))


def _expected(repo: Path) -> set[Path]:
    patterns = (".github/workflows/*.y*ml", ".github/dependabot.y*ml", ".github/actions/**/action.y*ml")
    return {path.relative_to(repo) for pattern in patterns for path in repo.glob(pattern)}


def _finding(found: dict[str, Any]) -> Finding:
    places = found["locations"]
    place = next((place for place in places if place["symbolic"]["kind"] == "Primary"), places[0])
    path = place["symbolic"]["key"]["Local"]["verbatim_path"].removeprefix("./")
    line = place["concrete"]["location"]["start_point"]["row"] + 1
    return Finding("zizmor", found["ident"], path, line, found["desc"])
