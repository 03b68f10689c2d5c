"""Each state of a file, from R (rendered), D (disk) and L (lock): what it is called, what `generate` does, what `check` says."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from cdgen.errors import InputError
from cdgen.model.digest import digest
from cdgen.model.finding import Severity
from cdgen.model.output import Change, ChangeKind, RenderedFile
from cdgen.output.compare import compare, conflict_line, read_lock
from cdgen.output.disk import look
from cdgen.output.drift import findings
from cdgen.output.lock import EMPTY, Inputs, Lock, lock_text
from tests.output.tree import FILES, SCRIPT, rendered, run, snapshot, states

PATH = "deploy/base/x.yaml"
NEW, OLD, OTHER = "new\n", "old\n", "other\n"
CONFLICT = "a\n<<<<<<< ours\nb\n=======\nc\n>>>>>>> theirs\n"


class Row(NamedTuple):
    """`after` stands on disk after `generate`, `locked`: it is in the lock then; `rule` is the finding of `check`."""

    title: str
    rendered: str | None
    disk: str | None
    lock: str | None
    kind: ChangeKind
    rule: str
    after: str | None
    locked: bool
    refused: bool = False


ROWS = (
    Row("no D, no L", NEW, None, None, ChangeKind.NEW, "missing-file", NEW, True),
    Row("L, no D", NEW, None, OLD, ChangeKind.DELETED, "deleted-file", NEW, True),
    Row("D = R, no L", NEW, NEW, None, ChangeKind.CURRENT, "", NEW, True),
    Row("D = R, D = L", NEW, NEW, NEW, ChangeKind.CURRENT, "", NEW, True),
    Row("D = R, D != L", NEW, NEW, OLD, ChangeKind.CURRENT, "", NEW, True),
    Row("D != R, D = L", NEW, OLD, OLD, ChangeKind.STALE, "stale-file", NEW, True),
    Row("D != R, D != L", NEW, OTHER, OLD, ChangeKind.EDITED, "edited-file", OTHER, True, refused=True),
    Row("D != R, D != L, R = L", NEW, OTHER, NEW, ChangeKind.EDITED, "edited-file", OTHER, True, refused=True),
    Row("D != R, no L", NEW, OTHER, None, ChangeKind.FOREIGN, "foreign-file", OTHER, False, refused=True),
    Row("L, no R, D = L", None, OLD, OLD, ChangeKind.ORPHAN, "orphan-file", None, False),
    Row("L, no R, D != L", None, OTHER, OLD, ChangeKind.ORPHAN, "orphan-file", OTHER, True, refused=True),
    Row("L, no R, no D", None, None, OLD, ChangeKind.ORPHAN, "orphan-file", None, False),
    Row("D = R with CRLF", NEW, "new\r\n", None, ChangeKind.STALE, "stale-file", NEW, True),
    Row("D = L with CRLF", NEW, "old\r\n", OLD, ChangeKind.STALE, "stale-file", NEW, True),
    Row("D = L with a byte-order mark", NEW, "\ufeffold\n", OLD, ChangeKind.STALE, "stale-file", NEW, True),
    Row("no R, D = L with CRLF", None, "old\r\n", OLD, ChangeKind.ORPHAN, "orphan-file", None, False),
    Row("D != L, conflict markers", NEW, CONFLICT, OLD, ChangeKind.STALE, "merge-conflict", NEW, True),
    Row("no L, conflict markers", NEW, CONFLICT, None, ChangeKind.FOREIGN, "foreign-file", CONFLICT, False, refused=True),
    Row(
        "R shows conflict markers itself",
        CONFLICT + NEW,
        CONFLICT,
        OLD,
        ChangeKind.EDITED,
        "edited-file",
        CONFLICT,
        True,
        refused=True,
    ),
)


def put(root: Path, text: str | None, lock: str | None) -> None:
    if text is not None:
        (root / PATH).parent.mkdir(parents=True)
        (root / PATH).write_bytes(text.encode())
    if lock is not None:
        (root / ".cdgen").mkdir()
        (root / ".cdgen/lock").write_text(lock_text(Inputs(), {PATH: digest(lock.encode())}))


@pytest.mark.parametrize("row", ROWS, ids=[row.title for row in ROWS])
def test_state(tmp_path: Path, row: Row) -> None:
    put(tmp_path, row.disk, row.lock)
    files = {PATH: row.rendered} if row.rendered else {}
    (change,) = compare(tmp_path, rendered(files), read_lock(tmp_path))
    assert (change.kind, change.path) == (row.kind, PATH)
    assert change.disk == (None if row.disk is None else row.disk.encode())
    assert [finding.rule for finding in findings([change], EMPTY)] == ([row.rule] if row.rule else [])
    done = run(tmp_path, files, inputs=Inputs())
    assert bool(done.refused) is row.refused
    assert done.copies == ()
    assert ((tmp_path / PATH).read_bytes() if (tmp_path / PATH).exists() else None) == (
        None if row.after is None else row.after.encode()
    )
    assert (PATH in read_lock(tmp_path).files) is row.locked
    before = snapshot(tmp_path)
    again = run(tmp_path, files, inputs=Inputs())
    assert (again.paths, again.deleted, bool(again.refused)) == ((), (), row.refused)
    assert snapshot(tmp_path) == before


def test_nothing_to_say_about_what_is_current(tmp_path: Path) -> None:
    run(tmp_path)
    assert states(tmp_path) == {}
    changes = compare(tmp_path, rendered(), read_lock(tmp_path), ["deploy/base"])
    assert {change.kind for change in changes} == {ChangeKind.CURRENT}
    assert findings(changes, read_lock(tmp_path)) == ()


def link(root: Path) -> None:
    (root / PATH).write_text(FILES["deploy/base/service.yaml"])
    victim = root / "deploy/base/service.yaml"
    victim.unlink()
    victim.symlink_to("x.yaml")
    (root / PATH).rename(root / "deploy/x.yaml")


def folder(root: Path) -> None:
    (root / "deploy/base/service.yaml").unlink()
    (root / "deploy/base/service.yaml").mkdir()


def pipe(root: Path) -> None:
    (root / "deploy/base/service.yaml").unlink()
    os.mkfifo(root / "deploy/base/service.yaml")


def linked_parent(root: Path) -> None:
    (root / "deploy").rename(root / "elsewhere")
    (root / "deploy").symlink_to("elsewhere")


def file_for_parent(root: Path) -> None:
    for path in sorted((root / "deploy").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    (root / "deploy").rmdir()
    (root / "deploy").write_text("mine\n")


SERVICE, ROLLOUT = "deploy/base/service.yaml", "deploy/rollout.sh"
ODD: tuple[tuple[str, Callable[[Path], object], str, ChangeKind, str], ...] = (
    ("executable bit taken", lambda root: (root / ROLLOUT).chmod(0o644), ROLLOUT, ChangeKind.STALE, "must be executable"),
    ("executable bit given", lambda root: (root / SERVICE).chmod(0o755), SERVICE, ChangeKind.STALE, "must not be executable"),
    ("symbolic link in place of a file", link, SERVICE, ChangeKind.EDITED, "is a symbolic link to x.yaml"),
    ("folder in place of a file", folder, SERVICE, ChangeKind.EDITED, "is a folder"),
    ("pipe in place of a file", pipe, SERVICE, ChangeKind.EDITED, "is neither a file nor a folder"),
    (
        "symbolic link in place of a parent",
        linked_parent,
        SERVICE,
        ChangeKind.EDITED,
        "cannot be: deploy is a symbolic link, not a folder",
    ),
    ("file in place of a parent", file_for_parent, SERVICE, ChangeKind.EDITED, "cannot be: deploy is a file, not a folder"),
)


@pytest.mark.parametrize(("tamper", "path", "kind", "detail"), [row[1:] for row in ODD], ids=[row[0] for row in ODD])
def test_odd_entry(tmp_path: Path, tamper: Callable[[Path], object], path: str, kind: ChangeKind, detail: str) -> None:
    run(tmp_path)
    tamper(tmp_path)
    change = states(tmp_path)[path]
    assert (change.kind, change.detail) == (kind, detail)
    (finding,) = findings([change], EMPTY)
    assert finding.message == f"{path} {detail}"
    assert finding.severity is Severity.ERROR


@pytest.mark.parametrize(("tamper", "path", "kind", "detail"), [row[1:] for row in ODD], ids=[row[0] for row in ODD])
def test_odd_entry_that_was_never_ours(
    tmp_path: Path, tamper: Callable[[Path], object], path: str, kind: ChangeKind, detail: str
) -> None:
    run(tmp_path)
    (tmp_path / ".cdgen/lock").unlink()
    tamper(tmp_path)
    change = states(tmp_path)[path]
    assert (change.kind, change.detail) == (ChangeKind.FOREIGN if kind is ChangeKind.EDITED else kind, detail)


def test_modes_say_nothing_where_every_file_is_executable(tmp_path: Path) -> None:
    run(tmp_path)
    for path in tmp_path.rglob("*"):
        path.chmod(0o777)
    assert states(tmp_path) == {}


EXTRA = ("deploy/base/extra.yaml", "deploy/base/more/x.yaml", ".github/workflows/cdgen-mine.yml", "deploy/base/.hidden")
NOT_EXTRA = (
    "deploy/mine.yaml",
    "deploy/base/local/x.yaml",
    ".github/workflows/ci.yml",
    "deploy/base/.DS_Store",
    "deploy/base/a.yaml~",
    "x",
)


@pytest.mark.parametrize("path", EXTRA)
def test_extra_file(tmp_path: Path, path: str) -> None:
    run(tmp_path)
    (tmp_path / path).parent.mkdir(exist_ok=True)
    (tmp_path / path).write_text("x\n")
    (change,) = states(tmp_path).values()  # the folders are those of the lock
    assert change.path == ("deploy/base/more" if "more" in path else path)
    assert (change.kind, change.rendered) == (ChangeKind.FOREIGN, None)
    assert [finding.rule for finding in findings([change], EMPTY)] == ["extra-file"]
    assert run(tmp_path).refused == ()
    assert (tmp_path / path).exists()


@pytest.mark.parametrize("path", NOT_EXTRA)
def test_no_extra_file(tmp_path: Path, path: str) -> None:
    run(tmp_path)
    (tmp_path / path).parent.mkdir(exist_ok=True)
    (tmp_path / path).write_text("x\n")
    assert states(tmp_path, folders=("deploy/base", "absent")) == {}


@pytest.mark.parametrize("taken", ("Deploy/x", "deploy/BASE/x", "deploy/base/Service.yaml", "DEPLOY"))
def test_a_name_that_differs_only_in_case_is_in_the_way(tmp_path: Path, taken: str) -> None:
    (tmp_path / taken).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / taken).write_text("mine\n")
    change = states(tmp_path)["deploy/base/service.yaml"]
    assert change.kind is ChangeKind.FOREIGN
    assert change.detail.endswith("only in case")


@pytest.mark.parametrize("path", ("../outside", ".git/config", "/etc/hostname", "a\\b", ".git/hooks/pre-commit"))
def test_a_lock_cannot_name_what_is_not_ours(tmp_path: Path, path: str) -> None:
    root = tmp_path / "repo"
    (root / ".git/hooks").mkdir(parents=True)
    for name in (".git/config", ".git/hooks/pre-commit", "../outside"):
        (root / name).write_text("x\n")
    lock = Lock(Inputs(), {path: (digest(b"x\n"),)})
    assert compare(root, (), lock) == ()


def test_a_rendered_path_that_leaves_the_repository_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        compare(tmp_path, rendered({"../x": "x\n"}), EMPTY)
    with pytest.raises(InputError, match="side by side"):
        compare(tmp_path, (*rendered({"x": "x\n"}), *rendered({"x": "y\n"})), EMPTY)


def test_an_orphan_that_is_gone_is_no_edit(tmp_path: Path) -> None:
    put(tmp_path, None, OLD)
    assert states(tmp_path, {})[PATH] == Change(ChangeKind.ORPHAN, PATH, None, None)


@pytest.mark.parametrize(
    ("text", "line"),
    (
        (CONFLICT, 2),
        ("=======\n", 0),
        ("<<<<<<< a\n=======\n", 0),
        (">>>>>>> a\n=======\n<<<<<<< b\n", 0),
        ("a <<<<<<< b\n=======\n>>>>>>> c\n", 0),
    ),
)
def test_conflict_line(text: str, line: int) -> None:
    assert conflict_line(text.encode()) == line


def test_findings_name_the_command_that_repairs(tmp_path: Path) -> None:
    changes = [
        Change(ChangeKind.EDITED, "a{b}", RenderedFile("a{b}", NEW, "t"), b"x"),
        Change(ChangeKind.STALE, "c", RenderedFile("c", NEW, "t"), CONFLICT.encode(), "has a conflict marker in line 2"),
    ]
    lock = Lock(Inputs(), {}, conflicts=(7, 9), is_settled=False)
    assert [(each.rule, each.path, each.line, each.fix) for each in findings(changes, lock)] == [
        ("merge-conflict", ".cdgen/lock", 7, "cdgen generate"),
        ("edited-file", "a{b}", 1, "cdgen generate --force a{b}"),
        ("merge-conflict", "c", 2, "cdgen generate"),
    ]


DIFFERENCES = (
    ("a\nb\n", "a\nb: x\n", (2, 2, 5)),
    ("a\nb\n", "a\nx\nb\n", (2, 1, 2)),
    ("a\nb\n", "a\n", (2, 1, 2)),
    ("a\n", "a\nb\n", (2, 1, 2)),
    ("a", "a\n", (2, 1, 2)),
    ("a\n", "a", (1, 0, 0)),
)


@pytest.mark.parametrize(("rendered", "disk", "place"), DIFFERENCES)
def test_an_edit_is_shown_where_it_begins(rendered: str, disk: str, place: tuple[int, int, int]) -> None:
    (finding,) = findings([Change(ChangeKind.EDITED, "a", RenderedFile("a", rendered, "t"), disk.encode())], EMPTY)
    assert (finding.line, finding.column, finding.end_column) == place


def test_a_lock_that_is_behind_is_a_warning_only() -> None:
    (finding,) = findings([], EMPTY, is_lock_current=False)
    assert (finding.rule, finding.severity, finding.path) == ("stale-lock", Severity.WARNING, ".cdgen/lock")


def test_scripts_are_executable_whatever_the_umask(tmp_path: Path) -> None:
    for number, mask in enumerate((0o000, 0o022, 0o077, 0o777)):
        root = tmp_path / str(number)
        (root / "deploy").mkdir(parents=True)
        (root / "docs").mkdir()
        (root / ".cdgen").mkdir()
        old = os.umask(mask)
        try:
            run(root, {"deploy/rollout.sh": SCRIPT, "docs/x.md": "x\n"})
        finally:
            os.umask(old)
        modes = {path.name: path.stat().st_mode & 0o777 for path in root.rglob("*") if path.is_file()}
        assert modes == {"rollout.sh": 0o755, "x.md": 0o644, "lock": 0o644}


@pytest.mark.parametrize(("victim", "path"), (("deploy", "deploy/secret"), ("secret", "secret")))
def test_swapped_for_a_link_between_check_and_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, victim: str, path: str) -> None:
    root, outside = tmp_path / "repo", tmp_path / "outside"
    (outside / "deploy").mkdir(parents=True)
    for folder_of in (outside, outside / "deploy"):
        (folder_of / "secret").write_text("outside\n")
    (root / path).parent.mkdir(parents=True)
    (root / path).write_text("inside\n")
    genuine = os.stat

    def swap(name: str, **keywords: int) -> os.stat_result:
        info = genuine(name, **keywords)  # type: ignore[arg-type]
        if name == victim:
            (root / victim).rename(root / "moved")
            (root / victim).symlink_to(outside / victim)
        return info

    assert look(root, path).data == b"inside\n"
    monkeypatch.setattr(os, "stat", swap)
    found = look(root, path)
    assert found.data is None
    assert "symbolic link" in found.detail
