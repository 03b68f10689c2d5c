"""`python -m tools.docs [--check]`: the pages of docs/reference, the text of `--help`, the generated blocks of README.md.

With `--check` nothing is written; every stale file is named, and the end is 1.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tools.help import PATH as HELP
from tools.help import help_text
from tools.readme import README, readme
from tools.reference import FOLDER, pages

ROOT = Path(__file__).parent.parent


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python -m tools.docs [--check]\n")
        return 2
    texts = wanted()
    stale = stale_files(ROOT, texts)
    if arguments:
        for path in stale:
            sys.stderr.write(f"{path} is stale; next: make docs\n")
        return int(bool(stale))
    for path in stale:
        put(ROOT / path, texts.get(path))
        sys.stdout.write(f"{path}\n")
    return 0


def wanted() -> dict[str, str]:
    """Path -> text of everything that is generated here."""
    return {**pages(), HELP: help_text(), README: readme((ROOT / README).read_text("utf-8"))}


def stale_files(root: Path, texts: dict[str, str]) -> list[str]:
    """What differs, what is missing, and what lies in the reference although nothing makes it."""
    differing = [path for path, text in texts.items() if not (root / path).is_file() or (root / path).read_text("utf-8") != text]
    there = [path.relative_to(root).as_posix() for path in (root / FOLDER).glob("*") if path.is_file()]
    return sorted({*differing, *(path for path in there if path not in texts)})


def put(path: Path, text: str | None) -> None:
    if text is None:
        path.unlink()
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8", newline="\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
