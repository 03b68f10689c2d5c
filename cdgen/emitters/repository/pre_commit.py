"""An entry in `.pre-commit-config.yaml`: the road is checked on every commit. Comments and layout of the file are kept."""

from __future__ import annotations

import re
from typing import Any

from cdgen.errors import InputError
from cdgen.model.output import PatchedFile
from cdgen.model.plan import DeliveryPlan

id = "pre-commit"
path = ".pre-commit-config.yaml"
HOOK = "cdgen-check"
ENTRY = """\
  - repo: local
    hooks:
      - id: cdgen-check
        name: cdgen check
        entry: cdgen check
        language: system
        pass_filenames: false
        always_run: true
"""


def patch(text: str | None, plan: DeliveryPlan) -> PatchedFile | None:  # noqa: ARG001
    """Raises InputError when the file has no list of `repos`."""
    if text is None or not text.strip():
        return PatchedFile(path, "repos:\n" + ENTRY, "the hook cdgen-check")
    if re.search(rf"^\s*-?\s*id:\s*[\"']?{HOOK}\b", text, re.M):
        return PatchedFile(path, text, "the hook cdgen-check")
    return PatchedFile(path, _edit(text, _append), "the hook cdgen-check")


def remove(text: str) -> str:
    """Without the hook; empty when it was the only one."""
    if HOOK not in text:
        return text
    if text == "repos:\n" + ENTRY:
        return ""
    return _edit(text, _drop)


def _append(repos: list[Any]) -> None:
    from ruamel.yaml import YAML

    repos.extend(YAML().load("repos:\n" + ENTRY)["repos"])


def _drop(repos: list[Any]) -> None:
    for entry in list(repos):
        hooks = entry.get("hooks", [])
        for hook in [hook for hook in hooks if hook.get("id") == HOOK]:
            hooks.remove(hook)
        if not hooks:
            repos.remove(entry)


def _edit(text: str, change: Any) -> str:
    """The file through the round-trip editor, with its own indentation of lists."""
    from io import StringIO

    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    editor = YAML()
    editor.preserve_quotes = True
    editor.width = 4096
    offset = 2 if re.search(r"^  - ", text, re.M) else 0
    editor.indent(mapping=2, sequence=2 + offset, offset=offset)
    try:
        data = editor.load(text)
    except YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else path
        raise InputError(
            f"{path} is not valid YAML", where=where, hint=f"repair {path}, then run the same command again"
        ) from problem
    if not isinstance(data, dict) or not isinstance(data.get("repos"), list):
        raise InputError(f"{path} has no list of `repos`", where=f"{path}:1", hint="repair it, then run the same command again")
    change(data["repos"])
    out = StringIO()
    editor.dump(data, out)
    return out.getvalue()
