"""Variables of the environment and settings that a .NET program reads; a setting `A:B` is set by the variable `A__B`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source
from cdgen.repo.patterns import compiled
from cdgen.repo.syntax import Syntax, line, text
from cdgen.repo.variables import variable
from cdgen.stacks.dotnet.code import Code
from cdgen.stacks.dotnet.settings import Settings
from cdgen.stacks.dotnet.values import environment_name, reading, value

if TYPE_CHECKING:
    from tree_sitter import Node

READS = ("GetEnvironmentVariable", "onfiguration", "onfig", "GetConnectionString", "ettings")
QUERY = "[(invocation_expression) (element_access_expression)] @read"
NAME = r"^[A-Za-z_][\w.:-]{0,80}$"
# what the runtime and the host read themselves
OF_THE_HOST = r"^(?:ASPNETCORE|DOTNET)_|^(?:PATH|HOME|HOSTNAME|TEMP|TMP)$"


def facts(code: Code, settings: Settings) -> Iterator[Fact]:
    for file, nodes in code.matches(QUERY, *READS):
        read = reading(nodes["read"])
        if read is None or not compiled(NAME).match(read[0]) or compiled(OF_THE_HOST).search(read[0]):
            continue
        yield _fact(nodes["read"], *read, file, settings)


def _fact(node: Node, key: str, default: Node | None, file: Syntax, settings: Settings) -> Fact:
    name = environment_name(key)
    given = settings.get(key)
    known = given.value if given and given.value else value(default, file, settings).text if default is not None else None
    other = _otherwise(node)
    required = other is not None and other.type in ("throw_expression", "throw_statement")
    if known is None and other is not None and not required:
        known = value(other, file, settings).text
    found = variable(name, known, required=required)
    if given and given.value and found.secret:
        found = found._replace(required=False)
    from_environment = "GetEnvironmentVariable" in text(node)
    sure = Confidence.DECLARED if from_environment else Confidence.INFERRED
    return Fact(f.ENV, found, Source(file.path, line(node)), Origin.CODE, sure, f"reads {key}")


def _otherwise(node: Node) -> Node | None:
    """What stands on the right of `??`, also behind a parenthesis or a conversion."""
    parent = node.parent
    if parent is None or parent.type != "binary_expression":
        return None
    operator, left = parent.child_by_field_name("operator"), parent.child_by_field_name("left")
    if operator is None or text(operator) != "??" or left != node:
        return None
    return parent.child_by_field_name("right")
