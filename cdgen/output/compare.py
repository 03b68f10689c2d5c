"""What differs between the files in memory (R), on disk (D) and in the lock (L)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from cdgen.model.digest import digest
from cdgen.model.output import Change, ChangeKind, RenderedFile
from cdgen.output.disk import BlockedError, Entry, Found, folder, look
from cdgen.output.lock import LOCK, MARKERS, PENDING, Lock, joined, parse_lock
from cdgen.output.paths import reason_against, require_writable

WORKFLOWS = ".github/workflows"
TEAM = "local"  # the folder inside an overlay that stays the team's
BOM = b"\xef\xbb\xbf"
DROPPINGS = (".DS_Store", "Thumbs.db", "desktop.ini")


def read_lock(root: Path) -> Lock:
    """The lock of a repository, with what an interrupted run was about to write. Empty when there is none."""
    lock = parse_lock(look(root, LOCK).data or b"")
    pending = look(root, PENDING).data
    return joined(lock, parse_lock(pending)) if pending is not None else lock


def compare(root: Path, files: Iterable[RenderedFile], lock: Lock, folders: Iterable[str] = ()) -> tuple[Change, ...]:
    """One change per path that is rendered, locked, or extra in one of `folders`; sorted by path.

    Raises InputError when a path leaves the repository, or two cannot stand side by side.
    """
    files = tuple(files)
    require_writable(file.path for file in files)
    rendered = {file.path: file for file in files}
    has_modes = not _is_executable_everywhere(root)
    paths = {*rendered, *(path for path in lock.files if reason_against(path) is None)}
    changes = [_change(root, path, rendered.get(path), lock.files.get(path, ()), has_modes) for path in paths]
    extra = set(_extra(root, {*folders, *lock.inputs.folders}, paths))
    changes += [Change(ChangeKind.FOREIGN, path, None, None, "stands in a folder that only cdgen writes") for path in extra]
    return tuple(sorted(changes, key=lambda change: change.path))


def _is_executable_everywhere(root: Path) -> bool:
    """Whether the file system has no executable bit of its own: Windows, some mounts. The lock never is executable."""
    return os.name == "nt" or look(root, LOCK).is_executable


def _change(root: Path, path: str, file: RenderedFile | None, locked: tuple[str, ...], has_modes: bool) -> Change:
    found = look(root, path)
    if file is None:
        return Change(ChangeKind.ORPHAN, path, None, found.data, _orphan_detail(found, locked))
    if found.entry is Entry.ABSENT:
        twin = "" if locked else _twin(root, path)
        kind = ChangeKind.FOREIGN if twin else ChangeKind.DELETED if locked else ChangeKind.NEW
        return Change(kind, path, file, None, f"differs from {twin} only in case" if twin else "")
    if found.data is None:
        return Change(ChangeKind.EDITED if locked else ChangeKind.FOREIGN, path, file, None, found.detail)
    kind, detail = _content(found.data, file.text.encode(), locked)
    if kind is ChangeKind.CURRENT and has_modes and found.is_executable != is_script(found.data):
        kind, detail = ChangeKind.STALE, "must not be executable" if found.is_executable else "must be executable"
    return Change(kind, path, file, found.data, detail)


def _twin(root: Path, path: str) -> str:
    """What stands in the way on a file system that folds case: git could not check both out there."""
    parts = path.split("/")
    for depth, part in enumerate(parts):
        above = "/".join(parts[:depth])
        names = _names(root, above)
        if part not in names:
            twin = next((name for name in names if name.casefold() == part.casefold()), "")
            return f"{above}/{twin}".lstrip("/") if twin else ""
    return ""


def is_script(data: bytes) -> bool:
    """Whether a file that cdgen owns is executable."""
    return data.startswith(b"#!")


def is_kept(change: Change) -> bool:
    """Whether this is an orphan that holds something cdgen did not write, so that it is not deleted."""
    return change.kind is ChangeKind.ORPHAN and bool(change.detail)


def _orphan_detail(found: Found, locked: tuple[str, ...]) -> str:
    if found.data is None:
        return found.detail
    return "" if digest(found.data) in locked or digest(_normal(found.data)) in locked else "was edited by hand"


def _content(disk: bytes, wanted: bytes, locked: tuple[str, ...]) -> tuple[ChangeKind, str]:
    """The state of a regular file, and what is odd about it."""
    if disk == wanted:
        return ChangeKind.CURRENT, ""
    if digest(disk) in locked:
        return ChangeKind.STALE, ""
    normal = _normal(disk)
    if normal != disk and (normal == wanted or digest(normal) in locked):
        return ChangeKind.STALE, "begins with a byte-order mark" if disk.startswith(BOM) else "has line ends other than LF"
    if not locked:
        return ChangeKind.FOREIGN, ""
    line = conflict_line(disk)
    if line and not conflict_line(wanted):  # both sides of a merge are in git: nothing is lost by writing anew
        return ChangeKind.STALE, f"has a conflict marker in line {line}"
    return ChangeKind.EDITED, ""


def _normal(data: bytes) -> bytes:
    return data.removeprefix(BOM).replace(b"\r\n", b"\n")


def conflict_line(data: bytes) -> int:
    """The line of the first complete set of git's conflict markers, 0 for none."""
    lines = data.decode("utf-8", "replace").split("\n")
    wanted, first = [MARKERS[0], MARKERS[2], MARKERS[3]], 0
    for number, line in enumerate(lines, 1):
        if line.startswith(wanted[0]):
            first = first or number
            wanted.pop(0)
            if not wanted:
                return first
    return 0


def _extra(root: Path, folders: Iterable[str], owned: set[str]) -> Iterator[str]:
    """What stands in owned folders, or under cdgen's own names, and is nobody's."""
    expected = {path[:cut] for path in owned for cut in range(len(path) + 1) if cut == len(path) or path[cut] == "/"}
    for directory in sorted(folders):
        for name in _names(root, directory):
            path = f"{directory}/{name}"
            if path not in expected and name != TEAM and not _is_dropping(name):
                yield path
    for name in _names(root, WORKFLOWS):
        if name.startswith("cdgen-") and f"{WORKFLOWS}/{name}" not in expected and not _is_dropping(name):
            yield f"{WORKFLOWS}/{name}"


def _names(root: Path, directory: str) -> list[str]:
    if directory and reason_against(directory) is not None:
        return []
    try:
        with folder(root, directory) as opened:
            return os.listdir(opened.path if opened.descriptor is None else opened.descriptor)  # noqa: PTH208
    except (OSError, BlockedError):
        return []


def _is_dropping(name: str) -> bool:
    """What editors, file managers and our own interrupted runs leave behind."""
    return name in DROPPINGS or name.endswith(("~", ".swp")) or name.startswith(".#") or is_stray(name)


def is_stray(name: str) -> bool:
    """A temporary file of the writer."""
    return name.startswith(".cdgen-") and name.endswith(".tmp")
