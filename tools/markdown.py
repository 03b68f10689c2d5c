"""Tables and blocks of Markdown for the reference pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

HEAD = "<!-- made by `make docs` from {source}; edit that, not this page -->"


def page(title: str, source: str, *parts: Iterable[str]) -> str:
    """A whole page: what made it, its title, its parts with an empty line between them."""
    blocks = [HEAD.format(source=source), f"# {title}", *("\n".join(part) for part in parts)]
    return "\n\n".join(block.strip("\n") for block in blocks if block) + "\n"


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Cells are Markdown already, except for the bar that would end them."""
    yield _row(head)
    yield _row(tuple("---" for _ in head))
    yield from (_row(row) for row in rows)


def _row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells) + " |"


def fence(text: str, language: str = "") -> str:
    marks = "````" if "```" in text else "```"
    return f"{marks}{language}\n{text.strip(chr(10))}\n{marks}"


def code(text: object) -> str:
    return f"`{text}`" if str(text) else ""
