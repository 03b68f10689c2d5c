"""Templates to text: delimiters, guards, refusals with their place, and the folder of compiled templates."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import DictLoader, StrictUndefined

from cdgen.errors import DefectError
from cdgen.render import compiled, environment
from cdgen.render.environment import render
from cdgen.render.guards import KINDS
from cdgen.render.runtime import Environment, Template

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
    monkeypatch.setattr(compiled, "KEPT", tmp_path / "compiled")
    return tmp_path


def show(folder: Path, text: str, name: str = "x.yml.j2", /, **values: Any) -> str:
    (folder / name).write_text(text)
    environment._template.cache_clear()
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
    ("b: <%= v.nope %>\n", "a dict has no 'nope'", 1),
    ("\n\nb: <%= empty %>\n", "None", 3),
    ("b: <%= v %>\n", "dict", 1),
    ("b: <%= text | safe %>\n", "No filter named 'safe'", 1),
    ("b: <%= text | tojson %>\n", "No filter named 'tojson'", 1),
    ("b: <%= text | quoted %>\n", "No filter named 'quoted'", 1),
    ("b: <%= dict(text) %>\n", "'dict' is undefined", 1),
    ("b: <%= text.__class__.__mro__ %>\n", "not for templates", 1),
    ("a: 1\n<% if text %>\n", "Unexpected end", 2),
    ("b: <%= text.upper() %>\n", "only macros can be called", 1),
    ("b: <%= text ~ text %>\n", "markup_join", 1),
    ("\n<% if nope %>x<% endif %>\n", "'nope' is undefined", 2),
    ("\n<% for a in nope %>x<% endfor %>\n", "'nope' is undefined", 2),
    ("\n<% for a in empty %>x<% endfor %>\n", "NoneType", 2),
    ("<% for a in v recursive %>x<% endfor %>\n", "a template has no for", 1),
    ("\n<% set a = text %>\n", "a template has no assign", 2),
    ("<% extends 'part.yml.j2' %>\n", "a template has no extends", 1),
    ("<% autoescape false %>x<% endautoescape %>\n", "a template has no scope", 1),
    ("<% macro m(a) %>x<% endmacro %>\n<%= m() %>\n", "takes 1 values, not 0", 2),
    ("<% macro m(a) %><%= kwargs %><% endmacro %>\n", "more than plain parameters", 1),
    ('<% include "../x.yml.j2" %>\n', "there is no template ../x.yml.j2", 0),
    ('a: 1\n<% include "part.yml.j2" %>\n', "'inner' is undefined", 4),
    ('<% include "absent.yml.j2" %>\n', "there is no template absent.yml.j2", 0),
)


@pytest.mark.parametrize(("text", "message", "line"), REFUSED)
def test_is_refused_with_its_place(folder: Path, text: str, message: str, line: int) -> None:
    (folder / "part.yml.j2").write_text("\n\n\nx: <%= inner %>\n")
    with pytest.raises(DefectError, match=message) as caught:
        show(folder, text, v={"a": 1}, empty=None, text="x")
    part = "part" if "include" in text else "x"
    assert caught.value.where == (f"templates/{part}.yml.j2:{line}" if line else f"templates/{text.split(chr(34))[1]}")
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
    monkeypatch.setattr(compiled, "_compile", None)  # a second run that compiled would fail
    assert show(folder, "a: <%= v %>\n", v=2) == "a: 2\n"
    monkeypatch.undo()
    monkeypatch.setattr(compiled, "KEPT", folder / "compiled")
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


# The runtime is ours, the compiler Jinja's: what they make together is what Jinja makes alone.

CONSTRUCTS = {
    "x.yml.j2": """\
<% macro pair(name, value) %>
  <%= name %>: <%= value %> # <%= top %>
<% endmacro %>
top: <%= top %>
<% for job in jobs %>
<% if not loop.first %>

<% endif %>
<%= pair(job.id, loop.index) %>
  needs: <%= job.needs | flow %>
<% if job.env %>
  env:
    <%= job.env | tree(4) %>
<% else %>
  env: {}
<% endif %>
<% for need in job.needs %>
<% include "part.yml.j2" %>
<% else %>
  alone: true
<% endfor %>
<% if loop.last %>
  run: <%= job.run | block(4) %>
<% endif %>
<% endfor %>
""",
    "part.yml.j2": "  - <%= need %>\n  - <%= top %>\n",
}


class Job(NamedTuple):
    id: str
    needs: tuple[str, ...]
    env: dict[str, str]
    run: str


WORDS = st.text("ab:#\n '-01", max_size=6)
JOBS = st.builds(Job, WORDS, st.lists(WORDS, max_size=3).map(tuple), st.dictionaries(WORDS, WORDS, max_size=3), WORDS)


@settings(max_examples=60, deadline=None, database=None)
@given(WORDS, st.lists(st.one_of(JOBS, JOBS.map(Job._asdict)), max_size=4))
def test_the_text_is_that_of_jinja(top: str, jobs: list[object]) -> None:
    kind = KINDS["yaml"]
    jinja = compiled.compiler(kind)
    jinja.loader, jinja.undefined = DictLoader(CONSTRUCTS), StrictUndefined
    codes = {name: compiled._compile(source, name, name, kind) for name, source in CONSTRUCTS.items()}
    ours = Template(Environment(kind, codes.__getitem__), codes["x.yml.j2"])
    assert ours.render({"top": top, "jobs": jobs}) == jinja.get_template("x.yml.j2").render(top=top, jobs=jobs)


def test_rendering_does_not_load_jinja(folder: Path) -> None:
    (folder / "a.yml.j2").write_text("a: <%= v %>\n")
    code = "import sys\nfrom pathlib import Path\nfrom cdgen.render import compiled\nfrom cdgen.render.environment import render\n"
    code += "folder = Path(sys.argv[1]); compiled.KEPT = folder\n"
    code += "print(render('a.yml.j2', overrides=folder, v=1), 'jinja2' in sys.modules)"
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    run = [
        subprocess.run([sys.executable, "-c", code, str(folder)], env=environ, capture_output=True, text=True, check=True)
        for _ in "12"
    ]
    assert [each.stdout for each in run] == ["a: 1\n True\n", "a: 1\n False\n"]
