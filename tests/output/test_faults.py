"""The writer under failure: killed at every system call, a disk that refuses at every call, many runs at once."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cdgen.errors import WriteError
from cdgen.model.output import PatchedFile
from cdgen.output import exclusive as exclusive_module
from cdgen.output.compare import read_lock
from cdgen.output.exclusive import exclusive
from cdgen.output.write import Written
from tests.output.tree import FILES, INPUTS, run, snapshot, states

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork"),
    pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning"),  # Python 3.12 and later, in a test worker with threads
]

SERVICE = "deploy/base/service.yaml"
PATCHES = [PatchedFile(".gitattributes", "a\nb\n", "")]
OLD = dict(FILES)
EDITED = "edited by hand\n"
SECOND = {path: text + "# second\n" for path, text in FILES.items() if path != "deploy/base/deployment.yaml"} | {
    "new/a.md": "2\n",
    "x.md": "2\n",
}
THIRD = {path: text + "# third\n" for path, text in FILES.items()} | {"new/a.md": "3\n"}
CALLS = ("open", "write", "fchmod", "fsync", "mkdir", "replace", "unlink", "rmdir")


def begin(root: Path) -> None:
    """A repository with an older generation, one file of it edited, and a file of the team's."""
    root.mkdir()
    (root / ".gitattributes").write_text("a\n")
    run(root, OLD)
    (root / SERVICE).write_text(EDITED)


def second(root: Path) -> None:
    run(root, SECOND, PATCHES, force=True)


class Fault:
    """Counts the system calls that write, and strikes at the n-th."""

    def __init__(self, at: int, strike: Callable[[Callable[..., Any], tuple[Any, ...]], None], *, for_ever: bool = False) -> None:
        self.at, self.strike, self.for_ever, self.count = at, strike, for_ever, 0

    def wrap(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*arguments: Any, **keywords: Any) -> Any:
            if call.__name__ == "open" and not arguments[1] & os.O_CREAT:
                return call(*arguments, **keywords)
            self.count += 1
            if self.count == self.at or (self.for_ever and self.count > self.at):
                self.strike(call, arguments)
            return call(*arguments, **keywords)

        return wrapped

    def __enter__(self) -> Fault:
        self.genuine = {name: getattr(os, name) for name in CALLS}
        for name, call in self.genuine.items():
            setattr(os, name, self.wrap(call))
        return self

    def __exit__(self, *_: object) -> None:
        for name, call in self.genuine.items():
            setattr(os, name, call)


def kill(call: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    """As `kill -9` does it; half of what was to be written is on disk."""
    if call.__name__ == "write":
        call(arguments[0], arguments[1][: len(arguments[1]) // 2])
    os.kill(os.getpid(), signal.SIGKILL)


def in_child(work: Callable[[], object]) -> int:
    """The wait status of a forked process that does the work."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return os.waitpid(child, 0)[1]


def number_of_calls(root: Path) -> int:
    begin(root)
    with Fault(0, kill) as fault:
        second(root)
    assert states(root, SECOND) == {}
    return fault.count


def test_killed_at_every_call(tmp_path: Path) -> None:
    """Every file is the old or the new one, the edit is never lost, and the next run, with other inputs, repairs everything."""
    calls = number_of_calls(tmp_path / "count")
    assert calls > 50
    for at in range(1, calls + 1):
        root = tmp_path / str(at)
        begin(root)

        def work(root: Path = root, at: int = at) -> None:
            with Fault(at, kill):
                second(root)

        assert in_child(work) == signal.SIGKILL
        allowed = {path: {OLD.get(path), SECOND.get(path), None} for path in {*OLD, *SECOND}}
        allowed[SERVICE] = {EDITED, SECOND[SERVICE]}
        allowed[".gitattributes"] = {"a\n", "a\nb\n"}
        for path, texts in allowed.items():
            assert ((root / path).read_text() if (root / path).exists() else None) in texts, (at, path)
        run(root, THIRD, PATCHES, force=True)
        texts = {path: data.decode() for path, (kind, data, _) in snapshot(root).items() if kind == "file"}
        kept = {path: text for path, text in texts.items() if path.startswith(".cdgen/backup/deploy")}
        assert set(kept.values()) == {EDITED}, at
        others = {path: text for path, text in texts.items() if not path.startswith(".cdgen/")}
        assert others == {**THIRD, ".gitattributes": "a\nb\n"}, at
        assert (read_lock(root).is_settled, read_lock(root).inputs, states(root, THIRD)) == (True, INPUTS, {}), at
        shutil.rmtree(root)


def fail(code: int) -> Callable[[Callable[..., Any], tuple[Any, ...]], None]:
    def strike(call: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        raise OSError(code, os.strerror(code))

    return strike


@pytest.mark.parametrize("code", (errno.ENOSPC, errno.EIO, errno.EROFS, errno.EDQUOT))
def test_a_disk_that_fails_once(tmp_path: Path, code: int) -> None:
    calls = number_of_calls(tmp_path / "count")
    root = tmp_path / "root"
    begin(root)
    before = snapshot(root)
    for at in range(1, calls + 1):
        with Fault(at, fail(code)) as fault:
            try:
                second(root)
            except WriteError as problem:
                assert os.strerror(code) in problem.message, at
                assert "\n" not in problem.message
                assert problem.message.endswith("nothing was changed"), at
                assert snapshot(root) == before, at
                continue
        assert fault.count >= at  # only syncing a folder and removing an empty one may fail unnoticed
        assert states(root, SECOND) == {}, at
        shutil.rmtree(root)
        begin(root)


def test_a_disk_that_fails_from_then_on(tmp_path: Path) -> None:
    """Nothing can be put back then; every file is still old or new, and the next run repairs."""
    calls = number_of_calls(tmp_path / "count")
    messages = []
    for at in range(1, calls, 3):
        root = tmp_path / str(at)
        begin(root)
        with Fault(at, fail(errno.EIO), for_ever=True):
            try:
                second(root)
            except WriteError as problem:
                messages.append(problem.message)
        for path in {*OLD, *SECOND}:
            text = (root / path).read_text() if (root / path).exists() else None
            assert text in (OLD.get(path), SECOND.get(path), EDITED if path == SERVICE else None, None), (at, path)
        second(root)
        assert states(root, SECOND) == {}, at
        assert [path.name for path in root.rglob("*.tmp")] == []
    assert len(messages) > 15
    assert {message.rpartition(";")[2] for message in messages} == {
        " nothing was changed",
        " run the same command again to repair the rest",
    }


def test_interrupt_puts_everything_back(tmp_path: Path) -> None:
    calls = number_of_calls(tmp_path / "count")
    root = tmp_path / "root"
    begin(root)
    before = snapshot(root)

    def interrupt(call: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        raise KeyboardInterrupt

    for at in range(1, calls - 10, 4):
        with Fault(at, interrupt), pytest.raises(KeyboardInterrupt):
            second(root)
        assert snapshot(root) == before, at


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 256 KiB."""
    place = tmp_path / "small"
    place.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", place], check=False).returncode:
        pytest.skip("needs the right to mount")
    yield place
    subprocess.run(["umount", place], check=True)


def test_a_disk_that_is_really_full(mounted: Path) -> None:
    root = mounted / "root"
    begin(root)
    before = snapshot(root)
    large = {**SECOND, "deploy/base/large.yaml": "x" * 400_000 + "\n"}
    with pytest.raises(WriteError, match="deploy/base/large.yaml: No space left on device; nothing was changed"):
        run(root, large, PATCHES, force=True)
    assert snapshot(root) == before
    second(root)
    assert states(root, SECOND) == {}


def test_a_tree_that_is_really_read_only(mounted: Path) -> None:
    root = mounted / "root"
    begin(root)
    run(root, OLD, force=True)
    before = snapshot(root)
    subprocess.run(["mount", "-o", "remount,ro", mounted], check=True)
    with pytest.raises(WriteError, match="Read-only file system; nothing was changed"):
        second(root)
    assert run(root, OLD) == Written()  # nothing to do needs no right to write
    assert snapshot(root) == before


def test_sixteen_runs_at_once(tmp_path: Path) -> None:
    """From nothing, and from an older generation: every run succeeds and the result is that of one."""
    for number, prepare in enumerate((lambda root: root.mkdir(), begin)):
        root = tmp_path / str(number)
        prepare(root)
        start = time.monotonic() + 0.2

        def work(root: Path = root, start: float = start) -> None:
            while time.monotonic() < start:
                pass
            second(root)

        children = []
        for _ in range(16):
            child = os.fork()
            if child == 0:
                os._exit(in_child(work) != 0)
            children.append(child)
        assert [os.waitpid(child, 0)[1] for child in children] == [0] * 16
        assert (states(root, SECOND), read_lock(root).inputs) == ({}, INPUTS)
        assert list(root.rglob("*.tmp")) == []
        assert len(list((root / ".cdgen").rglob("*service.yaml*"))) == number


@pytest.mark.parametrize("form", ("folder", "file"))
def test_a_dead_run_holds_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    if form == "file":  # a file system that cannot lock folders
        import fcntl

        monkeypatch.setattr(fcntl, "flock", fail(errno.EBADF))
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def die() -> None:
        with exclusive(tmp_path):
            os.kill(os.getpid(), signal.SIGKILL)

    assert in_child(die) == signal.SIGKILL
    monkeypatch.setattr(exclusive_module, "PATIENCE", 0.0)
    with exclusive(tmp_path):
        assert list(tmp_path.glob("*.lock")) == list(tmp_path.iterdir())
        assert len(list(tmp_path.iterdir())) == (form == "file")

        def wait() -> None:
            with pytest.raises(WriteError, match="another run"), exclusive(tmp_path):
                pass

        assert in_child(wait) == 0
