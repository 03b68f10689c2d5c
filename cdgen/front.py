"""The fast front door: answers an unchanged `check`, `--version` and `--help` with C builtins only, in little more than the time
that the interpreter needs to start. It never explains: whatever is different, unusual or broken is left to the full route.

No `from __future__`, no `pathlib`, no `re`: each import would cost more than the check itself (`tests/test_front.py` has the list).
"""

import os

from cdgen import __version__

LOCK = "/.cdgen/lock"
CONFIG = "cdgen.yaml"
WORKFLOWS = ".github/workflows"
BUILT_IN = "/data/roads/default/road.yaml"
TEAM = "local"
TWINS = "CDGEN_"  # an environment twin of an option changes what a command means
DIGITS = 32
MAX_BYTES = 1 << 20
FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
KIND, REGULAR, FOLDER, EXECUTABLE = 0o170000, 0o100000, 0o040000, 0o100  # of st_mode; the module `stat` is Python
HAS_MODES = os.name != "nt"


class Different(Exception):  # noqa: N818  (no error: the full route explains)
    """Not what the lock says, or not something the front door knows."""


def answer(arguments: list[str]) -> bool:
    """Whether the question is answered, with exit code 0."""
    for name in os.environ:
        if name.startswith(TWINS):
            return False
    if "check" not in arguments:
        return _say(1, f"cdgen {__version__}\n" if arguments == ["--version"] else _help())
    line = quick("")
    if line is None:
        return False
    return len(arguments) > 1 or _say(2, f"{line}\n")


def quick(directory: "str | os.PathLike[str]", today: str | None = None) -> str | None:
    """One line when everything is as locked on that day (YYYY-MM-DD, else today in UTC); None when the full route must look."""
    try:
        root = _root(os.path.realpath(directory) if directory else os.getcwd())
        return f"cdgen check: {_check(root, today or _today())} files as locked"
    except (Different, OSError, ValueError):
        return None


def _say(stream: int, text: str) -> bool:
    try:
        return bool(text) and os.write(stream, text.encode()) > 0
    except OSError:  # a closed pipe, a full disk
        return False


def _help() -> str:
    """The text of `--help`, made by `make docs` and shipped; empty when it is not there."""
    try:
        return _read(os.path.dirname(__file__) + "/data/help.txt")[0].decode()
    except (Different, OSError):
        return ""


def _root(directory: str) -> str:
    """The nearest repository at or above a directory, as git finds it. Only its top may hold the lock."""
    while True:
        if os.path.exists(directory + "/.git"):
            return directory
        above = os.path.dirname(directory)
        if above == directory:
            raise Different
        directory = above


def _today() -> str:
    import time

    return "{:04}-{:02}-{:02}".format(*time.gmtime()[:3])


def _check(root: str, today: str) -> int:
    """How many owned files are as locked. Raises Different."""
    lock, is_executable = _read(root + LOCK)
    inputs, files = _parse(lock.decode())
    _require(inputs["config"], _read(f"{root}/{CONFIG}")[0].replace(b"\r\n", b"\n"))
    _check_road(root, inputs["road"])
    if inputs.get("exceptions-end", today) < today or inputs.get("requires", __version__) != __version__:
        raise Different
    has_modes = HAS_MODES and not is_executable  # where every file is executable, the lock is too
    for path, digest in files.items():
        data, is_executable = _read(f"{root}/{path}")
        _require(digest, data)
        if has_modes and is_executable != data.startswith(b"#!"):
            raise Different
    known = {*files, *_parents(root, files)}
    _check_folders(root, inputs["folder"].split("\n"), known)
    return len(files)


def _require(digest: str, data: bytes) -> None:
    try:
        from _blake2 import blake2b
    except ImportError:
        from hashlib import blake2b
    if blake2b(data, digest_size=16).hexdigest() != digest:
        raise Different


def _read(path: str) -> tuple[bytes, bool]:
    """A regular file, and whether it is executable. Never follows a link, never waits."""
    if "O_NOFOLLOW" not in os.__dict__ and os.path.islink(path):
        raise Different
    descriptor = os.open(path, FLAGS)
    try:
        info = os.fstat(descriptor)
        if info.st_mode & KIND != REGULAR or info.st_size > MAX_BYTES:
            raise Different
        data = os.read(descriptor, info.st_size + 1)
        if len(data) != info.st_size:
            raise Different
        return data, bool(info.st_mode & EXECUTABLE)
    finally:
        os.close(descriptor)


def _parse(text: str) -> tuple[dict[str, str], dict[str, str]]:
    """The inputs, and the digest of each path. Whatever a merge or an editor may have left is Different."""
    inputs = {"folder": ""}
    files: dict[str, str] = {}
    lines = text.split("\n")
    if lines.pop() or "\r" in text:
        raise Different
    for line in lines:
        if line.startswith("# "):
            name, _, value = line[2:].partition(" ")
            if name in ("folder", "pin"):
                inputs["folder"] += value + "\n" if name == "folder" else ""
            elif inputs.setdefault(name, value) != value:
                raise Different
        else:
            digest, gap, path = line[:DIGITS], line[DIGITS : DIGITS + 2], line[DIGITS + 2 :]
            if gap != "  " or path in files or not path or path.startswith("/") or ".." in path:
                raise Different
            files[path] = digest
    if not files or "config" not in inputs or "road" not in inputs:
        raise Different
    return inputs, files


def _check_road(root: str, recorded: str) -> None:
    """A built-in road and one in a folder by their text; one from git is fixed by its tag in cdgen.yaml."""
    digest, _, source = recorded.partition(" ")
    if source == "built in":
        _require(digest, _read(os.path.dirname(__file__) + BUILT_IN)[0])
    elif source.startswith(("./", "../", "/")):
        _require(digest, _read(os.path.join(root, source, "road.yaml"))[0])
    elif not digest or "@" not in source:
        raise Different


def _parents(root: str, files: dict[str, str]) -> set[str]:
    """The folders on the way to owned files, each of which must be one."""
    found: set[str] = set()
    for path in files:
        cut = path.rfind("/")
        while cut > 0 and path[:cut] not in found:
            found.add(path[:cut])
            if os.lstat(f"{root}/{path[:cut]}").st_mode & KIND != FOLDER:
                raise Different
            cut = path.rfind("/", 0, cut)
    return found


def _check_folders(root: str, folders: list[str], known: set[str]) -> None:
    """Nothing else stands in cdgen's own folders, or under its names among the workflows."""
    for folder in folders:
        for name in os.listdir(f"{root}/{folder}") if folder else ():
            if f"{folder}/{name}" not in known and name != TEAM:
                raise Different
    try:
        names = os.listdir(f"{root}/{WORKFLOWS}")
    except FileNotFoundError:
        return
    for name in names:
        if name.startswith("cdgen-") and f"{WORKFLOWS}/{name}" not in known:
            raise Different
