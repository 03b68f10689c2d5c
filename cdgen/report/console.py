"""Where words go: results to standard output, everything else to standard error; colour only where it is wanted."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TextIO

STYLES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36"}


class Console:
    """The two streams of one run. `quiet` leaves results only; `verbose` adds detail on standard error."""

    def __init__(
        self,
        *,
        color: str = "auto",
        quiet: bool = False,
        verbose: bool = False,
        out: TextIO | None = None,
        err: TextIO | None = None,
    ) -> None:
        self.out = out or sys.stdout
        self.err = err or sys.stderr
        self.quiet = quiet
        self.verbose = verbose
        self.colored = wants_color(color, self.out)

    def result(self, text: str = "") -> None:
        self.out.write(safe(text) + "\n")

    def say(self, text: str = "") -> None:
        if not self.quiet:
            self.error(text)

    def detail(self, text: str) -> None:
        if self.verbose:
            self.say(text)

    def error(self, text: str) -> None:
        """A word for people. That nobody listens any more is no reason to stop half-way."""
        with suppress(BrokenPipeError):
            self.err.write(safe(text) + "\n")
            self.err.flush()

    def style(self, text: str, *styles: str) -> str:
        if not self.colored or not text:
            return text
        return f"\x1b[{';'.join(STYLES[style] for style in styles)}m{text}\x1b[0m"

    def ask(self, question: str, default: str) -> str:
        """The answer of the person at the terminal; Enter takes the default. The end of input is an interrupt."""
        self.err.write(safe(f"? {question} [{default}]: "))
        self.err.flush()
        line = sys.stdin.readline()
        if not line:
            raise KeyboardInterrupt
        return line.strip() or default

    @property
    def interactive(self) -> bool:
        """A person can answer: both ends of the conversation are terminals, and this is no CI run."""
        return sys.stdin is not None and sys.stdin.isatty() and self.err.isatty() and not os.environ.get("CI")


def wants_color(choice: str, stream: TextIO) -> bool:
    """`always` and `never` decide; else NO_COLOR, FORCE_COLOR and CLICOLOR_FORCE, CLICOLOR, a dumb or absent terminal."""
    if choice != "auto":
        return choice == "always"
    environment = os.environ
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR") or environment.get("CLICOLOR_FORCE", "0") != "0":
        return True
    return stream.isatty() and environment.get("TERM") != "dumb" and environment.get("CLICOLOR") != "0"


def safe(text: str) -> str:
    """Text of strangers without escape sequences, carriage returns and bidirectional overrides. Our own colours stay."""
    if text.replace("\n", "").replace("\t", "").isprintable():  # no escape, no carriage return, no override is
        return text
    kept = []
    for index, char in enumerate(text):
        own_color = char == "\x1b" and _is_color(text, index)
        plain = char in "\n\t" or (char.isprintable() and not 0x2066 <= ord(char) <= 0x2069 and not 0x202A <= ord(char) <= 0x202E)
        kept.append(char if plain or own_color else f"\\x{ord(char):02x}" if ord(char) < 256 else f"\\u{ord(char):04x}")
    return "".join(kept)


def _is_color(text: str, index: int) -> bool:
    end = text.find("m", index, index + 8)
    return end > 0 and text[index + 1] == "[" and all(char.isdigit() or char == ";" for char in text[index + 2 : end])
