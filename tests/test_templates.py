"""Templates lay out and decide nothing: one expression prints one whole value, where its guard is enough to make it safe.

Reads each template's syntax tree. The guard itself is tested in `tests/render`; here is what a guard cannot see: a constant (Jinja
escapes it before the guard), an expression glued to text or inside quotes, a value in the body of a script.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import TemplateSyntaxError, nodes

from cdgen.render.compiled import compiler
from cdgen.render.environment import templates_folder
from cdgen.render.guards import kind_of

TEMPLATES = sorted(path.relative_to(templates_folder()).as_posix() for path in templates_folder().rglob("*.j2"))
SOURCE = Path(__file__).parent.parent / "cdgen"
VALUE = "\x01"  # stands for an expression in the flattened text
ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.For,
    nodes.If,
    nodes.Not,
    nodes.Name,
    nodes.Getattr,
    nodes.Filter,
    nodes.Include,
    nodes.Macro,
    nodes.Call,
    nodes.Const,
)


def problems(name: str, source: str) -> list[str]:
    """Everything that is wrong with a template, in a few words each."""
    kind = kind_of(name)
    try:
        tree = compiler(kind).parse(source)
    except TemplateSyntaxError as problem:
        return [f"does not parse: {problem}"]
    targets = {id(node.target) for node in tree.find_all(nodes.For)}  # `for name, value in pairs`
    found = [
        f"{type(node).__name__} in line {node.lineno}"
        for node in walk(tree)
        if not (isinstance(node, ALLOWED) or id(node) in targets)
    ]
    found += [f"filter {node.name} in line {node.lineno}" for node in tree.find_all(nodes.Filter) if node.name not in kind.filters]
    found += [f"a decision in line {node.lineno}" for node in tree.find_all(nodes.If) if not is_presence(node.test)]
    found += [f"a filtered loop in line {node.lineno}" for node in tree.find_all(nodes.For) if node.test or not is_name(node.iter)]
    found += [f"a computed expression in line {value.lineno}" for value in values(tree) if not is_value(value)]
    found += [
        f"an include of another kind in line {node.lineno}" for node in tree.find_all(nodes.Include) if not is_same_kind(node, name)
    ]
    return found + [f"{what}: {line.replace(VALUE, '<%= %>').strip()}" for what, line in misplaced(kind.name, flatten(tree))]


def walk(node: nodes.Node) -> Iterator[nodes.Node]:
    yield node
    for child in node.iter_child_nodes():
        yield from walk(child)


def values(tree: nodes.Template) -> Iterator[nodes.Expr]:
    for output in tree.find_all(nodes.Output):
        yield from (child for child in output.nodes if not isinstance(child, nodes.TemplateData))


def is_name(node: nodes.Node | None) -> bool:
    """A name, or an attribute of one."""
    return isinstance(node, nodes.Name) or (isinstance(node, nodes.Getattr) and is_name(node.node))


def is_presence(node: nodes.Node) -> bool:
    return is_name(node.node if isinstance(node, nodes.Not) else node)


def is_value(node: nodes.Node | None) -> bool:
    """A name, filtered with constant arguments; or a call of a macro with names."""
    if isinstance(node, nodes.Filter):
        constant = all(isinstance(argument, nodes.Const) for argument in node.args)
        return constant and not (node.kwargs or node.dyn_args or node.dyn_kwargs) and is_value(node.node)
    if isinstance(node, nodes.Call):
        plain = all(is_name(argument) for argument in node.args)
        return isinstance(node.node, nodes.Name) and plain and not (node.kwargs or node.dyn_args or node.dyn_kwargs)
    return is_name(node)


def is_same_kind(node: nodes.Include, name: str) -> bool:
    return isinstance(node.template, nodes.Const) and kind_of(node.template.value) is kind_of(name)


def flatten(node: nodes.Node) -> str:
    """The text with every expression as one character. Statements stand on lines of their own, so that lines stay whole."""
    if isinstance(node, nodes.TemplateData):
        return node.data
    if isinstance(node, nodes.Output):
        return "".join(flatten(child) if isinstance(child, nodes.TemplateData) else marked(child) for child in node.nodes)
    return "".join(flatten(child) for child in node.iter_child_nodes() if isinstance(child, nodes.Stmt))


def marked(value: nodes.Node) -> str:
    """The placeholder, with the name of the last filter for the rules of a line: `\\x01command\\x01`."""
    return f"{VALUE}{value.name}{VALUE}" if isinstance(value, nodes.Filter) else f"{VALUE}{VALUE}"


ONE = rf"{VALUE}[a-z]*{VALUE}"
YAML_KEY = rf"(?:{ONE}|[\w./-]+|\"[\w./-]+\")"
YAML_LINE = re.compile(rf" *(?:- )*(?:{YAML_KEY}:|(?:{YAML_KEY}: )?{ONE})(?: # [^{VALUE}]*(?:{ONE}[^{VALUE}]*)*)?")
YAML_COMMENT = re.compile(rf" *# [^{VALUE}]*(?:{ONE}[^{VALUE}]*)*")
SCRIPT_START = re.compile(r"^( *(?:- )*)\S.*[|>][-+0-9]*(?: #.*)?$")
WHOLE_LINE = {"fence": rf"{ONE}", "command": rf"(?:[^{VALUE}\"'#]* )?{ONE}"}


def misplaced(kind: str, text: str) -> Iterator[tuple[str, str]]:
    """Lines in which an expression stands where its guard does not protect it."""
    for line in text.split("\n"):
        for name, pattern in WHOLE_LINE.items():
            if f"{VALUE}{name}{VALUE}" in line and not re.fullmatch(pattern, line):
                yield f"`{name}` must end its line", line
    if kind == "yaml":
        yield from misplaced_yaml(text)
    elif kind == "shell":
        yield from (("in quotes", line) for line in text.split("\n") if in_quotes(line))
    elif kind == "dockerfile":  # a bare word there has nothing that quotes would have to protect
        yield from (("in quotes", line) for line in text.split("\n") if in_quotes(line.replace(VALUE + VALUE, "")))


def misplaced_yaml(text: str) -> Iterator[tuple[str, str]]:
    body = -1  # column of the literal block we are in
    for line in text.split("\n"):
        column = len(line) - len(line.lstrip(" "))
        if body >= 0 and (column > body or not line.strip()):
            if VALUE in line:
                yield "in the body of a script", line
            continue
        start = SCRIPT_START.match(line)
        body = len(start.group(1)) if start and VALUE not in line else -1
        if VALUE in line and not (YAML_LINE.fullmatch(line) or YAML_COMMENT.fullmatch(line)):
            yield "glued or in quotes", line


def in_quotes(line: str) -> bool:
    """Whether an expression stands between quotes; a backslash and quotes of the other kind are minded."""
    quote, escaped = "", False
    for char in line:
        if char == VALUE and quote:
            return True
        if escaped or (char == "\\" and quote != "'"):
            escaped = not escaped
        elif quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
    return False


# Templates that still decide something; each is to leave this list, and a repaired one fails until it does.
KNOWN = {
    "image/node-build.Dockerfile.j2",
    "image/node-site.Dockerfile.j2",
    "image/node.Dockerfile.j2",
    "image/python.Dockerfile.j2",
}
MARKED = [pytest.param(name, marks=pytest.mark.xfail(strict=True)) if name in KNOWN else name for name in TEMPLATES]


@pytest.mark.parametrize("name", MARKED)
def test_template(name: str) -> None:
    assert problems(name, (templates_folder() / name).read_text()) == []


def test_there_are_templates() -> None:
    assert len(TEMPLATES) > 5


GOOD = (
    ("a.yml.j2", "on: push\n# of <%= name %>\njobs:\n<% for job in v.jobs %>\n  <%= job.id %>:\n    if: ${{ x }}\n<% endfor %>\n"),
    ("a.yml.j2", "    - <%= x %>\n    - k: <%= x.y | flow %>\n    - <%= k %>: <%= v | tree(6) %> # <%= version %>\n"),
    ("a.yml.j2", "a:\n  <% if not loop.first %>\n  <%= x | tree(2) %>\n  <% else %>\n  b: 1\n  <% endif %>\n"),
    ("a.yml.j2", "run: |\n  echo ${{ x }} <<EOF\n\n  x\nnext: <%= x | block(4) %>\n"),
    ("a.yml.j2", '<% include "b.yml.j2" %>\n<% macro m(x) %>\n  k: <%= x %>\n<% endmacro %>\n  <%= m(a.b) %>\n'),
    ("a.sh.j2", "#!/bin/sh\nexport A=<%= a %> B=\"x\" C='y' D=\\\"<%= d %>\n<%= run | command %>\nexec <%= run | command %>\n"),
    ("Dockerfile.j2", "FROM <%= base %> AS build\nENV A=<%= a | quoted %>\nRUN -x <%= r | command %>\nCMD <%= c | exec %>\n"),
    ("Dockerfile.j2", "<% for name, value in settings %>\nENV <%= name %>=<%= value | quoted %> P='<%= port %>;'\n<% endfor %>\n"),
    ("a.md.j2", "# <%= title %>\n\n| <%= a %> | <%= b | code %> |\n\n<%= drawing | fence %>\n"),
    ("a.dockerignore.j2", "*\n<% for path in include %>\n!<%= path %>\n<% endfor %>\n"),
)  # fmt: skip


@pytest.mark.parametrize(("name", "source"), GOOD)
def test_a_good_template_is_silent(name: str, source: str) -> None:
    assert problems(name, source) == []


BAD = (
    ("a.yml.j2", 'k: <%= "x" %>\n', "computed"),
    ("a.yml.j2", "k: <%= 1 %>\n", "computed"),
    ("a.yml.j2", 'k: <%= "on" | flow %>\n', "computed"),
    ("a.yml.j2", "k: <%= a ~ b %>\n", "computed"),
    ("a.yml.j2", "k: <%= a + 1 %>\n", "computed"),
    ("a.yml.j2", 'k: <%= a if b else "x" %>\n', "computed"),
    ("a.yml.j2", "k: <%= a.b() %>\n", "computed"),
    ("a.yml.j2", "k: <%= a[0] %>\n", "computed"),
    ("a.yml.j2", "k: <%= a | block(n) %>\n", "computed"),
    ("a.yml.j2", "k: <%= [a, b] %>\n", "computed"),
    ("a.yml.j2", "image: <%= repo %>:<%= tag %>\n", "glued"),
    ("a.yml.j2", "image: repo:<%= tag %>\n", "glued"),
    ("a.yml.j2", "image: <%= repo %>-x\n", "glued"),
    ("a.yml.j2", "k: [<%= a %>, b]\n", "glued"),
    ("a.yml.j2", "k: { a: <%= a %> }\n", "glued"),
    ("a.yml.j2", "k: <%= a %> <%= b %>\n", "glued"),
    ("a.yml.j2", "k: <%= a %> #<%= b %>\n", "glued"),
    ("a.yml.j2", 'k: "<%= a %>"\n', "glued"),
    ("a.yml.j2", "k: '<%= a %>'\n", "glued"),
    ("a.yml.j2", "k:<%= a %>\n", "glued"),
    ("a.yml.j2", "k: ${{ <%= a %> }}\n", "glued"),
    ("a.yml.j2", "run: |\n  echo <%= a %>\n", "in the body of a script"),
    ("a.yml.j2", "- run: >-\n\n    k: <%= a %>\n", "in the body of a script"),
    ("a.yml.j2", "- run: |2\n<% for a in b %>\n    k: <%= a %>\n<% endfor %>\n", "in the body of a script"),
    ("a.yml.j2", "k: <%= a | safe %>\n", "filter safe"),
    ("a.yml.j2", "k: <%= a | tojson %>\n", "filter tojson"),
    ("a.yml.j2", "k: <%= a | quoted %>\n", "filter quoted"),
    ("a.yml.j2", "<% set a = b %>\n", "Assign in line 1"),
    ("a.yml.j2", "<% set a %>x<% endset %>\n", "AssignBlock in line 1"),
    ("a.yml.j2", "<% autoescape false %>\nk: <%= a %>\n<% endautoescape %>\n", "ScopedEvalContextModifier"),
    ("a.yml.j2", "<% filter flow %>x<% endfilter %>\n", "FilterBlock"),
    ("a.yml.j2", "<% if a == b %>\nx: 1\n<% endif %>\n", "decision in line 1"),
    ("a.yml.j2", "<% if a and b %>\nx: 1\n<% endif %>\n", "decision in line 1"),
    ("a.yml.j2", "<% if a is defined %>\nx: 1\n<% endif %>\n", "decision in line 1"),
    ("a.yml.j2", "<% if a.b() %>\nx: 1\n<% endif %>\n", "decision in line 1"),
    ("a.yml.j2", "<% if a %>\nx: 1\n<% elif a.b > 1 %>\nx: 2\n<% endif %>\n", "decision in line 3"),
    ("a.yml.j2", "<% for a in b if a %>\nx: 1\n<% endfor %>\n", "filtered loop"),
    ("a.yml.j2", "<% for a in b[1:] %>\nx: 1\n<% endfor %>\n", "filtered loop"),
    ("a.yml.j2", '<% include "a.sh.j2" %>\n', "another kind"),
    ("a.yml.j2", "<% include a %>\n", "another kind"),
    ("a.yml.j2", "<% if a %>\n", "does not parse"),
    ("a.sh.j2", 'echo "<%= a %>"\n', "in quotes"),
    ("a.sh.j2", "echo '<%= a %>'\n", "in quotes"),
    ("a.sh.j2", "echo \"it's <%= a %>\"\n", "in quotes"),
    ("a.sh.j2", "echo \"\\\"<%= a %>\"\n", "in quotes"),
    ("a.sh.j2", "<%= run | command %> && x\n", "must end its line"),
    ("a.sh.j2", "# <%= run | command %>\n", "must end its line"),
    ("Dockerfile.j2", 'ENV A="<%= a | quoted %>"\n', "in quotes"),
    ("Dockerfile.j2", "RUN <%= a | command %> \\\n  && x\n", "must end its line"),
    ("a.md.j2", "- <%= a | fence %>\n", "must end its line"),
)  # fmt: skip


@pytest.mark.parametrize(("name", "source", "what"), BAD)
def test_a_bad_template_is_named(name: str, source: str, what: str) -> None:
    assert any(what in problem for problem in problems(name, source)), problems(name, source)


def uses() -> list[re.Pattern[str]]:
    """Every template name in the code and in templates; a part that is filled in stands for any name."""
    texts = [path.read_text() for path in SOURCE.rglob("*.py")]
    texts += [(templates_folder() / name).read_text() for name in TEMPLATES]
    names = {name for text in texts for name in re.findall(r'"([\w./{}-]+\.j2)"', text)}
    return [re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(name))) for name in names]


def test_every_template_is_used() -> None:
    patterns = uses()
    assert [name for name in TEMPLATES if not any(pattern.fullmatch(name) for pattern in patterns)] == []


def test_every_template_that_is_used_is_there() -> None:
    assert [pattern.pattern for pattern in uses() if not any(pattern.fullmatch(name) for name in TEMPLATES)] == []
