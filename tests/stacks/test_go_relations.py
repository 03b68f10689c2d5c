"""What Go programs build with, their generators, test runner and migrations."""

from __future__ import annotations

import pytest

from cdgen.model import facts as f
from cdgen.model.facts import FactSet
from cdgen.repo import Scope
from cdgen.stacks import go
from tests.conftest import MakeRepo

MAIN = 'package main\n\nimport (\n\t"example.org/lib/text"\n)\n\nfunc main() { text.Say() }\n'
LIB = {"lib/go.mod": "module example.org/lib\n", "lib/text/text.go": "package text\n\nfunc Say() {}\n"}
REQUIRE = "module example.org/shop\n\ngo 1.26\n\nrequire example.org/lib v0.0.0\n"


def seen(make_repo: MakeRepo, files: dict[str, str], directory: str) -> FactSet:
    return FactSet(go.facts(Scope(make_repo(files), directory)))


BUILDS_WITH: dict[str, tuple[dict[str, str], list[str]]] = {
    "nothing of the repository": ({"shop/go.mod": REQUIRE}, []),
    "replaced": ({"shop/go.mod": REQUIRE + "\nreplace example.org/lib => ../lib\n"}, ["lib"]),
    "a workspace": ({"shop/go.mod": REQUIRE, "go.work": "go 1.26\n\nuse (\n\t./shop\n\t./lib\n)\n"}, ["lib"]),
    "a workspace without it": ({"shop/go.mod": REQUIRE, "go.work": "go 1.26\n\nuse ./shop\n"}, []),
    "a comment": ({"shop/go.mod": REQUIRE + "\n// replace example.org/lib => ../lib\n"}, []),
}


@pytest.mark.parametrize("name", BUILDS_WITH)
def test_what_it_builds_with(make_repo: MakeRepo, name: str) -> None:
    files, expected = BUILDS_WITH[name]
    facts = seen(make_repo, {"shop/main.go": MAIN, **LIB, **files}, "shop")
    assert list(facts.values(f.DEPENDS_ON)) == expected


def test_packages_that_programs_of_one_module_share(make_repo: MakeRepo) -> None:
    files = {
        "go.mod": "module example.org/shop\n\ngo 1.26\n",
        "cmd/a/main.go": 'package main\n\nimport "example.org/shop/internal/both"\n\nfunc main() { both.Run() }\n',
        "cmd/b/main.go": "package main\n\nfunc main() {}\n",
        "internal/both/both.go": "package both\n\nfunc Run() {}\n",
    }
    assert seen(make_repo, files, "cmd/a").values(f.DEPENDS_ON) == ("internal/both",)
    assert seen(make_repo, files, "cmd/b").values(f.DEPENDS_ON) == ()


LINE = "//go:generate {}\npackage main\n\nfunc main() {{}}\n"
GENERATORS = {
    "none": ("package main\n\nfunc main() {}\n", ()),
    "in words": ("// run //go:generate protoc\npackage main\n\nfunc main() {}\n", ()),
    "protoc": (LINE.format("protoc --go_out=. shop.proto"), ("protobuf",)),
    "mockgen": (LINE.format("go run go.uber.org/mock/mockgen -source=a.go"), ("mocks",)),
    "oapi-codegen": (LINE.format("go tool oapi-codegen -config c.yaml api.yaml"), ("openapi",)),
    "sqlc": (LINE.format("sqlc generate"), ("sqlc",)),
    "stringer": (LINE.format("stringer -type=Kind"), ()),
}


@pytest.mark.parametrize("name", GENERATORS)
def test_generators(make_repo: MakeRepo, name: str) -> None:
    text, expected = GENERATORS[name]
    assert seen(make_repo, {"go.mod": "module m\n", "main.go": text}, ".").values(f.GENERATOR) == expected


TEST = 'package main\n\nimport "testing"\n\nfunc TestX(t *testing.T) {}\n'
RUNNERS = {
    "none": ({}, ()),
    "go test": ({"main_test.go": TEST}, ("go test",)),
    "ginkgo": ({"main_test.go": TEST.replace('"testing"', '"github.com/onsi/ginkgo/v2"')}, ("ginkgo",)),
    "gotestsum": ({"main_test.go": TEST, "Makefile": "test:\n\tgotestsum ./...\n"}, ("gotestsum",)),
    "a comment": ({"main_test.go": TEST, "Makefile": "# gotestsum\ntest:\n\tgo test ./...\n"}, ("go test",)),
}


@pytest.mark.parametrize("name", RUNNERS)
def test_runner(make_repo: MakeRepo, name: str) -> None:
    files, expected = RUNNERS[name]
    main = "package main\n\nfunc main() {}\n"
    assert seen(make_repo, {"go.mod": "module m\n", "main.go": main, **files}, ".").values(f.TEST_RUNNER) == expected


MIGRATIONS = {
    "plain": ("create table a (id int);\n", ()),
    "goose": ("-- +goose Up\ncreate table a (id int);\n", ("goose: db/migrations",)),
    "dbmate": ("-- migrate:up\ncreate table a (id int);\n", ("dbmate: db/migrations",)),
}


@pytest.mark.parametrize("name", MIGRATIONS)
def test_migrations(make_repo: MakeRepo, name: str) -> None:
    text, expected = MIGRATIONS[name]
    files = {"go.mod": "module m\n", "main.go": "package main\n\nfunc main() {}\n", "db/migrations/001_a.sql": text}
    assert seen(make_repo, files, ".").values(f.MIGRATIONS) == expected


def test_direct_dependencies(make_repo: MakeRepo) -> None:
    manifest = "module m\n\nrequire (\n\ta.org/a v1.0.0\n\tb.org/b v1.0.0 // indirect\n)\n"
    assert seen(make_repo, {"go.mod": manifest, "main.go": MAIN}, ".").values(f.DEPENDENCIES) == (1,)
