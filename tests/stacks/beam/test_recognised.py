"""Erlang and Gleam: every fact, and no road."""

from __future__ import annotations

import pytest

from cdgen import app
from cdgen.model import facts as f
from cdgen.model.facts import EnvVar, FactSet, Route
from cdgen.repo import Scope
from cdgen.stacks.beam import erlang, gleam, rebar3
from tests.conftest import MakeRepo

SERVER = """\
-module(shop_app).
%% cowboy:start_clear(http, [{port, 9999}], #{}),
start(_Type, _Args) ->
    Dispatch = cowboy_router:compile([{'_', [{"/healthz", health_h, []}, {"/items/:id", item_h, []}]}]),
    Text = "cowboy:start_clear(http, [{port, 9998}])",
    Level = os:getenv("LOG_LEVEL", "info"),
    {ok, _} = cowboy:start_clear(http, [{port, 8080}], #{env => #{dispatch => Dispatch}}),
    shop_sup:start_link(Text, Level).
"""
CONFIG = """\
%% -*- erlang -*-
{minimum_otp_vsn, "26"}.
{deps, [{cowboy, "2.12.0"}, jsx, {epgsql, {git, "https://example.org/epgsql.git", {tag, "4.7.1"}}}]}.
{relx, [{release, {shop, "0.1.0"}, [shop]}, {mode, prod}]}.
"""


def test_terms() -> None:
    (least, deps, relx) = erlang.terms(CONFIG)
    assert [item.text for item in least.items] == ["minimum_otp_vsn", "26"]
    assert [item.items[0].text if item.items else item.text for item in deps.items[1].items] == ["cowboy", "jsx", "epgsql"]
    assert relx.items[1].items[0].items[1].items[0].text == "shop" and deps.line == 3


@pytest.mark.parametrize("text", ["", ".", "{", "{deps, [", "%% nothing", "[[[[[[" * 200, '{a, "}.', "}}}}"])
def test_broken_terms_say_little_and_end(text: str) -> None:
    assert len(erlang.terms(text)) <= 1


def test_erlang(make_repo: MakeRepo) -> None:
    files = {"rebar.config": CONFIG, "src/shop_app.erl": SERVER, "test/shop_SUITE.erl": "-module(shop_SUITE).\n"}
    found = FactSet(rebar3.facts(Scope(make_repo(files), ".")))
    assert found.values(f.PORT) == (8080,) and found.values(f.KIND) == ("service",)
    assert [str(version) for version in found.values(f.LANGUAGE_VERSION)] == ["26"]
    assert [framework.name for framework in found.values(f.FRAMEWORK)] == ["cowboy"]
    assert found.values(f.ROUTE) == (Route("*", "/healthz"), Route("*", "/items/:id"))
    assert found.values(f.HEALTH_PATH) == ("/healthz",)
    assert found.values(f.ENV) == (EnvVar("LOG_LEVEL", "info", False, False),)
    assert found.values(f.START) == ("_build/default/rel/shop/bin/shop foreground",)
    assert found.values(f.TEST) == ("rebar3 ct",) and found.values(f.DEPENDENCIES) == (3,)
    assert [(fact.value.kind, fact.confidence) for fact in found.all(f.BACKING)] == [("postgresql", f.Confidence.DEFAULT)]


def test_the_apps_of_a_release_are_no_services(make_repo: MakeRepo) -> None:
    repo = make_repo({"rebar.config": CONFIG, "apps/a/rebar.config": "{deps, []}.\n", "_checkouts/b/rebar.config": ""})
    assert [each.directory for each in rebar3.detect(repo)] == ["."]


MANIFEST = (
    'name = "shop"\nversion = "1.0.0"\ngleam = ">= 1.4.0"\n\n[dependencies]\nwisp = ">= 2.0.0 and < 3.0.0"\nmist = "~> 5.0"\n'
)
MAIN = """\
import mist
// mist.port(9999)
pub fn main() {
  let text = "mist.port(9998)"
  let assert Ok(_) = mist.new(handle) |> mist.port(8000) |> mist.start
  envoy.get("SECRET_KEY")
}
"""
ROUTER = 'import wisp\npub fn handle(req) {\n  case wisp.path_segments(req) {\n    [] -> home()\n    ["users", id] -> user([1, 2])\n    ["a", ..] -> b()\n    _ -> wisp.not_found()\n  }\n}\n'


def test_gleam(make_repo: MakeRepo) -> None:
    files = {"gleam.toml": MANIFEST, "src/shop.gleam": MAIN, "src/router.gleam": ROUTER, "test/shop_test.gleam": ""}
    found = FactSet(gleam.facts(Scope(make_repo(files), ".")))
    assert found.values(f.PORT) == (8000,) and found.values(f.KIND) == ("service",)
    assert found.values(f.ROUTE) == (Route("*", "/"), Route("*", "/users/:id"))
    assert [framework.name for framework in found.values(f.FRAMEWORK)] == ["wisp"]
    assert found.values(f.START) == ("gleam run",) and found.values(f.TEST) == ("gleam test",)
    assert found.values(f.ENV) == (EnvVar("SECRET_KEY", None, False, True),)


def test_gleam_library(make_repo: MakeRepo) -> None:
    found = FactSet(gleam.facts(Scope(make_repo({"gleam.toml": MANIFEST, "src/shop.gleam": "pub fn sell() { 1 }\n"}), ".")))
    assert found.values(f.KIND) == ("library",) and found.values(f.PORT) == () and found.values(f.START) == ()


def test_they_say_that_they_are_not_paved(make_repo: MakeRepo) -> None:
    (service,) = app.inspect(make_repo({"gleam.toml": MANIFEST, "src/shop.gleam": MAIN}).root).services
    assert service.unsupported == ("Gleam is recognised, not paved yet",) and service.recipe is None
