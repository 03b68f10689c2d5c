"""The install step of the verify job against a package index on loopback: by version and digest, or not at all.

What cdgen needs comes from the package index of the machine, as it would in CI.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from cdgen import __version__
from cdgen.emitters.ci.github.base import script

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent


class Index:
    """A simple package index (https://packaging.python.org/specifications/simple-repository-api) with one wheel."""

    def __init__(self, url: str, wheel: Path) -> None:
        self.url, self.wheel = f"{url}/simple", f"{url}/simple/cdgen/{wheel.name}"
        self.digest = hashlib.sha256(wheel.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("index")
    place = folder / "simple" / "cdgen"
    build = [BIN / "hatchling", "build", "--target", "wheel", "--directory", place]
    subprocess.run([str(part) for part in build], cwd=ROOT, check=True, capture_output=True)
    (wheel,) = place.glob("*.whl")
    (place / "index.html").write_text(f'<!DOCTYPE html><a href="{wheel.name}">{wheel.name}</a>')
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Index(f"http://127.0.0.1:{server.server_port}", wheel)
        server.shutdown()


def install(folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """The step as a runner runs it, with an interpreter of its own; then the program itself says its version."""
    subprocess.run([sys.executable, "-m", "venv", folder / "python"], check=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    settings = kept | {"PATH": f"{folder / 'python' / 'bin'}{os.pathsep}{os.environ['PATH']}", "RUNNER_TEMP": str(folder), **env}
    text = script("install") + "\ncdgen --version\n"
    argv = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", text]
    return subprocess.run(argv, cwd=folder, env=settings, capture_output=True, text=True, check=False)


def test_the_version_of_the_road_is_installed(tmp_path: Path, index: Index) -> None:
    ran = install(tmp_path, SOURCE=index.url, REQUIREMENT=f"cdgen=={__version__}", SHA256=index.digest)
    assert ran.returncode == 0 and __version__ in ran.stdout.splitlines()[-1], ran.stderr


def test_one_wheel_by_its_address_is_installed(tmp_path: Path, index: Index) -> None:
    ran = install(tmp_path, SOURCE=index.url, REQUIREMENT=f"cdgen @ {index.wheel}", SHA256=index.digest)
    assert ran.returncode == 0 and __version__ in ran.stdout.splitlines()[-1], ran.stderr


@pytest.mark.parametrize("requirement", ["cdgen=={version}", "cdgen @ {wheel}"])
def test_another_digest_is_refused(tmp_path: Path, index: Index, requirement: str) -> None:
    wanted = requirement.format(version=__version__, wheel=index.wheel)
    ran = install(tmp_path, SOURCE=index.url, REQUIREMENT=wanted, SHA256="0" * 64)
    assert ran.returncode != 0 and "DO NOT MATCH THE HASHES" in ran.stdout + ran.stderr
    assert not (tmp_path / "python" / "bin" / "cdgen").exists()
