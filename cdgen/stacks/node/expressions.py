"""Small reading of JavaScript: the first argument of a call, and the number that an expression stands for."""

from __future__ import annotations

import re
from typing import NamedTuple

from cdgen.errors import InputError
from cdgen.model.facts import Confidence
from cdgen.repo.patterns import compiled
from cdgen.stacks.node.sources import Sources, in_comment

# variables that tell a program where to listen; any other name counts only where it is listened on
PORT_VARIABLE = (
    r"(?:(?:HTTP|APP|SERVER|SERVICE|API|WEB|NODE|LISTEN|LISTENING|EXPRESS|FASTIFY|NEST|BACKEND|GRPC|APPLICATION)_?)?PORT"
)
# ports of databases, brokers and mail servers: a `port:` with one of them is where something else listens
ELSEWHERE = frozenset(
    {
        25,
        465,
        587,
        1025,
        1433,
        1521,
        1883,
        2181,
        3306,
        4222,
        4566,
        5432,
        5433,
        5672,
        6379,
        9042,
        9092,
        9200,
        9229,
        11211,
        15672,
        27017,
    }
)
OTHERS = (
    r"(?i)(?:DB|DATABASE|SQL|REDIS|CACHE|MONGO|PG|POSTGRES|MYSQL|SMTP|MAIL|RABBIT|AMQP|MQ|KAFKA|ELASTIC|SEARCH|LDAP|STATSD)\w*PORT"
)
DEEP = 5  # a port is never further away than this many names
LONGEST = 400


class Port(NamedTuple):
    number: int
    confidence: Confidence  # DECLARED: fixed; INFERRED: the environment may say otherwise
    path: str
    line: int


def argument(text: str, start: int) -> str:
    """The expression from `start` to the comma, semicolon or bracket that ends it; a line break ends it outside brackets."""
    depth, quote = 0, ""
    end = min(len(text), start + LONGEST)
    for index in range(start, end):
        char = text[index]
        if quote:
            quote = "" if char == quote and text[index - 1] != "\\" else quote
        elif char in "\"'`":
            quote = char
        elif char in "([{":
            depth += 1
        elif char in ")]}":
            if depth == 0:
                return text[start:index].strip()
            depth -= 1
        elif depth == 0 and (char in ",;" or (char == "\n" and _ends(text, start, index))):
            return text[start:index].strip()
    return text[start:end].strip()


def _ends(text: str, start: int, index: int) -> bool:
    """Whether an expression is over at a line break: something was said, and neither side is an operator."""
    said = text[start:index].strip()
    after = text[index + 1 : index + 40].lstrip()
    return (
        bool(said)
        and not said.endswith(("=", "||", "??", "?", ":", "+", "("))
        and not after.startswith(("||", "??", "?", ":", ".", "+"))
    )


def evaluate(expression: str, sources: Sources, path: str, line: int, depth: int = 0) -> Port | None:
    """The port that an expression stands for in a file; None when that cannot be read from the code."""
    plain = _unwrapped(expression)
    number = compiled(r"""["'`]?(\d{2,5})["'`]?$""").match(plain)
    if number:
        return _port(number.group(1), Confidence.DECLARED, path, line)
    if plain.startswith("{"):
        return _of_object(plain, sources, path, line, depth)
    fallback = compiled(r"""(?s)(?:\|\||\?\?)\s*(?:Number\(|parseInt\()?\s*["'`]?(\d{2,5})\b""").search(plain)
    fallback = fallback or compiled(r"""(?:\?[^:]*:|default\s*[:(])\s*["'`]?(\d{2,5})\b""").search(plain)
    if fallback is None and compiled(r"(?i)\.get(?:<\w+>)?\(|\benv\(|getenv|getOrDefault").search(plain):
        fallback = compiled(r""",\s*["'`]?(\d{2,5})["'`]?\s*(?:,|\)|$)""").search(plain)
    if fallback:
        return _port(fallback.group(1), Confidence.INFERRED, path, line)
    other = compiled(r"(?:\|\||\?\?)\s*([A-Za-z_$][\w$.]*)$").search(plain)
    if other and depth <= DEEP and (port := _of_name(other.group(1), sources, path, depth + 1)):
        return port._replace(confidence=Confidence.INFERRED)
    hosted = compiled(r"""["'`][^"'`]*:(\d{2,5})["'`]$""").match(plain)
    if hosted:
        return _port(hosted.group(1), Confidence.DECLARED, path, line)
    if depth > DEEP:
        return None
    return _of_name(plain, sources, path, depth + 1)


def _unwrapped(expression: str) -> str:
    """`Number(x)`, `parseInt(x, 10)`, `normalizePort(x)`, `+x`, `x as number`, `x!` as x; a template or sum as its last name."""
    plain = compiled(r"\s+as\s+[\w<>\s|]+$|!$|\.toString\(\)$").sub("", expression.strip()).lstrip("+ ")
    wrapped = compiled(r"(?s)^(?:Number|parseInt|normalizePort|normalisePort|String|parsePort|)\((.*)\)$").match(plain)
    if wrapped and wrapped.group(1).count("(") == wrapped.group(1).count(")"):
        return _unwrapped(argument(wrapped.group(1) + ")", 0))
    named = compiled(r"^`[^`]*\$\{([^}]+)\}`$|^[\"'][^\"']*:?[\"']\s*\+\s*(.+)$").match(plain)
    return (named.group(1) or named.group(2)).strip() if named else plain


def _port(text: str, confidence: Confidence, path: str, line: int) -> Port | None:
    number = int(text)
    return Port(number, confidence, path, line) if 0 < number < 65536 else None


def _of_object(plain: str, sources: Sources, path: str, line: int, depth: int) -> Port | None:
    """`{ port: x, host }`, `{ port }`, and a schema's `{ default: 3000, env: 'PORT' }`."""
    named = compiled(r"[{,]\s*[\"']?(?:port|default)[\"']?\s*:\s*").search(plain)
    if named:
        return evaluate(argument(plain, named.end()), sources, path, line, depth + 1)
    return evaluate("port", sources, path, line, depth + 1) if compiled(r"[{,]\s*port\s*[,}]").search(plain) else None


def _of_name(plain: str, sources: Sources, path: str, depth: int) -> Port | None:
    """Follow `port`, `config.port`, `app.get('port')`, `process.env.PORT` to where it is given a value."""
    asked = compiled(r"""^[\w.$?]+(?:\(\))?\.(?:get|getOrThrow)(?:<[\w\s|]+>)?\(\s*["']([\w.:-]+)["']""").match(plain)
    name = asked.group(1) if asked else plain
    if not compiled(r"^[\w$.?:!\[\]'\"()-]+$").match(name):
        return None
    parts = [part for part in compiled(r"[\w$-]+").findall(name) if part not in ("this", "process", "env", "get", "getOrThrow")]
    if not parts:
        return None
    key, bare = parts[-1], len(parts) == 1 and not asked and "process.env" not in plain
    here = _defined(key, sources, path, depth) if asked or len(parts) == 1 else None
    found = here or _imported(parts[0], key, sources, path, depth)
    # a plain local name is not looked for elsewhere unless it says that it is a port
    return found if found or (bare and "port" not in key.lower()) else _anywhere(parts, sources, path, depth)


def _defined(key: str, sources: Sources, path: str, depth: int) -> Port | None:
    """A value given to a name in one file: `const port = ...`, `port: ...`, `app.set('port', ...)`, `{ PORT = 3000 }`."""
    place = (key, path)
    if place not in sources.known:
        sources.known[place] = None  # a name that is defined by itself has no value
        sources.known[place] = _value(key, sources, path, depth)
    port = sources.known[place]
    return port if isinstance(port, Port) else None


def _value(key: str, sources: Sources, path: str, depth: int) -> Port | None:
    text = sources.code(path)
    if key not in text:
        return None
    escaped = re.escape(key)
    pattern = (
        rf"""(?<![\w.$])["']?{escaped}["']?\s*(?::\s*(?:number|string|any|number \| string|string \| number)\s*)?(?:="""
        rf"""(?![=>])|:)\s*|\.set\(\s*["']{escaped}["']\s*,\s*|\.{escaped}\s*=(?![=>])\s*"""
    )
    for found in compiled(pattern).finditer(text):
        if in_comment(text, found.start()):
            continue
        value = argument(text, found.end())
        if value and value != key and not compiled(OTHERS).search(value):
            port = evaluate(value, sources, path, text.count("\n", 0, found.start()) + 1, depth)
            if port and port.number not in ELSEWHERE:
                given = compiled(r"[^{}]*\}\s*=\s*process\.env\b").match(text, found.end())
                return port._replace(confidence=Confidence.INFERRED) if given else port
    return None


def _imported(name: str, key: str, sources: Sources, path: str, depth: int) -> Port | None:
    """The value in the file that a name was imported from; a JSON file gives it as data."""
    text = sources.scope.text(path) or ""
    escaped = re.escape(name)
    pattern = rf"""(?:import|const|let|var)\s[^;=]*?\b{escaped}\b[^;=]*?(?:from|=\s*require\()\s*["'](\.[^"']*)["']"""
    found = compiled(pattern).search(text)
    target = sources.resolve(path, found.group(1)) if found else None
    if target is None or target == path:
        return None
    return _defined(key, sources, target, depth)


def _anywhere(parts: list[str], sources: Sources, path: str, depth: int) -> Port | None:
    """A variable that says where to listen, given a default in another file (a schema, a configuration module, node-config).

    `parts` of `app.port`: a file that is called after what stands before the name is looked at first.
    """
    leaf = compiled(r"[.:]").split(parts[-1])[-1]
    if "port" not in leaf.lower():
        return None
    settings = compiled(r"(?i)(?:^|/)[\w.-]*(?:config|env|settings?|constants?|options)[\w.-]*(?:/|\.[cm]?[jt]s$)").search
    places = [other for other, _ in sources.having(leaf) if other != path and settings(other)]
    if len(parts) > 1:
        places.sort(key=lambda other: parts[-2].lower() not in other.rpartition("/")[2].lower())
    found = (_defined(leaf, sources, other, depth) for other in places)
    return next((port for port in found if port), None) or _in_data(parts, sources)


def _in_data(parts: list[str], sources: Sources) -> Port | None:
    """The default file of node-config: `server.port` as the path into it, with or without the name of the object before it."""
    steps = compiled(r"[.:]").split(".".join(parts))
    steps = ["server", *steps] if steps == ["port"] else steps
    for path in sources.scope.glob("config/default.{json,yaml,yml}"):
        try:
            data = sources.scope.json(path) if path.endswith(".json") else sources.scope.yaml(path)
        except InputError:
            continue
        value = next((found for start in range(len(steps)) if (found := _at(data, steps[start:])) is not None), None)
        if value is not None:
            return _port(value, Confidence.INFERRED, path, sources.scope.source(path, rf"\b{value}\b").line)
    return None


def _at(data: object, steps: list[str]) -> str | None:
    """The number at a path into nested data, as text."""
    for step in steps:
        data = data.get(step) if isinstance(data, dict) else None
    return str(data) if isinstance(data, int | str) and compiled(r"\d{2,5}$").match(str(data)) else None
