"""Hooks for act: executables that do the work of an action for real."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
# not a shell script: a shell drops variables such as INPUT_BUILD-ARGS
HOOK = """\
#!{python}
import os, sys
sys.path.insert(0, {root!r})
os.environ["CDGEN_ENGINES"] = {cache!r}
from tests.engines.standins.hooks import main
main()
"""


def building_images(folder: Path) -> Path:
    """A folder of hooks in which `docker/build-push-action` builds with buildah: the digest that later jobs get is real."""
    folder.mkdir(parents=True, exist_ok=True)
    hook = folder / "docker__build-push-action"
    hook.write_text(HOOK.format(python=sys.executable, root=str(ROOT), cache=os.environ.get("CDGEN_ENGINES", "")))
    hook.chmod(0o755)
    return folder


def main() -> None:
    """Builds what the action's inputs ask for, and prints its outputs."""
    from tests.engines.drivers import buildah

    workspace = Path(os.environ["GITHUB_WORKSPACE"])
    context = workspace / os.environ.get("INPUT_CONTEXT", ".")
    dockerfile = workspace / (os.environ.get("INPUT_FILE") or context / "Dockerfile")
    arguments = [line.strip() for line in os.environ.get("INPUT_BUILD-ARGS", "").splitlines() if line.strip()]
    flags = [flag for argument in arguments for flag in ("--build-arg", argument)]
    if target := os.environ.get("INPUT_TARGET"):
        flags += ["--target", target]
    image = buildah.build(context.resolve(), dockerfile.resolve(), flags=flags)
    print(f"digest={image.digest}\nimageid={image.digest}")
