"""The living services of `examples/`, each as a git repository of its own, and what cdgen writes there."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

EXAMPLES = Path(__file__).parents[1] / "examples"
NAMES = tuple(sorted(folder.name for folder in EXAMPLES.iterdir() if (folder / "repo").is_dir()))
ANYBODY = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@example.org",
}


def checkout(name: str, folder: Path) -> Path:
    """A copy of an example, committed, as if cloned from a forge."""
    root = folder / name
    shutil.copytree(EXAMPLES / name / "repo", root)
    git(root, "init", "--quiet", "--initial-branch=main")
    git(root, "remote", "add", "origin", f"https://github.com/example/{name}.git")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message=as it was")
    return root


def git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=root, env=os.environ | ANYBODY, check=True, capture_output=True, text=True)
    return done.stdout


class Ran(NamedTuple):
    code: int
    out: str
    err: str


def cdgen(root: Path, *arguments: str) -> Ran:
    """The program as from its command line, in this process: without a terminal, without settings of its own."""
    from cdgen.cli.main import run

    out, err = io.StringIO(), io.StringIO()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CDGEN_") and name != "CI"}
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(kept)
    try:
        with contextlib.chdir(root), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = run(list(arguments))
    finally:
        os.environ.update(before)
    return Ran(code, out.getvalue(), err.getvalue())


def tree(root: Path) -> dict[str, bytes]:
    """Every file outside `.git`. The examples hold no links."""
    files = (path for path in sorted(root.rglob("*")) if path.is_file() and ".git" not in path.relative_to(root).parts)
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}
