"""`cdgen generate`: write the road again."""

from __future__ import annotations

from pathlib import Path

from cdgen import app
from cdgen.cli.apply import put, refused, to_patch
from cdgen.cli.state import read
from cdgen.errors import InputError, UsageError
from cdgen.model.output import ChangeKind
from cdgen.report.console import Console


def generate(directory: Path, console: Console, *, force: bool = False, dry_run: bool = False, only: tuple[str, ...] = ()) -> int:
    """Write what is new, stale or deleted; refuse what people changed, unless `force`. 1 when refused, or when it would change."""
    inspection = app.inspect(directory, whole=True)
    if inspection.config.path is None:
        raise InputError("there is no cdgen.yaml yet", where=str(inspection.repo.root), hint="cdgen init")
    state = read(app.generate(inspection))
    known = {change.path for change in state.changes}
    unknown = [path for path in only if path not in known]
    if unknown:
        raise UsageError(f"{unknown[0]} is no file that cdgen writes here", hint="cdgen generate, or cdgen diff to see the files")
    patches = () if only else to_patch(state)
    todo = [change for change in state.changes if change.kind is not ChangeKind.CURRENT and (not only or change.path in only)]
    if dry_run:
        for path in [*(change.path for change in todo), *(patch.path for patch in patches)]:
            console.result(path)
        console.say(
            f"{len(todo) + len(patches)} files would change; next: cdgen diff" if todo or patches else "nothing would change"
        )
        return int(bool(todo or patches))
    written = put(state, patches, force=force, only=only)
    for copy in written.copies:
        console.say(f"kept a copy of what you had: {copy}")
    for path in (*written.paths, *written.deleted):
        console.detail(f"wrote {path}" if path in written.paths else f"deleted {path}")
    if written.refused:
        return refused(written.refused, state, console)
    done = len(written.paths) + len(written.deleted)
    if done:
        console.say(f"cdgen generate: {done} files written; undo: git checkout -- .")
    else:
        console.say(f"cdgen generate: nothing to do, {len(state.changes)} files are true")
    return 0
