"""`cdgen diff`: what `generate` would change, as a unified diff."""

from __future__ import annotations

from pathlib import Path

from cdgen import app
from cdgen.cli.state import read
from cdgen.model.output import ChangeKind
from cdgen.report.console import Console


def diff(directory: Path, console: Console, *, only: tuple[str, ...] = ()) -> int:
    """Print the difference between the disk and the road; 1 when there is one."""
    from difflib import unified_diff

    state = read(app.generate(app.inspect(directory, whole=True)))
    changed = [change for change in state.changes if change.kind is not ChangeKind.CURRENT and (not only or change.path in only)]
    for change in changed:
        before = (change.disk or b"").decode("utf-8", "replace").splitlines(keepends=True)
        after = change.rendered.text.splitlines(keepends=True) if change.rendered else []
        names = (
            f"a/{change.path}" if change.disk is not None else "/dev/null",
            f"b/{change.path}" if change.rendered else "/dev/null",
        )
        for line in unified_diff(before, after, *names):
            console.result(line.rstrip("\n"))
    console.say("nothing would change" if not changed else f"{len(changed)} files differ; next: cdgen generate")
    return int(bool(changed))
