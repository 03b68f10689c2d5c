"""The reference page of the facts, their sureness and their ranks."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

from cdgen.model import facts
from cdgen.model.facts import Confidence, Key, Origin
from cdgen.spec.decide import DEFAULT_RANK, RANK, SETTLE, SINGLE
from tools.markdown import code, page, table

DECLARATION = re.compile(r'^(\w+): Key\[(\w+)\] = Key\("([^"]+)", "([^"]+)"\)(?:  # (.*))?$', re.M)


def fact_keys() -> str:
    declared = DECLARATION.findall(inspect.getsource(facts))
    known = {name for name, value in vars(facts).items() if isinstance(value, Key)}
    if {name for name, *_ in declared} != known:
        raise ValueError(
            f"a key of facts.py is not written on one line: {known.symmetric_difference(name for name, *_ in declared)}"
        )
    return page(
        "Facts",
        "`cdgen/model/facts.py` and `cdgen/spec/decide.py`",
        [
            "What stacks and detectors may report.",
            "A fact has a key, a value, the place it was seen, the kind of that place, and how sure it is.",
        ],
        [
            "The most sure fact decides, then the strongest kind of place; equal and different is no answer.",
            "What cdgen.yaml says beats all.",
        ],
        ["## Keys"],
        table(("key", "constant", "value", "means", "counts", "settled in cdgen.yaml by"), (_key(*row) for row in declared)),
        ["## How sure"],
        table(("confidence", "when"), _meanings(Confidence)),
        ["## Kinds of places, strongest first"],
        table(("key", "order"), _ranks()),
        ["## What a kind of place is"],
        table(("kind", "means"), _meanings(Origin)),
    )


def _key(constant: str, kind: str, name: str, title: str, comment: str) -> tuple[str, ...]:
    counts = "one" if name in {key.name for key in SINGLE} else "all"
    return code(name), code(constant), code(kind), f"{title}: {comment}" if comment else title, counts, code(SETTLE.get(name, ""))


def _ranks() -> Iterator[tuple[str, str]]:
    for name, order in RANK.items():
        yield code(name), ", ".join(origin.value for origin in order)
    yield "any other", ", ".join(origin.value for origin in DEFAULT_RANK)


def _meanings(kinds: type[Confidence] | type[Origin]) -> Iterator[tuple[str, str]]:
    """Members with the comment that stands behind each."""
    for line in inspect.getsource(kinds).splitlines():
        found = re.match(r"^    (\w+) = [^#]+?(?:  # (.*))?$", line)
        if found:
            member = kinds[found[1]]
            yield code(member.value if isinstance(member, Origin) else member.name.lower()), found[2] or ""
