"""`cdgen eject`: leave. The files stay, without header, lock and hook."""

from __future__ import annotations

from pathlib import Path

from cdgen import app
from cdgen.cli.state import read
from cdgen.emitters.leave import without_header, without_verify
from cdgen.emitters.repository import PATCHERS
from cdgen.errors import InputError, UsageError
from cdgen.model.output import ChangeKind
from cdgen.output.lock import LOCK
from cdgen.output.write import edit
from cdgen.repo import Repo
from cdgen.report.console import Console

OWN = ("cdgen.yaml", LOCK, ".cdgen/answers.yaml")


def eject(directory: Path, console: Console, *, yes: bool = False, dry_run: bool = False) -> int:
    """Remove everything that ties the repository to cdgen; 0 when done or nothing was to do."""
    inspection = app.inspect(directory, whole=True)
    repo = inspection.repo
    if inspection.config.path is None:
        raise InputError("there is no cdgen.yaml: nothing to leave", where=str(repo.root), hint="cdgen init")
    texts = {**_files(app.generate(inspection)), **_patches(repo), **{path: None for path in OWN if repo.text(path) is not None}}
    changed = {path: text for path, text in texts.items() if text != repo.text(path)}
    for path, text in changed.items():
        console.say(f"  {'-' if text is None else '~'} {path}")
    if dry_run:
        console.say("nothing was changed (--dry-run)\nnext: cdgen eject")
        return 0
    if not yes:
        if not console.interactive:
            raise UsageError("eject asks before it changes files, and there is no terminal", hint="cdgen eject --yes")
        if console.ask("leave cdgen (y, n)", "n").lower() not in ("y", "yes"):
            console.say("nothing was changed")
            return 0
    edit(repo.root, changed)
    console.say(f"left: {len(changed)} files changed, the road is yours\nnext: git diff; to come back: cdgen init")
    return 0


def _files(generation: app.Generation) -> dict[str, str | None]:
    """Owned files that stand on disk: what is true is made again without cdgen, what people changed keeps their change."""
    from cdgen.emitters import emit

    state = read(generation)
    files, _ = emit(without_verify(generation.plan), generation.inspection.repo)
    own = {file.path: file.text for file in files}
    found: dict[str, str | None] = {}
    for change in state.changes:
        if change.disk is not None and change.path not in OWN:
            text = own[change.path] if change.kind is ChangeKind.CURRENT else change.disk.decode("utf-8", "replace")
            found[change.path] = without_header(text)
    return found


def _patches(repo: Repo) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for patcher in PATCHERS:
        text = repo.text(patcher.path)
        if text is not None:
            found[patcher.path] = patcher.remove(text) or None
    return found
