"""Same input, same bytes: whoever runs it, where, when and with which settings."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from itertools import cycle, islice
from pathlib import Path

import pytest

from tests import examples

RUNS = 20
SEEDS = ("0", "1", "42", "4294967295", "random")
LOCALES = ("C", "C.UTF-8", "POSIX", "de_DE.UTF-8", "tr_TR.UTF-8", "ja_JP.EUC-JP", "")
ZONES = ("UTC", "America/St_Johns", "Pacific/Kiritimati", "Asia/Kathmandu")
MASKS = (0o022, 0o077, 0o002)


@pytest.mark.parametrize("name", ["brownfield-express-npm", "monorepo"])
def test_the_same_bytes_everywhere(name: str, tmp_path: Path) -> None:
    root = examples.checkout(name, tmp_path / "original")
    settings = zip(cycle(SEEDS), cycle(LOCALES), cycle(ZONES), cycle(MASKS), strict=False)
    made = [run(root, tmp_path / f"{number} é", *each) for number, each in enumerate(islice(settings, RUNS))]
    assert len(made) == RUNS and len(made[0]) > len(examples.tree(root))
    for other in made[1:]:
        assert other == made[0]


def run(root: Path, folder: Path, seed: str, locale: str, zone: str, mask: int) -> dict[str, tuple[bytes, bool]]:
    """Content and executable bit of every file after `init --yes` on a copy in a folder of its own, called from elsewhere."""
    copy = folder / root.name
    shutil.copytree(root, copy)
    wanted = {"PYTHONHASHSEED": seed, "LC_ALL": locale, "TZ": zone}
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("CDGEN_", "LC_")) and name not in ("CI", "LANG")
    }
    argv = [sys.executable, "-m", "cdgen", "-C", str(copy), "init", "--yes"]
    done = subprocess.run(argv, cwd=folder, env=clean | wanted, umask=mask, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    return {path: (data, os.access(copy / path, os.X_OK)) for path, data in examples.tree(copy).items()}


def test_another_name_is_another_output(tmp_path: Path) -> None:
    """The comparison above sees a difference where there is one."""
    one, other = (examples.checkout("go-postgres", tmp_path / name) for name in ("one", "other"))
    examples.git(other, "remote", "set-url", "origin", "https://github.com/example/links.git")
    usual = ("0", "C.UTF-8", "UTC", 0o022)
    assert run(one, tmp_path / "a", *usual) != run(other, tmp_path / "b", *usual)
