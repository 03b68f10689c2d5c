"""Does on this machine what a CI machine does before a command: tools come first on PATH, backing services run beside.

Versions are the machine's where it has no other: an interpreter of the asked minor version if there is one, exactly the asked
version of a package manager.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

from cdgen.model.pipeline import ServiceContainer
from cdgen.model.service import Service, Toolchain
from tests.engines.drivers import private, services, toolchains
from tests.engines.drivers.program import CheckerError
from tests.engines.drivers.servers import LOOPBACK
from tests.engines.lock import NotProven, cache

# where the program is not called like the language; a site of plain files needs none
PROGRAMS = {"elixir": "mix", "html": "", "rust": "cargo"}
# package manager, its registry, and what ends well only when that can be reached (mix: with the archive that fetches packages)
REGISTRIES: Mapping[str, tuple[str, str, Sequence[str]]] = {
    "elixir": ("mix", "hex.pm", ("mix", "hex.info")),
    "ruby": ("bundler", "rubygems.org", ("gem", "specification", "--remote", "rake", "version")),
}


def environment(toolchain: Toolchain, folder: Path) -> dict[str, str]:
    """The environment of a service's commands; what has to be made for it lies in `folder`. NotProven without the tools."""
    match toolchain.language, toolchain.package_manager:
        case "python", "uv":
            return toolchains.environment(["uv"], {"UV_PYTHON": str(python(toolchain.version)), "UV_PYTHON_DOWNLOADS": "never"})
        case "python", _:
            return _first(_clean_python(toolchain.version, folder / "python") / "bin")
        case "node", "pnpm" | "yarn" as manager if toolchain.package_manager_version:
            return _first(from_npm(manager, toolchain.package_manager_version) / "node_modules" / ".bin")
        case "bun", _ if toolchain.version:
            return _first(from_npm("bun", toolchain.version) / "node_modules" / ".bin")
        case "php", "composer":
            raise NotProven("composer", "packagist.org, from which it takes packages, cannot be reached")
        case "java", "gradle":
            _require("gradle")
        case language, _:
            _require_all(language)
    return toolchains.environment()


def python(version: str | None) -> Path:
    """An interpreter of that minor version, or the one that runs the tests."""
    minor = ".".join((version or "").split(".")[:2])
    managed = Path(os.environ.get("PYENV_ROOT", "/nowhere")).glob(f"versions/{minor}.*/bin/python{minor}")
    found = [*managed, *map(Path, filter(None, [shutil.which(f"python{minor}")]))]
    return next((each for each in found if _is(each, minor)), Path(sys.base_prefix) / "bin" / "python3")


def _is(interpreter: Path, minor: str) -> bool:
    done = subprocess.run([interpreter, "--version"], capture_output=True, text=True, check=False)
    return done.stdout.startswith(f"Python {minor}.")


def _clean_python(version: str | None, place: Path) -> Path:
    if not place.exists():
        subprocess.run([python(version), "-m", "venv", place], check=True)
    return place


def from_npm(manager: str, version: str) -> Path:
    """Kept between runs: exactly one version of a package manager."""
    place = cache() / f"{manager}-{version}"
    if not (place / "node_modules" / ".bin" / manager).exists():
        quiet = [] if manager == "bun" else ["--ignore-scripts"]  # its own script puts the program in its place
        argv = ["npm", "install", "--no-audit", "--no-fund", *quiet, "--prefix", str(place), f"{manager}@{version}"]
        done = subprocess.run(argv, env=toolchains.environment(), capture_output=True, text=True, check=False)
        if done.returncode:
            raise CheckerError(f"{manager} {version} cannot be installed: {done.stderr[-500:]}")
    return place


def _first(folder: Path) -> dict[str, str]:
    own = toolchains.environment()
    return {**own, "PATH": f"{folder}:{own['PATH']}"}


def _require(program: str) -> None:
    if shutil.which(program) is None:
        raise NotProven(program, "not on PATH")


def _require_all(language: str) -> None:
    """The program of the language, and the one registry that its packages come from."""
    if program := PROGRAMS.get(language, language):
        _require(program)
    if language in REGISTRIES:
        manager, host, argv = REGISTRIES[language]
        done = subprocess.run(argv, env=toolchains.environment(), capture_output=True, text=True, check=False)
        if done.returncode:
            raise NotProven(manager, f"{host}, from which it takes packages, cannot be reached")


@contextmanager
def beside(containers: tuple[ServiceContainer, ...]) -> Iterator[dict[str, str]]:
    """A private network with the backing services of a job, each on its standard port; what its commands read to find them."""
    with private.network() as inside, ExitStack() as stack:
        for container in containers:
            stack.enter_context(_serve(container))
        exports = {name: value.replace("{host}", LOOPBACK) for each in containers for name, value in each.exports}
        yield {**inside.environment, **exports}


def _serve(container: ServiceContainer) -> AbstractContextManager[services.Service]:
    settings = dict(container.env)
    match container.name:
        case "postgresql":
            names = (("user", "POSTGRES_USER"), ("password", "POSTGRES_PASSWORD"), ("database", "POSTGRES_DB"))
            return services.postgres(container.port, **{name: settings[variable] for name, variable in names})
        case "redis":
            return services.redis(container.port)
        case "rabbitmq":
            return services.rabbitmq(container.port)
    raise NotProven(container.name, "no driver starts it here")


def required(service: Service) -> dict[str, str]:
    """A value for every setting without which the code does not start: an address where nobody listens."""
    return {each.name: f"http://{LOOPBACK}:9" for each in service.env if each.required}
