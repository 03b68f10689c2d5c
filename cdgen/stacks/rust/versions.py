"""Which Rust a package is built with: every place that names a release.

https://rust-lang.github.io/rustup/overrides.html
"""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.errors import InputError
from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source, Version
from cdgen.repo import Repo
from cdgen.repo.patterns import compiled
from cdgen.stacks.rust.manifest import Package

TOOLCHAIN = ("rust-toolchain.toml", "rust-toolchain")
OTHERS = (
    (".tool-versions", r"^rust\s+(\d[\w.-]*)"),
    ("mise.toml", r'^rust\s*=\s*"(\d[\w.-]*)"'),
    (".mise.toml", r'^rust\s*=\s*"(\d[\w.-]*)"'),
)
# set-up in a pipeline: the action's own tag, or its input
SET_UP = (
    r"(?:dtolnay/rust-toolchain|actions-rs/toolchain|actions-rust-lang/setup-rust-toolchain"
    r"|moonrepo/setup-rust|hecrj/setup-rust-action)@"
)
TAGGED = r"dtolnay/rust-toolchain@v?(\d+\.\d+(?:\.\d+)?)\b"
INPUT = r"^\s*(?:toolchain|rust-version|channel):\s*[\"']?(\d+\.\d+(?:\.\d+)?)[\"']?\s*(?:#.*)?$"


def facts(repo: Repo, package: Package) -> Iterator[Fact]:
    """LANGUAGE_VERSION for each place. A channel without a number (`stable`) names no version."""
    pinned = toolchain_file(repo, package)
    if pinned and pinned[0][:1].isdigit():
        yield _fact(pinned[0], pinned[1], Origin.VERSION_FILE, "the toolchain file")
    for name, pattern in OTHERS:
        path = package.at_root(name)
        line = repo.find_line(path, pattern) if repo.has(path) else 0
        found = compiled(pattern).match(repo.lines(path)[line - 1]) if line else None
        if found:
            yield _fact(found.group(1), Source(path, line), Origin.VERSION_FILE, name)
    if package.rust_version:
        version, file = package.rust_version
        yield _fact(version, repo.source(file, r"^\s*rust-version\s*="), Origin.MANIFEST, "the oldest Rust that will do")
    yield from _set_up(repo)


def _fact(version: str, source: Source, origin: Origin, note: str) -> Fact:
    sure = Confidence.INFERRED if origin is Origin.CI else Confidence.DECLARED
    return Fact(f.LANGUAGE_VERSION, Version(version), source, origin, sure, note)


def toolchain_file(repo: Repo, package: Package) -> tuple[str, Source] | None:
    """(channel, place) of the toolchain file that rustup obeys in the package's folder; None where there is none."""
    parts = [] if package.directory == "." else package.directory.split("/")
    for depth in range(len(parts), -1, -1):
        for name in TOOLCHAIN:
            path = "/".join((*parts[:depth], name))
            channel = _channel(repo, path) if repo.has(path) else None
            if channel:
                return channel[0], Source(path, channel[1])
    return None


def _channel(repo: Repo, path: str) -> tuple[str, int] | None:
    lines = repo.lines(path)
    plain = [(line.strip(), number) for number, line in enumerate(lines, 1) if line.strip() and not line.startswith("#")]
    if len(plain) == 1 and "=" not in plain[0][0] and not path.endswith(".toml"):
        return plain[0]
    try:
        data = repo.toml(path)
    except InputError:
        return None
    table = data.get("toolchain") if isinstance(data, dict) else None
    channel = table.get("channel") if isinstance(table, dict) else None
    return (channel, repo.find_line(path, r"^\s*channel\s*=")) if isinstance(channel, str) else None


def components(repo: Repo, package: Package) -> frozenset[str]:
    """Parts of the toolchain that the toolchain file asks for."""
    pinned = toolchain_file(repo, package)
    if pinned is None or repo.find_line(pinned[1].path, r"^\s*\[toolchain\]") == 0:
        return frozenset()
    listed = (repo.toml(pinned[1].path).get("toolchain") or {}).get("components")
    return frozenset(map(str, listed)) if isinstance(listed, list) else frozenset()


def _set_up(repo: Repo) -> Iterator[Fact]:
    """The releases that pipelines install: a matrix names several, and the oldest is only tested against."""
    for path in repo.glob(".github/workflows/*.{yml,yaml}"):
        lines = repo.lines(path)
        for number, line in enumerate(lines, 1):
            if not compiled(SET_UP).search(line) or line.lstrip().startswith("#"):
                continue
            tagged = compiled(TAGGED).search(line)
            if tagged:
                yield _fact(tagged.group(1), Source(path, number), Origin.CI, "set-up of a pipeline")
                continue
            for offset, following in enumerate(lines[number : number + 5], number + 1):
                found = compiled(INPUT).match(following)
                if found:
                    yield _fact(found.group(1), Source(path, offset), Origin.CI, "set-up of a pipeline")
                if following.lstrip().startswith("- "):
                    break
