"""How a value stands in text that is not YAML: quoted for its reader, or refused. One `Kind` per kind of template."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup

from cdgen.render import yamltext

Filter = Callable[..., Markup]
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
DOCKER_WORD = re.compile(r"[A-Za-z0-9_./:@+%~=][A-Za-z0-9_./:@+%~=,-]*")
HERE_DOCUMENT = re.compile(r"(?<!<)<<(?!<)")
MARKDOWN_SPECIAL = re.compile(r"[\\`*\[\]<>|~]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|&(?=#?\w+;)|^(?:#|[-+](?=\s|$)|\d+(?=[.)]))")


class Kind(NamedTuple):
    """`guard` prints a bare expression; `filters` are the only filters that a template of this kind has."""

    name: str
    guard: Callable[[object], Markup]
    filters: Mapping[str, Filter]


def _line(value: object) -> str:
    """A value as text on one line without invisible characters."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return int.__repr__(value)
    if not isinstance(value, str):
        raise TypeError(f"cannot be printed as one value: {value} ({type(value).__name__})")
    text = str.__str__(value)
    if CONTROL.search(text):
        raise ValueError(f"line breaks and invisible characters cannot be printed here: {text!r:.80}")
    return text


def _guard(print_text: Callable[[str], str]) -> Callable[[object], Markup]:
    """A guard that leaves alone what a filter, macro or include has printed already."""

    def guard(value: object) -> Markup:
        return value if isinstance(value, Markup) else Markup(print_text(_line(value)))  # noqa: S704  (this is the guard)

    return guard


def _shell_word(text: str) -> str:
    from shlex import quote

    return quote(text)


def words(values: Sequence[object]) -> Markup:
    """Words of a shell command, each quoted."""
    return Markup(" ".join(_shell_word(_line(value)) for value in values))  # noqa: S704


def command(value: object) -> Markup:
    """Shell code that stands alone on its line, as the repository runs it. Refused when it would reach into the next line."""
    from shlex import split

    text = _line(value)
    try:
        complete = bool(split(text)) and not text.rstrip().endswith(("&&", "|"))
    except ValueError:  # an open quote, or a backslash at the end
        complete = False
    if not complete or text.startswith(("-", "#")) or HERE_DOCUMENT.search(text):
        raise ValueError(f"not one complete shell command: {text!r:.80}")
    return Markup(text)  # noqa: S704


def _docker_word(text: str) -> str:
    if not DOCKER_WORD.fullmatch(text):
        raise ValueError(f"needs `| quoted`, `| exec` or `| command` in a Dockerfile: {text!r:.80}")
    return text


def quoted(value: object) -> Markup:
    """The value of ENV, ARG or LABEL, taken literally (https://docs.docker.com/reference/dockerfile/#environment-replacement)."""
    text = re.sub(r'([\\"$])', r"\\\1", _line(value))
    return Markup(f'"{text}"')  # noqa: S704


def exec_form(values: Sequence[object]) -> Markup:
    """The JSON array of ENTRYPOINT, CMD or COPY: no shell between."""
    from json import dumps

    if isinstance(values, str):
        raise TypeError(f"the exec form takes a list, not the text {values!r:.80}")
    return Markup(dumps([_line(value) for value in values]))  # noqa: S704


def _pattern(text: str) -> str:
    if not text or text != text.strip() or text.startswith(("#", "!")):
        raise ValueError(f"not a path pattern: {text!r:.80}")
    return text


def prose(value: object) -> Markup:
    """Text between Markdown: shown as it is, never as markup."""
    if isinstance(value, Markup):
        return value
    text = _line(" ".join(value.split()) if isinstance(value, str) else value)
    return Markup(MARKDOWN_SPECIAL.sub(_backslash, text))  # noqa: S704


def _backslash(match: re.Match[str]) -> str:
    found = match.group()
    return f"{found}\\" if found.isdigit() else f"\\{found}"  # `1\.` is no list item


def code(value: object) -> Markup:
    """A Markdown code span. HTML where a vertical bar or backtick would end it, which also holds inside a table."""
    text = _line(" ".join(value.split()) if isinstance(value, str) else value)
    if text and not text.startswith("`") and not re.search(r"[`|]", text):
        return Markup(f"`{text}`")  # noqa: S704
    escaped = "".join(f"&#{ord(char)};" if char in "&<>|`*_[]\\~" else char for char in text)
    return Markup(f"<code>{escaped}</code>")  # noqa: S704


def fence(value: str, language: str = "") -> Markup:
    """A fenced block that nothing inside can end."""
    longest = max(map(len, re.findall(r"`+", value)), default=0)
    marks = "`" * max(3, longest + 1)
    body = value.removesuffix("\n")
    return Markup(f"{marks}{language}\n{body}\n{marks}")  # noqa: S704


def comment(value: object) -> Markup:
    """Text behind `# ` without quotes, where updaters read it: the version of a pin. Refused when YAML does not take it."""
    text = _line(value)
    if not text.isprintable():
        raise ValueError(f"invisible characters cannot be printed in a comment: {text!r:.80}")
    return Markup(text)  # noqa: S704


YAML: Mapping[str, Filter] = {"flow": yamltext.flow, "block": yamltext.block, "tree": yamltext.tree, "comment": comment}
KINDS = {
    "yaml": Kind("yaml", yamltext.scalar, YAML),
    "shell": Kind("shell", _guard(_shell_word), {"words": words, "command": command}),
    "dockerfile": Kind("dockerfile", _guard(_docker_word), {"quoted": quoted, "exec": exec_form, "command": command}),
    "markdown": Kind("markdown", prose, {"code": code, "fence": fence}),
    "patterns": Kind("patterns", _guard(_pattern), {}),
}
SUFFIXES = {"yml": "yaml", "yaml": "yaml", "sh": "shell", "md": "markdown", "dockerignore": "patterns"}


def kind_of(template: str) -> Kind:
    """The kind of a template, from the name of the file it makes. Raises KeyError for a kind that has no guard."""
    name = template.removesuffix(".j2").rsplit("/", 1)[-1]
    if name.split(".")[0] == "Dockerfile" or name.endswith(".Dockerfile"):
        return KINDS["dockerfile"]
    return KINDS[SUFFIXES[name.rsplit(".", 1)[-1]]]
