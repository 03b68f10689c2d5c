"""Templates to text. Every expression passes the guard of its template's kind; nothing else can print."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from cdgen.errors import DefectError
from cdgen.render.compiled import code_of
from cdgen.render.guards import KINDS, Kind, kind_of
from cdgen.render.runtime import Environment, Template, TemplateError

PACKAGE = Path(__file__).resolve().parent.parent


def templates_folder() -> Path:
    """Inside the package when installed; beside it in a checkout."""
    inside = PACKAGE / "templates"
    return inside if inside.is_dir() else PACKAGE.parent / "templates"


def render(template: str, *, overrides: Path | None = None, **values: Any) -> str:
    """The text of a template. `overrides` is a folder of a road whose templates replace ours. Raises DefectError with the line."""
    folders = (overrides, templates_folder()) if overrides else (templates_folder(),)
    try:
        return _template(template, _kind(template).name, folders).render(values)
    except (TemplateError, TypeError, ValueError, AttributeError, LookupError, NameError) as problem:
        raise DefectError(f"{problem}", where=_place(template, folders, problem)) from problem


def _kind(template: str) -> Kind:
    try:
        return kind_of(template)
    except KeyError as problem:
        raise DefectError("templates of this kind have no guard", where=f"templates/{template}") from problem


@cache
def _template(name: str, kind: str, folders: tuple[Path, ...]) -> Template:
    return Template(_environment(kind, folders), _find(name, KINDS[kind], folders))


@cache
def _environment(kind: str, folders: tuple[Path, ...]) -> Environment:
    return Environment(KINDS[kind], lambda name: _find(name, KINDS[kind], folders))


def _find(name: str, kind: Kind, folders: tuple[Path, ...]) -> Any:
    """The code of a template from the first folder that has it. A name that leads out of the folders finds nothing."""
    for folder in () if name.startswith("/") or ".." in name.split("/") else folders:
        try:
            return code_of(name, folder, kind)
        except FileNotFoundError:
            continue
    raise DefectError(f"there is no template {name}", where=f"templates/{name}")


def _place(template: str, folders: tuple[Path, ...], problem: BaseException) -> str:
    """`templates/<name>:<line>` of the innermost template in a traceback."""
    place, step = f"templates/{template}", problem.__traceback__
    while step is not None:
        file = Path(step.tb_frame.f_code.co_filename)
        for folder in folders:
            if file.is_relative_to(folder):
                line = _line(step.tb_frame.f_globals.get("debug_info", ""), step.tb_lineno)
                place = f"templates/{file.relative_to(folder).as_posix()}:{line}"
        step = step.tb_next
    return place


def _line(debug_info: str, code_line: int) -> int:
    """The template's line for a line of its code, from Jinja's table (`2=13&6=15`: line 2 is at 13)."""
    found = 1
    for pair in filter(None, debug_info.split("&")):
        line, _, start = pair.partition("=")
        if int(start) <= code_line:
            found = int(line)
    return found
