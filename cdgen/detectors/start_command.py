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
PORT = rf"(?:{'|'.join(FLAGS)})(\d{{2,5}})\b"


def port_argument(command: str) -> int | None:
    """The port a command line names; None when it names none, or two."""
    found = {int(port) for port in compiled(PORT).findall(command)}
    return found.pop() if len(found) == 1 else None
