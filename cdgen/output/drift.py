"""Changes as findings: what is wrong with a file, why it matters, and the command that repairs it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cdgen.model.finding import Finding, Severity
from cdgen.model.output import Change, ChangeKind
from cdgen.output.compare import conflict_line, is_kept
from cdgen.output.lock import LOCK, Lock

GENERATE = "cdgen generate"


class Saying(NamedTuple):
    """`{path}` stands for the change's path."""

    rule: str
    message: str
    why: str
    fix: str = GENERATE
    alternative: str = ""


SAYINGS = {
    ChangeKind.NEW: Saying("missing-file", "{path} does not exist yet", "the road has this file"),
    ChangeKind.DELETED: Saying("deleted-file", "{path} was deleted", "cdgen wrote it, and the road still has it"),
    ChangeKind.STALE: Saying("stale-file", "{path} is out of date", "what it is made from has changed since it was written"),
    ChangeKind.EDITED: Saying(
        "edited-file",
        "{path} was changed by hand",
        "cdgen owns this file; an edit here is lost with the next change of the road",
        f"{GENERATE} --force {{path}}",
        "say it in cdgen.yaml, or keep a copy first: --force does, under .cdgen/backup",
    ),
    ChangeKind.FOREIGN: Saying(
        "foreign-file",
        "{path} was not written by cdgen",
        "the road needs this path, and cdgen never overwrites what it did not write",
        "needs a person",
        "move or delete it, then run `cdgen generate`; or choose another folder in cdgen.yaml",
    ),
    ChangeKind.ORPHAN: Saying("orphan-file", "{path} is no longer part of the road", "cdgen wrote it, and nothing asks for it now"),
}
EXTRA = Saying(
    "extra-file",
    "{path} was not written by cdgen",
    "it stands in a folder that only cdgen writes, where it could change what is deployed",
    "needs a person",
    "move it elsewhere or delete it",
)
KEPT = Saying(
    "orphan-file",
    "{path} is no longer part of the road, but was changed by hand",
    "cdgen deletes only what it wrote",
    "needs a person",
    "delete it, or keep it under another name",
)
STALE_LOCK = Saying(
    "stale-lock",
    "{path} does not describe the inputs of today",
    "nothing generated changed, but the quick check cannot answer until the lock is written again",
)
CONFLICT = Saying("merge-conflict", "{path} holds a merge conflict", "both sides are in git; the file is made anew from its inputs")


def findings(changes: Iterable[Change], lock: Lock, *, is_lock_current: bool = True) -> tuple[Finding, ...]:
    """One error per change that is drift, nothing for what is current. A lock that is merely behind is a warning."""
    drift = tuple(_finding(change) for change in changes if change.kind is not ChangeKind.CURRENT)
    return (*_of_lock(lock, is_behind=not drift and not is_lock_current), *drift)


def _of_lock(lock: Lock, *, is_behind: bool) -> Iterator[Finding]:
    if lock.conflicts:
        yield _say(CONFLICT, LOCK, line=lock.conflicts[0])
    elif is_behind:
        yield _say(STALE_LOCK, LOCK)._replace(severity=Severity.WARNING)


def _finding(change: Change) -> Finding:
    saying = SAYINGS[change.kind]
    line = conflict_line(change.disk) if change.kind is ChangeKind.STALE and change.disk else 0
    if line:
        return _say(CONFLICT, change.path, line=line)
    if change.kind is ChangeKind.FOREIGN and change.rendered is None:
        saying = EXTRA
    elif is_kept(change):
        saying = KEPT
    elif change.kind is ChangeKind.EDITED and change.disk is None:
        saying = saying._replace(message=f"{{path}} {change.detail}", why="cdgen wrote a file there")
    elif change.kind is ChangeKind.STALE and change.detail:
        saying = saying._replace(message=f"{{path}} {change.detail}", why="cdgen wrote it otherwise")
    elif change.kind is ChangeKind.EDITED and change.disk is not None and change.rendered:
        return _at_difference(_say(saying, change.path), change.disk.decode("utf-8", "replace"), change.rendered.text)
    return _say(saying, change.path)


def _at_difference(finding: Finding, disk: str, rendered: str) -> Finding:
    """The finding at the first place where the file differs from what cdgen would write."""
    ours, theirs = rendered.split("\n"), disk.split("\n")
    number = next(
        (index for index, (own, their) in enumerate(zip(ours, theirs, strict=False)) if own != their), min(len(ours), len(theirs))
    )
    if number >= len(theirs):
        return finding._replace(line=len(theirs))
    line, own = theirs[number], ours[number] if number < len(ours) else ""
    column = next((index for index, (a, b) in enumerate(zip(line, own, strict=False)) if a != b), min(len(line), len(own)))
    return finding._replace(line=number + 1, column=column + 1, end_column=max(len(line), column + 1) + 1)


def _say(saying: Saying, path: str, line: int = 0) -> Finding:
    return Finding(
        rule=saying.rule,
        severity=Severity.ERROR,
        message=saying.message.replace("{path}", path),
        path=path,
        line=line,
        why=saying.why,
        fix=saying.fix.replace("{path}", path),
        alternative=saying.alternative,
    )
