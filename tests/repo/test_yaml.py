"""YAML of strangers: aliases may repeat, and may neither explode nor go in a circle."""

from __future__ import annotations

import pytest

from cdgen.repo.yaml import load_documents

BOMB = "a: &a [x, x]\n" + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9))


def test_aliases_repeat() -> None:
    assert load_documents("base: &b {image: a}\none: {<<: *b, port: 1}\ntwo: *b\n") == [
        {"base": {"image": "a"}, "one": {"image": "a", "port": 1}, "two": {"image": "a"}}
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (BOMB, "more than"),
        ("a: &a [*a]\n", "part of"),
        ("a: &a {b: {c: *a}}\n", "part of"),
        ("a: [\n", "line"),
    ],
)
def test_is_refused(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        load_documents(text)
