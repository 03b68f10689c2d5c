"""Go text between brackets: arguments of a call, the body of a block, the function around a place."""

from __future__ import annotations

import re

from cdgen.stacks.base import matches

LONGEST_BLOCK = 30_000  # characters of one call or block that anybody reads


def split(text: str, separator: str) -> list[str]:
    """Parts of a text at a separator outside quotes and brackets; stops at an unmatched closing bracket."""
    parts: list[str] = []
    depth, start, quote = 0, 0, ""
    for index, char in enumerate(text):
        if quote:
            quote = "" if char == quote and text[index - 1] != "\\" else quote
        elif char in "\"'`":
            quote = char
        elif char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
            if depth < 0:
                parts.append(text[start:index])
                return parts
        elif char == separator and depth == 0:
            parts.append(text[start:index])
            start = index + 1
    return [*parts, text[start:]]


def block(text: str, start: int, brackets: str = "{}") -> tuple[int, str]:
    """(where it begins, text) of the bracket that is open at `start`, or of the first that opens after it for braces."""
    opening, closing = brackets[0], brackets[1]
    text = text[: start + LONGEST_BLOCK]
    begin = start if opening == "(" else text.find(opening, start) + 1
    depth, index = 1, begin
    for match in matches(rf'"(?:\\.|[^"\\\n])*"|`[^`]*`|//[^\n]*|[{re.escape(brackets)}]', text, begin):
        char = match.group()
        depth += (char == opening) - (char == closing)
        if depth == 0:
            return begin, text[begin : match.start()]
        index = match.end()
    return begin, text[begin:index]


def enclosing(text: str, position: int) -> tuple[int, int]:
    """(start, end) of the top-level function around a position; -1 outside functions. gofmt puts both ends in the first column."""
    start = max(text.rfind("\nfunc ", 0, position) + 1, 0 if text.startswith("func ") else -1)
    if start <= 0 and not text.startswith("func "):
        return -1, -1
    end = text.find("\n}", start)
    end = len(text) if end < 0 else end
    return (start, end) if end >= position else (-1, -1)
