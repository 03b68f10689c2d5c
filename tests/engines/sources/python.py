"""Programs from PyPI: one environment per locked requirements file, filled by uv (seconds, where pip takes minutes)."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.engines.lock import HERE, Tool, find
from tests.engines.sources.shell import step


def install(tool: Tool, place: Path) -> None:
    """`place/bin` has links to the locked programs alone: what else came along shadows nothing on a PATH."""
    uv, environment = find("uv"), place / "environment"
    step([uv, "venv", "--quiet", "--python", sys.executable, environment])
    requirements = HERE / tool.text("requirements")
    argv: list[str | Path] = [uv, "pip", "install", "--quiet", "--require-hashes", "--compile-bytecode", "-r", requirements]
    step(argv, env={"VIRTUAL_ENV": str(environment)})
    for program in tool.programs:
        (place / "bin" / program).symlink_to(environment / "bin" / program)


def bootstrap(tool: Tool, place: Path) -> None:
    """The only use of pip: it brings uv, in an environment of its own."""
    step([sys.executable, "-m", "venv", place / "environment"])
    step([place / "environment" / "bin" / "python", "-m", "pip", "install", "--quiet", f"{tool.name}=={tool.version}"])
    (place / "bin" / tool.name).symlink_to(place / "environment" / "bin" / tool.name)
