"""A command line in a git repository of its own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from cdgen.cli.main import run

GO = {
    "go.mod": "module example.com/payments\n\ngo 1.26\n",
    "main.go": 'package main\n\nimport "net/http"\n\nfunc main() {\n'
    '\thttp.HandleFunc("/healthz", func(w http.ResponseWriter, r *http.Request) {})\n'
    '\thttp.ListenAndServe(":8080", nil)\n}\n',
    "main_test.go": 'package main\n\nimport "testing"\n\nfunc TestX(t *testing.T) {}\n',
}


class Result(NamedTuple):
    code: int
    out: str
    err: str


class Repository:
    """A git repository under test and the program in it."""

    def __init__(self, root: Path, capture: pytest.CaptureFixture[str], enter: Callable[[Path], None]) -> None:
        self.root = root
        self._capture = capture
        self._enter = enter

    def write(self, files: Mapping[str, str | bytes]) -> None:
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())

    def git(self, *arguments: str) -> str:
        clean = {
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "a",
            "GIT_AUTHOR_EMAIL": "a@example.org",
        }
        clean |= {"GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.org"}
        ended = subprocess.run(
            ("git", *arguments), cwd=self.root, check=True, capture_output=True, text=True, env=os.environ | clean
        )
        return ended.stdout

    def run(self, *arguments: str) -> Result:
        self._enter(self.root)
        self._capture.readouterr()
        code = run(list(arguments))
        out, err = self._capture.readouterr()
        return Result(code, out, err)

    def tree(self) -> dict[str, bytes | str]:
        """Every path outside .git with its bytes, links with their targets."""
        found: dict[str, bytes | str] = {}
        for path in sorted(self.root.rglob("*")):
            name = path.relative_to(self.root).as_posix()
            if name.split("/")[0] != ".git" and not (path.is_dir() and not path.is_symlink()):
                found[name] = str(path.readlink()) if path.is_symlink() else path.read_bytes()
        return found


MakeRepository = Callable[..., Repository]


@pytest.fixture
def repository(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> MakeRepository:
    """`repository(files, name="payments", git=True)`; the Go service of this file when no files are given."""
    monkeypatch.setenv("CI", "")
    for name in [name for name in os.environ if name.startswith("CDGEN_")]:
        monkeypatch.delenv(name)

    def make(files: Mapping[str, str | bytes] | None = None, name: str = "payments", *, git: bool = True) -> Repository:
        root = tmp_path / name
        root.mkdir(parents=True)
        made = Repository(root, capsys, monkeypatch.chdir)
        made.write(GO if files is None else files)
        if git:
            made.git("init", "--quiet", "--initial-branch=main")
            made.git("remote", "add", "origin", "https://github.com/shop/payments.git")
            made.git("add", "--all")
        return made

    return make
