"""Templates to text. Every expression passes the guard of its template's kind; nothing else can print.

Built-in filters, tests and globals are taken away: what is not there cannot be used to get round the guard (`safe`, `tojson`, ...).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import (
    Environment,
    FileSystemBytecodeCache,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
)
from jinja2.bccache import Bucket

from cdgen.errors import DefectError
from cdgen.render.guards import KINDS, Kind, kind_of

PACKAGE = Path(__file__).resolve().parent.parent
COMPILED = Path(__file__).resolve().parent / "__pycache__"
DELIMITERS = {
    "block_start_string": "<%",
    "block_end_string": "%>",
    "variable_start_string": "<%=",
    "variable_end_string": "%>",
    "comment_start_string": "<%#",
    "comment_end_string": "%>",
}  # nothing that we emit uses them: ${{ }}, $[[ ]], {{ }}, ${#a[@]}, [[ ]], << all pass untouched


class Bytecode(FileSystemBytecodeCache):
    """Compiled templates beside Python's own compiled modules, by its rules: never required, never where it must not write."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        if sys.dont_write_bytecode:
            return
        try:
            super().dump_bytecode(bucket)
        except OSError:  # a read-only installation: compile again next time
            return


def templates_folder() -> Path:
    """Inside the package when installed; beside it in a checkout."""
    inside = PACKAGE / "templates"
    return inside if inside.is_dir() else PACKAGE.parent / "templates"


def render(template: str, *, overrides: Path | None = None, **values: Any) -> str:
    """The text of a template. `overrides` is a folder of a road whose templates replace ours; they run in Jinja's sandbox."""
    folders = (overrides, templates_folder()) if overrides else (templates_folder(),)
    try:
        return _environment(_kind(template).name, folders).get_template(template).render(values)
    except TemplateNotFound as problem:
        raise DefectError(f"there is no template {problem.name}", where=f"templates/{template}") from problem
    except (TemplateError, TypeError, ValueError, AttributeError, LookupError) as problem:
        raise DefectError(f"{problem}", where=_place(template, folders, problem)) from problem


def _kind(template: str) -> Kind:
    try:
        return kind_of(template)
    except KeyError as problem:
        raise DefectError("templates of this kind have no guard", where=f"templates/{template}") from problem


def _place(template: str, folders: Sequence[Path], problem: BaseException) -> str:
    """`templates/<name>:<line>` of the innermost template in a traceback; Jinja maps its generated code back to the template."""
    if isinstance(problem, TemplateSyntaxError):
        return f"templates/{problem.name or template}:{problem.lineno}"
    place, step = f"templates/{template}", problem.__traceback__
    while step is not None:
        file = Path(step.tb_frame.f_code.co_filename)
        for folder in folders:
            if file.is_relative_to(folder):
                place = f"templates/{file.relative_to(folder).as_posix()}:{step.tb_lineno}"
        step = step.tb_next
    return place


@cache
def _environment(kind: str, folders: tuple[Path, ...]) -> Environment:
    return environment_for(KINDS[kind], folders, sandboxed=len(folders) > 1)


def environment_for(kind: Kind, folders: Sequence[Path], *, sandboxed: bool = False) -> Environment:
    if sandboxed:
        from jinja2.sandbox import ImmutableSandboxedEnvironment as Base
    else:
        Base = Environment  # type: ignore[assignment,misc]  # noqa: N806
    environment = Base(
        **DELIMITERS,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
        autoescape=True,
        finalize=kind.guard,
        auto_reload=False,
        loader=FileSystemLoader(folders),
        bytecode_cache=Bytecode(str(COMPILED), f"%s.{sys.implementation.cache_tag}.pyc"),
    )
    environment.filters, environment.tests, environment.globals = dict(kind.filters), {}, {}
    return environment
