"""Haskell: which tool builds it, and what its code does."""

from __future__ import annotations

import pytest

from cdgen.model import facts as f
from cdgen.model.facts import EnvVar, FactSet, Route
from cdgen.repo import Scope
from cdgen.stacks.haskell import cabal, package, stack
from tests.conftest import MakeRepo

CABAL = """\
cabal-version: 3.0
-- name: wrong
name:          shop
version:       0.1.0

common shared
  build-depends: base >=4.7 && <5, text

library
  import: shared
  hs-source-dirs: src
  exposed-modules: Shop
  build-depends:
      scotty >=0.12
    , postgresql-simple

executable shop-server
  main-is: Main.hs
  hs-source-dirs: app
  if flag(static)
    ld-options: -static
  build-depends: base, shop

test-suite spec
  type: exitcode-stdio-1.0
  hs-source-dirs: test
  build-depends: base, hspec
"""
HPACK = """\
name: shop
dependencies:
- base >= 4.7 && < 5
library:
  source-dirs: src
  dependencies: [scotty, postgresql-simple]
executables:
  shop-server:
    main: Main.hs
    source-dirs: app
    dependencies: shop
tests:
  spec:
    source-dirs: test
    dependencies: [hspec]
"""
MAIN = """\
module Main (main) where
import Web.Scotty
import qualified Database.PostgreSQL.Simple as PG
-- main = scotty 9999 app
{- scotty 9998 app -}
main :: IO ()
main = do
  url <- getEnv "DATABASE_URL"
  putStrLn "scotty 9997"
  scotty %s $ do
    get "/healthz" $ text "ok"
    post "/items/:id" item
"""


@pytest.mark.parametrize("files", [{"shop.cabal": CABAL}, {"package.yaml": HPACK}], ids=["cabal", "hpack"])
def test_package(make_repo: MakeRepo, files: dict[str, str]) -> None:
    found = package.read(make_repo(files), ".")
    assert found is not None and found.name == "shop"
    assert [(each.kind, each.folders) for each in found.components] == [
        ("library", ("src",)),
        ("executable", ("app",)),
        ("test-suite", ("test",)),
    ]
    assert found.depends - {"text"} == {"scotty", "postgresql-simple"}


CLAIMS: dict[str, tuple[dict[str, str], list[tuple[str, str, int, bool]]]] = {
    "another tool's package.yaml": ({"package.yaml": "name: x\nservices: {}\n"}, []),
    "a broken one": ({"package.yaml": "name: [\n"}, []),
    "cabal": ({"shop.cabal": CABAL}, [("cabal", ".", 2, False)]),
    "stack": ({"package.yaml": HPACK, "stack.yaml": "resolver: lts-22.0\n"}, [("stack", ".", 3, False)]),
    "a project of cabal": ({"shop.cabal": CABAL, "cabal.project": "packages: .\n"}, [("cabal", ".", 3, False)]),
    "stack with several": (
        {"stack.yaml": "resolver: lts-22.0\npackages: [a, b]\n", "a/shop.cabal": CABAL, "b/b.cabal": CABAL},
        [("stack", ".", 2, True), ("stack", "a", 3, False), ("stack", "b", 3, False)],
    ),
}


@pytest.mark.parametrize("case", CLAIMS)
def test_claims(make_repo: MakeRepo, case: str) -> None:
    files, expected = CLAIMS[case]
    repo = make_repo(files)
    found = [(each.stack, each.directory, each.strength, each.root_only) for tool in (stack, cabal) for each in tool.detect(repo)]
    assert sorted(found) == expected


def seen(make_repo: MakeRepo, port: str = "8080", more: str = "") -> FactSet:
    files = {"shop.cabal": CABAL, "stack.yaml": "resolver: ghc-9.6.4\n", "app/Main.hs": MAIN % port + more, "test/Spec.hs": ""}
    return FactSet(stack.facts(Scope(make_repo(files), ".")))


PORTS = {
    "a number": ("8080", "", [(8080, True)]),
    "a name": ("port", "port = 8081\n", [(8081, False)]),
    "the environment first": ("port", 'x = do\n  port <- maybe 8082 read <$> lookupEnv "PORT"\n', [(8082, False)]),
    "unknown": ("(read p)", "", []),
}


@pytest.mark.parametrize("case", PORTS)
def test_ports(make_repo: MakeRepo, case: str) -> None:
    port, more, expected = PORTS[case]
    found = seen(make_repo, port, more).all(f.PORT)
    assert [(fact.value, fact.confidence is f.Confidence.DECLARED) for fact in found] == expected


def test_facts(make_repo: MakeRepo) -> None:
    found = seen(make_repo)
    assert [framework.name for framework in found.values(f.FRAMEWORK)] == ["scotty"]
    assert found.values(f.ROUTE) == (Route("GET", "/healthz"), Route("POST", "/items/:id"))
    assert found.values(f.HEALTH_PATH) == ("/healthz",) and found.values(f.KIND) == ("service",)
    assert found.values(f.ENV) == (EnvVar("DATABASE_URL", None, True, True),)
    assert [(fact.value.kind, fact.confidence) for fact in found.all(f.BACKING)] == [("postgresql", f.Confidence.INFERRED)]
    assert found.values(f.TEST) == ("stack test",) and found.values(f.START) == ("stack exec shop-server",)
    assert [str(version) for version in found.values(f.LANGUAGE_VERSION)] == ["9.6.4"]
    assert found.values(f.TEST_RUNNER) == ("hspec",)


def test_a_suite_without_a_file_is_no_test(make_repo: MakeRepo) -> None:
    files = {"shop.cabal": CABAL, "stack.yaml": "resolver: lts-22.0\n", "app/Main.hs": ""}
    assert FactSet(stack.facts(Scope(make_repo(files), "."))).values(f.TEST) == ()


def test_the_routes_of_yesod_are_a_file(make_repo: MakeRepo) -> None:
    routes = "/static StaticR Static appStatic\n/ HomeR GET POST\n-- /old OldR GET\n!/#Text CatchR GET\n"
    found = FactSet(cabal.facts(Scope(make_repo({"shop.cabal": CABAL, "config/routes": routes}), ".")))
    assert found.values(f.ROUTE) == (Route("GET", "/"), Route("POST", "/"))


@pytest.mark.parametrize(
    "text", ["", "library\n", "executable\n  build-depends:\n", "name:\n  x\n name: y\n", ":\n" * 99, "if\n else\n"]
)
def test_broken_packages_end(text: str) -> None:
    assert package.cabal("a.cabal", text).path == "a.cabal"
