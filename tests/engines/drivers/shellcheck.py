"""shellcheck: scripts that are delivered as files, with every optional check on and no directive obeyed silently."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.engines.drivers.program import CheckerError, Finding, run


def lint(scripts: Sequence[Path]) -> tuple[Finding, ...]:
    """Lints scripts; one with a `shellcheck disable` line must be dealt with by the caller, so it is a finding too."""
    if not scripts or not all(script.read_text().strip() for script in scripts):
        raise CheckerError(f"nothing to lint: {scripts}")
    ran = run("shellcheck", "--norc", "--enable=all", "--severity=style", "--format=json", *scripts)
    if ran.code not in (0, 1):
        raise CheckerError(ran.last_words)
    found = [_finding(item) for item in json.loads(ran.out)]
    return (*found, *(finding for script in scripts for finding in _switched_off(script)))


def _finding(item: dict[str, Any]) -> Finding:
    return Finding("shellcheck", f"SC{item['code']}", item["file"], item["line"], item["message"])


def _switched_off(script: Path) -> Iterator[Finding]:
    for number, line in enumerate(script.read_text().splitlines(), 1):
        if "shellcheck disable" in line:
            yield Finding("shellcheck", "disable", str(script), number, line.strip())
