"""`cdgen demo`: the whole story on an example service, in a temporary repository that is removed again."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from cdgen import app
from cdgen.cli.check import check
from cdgen.cli.generate import generate
from cdgen.cli.init import init
from cdgen.errors import InputError
from cdgen.report.console import Console

CHANGED = ".github/workflows/cdgen-pull-request.yml"
ISOLATED = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}


def demo(console: Console, name: str) -> int:
    """Ends 0 when every step did what it says. Raises InputError for an example that is not there."""
    source = examples() / name / "repo"
    if not source.is_dir():
        known = ", ".join(sorted(path.name for path in examples().iterdir() if (path / "repo").is_dir()))
        raise InputError(f"there is no example {name}; there are: {known}", hint="cdgen demo go-postgres")
    with tempfile.TemporaryDirectory(prefix="cdgen-demo-") as scratch:
        root = Path(scratch) / name
        shutil.copytree(source, root)
        _git(root, "init", "--quiet", "--initial-branch=main")
        _git(root, "remote", "add", "origin", f"https://github.com/example/{name}.git")
        _git(root, "add", "--all")
        return _story(root, console)


def examples() -> Path:
    """The example services: beside the package in a checkout, inside it in a wheel."""
    package = Path(__file__).parent.parent
    inside = package / "examples"
    return inside if inside.is_dir() else package.parent / "examples"


def _story(root: Path, console: Console) -> int:
    from cdgen.report.drawing import terminal
    from cdgen.report.tree import file_tree

    _step(console, "$ cdgen init --yes")
    ended = [init(root, console, yes=True) == 0]
    generation = app.generate(app.inspect(root))
    _step(console, "what stands in the repository now")
    for line in file_tree([file.path for file in generation.files] + [patch.path for patch in generation.patches] + ["cdgen.yaml"]):
        console.result(line)
    for pipeline in generation.plan.pipelines[:2]:
        _step(console, f"the pipeline: {pipeline.trigger.value}")
        for line in terminal(pipeline, shutil.get_terminal_size((100, 24)).columns):
            console.result(line)
    _step(console, "$ cdgen check")
    ended.append(check(root, console) == 0)
    _step(console, f"one byte of {CHANGED} is changed by hand; $ cdgen check")
    _flip(root / CHANGED)
    code = check(root, console)
    console.say(f"(exit {code})")
    ended.append(code == 1)
    _step(console, f"$ cdgen generate --force {CHANGED}")
    ended.append(generate(root, console, force=True, only=(CHANGED,)) == 0)
    _step(console, "$ cdgen check --full")
    ended.append(check(root, console, full=True) == 0)
    return 0 if all(ended) else 1


def _flip(path: Path) -> None:
    text = path.read_bytes()
    place = text.index(b"timeout-minutes: ") + len(b"timeout-minutes: ")
    path.write_bytes(text[:place] + (b"9" if text[place : place + 1] != b"9" else b"8") + text[place + 1 :])


def _step(console: Console, text: str) -> None:
    console.out.flush()
    console.err.flush()
    console.result()
    console.result(console.style(f"── {text} ", "cyan"))
    console.out.flush()


def _git(root: Path, *arguments: str) -> None:
    subprocess.run(("git", *arguments), cwd=root, check=True, capture_output=True, env=os.environ | ISOLATED)
