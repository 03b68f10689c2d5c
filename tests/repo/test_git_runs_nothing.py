"""Reading a repository starts no program that its configuration names."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from cdgen.repo import git, open_repo
from cdgen.repo.staged import export

PROGRAMS = (
    "core.fsmonitor",
    "core.pager",
    "core.editor",
    "core.sshCommand",
    "core.gitProxy",
    "core.alternateRefsCommand",
    "core.askPass",
    "credential.helper",
    "gpg.program",
    "gpg.ssh.program",
    "diff.external",
    "sequence.editor",
    "filter.x.clean",
    "filter.x.smudge",
    "filter.x.process",
    "diff.x.command",
    "diff.x.textconv",
    "merge.x.driver",
    "uploadpack.packObjectsHook",
    "pager.ls-files",
    "pager.remote",
    "pager.rev-parse",
    "alias.ls-files",
    "alias.remote",
    "alias.rev-parse",
    "interactive.diffFilter",
    "trailer.x.command",
)
HOOKS = ("post-index-change", "pre-commit", "post-checkout", "reference-transaction", "fsmonitor-watchman")


def call(root: Path, *arguments: str) -> None:
    isolated = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    subprocess.run(("git", *arguments), cwd=root, check=True, capture_output=True, env=os.environ | isolated)


@pytest.fixture
def trapped(tmp_path: Path) -> Path:
    """A repository in which every program that git may start leaves its name in `started`."""
    root, trap, started = tmp_path / "service", tmp_path / "trap", tmp_path / "started"
    root.mkdir()
    trap.write_text(f'#!/bin/sh\necho "$0 $*" >> "{started}"\ncat\n')
    trap.chmod(0o755)
    call(root, "init", "--quiet")
    (root / ".gitattributes").write_text("*.txt filter=x diff=x merge=x\n")
    (root / "note.txt").write_text("first\n")
    call(root, "add", "--all")
    call(root, "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "--quiet", "--message=first")
    for name in PROGRAMS:
        call(root, "config", name, str(trap))
    call(root, "config", "filter.x.required", "true")
    for name in HOOKS:
        hook = root / ".git" / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(trap.read_text())
        hook.chmod(0o755)
    (root / "note.txt").write_text("second\n")
    (root / "new.txt").write_text("new\n")
    return root


def test_no_question_starts_a_program(trapped: Path, tmp_path: Path) -> None:
    repo, _ = open_repo(trapped)
    assert repo.text("note.txt") == "second\n"
    assert "new.txt" in git.files(trapped)
    assert git.has_commit(trapped)
    assert not git.is_shallow(trapped)
    assert git.remote_url(trapped) is None
    assert git.default_branch(trapped) is None
    assert git.branch(trapped)
    export(trapped, tmp_path / "copy")
    assert (tmp_path / "copy" / "note.txt").read_text() == "first\n"
    assert not (tmp_path / "started").exists()


def test_the_trap_works(trapped: Path, tmp_path: Path) -> None:
    subprocess.run(("git", "status"), cwd=trapped, capture_output=True, check=False)
    assert (tmp_path / "started").read_text()
