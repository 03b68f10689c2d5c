"""kubernetes-validate: a second, independent set of schemas (its own, in the wheel) for the same question as kubeconform's."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.engines.drivers.manifests import objects
from tests.engines.drivers.program import CheckerError, Finding, run

VERSIONS = ("1.34", "1.35", "1.36", "1.37")
PASSED = re.compile(r"^INFO .* passed for resource ", re.MULTILINE)
REFUSED = re.compile(r"^(?:ERROR|WARN(?:ING)?)\s+(.*)$", re.MULTILINE)


def validate(
    rendered: str, versions: Sequence[str] = VERSIONS, custom: frozenset[str] = frozenset({"HTTPRoute"})
) -> tuple[Finding, ...]:
    """Counts what passed: an unknown kind or version is only a warning to the program. `custom` kinds it cannot know."""
    expected = sum(item.kind not in custom for item in objects(rendered))
    with tempfile.TemporaryDirectory(prefix="cdgen-validate-") as temporary:
        path = Path(temporary, "rendered.yaml")
        path.write_text(rendered)
        return tuple(finding for version in versions for finding in _validate(path, version, expected, custom))


def _validate(path: Path, version: str, expected: int, custom: frozenset[str]) -> tuple[Finding, ...]:
    ran = run("kubernetes-validate", "--strict", "-k", version, path)
    said = ran.out + ran.err
    if ran.code not in (0, 1) or "FATAL" in said:
        raise CheckerError(ran.last_words)
    refused = [text.replace(f"{path} ", "") for text in REFUSED.findall(said) if not _is_about(custom, text)]
    seen = len(PASSED.findall(said)) + len(refused)
    if seen < expected:
        raise CheckerError(f"kubernetes-validate looked at {seen} of {expected} objects for {version}: {said[-300:]}")
    return tuple(Finding("kubernetes-validate", version, "", 0, text) for text in refused)


def _is_about(kinds: frozenset[str], text: str) -> bool:
    return any(f"schema for kind {kind} " in text for kind in kinds)
