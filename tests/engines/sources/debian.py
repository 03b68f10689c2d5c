"""Programs of the distribution: used where they are, installed where this user may."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.engines.lock import Tool, system_program
from tests.engines.sources.shell import StepFailed, step

POLICY = Path("/usr/sbin/policy-rc.d")
APT = ("apt-get", "-o", "DPkg::Lock::Timeout=300", "-y", "-qq")


def is_installed(tool: Tool) -> bool:
    return all(system_program(tool, program) for program in tool.programs)


def install(tool: Tool) -> None:
    packages = tool.texts("packages")
    if shutil.which("apt-get") is None:
        raise StepFailed(f"not installed, and no apt-get here for: {' '.join(packages)}")
    if os.geteuid() != 0:
        raise StepFailed(f"not installed; as root: apt-get install {' '.join(packages)}")
    argv = [*APT, "install", "--no-install-recommends", *packages]
    with _no_service_starts():
        try:
            step(argv, env={"DEBIAN_FRONTEND": "noninteractive"})
        except StepFailed:  # the lists are missing or old
            step([*APT, "update"])
            step(argv, env={"DEBIAN_FRONTEND": "noninteractive"})


@contextmanager
def _no_service_starts() -> Iterator[None]:
    """A server package starts its server on installation unless the machine's policy says no; ours start by themselves."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink()
