"""The one table from a toolchain to its set-up on GitHub: which action, which inputs, which package manager at which version."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from shlex import quote

from cdgen.emitters.ci.github.base import action
from cdgen.emitters.ci.github.view import Step
from cdgen.model.service import Toolchain
from cdgen.road.pins import Pins

# Files that the set-up actions read a version from by themselves (their READMEs)
VERSION_FILES: Mapping[str, tuple[str, ...]] = {
    "elixir": (".tool-versions",),
    "go": ("go.mod", "go.work", ".go-version", ".tool-versions"),
    "java": (".java-version", ".tool-versions", ".sdkmanrc"),
    "node": (".nvmrc", ".node-version", ".tool-versions", "package.json"),
    "python": (".python-version", ".tool-versions", "pyproject.toml"),
}
# The newest OTP of each Elixir (https://hexdocs.pm/elixir/compatibility-and-deprecations.html)
OTP: Mapping[str, str] = {
    "1.12": "24",
    "1.13": "25",
    "1.14": "25",
    "1.15": "26",
    "1.16": "26",
    "1.17": "27",
    "1.18": "27",
    "1.19": "28",
}
JVM = ("java", "kotlin", "jvm")


def set_up(toolchain: Toolchain, pins: Pins, *, cached: bool) -> Iterator[Step]:
    """Steps that put the toolchain on the machine. `cached` keeps packages by lockfile: never where something is published."""
    language = "java" if toolchain.language in JVM else toolchain.language
    if language in SETUPS:
        yield from SETUPS[language](toolchain._replace(language=language), pins, cached)


def _version(toolchain: Toolchain, name: str) -> dict[str, object]:
    """The version that the image has too; where none is known, the file that the repository fixes it in."""
    if toolchain.version:
        return {f"{name}-version": toolchain.version}
    file = toolchain.version_file or ""
    is_read = file.rpartition("/")[2] in VERSION_FILES[toolchain.language]
    return {f"{name}-version-file": file} if is_read else {}


def _cache(toolchain: Toolchain, manager: str, *, cached: bool) -> dict[str, object]:
    if not cached or not toolchain.lockfiles:
        return {}
    return {"cache": manager, "cache-dependency-path": "\n".join(toolchain.lockfiles)}


def _go(toolchain: Toolchain, pins: Pins, cached: bool) -> Iterator[Step]:
    inputs = _version(toolchain, "go")
    kept = cached and bool(toolchain.lockfiles)
    inputs["cache"] = kept
    if kept:
        inputs["cache-dependency-path"] = "\n".join(toolchain.lockfiles)
    yield action("actions/setup-go", "Set up Go", pins, inputs)


def _java(toolchain: Toolchain, pins: Pins, cached: bool) -> Iterator[Step]:
    version = _version(toolchain, "java")
    if version:  # the action takes no JDK without one; the machine has a JDK of its own
        manager = "gradle" if toolchain.package_manager == "gradle" else "maven"
        inputs = {"distribution": "temurin", **version, **_cache(toolchain, manager, cached=cached)}
        yield action("actions/setup-java", "Set up Java", pins, inputs)


def gradle(toolchain: Toolchain, pins: Pins) -> Step:
    """For builds without a wrapper. Packages are kept by the set-up of Java: one cache is enough."""
    version = toolchain.package_manager_version or pins.versions("gradle")[0]
    inputs: dict[str, object] = {"gradle-version": version, "cache-disabled": True, "add-job-summary": "never"}
    return action("gradle/actions/setup-gradle", "Set up Gradle", pins, inputs)


def _node(toolchain: Toolchain, pins: Pins, cached: bool) -> Iterator[Step]:
    manager = toolchain.package_manager or "npm"
    if manager in ("pnpm", "yarn"):  # before the cache of the set-up action, which asks it where its packages lie
        version = toolchain.package_manager_version
        prepare = f"corepack prepare {manager}@{version} --activate" if version else ""
        yield Step(f"Enable {manager}", run="\n".join(filter(None, (f"corepack enable {manager}", prepare))))
    inputs = {**_version(toolchain, "node"), **_cache(toolchain, manager, cached=cached)}
    inputs["package-manager-cache"] = False  # its own guess, made even where something is published
    yield action("actions/setup-node", "Set up Node.js", pins, inputs)


def _bun(toolchain: Toolchain, pins: Pins, cached: bool) -> Iterator[Step]:  # noqa: ARG001  (it keeps no packages)
    yield action("oven-sh/setup-bun", "Set up Bun", pins, {"bun-version": toolchain.version} if toolchain.version else {})


def _python(toolchain: Toolchain, pins: Pins, cached: bool) -> Iterator[Step]:
    manager = toolchain.package_manager or "pip"
    if manager in ("pipenv", "poetry", "pdm"):  # before Python: the cache of the set-up action asks poetry for its place
        version = toolchain.package_manager_version or pins.tool(manager)["version"]
        yield Step(f"Install {manager}", run=f"pipx install {manager}=={version}")
    inputs = _version(toolchain, "python")
    if manager in ("pip", "pipenv", "poetry"):
        inputs |= _cache(toolchain, manager, cached=cached)
    yield action("actions/setup-python", "Set up Python", pins, inputs)
    if manager == "uv":
        version = toolchain.package_manager_version or pins.tool("uv")["version"]
        kept = cached and bool(toolchain.lockfiles)
        options: dict[str, object] = {"version": version, "enable-cache": kept}
        if kept:
            options["cache-dependency-glob"] = "\n".join(toolchain.lockfiles)
        yield action("astral-sh/setup-uv", "Set up uv", pins, options)


def _dotnet(toolchain: Toolchain, pins: Pins, cached: bool) -> Iterator[Step]:
    """The SDK of global.json as the action itself reads it, roll-forward and all."""
    inputs: dict[str, object] = {"dotnet-version": toolchain.version} if toolchain.version else {}
    if not inputs and toolchain.version_file:
        inputs = {"global-json-file": toolchain.version_file}
    if inputs and cached and toolchain.lockfiles:
        inputs |= {"cache": True, "cache-dependency-path": "\n".join(toolchain.lockfiles)}
    yield action("actions/setup-dotnet", "Set up .NET", pins, inputs)


def _elixir(toolchain: Toolchain, pins: Pins, cached: bool) -> Iterator[Step]:  # noqa: ARG001  (the action keeps no packages)
    """Both versions as an image has them; else the file that fixes both; else the newest OTP that this Elixir knows."""
    version, inputs = toolchain.version or "", dict[str, object]()
    tag = rf"{version}-(?:otp|erlang)-(\d+(?:\.\d+)*)"
    image = next((pin for name in ("elixir", "hexpm/elixir") if version and (pin := pins.image(name, tag))), None)
    otp = re.match(tag, image.tag) if image else None
    known = otp.group(1) if otp else OTP.get(".".join(version.split(".")[:2]))
    if version and known:
        inputs = {"elixir-version": version, "otp-version": known}
    elif (toolchain.version_file or "").endswith(VERSION_FILES["elixir"]):
        inputs = {"version-file": toolchain.version_file, "version-type": "strict"}
    if inputs:  # the action takes no Elixir without a version
        yield action("erlef/setup-beam", "Set up Elixir", pins, inputs)


def _ruby(toolchain: Toolchain, pins: Pins, cached: bool) -> Iterator[Step]:
    """The action installs the locked gems itself, to keep them: https://github.com/ruby/setup-ruby#caching-bundle-install-automatically"""
    lock = next(iter(toolchain.lockfiles), "")
    folder = (lock or toolchain.version_file or "").rpartition("/")[0]
    inputs: dict[str, object] = {"ruby-version": toolchain.version} if toolchain.version else {}
    inputs["bundler-cache"] = cached and bool(lock)
    if folder:
        inputs["working-directory"] = folder
    yield action("ruby/setup-ruby", "Set up Ruby", pins, inputs)


def _php(toolchain: Toolchain, pins: Pins, cached: bool) -> Iterator[Step]:  # noqa: ARG001  (the action keeps no packages)
    """A line of PHP, as the action wants it, with the driver that measures coverage: Xdebug would slow every test."""
    inputs: dict[str, object] = {"php-version": ".".join(toolchain.version.split(".")[:2])} if toolchain.version else {}
    composer = f"composer:{pins.versions('composer')[0]}" if toolchain.package_manager == "composer" else "none"
    yield action("shivammathur/setup-php", "Set up PHP", pins, inputs | {"coverage": "pcov", "tools": composer})


def _hugo(toolchain: Toolchain, pins: Pins, cached: bool) -> Iterator[Step]:
    """Compiled from its module: Go verifies the checksum, which no download page does."""
    yield action(
        "actions/setup-go", "Set up Go", pins, {"go-version": toolchain.version, "cache": cached and bool(toolchain.lockfiles)}
    )
    yield Step(
        "Install Hugo", run=f"go install github.com/gohugoio/hugo@v{toolchain.package_manager_version}", env={"CGO_ENABLED": "0"}
    )


def _rust(toolchain: Toolchain, pins: Pins, cached: bool) -> Iterator[Step]:
    """With the parts that lint, by the rustup that GitHub's machines have: an action would bring nothing more. Where the repository
    has a toolchain file, cargo obeys it whatever is the default."""
    if toolchain.version:
        version = quote(toolchain.version)
        install = f"rustup toolchain install {version} --profile minimal --component clippy,rustfmt --no-self-update"
        yield Step("Set up Rust", run=f"{install}\nrustup default {version}")
    if cached and toolchain.lockfiles:
        folders = (path.rpartition("/")[0] or "." for path in toolchain.lockfiles)
        yield action("Swatinem/rust-cache", "Keep what cargo compiled", pins, {"workspaces": "\n".join(folders)})
    if toolchain.package_manager:
        tool = toolchain.package_manager
        version = toolchain.package_manager_version or pins.tool(tool)["version"]
        yield Step(f"Install {tool}", run=f"cargo install --locked {tool}@{version}")


SETUPS: Mapping[str, Callable[[Toolchain, Pins, bool], Iterator[Step]]] = {
    "bun": _bun,
    "dotnet": _dotnet,
    "elixir": _elixir,
    "go": _go,
    "hugo": _hugo,
    "java": _java,
    "node": _node,
    "php": _php,
    "python": _python,
    "ruby": _ruby,
    "rust": _rust,
}
