"""The tool lock: which programs there are, where each one lies in the cache, and what to say when it does not."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
# fields that say something about a tool and change nothing in it
SAYINGS = frozenset({"canary", "usual"})


class NotProven(Exception):
    """A program that a proof needs cannot be had here. Never a pass and never a failure: its own outcome."""

    def __init__(self, tool: str, reason: str) -> None:
        super().__init__(f"{tool}: {reason}")
        self.tool = tool
        self.reason = reason


class Tool(NamedTuple):
    """One entry of `tools.toml`; `fields` has what only its source understands."""

    name: str
    source: str
    version: str
    programs: tuple[str, ...]
    canary: tuple[str, str]
    usual: int
    fields: Mapping[str, object]

    def text(self, field: str, default: str = "") -> str:
        return str(self.fields.get(field, default))

    def texts(self, field: str) -> tuple[str, ...]:
        values = self.fields.get(field, [])
        return tuple(str(value) for value in values) if isinstance(values, list) else ()


@functools.cache
def tools() -> tuple[Tool, ...]:
    entries = tomllib.loads((HERE / "tools.toml").read_text())
    return tuple(_tool(name, entry) for name, entry in entries.items())


def _tool(name: str, entry: dict[str, object]) -> Tool:
    canary, programs = entry["canary"], entry["programs"]
    assert isinstance(canary, list) and isinstance(programs, list)
    return Tool(
        name=name,
        source=str(entry["source"]),
        version=str(entry["version"]),
        programs=tuple(programs),
        canary=(canary[0], canary[1]),
        usual=int(str(entry["usual"])),
        fields=entry,
    )


def cache() -> Path:
    """Outside the checkout: a fresh clone on the same machine starts warm."""
    if named := os.environ.get("CDGEN_ENGINES"):
        return Path(named).absolute()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache").absolute() / "cdgen-engines"


def place(tool: Tool) -> Path:
    """Where `tool` is installed: another lock entry, Go, Python or processor is another place."""
    return cache() / f"{tool.name}-{tool.version}-{_key(tool)}"


def marker(tool: Tool) -> Path:
    """Written last: without it a place is half an installation."""
    return place(tool) / "installed.json"


def refusal(tool: Tool) -> Path:
    """Why the last attempt to install `tool` failed."""
    return cache() / "missing" / f"{tool.name}.txt"


def _key(tool: Tool) -> str:
    what = {name: value for name, value in tool.fields.items() if name not in SAYINGS}
    parts = [json.dumps(what, sort_keys=True), platform.system(), platform.machine()]
    match tool.source:
        case "go":
            parts += [go_version()]
        case "control-plane":
            parts += [go_version(), *(_content(HERE / "kubernetes" / name) for name in ("go.mod", "main.go", "kwok.go"))]
        case "bootstrap":
            parts += [platform.python_version(), sys.base_prefix]
        case "python":
            parts += [platform.python_version(), sys.base_prefix, _content(HERE / tool.text("requirements"))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def _content(path: Path) -> str:
    return path.read_text()


@functools.cache
def go_version() -> str:
    """`go version`, or nothing where there is no Go."""
    go = shutil.which("go")
    if go is None:
        return ""
    return subprocess.run([go, "version"], capture_output=True, text=True, check=False, cwd=HERE).stdout.strip()


def find(program: str) -> Path:
    """The absolute path of a program of the lock; NotProven where it is not installed."""
    for tool in tools():
        if program in tool.programs:
            return _find(tool, program)
    raise KeyError(f"{program} is in no entry of tools.toml")


def _find(tool: Tool, program: str) -> Path:
    found = system_program(tool, program) if tool.source == "debian" else _cached_program(tool, program)
    if found is not None:
        return found
    note = refusal(tool)
    raise NotProven(program, note.read_text().strip() if note.is_file() else "run: python -m tests.engines.install")


def _cached_program(tool: Tool, program: str) -> Path | None:
    path = place(tool) / "bin" / program
    return path if marker(tool).is_file() and path.exists() else None


def system_program(tool: Tool, program: str) -> Path | None:
    """A program of a Debian package: on PATH, or in a folder that Debian keeps off PATH (newest version first)."""
    for pattern in tool.texts("folders"):
        for folder in sorted(Path("/").glob(pattern.lstrip("/")), key=lambda path: (len(str(path)), path), reverse=True):
            if os.access(folder / program, os.X_OK):
                return folder / program
    found = shutil.which(program)
    return Path(found) if found else None
