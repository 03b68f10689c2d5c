"""A repository that means harm: nothing of it runs, nothing outside it is read, nothing is written, and the answer still comes.

Each recipe is run as the program with a trace of what it starts, connects to and writes.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent.parent
SECRET = "hunter2-outside-of-the-repository"
SERVICE = {
    "package.json": '{"name": "shop", "scripts": {"start": "node a.js", "test": "vitest run"}, "dependencies": {"express": "5.1.0"}}',
    "package-lock.json": '{"lockfileVersion": 3, "packages": {}}',
    "a.js": 'const app = require("express")();\napp.get("/healthz", (q, s) => s.end());\napp.listen(3000);\n',
}
DEEP = 2_000
SPARSE = 20 * 1024**3
QUESTIONS = {"rev-parse", "ls-files", "for-each-ref", "remote"}  # all that git is ever asked


class Run(NamedTuple):
    code: int
    out: str
    err: str
    events: list[str]


def traced(tmp_path: Path, root: Path, *arguments: str) -> Run:
    log = tmp_path / "trace.log"
    ended = subprocess.run(
        (
            sys.executable,
            str(ROOT / "tests" / "repo" / "traced.py"),
            str(log),
            *(arguments or ("inspect", str(root), "--output-format", "json")),
        ),
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        errors="surrogateescape",
        timeout=120,
        check=False,
    )
    events = log.read_text("utf-8").splitlines() if log.exists() else ["no trace"]
    return Run(ended.returncode, ended.stdout, ended.stderr, events)


def is_git(event: str) -> bool:
    """A question to git with the arguments that are proven to run nothing."""
    return event.startswith("subprocess.Popen ('git'") and any(f"'{word}'" in event for word in QUESTIONS)


def assert_harmless(run: Run) -> None:
    assert run.code in (0, 3), run.err
    assert "Traceback" not in run.err
    assert SECRET not in run.out + run.err
    assert [event for event in run.events if not is_git(event) and "os.devnull" not in event and "/dev/null" not in event] == []


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def outside(root: Path) -> Path:
    """A file and a folder beside the repository that nobody gave us."""
    secret = root.parent / "outside"
    secret.mkdir(exist_ok=True)
    (secret / "package.json").write_text(json.dumps({"name": SECRET, "dependencies": {"express": "1"}}))
    (secret / "requirements.txt").write_text(SECRET)
    return secret


def file_link(root: Path) -> None:
    (root / "package.json").unlink()
    (root / "package.json").symlink_to(outside(root) / "package.json")


def folder_link(root: Path) -> None:
    (root / "api").symlink_to(outside(root))


def chain_and_loop(root: Path) -> None:
    (root / "one").symlink_to(root / "two")
    (root / "two").symlink_to(root / "one")
    (root / "loop").symlink_to(root)
    (root / "far").symlink_to(outside(root))
    (root / "farther").symlink_to(root / "far")


def git_file_elsewhere(root: Path) -> None:
    """The `.git` of a repository is a file that points to one whose configuration names programs."""
    other = root.parent / "other"
    other.mkdir()
    subprocess.run(("git", "init", "--quiet", str(other)), check=True, capture_output=True)
    subprocess.run(("git", "-C", str(other), "config", "core.fsmonitor", f"touch {root.parent}/started; false"), check=True)
    (root / ".git").write_text(f"gitdir: {other}/.git\n")


def bare_repository_inside(root: Path) -> None:
    subprocess.run(("git", "init", "--quiet", "--bare", str(root / "api")), check=True, capture_output=True)
    subprocess.run(("git", "-C", str(root / "api"), "config", "core.fsmonitor", f"touch {root.parent}/started; false"), check=True)


def special_files(root: Path) -> None:
    os.mkfifo(root / "pom.xml")
    os.mkfifo(root / "Dockerfile")
    (root / "api").mkdir()
    os.mkfifo(root / "api" / "package.json")
    with socket.socket(socket.AF_UNIX) as server:
        where = os.getcwd()
        os.chdir(root)  # a socket's path has at most 108 bytes
        try:
            server.bind("go.mod")
        finally:
            os.chdir(where)


def sparse(root: Path) -> None:
    for name in ("go.mod", "pyproject.toml", "compose.yaml", "src.js", "Dockerfile"):
        with (root / name).open("wb") as stream:
            stream.truncate(SPARSE)


def deep(root: Path) -> None:
    """Too deep for a path: made folder by folder."""
    where = os.open(root, os.O_RDONLY)
    for _ in range(DEEP):
        os.mkdir("d", dir_fd=where)
        below = os.open("d", os.O_RDONLY, dir_fd=where)
        os.close(where)
        where = below
    os.close(os.open("package.json", os.O_CREAT | os.O_WRONLY, dir_fd=where))
    os.close(where)


def names(root: Path) -> None:
    """Names that drive a terminal, a log or a CI system."""
    for name in ("\x1b]8;;evil\x07", "\u202ecod.exe", "a\nb", "::set-output name=x::y", "-rf", "a\rb", "\udcff"):
        folder = root / name
        folder.mkdir()
        (folder / "package.json").write_text(SERVICE["package.json"])
    write(root, {"package.json": json.dumps({"name": "x\u001b[2J\u202e\n::error::", "scripts": {"start": "node \u001b[2J a.js"}})})


RECIPES: list[Callable[[Path], None]] = [
    file_link,
    folder_link,
    chain_and_loop,
    git_file_elsewhere,
    bare_repository_inside,
    special_files,
    sparse,
    deep,
    names,
]


# what has to be said of files that are left out
LEFT_OUT = {special_files: "not a regular file", sparse: "larger than", deep: "deeper than"}


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Path]:
    root = tmp_path / "repository"
    root.mkdir()
    write(root, SERVICE)
    yield root
    subprocess.run(("rm", "-rf", str(root)), check=True)  # the library's own removal fails on the deep tree


def test_the_trace_sees(tmp_path: Path) -> None:
    """The harness itself: a run that starts a program, connects and writes is not harmless."""
    script = (
        f"import sys; sys.argv=['x']; sys.path.insert(0, {str(ROOT)!r})\n"
        "import tests.repo.traced as t, cdgen.cli.main as m, subprocess, socket\n"
        "def run(_):\n    subprocess.run(['true'])\n    open('made', 'w')\n    s = socket.socket(); s.settimeout(0.1)\n"
        "    try: s.connect(('127.0.0.1', 9))\n    except OSError: pass\n    return 0\n"
        "m.run = run\nt.main('trace.log', [])\n"
    )
    subprocess.run((sys.executable, "-c", script), cwd=tmp_path, check=True)
    events = (tmp_path / "trace.log").read_text()
    assert all(word in events for word in ("subprocess.Popen ('true'", "open ('made'", "socket.connect"))


def test_an_honest_service_is_read(tmp_path: Path, service: Path) -> None:
    run = traced(tmp_path, service)
    assert_harmless(run)
    assert json.loads(run.out)["port"] == 3000


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.__name__)
@pytest.mark.parametrize("is_repository", [False, True], ids=["folder", "git"])
def test_harmless(tmp_path: Path, service: Path, recipe: Callable[[Path], None], is_repository: bool) -> None:
    if is_repository and recipe is not git_file_elsewhere:
        subprocess.run(("git", "init", "--quiet", str(service)), check=True, capture_output=True)
    recipe(service)
    run = traced(tmp_path, service)
    assert_harmless(run)
    assert not (tmp_path / "started").exists()
    if recipe not in (file_link, names):
        assert json.loads(run.out)["port"] == 3000  # what is honest is still seen
    if recipe in LEFT_OUT and not is_repository:  # git lists no pipes, and no path that is too long for it
        assert any(LEFT_OUT[recipe] in each["reason"] for each in json.loads(run.out)["unread"])
    shown = traced(tmp_path, service, "inspect", str(service))
    assert_harmless(shown)
    assert not {"\x1b", "\r", "\u202e", "\x07"} & set(shown.out + shown.err)
    assert not any(line.startswith("::") for line in (shown.out + shown.err).splitlines())
