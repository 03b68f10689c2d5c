"""Languages that cdgen knows by sight but does not pave: they are listed and skipped, and never mistaken for another stack."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.repo import Repo
from cdgen.stacks.base import Candidate

# title -> build files, as globs below any folder
BUILD_FILES: dict[str, tuple[str, ...]] = {
    "Visual Basic (.NET)": ("**/*.vbproj",),
}
PREFIX = "recognised: "


def detect(repo: Repo) -> Iterator[Candidate]:
    """One candidate per folder and language; `stack` is `recognised: <title>`."""
    for title, patterns in BUILD_FILES.items():
        for pattern in patterns:
            for path in repo.glob(pattern):
                directory = path.rpartition("/")[0] or "."
                yield Candidate(PREFIX + title, directory, repo.source(path), 2)
