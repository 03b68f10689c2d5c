"""A pipeline as a drawing: for the terminal, and as Mermaid for pages.

Jobs that start together stand in one box; an arrow means that everything in the box before has to succeed. Where that is not how
the jobs depend on each other, they are listed with what each waits for: a wrong arrow is worse than none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from cdgen.model.pipeline import Job, Pipeline

GAP = 7  # columns between two boxes, for the arrow
LEAST = 12  # narrower than this nothing can be read


class Signs(NamedTuple):
    """What lines are made of."""

    across: str
    down: str
    corners: tuple[str, str, str, str]  # top left, top right, bottom left, bottom right
    right: str  # heads of arrows
    below: str
    cut: str


UNICODE = Signs("─", "│", ("╭", "╮", "╰", "╯"), "▶", "▼", "…")
ASCII = Signs("-", "|", ("+", "+", "+", "+"), ">", "v", "~")


def terminal(pipeline: Pipeline, width: int = 80, *, unicode: bool = True) -> list[str]:
    """Lines of at most `width` columns; the parts that do not depend on each other one below the other."""
    signs = UNICODE if unicode else ASCII
    layered = [layers for part in parts(pipeline) if (layers := layers_of(part))]
    fits = all(_width(layers) <= width for layers in layered if is_drawable(layers))
    lines: list[str] = []
    for layers in layered:
        boxes = [_box([_label(job) for job in layer], width, signs) for layer in layers]
        drawn = (_beside if fits else _below)(boxes, signs) if is_drawable(layers) else _listed(layers)
        lines += ["", *drawn] if lines else drawn
    return [line[:width].rstrip() for line in lines]


def mermaid(pipeline: Pipeline) -> str:
    """A flowchart with one node per job (https://mermaid.js.org/syntax/flowchart.html)."""
    jobs = [job for part in parts(pipeline) for layer in layers_of(part) for job in layer]
    numbers, needs = {job.id: number for number, job in enumerate(jobs)}, needs_of(jobs)
    lines = ["flowchart LR"]
    lines += [f'  j{numbers[job.id]}["{_escaped(_label(job))}"]' for job in jobs]
    lines += [
        f"  j{numbers[name]} --> j{numbers[job.id]}" for job in jobs for name in sorted(needs[job.id], key=numbers.__getitem__)
    ]
    return "\n".join(lines)


def needs_of(jobs: Sequence[Job]) -> dict[str, set[str]]:
    """Who waits for whom, without what follows from the rest: production waits for staging, so not for the build as well."""
    known = {job.id for job in jobs}
    needs = {job.id: set(job.needs) & known for job in jobs}
    return {name: _nearest(name, needs) for name in needs}


def _nearest(name: str, needs: Mapping[str, set[str]]) -> set[str]:
    direct = needs[name]
    is_circle = name in _before(name, needs)
    return direct if is_circle else direct - {far for near in direct for far in _before(near, needs)}


def _before(name: str, needs: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    pending = list(needs[name])
    while pending:
        each = pending.pop()
        if each not in found:
            found.add(each)
            pending += needs[each]
    return found


def parts(pipeline: Pipeline) -> Iterator[tuple[Job, ...]]:
    """Jobs that hang together, in the order of their first one. Those that hang on nothing start together, so they are one part."""
    needed = {name for job in pipeline.jobs for name in job.needs}
    alone = tuple(job for job in pipeline.jobs if not job.needs and job.id not in needed)
    if alone:
        yield alone
    left = {job.id: job for job in pipeline.jobs if job not in alone}
    while left:
        found = {next(iter(left))}
        while more := {job.id for job in left.values() if job.id not in found and _touches(job, found, left)}:
            found |= more
        yield tuple(job for job in left.values() if job.id in found)
        left = {name: job for name, job in left.items() if name not in found}


def _touches(job: Job, found: set[str], jobs: Mapping[str, Job]) -> bool:
    return bool(found & set(job.needs)) or any(job.id in jobs[name].needs for name in found)


def layers_of(jobs: Sequence[Job]) -> list[list[Job]]:
    """Each job as early as its needs allow. Jobs that wait in a circle are left out: they never start."""
    needs, done = needs_of(jobs), set[str]()
    layers: list[list[Job]] = []
    while ready := [job for job in jobs if job.id not in done and needs[job.id] <= done]:
        layers.append(ready)
        done |= {job.id for job in ready}
    return layers


def is_drawable(layers: list[list[Job]]) -> bool:
    """Whether every job waits for exactly the whole layer before it."""
    needs = needs_of([job for layer in layers for job in layer])
    pairs = zip(layers, layers[1:], strict=False)
    return all(needs[job.id] == {each.id for each in before} for before, after in pairs for job in after)


def _label(job: Job) -> str:
    words = [job.id, f"{job.timeout_minutes} min"]
    if not job.blocking:
        words.append("not blocking")
    if job.environment and job.environment not in job.id:
        words.append(job.environment)
    return ", ".join(words)


def _escaped(text: str) -> str:
    """Inside quotes only a few signs end a Mermaid label; each has a code."""
    return "".join(char if char.isalnum() or char in " -_.,:/" else f"#{ord(char)};" for char in text)


def _width(layers: list[list[Job]]) -> int:
    """Columns of all boxes in a row, with the arrows between them."""
    return sum(max(len(_label(job)) for job in layer) + 4 for layer in layers) + GAP * (len(layers) - 1)


def _box(rows: list[str], width: int, signs: Signs) -> list[str]:
    room = max(LEAST, width - 4)
    texts = [row if len(row) <= room else row[: room - 1] + signs.cut for row in rows]
    inner = max(map(len, texts))
    top_left, top_right, bottom_left, bottom_right = signs.corners
    edge = signs.across * (inner + 2)
    body = [f"{signs.down} {text:<{inner}} {signs.down}" for text in texts]
    return [top_left + edge + top_right, *body, bottom_left + edge + bottom_right]


def _beside(boxes: list[list[str]], signs: Signs) -> list[str]:
    """Boxes in a row, their middles on one line with the arrows."""
    middle = max(len(box) for box in boxes) // 2
    height = max(middle - len(box) // 2 + len(box) for box in boxes)
    lines = [""] * height
    for number, box in enumerate(boxes):
        if number:
            arrow = f" {signs.across * (GAP - 3)}{signs.right} "
            lines = [line + (arrow if row == middle else " " * GAP) for row, line in enumerate(lines)]
        start, blank = middle - len(box) // 2, " " * len(box[0])
        lines = [line + (box[row - start] if 0 <= row - start < len(box) else blank) for row, line in enumerate(lines)]
    return [line.rstrip() for line in lines]


def _below(boxes: list[list[str]], signs: Signs) -> list[str]:
    lines = list(boxes[0])
    for box in boxes[1:]:
        lines += [f"    {signs.down}", f"    {signs.below}", *box]
    return lines


def _listed(layers: list[list[Job]]) -> list[str]:
    jobs = [job for layer in layers for job in layer]
    needs = needs_of(jobs)
    after = {job.id: f" after {', '.join(sorted(needs[job.id]))}" if needs[job.id] else "" for job in jobs}
    return [f"{_label(job)}{after[job.id]}" for job in jobs]
