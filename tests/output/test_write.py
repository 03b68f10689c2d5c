"""The writer: what it changes, what it leaves, what it refuses, and what it keeps a copy of."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cdgen.errors import InputError, WriteError
from cdgen.model.digest import digest
from cdgen.model.output import ChangeKind, PatchedFile
from cdgen.output import write as writer
from cdgen.output.compare import compare, read_lock
from cdgen.output.lock import EMPTY, LOCK
from cdgen.output.write import Written, edit, is_lock_current, write
from tests.output.tree import FILES, INPUTS, rendered, run, snapshot, states

SERVICE = "deploy/base/service.yaml"


def test_first_run_writes_everything(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert done == Written(tuple(sorted(FILES)))
    assert {path: (tmp_path / path).read_text() for path in FILES} == FILES
    assert read_lock(tmp_path).files == {path: (digest(text.encode()),) for path, text in FILES.items()}
    assert read_lock(tmp_path).inputs == INPUTS


def test_second_run_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(tmp_path, patches=[PatchedFile(".gitattributes", "a\n", "")])
    times = {path: (path.stat().st_mtime_ns, path.stat().st_ctime_ns) for path in tmp_path.rglob("*")}
    for name in ("mkdir", "replace", "unlink", "rmdir", "write", "fsync"):
        monkeypatch.setattr(os, name, None)  # calling one would fail
    assert run(tmp_path, patches=[PatchedFile(".gitattributes", "a\n", "")]) == Written()
    assert {path: (path.stat().st_mtime_ns, path.stat().st_ctime_ns) for path in tmp_path.rglob("*")} == times


def test_only_what_differs_is_written(tmp_path: Path) -> None:
    run(tmp_path)
    times = {path: (tmp_path / path).stat().st_mtime_ns for path in FILES}
    assert run(tmp_path, {**FILES, SERVICE: "kind: New\n"}) == Written((SERVICE,))
    assert [path for path in FILES if (tmp_path / path).stat().st_mtime_ns != times[path]] == [SERVICE]


def test_lock_is_brought_up_to_date_alone(tmp_path: Path) -> None:
    run(tmp_path)
    moved = INPUTS._replace(config="e" * 32, exceptions_end="2026-12-01")
    changes = compare(tmp_path, rendered(), read_lock(tmp_path))
    assert is_lock_current(tmp_path, changes, INPUTS, read_lock(tmp_path))
    assert not is_lock_current(tmp_path, changes, moved, read_lock(tmp_path))
    assert run(tmp_path, inputs=moved) == Written()
    assert read_lock(tmp_path).inputs == moved


def test_orphan_is_deleted_with_its_empty_folders(tmp_path: Path) -> None:
    run(tmp_path)
    (tmp_path / "docs/mine.md").write_text("x\n")
    left = {path: text for path, text in FILES.items() if not path.startswith(("deploy/base", "docs"))}
    done = run(tmp_path, left)
    assert done.deleted == ("deploy/base/deployment.yaml", SERVICE, "docs/path-to-production.md")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".cdgen", ".github", "deploy", "docs"]
    assert [path.name for path in (tmp_path / "deploy").iterdir()] == ["rollout.sh"]


def test_a_read_only_file_of_ours_is_rewritten(tmp_path: Path) -> None:
    run(tmp_path)
    (tmp_path / SERVICE).chmod(0o444)
    assert run(tmp_path, {**FILES, SERVICE: "kind: New\n"}).paths == (SERVICE,)
    assert (tmp_path / SERVICE).stat().st_mode & 0o777 == 0o644


def test_an_edit_is_refused_and_the_rest_written(tmp_path: Path) -> None:
    run(tmp_path)
    (tmp_path / SERVICE).write_text("mine\n")
    new = {path: text + "# new\n" for path, text in FILES.items()}
    done = run(tmp_path, new)
    assert [(change.path, change.kind) for change in done.refused] == [(SERVICE, ChangeKind.EDITED)]
    assert done.paths == tuple(path for path in sorted(FILES) if path != SERVICE)
    assert (tmp_path / SERVICE).read_text() == "mine\n"
    assert read_lock(tmp_path).inputs.config == "unsettled"
    assert set(states(tmp_path, new)) == {SERVICE}


def test_force_keeps_a_copy_once_per_content(tmp_path: Path) -> None:
    run(tmp_path)
    copy = f".cdgen/backup/{SERVICE}"
    for text, copies in (("mine\n", (f"{copy}.1",)), ("mine\n", ()), ("other\n", (f"{copy}.2",))):
        (tmp_path / SERVICE).write_text(text)
        assert run(tmp_path, force=True) == Written((SERVICE,), copies=copies)
        assert (tmp_path / SERVICE).read_text() == FILES[SERVICE]
    assert [(tmp_path / f"{copy}.{number}").read_text() for number in (1, 2)] == ["mine\n", "other\n"]
    assert (tmp_path / ".cdgen/backup/.gitignore").read_text() == "*\n"
    assert states(tmp_path) == {}
    assert read_lock(tmp_path).inputs == INPUTS


def test_force_replaces_a_link_not_what_it_leads_to(tmp_path: Path) -> None:
    run(tmp_path)
    (tmp_path / "outside").write_text("safe\n")
    (tmp_path / SERVICE).unlink()
    (tmp_path / SERVICE).symlink_to(tmp_path / "outside")
    done = run(tmp_path, force=True)
    assert (tmp_path / "outside").read_text() == "safe\n"
    assert not (tmp_path / SERVICE).is_symlink()
    assert "is a symbolic link to" in (tmp_path / done.copies[0]).read_text()


def test_force_deletes_an_edited_orphan_after_a_copy(tmp_path: Path) -> None:
    run(tmp_path)
    (tmp_path / SERVICE).write_text("mine\n")
    left = {path: text for path, text in FILES.items() if path != SERVICE}
    assert run(tmp_path, left).deleted == ()
    done = run(tmp_path, left, force=True)
    assert done.deleted == (SERVICE,)
    assert (tmp_path / done.copies[0]).read_text() == "mine\n"


def test_force_does_not_touch_what_was_never_ours(tmp_path: Path) -> None:
    (tmp_path / "deploy/base").mkdir(parents=True)
    (tmp_path / SERVICE).write_text("mine\n")
    (tmp_path / "deploy/base/extra.yaml").write_text("mine\n")
    done = run(tmp_path, force=True)
    assert [change.path for change in done.refused] == [SERVICE]
    assert (tmp_path / SERVICE).read_text() == (tmp_path / "deploy/base/extra.yaml").read_text() == "mine\n"
    assert SERVICE not in read_lock(tmp_path).files


def test_force_does_not_replace_a_folder(tmp_path: Path) -> None:
    run(tmp_path)
    (tmp_path / SERVICE).unlink()
    (tmp_path / SERVICE).mkdir()
    assert [change.path for change in run(tmp_path, force=True).refused] == [SERVICE]
    assert (tmp_path / SERVICE).is_dir()


def test_only_the_named_files(tmp_path: Path) -> None:
    run(tmp_path)
    new = {path: text + "# new\n" for path, text in FILES.items()}
    done = run(tmp_path, new, only=(SERVICE,))
    assert done == Written((SERVICE,))
    assert set(states(tmp_path, new)) == set(FILES) - {SERVICE}
    assert {change.kind for change in states(tmp_path, new).values()} == {ChangeKind.STALE}
    assert read_lock(tmp_path).inputs.config == "unsettled"
    run(tmp_path, new)
    assert (states(tmp_path, new), read_lock(tmp_path).inputs) == ({}, INPUTS)


def test_somebody_saved_meanwhile(tmp_path: Path) -> None:
    run(tmp_path)
    changes = compare(tmp_path, rendered({**FILES, SERVICE: "new\n"}), read_lock(tmp_path))
    (tmp_path / SERVICE).write_text("saved meanwhile\n")
    before = snapshot(tmp_path)
    with pytest.raises(WriteError, match="was changed while cdgen was running"):
        write(tmp_path, changes, (), INPUTS, read_lock(tmp_path))
    assert snapshot(tmp_path) == before


# Files of the team that are edited in place.

PATCHED = (
    ("absent", None, "a\n", b"a\n"),
    ("same", b"a\n", "a\n", b"a\n"),
    ("line added", b"a\n", "a\nb\n", b"a\nb\n"),
    ("CRLF kept", b"a\r\n", "a\r\nb\n", b"a\r\nb\r\n"),
    ("byte-order mark kept", b"\xef\xbb\xbfa\n", "a\nb\n", b"\xef\xbb\xbfa\nb\n"),
    ("CRLF and mark, same", b"\xef\xbb\xbfa\r\n", "a\n", b"\xef\xbb\xbfa\r\n"),
)


@pytest.mark.parametrize(("before", "text", "after"), [row[1:] for row in PATCHED], ids=[row[0] for row in PATCHED])
def test_patch(tmp_path: Path, before: bytes | None, text: str, after: bytes) -> None:
    path = tmp_path / "AGENTS.md"
    if before is not None:
        path.write_bytes(before)
        path.chmod(0o755)
    done = run(tmp_path, {}, [PatchedFile("AGENTS.md", text, "x")])
    assert path.read_bytes() == after
    assert done.paths == (() if before == after else ("AGENTS.md",))
    assert path.stat().st_mode & 0o777 == (0o644 if before is None else 0o755)
    assert "AGENTS.md" not in read_lock(tmp_path).files


@pytest.mark.parametrize("spoil", ("not text", "link", "folder"))
def test_patch_that_would_lose_something_is_refused(tmp_path: Path, spoil: str) -> None:
    path = tmp_path / "AGENTS.md"
    if spoil == "not text":
        path.write_bytes(b"caf\xe9\n")
    elif spoil == "link":
        (tmp_path / "real.md").write_text("real\n")
        path.symlink_to("real.md")
    else:
        path.mkdir()
    before = snapshot(tmp_path)
    done = run(tmp_path, {}, [PatchedFile("AGENTS.md", "new\n", "x")], inputs=INPUTS)
    assert [change.path for change in done.refused] == ["AGENTS.md"]
    after = snapshot(tmp_path)
    assert {path: after[path] for path in before} == before


def test_patch_of_what_was_saved_meanwhile(tmp_path: Path) -> None:
    (tmp_path / "AGENTS.md").write_text("saved meanwhile\n")
    with pytest.raises(WriteError, match="was changed while cdgen was running"):
        run(tmp_path, patches=[PatchedFile("AGENTS.md", "read\nours\n", "x", original="read\n")])
    assert [path.name for path in tmp_path.iterdir()] == ["AGENTS.md"]


@pytest.mark.parametrize("path", ("../x", ".git/hooks/pre-commit", "/etc/x"))
def test_patch_outside_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(InputError):
        run(tmp_path, {}, [PatchedFile(path, "x\n", "x")])
    with pytest.raises(InputError):
        edit(tmp_path, {path: "x\n"})


def test_edit_writes_and_deletes(tmp_path: Path) -> None:
    run(tmp_path)
    edit(tmp_path, {LOCK: None, SERVICE: "kept\n", "absent": None})
    assert not (tmp_path / ".cdgen").exists()
    assert (tmp_path / SERVICE).read_text() == "kept\n"


# Links that lead outside.


@pytest.mark.parametrize("path", ("deploy", "deploy/base", ".github", ".cdgen", "docs"))
@pytest.mark.parametrize("what", ("link", "file"))
def test_nothing_is_written_when_a_folder_is_none(tmp_path: Path, path: str, what: str) -> None:
    root, outside = tmp_path / "repo", tmp_path / "outside"
    outside.mkdir()
    (root / path).parent.mkdir(parents=True)
    (root / path).symlink_to(outside) if what == "link" else (root / path).write_text("mine\n")
    before = snapshot(root)
    with pytest.raises(WriteError, match=f"{path} is a {'symbolic ' * (what == 'link')}{what}, not a folder") as caught:
        run(root, force=True)
    assert caught.value.hint == f"move {path} away, then run the same command again"
    assert snapshot(root) == before
    assert list(outside.iterdir()) == []


def test_a_folder_swapped_for_a_link_during_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root, outside = tmp_path / "repo", tmp_path / "outside"
    outside.mkdir()
    root.mkdir()
    run(root)
    genuine = os.replace

    def swap(*arguments: object, **keywords: object) -> None:
        monkeypatch.setattr(os, "replace", genuine)
        (root / "deploy").rename(root / "moved")
        (root / "deploy").symlink_to(outside)
        genuine(*arguments, **keywords)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "replace", swap)
    with pytest.raises(WriteError, match="deploy is a symbolic link"):
        run(root, {path: text + "# new\n" for path, text in FILES.items()})
    assert list(outside.iterdir()) == []
    assert (root / ".github/workflows/cdgen-main.yml").read_text() == FILES[".github/workflows/cdgen-main.yml"]


def test_without_descriptor_relative_calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows: the same results, links refused by looking at each component."""
    monkeypatch.setattr("cdgen.output.disk.RELATIVE", False)
    monkeypatch.delattr(os, "fchmod")
    root, outside = tmp_path / "repo", tmp_path / "outside"
    outside.mkdir()
    root.mkdir()
    assert run(root).paths == tuple(sorted(FILES))
    left = {path: text for path, text in FILES.items() if path != SERVICE}
    assert run(root, left).deleted == (SERVICE,)
    (root / "docs/path-to-production.md").unlink()
    (root / "docs").rmdir()
    (root / "docs").symlink_to(outside)
    with pytest.raises(WriteError, match="docs is a symbolic link"):
        run(root, left)
    assert list(outside.iterdir()) == []


def test_strays_of_a_killed_run_are_swept(tmp_path: Path) -> None:
    run(tmp_path)
    for name in ("deploy/base/.cdgen-3-4711.tmp", ".cdgen/.cdgen-lock.tmp", ".cdgen-0-1.tmp"):
        (tmp_path / name).write_text("half")
    (tmp_path / "mine.tmp").write_text("mine")
    assert run(tmp_path) == Written()
    assert [path.name for path in tmp_path.rglob("*.tmp")] == [".cdgen-0-1.tmp", "mine.tmp"]  # the top holds no file of ours here
    assert run(tmp_path, {**FILES, "Dockerfile": "FROM x\n"}).paths == ("Dockerfile",)
    assert [path.name for path in tmp_path.rglob("*.tmp")] == ["mine.tmp"]


def test_the_lock_of_nothing(tmp_path: Path) -> None:
    assert read_lock(tmp_path) == EMPTY
    assert writer.COPIES == ".cdgen/backup"
