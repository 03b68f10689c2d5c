"""Goldens: what `init --yes` writes into every example, byte for byte, and what it promises about it."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests import examples

MOST_LINES_OF_SCREEN = 60
MOST_FILES = 25
MOST_LINES = 1500
# rows of the first screen: a title, a value, places
ROW = re.compile(r"^  (?P<title>[a-z]+) +(?P<value>\S.*?) (?P<places>(?:, )?\S+(?:, \S+)*)$", re.M)
PLACE = re.compile(r"(?P<path>[\w./-]+)(?::(?P<line>\d+))?")
# how code and lockfiles call what the screen calls by its own name
ALSO_CALLED = {
    "redis": {"jedis"},
    "postgresql": {"postgres", "pgsql", "pgx", "psycopg", "pg", "jdbc", "npgsql"},
    "verify": {"failsafe"},
    "aspnetcore": {"web"},
}


class Written(NamedTuple):
    """An example after `init --yes`: the screen, what was there before, what is there now."""

    root: Path
    screen: str
    before: dict[str, bytes]
    after: dict[str, bytes]

    @property
    def changed(self) -> dict[str, bytes]:
        return {path: data for path, data in self.after.items() if self.before.get(path) != data}

    @property
    def new(self) -> dict[str, bytes]:
        return {path: data for path, data in self.after.items() if path not in self.before}


@pytest.fixture(scope="module", params=examples.NAMES)
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Written:
    root = examples.checkout(request.param, tmp_path_factory.mktemp("example"))
    before = examples.tree(root)
    done = examples.cdgen(root, "init", "--yes")
    assert (done.code, done.out) == (0, ""), done.err
    return Written(root, done.err, before, examples.tree(root))


def test_golden(written: Written, request: pytest.FixtureRequest) -> None:
    expected = examples.EXAMPLES / written.root.name / "expected"
    if request.config.getoption("--update-golden"):
        shutil.rmtree(expected, ignore_errors=True)
        for path in written.changed:
            (expected / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(written.root / path, expected / path)
    golden = examples.tree(expected)
    assert sorted(written.changed) == sorted(golden), "make golden writes examples/*/expected anew"
    for path, data in written.changed.items():
        assert data.decode() == golden[path].decode(), f"{path}: make golden, then review the difference"
        assert os.access(written.root / path, os.X_OK) == os.access(expected / path, os.X_OK), path


def test_nothing_of_the_team_is_lost(written: Written) -> None:
    """Files stay, and so does every line in them, in its order."""
    for path, data in written.before.items():
        lines = iter(written.after[path].splitlines())
        assert all(line in lines for line in data.splitlines()), path


def test_everything_written_will_be_committed(written: Written) -> None:
    ignored = examples.git(written.root, "status", "--porcelain", "--ignored", "--untracked-files=all").splitlines()
    assert [line for line in ignored if line.startswith("!!")] == []


def test_again_changes_nothing(written: Written) -> None:
    before = _stamps(written.root)
    for command in (("init", "--yes"), ("generate",), ("check",), ("check", "--full")):
        done = examples.cdgen(written.root, *command)
        assert done.code == 0, f"{command}: {done.err}"
    assert _stamps(written.root) == before


def _stamps(root: Path) -> dict[str, tuple[int, int, int]]:
    """Everything in the folder that a write would change: age, place on the disk, mode. Folders too."""
    found = {}
    for path in [root, *root.rglob("*")]:
        if ".git" not in path.relative_to(root).parts:
            info = path.lstat()
            found[str(path)] = (info.st_mtime_ns, info.st_ino, info.st_mode)
    return found


def test_footprint(written: Written) -> None:
    lines = sum(data.count(b"\n") for data in written.new.values())
    services = written.screen.count("\n  serves ")
    print(f"{written.root.name}: {len(written.new)} new files, {lines} lines")
    assert services >= 1
    if services == 1:
        assert len(written.new) <= MOST_FILES
        assert lines <= MOST_LINES


def test_first_screen_fits(written: Written) -> None:
    assert len(written.screen.splitlines()) <= MOST_LINES_OF_SCREEN
    assert max(map(len, written.screen.splitlines())) <= 132


def test_every_place_on_the_screen_holds_the_fact(written: Written) -> None:
    shown = list(_evidence(written.screen, written.root))
    assert len(shown) > (5 if "\n  start " in written.screen else 1), written.screen  # a site has few rows
    for value, path, line in shown:
        assert path in written.before or (written.root / path).is_dir(), f"{value}: {path}"
        if line:
            text = written.before[path].decode().splitlines()[line - 1]
            assert _words(value) & _words(text), f"{value} is not at {path}:{line}: {text}"


def _evidence(screen: str, root: Path) -> Iterator[tuple[str, str, int]]:
    """(value, path, line or 0) of the rows between the first blank line and what will be written."""
    table = screen.partition(" found\n")[2].partition("\nWill write")[0].partition("\nYour pipeline")[0]
    for row in ROW.finditer(table):
        for place in row["places"].split(", "):
            match = PLACE.fullmatch(place)
            if match and (root / match["path"]).exists():
                yield row["value"], match["path"], int(match["line"] or 0)


def _words(text: str) -> set[str]:
    """Lower-case words and numbers, camel case taken apart, with what else they are called."""
    parts = re.findall(r"[a-z]+|\d[\d.]*\d|\d", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).lower())
    return {name for part in parts for name in (part, *ALSO_CALLED.get(part, ()))} - {"run", "likely", "http"}
