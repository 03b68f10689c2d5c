"""Configuration of the host: `appsettings.json` and its kin, flattened to keys with colons as the code asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from cdgen.model.facts import Source
from cdgen.repo import Repo
from cdgen.repo.patterns import compiled

# later files win (https://learn.microsoft.com/aspnet/core/fundamentals/configuration)
FILES = ("hosting.json", "appsettings.json", "appsettings.Production.json")
# comments and trailing commas, which the host's reader skips; strings stand first so that nothing in them is taken for one
NOISE = r'("(?:\\.|[^"\\\n])*")|//[^\n]*|/\*.*?\*/|,(?=(?:\s|//[^\n]*|/\*.*?\*/)*[}\]])'
MOST_KEYS = 2_000


class Setting(NamedTuple):
    key: str  # as it is written
    value: str
    source: Source


class Settings:
    def __init__(self, repo: Repo, folder: str) -> None:
        self._values: dict[str, Setting] = {}
        prefix = "" if folder == "." else f"{folder}/"
        self.files = tuple(prefix + name for name in FILES if repo.has(prefix + name))
        for path in self.files:
            lines = repo.lines(path)
            for key, value in flat(parsed(repo, path)):
                place = Source(path, _line(lines, key))
                self._values[key.lower()] = Setting(key, value, place)

    def get(self, key: str) -> Setting | None:
        return self._values.get(key.lower().replace("__", ":"))

    def below(self, prefix: str) -> Iterator[Setting]:
        """Settings of a section, in the order of the files."""
        start = prefix.lower() + ":"
        yield from (setting for key, setting in self._values.items() if key.startswith(start))

    def __iter__(self) -> Iterator[Setting]:
        return iter(self._values.values())


def parsed(repo: Repo, path: str) -> Any:
    """JSON with comments, as the host reads it; None when it is broken."""
    import json

    content = repo.text(path)
    if content is None:
        return None
    try:
        return json.loads(compiled(rf"(?s){NOISE}").sub(lambda match: match.group(1) or "", content))
    except (ValueError, RecursionError):
        return None


def flat(data: Any) -> Iterator[tuple[str, str]]:
    """(key, value) of every leaf; elements of lists by their number."""
    pending: list[tuple[str, Any]] = [("", data)]
    count = 0
    while pending and count < MOST_KEYS:
        prefix, value = pending.pop()
        if isinstance(value, dict):
            pending += [(f"{prefix}:{key}" if prefix else str(key), inner) for key, inner in reversed(list(value.items()))]
        elif isinstance(value, list):
            pending += [(f"{prefix}:{number}", inner) for number, inner in reversed(list(enumerate(value)))]
        elif prefix and value is not None:
            count += 1
            yield prefix, value if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)


def _line(lines: list[str], key: str) -> int:
    """The line of the last name of a key, searched below those of its sections."""
    number = 0
    for part in (each for each in key.split(":") if not each.isdigit()):
        number = next((at for at in range(number, len(lines)) if f'"{part}"' in lines[at]), number)
    return number + 1
