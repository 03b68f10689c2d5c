"""checkov, one framework a call, each file by name: with a folder it would run Python from the folder's own configuration.

It ends 0 on a file that it could not read, and drops a whole workflow that uses a word newer than its embedded schema:
so some check must have passed, and workflows are scanned as a copy without those words.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.engines.drivers.manifests import objects
from tests.engines.drivers.program import CheckerError, Finding, run

FLAGS = ("--skip-download", "--compact", "--output", "json")
CANARIES = {
    "github_actions": "on: push\npermissions: write-all\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: echo\n",
    "dockerfile": "FROM debian:latest\nRUN true\n",
    "kubernetes": "apiVersion: v1\nkind: Pod\nmetadata:\n  name: canary\nspec:\n  containers:\n    - name: a\n      image: a\n",
}
# words that its embedded workflow schema does not know; scanning a copy without them loses no rule
NEWER_WORDS = (
    (re.compile(r"^\s+attestations: write.*\n", re.MULTILINE), ""),
    (re.compile(r"cancel-in-progress: \$\{\{.*"), "cancel-in-progress: true"),
    (re.compile(r"^run-name: .*\n", re.MULTILINE), ""),
)


def scan_workflow(path: Path) -> tuple[Finding, ...]:
    return scan_workflows({path.name: path.read_text()})


def scan_workflows(texts: Mapping[str, str]) -> tuple[Finding, ...]:
    """Workflows by file name; a name may stand in a folder of its own (`shop/ci.yml`)."""
    plain = {}
    for name, text in texts.items():
        folder, _, file = name.rpartition("/")
        for pattern, replacement in NEWER_WORDS:
            text = pattern.sub(replacement, text)
        plain[f"{folder}/.github/workflows/{file}".lstrip("/")] = text
    return scan("github_actions", plain)


def scan_dockerfile(path: Path) -> tuple[Finding, ...]:
    return scan("dockerfile", {"Dockerfile": path.read_text()})


def scan_manifests(rendered: str) -> tuple[Finding, ...]:
    objects(rendered)
    return scan("kubernetes", {"rendered.yaml": rendered})


def scan(framework: str, texts: Mapping[str, str]) -> tuple[Finding, ...]:
    """Scans texts under the names they have in a repository. The planted file beside them must be caught in the same call."""
    with tempfile.TemporaryDirectory(prefix="cdgen-checkov-") as temporary:
        planted = f"canary/{next(iter(texts))}"
        files = {name: Path(temporary, name) for name in (*texts, planted)}
        for name, file in files.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(texts.get(name, CANARIES[framework]))
        results = _run(framework, Path(temporary), tuple(files.values()))
    if not any("/canary/" in check["file_path"] for check in results["failed_checks"]):
        raise CheckerError(f"checkov {framework} did not see the planted mistakes")
    passed = {check["file_path"].removeprefix(temporary).lstrip("/") for check in results["passed_checks"]}
    if missed := set(texts) - passed:
        raise CheckerError(f"checkov {framework} passed no check on {', '.join(sorted(missed))}: it did not look at it")
    bad = (*results["failed_checks"], *results["skipped_checks"])
    return tuple(_finding(check) for check in bad if "/canary/" not in check["file_path"])


def _run(framework: str, root: Path, files: tuple[Path, ...]) -> dict[str, list[dict[str, Any]]]:
    ran = run("checkov", *FLAGS, "--framework", framework, *(part for file in files for part in ("-f", file)), cwd=root)
    if ran.code not in (0, 1):
        raise CheckerError(ran.last_words)
    report = json.loads(ran.out)
    if not isinstance(report, dict) or "results" not in report or report["summary"]["parsing_errors"]:
        raise CheckerError(f"checkov {framework} could not read its input: {ran.out[:200]}")
    results: dict[str, list[dict[str, Any]]] = report["results"]
    return results


def _finding(check: dict[str, Any]) -> Finding:
    path = re.sub(r"^.*/cdgen-checkov-[^/]+/", "", check["file_path"])
    place = f"{path.lstrip('/')} {check.get('resource') or ''}".strip()
    return Finding("checkov", check["check_id"], place, check["file_line_range"][0], check["check_name"])
