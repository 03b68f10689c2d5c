"""Run cdgen and write down what it did to the machine: `python traced.py LOG ARGUMENT...`, one event per line."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

WRITING = ("w", "a", "x", "+")
WATCHED = (
    "subprocess.",
    "os.exec",
    "os.posix_spawn",
    "os.spawn",
    "os.system",
    "os.fork",
    "pty.",
    "socket.",
    "ctypes.dlopen",
    "urllib.",
)
CHANGING = (
    "os.mkdir",
    "os.rename",
    "os.remove",
    "os.rmdir",
    "os.link",
    "os.symlink",
    "os.truncate",
    "shutil.",
    "os.chmod",
    "os.chown",
)
MEMORY = 1_500_000_000  # address space in bytes: a bomb that goes off ends in a MemoryError


def main(log: str, arguments: list[str]) -> int:
    events: list[str] = []

    def note(event: str, values: tuple[object, ...]) -> None:
        is_write = event == "open" and isinstance(values[1], str) and any(mode in values[1] for mode in WRITING)
        if event.startswith((*WATCHED, *CHANGING)) or is_write:
            events.append(f"{event} {values!r}".replace("\n", " "))

    from cdgen.cli.main import run

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    sys.dont_write_bytecode = True
    sys.addaudithook(note)
    code = run(arguments)
    seen = list(events)
    Path(log).write_text("".join(f"{event}\n" for event in seen), "utf-8", errors="backslashreplace")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
