"""Which Rust compiles a package: the release that its toolchain file fixes, else the newest pinned one.

A newer Rust builds older code (https://blog.rust-lang.org/2014/10/30/Stability/).
"""

from __future__ import annotations

from cdgen.model import facts as f
from cdgen.model.service import Service, Toolchain
from cdgen.repo.patterns import compiled
from cdgen.road.pins import Pins, version_key

IMAGE = "rust"


def resolve(service: Service, pins: Pins) -> Toolchain:
    decision = service.provenance.get(f.LANGUAGE_VERSION.name)
    sources = decision.sources if decision else ()
    file = next((each.path for each in sources if "rust-toolchain" in each.path.rpartition("/")[2]), None)
    tool = service.provenance.get(f.BUILD_TOOL.name)
    lock = tuple(each.path for each in (tool.sources if tool else ()) if each.path.endswith("Cargo.lock"))
    fixed = service.language_version if file and compiled(r"\d+\.\d+").match(service.language_version or "") else None
    version = fixed or release(service.language_version, pins)
    return Toolchain("rust", version, version_file=file, package_manager=_tool(service), lockfiles=lock)


def _tool(service: Service) -> str | None:
    """What the commands need besides cargo's own parts."""
    commands = " ".join(filter(None, (service.commands.test, service.commands.coverage, service.commands.integration)))
    return next((f"cargo-{name}" for name in ("nextest", "llvm-cov") if f"cargo {name}" in commands), None)


def release(required: str | None, pins: Pins) -> str | None:
    """The newest pinned release; None when even that is too old."""
    newest = next(iter(pins.versions(IMAGE)), None)
    if newest is None or (required and compiled(r"\d").match(required) and version_key(required) > version_key(newest)):
        return None
    return newest
