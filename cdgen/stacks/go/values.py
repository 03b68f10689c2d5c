"""What an expression of Go code can be at run time: literals, followed through names, flags, the environment and settings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cdgen.model.facts import Confidence, Origin, Source
from cdgen.repo.patterns import compiled
from cdgen.stacks.base import matches
from cdgen.stacks.go.brackets import block, enclosing, split
from cdgen.stacks.go.packages import GoFile

MOST_STEPS = 2_000  # expressions that are looked at in one program
DEEPEST = 6  # names followed from one listener; real chains are flag -> field -> constructor -> listener
PORT_LITERAL = r'^"(?:(?P<host>[^"\s]*):)?(?P<port>\d{2,5})"$|^(?P<number>\d{2,5})$'
# calls that only change the form of their argument
CONVERSIONS = frozenset(
    {"JoinHostPort", "Itoa", "FormatInt", "Atoi", "ParseInt", "ParseUint", "string", "int", "int64", "uint16", "String"}
)
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


class Seen(NamedTuple):
    """A port and where it stands. `sure` is INFERRED as soon as a flag, the environment or a file may say otherwise."""

    port: int
    source: Source
    sure: Confidence
    origin: Origin = Origin.CODE
    note: str = ""


class Place(NamedTuple):
    """An expression and where it begins."""

    text: str
    file: GoFile
    position: int


class Loopback(Exception):  # noqa: N818  (not an error: it ends the search)
    """The listener is for the machine itself only."""


class Values:
    """Finds the port behind an expression. `settings` are ports of configuration files by key, lower case: `server.port`."""

    def __init__(self, files: Iterable[GoFile], settings: dict[str, Seen]) -> None:
        self.files = tuple(files)
        self.settings = settings
        self._steps = MOST_STEPS
        self._known: dict[tuple[str, str, int, int, bool], tuple[tuple[Place, bool], ...]] = {}
        # a program that reads its port from the environment may assign it anywhere: no literal that a name stands for is then sure
        reads = compiled(r'(?i)env\w*\(\s*"\w*(?:port|addr|listen|bind)\w*"')
        self.told = any(reads.search(file.text) for file in self.files)

    def ports(self, place: Place, depth: int = DEEPEST) -> list[Seen]:
        """Every port that the expression may have; empty when the text does not say. Raises Loopback."""
        text = place.text.strip().lstrip("*&").strip()
        self._steps -= 1
        if depth == 0 or self._steps < 0 or not text or len(text) > 400:
            return []
        literal = compiled(PORT_LITERAL).match(text)
        if literal:
            return self._literal(literal, place)
        if name := compiled(r"^[A-Za-z_]\w*(?:\.\w+)*$").match(text):
            return self._named(name.group(), place, depth)
        operands = split(text, "+")
        if len(operands) > 1:
            return self._sum(operands, place, depth)
        if call := compiled(r"(?s)^([\w.]+(?:\[\w+\])?)\((.*)\)$").match(text):
            return self._called(call.group(1), split(call.group(2), ","), place, depth)
        if key := compiled(r'^\w+\["([\w.-]+)"\]$').match(text):
            return self._setting(key.group(1))
        return []

    def _literal(self, match: re.Match[str], place: Place) -> list[Seen]:
        if match["host"] in LOOPBACK:
            raise Loopback
        port = int(match["port"] or match["number"])
        if not 0 < port < 65536:
            return []
        return [Seen(port, Source(place.file.path, place.file.line(place.position)), Confidence.DECLARED)]

    def _sum(self, operands: list[str], place: Place, depth: int) -> list[Seen]:
        """`host + ":8080"`, `":" + port`: the last operand carries the port, the first may say that it is for this machine only."""
        if operands[0].strip().strip('":') in LOOPBACK:
            raise Loopback
        return self.ports(place._replace(text=operands[-1]), depth)

    def _called(self, function: str, arguments: list[str], place: Place, depth: int) -> list[Seen]:
        name = function.rpartition(".")[2]
        if name in ("Sprintf", "Sprint"):
            return self._formatted(arguments, place, depth)
        if name in CONVERSIONS:
            position = 1 if name == "JoinHostPort" else 0
            if name == "JoinHostPort" and arguments[0].strip().strip('"') in LOOPBACK:
                raise Loopback
            return self.ports(place._replace(text=arguments[position]), depth) if len(arguments) > position else []
        if name == "Or" and function.startswith("cmp."):
            found = [seen for each in arguments for seen in self.ports(place._replace(text=each), depth - 1)]
            return [seen._replace(sure=Confidence.INFERRED) for seen in found]
        if function.startswith(("viper.", "v.", "k.", "config.", "cfg.")) and name.startswith("Get") and arguments:
            return self._keyed(arguments[0].strip().strip('"'))
        if name in ("Int", "String", "Uint", "Int64") and len(arguments) == 1:  # a flag that a command line library holds
            return self._keyed(arguments[0].strip().strip('"'))
        defaulted = self._with_default(arguments, place)
        return defaulted or self._returned(name, depth)

    def _formatted(self, arguments: list[str], place: Place, depth: int) -> list[Seen]:
        """`fmt.Sprintf(":%d", port)` is its last argument; `fmt.Sprintf("%s:8080", host)` says the port itself."""
        shape = arguments[0].strip().strip('"`')
        if shape.partition(":")[0] in LOOPBACK:
            raise Loopback
        fixed = compiled(r":(\d{2,5})$").search(shape)
        if fixed:
            return [Seen(int(fixed.group(1)), self._source(place), Confidence.DECLARED)]
        return self.ports(place._replace(text=arguments[-1]), depth) if len(arguments) > 1 else []

    def _with_default(self, arguments: list[str], place: Place) -> list[Seen]:
        """`getEnv("PORT", "8080")`, whatever it is called: a variable's name and a port."""
        words = [argument.strip() for argument in arguments]
        named = [word for word in words if compiled(r'^"[A-Z][A-Z0-9_]+"$').match(word)]
        default = next((match for word in words if (match := compiled(PORT_LITERAL).match(word))), None)
        if not named or not default:
            return []
        note = f"default of {named[0]}".replace('"', "")
        return [Seen(int(default["port"] or default["number"]), self._source(place), Confidence.INFERRED, note=note)]

    def _returned(self, function: str, depth: int) -> list[Seen]:
        """A function without a telling name: what it returns, or assigns before it returns."""
        for file in self.files:
            declared = f" {function}(" in file.text  # quicker than the pattern, which few files answer
            start = compiled(rf"(?m)^func (?:\([^)]*\) )?{re.escape(function)}\(").search(file.text) if declared else None
            if start:
                body = block(file.text, start.end())
                found: list[Seen] = []
                for match in matches(r'(?m)(?:return|=)\s+("[^"\n]*"|\d{2,5})(?:,|\s|$)', body[1]):
                    found += self._quiet(Place(match.group(1), file, body[0] + match.start(1)), depth - 1)
                return [seen._replace(sure=Confidence.INFERRED) for seen in found]
        return []

    def _quiet(self, place: Place, depth: int) -> list[Seen]:
        try:
            return self.ports(place, depth)
        except Loopback:
            return []

    def _named(self, name: str, place: Place, depth: int) -> list[Seen]:
        """A name: in its function, then in its file, its package, and, for a field or another package's name, the whole program."""
        last = name.rpartition(".")[2]
        keys = self._tag_keys(last, place.file.folder) if "." in name else ()
        for texts in self._scopes(place, wide="." in name and not keys):
            found: list[Seen] = []
            told = self.told
            for file, start, end in texts:
                for definition, told_by in self._defined(file, last, start, end, field="." in name):
                    told = told or told_by
                    found += self.ports(definition, depth - 1) if definition.text != place.text else []
            if found:
                sure = Confidence.INFERRED if told else min(seen.sure for seen in found)
                return [seen._replace(sure=min(seen.sure, sure)) for seen in dict.fromkeys(found)]
        if keys:
            return [seen for key in keys for seen in self._keyed(key)]
        return self._argument(name, place, depth) or self._keyed(last)

    def _defined(self, file: GoFile, name: str, start: int, end: int, *, field: bool) -> tuple[tuple[Place, bool], ...]:
        """`definitions`, once for each part of a file: the same few names are asked for over and over."""
        if name not in file.text:
            return ()
        key = (file.path, name, start, end, field)
        if key not in self._known:
            self._known[key] = tuple(definitions(file, name, start, end, field=field))
        return self._known[key]

    def _scopes(self, place: Place, *, wide: bool) -> Iterator[list[tuple[GoFile, int, int]]]:
        file = place.file
        start, end = enclosing(file.text, place.position)
        if start >= 0:
            yield [(file, start, end)]
        yield [(file, 0, len(file.text))]
        yield [(each, 0, len(each.text)) for each in self.files if each.folder == file.folder]
        if wide:
            yield [(each, 0, len(each.text)) for each in self.files]

    def _argument(self, name: str, place: Place, depth: int) -> list[Seen]:
        """A parameter: what the callers of its function pass."""
        start, _ = enclosing(place.file.text, place.position)
        text = place.file.text[start : start + 600] if start >= 0 else ""
        head = compiled(r"(?s)^func (?:\([^)]*\) )?(\w+)\((.*?)\)[^)\n]*\{").match(text)
        if head is None:
            return []
        names = [each.split()[0] for each in split(head.group(2), ",") if each.split()]
        if name not in names:
            return []
        found: list[Seen] = []
        for file in self.files:
            for call in matches(rf"\b{re.escape(head.group(1))}\(", file.text) if f"{head.group(1)}(" in file.text else ():
                before = file.text[max(0, call.start() - 60) : call.start()]
                if before.endswith("func ") or before.rstrip().endswith(")"):
                    continue
                arguments = split(block(file.text, call.end(), "()")[1], ",")
                if len(arguments) > names.index(name):
                    found += self.ports(Place(arguments[names.index(name)], file, call.start()), depth - 1)
        return found

    def _tag_keys(self, field: str, folder: str) -> tuple[str, ...]:
        """What the configuration calls a field, as the tag of its struct in this package says."""
        tagged = rf'(?m)^\s*{re.escape(field)}\s+[\w.]+\s+`[^`\n]*\b(?:mapstructure|koanf|yaml|json|toml):"([\w.-]+)'
        own = (file for file in self.files if file.folder == folder and field in file.text)
        return tuple(match.group(1) for file in own for match in matches(tagged, file.text))

    def _keyed(self, key: str) -> list[Seen]:
        """A key of the configuration: its default in code, a flag of that name, then the configuration files."""
        quoted = re.escape(key)
        patterns = (
            (f'"{key}"', rf'\bName:\s*"{quoted}"[^}}]*?\bValue:\s*([^,\n}}]+)'),
            ("SetDefault", rf'(?i)\.SetDefault\(\s*"(?:[\w.]+\.)?{quoted}",\s*([^)\n]+)\)'),
            (f'"{key.lower()}"', rf'(?i)\.(?:String|Int|Uint\w*)P?\(\s*"{quoted}",\s*(?:"\w?",\s*)?([^,\n]+),'),
        )
        found: list[Seen] = []
        for file in self.files:
            for needle, pattern in patterns:
                if needle in file.text:
                    for match in matches(pattern, file.text):
                        found += self._quiet(Place(match.group(1), file, match.start(1)), 2)
        return [seen._replace(sure=Confidence.INFERRED) for seen in found] or self._setting(key)

    def _setting(self, key: str) -> list[Seen]:
        found = self.settings.get(key.lower())
        return [found] if found else []

    @staticmethod
    def _source(place: Place) -> Source:
        return Source(place.file.path, place.file.line(place.position))


def definitions(file: GoFile, name: str, start: int, end: int, *, field: bool) -> Iterator[tuple[Place, bool]]:
    """What a name is set to in a part of a file, and whether it is told from outside (a flag, the environment, a struct tag)."""
    text, quoted = file.text, re.escape(name)
    if name not in text:
        return
    owner = r"(?:[\w\])]+\.)?" if field else r"(?<![\w.])"
    assigned = rf"(?m){owner}\b{quoted}(?:\s*,\s*\w+)?(?:[ \t]+[\w.]+)?[ \t]*(?<![=!<>]):?=(?!=)[ \t]*([^\n]+)"
    for match in matches(assigned, text, start, end):
        value = _first_expression(match.group(1))
        flag = compiled(r'^\w+(?:\(\))?\.(?:String|Int|Uint\w*)P?\(\s*"[\w.-]+",\s*(?:"\w?",\s*)?([^,]+),').match(value)
        kingpin = compiled(r'^[\w.]*Flag\(.*\.Default\(\s*("[^"]*")\)').match(value)
        if flag or kingpin:
            told = flag or kingpin
            yield Place((told.group(1) if told else ""), file, match.start(1)), True
        else:
            yield Place(value, file, match.start(1)), "env" in value.lower() or "Atoi(" in value
    for match in matches(rf"(?m)(?<![\w.]){quoted}:[ \t]*([^\n]+)", text, start, end):
        yield Place(_first_expression(match.group(1)), file, match.start(1)), False
    variable = rf'\.(?:String|Int|Uint\w*)VarP?\(\s*&(?:[\w]+\.)*{quoted},\s*"[\w.-]+",\s*(?:"\w?",\s*)?([^,\n]+),'
    for match in matches(variable, text, start, end):
        yield Place(match.group(1), file, match.start(1)), True
    tagged = rf'(?m)^\s*{quoted}\s+[\w.]+\s+`[^`\n]*\b(?:default|envDefault)[:=]\\?"?:?(\d{{2,5}})'
    for match in matches(tagged, text, start, end):
        yield Place(match.group(1), file, match.start(1)), True


def _first_expression(text: str) -> str:
    """The first operand list of a line: up to a comma, comment or brace that is not inside brackets or quotes."""
    return split(text.partition(" // ")[0], ",")[0].rstrip().rstrip("{").rstrip()
