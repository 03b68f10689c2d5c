"""Templates to text: delimiters, guards, refusals with their place, and the folder of compiled templates."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from cdgen.errors import DefectError
from cdgen.render import environment
from cdgen.render.environment import render

UNTOUCHED = """\
on: push
env: {A: "${{ secrets.A }}", B: $[[ inputs.b ]], C: "{{ .Values.c }}"}
run: |
  if [[ ${#a[@]} -gt 0 ]]; then cat <<EOF
  {% x %} {# y #}
  EOF
  fi
base: &a {x: 1}
more:
  <<: *a
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of templates; nothing compiled is kept."""
    monkeypatch.setattr(environment, "COMPILED", tmp_path / "compiled")
    return tmp_path


def show(folder: Path, text: str, name: str = "x.yml.j2", /, **values: Any) -> str:
    (folder / name).write_text(text)
    environment._environment.cache_clear()
    return render(name, overrides=folder, **values)


def test_foreign_delimiters_pass_untouched(folder: Path) -> None:
    assert show(folder, UNTOUCHED) == UNTOUCHED


def test_a_template_looks_like_its_output(folder: Path) -> None:
    text = "jobs:\n<% for job in jobs %>\n  <%= job.id %>:\n    <% if job.env %>\n    env:\n      <%= job.env | tree(6) %>\n"
    text += "    <% endif %>\n    run: <%= job.run | block(6) %>\n<% endfor %>\n<%# a note %>\nend: <%= end %>\n"
    jobs = [{"id": "no", "env": {"A": "1", "B": "x"}, "run": "a\nb\n"}, {"id": "b", "env": {}, "run": "c"}]
    assert show(folder, text, jobs=jobs, end=3) == (
        'jobs:\n  "no":\n    env:\n      A: "1"\n      B: x\n    run: |\n      a\n      b\n  b:\n    run: c\nend: 3\n'
    )


def test_macros_and_includes_are_guarded_once(folder: Path) -> None:
    (folder / "part.yml.j2").write_text("  b: <%= value %>\n")
    text = 'a:\n<% include "part.yml.j2" %>\n<% macro key(v) %>k: <%= v %><% endmacro %>\n  <%= key(value) %>\n'
    assert show(folder, text, value="no") == 'a:\n  b: "no"\n  k: "no"\n'


@pytest.mark.parametrize(
    ("name", "text", "printed"),
    (
        ("x.sh.j2", "echo <%= v %>\n", "echo 'a b'\n"),
        ("x.md.j2", "<%= v | code %>\n", "`a b`\n"),
        ("Dockerfile.j2", "ENV A=<%= v | quoted %>\n", 'ENV A="a b"\n'),
    ),
)
def test_the_name_chooses_the_guard(folder: Path, name: str, text: str, printed: str) -> None:
    assert show(folder, text, name, v="a b") == printed


REFUSED = (
    ("a: 1\nb: <%= nope %>\n", "'nope' is undefined", 2),
    ("b: <%= v.nope %>\n", "no attribute 'nope'", 1),
    ("\n\nb: <%= empty %>\n", "None", 3),
    ("b: <%= v %>\n", "dict", 1),
    ("b: <%= text | safe %>\n", "No filter named 'safe'", 1),
    ("b: <%= text | tojson %>\n", "No filter named 'tojson'", 1),
    ("b: <%= text | quoted %>\n", "No filter named 'quoted'", 1),
    ("b: <%= dict(a=1) %>\n", "'dict' is undefined", 1),
    ("b: <%= text.__class__.__mro__ %>\n", "unsafe", 1),
    ("a: 1\n<% if text %>\n", "Unexpected end", 2),
    ('a: 1\n<% include "part.yml.j2" %>\n', "'inner' is undefined", 4),
    ('<% include "absent.yml.j2" %>\n', "there is no template absent.yml.j2", None),
)


@pytest.mark.parametrize(("text", "message", "line"), REFUSED)
def test_is_refused_with_its_place(folder: Path, text: str, message: str, line: int | None) -> None:
    (folder / "part.yml.j2").write_text("\n\n\nx: <%= inner %>\n")
    with pytest.raises(DefectError, match=message) as caught:
        show(folder, text, v={"a": 1}, empty=None, text="x")
    part = "part" if "part." in text else "x"
    assert caught.value.where == (f"templates/{part}.yml.j2:{line}" if line else "templates/x.yml.j2")
    assert caught.value.exit_code == 4


def test_a_kind_without_guard_is_refused(folder: Path) -> None:
    with pytest.raises(DefectError, match="no guard"):
        show(folder, "x", "x.txt.j2")


def test_compiled_templates_are_kept_and_follow_their_source(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    (folder / "compiled").mkdir()
    assert show(folder, "a: <%= v %>\n", v=1) == "a: 1\n"
    kept = list((folder / "compiled").iterdir())
    assert len(kept) == 1
    monkeypatch.setattr(environment.Environment, "compile", None)  # a second run that compiled would fail
    assert show(folder, "a: <%= v %>\n", v=2) == "a: 2\n"
    monkeypatch.undo()
    monkeypatch.setattr(environment, "COMPILED", folder / "compiled")
    assert show(folder, "b: <%= v %>\n", v=1) == "b: 1\n"


@pytest.mark.parametrize("refuse", ("no such folder", "PYTHONDONTWRITEBYTECODE"))
def test_nothing_is_kept_where_nothing_may_be_written(folder: Path, monkeypatch: pytest.MonkeyPatch, refuse: str) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", refuse.isupper())
    if refuse.isupper():
        (folder / "compiled").mkdir()
    assert show(folder, "a: <%= v %>\n", v=1) == "a: 1\n"
    assert not (folder / "compiled").exists() or not list((folder / "compiled").iterdir())


def test_damaged_compiled_template_is_compiled_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    (folder / "compiled").mkdir()
    show(folder, "a: <%= v %>\n", v=1)
    (kept,) = (folder / "compiled").iterdir()
    for damage in (b"", kept.read_bytes()[:-20], b"\xff" * 200):
        kept.write_bytes(damage)
        assert show(folder, "a: <%= v %>\n", v=1) == "a: 1\n"
