"""Writing what was generated, and saying what happened."""

from __future__ import annotations

from cdgen.cli.draft import Draft
from cdgen.cli.state import State, read
from cdgen.model.output import Change, ChangeKind, PatchedFile
from cdgen.output.drift import findings
from cdgen.output.lock import lock_text
from cdgen.output.write import Written
from cdgen.output.write import write as write_files
from cdgen.report import first_screen
from cdgen.report.console import Console
from cdgen.report.findings import show

CONFIG = "cdgen.yaml"


def write(draft: Draft, console: Console, *, ask: bool, dry_run: bool) -> int:
    """What `init` writes: 0, or 1 when a path was refused. Asks first when `ask`."""
    state = read(draft.generation)
    patches = to_patch(state)
    if draft.config is not None:
        patches = (PatchedFile(CONFIG, draft.config, "what only you can say"), *patches)
    todo = [change for change in state.changes if change.kind is not ChangeKind.CURRENT]
    if not todo and not patches:
        console.say("\nnothing to do: the road is written and true\nnext: cdgen check")
        return 0
    known = frozenset(draft.generation.inspection.repo.files)
    lock = lock_text(state.inputs, {change.path: "" for change in state.changes if change.rendered})
    for line in first_screen.to_write(state.changes, patches, known, lock):
        console.say(line)
    if dry_run:
        console.say("\nnothing was written (--dry-run)\nnext: cdgen init")
        return 0
    if ask and not _agreed(state, console):
        console.say("nothing was written")
        return 0
    written = put(state, patches)
    if written.refused:
        return refused(written.refused, state, console)
    for line in first_screen.after(draft.generation):
        console.say(line)
    return 0


def put(state: State, patches: tuple[PatchedFile, ...], *, force: bool = False, only: tuple[str, ...] = ()) -> Written:
    root = state.generation.inspection.repo.root
    return write_files(root, state.changes, patches, state.inputs, state.lock, force=force, only=only)


def to_patch(state: State) -> tuple[PatchedFile, ...]:
    """The files of the team whose text would change."""
    repo = state.generation.inspection.repo
    return tuple(patch for patch in state.generation.patches if repo.text(patch.path) != patch.text)


def refused(changes: tuple[Change, ...], state: State, console: Console) -> int:
    """Say what was left alone, and how to go on."""
    show(findings(changes, state.lock), console, lambda _: [])
    console.say(f"{len(changes)} left as they are; everything else is written")
    return 1


def _agreed(state: State, console: Console) -> bool:
    while True:
        answer = console.ask("write (y), read the files first (d), stop (n)", "y").lower()
        if answer in ("y", "yes"):
            return True
        if answer in ("n", "no"):
            return False
        for change in state.changes:
            if change.rendered and change.kind is ChangeKind.NEW:
                console.say(console.style(f"--- {change.path}", "bold") + f"\n{change.rendered.text}")
