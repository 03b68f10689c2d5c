"""CODEOWNERS: who answers for a folder."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source
from cdgen.repo import Scope

PLACES = (".github/CODEOWNERS", ".gitlab/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")


def detect(scope: Scope) -> Iterator[Fact]:
    """The first owner of the last line that matches the service's folder, as the forges read the file."""
    for path in PLACES:
        if not scope.repo.has(path):
            continue
        match: tuple[int, str] | None = None
        for number, line in enumerate(scope.repo.lines(path), 1):
            words = line.split("#")[0].split()
            if len(words) > 1 and _covers(words[0], scope.directory):
                match = (number, words[1])
        if match:
            owner = match[1].lstrip("@").rpartition("/")[2]
            yield Fact(f.OWNER, owner, Source(path, match[0]), Origin.CONFIG, Confidence.DECLARED, "CODEOWNERS")
        return


def _covers(pattern: str, directory: str) -> bool:
    plain = pattern.strip("/").removesuffix("/**").removesuffix("/*")
    if plain in ("*", "**"):
        return True
    return directory != "." and (directory == plain or directory.startswith(plain + "/"))
