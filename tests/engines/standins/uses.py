"""What workflows ask of other people's actions, held against what those actions declare at exactly that commit."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tests.engines.drivers.program import CheckerError, Finding

PINS = Path(__file__).parents[3] / "cdgen" / "data" / "actions.json"
REFERENCE = re.compile(r"^(?P<action>[\w.-]+/[\w./-]+)@(?P<ref>[\w.-]+)$")
COMMENT = re.compile(r"uses:\s*[\"']?(?P<use>[^\s\"'#]+)[\"']?\s+#\s*(?P<version>\S+)")


class Action(NamedTuple):
    """One row of the pin data."""

    name: str
    version: str
    sha: str
    inputs: tuple[str, ...]
    required: tuple[str, ...]


class Use(NamedTuple):
    """One `uses:` of a step or of a job, with the names of the inputs it gives."""

    path: Path
    job: str
    action: str
    ref: str
    inputs: tuple[str, ...]


def actions() -> dict[tuple[str, str], Action]:
    """The pinned actions by name and commit."""
    rows = json.loads(PINS.read_text())
    return {(row["action"], row["sha"]): _action(row) for row in rows}


def _action(row: dict[str, Any]) -> Action:
    return Action(row["action"], row["version"], row["sha"], tuple(row["inputs"]), tuple(row["required_inputs"]))


def uses(repo: Path) -> tuple[Use, ...]:
    """Every use of a remote action in the workflows and local actions of `repo`; an error when there is no workflow."""
    files = sorted(path for pattern in ("workflows/*.y*ml", "actions/**/action.y*ml") for path in (repo / ".github").glob(pattern))
    if not files:
        raise CheckerError(f"no workflow in {repo}")
    return tuple(use for path in files for use in _uses_of(path.relative_to(repo), yaml.safe_load(path.read_text())))


def _uses_of(path: Path, document: dict[str, Any]) -> Iterator[Use]:
    groups = {name: [job, *(job.get("steps") or ())] for name, job in (document.get("jobs") or {}).items()}
    groups["runs"] = (document.get("runs") or {}).get("steps") or []
    for name, group in groups.items():
        for step in group:
            if match := REFERENCE.match(step.get("uses") or ""):
                yield Use(path, name, match["action"], match["ref"], tuple(step.get("with") or ()))


def misuses(repo: Path) -> tuple[Finding, ...]:
    """Uses that the pin data does not bear out: not pinned so, a misspelt input, a required one left out, a false comment."""
    known = actions()
    found = [finding for use in uses(repo) for finding in _objections(use, known.get((use.action, use.ref)))]
    return (*found, *_false_comments(repo, known))


def _objections(use: Use, action: Action | None) -> Iterator[Finding]:
    if action is None:
        yield _finding("unknown-pin", use, f"{use.action}@{use.ref} is not in the pin data")
        return
    declared = {name.lower() for name in action.inputs}
    given = {name.lower() for name in use.inputs}
    for name in sorted(given - declared):
        yield _finding("unknown-input", use, f"{use.action} has no input {name}")
    for name in action.required:
        if name.lower() not in given:
            yield _finding("missing-input", use, f"{use.action} needs the input {name}")


def _finding(rule: str, use: Use, message: str) -> Finding:
    return Finding("pins", rule, str(use.path), 0, f"job {use.job}: {message}")


def _false_comments(repo: Path, known: dict[tuple[str, str], Action]) -> Iterator[Finding]:
    for path in sorted((repo / ".github").rglob("*.y*ml")):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            match = COMMENT.search(line)
            name, _, sha = match["use"].partition("@") if match else ("", "", "")
            action = known.get((name, sha))
            if match and action and match["version"] != action.version:
                message = f"the commit is {action.version}, the comment says {match['version']}"
                yield Finding("pins", "false-comment", str(path.relative_to(repo)), number, message)
