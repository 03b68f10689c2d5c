"""The lock: its text, what real `b2sum` and real `git merge` do with it, and every damage it must survive."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from cdgen.model.digest import digest
from cdgen.output.lock import EMPTY, Inputs, Lock, joined, lock_text, parse_lock
from tests.output.tree import FILES, INPUTS, run

A, B, C = "a" * 32, "b" * 32, "c" * 32
FULL = Inputs("default@2026.11", A, B, "./road", "2026-12-15", (("actions/checkout", "08c6", "v5"),), ("deploy/base", "deploy/x y"))


def test_text_is_sorted_and_read_back() -> None:
    text = lock_text(FULL, {"b/ü y": B, "a": A})
    assert text.splitlines()[1:] == [
        "# edition default@2026.11",
        f"# config {A}",
        f"# road {B} ./road",
        "# exceptions-end 2026-12-15",
        "# pin actions/checkout 08c6 v5",
        "# folder deploy/base",
        "# folder deploy/x y",
        f"{A}  a",
        f"{B}  b/ü y",
    ]
    assert parse_lock(text.encode()) == Lock(FULL, {"a": (A,), "b/ü y": (B,)})
    assert lock_text(FULL._replace(exceptions_end="", pins=(), folders=()), {}).count("\n") == 4


def test_digest_is_what_b2sum_prints() -> None:
    assert digest(b"") == "cae66941d9efbd404e4d88758ea67670"


@pytest.mark.skipif(shutil.which("b2sum") is None, reason="needs b2sum")
def test_b2sum_checks_it(tmp_path: Path) -> None:
    run(tmp_path)
    check = ["b2sum", "-c", "--quiet", ".cdgen/lock"]
    assert subprocess.run(check, cwd=tmp_path, capture_output=True, check=False).returncode == 0
    (tmp_path / "deploy/base/service.yaml").write_text("kind: servicE\n")
    done = subprocess.run(check, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout == "deploy/base/service.yaml: FAILED\n"


DAMAGED: tuple[tuple[str, bytes, Lock], ...] = (
    ("empty", b"", EMPTY),
    ("CRLF and a byte-order mark", f"\ufeff# edition e\r\n{A}  a\r\n".encode(), Lock(Inputs("e"), {"a": (A,)})),
    ("no final line feed", f"{A}  a".encode(), Lock(Inputs(), {"a": (A,)})),
    ("binary marker of b2sum", f"{A} *a\n".encode(), Lock(Inputs(), {"a": (A,)})),
    ("no digests", b"x  a\n" + b"A" * 32 + b"  b\n\xff\xfe\n# \n#\n", EMPTY),
    ("unsorted", f"{B}  b\n{A}  a\n".encode(), Lock(Inputs(), {"b": (B,), "a": (A,)})),
    ("the same line twice", f"{A}  a\n{A}  a\n".encode(), Lock(Inputs(), {"a": (A,)})),
    ("two digests of one path", f"{A}  a\n{B}  a\n".encode(), Lock(Inputs(), {"a": (A, B)}, is_settled=False)),
    ("two configs", f"# config {A}\n# config {B}\n".encode(), Lock(Inputs(config=A), {}, is_settled=False)),
    (
        "conflict markers",
        f"<<<<<<< ours\n# config {A}\n{A}  a\n||||||| base\n{C}  a\n=======\n# config {B}\n{B}  a\n>>>>>>> x\n{C}  c\n".encode(),
        Lock(Inputs(config=A), {"a": (A, C, B), "c": (C,)}, (1, 4, 6, 9), is_settled=False),
    ),
)


@pytest.mark.parametrize(("text", "lock"), [row[1:] for row in DAMAGED], ids=[row[0] for row in DAMAGED])
def test_every_damage_is_read(text: bytes, lock: Lock) -> None:
    assert parse_lock(text) == lock


def test_exceptions_end_with_the_earliest() -> None:
    assert parse_lock(b"# exceptions-end 2026-12-15\n# exceptions-end 2026-11-30\n").inputs.exceptions_end == "2026-11-30"


def test_joined_knows_both() -> None:
    both = joined(Lock(FULL, {"a": (A,)}), Lock(Inputs(), {"a": (B,), "b": (B,)}))
    assert (both.files, both.inputs, both.is_settled) == ({"a": (A, B), "b": (B,)}, FULL, False)


def git(root: Path, *arguments: str, code: int = 0) -> str:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *identity, *arguments], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def two_branches(root: Path, attributes: str) -> tuple[dict[str, str], dict[str, str]]:
    """A repository in which two branches each add a service, which also changes a file that both share."""
    git(root, "init", "-q", "-b", "main")
    (root / ".gitattributes").write_text(attributes)
    cart = {f"cart/deploy/base/{name}.yaml": f"{name} cart\n" for name in ("a", "b")}
    mail = {f"mail/deploy/base/{name}.yaml": f"{name} mail\n" for name in ("a", "b")}
    shared = ".github/workflows/cdgen-main.yml"
    run(root)
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "base")
    for name, own, config in (("cart", cart, A), ("mail", mail, B)):
        git(root, "checkout", "-q", "-b", name, "main")
        run(root, {**FILES, **own, shared: f"on: push\njobs: {name}\n"}, inputs=INPUTS._replace(config=config))
        git(root, "add", "-A")
        git(root, "commit", "-q", "-m", name)
    return {**FILES, **cart, **mail, shared: "on: push\njobs: cart mail\n"}, {**cart, **mail}


def test_two_branches_that_each_add_a_service_merge(tmp_path: Path) -> None:
    """The lock merges; the workflow that both changed conflicts, and one `generate` repairs it."""
    both, added = two_branches(tmp_path, ".cdgen/lock merge=union\n")
    assert "CONFLICT" in git(tmp_path, "merge", "cart", code=1)
    assert git(tmp_path, "diff", "--name-only", "--diff-filter=U").split() == [".github/workflows/cdgen-main.yml"]
    lock = parse_lock((tmp_path / ".cdgen/lock").read_bytes())
    assert not lock.is_settled
    assert lock.conflicts == ()
    assert set(added) <= set(lock.files)
    repaired(tmp_path, both)


def test_conflict_markers_in_the_lock_are_repaired_by_one_run(tmp_path: Path) -> None:
    both, _ = two_branches(tmp_path, "")
    git(tmp_path, "merge", "cart", code=1)
    assert parse_lock((tmp_path / ".cdgen/lock").read_bytes()).conflicts
    repaired(tmp_path, both)


def repaired(root: Path, files: dict[str, str]) -> None:
    done = run(root, files)
    assert done.refused == ()
    lock = parse_lock((root / ".cdgen/lock").read_bytes())
    assert lock == Lock(INPUTS, {path: (digest(text.encode()),) for path, text in files.items()})
    assert run(root, files) == done._replace(paths=())
