"""What people install: the wheel holds everything that the program reads, and works without the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent


def run(*command: str | Path, cwd: Path) -> str:
    """Without anything that points back into the checkout."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "CDGEN_", "GIT_"))}
    ran = subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env=kept | {"NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    assert ran.returncode == 0, ran.stdout
    return ran.stdout


def build(source: Path, target: str, folder: Path) -> Path:
    run(BIN / "hatchling", "build", "--target", target, "--directory", folder, cwd=source)
    return next(folder.iterdir())


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(ROOT, "wheel", tmp_path_factory.mktemp("wheel"))


def names(wheel: Path) -> set[str]:
    """The files of a wheel, without what describes the wheel itself."""
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def below(folder: str, inside: str) -> set[str]:
    """What git keeps in a folder of the checkout, under the name it has in the wheel."""
    listed = run("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", folder, cwd=ROOT).split("\0")
    return {inside + name.removeprefix(folder) for name in listed if name and (ROOT / name).is_file()}


def test_the_wheel_holds_code_templates_data_and_the_example(wheel: Path) -> None:
    found = names(wheel)
    wanted = below("cdgen", "cdgen") | below("templates", "cdgen/templates")
    assert sorted(wanted - found) == []
    example = "cdgen/examples/go-postgres/repo"
    assert sorted(below("examples/go-postgres/repo", example) - found) == []
    for path in ("cdgen/data/actions.json", "cdgen/data/roads/default/road.yaml", "cdgen/templates/deploy/rollout.sh.j2"):
        assert path in found


def test_the_wheel_holds_nothing_else(wheel: Path) -> None:
    strange = {
        name for name in names(wheel) if name.startswith(("cdgen/tests", "tests", "bench", "tools")) or name.endswith(".pyc")
    }
    assert strange == set()


def test_a_wheel_of_the_source_archive_is_the_same(wheel: Path, tmp_path: Path) -> None:
    archive = build(ROOT, "sdist", tmp_path / "sdist")
    with tarfile.open(archive) as packed:
        packed.extractall(tmp_path / "source", filter="data")
    again = build(next((tmp_path / "source").iterdir()), "wheel", tmp_path / "wheel")
    assert names(again) == names(wheel)


def test_installed_it_tells_the_whole_story(wheel: Path, tmp_path: Path) -> None:
    """The demo, from a wheel in an environment of its own. Dependencies come from the environment of the tests."""
    base = getattr(sys, "_base_executable", sys.executable)
    run(BIN / "uv", "venv", "--offline", "--python", base, tmp_path / "venv", cwd=tmp_path)
    scripts = tmp_path / "venv" / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / "python"
    run(BIN / "uv", "pip", "install", "--offline", "--no-deps", "--python", python, wheel, cwd=tmp_path)
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=tmp_path).strip())
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    where = run(python, "-c", "import cdgen; print(cdgen.__file__)", cwd=tmp_path)
    assert Path(where.strip()).is_relative_to(tmp_path), "the wheel is what is tested, not the checkout"
    told = run(scripts / "cdgen", "demo", cwd=tmp_path)
    for words in ("shortener", "cdgen-pull-request.yml was changed by hand", "files are true"):
        assert words in told
