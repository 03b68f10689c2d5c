"""The images that a build starts from and a program runs on: of one Node line, with one C library."""

from __future__ import annotations

from typing import NamedTuple

from cdgen.repo.patterns import compiled
from cdgen.road.pins import Pins
from cdgen.stacks.node import contents
from cdgen.stacks.node.package import Package, join
from cdgen.stacks.node.versions import BUN_IMAGE, IMAGE, distroless, node_version, preferred, satisfying

# packages that compile C++ while they are installed name one of these in the lockfile
COMPILES = ("node-gyp", "prebuild-install", "node-pre-gyp", "node-addon-api", "cmake-js")


class Bases(NamedTuple):
    """References of the images; `shell_less` says that the runtime is only node. `program` is what runs there: node or bun."""

    build: str
    runtime: str
    syntax: str
    shell_less: bool
    program: str = "node"


def find_bases(package: Package, stated: str | None, pins: Pins) -> Bases | None:
    """Build and runtime of one line with the same C library: compiled modules must load where they run."""
    offered = pins.versions(IMAGE)
    version = preferred(satisfying(stated, offered), pins) if stated and node_version(stated, pins) else node_version(stated, pins)
    syntax = pins.image("docker/dockerfile", r"1\.")
    if version is None or syntax is None:
        return None
    kinds = ("", "-slim", "-alpine") if compiles(package) else ("-slim", "", "-alpine")
    line = version.partition(".")[0]
    same = [version, *(other for other in (satisfying(stated, offered) if stated else offered) if other.partition(".")[0] == line)]
    build = next(
        (pin for kind in kinds for each in same if (pin := pins.image(IMAGE, compiled(r"\.").sub(r"\\.", each) + kind + "$"))), None
    )
    if build is None:
        return None
    name = distroless(version, pins)
    runtime = pins.image(name, "nonroot") if name and not build.tag.endswith("-alpine") else None
    if runtime:
        return Bases(build.reference, runtime.reference, syntax.reference, True)
    small = next((pin for each in same if (pin := pins.image(IMAGE, compiled(r"\.").sub(r"\\.", each) + "-slim$"))), None)
    return Bases(build.reference, (build if build.tag.endswith("-alpine") else small or build).reference, syntax.reference, False)


def bun_bases(package: Package, stated: str | None, pins: Pins, program: str) -> Bases | None:
    """Bun builds; what `node` starts runs on Node all the same: both images have the C library of Debian."""
    syntax, bun = pins.image("docker/dockerfile", r"1\."), pins.image(BUN_IMAGE, r"\d+\.\d+\.\d+$")
    if syntax is None or bun is None:
        return None
    if program == "bun":
        return Bases(bun.reference, bun.reference, syntax.reference, False, "bun")
    node = find_bases(package, stated, pins)
    return node._replace(build=bun.reference) if node else None


def compiles(package: Package) -> bool:
    """Whether installing may compile C++, which the small image has no compiler for."""
    names = contents.manifests(package, "pnpm") + contents.manifests(package, "yarn-berry") + contents.manifests(package, "npm")
    texts = (package.scope.repo.text(join(package.root, name)) or "" for name in dict.fromkeys(names) if "lock" in name)
    return any(word in text for text in texts for word in COMPILES)
