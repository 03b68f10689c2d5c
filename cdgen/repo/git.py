"""Read-only questions to git, with fixed arguments and a clean environment.

Nothing here may run code from the inspected repository: no work-tree or history command, no filter, no hook, no monitor. The
commands used were traced against repositories whose configuration sets every known driver (`docs/decisions/`).
"""

from __future__ import annotations

import os
from pathlib import Path

SAFE = ("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}", "-c", "safe.bareRepository=explicit")
KEEP = ("PATH", "HOME", "SYSTEMROOT", "TEMP", "TMP", "LANG", "USERPROFILE")


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
    return answer.stdout.decode("utf-8", "surrogateescape") if answer.returncode == 0 else None


def top_level(directory: Path) -> Path | None:
    """The work tree that holds a directory; None outside git."""
    answer = ask(directory, "rev-parse", "--show-toplevel")
    return Path(answer.rstrip("\n")) if answer else None


class Entry:
    """How git records a path: `100644`, `100755`, `120000` (symbolic link), `160000` (submodule)."""

    LINK = "120000"
    SUBMODULE = "160000"


def tracked(root: Path) -> dict[str, str] | None:
    """Path -> mode of every file in the index; None outside git."""
    answer = ask(root, "ls-files", "-z", "--stage")
    if answer is None:
        return None
    found: dict[str, str] = {}
    for record in answer.split("\0"):
        meta, tab, path = record.partition("\t")
        if tab:
            found[path] = meta.split(" ", 1)[0]
    return found


def untracked(root: Path) -> tuple[str, ...]:
    """Files that are neither tracked nor ignored, so that `init` works before the first `git add`."""
    answer = ask(root, "ls-files", "-z", "--others", "--exclude-standard")
    return tuple(path for path in (answer or "").split("\0") if path)


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
