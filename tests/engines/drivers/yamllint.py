"""yamllint: form of every YAML file that a person will read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from tests.engines.drivers.program import CheckerError, Finding, run

CONFIG = Path(__file__).parent / "config" / "yamllint.yaml"
LINE = re.compile(r"^(?P<path>.+?):(?P<line>\d+):\d+: \[\w+\] (?P<message>.*) \((?P<rule>[\w-]+)\)$")


def lint(paths: Sequence[Path]) -> tuple[Finding, ...]:
    """Lints files, each named: a folder without YAML would pass in silence."""
    if not paths or any(path.is_dir() for path in paths):
        raise CheckerError(f"yamllint wants files: {paths}")
    ran = run("yamllint", "--strict", "--format", "parsable", "--config-file", CONFIG, *paths)
    matches = [LINE.match(line) for line in ran.out.splitlines()]
    findings = tuple(Finding("yamllint", m["rule"], m["path"], int(m["line"]), m["message"]) for m in matches if m)
    if len(findings) != len(matches) or bool(findings) != bool(ran.code):
        raise CheckerError(ran.last_words)
    return findings
