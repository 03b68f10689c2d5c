"""What asdf and mise are told to install, near and far."""

from __future__ import annotations

from pathlib import Path

import pytest

from cdgen.repo import Scope, open_repo
from cdgen.stacks.version_managers import managed

ROWS = [
    ("nothing", {"a/x": ""}, []),
    ("another tool", {"a/.tool-versions": "nodejs 20.1.0\n"}, []),
    ("a name", {"a/.tool-versions": "golang latest\n", "a/mise.toml": '[tools]\ngo = "latest"\n'}, []),
    ("a comment", {"a/.tool-versions": "# golang 1.25\n"}, []),
    ("broken mise", {"a/mise.toml": "[tools\n"}, []),
    ("wrong types", {"a/mise.toml": "tools = 3\n", "a/.mise.toml": "[tools]\ngo = []\n"}, []),
    ("asdf", {"a/.tool-versions": "nodejs 20\ngolang 1.25.1 1.24 # both\n"}, [("1.25.1", "a/.tool-versions:2")]),
    ("mise", {"a/mise.toml": '[tools]\nnode = "20"\ngo = "1.25"\n'}, [("1.25", "a/mise.toml:3")]),
    ("mise with options", {"a/.mise.toml": '[tools]\ngo = {version = "1.25"}\n'}, [("1.25", "a/.mise.toml:2")]),
    ("mise with several", {"a/mise.toml": '[tools]\ngo = ["1.25", "1.24"]\n'}, [("1.25", "a/mise.toml:2")]),
    ("above", {"a/x": "", ".tool-versions": "golang 1.25\n"}, [("1.25", ".tool-versions:1")]),
    ("nearest", {"a/.tool-versions": "golang 1.26\n", ".tool-versions": "golang 1.25\n"}, [("1.26", "a/.tool-versions:1")]),
    ("nearest that names it", {"a/.tool-versions": "nodejs 20\n", ".tool-versions": "golang 1.25\n"}, [("1.25", ".tool-versions:1")]),
]  # fmt: skip


@pytest.mark.parametrize(("files", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_managed(tmp_path: Path, files: dict[str, str], expected: list[tuple[str, str]]) -> None:
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    scope = Scope(open_repo(tmp_path)[0], "a")
    assert [(text, str(place)) for text, place in managed(scope, "golang", "go")] == expected
