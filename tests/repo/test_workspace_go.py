"""A Go package is read together with the module above it; a dependency folder only says which tool filled it."""

from __future__ import annotations

import pytest

from cdgen.repo import open_repo
from tests.conftest import MakeRepo

MAIN = "package main\n"


@pytest.mark.parametrize(
    ("files", "start", "directory"),
    [
        pytest.param({"cmd/api/main.go": MAIN}, "cmd/api", ".", id="no module above"),
        pytest.param(
            {"go.mod": "module x", "cmd/api/main.go": MAIN, "cmd/api/go.mod": "module y"}, "cmd/api", ".", id="a module of its own"
        ),
        pytest.param({"go.mod": "module x", "web/index.html": ""}, "web", ".", id="no Go sources"),
        pytest.param({"go.mod": "module x", "cmd/api/main.go": MAIN}, "cmd/api", "cmd/api", id="module above"),
        pytest.param({"go.mod": "module x", "a/b/go.mod": "module y", "a/b/c/m.go": MAIN}, "a/b/c", "c", id="the nearest module"),
    ],
)
def test_where_a_go_package_begins(make_repo: MakeRepo, files: dict[str, str], start: str, directory: str) -> None:
    assert open_repo(make_repo(files).root / start)[1] == directory


def test_a_dependency_folder_gives_only_its_tool(make_repo: MakeRepo) -> None:
    repo = make_repo(
        {
            "main.go": MAIN,
            "vendor/manifest": "{}",
            "vendor/x/y.go": MAIN,
            "a/vendor/modules.txt": "",
            "node_modules/vendor/manifest": "{}",
        }
    )
    assert repo.files == ("a/vendor/modules.txt", "main.go", "vendor/manifest")
