"""Whether the places that name a toolchain's version can all be right at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cdgen.model.facts import Fact, Origin
from cdgen.model.service import Skew

# Compiled languages whose manifest names the oldest version that will do: the `go` line, the compiler's release, the minimum
# supported version, the target framework. A newer compiler is no contradiction.
FLOORS = frozenset({"go", "java", "kotlin", "scala", "groovy", "clojure", "rust", "csharp", "fsharp"})
COMPARED = (Origin.VERSION_FILE, Origin.MANIFEST, Origin.DOCKERFILE, Origin.CI)
MOST = 9_999  # stands for a part of a version that is not named: `20` is any 20.x.y
RANGE = r"[<>=^~*|,!]|\.x\b|\s-\s"


def skews(sightings: Iterable[Fact], language: str) -> tuple[Skew, ...]:
    """Pairs of lines that contradict each other, the first line of each kind of place standing for all that agree with it."""
    seen = [fact for fact in sightings if fact.origin in COMPARED and fact.source and _parts(str(fact.value))]
    groups = [[fact for fact in seen if fact.origin is origin] for origin in COMPARED]
    found: dict[tuple[str, str], Skew] = {}
    for index, group in enumerate(groups):
        for others in groups[index + 1 :]:
            for one, other in _contradictions(group, others, language):
                if one.source and other.source:
                    skew = Skew(str(one.value), one.source, str(other.value), other.source)
                    found.setdefault((str(skew.one_source.path), str(skew.other_source.path)), skew)
    return tuple(found.values())


def _contradictions(group: list[Fact], others: list[Fact], language: str) -> Iterator[tuple[Fact, Fact]]:
    """A place that names several versions (a test matrix, the stages of an image) is content when one of them will do."""
    for one in group:
        same_place = [other for other in others if other.source]
        for path in dict.fromkeys(other.source.path for other in same_place if other.source):
            named = [other for other in same_place if other.source and other.source.path == path]
            if not any(_agree(one, other, language) for other in named):
                yield one, named[0]


def _agree(one: Fact, other: Fact, language: str) -> bool:
    for wanted, used in ((one, other), (other, one)):
        text = str(wanted.value)
        if wanted.origin is Origin.MANIFEST and language in FLOORS:
            return _highest(used, language) >= _number(text, language)
        if re.search(RANGE, text):
            asked = re.sub(r"~(\d+\.\d+)(?![.\d])", r"^\1", text) if language == "php" else text  # composer's `~8.2` is `^8.2`
            return _is_range(str(used.value)) or _satisfies(used, asked, language)
    first, second = (_number(str(fact.value), language) for fact in (one, other))
    length = min(len(first), len(second))
    return first[:length] == second[:length]


def _is_range(text: str) -> bool:
    return re.search(RANGE, text) is not None


def _satisfies(used: Fact, wanted: str, language: str) -> bool:
    """Whether some version that the used one can stand for is in the range."""
    low = _number(str(used.value), language)
    return any(_inside(".".join(map(str, version)), wanted) for version in (_filled(low, 0), _filled(low, MOST)))


def _inside(version: str, wanted: str) -> bool:
    """Python's own specifiers, RubyGems' and Hex's `~> 3.3`, the ranges of npm and composer. What none of them reads is no skew."""
    from nodesemver import satisfies
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        return version in SpecifierSet(_pessimistic(wanted))
    except InvalidSpecifier:
        pass
    try:
        return bool(satisfies(version, wanted.replace("|", "||") if "|" in wanted and "||" not in wanted else wanted, loose=True))
    except ValueError:
        return True


def _pessimistic(wanted: str) -> str:
    return re.sub(r"~>\s*", "~=", wanted)


def _number(text: str, language: str) -> tuple[int, ...]:
    parts = _parts(text)
    if language in FLOORS and parts[:1] == (1,) and len(parts) > 1 and language not in ("go", "rust", "csharp", "fsharp"):
        parts = parts[1:]  # Java's old names: 1.8 is 8
    return parts


def _highest(fact: Fact, language: str) -> tuple[int, ...]:
    return _filled(_number(str(fact.value), language), MOST)


def _filled(parts: tuple[int, ...], rest: int) -> tuple[int, ...]:
    return (*parts, *(rest for _ in range(3 - len(parts))))


def _parts(text: str) -> tuple[int, ...]:
    """The numbers at the start of a version, after its operator; none for a name (`lts/*`, `stable`)."""
    found = re.match(r"[\s<>=^~!v]*(\d+(?:\.\d+)*)", text)
    return tuple(int(part[:9]) for part in found.group(1).split(".")[:3]) if found else ()
