"""Reading code as trees: what stands in quotes, where it stands, and that comments hold none of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cdgen.repo import open_repo
from cdgen.repo.syntax import GRAMMARS, MAX_LINE, MAX_SOURCE, Syntax, line, literal

# grammar, a comment that looks like code, code on line 2, a query that captures every string, the literals (None: computed)
LITERALS = [
    (
        "csharp",
        '// f("no");',
        'class A { string a = "x", b = @"v""w", c = $"i{d}"; }',
        ["x", 'v"w'],
        "(string_literal) @s (verbatim_string_literal) @s",
    ),
    ("elixir", '# f("no")', 'f("x", "a#{b}")', ["x", None], "(string) @s"),
    ("go", '// f("no")', 'var a, b = "x\\"y", `raw`', ['x"y', "raw"], "(interpreted_string_literal) @s (raw_string_literal) @s"),
    ("java", '// f("no");', 'class A { String a = "x", b = ""; }', ["x", ""], "(string_literal) @s"),
    ("javascript", '// f("no")', 'f("x", `plain`, `a${b}`)', ["x", "plain", None], "[(string) (template_string)] @s"),
    ("kotlin", '// f("no")', 'val a = f("x", "a$b", "${c}")', ["x", None, None], "(string_literal) @s"),
    ("php", '<?php // f("no");', 'f(\'x\', "a$b", "c");', ["x", None, "c"], "[(string) (encapsed_string)] @s"),
    ("python", '# f("no")', "f('x', f'a{b}')", ["x", None], "(string) @s"),
    ("ruby", '# f "no"', "f 'x', \"a#{b}\"", ["x", None], "(string) @s"),
    ("rust", '// f("no");', 'fn f() { let a = ("x", r"raw"); }', ["x", "raw"], "[(string_literal) (raw_string_literal)] @s"),
    ("scala", '// f("no")', 'object A { val a = "x" }', ["x"], "(string) @s"),
    ("tsx", '// f("no")', "const a = f('x')", ["x"], "(string) @s"),
    ("typescript", '// f("no")', "const a: string = f('x')", ["x"], "(string) @s"),
]


def tree(root: Path, grammar: str, source: str) -> Syntax | None:
    (root / "file").write_text(source)
    return open_repo(root)[0].syntax("file", grammar)


def test_every_grammar_has_a_row() -> None:
    assert sorted(row[0] for row in LITERALS) == sorted(GRAMMARS)


@pytest.mark.parametrize(("grammar", "comment", "code", "literals", "query"), LITERALS, ids=[row[0] for row in LITERALS])
def test_literals(tmp_path: Path, grammar: str, comment: str, code: str, literals: list[str | None], query: str) -> None:
    found = tree(tmp_path, grammar, f"{comment}\n{code}\n")
    assert found is not None
    nodes = [match["s"] for match in found.matches(query)]
    assert [literal(node) for node in nodes] == literals
    assert {line(node) for node in nodes} == {2}


def test_what_is_no_source_has_no_tree(tmp_path: Path) -> None:
    assert tree(tmp_path, "go", "x\n" * MAX_SOURCE) is None
    assert tree(tmp_path, "go", "x" * (MAX_LINE + 1)) is None
    assert tree(tmp_path, "go", "a\0b") is None
    assert open_repo(tmp_path)[0].syntax("absent", "go") is None


def test_broken_and_deep_code_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    found = tree(tmp_path, "javascript", "f('x');\n" + "(\n" * 50_000)
    assert found is not None
    assert [literal(match["s"]) for match in found.matches("(string) @s")] == ["x"]
