"""Look for repositories that make inspection fail: `python -m tools.fuzz MINUTES [SEED]`.

Every example is a seed. Its files are cut, spliced, renamed and filled with tokens of other files, in memory; what comes out is
inspected. With atheris installed the choices follow coverage, without it they are random. A failure is anything but an answer: it
is printed, its repository is kept in `fuzz-failures/`, and the run ends 1.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import TypeAlias

from cdgen.errors import InputError
from cdgen.repo import Repo

ROOT = Path(__file__).parent.parent
FAILURES = ROOT / "fuzz-failures"
GUIDED = "FUZZ_GUIDED"  # set in the process that follows coverage
QUIET = ("-verbosity=0", "-print_final_stats=1")
LARGEST = 64 * 1024  # bytes of a seed file: larger ones only slow the search down
Files: TypeAlias = dict[str, bytes]
Choose: TypeAlias = Callable[[int], int]  # a number from 0 up to and without its argument
TOKENS = (
    b"\0", b"\xff\xfe", b"\r\n", b"\t", b"'", b'"', b"`", b"{", b"}", b"[", b"]", b"(", b")", b"<", b">", b"${X}", b"$(x)", b"%s",
    b"{{ x }}", b"\\", b"/*", b"*/", b"//", b"#", b"<!--", b"-->", b"<![CDATA[", b"---\n", b"&a ", b"*a", b"!!x ", b"null", b"true",
    b"-1", b"99999", b"1e999", b"0x", b"2024-99-99", b"http://", b"../", b"/", b":", b"::", b"@", b"^", b"~>", b">=", b"*", b"|",
    b"\\u", b"\\x",
)  # fmt: skip


def seeds() -> list[Files]:
    """The files of every example, by path inside its repository."""
    return [_files(folder) for folder in sorted((ROOT / "examples").glob("*/repo"))]


def _files(folder: Path) -> Files:
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.stat().st_size <= LARGEST]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def mutated(repositories: list[Files], choose: Choose) -> Files:
    """One example with up to six changes; each choice is asked for, so that a search can steer it."""
    files = dict(repositories[choose(len(repositories))])
    for _ in range(1 + choose(6)):
        path = _pick(files, choose)
        match choose(8):
            case 0:
                del files[path]
            case 1:
                other = repositories[choose(len(repositories))]
                files[_pick(other, choose)] = files[path]  # what it holds, under the name of another kind of file
            case 2:
                other = repositories[choose(len(repositories))]
                taken = _pick(other, choose)
                files[taken] = other[taken]
            case 3:
                files[f"service/{path}"] = files[path]
            case _:
                files[path] = _edited(files[path], repositories, choose)
        if not files:
            break
    return files


def _pick(files: Mapping[str, bytes], choose: Choose) -> str:
    return sorted(files)[choose(len(files))]


def _edited(data: bytes, repositories: list[Files], choose: Choose) -> bytes:
    start = choose(len(data) + 1)
    end = min(len(data), start + choose(40))
    match choose(5):
        case 0:
            return data[:start] + data[end:]
        case 1:
            return data[:start] + TOKENS[choose(len(TOKENS))] + data[end:]
        case 2:
            return data[:start] + TOKENS[choose(len(TOKENS))] * (1 + choose(400)) + data[end:]
        case 3:
            other = repositories[choose(len(repositories))]
            donor = other[_pick(other, choose)]
            at = choose(len(donor) + 1)
            return data[:start] + donor[at : at + choose(200)] + data[end:]
        case _:
            return data[:start]


def inspect(files: Files) -> None:
    """All that `cdgen inspect` does with a repository. Raises only what is a defect: bad input is an answer."""
    from cdgen.report.inspection import to_json
    from cdgen.road.load import load_road
    from cdgen.spec.collect import collect
    from cdgen.spec.config import load_config
    from cdgen.spec.decide import decide
    from cdgen.spec.inspection import Inspection

    repo = Repo.of(files)
    try:
        config = load_config(repo)
        road = load_road(config.road, repo)
    except InputError:
        return
    collected = collect(repo, ".", config)
    services, skipped = decide(collected, config, road, None)
    to_json(Inspection(repo, ".", None, config, road, collected, services, skipped))


def keep(files: Files) -> Path:
    """Write a failing repository where a person can inspect it."""
    digest = hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest()[:12]
    for name, data in files.items():
        path = FAILURES / digest / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return FAILURES / digest


def main(minutes: float, seed: int) -> int:
    repositories = seeds()
    end = time.monotonic() + minutes * 60
    found: dict[str, str] = {}
    count = 0

    def once(choose: Choose) -> None:
        nonlocal count
        count += 1
        files = mutated(repositories, choose)
        try:
            inspect(files)
        except Exception as problem:
            frame = traceback.extract_tb(problem.__traceback__)[-1]
            where = f"{type(problem).__name__} at {frame.filename}:{frame.lineno}"
            if where not in found:
                found[where] = str(keep(files))
                print(f"{where}: {problem}; kept in {found[where]}", flush=True)

    if GUIDED in os.environ:
        _guided(once, end, seed)  # does not come back
    random = Random(seed)  # noqa: S311  (a search, not a secret)
    while time.monotonic() < end:
        once(random.randrange)
    print(f"{count} repositories, {len(found)} failures")
    return int(bool(found))


def guided(minutes: float, seed: int) -> int:
    """The same in a process of its own, which the search ends without a word: what it kept is what it found."""
    before = set(FAILURES.glob("*"))
    argv = (sys.executable, "-m", "tools.fuzz", str(minutes), str(seed))
    subprocess.run(argv, cwd=ROOT, env=os.environ | {GUIDED: "1"}, check=False)
    return int(bool(set(FAILURES.glob("*")) - before))


def _guided(once: Callable[[Choose], None], end: float, seed: int) -> None:
    import atheris

    def test(data: bytes) -> None:
        provider = atheris.FuzzedDataProvider(data)
        once(lambda limit: provider.ConsumeIntInRange(0, limit - 1))

    left = max(1, int(end - time.monotonic()))
    atheris.instrument_all()
    atheris.Setup(["fuzz", f"-max_total_time={left}", f"-seed={seed}", "-max_len=400", "-rss_limit_mb=4096", *QUIET], test)
    atheris.Fuzz()


if __name__ == "__main__":
    search = guided if find_spec("atheris") and GUIDED not in os.environ else main
    sys.exit(search(float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1))
