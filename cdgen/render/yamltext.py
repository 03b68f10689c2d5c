"""Values as YAML text that readers of YAML 1.1 and 1.2 alike read back as the same value.

Plain style only for a narrow pattern outside the reserved words of both versions (https://yaml.org/type/,
https://yaml.org/spec/1.2.2/#103-core-schema); quotes for everything else. The layout is what prettier and yamlfmt would print.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from markupsafe import Markup

FIRST = r"(?:[A-Za-z_/]|\.\.?/|\.(?=[A-Za-z]))"
REST = r"(?:[A-Za-z0-9_./@+=~%()-]|:(?=[A-Za-z0-9_./@-])|,(?= ))*"
WORD = r"[A-Za-z0-9_./@+=~%()-]"
PLAIN = re.compile(rf"{FIRST}{REST}(?: {WORD}{REST})*|\$\{{\{{ [A-Za-z0-9_.-]+ \}}\}}")
PLAIN_IN_FLOW = re.compile(r"(?:[A-Za-z_/]|\.\.?/|\.(?=[A-Za-z]))[A-Za-z0-9_./@+=~%-]*")
QUANTITY = re.compile(r"(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:%|m|s|h|ms|k|[KMGT]i)")  # 100m, 25%, 64Mi, 30s
RESERVED = frozenset(("y", "yes", "n", "no", "on", "off", "true", "false", "null", ".inf", ".nan"))
MAX_INTEGER = 2**63  # what the YAML readers of Go and Java hold
MAX_KEY = 1000  # both versions end an implicit key after 1024 characters
STEP = 2  # columns per level, also for lists under a key
ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def scalar(value: object) -> Markup:
    """One value on one line. None, floats, collections and undefined names are refused: each is a decision left open."""
    return value if isinstance(value, Markup) else Markup(_scalar(value, _is_plain))  # noqa: S704  (this is the guard)


def flow(value: object) -> Markup:
    """Nested values on one line: `[a, b]`, `{ a: b }`. For short lists; formatters break what is longer than their line."""
    return Markup(_flow(value))  # noqa: S704


def block(value: str, indent: int) -> Markup:
    """A script: several lines as a literal block at column `indent`; one line as a scalar while that needs no second quoting."""
    if not isinstance(value, str):
        raise TypeError(f"a block is text, not {type(value).__name__}: {value}")
    text = str.__str__(value)
    is_hard_to_quote = not _is_plain(text) and ("\\" in text or ('"' in text and "'" in text))
    if ("\n" in text or is_hard_to_quote) and _fits_literal(text):
        head, *lines = _literal(text)
        return Markup("\n".join((head, *_indented(lines, indent))))  # noqa: S704
    return Markup(_text(text, _is_plain))  # noqa: S704


def tree(value: object, indent: int = 0) -> Markup:
    """Nested data that begins where the expression stands; its further lines begin at column `indent`."""
    if not isinstance(value, Mapping | list | tuple):
        return scalar(value)
    first, *rest = _lines(value)
    return Markup("\n".join((first, *_indented(rest, indent))))  # noqa: S704


def document(*values: object) -> str:
    """A file of one or more YAML documents. Keys keep their order."""
    return "---\n".join(f"{tree(value)}\n" for value in values)


def _is_plain(text: str) -> bool:
    plain = PLAIN.fullmatch(text) or QUANTITY.fullmatch(text)
    return plain is not None and text.lower() not in RESERVED


def _is_plain_in_flow(text: str) -> bool:
    return PLAIN_IN_FLOW.fullmatch(text) is not None and text.lower() not in RESERVED


def _scalar(value: object, is_plain: Callable[[str], bool]) -> str:
    if isinstance(value, str):
        return _text(str.__str__(value), is_plain)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and -MAX_INTEGER <= value < MAX_INTEGER:
        return int.__repr__(value)
    # Formatting the value makes an undefined name raise its own error, which says which name it was.
    raise TypeError(f"cannot be printed as one YAML value: {value} ({type(value).__name__})")


def _text(text: str, is_plain: Callable[[str], bool]) -> str:
    if is_plain(text):
        return text
    if text.isprintable():
        if '"' not in text and "\\" not in text:
            return f'"{text}"'
        if "\\" not in text:
            return "'" + text.replace("'", "''") + "'"  # prettier's choice for text with double quotes
    return '"' + "".join(ESCAPES.get(char) or (char if char.isprintable() else _escape(char)) for char in text) + '"'


def _escape(char: str) -> str:
    code = ord(char)
    if 0xD800 <= code < 0xE000:
        raise ValueError("half a surrogate pair is not a character")
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _key(key: object, is_plain: Callable[[str], bool]) -> str:
    if not isinstance(key, str) or len(key) > MAX_KEY:
        raise TypeError(f"a key is text of at most {MAX_KEY} characters, not {key!r:.80}")
    text = _text(str.__str__(key), is_plain)
    if len(text) > MAX_KEY:
        raise TypeError(f"a key is text of at most {MAX_KEY} characters when quoted, not {key!r:.80}")
    return text


def _flow(value: object) -> str:
    if isinstance(value, Mapping):
        pairs = (f"{_key(key, _is_plain_in_flow)}: {_flow(item)}" for key, item in value.items())
        return "{ " + ", ".join(pairs) + " }" if value else "{}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _scalar(value, _is_plain_in_flow)


def _fits_literal(text: str) -> bool:
    """Whether a literal block can carry the text: no invisible characters, no line that its layout would change."""
    lines = text.removesuffix("\n").split("\n")
    return (
        not lines[0].startswith((" ", "\t"))
        and "" not in (lines[0], lines[-1])
        and all(line.replace("\t", "").isprintable() and line == line.rstrip() for line in lines)
    )


def _literal(text: str) -> Iterator[str]:
    yield "|" if text.endswith("\n") else "|-"
    yield from text.removesuffix("\n").split("\n")


def _indented(lines: Iterable[str], indent: int) -> Iterator[str]:
    return (" " * indent + line if line else "" for line in lines)


def _lines(value: object) -> Iterator[str]:
    """The lines of a value. Whoever puts the first one after a key or dash indents the others."""
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            yield from _entry(_key(key, _is_plain), item)
    elif isinstance(value, list | tuple) and value:
        for item in value:
            first, *rest = _lines(item)
            yield f"- {first}"
            yield from _indented(rest, STEP)
    elif isinstance(value, str) and "\n" in value and _fits_literal(value):
        yield from _literal(str.__str__(value))
    else:
        yield _flow(value) if isinstance(value, Mapping | list | tuple) else _scalar(value, _is_plain)


def _entry(key: str, value: object) -> Iterator[str]:
    if isinstance(value, Mapping | list | tuple) and value:
        yield f"{key}:"
        yield from _indented(_lines(value), STEP)
    else:
        first, *rest = _lines(value)
        yield f"{key}: {first}"
        yield from _indented(rest, STEP)
