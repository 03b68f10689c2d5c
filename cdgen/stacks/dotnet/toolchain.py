"""Which SDK builds a project: the one of global.json, the pinned one of its own version, else the newest of that version."""

from __future__ import annotations

from cdgen.model import facts as f
from cdgen.model.facts import Source
from cdgen.model.service import Service, Toolchain
from cdgen.repo.patterns import compiled
from cdgen.road.pins import Pins, version_key

SDK = "mcr.microsoft.com/dotnet/sdk"


def resolve(service: Service, pins: Pins) -> Toolchain:
    """A project of an older .NET is built and tested with that SDK: a newer one brings no runtime for its tests."""
    sources = _sources(service, f.BUILD_TOOL_VERSION.name)
    fixed = next((source.path for source in sources if source.path.endswith("global.json")), None)
    locks = (source.path for source in _sources(service, f.INSTALL.name) if source.path.endswith("packages.lock.json"))
    version = "" if service.unsupported else service.language_version or ""
    return Toolchain(
        language="dotnet",
        version=None if fixed else sdk(version, pins),
        version_file=fixed,
        package_manager="nuget",
        lockfiles=tuple(locks),
    )


def sdk(version: str, pins: Pins) -> str | None:
    """`10.0.401` for 10.0, where it is pinned; `8.0.x`, the newest of a line, where none is."""
    if not compiled(r"\d+\.\d+\Z").match(version):
        return None
    pinned = [offered for offered in pins.versions(SDK) if version_key(offered)[:2] == version_key(version)[:2]]
    return pinned[0] if pinned else f"{version}.x"


def _sources(service: Service, key: str) -> tuple[Source, ...]:
    decision = service.provenance.get(key)
    return decision.sources if decision else ()
