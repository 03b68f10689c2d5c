"""`cdgen init` at a terminal: Enter takes every default, Ctrl-C changes nothing; without a terminal nothing is asked."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import MakeRepository

PATIENCE = 60.0  # seconds without a word before the program counts as hung
COMMAND = (sys.executable, "-c", "import sys; from cdgen.cli.main import run; sys.exit(run(sys.argv[1:]))", "init")


def converse(folder: Path, answers: list[bytes]) -> tuple[int, str]:
    """Run `init` at a terminal of its own; one answer per question."""
    environment = {name: value for name, value in os.environ.items() if name != "CI" and not name.startswith("CDGEN_")}
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        COMMAND, cwd=folder, stdin=follower, stdout=follower, stderr=follower, env=environment, start_new_session=True,
        preexec_fn=lambda: __import__("fcntl").ioctl(0, __import__("termios").TIOCSCTTY, 0),
    )  # fmt: skip
    os.close(follower)
    seen, asked = "", 0
    while select.select([leader], [], [], PATIENCE)[0]:
        try:
            data = os.read(leader, 4096)
        except OSError:
            break
        if not data:
            break
        seen += data.decode("utf-8", "replace")
        last = seen.rsplit("\n", 1)[-1]
        if last.startswith("? ") and last.endswith(": ") and asked < len(answers):
            os.write(leader, answers[asked])
            asked += 1
            seen += "\n"
    os.close(leader)
    return process.wait(PATIENCE), seen


def test_enter_takes_every_default(repository: MakeRepository) -> None:
    made = repository()
    code, seen = converse(made.root, [b"\n"] * 4)
    assert code == 0, seen
    assert (made.root / "cdgen.yaml").read_text() == "road: default@2026.11\nservice: payments\nowner: shop\ntier: bronze\n"
    for question in ("? service", "? owner", "? tier", "? write"):
        assert question in seen


def test_answers_are_kept(repository: MakeRepository) -> None:
    made = repository()
    code, seen = converse(made.root, [b"cart\n", b"team-a\n", b"silver\n", b"y\n"])
    assert code == 0, seen
    assert (made.root / "cdgen.yaml").read_text() == "road: default@2026.11\nservice: cart\nowner: team-a\ntier: silver\n"


def test_an_answer_that_cannot_be_is_asked_again(repository: MakeRepository) -> None:
    made = repository()
    code, seen = converse(made.root, [b"\n", b"\n", b"gould\n", b"gold\n", b"\n"])
    assert code == 0, seen
    assert "tier is one of platinum, gold" in seen
    assert "tier: gold\n" in (made.root / "cdgen.yaml").read_text()


@pytest.mark.parametrize("number", range(4))
def test_ctrl_c_changes_nothing(repository: MakeRepository, number: int) -> None:
    made = repository()
    before = made.tree()
    code, seen = converse(made.root, [b"\n"] * number + [b"\x03"])
    assert (code, made.tree()) == (130, before), seen
    assert "Traceback" not in seen


def test_no_writes_nothing(repository: MakeRepository) -> None:
    made = repository()
    before = made.tree()
    code, seen = converse(made.root, [b"\n", b"\n", b"\n", b"n\n"])
    assert (code, made.tree()) == (0, before), seen
    assert "nothing was written" in seen


def test_without_a_terminal_nothing_is_asked(repository: MakeRepository) -> None:
    made = repository()
    ended = subprocess.run(
        COMMAND, cwd=made.root, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert ended.returncode == 0
    assert "?" not in ended.stderr
    assert (made.root / "cdgen.yaml").exists()
