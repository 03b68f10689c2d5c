"""`make bench`: an installed wheel, the Go example, 50 services in one repository, 20,000 files; exit 1 when a bar is missed.

Absolute times drift with the machine: each round runs every command once, next to `python -c pass`, and the figure is the median of
the rounds' ratios.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "41"))
SERVICES = 50
FILES = 20_000
# what stands in a large repository: code of several languages, pages, settings; of the kinds that inspection looks into
KINDS = {
    "go": "package p\n\nfunc Value() int { return %d }\n",
    "py": "def value():\n    return %d\n",
    "ts": "export const value = %d\n",
    "yaml": "kind: Settings\nvalue: %d\n",
    "md": "# Page %d\n",
}


class Case(NamedTuple):
    """`before` prepares the folder outside the measured time. `bar` is the highest allowed ratio, `far` the far goal."""

    name: str
    command: tuple[str, ...]
    folder: Path
    bar: float
    far: float | None = None
    before: str = ""  # "remove": delete what was written; "": nothing


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="cdgen-bench-") as scratch:
        base = Path(scratch)
        python, cdgen = install(base)
        service = repository(base / "service", ROOT / "examples" / "go-postgres" / "repo", cdgen)
        fresh = repository(base / "fresh", ROOT / "examples" / "go-postgres" / "repo", None)
        plain = repository(base / "plain", ROOT / "examples" / "go-postgres" / "repo", None)
        large = enlarge(repository(base / "large", ROOT / "examples" / "go-postgres" / "repo", None))
        cases = [
            Case("check, unchanged", (cdgen, "check"), service, 1.25),
            Case("--version", (cdgen, "--version"), service, 1.25),
            Case("--help", (cdgen, "--help"), service, 1.25),
            Case("check --full", (cdgen, "check", "--full"), service, 15, 8),
            Case("generate", (cdgen, "generate"), service, 15, 10, "remove"),
            Case("init --yes", (cdgen, "init", "--yes"), fresh, 25, 15, "reset"),
            Case("inspect", (cdgen, "inspect"), plain, 20, 12),
            Case(f"inspect, {FILES:,} files", (cdgen, "inspect"), large, 90, 50),
        ]
        failed = report(cases, run(cases, python))
        failed |= monorepo(base, cdgen)
        failed |= memory(cdgen, plain, large, base / "many")
    return int(failed)


def environment() -> dict[str, str]:
    """Without what would slow imports down or change what is measured."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "CDGEN_"))}


def install(base: Path) -> tuple[str, str]:
    """A wheel in a clean environment with compiled bytecode, as users have it."""
    uv = str(Path(sys.executable).parent / "uv")
    call(
        uv,
        "build",
        "--quiet",
        "--wheel",
        "--no-build-isolation",
        "--python",
        sys.executable,
        "--out-dir",
        str(base / "dist"),
        str(ROOT),
    )
    call(uv, "venv", "--quiet", "--python", getattr(sys, "_base_executable", sys.executable), str(base / "venv"))
    python = base / "venv" / "bin" / "python"
    wheel = next((base / "dist").glob("*.whl"))
    locked = str(ROOT / "requirements-dev.txt")
    call(uv, "pip", "install", "--quiet", "--python", str(python), "--compile-bytecode", "--constraint", locked, str(wheel))
    return str(python), str(python.parent / "cdgen")


def call(*command: str, cwd: Path | None = None) -> None:
    subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.DEVNULL, env=environment())


def repository(folder: Path, source: Path, cdgen: str | None) -> Path:
    shutil.copytree(source, folder)
    call("git", "init", "--quiet", "--initial-branch=main", cwd=folder)
    call("git", "remote", "add", "origin", "https://github.com/example/bench.git", cwd=folder)
    call("git", "add", "--all", cwd=folder)
    if cdgen:
        subprocess.run((cdgen, "--quiet", "init", "--yes"), cwd=folder, check=True, env=environment())
        call("git", "add", "--all", cwd=folder)
    return folder


def enlarge(folder: Path) -> Path:
    """Add files until there are FILES; all of them are in the index."""
    for number in range(FILES):
        ending, text = list(KINDS.items())[number % len(KINDS)]
        path = folder / "data" / f"{number % 400:03}" / f"f{number}.{ending}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text % number, encoding="utf-8")
    call("git", "add", "--all", cwd=folder)
    return folder


def run(cases: list[Case], python: str) -> dict[str, list[float]]:
    """Ratios per case, one per round, after two warm-up rounds."""
    ratios: dict[str, list[float]] = {case.name: [] for case in cases}
    for number in range(ROUNDS + 2):
        bare = once((python, "-c", "pass"), ROOT)
        for case in cases:
            prepare(case)
            taken = once(case.command, case.folder)
            if number >= 2:
                ratios[case.name].append(taken / bare)
    return ratios


def prepare(case: Case) -> None:
    if case.before == "remove":
        shutil.rmtree(case.folder / "deploy", ignore_errors=True)
        for path in (case.folder / ".github" / "workflows").glob("cdgen-*"):
            path.unlink()
    elif case.before == "reset":
        call("git", "clean", "-fdxq", cwd=case.folder)
        call("git", "checkout", "--quiet", "--", ".", cwd=case.folder)


def once(command: tuple[str, ...], folder: Path) -> float:
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True, env=environment())
    return time.perf_counter() - start


def report(cases: list[Case], ratios: dict[str, list[float]]) -> bool:
    failed = False
    print(f"{'ratio to python -c pass':<28}{'min':>8}{'median':>8}{'max':>8}{'bar':>8}{'far':>8}")
    for case in cases:
        found = ratios[case.name]
        middle = median(found)
        missed = middle > case.bar
        failed |= missed
        far = f"{case.far:g}" if case.far else ""
        row = f"{case.name:<28}{min(found):>8.2f}{middle:>8.2f}{max(found):>8.2f}{case.bar:>8g}{far:>8}"
        print(row + ("  MISSED" if missed else ""))
    return failed


def monorepo(base: Path, cdgen: str) -> bool:
    """What each further service costs: 1 against 50 services of one repository, in milliseconds of the same loop."""
    one, many = services(base / "one", 1, cdgen), services(base / "many", SERVICES, cdgen)
    failed = False
    commands = (
        ("check", (cdgen, "check"), 0.5),
        ("check --full", (cdgen, "check", "--full"), 40.0),
        ("inspect", (cdgen, "inspect"), 20.0),
    )
    for name, command, bar in commands:
        costs = [(once(command, many) - once(command, one)) * 1000 / (SERVICES - 1) for _ in range(max(5, ROUNDS // 4))]
        missed = median(costs) > bar
        failed |= missed
        print(
            f"{name + ', each further service':<28}{min(costs):>8.2f}{median(costs):>8.2f}{max(costs):>8.2f}{bar:>8g} ms"
            + ("  MISSED" if missed else "")
        )
    return failed


def memory(cdgen: str, plain: Path, large: Path, many: Path) -> bool:
    """The highest memory of `inspect` next to that of one small service: it holds the listing of the files, not the files."""
    small = peak((cdgen, "inspect"), plain)
    failed = False
    for name, folder, bar, far in ((f"{FILES:,} files", large, 1.6, 1.3), (f"{SERVICES} services", many, 1.8, 1.3)):
        ratio = peak((cdgen, "inspect"), folder) / small
        failed |= ratio > bar
        missed = "  MISSED" if ratio > bar else ""
        print(f"{'peak memory, ' + name:<28}{'':>8}{ratio:>8.2f}{'':>8}{bar:>8g}{far:>8g} x one small service{missed}")
    return failed


def peak(command: tuple[str, ...], folder: Path) -> int:
    """The largest resident set of one run, as the system counts it."""
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment())
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return used.ru_maxrss


def services(folder: Path, number: int, cdgen: str) -> Path:
    source = ROOT / "examples" / "go-postgres" / "repo"
    for index in range(number):
        shutil.copytree(source, folder / "services" / f"payments-{index:02}")
    call("git", "init", "--quiet", "--initial-branch=main", cwd=folder)
    call("git", "add", "--all", cwd=folder)
    subprocess.run((cdgen, "--quiet", "init", "--yes"), cwd=folder, check=True, env=environment())
    return folder


if __name__ == "__main__":
    sys.exit(main())
