"""Version constraints of Composer. https://getcomposer.org/doc/articles/versions.md"""

from __future__ import annotations

from cdgen.repo.patterns import compiled
from cdgen.road.pins import version_key

PART = r"(\^|~|>=|<=|!=|<>|==|=|>|<)?\s*v?(\d+(?:\.(?:\d+|\*|x))*|\*)"
RANGE = r"v?(\d[\d.]*)\s+-\s+v?(\d[\d.]*)"


def allows(constraint: str, version: str) -> bool:
    """Whether a release satisfies a constraint: `^8.2`, `~8.3.0`, `>=8.1 <8.5`, `8.*`, `^7.4 || ^8.0`, `8.1 - 8.3`.

    What cannot be read allows nothing.
    """
    have = _three(version_key(version))
    return any(_all(part.strip(), have) for part in compiled(r"\|\|?").split(constraint))


def _all(part: str, have: tuple[int, ...]) -> bool:
    between = compiled(RANGE).fullmatch(part)
    if between:
        low, high = version_key(between.group(1)), version_key(between.group(2))
        return have >= _three(low) and have[: len(high)] <= high
    plain = compiled(r"@\w+|-(?:dev|stable)\b").sub("", part)
    found = list(compiled(PART).finditer(plain))
    rest = compiled(PART).sub("", plain).replace(",", "").strip()
    return bool(found) and not rest and all(_meets(match.group(1) or "", match.group(2), have) for match in found)


def _meets(operator: str, wanted: str, have: tuple[int, ...]) -> bool:
    if wanted == "*":
        return True
    numbers = version_key(compiled(r"\.(?:\*|x).*").sub("", wanted))
    wild = "*" in wanted or "x" in wanted
    low = _three(numbers)
    if wild or operator in ("", "=", "=="):
        return have[: len(numbers)] == numbers if wild or len(numbers) < 3 else have == low
    if operator == "^":
        return have >= low and have[0] == low[0] and (low[0] > 0 or have[1] == low[1])
    if operator == "~":
        head = numbers[:-1] or numbers
        return have >= low and have[: len(head)] == head
    return {">=": have >= low, "<=": have <= low, ">": have > low, "<": have < low}.get(operator, have != low)


def _three(numbers: tuple[int, ...]) -> tuple[int, ...]:
    return (numbers + (0, 0, 0))[:3]
