"""The sentence about a folder that is no project."""

from __future__ import annotations

from cdgen.spec.folder import Folder


def sentence(answer: Folder, directory: str) -> str:
    """What it is, why, where that is seen, and what `init` can do there."""
    what = f"is no service but of kind {answer.kind}" if answer.kind else "is no project that cdgen knows"
    places = f" ({', '.join(str(source) for source in answer.sources[:2])})" if answer.sources else ""
    return f"{directory} {what}: {answer.reason}{places}; {answer.advice}"
