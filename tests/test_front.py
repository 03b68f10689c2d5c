"""The front door: answers what is unchanged, leaves everything else to the full route, loads almost nothing, writes nothing."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import cdgen
from cdgen.__main__ import main
from cdgen.front import quick
from cdgen.model.digest import digest
from cdgen.output.lock import LOCK, Inputs
from tests.output.tree import SCRIPT, run, states
from tools.help import help_text

CONFIG = "road: default@2026.11\nservice: payments\n"
ROAD = (Path(cdgen.__file__).parent / "data/roads/default/road.yaml").read_bytes()
FOLDERS = ("deploy/base", "deploy/overlays/staging")
FILES = {
    ".cdgen/answers.yaml": "services: []\n",
    ".github/workflows/cdgen-main.yml": "on: push\n",
    ".github/workflows/cdgen-pull-request.yml": "on: pull_request\n",
    "Dockerfile": "FROM scratch\n",
    "deploy/base/deployment.yaml": "kind: Deployment\n",
    "deploy/base/empty.yaml": "",
    "deploy/base/large.yaml": "a: b\n" * 40_000,
    "deploy/overlays/staging/kustomization.yaml": "resources: []\n",
    "deploy/rollout.sh": SCRIPT,
    "docs/path to production é.md": "# Path\n",
}
INPUTS = Inputs("2026.11", digest(CONFIG.encode()), digest(ROAD), "built in", folders=FOLDERS)
EMPTY = digest(b"").encode()
SAYS = f"cdgen check: {len(FILES)} files as locked"


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    return make(tmp_path / "repo", INPUTS)


def make(root: Path, inputs: Inputs) -> Path:
    (root / ".git").mkdir(parents=True)
    (root / "cdgen.yaml").write_text(CONFIG)
    run(root, FILES, inputs=inputs)
    (root / "deploy/overlays/staging/local").mkdir()
    (root / ".github/workflows/ci.yml").write_text("on: push\n")
    return root


UNCHANGED: tuple[tuple[str, Callable[[Path], object]], ...] = (
    ("as written", lambda root: None),
    ("other files of the team", lambda root: (root / "deploy/mine.yaml").write_text("x\n")),
    ("the team's part of an overlay", lambda root: (root / "deploy/overlays/staging/local/x.yaml").write_text("x\n")),
    ("touched", lambda root: os.utime(root / "Dockerfile", (1, 1))),
    ("other permissions than the executable bit", lambda root: (root / "Dockerfile").chmod(0o600)),
    ("git work tree of a linked kind", lambda root: ((root / ".git").rmdir(), (root / ".git").write_text("gitdir: x\n"))),
    ("no modes on this file system", lambda root: [path.chmod(0o777) for path in root.rglob("*")]),
)


@pytest.mark.parametrize("change", [row[1] for row in UNCHANGED], ids=[row[0] for row in UNCHANGED])
def test_unchanged(repo: Path, change: Callable[[Path], object]) -> None:
    change(repo)
    assert quick(repo) == SAYS
    assert quick(repo / "deploy/base") == SAYS


INPUTS_UNCHANGED = (
    ("an exception that ends today", INPUTS._replace(exceptions_end="2026-12-15"), "2026-12-15"),
    ("a road from git", INPUTS._replace(road="e" * 32, road_source="https://example.com/road.git@v1"), None),
    ("a pin that a bot moved", INPUTS._replace(pins=(("actions/checkout", "08c6", "v5"), ("a/b", "1", "v1"))), None),
    ("no folder", INPUTS._replace(folders=()), None),
)


@pytest.mark.parametrize(("inputs", "today"), [row[1:] for row in INPUTS_UNCHANGED], ids=[row[0] for row in INPUTS_UNCHANGED])
def test_unchanged_inputs(tmp_path: Path, inputs: Inputs, today: str | None) -> None:
    assert quick(make(tmp_path / "repo", inputs), today) == SAYS


INPUTS_DIFFERENT = (
    ("an exception that ended yesterday", INPUTS._replace(exceptions_end="2026-12-15"), "2026-12-16"),
    ("an exception that ended long ago, by the clock", INPUTS._replace(exceptions_end="2020-01-01"), None),
    ("another text of the built-in road", INPUTS._replace(road="e" * 32), None),
    ("no road", INPUTS._replace(road="", road_source=""), None),
    ("a road from git without a digest", INPUTS._replace(road="", road_source="https://example.com/road.git@v1"), None),
    ("a road folder that is absent", INPUTS._replace(road_source="./road"), None),
    ("something was left undone", INPUTS._replace(config="unsettled"), None),
    ("a folder that is absent", INPUTS._replace(folders=("deploy/absent",)), None),
)


@pytest.mark.parametrize(("inputs", "today"), [row[1:] for row in INPUTS_DIFFERENT], ids=[row[0] for row in INPUTS_DIFFERENT])
def test_different_inputs(tmp_path: Path, inputs: Inputs, today: str | None) -> None:
    assert quick(make(tmp_path / "repo", inputs), today) is None


def test_a_road_in_a_folder(tmp_path: Path) -> None:
    for source, folder in (
        ("./road", tmp_path / "repo/road"),
        ("../road", tmp_path / "road"),
        (str(tmp_path / "r"), tmp_path / "r"),
    ):
        folder.mkdir(parents=True)
        (folder / "road.yaml").write_bytes(b"edition: 1\n")
        root = make(tmp_path / "repo", INPUTS._replace(road=digest(b"edition: 1\n"), road_source=source))
        assert quick(root) == SAYS
        (folder / "road.yaml").write_bytes(b"edition: 2\n")
        assert quick(root) is None
        (tmp_path / "repo").rename(tmp_path / f"done-{len(source)}")


def replace(path: Path, put: Callable[[Path], object]) -> None:
    path.unlink()
    put(path)


def lock(root: Path, change: Callable[[bytes], bytes]) -> None:
    (root / LOCK).write_bytes(change((root / LOCK).read_bytes()))


DIFFERENT: tuple[tuple[str, Callable[[Path], object]], ...] = (
    ("cdgen.yaml changed", lambda root: (root / "cdgen.yaml").write_text(CONFIG + "\n")),
    ("cdgen.yaml absent", lambda root: (root / "cdgen.yaml").unlink()),
    ("cdgen.yaml a link", lambda root: replace(root / "cdgen.yaml", lambda path: path.symlink_to("Dockerfile"))),
    ("no lock", lambda root: (root / LOCK).unlink()),
    ("empty lock", lambda root: lock(root, lambda text: b"")),
    ("lock a link", lambda root: ((root / LOCK).rename(root / "l"), (root / LOCK).symlink_to(root / "l"))),
    ("lock with CRLF", lambda root: lock(root, lambda text: text.replace(b"\n", b"\r\n"))),
    ("lock cut off", lambda root: lock(root, lambda text: text[:-1])),
    ("lock not text", lambda root: lock(root, lambda text: text + b"\xff\n")),
    ("lock with a conflict", lambda root: lock(root, lambda text: text + b"<<<<<<< ours\n")),
    ("lock with a path twice", lambda root: lock(root, lambda text: text + text.splitlines(keepends=True)[-1])),
    ("lock with two configs", lambda root: lock(root, lambda text: text.replace(b"# road", b"# config x\n# road"))),
    ("lock without config", lambda root: lock(root, lambda text: text.replace(b"# config", b"# confix"))),
    ("lock that names a file outside", lambda root: lock(root, lambda text: text + EMPTY + b"  ../repo/deploy/base/empty.yaml\n")),
    ("lock that names an absolute path", lambda root: lock(root, lambda text: text + EMPTY + b"  /dev/null\n")),
    ("parent a link", lambda root: ((root / "docs").rename(root / "d"), (root / "docs").symlink_to("d"))),
    ("grandparent a link", lambda root: ((root / "deploy").rename(root / "d"), (root / "deploy").symlink_to("d"))),
    ("pipe in place of a file", lambda root: replace(root / "Dockerfile", os.mkfifo)),
    ("file grown", lambda root: (root / "deploy/base/empty.yaml").write_text("x" * (1 << 21))),
    ("extra folder", lambda root: (root / "deploy/base/more").mkdir()),
    ("extra workflow", lambda root: (root / ".github/workflows/cdgen-x.yml").write_text("x\n")),
    ("no repository", lambda root: (root / ".git").rmdir()),
)  # fmt: skip


@pytest.mark.parametrize("change", [row[1] for row in DIFFERENT], ids=[row[0] for row in DIFFERENT])
def test_different(repo: Path, change: Callable[[Path], object]) -> None:
    change(repo)
    assert quick(repo) is None


def test_a_repository_inside_another_is_its_own(repo: Path) -> None:
    (repo / "vendor/inner/.git").mkdir(parents=True)
    assert quick(repo / "vendor") == SAYS
    assert quick(repo / "vendor/inner") is None
    assert quick(repo.parent) is None


def flip(root: Path, path: str, chance: random.Random) -> None:
    data = bytearray((root / path).read_bytes() or b"\0")
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    (root / path).write_bytes(data)


def remove(root: Path, path: str, chance: random.Random) -> None:
    (root / path).unlink()


def mode(root: Path, path: str, chance: random.Random) -> None:
    (root / path).chmod((root / path).stat().st_mode ^ 0o111)


def link(root: Path, path: str, chance: random.Random) -> None:
    """The same content, elsewhere."""
    (root / path).rename(root / "elsewhere")
    (root / path).symlink_to(root / "elsewhere")


def extra(root: Path, path: str, chance: random.Random) -> None:
    name = "".join(chance.choices("abcxyz.-", k=8)).strip(".-") + "x"
    (root / chance.choice(FOLDERS) / name).write_text("x\n")


TAMPERINGS = (flip, remove, mode, link, extra)


@pytest.mark.parametrize("seed", range(40))
def test_random_tampering_is_reported(repo: Path, seed: int) -> None:
    """By the front door, which then asks, and by the comparison, which names it."""
    chance = random.Random(seed)
    tamper, path = TAMPERINGS[seed % len(TAMPERINGS)], chance.choice(sorted(FILES))
    assert (quick(repo), states(repo, FILES)) == (SAYS, {})
    tamper(repo, path, chance)
    assert quick(repo) is None
    (named,) = states(repo, FILES)
    assert named.startswith(FOLDERS) if tamper is extra else named == path


def start(repo: Path, code: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`cdgen ARGUMENTS` in a process of its own, with `code` before and after."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("CDGEN_", "PYTHON"))}
    script = (
        f"import sys; sys.path.insert(0, {str(Path(cdgen.__file__).parent.parent)!r}); sys.argv = {['cdgen', *arguments]!r}\n{code}"
    )
    return subprocess.run(
        [sys.executable, "-c", script], cwd=repo, env={**plain, **environment}, capture_output=True, text=True, check=False
    )


ALLOWED = {"cdgen", "cdgen.__main__", "cdgen.front", "_blake2", "time"}
MODULES = "base = set(sys.modules)\nfrom cdgen.__main__ import main\ncode = main()\nprint(code, *sorted(set(sys.modules) - base))"


@pytest.mark.parametrize("form", (["check"], ["check", "--quiet"], ["-q", "check"], ["--version"], ["--help"], ["-h"]))
def test_almost_nothing_is_loaded(repo: Path, form: list[str]) -> None:
    done = start(repo, MODULES, *form)
    code, *modules = done.stdout.splitlines()[-1].split()
    assert code == "0"
    assert set(modules) <= ALLOWED


WATCH = """\
import os
seen = []
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
OTHERS = ("os.mk", "os.re", "os.ch", "os.un", "os.link", "os.exec", "os.sp", "os.fork", "subprocess", "socket")
def watch(event, arguments):
    if event == "open" and arguments[2] & WRITES or event.startswith(OTHERS):
        seen.append((event, arguments))
sys.dont_write_bytecode = True
from cdgen.__main__ import main
sys.addaudithook(watch)
code = main()
print(code, seen)
"""


def test_nothing_is_written_or_started(repo: Path) -> None:
    before = {path: path.lstat().st_ctime_ns for path in repo.rglob("*")}
    assert start(repo, WATCH, "check").stdout == "0 []\n"
    assert {path: path.lstat().st_ctime_ns for path in repo.rglob("*")} == before
    seen = start(repo, WATCH.replace("code = main()", "code = open('x', 'w').close()"), "check")
    assert "'open'" in seen.stdout  # the hook sees a write


RUN = "from cdgen.__main__ import main\nsys.exit(main())"
SAID = (
    (["check"], "", SAYS + "\n"),
    (["check", "--quiet"], "", ""),
    (["--quiet", "check"], "", ""),
    (["--version"], f"cdgen {cdgen.__version__}\n", ""),
)


@pytest.mark.parametrize(("form", "out", "err"), SAID)
def test_what_is_said(repo: Path, form: list[str], out: str, err: str) -> None:
    done = start(repo, RUN, *form)
    assert (done.returncode, done.stdout, done.stderr) == (0, out, err)


def test_help_is_that_of_the_command_line(repo: Path) -> None:
    """After a change of options: `make docs`."""
    assert start(repo, RUN, "--help").stdout == help_text()


@pytest.mark.parametrize(("form", "code"), ((["check"], 3), (["check", "--quiet"], 3), (["-q", "check"], 3), (["chekc"], 2)))
def test_the_rest_goes_to_the_command_line(tmp_path: Path, form: list[str], code: int) -> None:
    done = start(tmp_path, RUN, *form)
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ("CDGEN_FULL", "CDGEN_STAGED", "CDGEN_DIRECTORY", "CDGEN_TODAY"))
def test_an_environment_twin_of_an_option_is_heard(repo: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    from cdgen.front import answer

    monkeypatch.chdir(repo)
    for other in [other for other in os.environ if other.startswith("CDGEN_")]:
        monkeypatch.delenv(other)
    assert answer(["check", "--quiet"])
    monkeypatch.setenv(name, "1")
    assert not answer(["check", "--quiet"])


def test_a_closed_pipe_is_no_answer(repo: Path) -> None:
    close = "import os\nread, write = os.pipe(); os.close(read); os.dup2(write, 1)\n"
    code = "from cdgen.front import answer\nsys.exit(10 + answer(['--version']))"
    assert start(repo, close + code).returncode == 10


def test_main_returns_the_code(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repo)
    monkeypatch.setattr(sys, "argv", ["cdgen", "check", "--quiet"])
    assert main() == 0
