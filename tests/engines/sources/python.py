"""Programs from PyPI: one environment per locked requirements file, filled by uv (seconds, where pip takes minutes)."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from tests.engines.lock import HERE, Tool, cache
from tests.engines.sources.shell import step

UV = "0.13.9"


def install(tool: Tool, place: Path) -> None:
    """`place/bin` has links to the locked programs alone: what else came along shadows nothing on a PATH."""
    uv, environment = _uv(), place / "environment"
    step([uv, "venv", "--quiet", "--python", sys.executable, environment])
    requirements = HERE / tool.text("requirements")
    argv: list[str | Path] = [uv, "pip", "install", "--quiet", "--require-hashes", "--compile-bytecode", "-r", requirements]
    step(argv, env={"VIRTUAL_ENV": str(environment)})
    for program in tool.programs:
        (place / "bin" / program).symlink_to(environment / "bin" / program)


def _uv() -> Path:
    """The uv of this machine, or one in an environment of its own."""
    if found := shutil.which("uv"):
        return Path(found)
    home = cache() / f"uv-{UV}"
    uv = home / "bin" / "uv"
    if not uv.exists():
        step([sys.executable, "-m", "venv", "--clear", home])
        step([home / "bin" / "python", "-m", "pip", "install", "--quiet", f"uv=={UV}"])
    return uv
