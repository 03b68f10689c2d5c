"""The only code that writes into a repository. It refuses what it did not write, and copies what it is told to overwrite."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from cdgen.model.digest import digest
from cdgen.model.output import Change, ChangeKind, PatchedFile
from cdgen.output.compare import BOM, is_kept, is_script
from cdgen.output.disk import Entry, Found, folder, look
from cdgen.output.exclusive import exclusive
from cdgen.output.lock import LOCK, Inputs, Lock, lock_text
from cdgen.output.paths import require_writable
from cdgen.output.transaction import Put, apply, changed, strays, sweep

# Under .cdgen and not beside the file: no pipeline, no kustomization and no check for extra files ever sees a copy there, and the
# folder keeps itself out of git.
COPIES = ".cdgen/backup"
IGNORE_ALL = b"*\n"
UNSETTLED = "unsettled"  # in place of the digest of cdgen.yaml: something was left undone, so the quick check must not pass
REPLACEABLE = (Entry.FILE, Entry.LINK)


class Written(NamedTuple):
    """`refused` need `--force` or a person; `copies` say where the old content of an overwritten file is."""

    paths: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    refused: tuple[Change, ...] = ()
    copies: tuple[str, ...] = ()


def write(
    root: Path,
    changes: Sequence[Change],
    patches: Sequence[PatchedFile],
    inputs: Inputs,
    lock: Lock,
    *,
    force: bool = False,
    only: Collection[str] = (),
) -> Written:
    """Make the disk what was rendered; with `only`, just these paths. Raises WriteError, and then nothing was changed.

    `force` overwrites what was edited by hand, after keeping a copy. What cdgen never wrote is refused even then.
    """
    require_writable(patch.path for patch in patches)
    chosen = [change for change in changes if not only or change.path in only]
    _require_folders(root, [LOCK, *(change.path for change in chosen if change.rendered), *(patch.path for patch in patches)])
    refused = [change for change in chosen if _is_refused(root, change, force)]
    todo = [change for change in chosen if change not in refused and change.kind is not ChangeKind.CURRENT]
    spoiled = list(_spoiled(root, patches))
    good = [patch for patch in patches if all(change.path != patch.path for change in spoiled)]
    text = _next_lock(changes, {change.path for change in todo}, inputs, lock).encode()
    paths = (LOCK, *(change.path for change in changes), *(patch.path for patch in patches))
    directories = {path.rpartition("/")[0] for path in (*paths, f"{COPIES}/x", *(f"{COPIES}/{path}" for path in paths))}

    def puts() -> list[Put]:
        """What is left to do, as of now: another run may have done it meanwhile."""
        return [*_puts(root, todo), *_patch_puts(root, good)]

    if not (puts() or _put(root, LOCK, text) or strays(root, directories)):
        return Written(refused=(*refused, *spoiled))
    with exclusive(root):
        sweep(root, strays(root, directories))
        work = puts()
        apply(root, work, _put(root, LOCK, text))
    copies = tuple(put.path for put in work if put.path.startswith(f"{COPIES}/") and not put.path.endswith(".gitignore"))
    written = tuple(put.path for put in work if put.data is not None and not put.path.startswith(f"{COPIES}/"))
    return Written(written, tuple(put.path for put in work if put.data is None), (*refused, *spoiled), copies)


def is_lock_current(root: Path, changes: Sequence[Change], inputs: Inputs, lock: Lock) -> bool:
    """Whether the lock on disk is the one that `write` would leave when nothing else is to be done."""
    return look(root, LOCK).data == _next_lock(changes, set(), inputs, lock).encode()


def edit(root: Path, texts: Mapping[str, str | None]) -> None:
    """Write (or with None delete) files outside the lock's regime, all or none: what `eject` leaves. Raises WriteError."""
    require_writable(texts)
    with exclusive(root):
        wanted = ((path, None if text is None else text.encode()) for path, text in texts.items())
        apply(root, [put for put in (_put(root, path, data) for path, data in wanted) if put])


def _require_folders(root: Path, paths: Iterable[str]) -> None:
    """Raise BlockedError when a file or a link stands where a folder must be: no part of the road is written then."""
    for directory in sorted({path.rpartition("/")[0] for path in paths}):
        with suppress(FileNotFoundError), folder(root, directory):
            pass


def _is_refused(root: Path, change: Change, force: bool) -> bool:
    if change.kind is ChangeKind.FOREIGN:
        return change.rendered is not None
    if change.kind is ChangeKind.EDITED or is_kept(change):
        return not force or look(root, change.path).entry not in REPLACEABLE
    return False


def _puts(root: Path, todo: Iterable[Change]) -> Iterator[Put]:
    for change in todo:
        data = change.rendered.text.encode() if change.rendered else None
        put = _put(root, change.path, data)
        if change.kind is ChangeKind.FOREIGN or put is None:
            continue
        if put.before.data != change.disk or (put.before.entry is Entry.LINK and not change.detail):
            raise changed(change.path)
        if change.kind is ChangeKind.EDITED or is_kept(change):
            yield from _copy(root, change.path, put.before)
        yield put


def _put(root: Path, path: str, data: bytes | None) -> Put | None:
    """The write or deletion that makes a path hold `data`; None when it does already."""
    found = look(root, path)
    executable = data is not None and is_script(data)
    if found.data == data and found.entry in (Entry.FILE, Entry.ABSENT) and found.is_executable == executable:
        return None
    return Put(path, data, found, executable)


def _copy(root: Path, path: str, found: Found) -> Iterator[Put]:
    """Keep what stands at a path, under the first free number; once is enough for the same content."""
    data = found.data if found.data is not None else f"{found.detail}\n".encode()
    number = 1
    while (kept := look(root, f"{COPIES}/{path}.{number}")).entry is not Entry.ABSENT:
        if kept.data == data:
            return
        number += 1
    ignore = _put(root, f"{COPIES}/.gitignore", IGNORE_ALL)
    if ignore:
        yield ignore
    yield Put(f"{COPIES}/{path}.{number}", data, kept)


def _patch_puts(root: Path, patches: Iterable[PatchedFile]) -> Iterator[Put]:
    """Edits of the team's files, in the line ends and with the byte-order mark and mode that the file has."""
    for patch in patches:
        found = look(root, patch.path)
        old = found.data or b""
        text = patch.text.replace("\r\n", "\n")
        data = (text.replace("\n", "\r\n") if b"\r\n" in old else text).encode()
        data = BOM + data if old.startswith(BOM) else data
        if data == found.data:
            continue
        if patch.original is not None and old.decode("utf-8-sig").replace("\r\n", "\n") != patch.original.replace("\r\n", "\n"):
            raise changed(patch.path)
        yield Put(patch.path, data, found, found.is_executable)


def _spoiled(root: Path, patches: Iterable[PatchedFile]) -> Iterator[Change]:
    """Files of the team that cannot be edited without losing something."""
    for patch in patches:
        found = look(root, patch.path)
        if found.entry not in (Entry.FILE, Entry.ABSENT):
            yield Change(ChangeKind.FOREIGN, patch.path, None, None, found.detail)
        elif not _is_text(found.data or b""):
            yield Change(ChangeKind.FOREIGN, patch.path, None, found.data, "is not UTF-8 text")


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _next_lock(changes: Iterable[Change], done: Collection[str], inputs: Inputs, lock: Lock) -> str:
    """What is locked afterwards: new digests of what is current, the old ones of what was refused or left out."""
    files: dict[str, str] = {}
    for change in changes:
        if change.kind is ChangeKind.CURRENT or change.path in done:
            if change.rendered:
                files[change.path] = digest(change.rendered.text.encode())
            continue
        if change.rendered or change.path in lock.files:
            inputs = inputs._replace(config=UNSETTLED)
        known = lock.files.get(change.path, ())
        if known:
            now = digest(change.disk or b"")
            files[change.path] = now if now in known else known[-1]
    return lock_text(inputs, files)
