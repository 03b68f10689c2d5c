"""Read a YAML file that people write for cdgen, against the table of its fields: every problem in one go, with line and column."""

from __future__ import annotations

import re
from typing import Any

from cdgen.errors import ConfigError
from cdgen.model.finding import Finding, Severity
from cdgen.model.schema import Field


class Reader:
    """One pass over the composed YAML nodes; problems are collected, values of wrong fields left out."""

    def __init__(self, path: str, fields: tuple[Field, ...]) -> None:
        self.path = path
        self.fields = fields
        self.findings: list[Finding] = []
        self._lines: dict[tuple[int, str], int] = {}

    def read(self, data: bytes) -> dict[str, Any]:
        """The values of the file as nested tables; `__line__` of each is where it starts. Raises ConfigError with every problem."""
        values = self._read(data)
        if self.findings:
            in_order = sorted(self.findings, key=lambda finding: (finding.line, finding.column))
            raise ConfigError(tuple(in_order), data.decode("utf-8-sig", "replace"))
        return values

    def _read(self, data: bytes) -> dict[str, Any]:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as problem:
            self._add("is not UTF-8 text: save it as UTF-8", data.count(b"\n", 0, problem.start) + 1, 1, 1)
            return {}
        import yaml

        tab = re.search(r"(?m)^[ ]*\t", text)
        if tab:
            line = text.count("\n", 0, tab.end()) + 1
            self._add("a tab; YAML is indented with spaces", line, tab.end() - text.rfind("\n", 0, tab.end()) - 1, 1)
            return {}
        try:
            root = yaml.compose(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        except (yaml.MarkedYAMLError, RecursionError) as problem:
            mark = getattr(problem, "problem_mark", None) or getattr(problem, "context_mark", None)
            what = getattr(problem, "problem", None) or "too deep"
            self._add(f"not valid YAML: {what}", mark.line + 1 if mark else 1, mark.column + 1 if mark else 1, 1)
            return {}
        if root is None:
            self._add("is empty", 1, 1, 1)
            return {}
        return self._table(root, self.fields, self.path)

    def line(self, table: dict[str, Any], name: str) -> int:
        """Where a key of a table that `read` returned stands."""
        return self._lines.get((id(table), name), 0)

    def _table(self, node: Any, fields: tuple[Field, ...], where: str) -> dict[str, Any]:
        import yaml

        if not isinstance(node, yaml.MappingNode):
            self._wrong(node, f"{where} is a table of `key: value` lines")
            return {}
        known = {field.name: field for field in fields}
        found: dict[str, Any] = {"__line__": node.start_mark.line + 1}
        for key_node, value_node in node.value:
            name = str(key_node.value)
            if name not in known:
                self._unknown(key_node, name, known, where)
            elif name in found:
                self._wrong(key_node, f"`{name}` stands here a second time (first at line {self._lines[(id(found), name)]})")
            else:
                self._lines[(id(found), name)] = key_node.start_mark.line + 1
                found[name] = self._value(value_node, known[name])
        for field in fields:
            if field.required and field.name not in found:
                self._wrong(node, f"`{field.name}` is missing: {field.what}, for example `{field.name}: {field.example}`")
        for name in [name for name, value in found.items() if value is None]:
            del found[name]
        return found

    def _value(self, node: Any, field: Field) -> Any:
        import yaml

        if field.kind == "table" and field.many:
            if not isinstance(node, yaml.SequenceNode):
                return self._wrong(node, f"`{field.name}` is a list of tables")
            return [self._table(item, field.fields, f"an entry of `{field.name}`") for item in node.value]
        if field.kind == "table":
            return self._table(node, field.fields, f"`{field.name}`")
        if field.kind == "map":
            if not isinstance(node, yaml.MappingNode) or not all(
                isinstance(each, yaml.ScalarNode) for pair in node.value for each in pair
            ):
                return self._wrong(node, f"`{field.name}` is a table of texts: {field.what}")
            return {str(key.value): str(value.value) for key, value in node.value}
        if field.kind == "list":
            if not isinstance(node, yaml.SequenceNode) or not all(isinstance(item, yaml.ScalarNode) for item in node.value):
                return self._wrong(node, f"`{field.name}` is a list, for example `{field.name}: [{', '.join(field.example)}]`")
            return [str(item.value) for item in node.value]
        if not isinstance(node, yaml.ScalarNode):
            return self._wrong(node, f"`{field.name}` is one value, for example `{field.name}: {field.example}`")
        return self._scalar(node, field)

    def _scalar(self, node: Any, field: Field) -> Any:
        text = str(node.value)
        if field.kind == "boolean":
            return (
                text == "true"
                if text in ("true", "false")
                else self._wrong(node, f"`{field.name}` is true or false; this is `{text}`")
            )
        if field.kind in ("integer", "number"):
            if not re.fullmatch(r"\d{1,9}" if field.kind == "integer" else r"\d{1,9}(\.\d+)?", text) or node.style:
                return self._wrong(
                    node, f"`{field.name}` is a number, for example `{field.name}: {field.example}`; this is `{text}`"
                )
            number = int(text) if field.kind == "integer" else float(text)
            if field.most and not field.least <= number <= field.most:
                return self._wrong(node, f"`{field.name}` is between {field.least} and {field.most}; this is {text}")
            return number
        if field.allowed and text not in field.allowed:
            return self._wrong(
                node, f"`{field.name}` is one of {', '.join(field.allowed)}; this is `{text}`{_near(text, field.allowed)}"
            )
        if field.pattern and not re.match(field.pattern, text):
            return self._wrong(node, f"`{field.name}` is {field.says}, for example `{field.example}`; this is `{text}`")
        if field.kind == "date" and not _is_day(text):
            return self._wrong(node, f"`{field.name}` is a day, YYYY-MM-DD; this is `{text}`")
        if not text.strip():
            return self._wrong(
                node, f"`{field.name}` is empty; write for example `{field.name}: {field.example}`, or drop the line"
            )
        return text

    def _unknown(self, node: Any, name: str, known: dict[str, Field], where: str) -> None:
        allowed = ", ".join(sorted(known))
        self._wrong(node, f"unknown key `{name}` in {where}{_near(name, tuple(known))}; allowed: {allowed}")

    def _wrong(self, node: Any, message: str) -> None:
        same_line = node.end_mark.line == node.start_mark.line
        width = max(1, node.end_mark.column - node.start_mark.column) if same_line else 1
        self._add(message, node.start_mark.line + 1, node.start_mark.column + 1, width)

    def _add(self, message: str, line: int, column: int, width: int) -> None:
        fix = f"edit {self.path}, then run the same command again"
        self.findings.append(Finding("config", Severity.ERROR, message, self.path, line, column, column + width, fix=fix))


def _near(text: str, allowed: tuple[str, ...]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(text, allowed, 1)
    return f"; did you mean `{near[0]}`?" if near else ""


def _is_day(text: str) -> bool:
    from datetime import date

    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
