"""Environment variables that a Go program reads."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source
from cdgen.repo.patterns import compiled
from cdgen.repo.variables import variable
from cdgen.stacks.base import matches
from cdgen.stacks.go.packages import GoFile, Program, is_generated

# any function whose name speaks of the environment, with a variable's name: os.Getenv, getEnvOr, mustMapEnv(&x, "X"), BindEnv
CALL = (
    r'\b(?P<function>[\w.]*[eE]nv\w*)\(\s*(?:[&\w.]+,\s*)?"(?P<name>[A-Z][A-Z0-9_]{1,60})"'
    r'(?:,\s*(?:"(?P<text>[^"\n]*)"|(?P<number>\d+|true|false)))?'
)
# what follows a variable without which the program ends
NOTHING = r'(?s)^[^\n]*\n?[^\n]*(?:== ""|!ok\b)[^\n]*\{\s*'
ENDS = r"(?:[\w.]+\.)?(?:Fatal|panic|Panic|Exit|problems = append|return[^\n]*(?:err|Err))"
TAG = r'`[^`\n]*\b(?:env|envconfig):"(?P<name>[A-Z][A-Z0-9_]{1,60})(?P<options>(?:,\w+)*)"[^`\n]*`'
TAG_DEFAULT = r'\b(?:envDefault|default):"([^"]*)"'


def facts(program: Program) -> Iterator[Fact]:
    for file in program.files:
        if is_generated(file):
            continue
        if "nv" in file.text:
            yield from _calls(file)
        if "env" in file.text and "`" in file.text:
            yield from _tags(file)


def _calls(file: GoFile) -> Iterator[Fact]:
    for match in matches(CALL, file.text):
        if compiled(r"(?:Set|Unset|Expand|Clear)env|t\.Setenv").search(match["function"]):
            continue
        default = match["text"] if match["text"] is not None else match["number"]
        required = "must" in match["function"].lower() or _fails_without(file.text, match.end())
        yield _fact(file, match.start(), match["name"], default, required=required)


def _fails_without(text: str, position: int) -> bool:
    """Whether the next lines compare with nothing and then end the program."""
    return bool(compiled(NOTHING + ENDS).match(text[position : position + 220]))


def _tags(file: GoFile) -> Iterator[Fact]:
    for match in matches(TAG, file.text):
        given = compiled(TAG_DEFAULT).search(match.group())
        required = "required" in match["options"] or 'required:"true"' in match.group()
        yield _fact(file, match.start(), match["name"], given.group(1) if given else None, required=required)


def _fact(file: GoFile, position: int, name: str, default: str | None, *, required: bool) -> Fact:
    value = variable(name, default, required=required)
    return Fact(f.ENV, value, Source(file.path, file.line(position)), Origin.CODE, Confidence.DECLARED, f"reads {name}")
