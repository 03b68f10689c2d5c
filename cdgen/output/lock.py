"""`.cdgen/lock`: what cdgen wrote, by digest, and the inputs it was written from.

Text: `#` lines of inputs, then one line per owned file as `b2sum` prints it, sorted by path. Any machine checks it
(`b2sum -c .cdgen/lock`), and branches merge line by line (`.gitattributes` asks git for its `union` merge). A merge may leave two
digests of one path or two values of an input: both are kept, and whoever reads knows that the lock is not settled.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

LOCK = ".cdgen/lock"
PENDING = ".cdgen/.cdgen-lock.tmp"  # the next lock, while its files are being written: survives a crash, swept by the next run
TITLE = "# written by cdgen; check by hand: b2sum -c .cdgen/lock; after a merge conflict run: cdgen generate"
DIGITS = 32  # BLAKE2b-128
MARKERS = ("<<<<<<<", "|||||||", "=======", ">>>>>>>")


class Inputs(NamedTuple):
    """What the owned files were made from. `pins` were moved by a bot: (name, pin, version). `folders` hold owned files only."""

    edition: str = ""
    config: str = ""
    road: str = ""
    road_source: str = ""
    exceptions_end: str = ""  # earliest `until` of an exception, YYYY-MM-DD; "" for none
    pins: tuple[tuple[str, str, str], ...] = ()
    folders: tuple[str, ...] = ()
    requires: str = ""  # the one cdgen version this repository uses, "" for any


class Lock(NamedTuple):
    """`files` maps a path to its digests: one, or those of both sides of a merge. `conflicts` are lines that a merge left."""

    inputs: Inputs
    files: Mapping[str, tuple[str, ...]]
    conflicts: tuple[int, ...] = ()
    is_settled: bool = True


EMPTY = Lock(Inputs(), {})


def lock_text(inputs: Inputs, files: Mapping[str, str]) -> str:
    lines = [TITLE, f"# edition {inputs.edition}", f"# config {inputs.config}", f"# road {inputs.road} {inputs.road_source}"]
    if inputs.requires:
        lines.append(f"# requires {inputs.requires}")
    if inputs.exceptions_end:
        lines.append(f"# exceptions-end {inputs.exceptions_end}")
    lines += [f"# pin {' '.join(pin)}" for pin in sorted(inputs.pins)]
    lines += [f"# folder {folder}" for folder in sorted(inputs.folders)]
    lines += [f"{files[path]}  {path}" for path in sorted(files)]
    return "".join(f"{line}\n" for line in lines)


def parse_lock(data: bytes) -> Lock:
    """Read what any merge, editor or line-end conversion may have left; never raises."""
    inputs: dict[str, list[str]] = {}
    files: dict[str, list[str]] = {}
    conflicts: list[int] = []
    for number, line in enumerate(data.decode("utf-8-sig", "replace").splitlines(), 1):
        if line.startswith(MARKERS):
            conflicts.append(number)
        elif line.startswith("# "):
            name, _, value = line[2:].partition(" ")
            inputs.setdefault(name, []).append(value)
        elif is_digest(line[:DIGITS]) and line[DIGITS : DIGITS + 2] in ("  ", " *"):
            files.setdefault(line[DIGITS + 2 :], []).append(line[:DIGITS])
    entries = {path: tuple(dict.fromkeys(digests)) for path, digests in files.items()}
    single = all(len(set(inputs.get(name, ()))) < 2 for name in ("edition", "config", "road", "requires", "exceptions-end"))
    settled = single and not conflicts and all(len(digests) == 1 for digests in entries.values())
    return Lock(_inputs(inputs), entries, tuple(conflicts), settled)


def _inputs(found: Mapping[str, list[str]]) -> Inputs:
    road, _, source = _first(found, "road").partition(" ")
    pins = (pin for pin in (value.split(" ") for value in found.get("pin", ())) if len(pin) == 3)
    return Inputs(
        edition=_first(found, "edition"),
        config=_first(found, "config"),
        road=road,
        road_source=source,
        requires=_first(found, "requires"),
        exceptions_end=min(found.get("exceptions-end", ()), default=""),
        pins=tuple(sorted({(name, pin, version) for name, pin, version in pins})),
        folders=tuple(sorted(set(found.get("folder", ())))),
    )


def _first(found: Mapping[str, list[str]], name: str) -> str:
    return next(iter(found.get(name, ())), "")


def is_digest(text: str) -> bool:
    return len(text) == DIGITS and set(text) <= set("0123456789abcdef")


def joined(lock: Lock, pending: Lock) -> Lock:
    """A lock that also knows what an interrupted run was about to write."""
    paths: Iterable[str] = dict.fromkeys((*lock.files, *pending.files))
    files = {path: tuple(dict.fromkeys((*lock.files.get(path, ()), *pending.files.get(path, ())))) for path in paths}
    return lock._replace(files=files, is_settled=False)
