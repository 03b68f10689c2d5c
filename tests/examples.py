"""The living services of `examples/`, each as a git repository of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

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
