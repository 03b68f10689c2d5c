"""Reading the number that an expression stands for: literals, environment defaults, names, settings, options."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from cdgen.model.facts import Confidence
from cdgen.repo.patterns import compiled
from cdgen.stacks.python.base.sources import Module, is_commented

MAX_CALL = 2000  # characters of a call's arguments that are looked at
MAX_DEPTH = 6
MAX_VALUES = 20  # assignments to one name that are looked at
ENVIRONMENT = r"(?:os\.)?(?:environ\.get|getenv)|env(?:\.\w+)?|config|decouple\.config|get_env\w*|environ\.\w+"
BACKING_PORTS = frozenset(
    {25, 465, 587, 1433, 2379, 3306, 4317, 4318, 5432, 5672, 6379, 6831, 9042, 9092, 9200, 11211, 27017}
)  # never our own
OPEN, CLOSE, QUOTES = "([{", ")]}", "\"'"


class Number(NamedTuple):
    value: int
    confidence: Confidence


def arguments(text: str, start: int) -> tuple[str, ...]:
    """The arguments of a call whose `(` stands at `start`, split at the commas of the top level, without comments."""
    text, start = _uncommented(text[start : start + MAX_CALL]), 0
    parts: list[str] = []
    depth, begin, quote = 0, start + 1, ""
    for at in range(start, min(len(text), start + MAX_CALL)):
        char = text[at]
        if quote:
            quote = "" if char == quote and text[at - 1] != "\\" else quote
        elif char in QUOTES:
            quote = char
        elif char in OPEN:
            depth += 1
        elif char in CLOSE:
            depth -= 1
            if depth == 0:
                parts.append(text[begin:at].strip())
                break
        elif char == "," and depth == 1:
            parts.append(text[begin:at].strip())
            begin = at + 1
    return tuple(part for part in parts if part)


def _uncommented(text: str) -> str:
    return compiled(r"(?m)[ \t]#[^\n]*$|^#[^\n]*$").sub("", text) if "#" in text else text


def keyword(parts: Iterable[str], *names: str) -> str | None:
    """The expression of a keyword argument."""
    for name in names:
        for part in parts:
            match = compiled(rf"{name}\s*=(?!=)\s*").match(part)
            if match:
                return part[match.end() :]
    return None


def positional(parts: tuple[str, ...], index: int) -> str | None:
    plain = [part for part in parts if not compiled(r"\w+\s*=(?!=)|\*").match(part)]
    return plain[index] if len(plain) > index else None


class Reader:
    """Resolves expressions against all code of one service."""

    def __init__(self, modules: tuple[Module, ...]) -> None:
        self._modules = modules
        self._known: dict[tuple[str, str], Number | None] = {}

    def port(self, expression: str | None, module: Module, depth: int = 0) -> Number | None:
        """The port that an expression stands for, None when it cannot be known."""
        if expression is None or depth > MAX_DEPTH:
            return None
        text = _unwrapped(expression.strip())
        literal = compiled(r"[rbfu]?[\"']?(\d{2,5})[\"']?").fullmatch(text)
        if literal:
            return _number(literal.group(1), Confidence.DECLARED)
        parts = _alternatives(text)
        if len(parts) > 1:
            found = (self.port(part, module, depth + 1) for part in reversed(parts))
            return _inferred(next((number for number in found if number), None))
        asked = compiled(rf"(?:{ENVIRONMENT})\(").match(text)
        if asked:
            given = arguments(text, asked.end() - 1)
            return _inferred(self.port(keyword(given, "default") or positional(given, 1), module, depth + 1))
        return self._address(text, module, depth) or self._named(text, module, depth)

    def _address(self, text: str, module: Module, depth: int) -> Number | None:
        """`"0.0.0.0:8000"`, `f"[::]:{port}"`, `"[::]:" + port`, `":%s" % port`, `("", 8000)`, `["0.0.0.0:8000"]`."""
        if text.startswith(("(", "[")):
            parts = arguments(text, 0)
            return self.port(parts[-1], module, depth + 1) if parts else None
        whole = compiled(r"f?[\"'][^\"'{}]*:(\d{2,5})/?[\"']").fullmatch(text)
        if whole:
            return _number(whole.group(1), Confidence.DECLARED)
        inner = compiled(r"""f["'].*:\{(.+?)\}["']""").fullmatch(text) or compiled(
            r"""f?["'].*["']\s*(?:\+|%)\s*\(?(.+?)\)?|["'].*\{\w*\}["']\.format\((?:\w+=)?(.+)\)"""
        ).fullmatch(text)
        if inner:
            found = next((group for group in inner.groups() if group), None)
            return self.port(found.split(",")[-1] if found and "(" not in found else found, module, depth + 1)
        return None

    def _named(self, text: str, module: Module, depth: int) -> Number | None:
        """What a name stands for; asked once per file, and unknown while it is being asked (a name may mention itself)."""
        key = (text, module.path)
        if key not in self._known:
            self._known[key] = None
            self._known[key] = self._found(text, module, depth)
        return self._known[key]

    def _found(self, text: str, module: Module, depth: int) -> Number | None:
        name = compiled(r"(?:[\w.]+(?:\(\))?\.)?(\w+)|[\w.]+\[[\"'](\w+)[\"']\]").fullmatch(text)
        if not name or text.isdigit():
            return None
        last = name.group(1) or name.group(2)
        is_plain = "." not in text and "[" not in text
        # a plain name means something elsewhere only if it is imported
        local = is_plain and not compiled(rf"(?m)^[ \t]*from\s+[\w.]+\s+import\s[^#\n]*\b{last}\b").search(module.text)
        others = () if local else (other for other in self._modules if other is not module)
        for where in (module, *others):
            for value in self._assigned(last, where, is_plain=is_plain and where is module):
                if value != text:
                    number = self.port(value, where, depth + 1)
                    if number:
                        return number if is_plain else _inferred(number)
        return None

    def _assigned(self, name: str, module: Module, *, is_plain: bool) -> Iterator[str]:
        """What a name is given in a file: an assignment, a field, an item, the default of an option or parameter."""
        if name not in module.text and name.replace("_", "-") not in module.text:
            return
        text = module.text
        for match in islice(compiled(rf"(?m)^[ \t]*(?:self\.)?{name}\s*(?::\s*[^=\n]+)?=(?!=)\s*").finditer(text), MAX_VALUES):
            yield _statement(text, match.end()).rstrip(",")
        for match in islice(compiled(rf"[\"']{name}[\"']\s*:\s*").finditer(text), MAX_VALUES):
            yield _statement(text, match.end()).rstrip(",")
        option = name.replace("_", "[-_]")
        for match in islice(
            compiled(rf"(?:add_argument|option|Option|define)(\()\s*[^()]*?[\"'](?:--)?{option}[\"']").finditer(text), MAX_VALUES
        ):
            default = keyword(arguments(text, match.start(1)), "default")
            if default and not is_commented(text, match.start()):
                yield _environment(default)
        if is_plain:
            for match in islice(compiled(rf"[(,]\s*{name}\s*(?::\s*[\w\[\]| ]+)?=\s*([^,)=\n]+)").finditer(text), MAX_VALUES):
                yield _environment(match.group(1).strip())


def _environment(default: str) -> str:
    """An option's default is what holds when nothing else is said, as with an environment variable."""
    return f"getenv('', {default})"


def _statement(text: str, start: int) -> str:
    """An expression up to the end of its statement: brackets may carry it over several lines."""
    depth, quote = 0, ""
    for at in range(start, min(len(text), start + MAX_CALL)):
        char = text[at]
        if quote:
            quote = "" if char == quote else quote
        elif char in QUOTES:
            quote = char
        elif char in OPEN:
            depth += 1
        elif char in CLOSE:
            depth -= 1
            if depth < 0:
                return text[start:at]
        elif char == "#" or (char == "\n" and depth <= 0):
            return text[start:at].strip()
    return text[start : start + MAX_CALL].strip()


def _alternatives(text: str) -> list[str]:
    """The sides of `a or b` and `a if c else b`, outside brackets."""
    depth, begin, parts = 0, 0, []
    for match in compiled(r"[(\[{]|[)\]}]|\s(?:or|else|if)\s").finditer(text):
        depth += 1 if match.group() in OPEN else -1 if match.group() in CLOSE else 0
        if match.group().strip() in ("or", "else", "if") and depth == 0:
            parts.append(text[begin : match.start()])
            begin = match.end()
    return [*parts, text[begin:]]


def _unwrapped(text: str) -> str:
    """Without conversions around it: `int(x)`, `str(x)`, `Field(default=x)`."""
    for _ in range(4):
        match = compiled(r"(int|str|Field|typer\.Option|Option|Query)\(").match(text)
        if not match:
            return text
        parts = arguments(text, match.end() - 1)
        inner = keyword(parts, "default") or positional(parts, 0)
        if not parts or inner is None or not text.endswith(")"):
            return text
        text = inner.strip()
    return text


def _number(digits: str, confidence: Confidence) -> Number | None:
    value = int(digits)
    return Number(value, confidence) if 0 < value < 65536 and value not in BACKING_PORTS else None


def _inferred(number: Number | None) -> Number | None:
    return number and Number(number.value, min(number.confidence, Confidence.INFERRED))
