"""Routes and endpoints of Ruby services."""

from __future__ import annotations

import pytest

from cdgen.model import facts as f
from tests.conftest import MakeRepo
from tests.stacks.ruby.look import RAILS, decided, look, with_gems

ROUTES = "Rails.application.routes.draw do\n{}\nend\n"


@pytest.mark.parametrize(
    "line",
    [
        "# get '/x', to: 'y#z'",
        "x = \"get '/x'\"",
        "direct(:homepage) { 'https://example.org' }",
        "mount Admin::Engine, at: '/admin'",
        "concern :commentable do\n resources :comments\nend",
        "get some_path, to: 'y#z'",
    ],
)
def test_no_route_of_rails(make_repo: MakeRepo, line: str) -> None:
    repo = make_repo(with_gems({**RAILS, "config/routes.rb": ROUTES.format(line)}, "'rails'"))
    assert look(repo).all(f.ROUTE) == ()


@pytest.mark.parametrize(
    ("lines", "routes"),
    [
        ("get '/x', to: 'y#z'", ["GET /x"]),
        ("get 'x' => 'y#z', as: :x", ["GET /x"]),
        ("get :x", ["GET /x"]),
        ("post '/x(.:format)', to: 'y#z'", ["POST /x"]),
        ("match '/x', via: [:get, :post], to: 'y#z'", ["GET /x", "POST /x"]),
        ("match '/x', via: :all, to: 'y#z'", ["* /x"]),
        ("root 'y#z'", ["GET /"]),
        ("namespace :api do\n get 'x', to: 'y#z'\nend", ["GET /api/x"]),
        ("scope '/v1', module: 'v1' do\n get 'x', to: 'y#z'\nend", ["GET /v1/x"]),
        ("scope module: 'v1' do\n get 'x', to: 'y#z'\nend", ["GET /x"]),
        ("resources :posts, only: [:index, :show]", ["GET /posts", "GET /posts/:id"]),
        ("resources :posts, only: :show, param: :slug", ["GET /posts/:slug"]),
        ("resources :posts, only: [] do\n resources :notes, only: :index\nend", ["GET /posts/:post_id/notes"]),
        ("resources :posts, only: [] do\n member { post :publish }\nend", ["POST /posts/:id/publish"]),
        ("resources :posts, only: [] do\n get :search, on: :collection\nend", ["GET /posts/search"]),
        ("resource :profile, only: %i[show update]", ["GET /profile", "PATCH /profile"]),
        ("constraints(id: /1/) do\n get 'x', to: 'y#z'\nend", ["GET /x"]),
        (
            "concern :noted do\n resources :notes, only: :index\nend\nresources :posts, only: [], concerns: :noted",
            ["GET /posts/:post_id/notes"],
        ),
        ("mount Sidekiq::Web => '/jobs'", ["* /jobs"]),
    ],
)
def test_routes_of_rails(make_repo: MakeRepo, lines: str, routes: list[str]) -> None:
    repo = make_repo(with_gems({**RAILS, "config/routes.rb": ROUTES.format(lines)}, "'rails'"))
    assert [f"{fact.value.method} {fact.value.path}" for fact in look(repo).all(f.ROUTE)] == routes


def test_an_interface_without_pages_has_no_forms(make_repo: MakeRepo) -> None:
    api = RAILS | {"config/application.rb": "config.api_only = true\n", "config/routes.rb": ROUTES.format("resources :posts")}
    assert len(look(make_repo(with_gems(api, "'rails'"))).all(f.ROUTE)) == 5


def test_a_drawn_file(make_repo: MakeRepo) -> None:
    files = {**RAILS, "config/routes.rb": ROUTES.format("draw(:admin)"), "config/routes/admin.rb": "get 'x', to: 'y#z'\n"}
    facts = look(make_repo(with_gems(files, "'rails'"))).all(f.ROUTE)
    assert [(fact.value.path, str(fact.source)) for fact in facts] == [("/x", "config/routes/admin.rb:1")]


@pytest.mark.parametrize(
    ("code", "routes"),
    [
        ("require 'sinatra'\nclient.get('/x') { 1 }\n", []),
        ("require 'sinatra'\nget '/x'\n", []),
        ("require 'sinatra'\nget('/x') { 1 }\n", ["GET /x"]),
        ("require 'sinatra'\nnamespace '/api' do\n  post '/x' do\n  end\nend\n", ["POST /api/x"]),
        ("require 'sinatra/base'\nclass A < Sinatra::Base\n  get '/x' do\n  end\nend\n", ["GET /x"]),
        ("class B < Other\n  get '/x' do\n  end\nend\nSinatra\n", []),
        (
            "class A < Grape::API\n  prefix :api\n  version 'v1', using: :path\n  resource :users do\n    get ':id' do\n    end\n"
            "    get do\n    end\n  end\nend\n",
            ["GET /api/v1/users/:id", "GET /api/v1/users"],
        ),
        (
            "class A < Roda\n  route do |r|\n    r.root { 'x' }\n    r.on 'api' do\n      r.get('users', Integer) { |id| id }\n    end\n"
            "    r.is('ping') { 'pong' }\n  end\nend\n",
            ["GET /", "GET /api/users/:id", "* /ping"],
        ),
        ("require 'webrick'\ns = WEBrick::HTTPServer.new\ns.mount_proc '/health' do |q, r|\nend\n", ["* /health"]),
        ("app = lambda do |env|\n  case env['PATH_INFO']\n  when '/health' then 1\n  end\nend\n", ["* /health"]),
    ],
)
def test_routes_of_others(make_repo: MakeRepo, code: str, routes: list[str]) -> None:
    repo = make_repo(with_gems({"app.rb": code}, "'sinatra'", "'grape'", "'roda'"))
    assert [f"{fact.value.method} {fact.value.path}" for fact in look(repo).all(f.ROUTE)] == routes


def test_a_mapped_class_has_its_prefix(make_repo: MakeRepo) -> None:
    files = {"config.ru": "map '/api' do\n  run Api\nend\n", "api.rb": "class Api < Sinatra::Base\n  get '/x' do\n  end\nend\n"}
    assert [fact.value.path for fact in look(make_repo(with_gems(files, "'sinatra'"))).all(f.ROUTE)] == ["/api/x"]


@pytest.mark.parametrize(
    ("line", "health", "ready", "metrics"),
    [
        ("get '/posts', to: 'a#b'", None, None, None),
        ("post '/health', to: 'a#b'", None, None, None),
        ("get '/health/:name', to: 'a#b'", None, None, None),
        ("get 'up' => 'rails/health#show'", "/up", None, None),
        (
            "get '/healthcheck/live', to: 'a#b'\nget '/healthcheck/ready', to: 'a#b'",
            "/healthcheck/live",
            "/healthcheck/ready",
            None,
        ),
        ("get '/metrics', to: 'a#b'", None, None, "/metrics"),
    ],
)
def test_endpoints(make_repo: MakeRepo, line: str, health: str | None, ready: str | None, metrics: str | None) -> None:
    facts = look(make_repo(with_gems({**RAILS, "config/routes.rb": ROUTES.format(line)}, "'rails'")))
    assert [decided(facts, key) for key in (f.HEALTH_PATH, f.READINESS_PATH, f.METRICS_PATH)] == [health, ready, metrics]


def test_a_test_is_no_evidence(make_repo: MakeRepo) -> None:
    code = "require 'sinatra'\nget('/x') { ENV['Y'] }\nset :port, 1234\n"
    facts = look(make_repo(with_gems({"spec/app_spec.rb": code, "app.rb": "require 'sinatra'\n"}, "'sinatra'")))
    assert facts.all(f.ROUTE) == facts.all(f.ENV) == ()
    assert 1234 not in facts.values(f.PORT)
