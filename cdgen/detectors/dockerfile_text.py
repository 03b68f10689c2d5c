"""The text of a Dockerfile: instructions, stages, and what the final image inherits from them."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from typing import NamedTuple

from cdgen.repo.patterns import compiled

IMPLIED = {  # https://github.com/GoogleContainerTools/distroless: entry points of the language images
    "distroless/nodejs": ("node",),
    "distroless/python3": ("python3",),
    "distroless/java": ("java", "-jar"),
}


class Instruction(NamedTuple):
    word: str  # upper case
    text: str  # arguments, continuation lines joined, comments dropped
    line: int


class Stage(NamedTuple):
    base: str  # variables replaced where their default is known
    name: str | None
    line: int
    instructions: tuple[Instruction, ...]


def parse(text: str) -> tuple[Stage, ...]:
    """The stages of a Dockerfile, in order. Here-documents are skipped; ARG defaults before the first FROM are put in."""
    arguments: dict[str, str] = {}
    stages: list[Stage] = []
    current: list[Instruction] = []
    head: tuple[str, str | None, int] | None = None
    for instruction in _instructions(text):
        if instruction.word == "FROM":
            if head:
                stages.append(Stage(*head, tuple(current)))
            words = [word for word in instruction.text.split() if not word.startswith("--")]
            name = words[2] if len(words) > 2 and words[1].lower() == "as" else None
            head, current = (expand(words[0] if words else "", arguments), name, instruction.line), []
        elif head is None and instruction.word == "ARG":
            key, _, value = instruction.text.partition("=")
            arguments[key.strip()] = value.strip().strip("\"'")
        else:
            current.append(instruction)
    if head:
        stages.append(Stage(*head, tuple(current)))
    return tuple(stages)


def _instructions(text: str) -> Iterator[Instruction]:
    escape = "`" if re.search(r"(?mi)^#\s*escape\s*=\s*`", text[:400]) else "\\"
    lines, number = text.splitlines(), 0
    while number < len(lines):
        line, start = lines[number].strip(), number + 1
        number += 1
        if not line or line.startswith("#"):
            continue
        while line.endswith(escape) and number < len(lines):
            following = lines[number].strip()
            number += 1
            line = line if following.startswith("#") else line[:-1] + " " + following
        word, _, rest = line.partition(" ")
        for marker in re.findall(r"<<-?[\"']?(\w+)[\"']?", rest):
            while number < len(lines) and lines[number].strip() != marker:
                number += 1
            number += 1
        yield Instruction(word.upper(), rest.rstrip(escape).strip(), start)


def expand(text: str, values: dict[str, str]) -> str:
    """`$X`, `${X}` and `${X:-default}` where the value is known; otherwise as it stands."""
    known = lambda match: values.get(match.group(1) or match.group(3)) or (match.group(2) or match.group(0))  # noqa: E731
    return compiled(r"\$\{(\w+)(?::-([^}]*))?\}|\$(\w+)").sub(known, text)


def inherited(stages: tuple[Stage, ...]) -> tuple[Instruction, ...]:
    """The instructions that make the final image: the last stage and the earlier stages it is built FROM."""
    last = stages[-1]
    earlier = next((stage for stage in stages[:-1] if stage.name and stage.name.lower() == last.base.lower()), None)
    if earlier is None:
        return last.instructions
    return inherited((*stages[: stages.index(earlier)], earlier)) + last.instructions


def environment_of(instructions: tuple[Instruction, ...]) -> dict[str, str]:
    values: dict[str, str] = {}
    for item in instructions:
        if item.word in ("ENV", "ARG"):
            pairs = compiled(r"(\w+)=(\"[^\"]*\"|'[^']*'|\S*)").findall(item.text) or [item.text.split(None, 1)]
            values |= {pair[0]: expand(pair[1].strip("\"'"), values) for pair in pairs if len(pair) == 2}
    return values


def entry_point(instructions: tuple[Instruction, ...], base: str) -> tuple[str, ...]:
    """ENTRYPOINT and CMD of the final image, or the base image's own in front of CMD; a shell-form ENTRYPOINT ignores CMD, as the
    builder does."""
    entry = next((item.text for item in reversed(instructions) if item.word == "ENTRYPOINT"), "")
    command = next((item.text for item in reversed(instructions) if item.word == "CMD"), "")
    first, second = _words(entry), _words(command)
    if not entry and second:
        return _implied(base) + second
    return first if first[:2] == ("sh", "-c") else first + second


def _implied(base: str) -> tuple[str, ...]:
    """What the base image puts in front of CMD, for bases whose entry point is not a shell."""
    return next((words for part, words in IMPLIED.items() if part in base), ())


def _words(text: str) -> tuple[str, ...]:
    if not text:
        return ()
    if text.startswith("["):
        try:
            return tuple(str(word) for word in json.loads(text))
        except ValueError:
            return ()
    return ("sh", "-c", text)


def command_text(words: tuple[str, ...]) -> str:
    """An entry point as one shell command."""
    if words[:2] == ("sh", "-c") and len(words) == 3:
        return words[2].removeprefix("exec ")
    return shlex.join(words)
