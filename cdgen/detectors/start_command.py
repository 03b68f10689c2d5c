"""What the arguments of a start command say."""

from __future__ import annotations

from cdgen.repo.patterns import compiled

FLAGS = (
    r"--(?:server[.-])?port[= ]",
    r"--http-port[= ]",
    r"-D(?:server\.)?port=",
    r"--bind[= ]\S*:",
    r"-b[= ]?\S*:",
    r"\bphp -S \S*:",
    r"(?<=\s)-(?:p|port|l)[= ]:?",
)
VARIABLE = rf"(?:{'|'.join(FLAGS)})[\"']?\$\{{?(\w+)(?:\}}|\b(?![\w:}}]))"
PORT = rf"(?:{'|'.join(FLAGS)})(\d{{2,5}})\b"


def port_argument(command: str) -> int | None:
    """The port a command line names; None when it names none, or two."""
    found = {int(port) for port in compiled(PORT).findall(command)}
    return found.pop() if len(found) == 1 else None


def port_variable(command: str) -> str | None:
    """The variable without a fallback that a command line takes its port from."""
    found = compiled(VARIABLE).search(command)
    return found.group(1) if found else None
