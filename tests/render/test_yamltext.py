"""YAML text: what stays bare, what is quoted, and that every reader reads back what was printed."""

from __future__ import annotations

import io
from enum import IntEnum, StrEnum
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jinja2 import StrictUndefined, UndefinedError
from markupsafe import Markup
from ruamel.yaml import YAML

from cdgen.render.yamltext import block, document, flow, scalar, tree


class Colour(StrEnum):
    NO = "no"


class Level(IntEnum):
    ONE = 1


BARE = (
    "main", "ubuntu-24.04", "./cmd/payments", "../x", "/healthz", ".github/workflows", "actions/checkout@08c6903cd8c0fde9",
    "app.kubernetes.io/name", "100m", "25%", "64Mi", "30s", "1.5Gi", "500ms", "Run unit tests", "go test ./...",
    "npm ci --ignore-scripts", "Build, scan and push", "ghcr.io/acme/app:v1", "https://example.com/a", "a=b", "x (y)",
    "${{ secrets.NPM_TOKEN }}", "_private",
)  # fmt: skip
QUOTED = (
    ("no", '"no"'), ("On", '"On"'), ("NULL", '"NULL"'), ("y", '"y"'), ("~", '"~"'), ("", '""'), (".inf", '".inf"'), ("<<", '"<<"'),
    ("1.24", '"1.24"'), ("1.24.3", '"1.24.3"'), ("017", '"017"'), ("12:30", '"12:30"'), ("8080", '"8080"'), ("1e3", '"1e3"'),
    ("2024-01-01", '"2024-01-01"'), ("100M", '"100M"'), ("0x1F", '"0x1F"'), ("00m", '"00m"'), (".5", '".5"'), ("=", '"="'),
    ("-v", '"-v"'), ("a: b", '"a: b"'), ("a:", '"a:"'), ("a #b", '"a #b"'), ("*.go", '"*.go"'), ("{{ x }}", '"{{ x }}"'),
    (" a", '" a"'), ("a ", '"a "'), ("a  b", '"a  b"'), ("it's", '"it\'s"'), ("été", '"été"'), ("---", '"---"'), ("...", '"..."'),
    ('say "hi"', "'say \"hi\"'"), ('it\'s "x"', "'it''s \"x\"'"), ("a\\b", '"a\\\\b"'), ('\\"', '"\\\\\\""'), ("a\nb", '"a\\nb"'),
    ("\u202e", '"\\u202e"'), ("\u2028", '"\\u2028"'), ("\ufeff", '"\\ufeff"'), ("\x85", '"\\x85"'), ("\0", '"\\x00"'),
    ("\U000e0001", '"\\U000e0001"'),
)  # fmt: skip
REFUSED = (
    None,
    1.5,
    {},
    [],
    (),
    b"x",
    object(),
    2**63,
    -(2**63) - 1,
    {"a": None},
    [1.5],
    {1: "x"},
    {"k" * 1001: 1},
    {"\0" * 900: 1},
)


@pytest.mark.parametrize("text", BARE)
def test_stays_bare(text: str) -> None:
    assert scalar(text) == text


@pytest.mark.parametrize(("text", "printed"), QUOTED)
def test_is_quoted(text: str, printed: str) -> None:
    assert scalar(text) == printed


@pytest.mark.parametrize(
    ("value", "printed"),
    ((True, "true"), (False, "false"), (0, "0"), (-7, "-7"), (Level.ONE, "1"), (Colour.NO, '"no"'), (Markup("{raw}"), "{raw}")),
)
def test_other_values(value: object, printed: str) -> None:
    assert scalar(value) == printed
    assert isinstance(scalar(value), Markup)


@pytest.mark.parametrize("value", REFUSED)
def test_is_refused(value: object) -> None:
    for printed in (scalar,) if value in ({}, [], ()) else (scalar, tree, flow):
        with pytest.raises(TypeError):
            printed(value)


@pytest.mark.parametrize("printer", (scalar, tree, flow, lambda value: tree({"k": [value]})))
def test_undefined_name_is_refused_by_name(printer: Any) -> None:
    with pytest.raises(UndefinedError, match="'image' is undefined"):
        printer(StrictUndefined(name="image"))


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(ValueError, match="surrogate"):
        scalar("\ud83d")


BLOCKS = (
    ("make test", "make test"),
    ("cd x && make", '"cd x && make"'),
    ('go build -ldflags="-s -w"', "'go build -ldflags=\"-s -w\"'"),
    ('sed "s/\\d//" x', '|-\n    sed "s/\\d//" x'),
    ('echo "it\'s"', '|-\n    echo "it\'s"'),
    ("a\nb", "|-\n    a\n    b"),
    ("a\n\n\tb\n", "|\n    a\n\n    \tb\n".rstrip("\n")),
    ("a\nb\n\n", '"a\\nb\\n\\n"'),  # a chomping rule would depend on what follows in the template
    (" a\nb", '" a\\nb"'),  # needs an indentation indicator, which depends on the parent
    ("a \nb", '"a \\nb"'),  # editors and hooks strip trailing blanks
    ("a\r\nb", '"a\\r\\nb"'),
    ("a\n\u202eb", '"a\\n\\u202eb"'),
    ("", '""'),
    ("\n", '"\\n"'),
)


@pytest.mark.parametrize(("text", "printed"), BLOCKS)
def test_block(text: str, printed: str) -> None:
    assert block(text, 4) == printed


def test_block_takes_text_only() -> None:
    with pytest.raises(TypeError):
        block(["a"], 4)  # type: ignore[arg-type]


def test_tree_layout() -> None:
    value = {"a": [{"b": 1, "c": []}, ["x", ["z"]], "s\nt\n", {}], "on": {"k": "u\n\n  v"}, "z": {}}
    assert tree(value, 2) == (
        "a:\n    - b: 1\n      c: []\n    - - x\n      - - z\n    - |\n      s\n      t\n    - {}\n"
        '  "on":\n    k: |-\n      u\n\n        v\n  z: {}'
    )
    assert document({"a": 1}, [2]) == "a: 1\n---\n- 2\n"
    assert flow({"a": ["x y", 1], "b": {}}) == '{ a: ["x y", 1], b: {} }'


# Random values, 20,000 scalars and 5,000 of each other form, in batches to save time. Syntax, reserved words and numbers are far
# likelier than in random Unicode.

NASTY = ("yes", "off", "1_000", "190:20:30", "0b1", "0o7", "+1", "-.inf", "!Ref", "&a", "*a", "%YAML 1.1", "@", "`")
WORDS = (*BARE, *(text for text, _ in QUOTED), *NASTY)
SYNTAX = st.text(" \t\n:#-?,[]{}&*!|>'\"%@`\\~<=.0123456789abnyo/${}()", max_size=12)
TEXT = st.one_of(
    st.sampled_from(WORDS),
    SYNTAX,
    st.text(st.characters(exclude_categories=("Cs",)), max_size=20),
    st.text("ab \n\t#:", max_size=20),
)
SCALARS = st.one_of(TEXT, TEXT, TEXT, st.booleans(), st.integers(-(2**63), 2**63 - 1))
VALUES = st.recursive(
    SCALARS, lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXT, inner, max_size=4)), max_leaves=12
)
quiet = settings(deadline=None, suppress_health_check=list(HealthCheck), database=None)
many, some = settings(quiet, max_examples=400), settings(quiet, max_examples=100)


def read_everywhere(text: str) -> list[Any]:
    """One reading each by ruamel (YAML 1.2) and by PyYAML (1.1), both loaders."""
    return [
        YAML(typ="safe", pure=True).load(io.StringIO(text)),
        yaml.load(text, yaml.SafeLoader),
        yaml.load(text, yaml.CSafeLoader),
    ]


def check_read_back(text: str, value: object) -> None:
    for got in read_everywhere(text):
        assert got == value
        assert repr(got) == repr(value)  # 1 == True


@many
@given(st.lists(SCALARS, min_size=50, max_size=60))
def test_scalars_read_back(values: list[Any]) -> None:
    expected = {f"k{number}": value for number, value in enumerate(values)}
    check_read_back("".join(f"{key}: {scalar(value)}\n" for key, value in expected.items()), expected)


@some
@given(st.lists(TEXT, min_size=50, max_size=60, unique=True))
def test_keys_read_back(keys: list[str]) -> None:
    check_read_back(document(dict.fromkeys(keys, 1)), dict.fromkeys(keys, 1))


@some
@given(st.lists(TEXT, min_size=50, max_size=60))
def test_blocks_read_back(values: list[str]) -> None:
    text = "".join(f"- run: {block(value, 8)}\n  then: 1\n" for value in values)
    check_read_back(text, [{"run": value, "then": 1} for value in values])


@some
@given(st.lists(VALUES, min_size=12, max_size=20))
def test_nested_values_read_back(values: list[Any]) -> None:
    check_read_back(document(values), values)
    check_read_back(f"a:\n    b:\n      {tree(values, 6)}\n    c: 1\n", {"a": {"b": values, "c": 1}})
    check_read_back("".join(f"- x: {flow(value)}\n" for value in values), [{"x": value} for value in values])
