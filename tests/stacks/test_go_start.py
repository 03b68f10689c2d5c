"""Where the program of a Go service lies after its own build."""

from __future__ import annotations

import pytest

from cdgen import app
from tests.conftest import MakeRepo

MAIN = 'package main\n\nimport "net/http"\n\nfunc main() { http.ListenAndServe(":8080", nil) }\n'
MODULE = {"go.mod": "module example.com/shop\n\ngo 1.26\n", "cmd/shop/main.go": MAIN}


@pytest.mark.parametrize(
    ("recipe", "start"),
    [
        pytest.param("", "./shop", id="no Makefile"),
        pytest.param("go build ./cmd/shop", "./shop", id="no -o"),
        pytest.param("go build -o $(BIN)/shop ./cmd/shop", "./shop", id="a variable"),
        pytest.param("go build -o bin/other ./cmd/other", "./shop", id="another program"),
        pytest.param("go build -o bin/shop ./cmd/shop", "./bin/shop", id="plain"),
        pytest.param("CGO_ENABLED=0 $(GO) build -trimpath -o ./out/ ./cmd/shop", "./out/shop", id="a folder"),
        pytest.param("go build -o=/srv/shop -v ./cmd/shop/", "/srv/shop", id="absolute"),
    ],
)
def test_start(make_repo: MakeRepo, recipe: str, start: str) -> None:
    makefile = {"Makefile": f"build:\n\t{recipe}\n"} if recipe else {}
    [service] = app.inspect(make_repo({**MODULE, **makefile}).root).services
    assert service.commands.start == start


SEED = 'package main\n\nimport "os"\n\nfunc main() { println(len(os.Args)) }\n'
CHOSEN = [
    ("the one that the image builds", {"cmd/main.go": MAIN, "cmd/cart/main.go": MAIN}, "go build -o /a ./cmd/cart", "./cart"),
    ("the folder of programs itself, in another Dockerfile", {"cmd/main.go": MAIN, "cmd/seed_db/main.go": SEED}, "", "./cmd"),
    (
        "a name that helps, where the image builds it",
        {"cmd/api/main.go": SEED, "cmd/cli/main.go": MAIN},
        "go build ./cmd/cli",
        "./cli",
    ),
]


@pytest.mark.parametrize(("what", "files", "built", "start"), CHOSEN, ids=[what for what, *_ in CHOSEN])
def test_the_program(make_repo: MakeRepo, what: str, files: dict[str, str], built: str, start: str) -> None:
    image = {"Dockerfile.build": f"FROM golang:1.26\nRUN {built}\n"} if built else {}
    [service] = app.inspect(make_repo({"go.mod": MODULE["go.mod"], **files, **image}).root).services
    assert service.commands.start == start
