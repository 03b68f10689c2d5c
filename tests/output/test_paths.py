"""Which paths may be written at all."""

from __future__ import annotations

import pytest

from cdgen.errors import InputError
from cdgen.output.paths import reason_against, require_writable

GOOD = (
    "a",
    "a/b.yaml",
    ".github/workflows/x.yml",
    ".cdgen/lock",
    ".gitattributes",
    "a b/ü",
    "dist/.gitkeep",
    "console.md",
    "x.git/a",
    "..a",
)
BAD = (
    "", "/a", "a//b", "a/", "./a", "a/./b", "..", "../a", "a/../b", "a/..", ".git", ".git/hooks/pre-commit", "a/.GIT/config",
    "GIT~1/x", "C:/a", "C:a", "a\\b", "\\\\host\\share",
    "a\nb", "a\0b", "a\u200db", "\u202ea",
    "a?b", "a*b", 'a"b', "a|b", "a<b", "aux",
    "a/NUL.yaml", "com1.md", "a.", "a ", "a./b", ".git ", ".git.",
)  # fmt: skip


@pytest.mark.parametrize("path", GOOD)
def test_good_path(path: str) -> None:
    assert reason_against(path) is None


@pytest.mark.parametrize("path", BAD)
def test_bad_path(path: str) -> None:
    assert reason_against(path)
    with pytest.raises(InputError, match="cannot be written"):
        require_writable(["good", path])


@pytest.mark.parametrize("paths", (("a", "b", "a.b"), ("a/b", "a/c", "a-b"), ("A/b", "A/c")))
def test_paths_that_go_together(paths: tuple[str, ...]) -> None:
    require_writable(paths)


@pytest.mark.parametrize(
    "paths", (("a", "a"), ("a", "A"), ("a/b", "A/B"), ("a", "a/b"), ("a/b", "A"), ("a-b", "a", "a/b"), ("ß/x", "SS"))
)
def test_paths_that_collide(paths: tuple[str, ...]) -> None:
    with pytest.raises(InputError, match="side by side"):
        require_writable(paths)
    with pytest.raises(InputError, match="side by side"):
        require_writable(tuple(reversed(paths)))
