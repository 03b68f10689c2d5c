"""The reference page of the command line, made of the parser itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cdgen.cli import commands
from tools.markdown import code, fence, page, table


def cli() -> str:
    root = commands.click_command()
    parts = [part for name, command in root.commands.items() for part in (_command(name, command), _options(command))]
    return page(
        "Commands",
        "`cdgen/cli/commands.py`",
        [str(root.help), "", fence("cdgen [OPTIONS] COMMAND [ARGUMENTS]...", "text")],
        ["Results go to standard output, everything else to standard error.", commands.EPILOG],
        ["## Before the command"],
        _options(root),
        *parts,
    )


def _command(name: str, command: Any) -> Iterator[str]:
    arguments = [f"[{each.name.upper()}]{'...' if each.nargs == -1 else ''}" for each in _arguments(command)]
    required = {f"[{each.name.upper()}]": each.name.upper() for each in _arguments(command) if each.required}
    yield f"## {name}"
    yield ""
    yield str(command.help).removesuffix(commands.EPILOG).strip()
    yield ""
    yield fence(" ".join(["cdgen", name, "[OPTIONS]", *(required.get(each, each) for each in arguments)]), "text")
    if arguments:
        yield ""
        yield from table(
            ("argument", "meaning", "default"),
            ((code(each.name.upper()), each.help or "", code(each.default or "")) for each in _arguments(command)),
        )


def _arguments(command: Any) -> list[Any]:
    return [each for each in command.params if each.param_type_name == "argument"]


def _options(command: Any) -> Iterator[str]:
    options = [each for each in command.params if each.param_type_name == "option"]
    rows = [(", ".join(map(code, each.opts)), each.help or "", code(each.envvar or ""), _default(each)) for each in options]
    return table(("option", "meaning", "environment", "default"), rows) if rows else iter(())


def _default(option: Any) -> str:
    return code(option.default) if option.default not in (None, False) and not option.is_flag else ""
