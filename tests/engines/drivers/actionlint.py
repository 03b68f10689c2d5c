"""actionlint, with shellcheck and pyflakes behind it.

It checks the inputs of an action only when the action is named by a major version: the linted copy has `@<sha> # v5.1.0`
rewritten to `@v5`. Without shellcheck on PATH it is silent about scripts, so a planted workflow is linted in the same call.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from pathlib import Path

from tests.engines.drivers.program import CheckerError, Finding, expect_canary, path_with, run

PINNED = re.compile(r"@[0-9a-f]{40}(?P<quote>[\"']?)\s+#\s*(?P<major>v\d+)\S*")
CANARY = """\
on: push
jobs:
  canary:
    runs-on: ubuntu-24.04
    steps:
      - run: echo $UNQUOTED
      - run: import os
        shell: python
      - uses: actions/checkout@v4
        with: {misspelt: true}
"""
PLANTED = ("SC2086", "imported but unused", 'input "misspelt" is not defined')


def lint(repo: Path) -> tuple[Finding, ...]:
    """Lints every workflow of `repo`; an `actionlint.yaml` in it is not read, so it silences nothing."""
    workflows = sorted(path for path in (repo / ".github" / "workflows").glob("*.y*ml"))
    if not workflows:
        raise CheckerError(f"no workflow in {repo}")
    with tempfile.TemporaryDirectory(prefix="cdgen-actionlint-") as temporary:
        copies = _copy(repo, workflows, Path(temporary))
        findings = _run(Path(temporary), copies)
    return expect_canary("actionlint", findings, lambda finding: finding.path.endswith("zz-canary.yml"), PLANTED)


def _copy(repo: Path, workflows: list[Path], root: Path) -> list[Path]:
    """A project as actionlint wants it (it looks for `.git`), with local actions and workflows where they belong."""
    (root / ".git").mkdir()
    folder = root / ".github" / "workflows"
    folder.mkdir(parents=True)
    if (repo / ".github" / "actions").is_dir():
        shutil.copytree(repo / ".github" / "actions", root / ".github" / "actions")
    for path in workflows:
        (folder / path.name).write_text(by_major(path.read_text()))
    (folder / "zz-canary.yml").write_text(CANARY)
    return sorted(folder.iterdir())


def by_major(text: str) -> str:
    return PINNED.sub(lambda match: f"@{match['major']}{match['quote']}", text)


def _run(root: Path, copies: list[Path]) -> tuple[Finding, ...]:
    env = {"PATH": path_with(["shellcheck", "pyflakes"]), "SHELLCHECK_OPTS": "--enable=all --severity=style"}
    ran = run("actionlint", "-no-color", "-format", "{{json .}}", *(copy.relative_to(root) for copy in copies), cwd=root, env=env)
    if ran.code not in (0, 1):
        raise CheckerError(ran.last_words)
    return tuple(
        Finding("actionlint", found["kind"], found["filepath"], found["line"], found["message"]) for found in json.loads(ran.out)
    )
