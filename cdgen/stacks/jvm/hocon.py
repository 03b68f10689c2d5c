"""HOCON, the notation of application.conf, as a flat table: https://github.com/lightbend/config/blob/main/HOCON.md

Read as far as settings go: nested objects, dotted keys, substitutions. Includes are not followed, and lists are left out.
"""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.repo.patterns import compiled

LONGEST = 256 * 1024  # characters of one file
ELEMENTS = (
    r'(?s)(?P<space>[ \t\r]+)|(?P<comment>(?:\#|//)[^\n]*)|(?P<block>""".*?""")|(?P<string>"(?:\\.|[^"\\\n])*")'
    r"|(?P<sub>\$\{\??[^}\n]*\})"
    r"|(?P<end>[\n,])|(?P<open>[{\[])|(?P<close>[}\]])|(?P<sign>\+?=|:)|(?P<plain>[^\s,{}\[\]=:\"$\#/+]+|.)"
)
SUBSTITUTION = r"\$\{\??([\w.-]+)\}\Z"


def flat(text: str) -> dict[str, tuple[str, int]]:
    """Dotted key -> (value, line). `port = 80` with `port = ${?PORT}` below it is `${PORT:80}`."""
    found: dict[str, tuple[str, int]] = {}
    for key, value, line in _entries(text[:LONGEST]):
        old = found.get(key)
        substituted = compiled(SUBSTITUTION).match(value)
        if substituted and old and not old[0].startswith("${"):
            found[key] = (f"${{{substituted.group(1)}:{old[0]}}}", old[1])
        elif substituted:
            found.setdefault(key, (f"${{{substituted.group(1)}}}", line))
        else:
            found[key] = (value, line)
    return found


def _entries(text: str) -> Iterator[tuple[str, str, int]]:
    """(key, value, line) as they stand. A list opens a level whose entries do not count."""
    levels: list[str | None] = [""]
    key: str | None = None
    words: list[str] = []
    began, line = 1, 1
    for match in compiled(ELEMENTS).finditer(text):
        kind, shown = match.lastgroup, match.group()
        if kind in ("end", "close", "comment"):
            if key is not None and words and levels[-1] is not None:
                yield f"{levels[-1]}{key}", "".join(words).strip(), began
            if kind != "comment":
                key, words = None, []
            else:
                words = []
            if kind == "close" and len(levels) > 1:
                levels.pop()
        elif kind == "open":
            name = key if key is not None else "".join(words).strip()
            above = levels[-1]
            levels.append(None if shown == "[" or above is None else f"{above}{name}." if name else above)
            key, words = None, []
        elif kind == "sign" and key is None:
            key, words, began = "".join(words).strip(), [], line
        elif kind == "space":
            words += [" "] if words else []
        else:
            words.append(shown.strip('"') if kind in ("string", "block") else shown)
        line += shown.count("\n")
    if key is not None and words and levels[-1] is not None:
        yield f"{levels[-1]}{key}", "".join(words).strip(), began
