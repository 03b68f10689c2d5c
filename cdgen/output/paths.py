"""Which paths may be written: inside the repository, never in git's own folder, the same file on every platform."""

from __future__ import annotations

from collections.abc import Iterable

from cdgen.errors import InputError

# https://learn.microsoft.com/windows/win32/fileio/naming-a-file
DEVICES = frozenset(("con", "prn", "aux", "nul", *(f"{name}{digit}" for name in ("com", "lpt") for digit in "123456789")))
FORBIDDEN = frozenset('<>:"|?*\\')
GIT = (".git", "git~1")  # the second is its short name on NTFS, see CVE-2014-9390


def reason_against(path: str) -> str | None:
    """Why a path relative to the repository root cannot be written; None when it can."""
    if not path or path.startswith("/"):
        return "is not relative to the repository"
    if not path.isprintable() or not FORBIDDEN.isdisjoint(path):
        return "holds a character that not every platform allows"
    for part in path.split("/"):
        if part in ("", ".", ".."):
            return "leaves the repository or is not in its shortest form"
        if part.casefold() in GIT:
            return "lies in git's own folder"
        if part != part.rstrip(". ") or part.split(".")[0].casefold() in DEVICES:
            return "is a name that Windows reserves or shortens"
    return None


def require_writable(paths: Iterable[str]) -> None:
    """Raise InputError for the first path that may not be written, or that another one stands in the way of."""
    seen: dict[str, str] = {}
    folders: dict[str, str] = {}
    for path in sorted(paths):
        reason = reason_against(path)
        if reason:
            raise InputError(f"{path!r} cannot be written: it {reason}", where="cdgen.yaml", hint="choose another folder or name")
        key = path.casefold()
        other = seen.get(key) or folders.get(key)
        parents = [key[:cut] for cut in range(len(key)) if key[cut] == "/"]
        other = other or next((seen[parent] for parent in parents if parent in seen), None)
        if other:
            raise InputError(f"{path!r} and {other!r} cannot stand side by side", where="cdgen.yaml", hint="rename one of them")
        seen[key] = path
        folders |= {parent: path for parent in parents}
