"""Read-only questions to git, with fixed arguments and a clean environment.

Nothing here may run code from the inspected repository: no work-tree or history command, no filter, no hook, no monitor. The
commands used were traced against repositories whose configuration sets every known driver (`docs/decisions/`).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

SAFE = ("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}", "-c", "safe.bareRepository=explicit")
KEEP = ("PATH", "HOME", "GIT_INDEX_FILE", "SYSTEMROOT", "TEMP", "TMP", "LANG", "USERPROFILE")


def ask(directory: Path, *arguments: str) -> str | None:
    """Standard output of one git question, None when git refuses or is not installed."""
    import subprocess

    environment = {name: value for name, value in os.environ.items() if name in KEEP}
    environment |= {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    try:
        answer = subprocess.run(
            ("git", *SAFE, *arguments),
            cwd=directory,
            env=environment,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except OSError:
        return None
    return os.fsdecode(answer.stdout) if answer.returncode == 0 else None


def top_level(directory: Path) -> Path | None:
    """The work tree that holds a directory; None outside git."""
    answer = ask(directory, "rev-parse", "--show-toplevel")
    return Path(answer.rstrip("\n")) if answer else None


LINK = "120000"
SUBMODULE = "160000"
EXECUTABLE = "100755"
MODE = 6  # digits of a mode


class Staged(NamedTuple):
    """How the index records a path: `mode` as git writes it, `object` the id of its blob."""

    mode: str
    object: str


def staged(root: Path) -> dict[str, Staged] | None:
    """Every path of the index; None outside git. Of a path in conflict the last side counts."""
    answer = ask(root, "ls-files", "-z", "--stage")
    if answer is None:
        return None
    found: dict[str, Staged] = {}
    for record in answer.split("\0"):
        meta, tab, path = record.partition("\t")
        if tab:
            mode, identity, _ = meta.split(" ")
            found[path] = Staged(mode, identity)
    return found


def path(root: Path, name: str) -> Path:
    """Where git keeps one of its own files for this work tree (`index`, `objects`)."""
    return root / (ask(root, "rev-parse", "--git-path", name) or f".git/{name}").rstrip("\n")


def create(directory: Path) -> None:
    """An empty repository in a folder of our own."""
    ask(directory, "init", "--quiet", "--template=", ".")


def files(root: Path) -> list[str]:
    """Files of the index that are neither links nor submodules, and those that are neither tracked nor ignored: `init` works
    before the first `git add`. One question, since starting git is most of its cost."""
    answer = ask(root, "ls-files", "-z", "--stage", "--others", "--exclude-standard") or ""
    found: list[str] = []
    for record in answer.split("\0"):
        meta, tab, path = record.partition("\t")
        is_entry = bool(tab) and len(meta) > MODE and meta[:MODE].isdigit() and meta[MODE] == " "
        if not is_entry:
            found.append(record)
        elif meta[:MODE] not in (LINK, SUBMODULE):
            found.append(path)
    return [name for name in found if name]


def remote_url(root: Path) -> str | None:
    answer = ask(root, "remote", "get-url", "origin")
    return answer.strip() if answer else None


def branch(root: Path) -> str | None:
    """The branch that is checked out; None when the head is detached."""
    answer = ask(root, "rev-parse", "--abbrev-ref", "HEAD")
    name = (answer or "").strip()
    return None if name in ("", "HEAD") else name


def default_branch(root: Path) -> str | None:
    """What the remote calls its default branch, as the last clone or fetch saw it."""
    answer = ask(root, "rev-parse", "--abbrev-ref", "origin/HEAD")
    name = (answer or "").strip().removeprefix("origin/")
    return None if name in ("", "HEAD", "origin/HEAD") else name


def has_commit(root: Path) -> bool:
    return ask(root, "rev-parse", "--verify", "--quiet", "HEAD") is not None


def is_shallow(root: Path) -> bool:
    return (ask(root, "rev-parse", "--is-shallow-repository") or "").strip() == "true"
