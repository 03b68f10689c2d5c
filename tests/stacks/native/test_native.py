"""C and C++ projects, by CMake, Make and Meson."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from cdgen.model import facts as f
from cdgen.model.facts import FactSet, Key
from cdgen.repo import Repo, Scope
from cdgen.stacks.native import cmake, make, meson
from tests.conftest import MakeRepo

MAIN = "int main(int argc, char **argv) {\n"
CMAKE = "project(shop CXX)\nadd_executable(shop main.cc)\n"
MAKEFILE = "shop: main.o\n\t$(CC) -o $@ $^\n"


def seen(repo: Repo, stack: Any = cmake) -> FactSet:
    return FactSet(stack.facts(Scope(repo, ".", (), "native")))


def values(facts: FactSet, key: Key[Any]) -> list[Any]:
    return [fact.value for fact in facts.all(key)]


@pytest.mark.parametrize(
    ("stack", "files"),
    [
        pytest.param(make, {"Makefile": "build:\n\tgo build ./...\n", "x.c": ""}, id="a Makefile that compiles no C"),
        pytest.param(make, {"Makefile": MAKEFILE}, id="no sources"),
        pytest.param(make, {"Makefile": MAKEFILE, "main.c": "", "go.mod": "module x\n"}, id="another language builds here"),
        pytest.param(make, {"Makefile": MAKEFILE, "main.c": "", "CMakeLists.txt": CMAKE}, id="CMake builds here"),
        pytest.param(cmake, {"CMakeLists.txt": CMAKE}, id="nothing to build"),
        pytest.param(cmake, {"third_party/x/CMakeLists.txt": CMAKE, "third_party/x/main.cc": ""}, id="carried along"),
        pytest.param(meson, {"meson.build": "executable('x', 'x.c')\n", "x.c": ""}, id="a part of a project"),
    ],
)
def test_no_claim(make_repo: MakeRepo, stack: Any, files: Mapping[str, str]) -> None:
    assert list(stack.detect(make_repo(files))) == []


@pytest.mark.parametrize(
    ("stack", "files", "claims"),
    [
        pytest.param(make, {"Makefile": MAKEFILE, "main.c": MAIN}, [(".", 1, False)], id="make"),
        pytest.param(cmake, {"CMakeLists.txt": CMAKE, "main.cc": MAIN}, [(".", 2, False)], id="cmake"),
        pytest.param(cmake, {"CMakeLists.txt": CMAKE, "a.cc": "", "setup.py": ""}, [(".", 1, False)], id="an extension of Python"),
        pytest.param(meson, {"meson.build": "project('x', 'c')\n", "x.c": ""}, [(".", 2, False)], id="meson"),
        pytest.param(
            cmake,
            {
                "CMakeLists.txt": "add_subdirectory(src)\n",
                "src/CMakeLists.txt": "add_subdirectory(a)\nadd_subdirectory(b)\n",
                **{f"src/{each}/CMakeLists.txt": f"add_executable({each} {each}.cc)\n" for each in "ab"},
                **{f"src/{each}/{each}.cc": MAIN for each in "ab"},
            },
            [(".", 2, True), ("src/a", 2, False), ("src/b", 2, False)],
            id="several programs",
        ),
    ],
)
def test_claims(make_repo: MakeRepo, stack: Any, files: Mapping[str, str], claims: list[tuple[str, int, bool]]) -> None:
    assert [(each.directory, each.strength, each.root_only) for each in stack.detect(make_repo(files))] == claims


@pytest.mark.parametrize(
    ("code", "kind", "protocol", "port", "framework"),
    [
        (MAIN + "// listen(fd, 9); htons(8080)\n}", [], [], [], []),
        (MAIN + 'printf("listen(fd, 9)"); }', [], [], [], []),
        (MAIN + "getopt(argc, argv, x); }", ["cli"], [], [], []),
        ("int helper() { return 0; }", ["library"], [], [], []),
        (MAIN + "a.sin_port = htons(8080); listen(fd, 9); }", ["service"], [], [8080], []),
        ("#define PORT 8080\n" + MAIN + "a.sin_port = htons(PORT); listen(fd, 9); }", ["service"], [], [8080], []),
        ('#include "crow.h"\n' + MAIN + "app.port(18080).multithreaded().run(); }", ["service"], ["http"], [18080], ["crow"]),
        (
            "#include <drogon/drogon.h>\n" + MAIN + 'drogon::app().addListener("0.0.0.0", 8848).run(); }',
            ["service"],
            ["http"],
            [8848],
            ["drogon"],
        ),
        ("#include <httplib.h>\n" + MAIN + 'svr.listen("0.0.0.0", 8080); }', ["service"], ["http"], [8080], ["cpp-httplib"]),
        (
            "#include <pistache/endpoint.h>\n" + MAIN + "Address a(Ipv4::any(), Port(9080)); }",
            ["service"],
            ["http"],
            [9080],
            ["pistache"],
        ),
        (MAIN + 'grpc::ServerBuilder b; b.AddListeningPort("0.0.0.0:50051", c); }', ["service"], ["grpc"], [50051], []),
    ],
)
def test_program(
    make_repo: MakeRepo, code: str, kind: list[str], protocol: list[str], port: list[int], framework: list[str]
) -> None:
    found = seen(make_repo({"CMakeLists.txt": CMAKE, "main.cc": code}))
    assert values(found, f.LANGUAGE) == ["cpp"]
    assert (values(found, f.KIND), values(found, f.PROTOCOL), values(found, f.PORT)) == (kind, protocol, port)
    assert [each.name for each in values(found, f.FRAMEWORK)] == framework


def test_port_of_json(make_repo: MakeRepo) -> None:
    code = (
        '#include "net.h"\n'
        + MAIN
        + 'load("config/all.json", &c);\nint port = c["shop"]["port"];\nserve("0.0.0.0", port); listen(fd, 9); }'
    )
    file = '{\n "cart": {"port": 1},\n "shop": {\n  "port": 9090\n }\n}\n'
    found = seen(make_repo({"CMakeLists.txt": CMAKE, "main.cc": code, "config/all.json": file}))
    assert [(each.value, str(each.source)) for each in found.all(f.PORT)] == [(9090, "config/all.json:4")]


def test_backing_through_own_headers(make_repo: MakeRepo) -> None:
    files = {
        "CMakeLists.txt": CMAKE,
        "main.cc": '#include "store.h"\n// #include <librdkafka/rdkafka.h>\n' + MAIN + "}",
        "store.h": "#include <mongoc.h>\n",
        "tests/x.cc": "#include <hiredis/hiredis.h>\n",
    }
    assert [each.kind for each in values(seen(make_repo(files)), f.BACKING)] == ["mongodb"]


def test_c(make_repo: MakeRepo) -> None:
    found = seen(make_repo({"Makefile": "BIN = shop\n" + MAKEFILE, "main.c": MAIN + "}"}), make)
    assert (values(found, f.LANGUAGE), values(found, f.START), values(found, f.LANGUAGE_VERSION)) == (["c"], ["./shop"], [])
