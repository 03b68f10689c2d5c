"""The tree exactly as it will be committed: the index, written out into a folder of our own. No filter and no hook runs."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from cdgen.errors import InputError
from cdgen.repo import git


def export(root: Path, copy: Path) -> None:
    """Make `copy` a repository whose work tree is the index of `root`. Raises InputError when an object cannot be read."""
    copy.mkdir()
    git.create(copy)
    for index in (git.path(root, "index"), *git.path(root, "index").parent.glob("sharedindex.*")):
        if index.is_file():
            shutil.copyfile(index, copy / ".git" / index.name)
    remote = git.remote_url(root)
    if remote and '"' not in remote and "\n" not in remote:
        with (copy / ".git" / "config").open("a", encoding="utf-8") as config:
            config.write(f'[remote "origin"]\n\turl = "{remote}"\n'.replace("\\", "\\\\"))
    read = _reader(git.path(root, "objects"))
    for name, entry in (git.staged(root) or {}).items():
        if entry.mode != git.SUBMODULE:
            _write(copy / name, entry.mode, read(name, entry.object))


def _write(path: Path, mode: str, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if mode == git.LINK:
        path.symlink_to(data.decode("utf-8", "surrogateescape"))
        return
    path.write_bytes(data)
    path.chmod(0o755 if mode == git.EXECUTABLE else 0o644)


def _reader(objects: Path) -> Callable[[str, str], bytes]:
    """Blobs by id, read from git's own files."""
    from gitdb import GitDB
    from gitdb.exc import BadObject

    database = GitDB(str(objects))

    def read(name: str, identity: str) -> bytes:
        try:
            return bytes(database.stream(bytes.fromhex(identity)).read())
        except (BadObject, ValueError) as problem:
            raise InputError(
                f"the staged version of {name} cannot be read",
                where=name,
                hint=f"git add {name}, or use cdgen check without --staged",
            ) from problem

    return read
