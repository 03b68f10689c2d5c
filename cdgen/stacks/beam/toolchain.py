"""Which Elixir runs the commands: the pinned release that the project's own requirement allows."""

from __future__ import annotations

from cdgen.model import facts as f
from cdgen.model.service import Service, Toolchain
from cdgen.road.pins import Pins

IMAGES = ("elixir", "hexpm/elixir")  # the first is the one that images are built on
BOTH = ".tool-versions"  # names Elixir and Erlang


def resolve(service: Service, pins: Pins) -> Toolchain:
    decision = service.provenance.get(f.BUILD_TOOL.name)
    locks = tuple(source.path for source in (decision.sources if decision else ()) if source.path.endswith("mix.lock"))
    decision = service.provenance.get(f.LANGUAGE_VERSION.name)
    places = [source.path for source in (decision.sources if decision else ())]
    offered = tuple(version for image in IMAGES for version in pins.versions(image))
    version = release(service.language_version, offered)
    if version is None and not any(place.endswith(BOTH) for place in places):
        version = series(service.language_version)
    return Toolchain(
        language="elixir",
        version=version,
        version_file=next(iter(places), None),
        package_manager="mix",
        lockfiles=locks,
    )


def release(required: str | None, offered: tuple[str, ...]) -> str | None:
    """The newest release that will do: a requirement of mix allows many, a version file fixes one line. None when there is none."""
    if required is None:
        return offered[0] if offered else None
    return next((version for version in offered if allows(required, version)), None)


def series(required: str | None) -> str | None:
    """The oldest series that a requirement names, where no pinned release will do: 1.14 of `~> 1.14.2`, and of 1.14.5 itself."""
    import re

    found = re.search(r"\d+\.\d+", required or "")
    return found.group() if found else None


def allows(required: str, version: str) -> bool:
    """Whether a version will do for a requirement of mix (`~> 1.14`, `>= 1.12.0 and < 2.0.0`) or for a plain version (`1.19`).

    https://hexdocs.pm/elixir/Version.html#module-requirements
    """
    return any(all(_meets(part.strip(), version) for part in some.split(" and ")) for some in required.split(" or "))


def _meets(part: str, version: str) -> bool:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    plain = part.replace("~>", "~=").replace(" ", "")
    if plain[:1].isdigit():
        plain = f"=={plain}" if plain.count(".") > 1 else f"=={plain}.*"
    try:
        return version in SpecifierSet(plain)
    except InvalidSpecifier:
        return False
