"""Small repositories on disk for the tests of this folder."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from cdgen.model.output import Change, PatchedFile, RenderedFile
from cdgen.output.compare import compare, read_lock
from cdgen.output.lock import Inputs
from cdgen.output.write import Written, write

SCRIPT = "#!/bin/sh\necho hi\n"
FILES = {
    ".github/workflows/cdgen-main.yml": "on: push\n",
    "deploy/base/deployment.yaml": "kind: Deployment\n",
    "deploy/base/service.yaml": "kind: Service\n",
    "deploy/rollout.sh": SCRIPT,
    "docs/path-to-production.md": "# Path\n",
}
INPUTS = Inputs("default@2026.11", "c" * 32, "d" * 32, "built in", folders=("deploy/base",))


def rendered(files: Mapping[str, str] = FILES) -> tuple[RenderedFile, ...]:
    return tuple(RenderedFile(path, text, "test") for path, text in files.items())


def run(
    root: Path,
    files: Mapping[str, str] = FILES,
    patches: Iterable[PatchedFile] = (),
    inputs: Inputs = INPUTS,
    *,
    force: bool = False,
    only: tuple[str, ...] = (),
) -> Written:
    """What `generate` does at its end."""
    lock = read_lock(root)
    changes = compare(root, rendered(files), lock, inputs.folders)
    return write(root, changes, tuple(patches), inputs, lock, force=force, only=only)


def states(root: Path, files: Mapping[str, str] = FILES, folders: tuple[str, ...] = ()) -> dict[str, Change]:
    """What `check --full` sees, without what is current."""
    return {change.path: change for change in compare(root, rendered(files), read_lock(root), folders) if change.kind != "current"}


def snapshot(root: Path) -> dict[str, tuple[str, bytes, int]]:
    """Everything below a folder: kind, content, executable or not. Git's own folder left out."""
    found: dict[str, tuple[str, bytes, int]] = {}
    for folder, names, files in os.walk(root):
        names[:] = [name for name in names if name != ".git"]
        for name in (*names, *files):
            path = Path(folder) / name
            key = path.relative_to(root).as_posix()
            if path.is_symlink():
                found[key] = ("link", os.readlink(path).encode(), 0)
            elif path.is_dir():
                found[key] = ("folder", b"", 0)
            else:
                found[key] = ("file", path.read_bytes(), path.stat().st_mode & 0o777)
    return found
