"""The blocks of README.md that show what cdgen prints: the real program, run on an example in a temporary repository."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cdgen import app
from cdgen.model.pipeline import Trigger
from cdgen.report.drawing import mermaid
from tools.markdown import fence

README = "README.md"
ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples" / "go-postgres" / "repo"
REMOTE = "https://github.com/example/shortener.git"
CHANGED = ".github/workflows/cdgen-pull-request.yml"
TITLES = {Trigger.PULL_REQUEST: "pull request", Trigger.MAIN: "main"}
BLOCK = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- generated end -->)", re.S)


def readme(text: str) -> str:
    """The page with its blocks made anew. Raises ValueError for a block that nobody makes."""
    with service() as root:
        blocks = {"init": _shown(root, "init", ends=0), "picture": _picture(root)}
        _break(root)
        blocks["check"] = _shown(root, "check", ends=1)
    names = [name for _, name, _ in BLOCK.findall(text)]
    if sorted(names) != sorted(blocks):
        raise ValueError(f"{README} has the generated blocks {names}, and there are {sorted(blocks)}")
    return BLOCK.sub(lambda found: f"{found[1]}{blocks[found[2]]}\n{found[3]}", text)


@contextmanager
def service() -> Iterator[Path]:
    """The example as a repository of its own, with a remote."""
    with tempfile.TemporaryDirectory(prefix="cdgen-docs-") as scratch:
        root = Path(scratch) / "shortener"
        shutil.copytree(EXAMPLE, root)
        for command in (("init", "--quiet", "--initial-branch=main"), ("remote", "add", "origin", REMOTE), ("add", "--all")):
            subprocess.run(("git", *command), cwd=root, check=True, capture_output=True, env=_environment(root))
        yield root


def _environment(root: Path) -> dict[str, str]:
    """Nothing of this machine: no settings of git or cdgen, no colour, both streams in the order they are written."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR")}
    git = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    return (
        kept
        | git
        | {"HOME": str(root.parent), "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1", "NO_COLOR": "1"}
    )


def _shown(root: Path, command: str, *, ends: int) -> str:
    ran = subprocess.run(
        (sys.executable, "-m", "cdgen", command),
        cwd=root,
        env=_environment(root),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        encoding="utf-8",
    )
    if ran.returncode != ends or str(root.parent) in ran.stdout:
        raise ValueError(f"cdgen {command} ended with {ran.returncode}, not {ends}, or names this machine:\n{ran.stdout}")
    return fence(f"$ cdgen {command}\n{ran.stdout}", "console")


def _break(root: Path) -> None:
    """What people do to a slow gate: its first time limit gets a companion that lets it fail."""
    path = root / CHANGED
    text = path.read_text("utf-8")
    changed = re.sub(r"( *)timeout-minutes: .*\n", r"\g<0>\1continue-on-error: true\n", text, count=1)
    if changed == text:
        raise ValueError(f"{CHANGED} has no job with a time limit")
    path.write_text(changed, "utf-8")


def _picture(root: Path) -> str:
    """Both pipelines of the service in one flowchart."""
    plan = app.generate(app.inspect(root)).plan
    lines = ["flowchart LR"]
    for number, pipeline in enumerate(plan.pipelines[:2]):
        nodes = re.sub(r"\bj(\d+)", rf"p{number}j\1", mermaid(pipeline)).splitlines()[1:]
        lines += [f'  subgraph p{number}["{TITLES[pipeline.trigger]}"]', *(f"  {line}" for line in nodes), "  end"]
    return fence("\n".join([*lines, "  p0 -- merge --> p1"]), "mermaid")
