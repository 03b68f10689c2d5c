"""What was rendered is read back before anybody sees it: YAML 1.2 scalars, duplicate keys refused, positions kept for policies."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

import yaml

from cdgen.errors import DefectError
from cdgen.model.output import RenderedFile

KeyPath: TypeAlias = tuple[str | int, ...]
Place: TypeAlias = tuple[int, int]
Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C loader is absent where PyYAML was built without libyaml
MAX_NODES = 200_000  # far above any pipeline or manifest; an alias bomb has billions


class Document(NamedTuple):
    """One YAML document. `places` has the 1-based (line, column) of every path: of the key, or of the item in a list."""

    data: Any
    places: Mapping[KeyPath, Place]


class YamlError(ValueError):
    """Text that is not YAML, or that readers would understand differently. Line and column are 1-based."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


class CoreLoader(Base):  # type: ignore[misc]
    """Resolves the scalars of the YAML 1.2 core schema and no others (https://yaml.org/spec/1.2.2/#103-core-schema)."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}


FLOAT = r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
CORE = (
    ("null", "~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", "true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", "[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    ("float", FLOAT, list("-+.0123456789")),
)  # the order decides: what looks like an integer is none of the floats
for _name, _pattern, _first in CORE:
    CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_name}", re.compile(rf"(?:{_pattern})\Z"), _first)


def verify(files: Iterable[RenderedFile]) -> None:
    """Raise DefectError with `path:line` for the first file that its reader would refuse or misread."""
    for file in files:
        if "\r" in file.text or not file.text.endswith("\n"):
            raise DefectError("a rendered file ends every line with a line feed", where=file.path)
        if file.path.endswith((".yml", ".yaml")):
            _verify_yaml(file)
        elif file.path.endswith(".json"):
            _verify_json(file)


def _verify_yaml(file: RenderedFile) -> None:
    try:
        load_yaml_positions(file.text)
    except YamlError as problem:
        place = f"{file.path}:{problem.line}:{problem.column}"
        raise DefectError(f"the {file.emitter} emitter made YAML that cannot be read: {problem.message}", where=place) from problem


def _verify_json(file: RenderedFile) -> None:
    import json

    try:
        json.loads(file.text)
    except json.JSONDecodeError as problem:
        place = f"{file.path}:{problem.lineno}:{problem.colno}"
        raise DefectError(f"the {file.emitter} emitter made JSON that cannot be read: {problem.msg}", where=place) from problem


@lru_cache(maxsize=4096)  # what `verify` read, the policies read again
def load_yaml_positions(text: str) -> tuple[Document, ...]:
    """Every document with its positions, shared by all who ask: not to be changed. Raises YamlError.

    An unknown tag leaves the bare value; `<<` is a key like any other.
    """
    try:
        loader = CoreLoader(text)
        try:
            documents = []
            while loader.check_node():
                documents.append(_document(loader.get_node()))
            return tuple(documents)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise YamlError(problem.problem or problem.context or "not YAML", line, column) from problem
    except yaml.YAMLError as problem:  # a character that YAML does not know
        raise YamlError(str(problem).splitlines()[0]) from problem
    except UnicodeEncodeError as problem:
        raise YamlError("half a surrogate pair is not a character") from problem
    except RecursionError as problem:
        raise YamlError("nested too deeply") from problem


def _document(root: yaml.Node) -> Document:
    places: dict[KeyPath, Place] = {}
    return Document(_Walk(places).value(root, ()), places)


class _Walk:
    """Builds values from nodes and notes where each stands; bounded, because an alias may repeat or contain its own anchor."""

    def __init__(self, places: dict[KeyPath, Place]) -> None:
        self.places = places
        self.open: set[int] = set()

    def value(self, node: yaml.Node, path: KeyPath) -> Any:
        if len(self.places) > MAX_NODES:
            raise _at(node, "too large when its aliases are expanded")
        self.places.setdefault(path, (node.start_mark.line + 1, node.start_mark.column + 1))
        if isinstance(node, yaml.ScalarNode):
            return _scalar(node)
        if id(node) in self.open:
            raise _at(node, "an anchor contains itself")
        self.open.add(id(node))
        inner = self._mapping(node, path) if isinstance(node, yaml.MappingNode) else self._sequence(node, path)
        self.open.discard(id(node))
        return inner

    def _sequence(self, node: yaml.Node, path: KeyPath) -> list[Any]:
        return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]

    def _mapping(self, node: yaml.Node, path: KeyPath) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        for key_node, item in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise _at(key_node, "a key must be one scalar")
            key = _scalar(key_node)
            if key in found:
                raise _at(key_node, f"the key {key_node.value!r} stands here for the second time")
            below = (*path, key)
            self.places[below] = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            found[key] = self.value(item, below)
        return found


def _at(node: yaml.Node, message: str) -> YamlError:
    return YamlError(message, node.start_mark.line + 1, node.start_mark.column + 1)


def _scalar(node: yaml.ScalarNode) -> Any:
    kind = node.tag.rpartition(":")[2]
    if kind not in READ:
        return node.value
    try:
        return READ[kind](node.value)
    except ValueError as problem:  # an explicit tag before something else, or more digits than Python reads
        raise _at(node, f"not a value of type {kind}: {node.value!r:.40}") from problem


def _int(text: str) -> int:
    digits = text.lower()
    return int(digits, 16 if digits.startswith("0x") else 8 if digits.startswith("0o") else 10)


def _float(text: str) -> float:
    return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))


READ: Mapping[str, Callable[[str], Any]] = {
    "null": lambda _: None,
    "bool": lambda text: text.lower() == "true",
    "int": _int,
    "float": _float,
}
