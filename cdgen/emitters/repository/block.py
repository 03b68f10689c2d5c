"""A marked block of lines in a text file that people own."""

from __future__ import annotations

import re


def put(text: str, block: str, start: str, end: str) -> str:
    """The text with the block between its markers: replaced where it stands, else appended after an empty line."""
    wanted = f"{start}\n{block}{end}\n"
    pattern = re.compile(rf"^{re.escape(start)}\n.*?^{re.escape(end)}(?:\n|\Z)", re.M | re.S)
    if pattern.search(text):
        return pattern.sub(lambda _: wanted, text, count=1)
    if not text:
        return wanted
    return text + ("" if text.endswith("\n") else "\n") + "\n" + wanted


def take(text: str, start: str, end: str) -> str:
    """The text without the block, and without the empty line that `put` set before it."""
    return re.sub(rf"\n?^{re.escape(start)}\n.*?^{re.escape(end)}(?:\n|\Z)", "", text, count=1, flags=re.M | re.S)
