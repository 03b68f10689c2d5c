"""Guards of shell, Dockerfile, Markdown and pattern templates: what passes bare, what is quoted, what is refused."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from cdgen.render.guards import KINDS, code, command, comment, exec_form, fence, kind_of, prose, quoted, words

KIND_OF = (
    ("ci/github/pull-request.yml.j2", "yaml"),
    ("x.yaml.j2", "yaml"),
    ("scripts/rollout.sh.j2", "shell"),
    ("stacks/go/Dockerfile.j2", "dockerfile"),
    ("stacks/node/Dockerfile.pnpm.j2", "dockerfile"),
    ("docs/path-to-production.md.j2", "markdown"),
    ("image/.dockerignore.j2", "patterns"),
)


@pytest.mark.parametrize(("template", "kind"), KIND_OF)
def test_kind_of_a_template(template: str, kind: str) -> None:
    assert kind_of(template).name == kind


@pytest.mark.parametrize("template", ("x.txt.j2", "x.j2", "Makefile.j2", "x.toml"))
def test_a_kind_without_guard_is_refused(template: str) -> None:
    with pytest.raises(KeyError):
        kind_of(template)


PRINTED = (
    ("shell", "deploy/base", "deploy/base"),
    ("shell", "a b", "'a b'"),
    ("shell", "$(id)", "'$(id)'"),
    ("shell", "it's", "'it'\"'\"'s'"),
    ("shell", "", "''"),
    ("shell", 8080, "8080"),
    ("dockerfile", "golang:1.26@sha256:0a1b", "golang:1.26@sha256:0a1b"),
    ("dockerfile", 65532, "65532"),
    ("patterns", "src/**/*.go", "src/**/*.go"),
    ("markdown", "Takes card payments", "Takes card payments"),
    ("markdown", "snake_case stays, _this_ not", "snake_case stays, \\_this\\_ not"),
    ("markdown", "a | b <script> [x](y) `z` *w*", "a \\| b \\<script\\> \\[x\\](y) \\`z\\` \\*w\\*"),
    ("markdown", "# no heading", "\\# no heading"),
    ("markdown", "- no item", "\\- no item"),
    ("markdown", "1. no item", "1\\. no item"),
    ("markdown", "&copy; & more", "\\&copy; & more"),
    ("markdown", "two\n  lines", "two lines"),
    ("markdown", True, "true"),
)


@pytest.mark.parametrize(("kind", "value", "printed"), PRINTED)
def test_bare_expression(kind: str, value: object, printed: str) -> None:
    assert KINDS[kind].guard(value) == printed


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_filter_printed_passes(kind: str) -> None:
    assert KINDS[kind].guard(Markup("`x` $y\n")) == "`x` $y\n"


REFUSED = (
    *((kind, value) for kind in KINDS for value in (None, 1.5, ["a"], {"a": 1})),
    *((kind, value) for kind in ("shell", "dockerfile", "patterns") for value in ("a\nb", "a\rb", "\x1b[2J", "\u202ea", "\x85")),
    ("markdown", "\x1b[2J"),
    *(("dockerfile", value) for value in ("", "a b", "$HOME", "--chown=0", "a#b", 'a"b', "a\\", "`a`", "<<EOF", "[a]")),
    *(("patterns", value) for value in ("", "#a", "!a", " a", "a ")),
)


@pytest.mark.parametrize(("kind", "value"), REFUSED)
def test_is_refused(kind: str, value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        KINDS[kind].guard(value)


@pytest.mark.parametrize(
    "text",
    ("npm ci", "go test ./... && go vet ./...", "echo 'a b' | wc -l", "X=1 make test", 'test "$(id -u)" = 0', "cat <<<hi", "a &"),
)
def test_a_complete_command_stays(text: str) -> None:
    assert command(text) == text


@pytest.mark.parametrize(
    "text",
    (
        "",
        "  ",
        "echo 'a",
        'echo "a',
        "a \\",
        "a &&",
        "a ||",
        "a |",
        "cat <<EOF",
        "cat <<-'E'",
        "a\nb",
        "--mount=type=secret x",
        "#",
        None,
    ),
)
def test_a_command_that_reaches_further_is_refused(text: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        command(text)


def test_lists() -> None:
    assert words(["a", "b c", 1]) == "a 'b c' 1"
    assert exec_form(["/app", 'a "b"', "$X"]) == '["/app", "a \\"b\\"", "$X"]'
    assert quoted('a "$b" \\') == '"a \\"\\$b\\" \\\\"'
    for value in ("/app", ["a\nb"]):
        with pytest.raises((TypeError, ValueError)):
            exec_form(value)


def test_comments_of_yaml() -> None:
    assert [comment(text) for text in ("2.37.2", "v4", "a: b")] == ["2.37.2", "v4", "a: b"]
    for value in ("a\nb", "\u2028", "\ud800", None):
        with pytest.raises((TypeError, ValueError)):
            comment(value)


def test_markdown_code() -> None:
    assert code("go test ./...") == "`go test ./...`"
    assert code("a | b `c` <d> &amp; *e*") == "<code>a &#124; b &#96;c&#96; &#60;d&#62; &#38;amp; &#42;e&#42;</code>"
    assert fence("a\n", "mermaid") == "```mermaid\na\n```"
    assert fence("````\nx") == "`````\n````\nx\n`````"
    assert prose(Markup("**x**")) == "**x**"


PRINTABLE = st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), max_size=30)


@settings(max_examples=30, deadline=None, database=None)
@given(st.lists(PRINTABLE.filter(lambda text: text.isprintable()), min_size=1, max_size=40))
def test_the_shell_reads_words_back(values: list[str]) -> None:
    script = f"printf '%s\\0' {words(values)}\n"
    got = subprocess.run(["sh"], input=script.encode(), capture_output=True, check=True).stdout
    assert got.decode().split("\0")[:-1] == values


@given(st.lists(PRINTABLE.filter(lambda text: text.isprintable()), max_size=5))
def test_json_reads_the_exec_form_back(values: list[str]) -> None:
    assert json.loads(exec_form(values)) == values


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_reads_words_back() -> None:
    assert subprocess.run(["bash", "-c", f"printf %s {words(['!x$y`z`'])}"], capture_output=True, check=True).stdout == b"!x$y`z`"
