"""Dart: what serves, what runs on a device, what is neither."""

from __future__ import annotations

import pytest

from cdgen.model import facts as f
from cdgen.model.facts import EnvVar, FactSet, Route
from cdgen.repo import Scope
from cdgen.stacks.dart import pub
from cdgen.stacks.dart.code import LANGUAGE
from cdgen.stacks.tokens import tokens
from tests.conftest import MakeRepo

MANIFEST = "name: shop\nenvironment:\n  sdk: ^3.4.0\ndependencies:\n"
SHELF = MANIFEST + "  shelf: ^1.4.0\n  shelf_router: ^1.1.0\n"
IMPORTS = "import 'dart:io';\nimport 'package:shelf/shelf_io.dart';\nimport 'package:shelf_router/shelf_router.dart';\n"


def seen(make_repo: MakeRepo, files: dict[str, str]) -> FactSet:
    return FactSet(pub.facts(Scope(make_repo(files), ".")))


PORTS: dict[str, tuple[str, list[tuple[int, bool]]]] = {
    "none": ("void main() { print('serve(a, b, 8080)'); }", []),
    "a comment": ("void main() { // serve(a, b, 8080)\n/* serve(a, b, 8081) */ }", []),
    "a definition": ("Future<void> serve(a, b, port) async {}", []),
    "a socket": ("void main() { ServerSocket.bind(a, 8080); }", []),
    "a number": ("void main() { serve(a, InternetAddress.anyIPv4, 8080); }", [(8080, True)]),
    "the environment first": (
        "void main() {\n  final port = int.parse(Platform.environment['PORT'] ?? '8081');\n  serve(a, ip, port);\n}",
        [(8081, False)],
    ),
    "of the SDK": ("void main() { HttpServer.bind(InternetAddress.anyIPv4, 8082, shared: true); }", [(8082, True)]),
}


@pytest.mark.parametrize("case", PORTS)
def test_ports(make_repo: MakeRepo, case: str) -> None:
    code, expected = PORTS[case]
    found = seen(make_repo, {"pubspec.yaml": SHELF, "bin/server.dart": IMPORTS + code}).all(f.PORT)
    assert [(fact.value, fact.confidence is f.Confidence.DECLARED) for fact in found] == expected


def test_routes_and_variables(make_repo: MakeRepo) -> None:
    code = "final router = Router()\n  ..get('/healthz', a)\n  ..post('/items/<id>', b);\nfinal key = Platform.environment['API_KEY']!;\n"
    found = seen(make_repo, {"pubspec.yaml": SHELF, "bin/server.dart": IMPORTS + code})
    assert found.values(f.ROUTE) == (Route("GET", "/healthz"), Route("POST", "/items/<id>"))
    assert found.values(f.HEALTH_PATH) == ("/healthz",)
    assert found.values(f.ENV) == (EnvVar("API_KEY", None, True, True),)


def test_the_routes_of_dart_frog_are_files(make_repo: MakeRepo) -> None:
    page = "import 'package:dart_frog/dart_frog.dart';\nResponse onRequest(RequestContext context) => Response();\n"
    files = {
        "pubspec.yaml": MANIFEST + "  dart_frog: ^1.0.0\n",
        "routes/index.dart": page,
        "routes/users/[id].dart": page,
        "routes/_middleware.dart": page,
    }
    found = seen(make_repo, files)
    assert found.values(f.ROUTE) == (Route("*", "/"), Route("*", "/users/<id>"))
    assert [framework.name for framework in found.values(f.FRAMEWORK)] == ["dart_frog"]
    assert found.values(f.PROTOCOL) == ("http",) and found.values(f.PORT) == (8080,)


KINDS: dict[str, tuple[dict[str, str], list[str]]] = {
    "a program that prints": ({"pubspec.yaml": MANIFEST, "bin/a.dart": "void main() {}"}, []),
    "a package": ({"pubspec.yaml": MANIFEST, "lib/a.dart": "int a() => 1;"}, ["library"]),
    "a command line tool": ({"pubspec.yaml": MANIFEST, "bin/a.dart": "import 'package:args/args.dart';"}, ["cli"]),
    "a server": ({"pubspec.yaml": SHELF, "bin/a.dart": IMPORTS + "void main() { serve(a, b, 80); }"}, ["service"]),
    "on a device": ({"pubspec.yaml": MANIFEST + "  flutter:\n    sdk: flutter\n", "lib/main.dart": "void main() {}"}, ["app"]),
}


@pytest.mark.parametrize("case", KINDS)
def test_kinds(make_repo: MakeRepo, case: str) -> None:
    files, expected = KINDS[case]
    assert list(seen(make_repo, files).values(f.KIND)) == expected


def test_commands_follow_the_lockfile(make_repo: MakeRepo) -> None:
    found = seen(make_repo, {"pubspec.yaml": MANIFEST, "pubspec.lock": "", "test/a_test.dart": "", "bin/a.dart": ""})
    assert found.values(f.INSTALL) == ("dart pub get --enforce-lockfile",)
    assert found.values(f.TEST) == ("dart test",) and found.values(f.LINT) == ()
    assert found.values(f.START) == ("dart run bin/a.dart",)


@pytest.mark.parametrize("text", ["'", '"""', "/*", "'\\", "r'", "'''" * 999, "\\" * 5000, "'" + "a" * 50_000])
def test_broken_code_ends(text: str) -> None:
    assert len(tokens(text, LANGUAGE)) < 3_000 + len(text)
