"""Reading back: YAML 1.2 scalars, positions, and everything that must be refused."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from cdgen.errors import DefectError
from cdgen.model.output import RenderedFile
from cdgen.render.verify import YamlError, load_yaml_positions, verify

SCALARS = (
    ("on", "on"), ("yes", "yes"), ("No", "No"), ("017", 17), ("0o17", 15), ("0x1F", 31), ("190:20:30", "190:20:30"),
    ("1_000", "1_000"),
    ("2024-01-01", "2024-01-01"), ("true", True), ("FALSE", False), ("~", None), ("", None),
    ("null", None), ("1.5", 1.5), ("1e3", 1e3),
    (".inf", float("inf")), ("-.INF", float("-inf")), ("-7", -7), ("1.2.3", "1.2.3"), ("100m", "100m"), ("=", "="), ("0b1", "0b1"),
    ('"1"', "1"), ("'on'", "on"), ("!Ref x", "x"), ("!!str 1", "1"), ("!!int 7", 7),
)  # fmt: skip


@pytest.mark.parametrize(("text", "value"), SCALARS)
def test_scalars_of_the_core_schema(text: str, value: object) -> None:
    (document,) = load_yaml_positions(f"k: {text}\n")
    assert document.data == {"k": value}
    assert type(document.data["k"]) is type(value)


def test_positions_of_keys_and_items() -> None:
    first, second = load_yaml_positions(
        "on: push\njobs:\n  build:\n    steps:\n      - uses: a\n        with: {x: 1}\n      - b\n---\n- z\n"
    )
    assert first.places == {
        (): (1, 1),
        ("on",): (1, 1),
        ("jobs",): (2, 1),
        ("jobs", "build"): (3, 3),
        ("jobs", "build", "steps"): (4, 5),
        ("jobs", "build", "steps", 0): (5, 9),
        ("jobs", "build", "steps", 0, "uses"): (5, 9),
        ("jobs", "build", "steps", 0, "with"): (6, 9),
        ("jobs", "build", "steps", 0, "with", "x"): (6, 16),
        ("jobs", "build", "steps", 1): (7, 9),
    }
    assert (second.data, second.places) == (["z"], {(): (9, 1), (0,): (9, 3)})


def test_aliases_merge_keys_and_no_document() -> None:
    (document,) = load_yaml_positions("a: &x {b: 1}\nc: *x\nd:\n  <<: *x\n")
    assert document.data == {"a": {"b": 1}, "c": {"b": 1}, "d": {"<<": {"b": 1}}}
    assert load_yaml_positions("") == load_yaml_positions("# only a comment\n") == ()


BOMB = "a: &a [1, 1, 1, 1, 1, 1, 1, 1]\n" + "".join(
    f"{below}: &{below} [{', '.join([f'*{above}'] * 9)}]\n" for above, below in zip("abcdefg", "bcdefgh", strict=True)
)
BROKEN = (
    ("a: 1\nb: [\n", 3, 1, "expected"),
    ("a: 1\nb: 2\na: 3\n", 3, 1, "'a' stands here for the second time"),
    ("x:\n  permissions: {}\n  permissions: {}\n", 3, 3, "second time"),
    ("1: a\n0x1: b\n", 2, 1, "second time"),
    ("? [a]\n: b\n", 1, 3, "one scalar"),
    ("a: &x [*x]\n", 1, 4, "contains itself"),
    ("a: *nope\n", 1, 4, "undefined alias"),
    ("a: !!int x\n", 1, 4, "not a value of type int"),
    (f"a: {'9' * 5000}\n", 1, 4, "not a value of type int"),
    ("a: b: c\n", 1, 5, "mapping values"),
    ("a:\n\t- b\n", 2, 1, "cannot start any token"),
    ("a: \x01\n", 1, 1, "control characters|special characters"),
    ("a: '\ud800'\n", 1, 1, "surrogate|special characters"),
    ("[" * 20_000, 1, 1, "nested too deeply|exceeded"),
    (BOMB, 0, 0, "too large"),
)


@pytest.mark.parametrize(("text", "line", "column", "message"), BROKEN, ids=[row[3] for row in BROKEN])
def test_broken_yaml_is_refused_with_its_place(text: str, line: int, column: int, message: str) -> None:
    with pytest.raises(YamlError, match=message) as caught:
        load_yaml_positions(text)
    if line and len(text) < 10_000:
        assert (caught.value.line, caught.value.column) == (line, column)


def test_without_the_c_loader_the_answers_are_the_same() -> None:
    """A PyYAML built without libyaml: the table above, in a process that never sees the C loader."""
    script = "import yaml; del yaml.CSafeLoader; import pytest, sys; sys.exit(pytest.main(sys.argv[1:]))"
    chosen = "scalars_of or positions_of or aliases_merge or second or one-scalar or itself or type-int or too-large"
    command = [sys.executable, "-c", script, "-q", "-p", "no:cacheprovider", __file__, "-k", chosen.replace("-", " and ")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert done.stdout.count(".") >= 30


def file(path: str, text: str) -> RenderedFile:
    return RenderedFile(path, text, "github")


GOOD = (
    ("a.yml", "on: push\n"),
    ("a.yaml", "a: 1\n---\nb: 2\n"),
    ("a.json", '{"a": 1}\n'),
    ("Dockerfile", "a: [\n"),
    ("x.yml", "#\n"),
)


@pytest.mark.parametrize(("path", "text"), GOOD)
def test_good_output_passes(path: str, text: str) -> None:
    verify([file(path, text)])


DEFECTS: tuple[tuple[str, str, str], ...] = (
    ("w/a.yml", "a: 1\nb: [\n", "w/a.yml:3:1"),
    ("a.yaml", "a: 1\n---\nb: 2\nb: 3\n", "a.yaml:4:1"),
    ("a.json", '{"a": 1,\n}\n', "a.json:2:1"),
    ("Dockerfile", "FROM x\r\n", "Dockerfile"),
    ("run.sh", "#!/bin/sh", "run.sh"),
    ("a.yml", "a: 1", "a.yml"),
)


@pytest.mark.parametrize(("path", "text", "where"), DEFECTS)
def test_a_defect_is_named_with_its_place(path: str, text: str, where: Any) -> None:
    with pytest.raises(DefectError) as caught:
        verify([file("good.yml", "a: 1\n"), file(path, text)])
    assert caught.value.where == where
    assert caught.value.exit_code == 4
