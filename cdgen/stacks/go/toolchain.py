"""Which Go compiles a module: the pinned release of its own minor version, else the newest, which builds older modules too."""

from __future__ import annotations

from cdgen.model import facts as f
from cdgen.model.service import Service, Toolchain
from cdgen.repo.patterns import compiled
from cdgen.road.pins import Pins, version_key

IMAGE = "golang"


def resolve(service: Service, pins: Pins) -> Toolchain:
    manifest = _manifest(service)
    folder = manifest.rpartition("/")[0] if manifest else ""
    sums = [source.path for source in _sources(service, f.BUILD_TOOL.name) if source.path.endswith("go.sum")]
    return Toolchain(
        language="go",
        version=release(_required(service), pins.versions(IMAGE)) if service.build_tool == "go" and manifest else None,
        version_file=manifest,
        lockfiles=tuple(sums) or ((f"{folder}/go.mod" if folder else "go.mod",) if manifest else ()),
    )


def release(required: str | None, offered: tuple[str, ...]) -> str | None:
    """The lowest minor version that will do if it is the module's own, else the newest. None when every release is too old."""
    if required is None:
        return offered[0] if offered else None
    wanted = version_key(required)
    enough = [version for version in offered if version_key(version) >= wanted]
    same = [version for version in enough if version_key(version)[:2] == wanted[:2]]
    return next(iter(same or enough), None)


def _required(service: Service) -> str | None:
    """The `go` line, or the `toolchain` line where that is newer."""
    texts = [service.language_version, _value(service, f.BUILD_TOOL_VERSION.name)]
    known = [text for text in texts if text and compiled(r"\d+\.\d+").match(text)]
    return max(known, key=version_key, default=None)


def _value(service: Service, key: str) -> str | None:
    decision = service.provenance.get(key)
    return str(decision.value) if decision and decision.value else None


def _manifest(service: Service) -> str | None:
    keys = (f.LANGUAGE_VERSION.name, f.BUILD_TOOL.name)
    return next(
        (source.path for key in keys for source in _sources(service, key) if source.path.rpartition("/")[2] == "go.mod"), None
    )


def _sources(service: Service, key: str) -> tuple[f.Source, ...]:
    decision = service.provenance.get(key)
    return decision.sources if decision else ()
