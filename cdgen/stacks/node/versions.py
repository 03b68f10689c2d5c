"""Which Node, which package manager, and the toolchain that the pins offer for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source, Version
from cdgen.model.service import Service, Toolchain
from cdgen.repo.patterns import compiled
from cdgen.road.pins import Pins, version_key
from cdgen.stacks.node.package import Package, join, readable_manifest, strings
from cdgen.stacks.node.workspace import LOCKFILES, declared_manager, tool_of

LONGEST_RANGE = 200  # characters: what is longer is no version that somebody stated
# files whose first word is the Node version, read by nvm, fnm, nodenv, asdf, mise and the CI set-up steps
VERSION_FILES = (".nvmrc", ".node-version", ".tool-versions", "mise.toml", ".mise.toml")
# code names of the long-term lines: https://github.com/nodejs/Release/blob/main/CODENAMES.md
CODE_NAMES: Mapping[str, int] = {
    "argon": 4,
    "boron": 6,
    "carbon": 8,
    "dubnium": 10,
    "erbium": 12,
    "fermium": 14,
    "gallium": 16,
    "hydrogen": 18,
    "iron": 20,
    "jod": 22,
    "krypton": 24,
    "lithium": 26,
}
# lockfile format -> the first release line of pnpm that writes it: https://pnpm.io/errors, release notes of 7, 8 and 9
PNPM_FORMATS = (("9", "9"), ("6", "8"), ("5.4", "7"), ("5", "6"))
# metadata version of yarn berry's lockfile -> release line: release notes of 2, 3 and 4
BERRY_FORMATS = (("8", "4"), ("6", "3"), ("5", "3"), ("4", "2"))
IMAGE = "node"
BUN_IMAGE = "oven/bun"


def version_facts(package: Package) -> Iterator[Fact]:
    """Every place that says which Node it is. Of each kind of place the nearest folder is sure, those above it only likely."""
    places = tuple(dict.fromkeys((package.scope.directory, package.root, ".")))
    yield from _nearest(tuple(_in_files(package, place)) for place in places)
    yield from _nearest(tuple(_in_manifest(package, place)) for place in dict.fromkeys((package.scope.directory, package.root)))


def _nearest(found: Iterable[tuple[Fact, ...]]) -> Iterator[Fact]:
    """Facts of several folders, nearest first. `v20.1` and `20.1` in one folder are one answer, in the words of the first."""
    sure = Confidence.DECLARED
    for facts in found:
        words: dict[str, Version] = {}
        for fact in facts:
            value = words.setdefault(fact.value.text.lower().lstrip("v"), fact.value)
            yield fact._replace(value=value, confidence=sure)
        sure = Confidence.INFERRED if facts else sure


def _in_files(package: Package, place: str) -> Iterator[Fact]:
    for name in VERSION_FILES:
        path = join(place, name)
        if package.scope.repo.has(path):
            yield from _in_version_file(package, path, name)
    yield from _in_npmrc(package, join(place, ".npmrc"))


def _fact(text: str, source: Source, origin: Origin, note: str) -> Fact:
    return Fact(f.LANGUAGE_VERSION, Version(text), source, origin, Confidence.DECLARED, note)


def _in_version_file(package: Package, path: str, name: str) -> Iterator[Fact]:
    repo = package.scope.repo
    if name.endswith(".toml"):
        pattern = r"""(?m)^\s*["']?node(?:js)?["']?\s*=\s*\[?\s*(?:\{\s*version\s*=\s*)?["']([^"']+)["']"""
    elif name == ".tool-versions":
        pattern = r"(?m)^\s*node(?:js)?\s+(\S+)"
    else:
        pattern = r"(?m)^[ \t]*([^\s#]+)"
    text = repo.text(path) or ""
    found = compiled(pattern).search(text)
    if found:
        line = text.count("\n", 0, found.start(1)) + 1
        yield _fact(found.group(1), Source(path, line), Origin.VERSION_FILE, path.rpartition("/")[2])


def _in_manifest(package: Package, place: str) -> Iterator[Fact]:
    repo, path = package.scope.repo, join(place, "package.json")
    data = readable_manifest(repo, place) or {}
    runtime = data.get("devEngines", {}).get("runtime") if isinstance(data.get("devEngines"), dict) else None
    stated = {
        "volta": strings(data.get("volta")).get("node"),
        "engines": strings(data.get("engines")).get("node"),
        "devEngines": strings(runtime).get("version") if strings(runtime).get("name") == "node" else None,
    }
    for part, text in stated.items():
        if text and text.strip() not in ("*", "x", ""):
            first = repo.find_line(path, rf'"{part}"')
            line = repo.find_line(path, r'"(?:node|version)"\s*:', first) if first else 0
            yield _fact(text.strip(), Source(path, line), Origin.MANIFEST, f"{part}.node")


def _in_npmrc(package: Package, path: str) -> Iterator[Fact]:
    """pnpm's own way to fix Node."""
    text = package.scope.repo.text(path) or ""
    found = compiled(r"(?m)^\s*use-node-version\s*=\s*(\S+)").search(text)
    if found:
        line = text.count("\n", 0, found.start(1)) + 1
        yield _fact(found.group(1), Source(path, line), Origin.VERSION_FILE, ".npmrc use-node-version")


def tool_version_facts(package: Package, stack: str) -> Iterator[Fact]:
    """Which release of the package manager: stated exactly, as a range, or as the format of the lockfile."""
    repo, tool = package.scope.repo, tool_of(stack)
    for place in dict.fromkeys((package.scope.directory, package.root)):
        path = join(place, "package.json")
        data = readable_manifest(repo, place) or {}
        name, version = declared_manager(data)
        if name == tool and version:
            yield _tool_fact(version, repo.source(path, r'"packageManager"\s*:'), Origin.MANIFEST, Confidence.DECLARED)
        for part in ("volta", "engines"):
            text = strings(data.get(part)).get(tool, "")
            # an open range says what is too old, not what is used
            if text and not text.strip().startswith((">", "*")):
                sure = Confidence.DECLARED if part == "volta" else Confidence.INFERRED
                yield _tool_fact(text, repo.source(path, rf'"{tool}"\s*:'), Origin.MANIFEST, sure)
    yield from _locked_tool(package, stack)


def _tool_fact(text: str, source: Source, origin: Origin, confidence: Confidence, note: str = "") -> Fact:
    return Fact(f.BUILD_TOOL_VERSION, text, source, origin, confidence, note)


def _locked_tool(package: Package, stack: str) -> Iterator[Fact]:
    repo = package.scope.repo
    if stack == "bun":
        yield from _bun_files(package)
    elif stack == "yarn-berry":
        config = package.root_path(".yarnrc.yml")
        found = compiled(r"(?m)^yarnPath:.*?yarn-(?:berry-)?(\d+\.\d+\.\d+[\w.-]*?)\.cjs").search(repo.text(config) or "")
        if found:
            yield _tool_fact(found.group(1), repo.source(config, "^yarnPath"), Origin.CONFIG, Confidence.DECLARED, "yarnPath")
        yield from _format(package, "yarn.lock", r"(?m)^__metadata:\s*\n(?:\s+.*\n)*?\s+version: (\d+)", BERRY_FORMATS)
    elif stack == "pnpm":
        config = package.root_path("pnpm-workspace.yaml")
        # settings moved into this file with pnpm 10: https://pnpm.io/settings
        found = compiled(
            r"(?m)^(?:onlyBuiltDependencies|ignoredBuiltDependencies|overrides|minimumReleaseAge|peerDependencyRules)\b"
        ).search(repo.text(config) or "")
        if found:
            yield _tool_fact(
                "10", repo.source(config, f"^{found.group(0)}"), Origin.CONFIG, Confidence.INFERRED, "settings of pnpm 10"
            )
        yield from _format(package, "pnpm-lock.yaml", r"^lockfileVersion:\s*['\"]?(\d+(?:\.\d+)?)", PNPM_FORMATS)
    elif stack == "yarn":
        yield from _format(package, "yarn.lock", r"(?m)^# yarn lockfile v(1)", (("1", "1"),))


def runtime_facts(package: Package, tools: Iterable[Fact]) -> Iterator[Fact]:
    """Bun is the runtime too, where nothing says which Node: its version is the language's, also the oldest that will do."""
    for fact in tools:
        yield fact._replace(key=f.LANGUAGE_VERSION, value=Version(fact.value), note=fact.note or "Bun is the runtime")
    text = strings(package.data.get("engines")).get("bun", "").strip()
    if text.startswith(">"):
        yield _fact(text, package.source("bun"), Origin.MANIFEST, "engines.bun")._replace(confidence=Confidence.INFERRED)


def _bun_files(package: Package) -> Iterator[Fact]:
    """Files that version managers and the set-up step of GitHub read Bun's version from."""
    for place in dict.fromkeys((package.scope.directory, package.root, ".")):
        for name, pattern in ((".bun-version", r"(?m)^[ \t]*v?(\d[\w.-]*)"), (".tool-versions", r"(?m)^\s*bun\s+(\S+)")):
            path = join(place, name)
            text = package.scope.repo.text(path) or ""
            found = compiled(pattern).search(text)
            if found:
                source = Source(path, text.count("\n", 0, found.start(1)) + 1)
                yield _tool_fact(found.group(1), source, Origin.VERSION_FILE, Confidence.DECLARED, name)


def _format(package: Package, name: str, pattern: str, formats: tuple[tuple[str, str], ...]) -> Iterator[Fact]:
    path = package.root_path(name)
    found = compiled(pattern).search((package.scope.repo.text(path) or "")[:1000])
    line = next((line for start, line in formats if found and found.group(1).startswith(start)), None)
    if line:
        source = package.scope.repo.source(path)
        yield _tool_fact(line, source, Origin.LOCKFILE, Confidence.DEFAULT, f"format of {name}")


def satisfying(text: str, offered: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the offered versions that a stated version or range allows, in the order given.

    An exact version or line that is not offered is met by a newer release of the same major line: within one Node stays compatible
    (https://nodejs.org/en/about/previous-releases).
    """
    if len(text) > LONGEST_RANGE:
        return ()
    wanted = as_range(text)
    found = tuple(version for version in offered if allows(wanted, version))
    if found or not compiled(r"v?\d+(?:\.\d+){1,2}$").match(wanted):
        return found
    return tuple(version for version in offered if allows(f"^{wanted.lstrip('v')}", version))


def allows(wanted: str, version: str) -> bool:
    """Whether a range holds a version. The plain forms are compared here: loading the library costs more than all of a look."""
    plain = compiled(r"(v|\^|~|>=)?\s*(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:\.[x*])*$").match(wanted)
    if wanted in ("*", "x", ""):
        return True
    if plain is None:
        from nodesemver import satisfies

        return bool(satisfies(version, wanted, True))
    sign, stated = plain.group(1), tuple(int(part) for part in plain.groups()[1:] if part)
    has = version_key(version)
    if sign == ">=":
        return has >= stated
    same = {"^": 1 if stated[0] else len(stated), "~": min(len(stated), 2)}.get(sign or "", len(stated))
    return has[:same] == stated[:same] and has >= stated


def as_range(text: str) -> str:
    """A stated version as a semver range: `lts/iron`, `v20`, `node`, `20.x || >=22`."""
    plain = text.strip().lower()
    if plain.startswith("lts/") and plain[4:].lstrip("-") in CODE_NAMES:
        return str(CODE_NAMES[plain[4:]])
    if plain in CODE_NAMES:
        return str(CODE_NAMES[plain])
    if plain in ("node", "latest", "current", "stable", "lts", "lts/*", "lts/-1"):
        return "*"
    return plain


def preferred(versions: tuple[str, ...], pins: Pins) -> str | None:
    """Of several: the newest line that has a runtime image without a shell, so that CI and image run the same line."""
    return next((version for version in versions if distroless(version, pins)), versions[0] if versions else None)


def distroless(version: str, pins: Pins) -> str | None:
    """The name of the shell-less runtime image of a version's line that is pinned."""
    major = version.partition(".")[0]
    names = (f"gcr.io/distroless/nodejs{major}-debian{debian}" for debian in (13, 12))
    return next((name for name in names if pins.image(name, "nonroot")), None)


def node_version(stated: str | None, pins: Pins) -> str | None:
    """The concrete Node of a service: resolved to the pins; a line they do not have stays as stated; a bad range is None."""
    offered = pins.versions(IMAGE)
    if not stated:
        return preferred(offered, pins)
    try:
        found = preferred(satisfying(stated, offered), pins)
    except ValueError:
        return None
    return found or _plain(as_range(stated))


def _plain(text: str) -> str | None:
    """`20`, `20.x`, `v14.17.3`, `^18.12` as what a set-up step understands: the newest of that line, or that release."""
    found = compiled(r"[v^~=>]*\s*(\d+)((?:\.\d+){0,2})(?:\.[x*])*$").match(text)
    if not found:
        return None
    return found.group(1) if text[0] in "^>" else found.group(1) + found.group(2)


def toolchain(service: Service, pins: Pins, stack: str) -> Toolchain:
    """Node, the package manager, and the files that fix both."""
    where = sources_of(service, f.LANGUAGE_VERSION.name)
    file = next((path for path in where if path.rpartition("/")[2] in VERSION_FILES[:3]), None)
    locks = tuple(path for path in sources_of(service, f.BUILD_TOOL.name) if path.rpartition("/")[2] in LOCKFILES)
    tool = tool_of(stack)
    return Toolchain(
        language="node",
        version=node_version(service.language_version, pins),
        version_file=file,
        package_manager=tool,
        package_manager_version=tool_version(service),
        lockfiles=tuple(path for path in locks if LOCKFILES[path.rpartition("/")[2]] == tool),
    )


def tool_version(service: Service) -> str | None:
    """The release or release line of the package manager; None for the one that comes with Node."""
    decision = service.provenance.get(f.BUILD_TOOL_VERSION.name)
    if decision is None or decision.value is None:
        return None
    text = str(decision.value).strip()
    if compiled(r"\d+(?:\.\d+){0,2}(?:-[\w.]+)?$").match(text):
        return text
    found = compiled(r"[\^~>=v]*\s*(\d+)").match(text)
    return found.group(1) if found else None


def sources_of(service: Service, key: str) -> tuple[str, ...]:
    decision = service.provenance.get(key)
    return tuple(dict.fromkeys(source.path for source in decision.sources)) if decision else ()
