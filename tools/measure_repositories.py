"""What cdgen does to real repositories: `python -m tools.measure_repositories CLONES [NAME...]`.

Each clone is copied, `cdgen init --yes` and `cdgen check --full` run in the copy, and what was written goes through actionlint,
the workflow schema, kustomize, and kubeconform for every supported Kubernetes. A line per repository; exit 1 when one is not right.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from tests.engines.drivers import actionlint, check_jsonschema, kubeconform, kustomize

CDGEN = Path(sys.executable).parent / "cdgen"


class Outcome(NamedTuple):
    name: str
    init: int
    check: int
    says: str  # last words of a run that did not end 0
    files: int
    findings: tuple[str, ...]

    @property
    def is_right(self) -> bool:
        return (self.init, self.check) in ((0, 0), (3, 3)) and not self.findings


def measure(clone: Path, scratch: Path) -> Outcome:
    root = scratch / clone.name
    shutil.copytree(clone, root, symlinks=True)
    init, words = run(root, "init", "--yes")
    check, more = run(root, "check", "--full")
    words = words if init else more
    if init:
        return Outcome(clone.name, init, check, words, 0, ())
    owned = [line[34:] for line in (root / ".cdgen" / "lock").read_text().splitlines() if not line.startswith("#")]
    return Outcome(clone.name, init, check, words if check else "", len(owned), tuple(findings(root, owned)))


def run(root: Path, *arguments: str) -> tuple[int, str]:
    ended = subprocess.run((CDGEN, *arguments), cwd=root, capture_output=True, text=True, check=False)
    return ended.returncode, (ended.stderr.strip().splitlines() or [""])[0 if ended.returncode else -1]


def findings(root: Path, owned: list[str]) -> list[str]:
    """What the programs that these files are for say about them."""
    workflows = [root / path for path in owned if path.startswith(".github/workflows/")]
    own = {path.name for path in workflows}
    found = [str(each) for each in actionlint.lint(root) if Path(each.path).name in own]
    found += [str(each) for each in check_jsonschema.validate("github-workflows", workflows)]
    for path in owned:
        if "/overlays/" in f"/{path}" and path.endswith("kustomization.yaml"):
            rendered = kustomize.build((root / path).parent)
            found += [f"{path}: {each}" for each in kubeconform.validate(rendered)]
    return found


def main(arguments: list[str]) -> int:
    clones = sorted(path for path in Path(arguments[0]).iterdir() if path.is_dir())
    wanted = [clone for clone in clones if not arguments[1:] or clone.name in arguments[1:]]
    bad = 0
    with tempfile.TemporaryDirectory(prefix="cdgen-repositories-") as scratch:
        for clone in wanted:
            outcome = measure(clone, Path(scratch))
            bad += not outcome.is_right
            codes = f"init {outcome.init}, check --full {outcome.check}"
            print(f"{outcome.name}: {codes}, {outcome.files} files, {len(outcome.findings)} findings")
            for line in (outcome.says, *outcome.findings[:10]):
                print(f"    {line}" if line else "", end="\n" if line else "")
    print(f"{len(wanted) - bad} of {len(wanted)} right")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
