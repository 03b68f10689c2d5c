"""What a Ruby project is, where it listens, what it needs and how it is run."""

from __future__ import annotations

from typing import Any

import pytest

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Key
from tests.conftest import MakeRepo
from tests.stacks.ruby.look import RAILS, decided, look, with_gems

SURE, MAYBE, DEFAULT = Confidence.DECLARED, Confidence.INFERRED, Confidence.DEFAULT
SINATRA = "require 'sinatra'\nget('/') { 1 }\n"
YML = "default: &default\n  adapter: {}\n  pool: <%= ENV.fetch('POOL') {{ 5 }} %>\nproduction:\n  <<: *default\n"


@pytest.mark.parametrize(
    ("files", "gems", "framework", "kind", "protocol"),
    [
        ({"tool.rb": "puts 1"}, (), None, None, None),
        ({"x.gemspec": "", "lib/x.rb": ""}, ("'sinatra'",), None, "library", None),
        ({"_config.yml": ""}, ("'jekyll'",), "jekyll", "static-site", None),
        (
            {"config.ru": "run Sidekiq::Web", "lib/x.rb": "class X\n include Sidekiq::Job\nend"},
            ("'sidekiq'", "'rack'"),
            "rack",
            "service",
            "http",
        ),
        ({"lib/x.rb": "class X\n include Sidekiq::Job\nend"}, ("'sidekiq'",), None, "worker", None),
        (RAILS, ("'rails'", "'sinatra'"), "rails", "service", "http"),
        ({"app.rb": SINATRA}, ("'sinatra'",), "sinatra", "service", "http"),
        ({"app.rb": "puts 1"}, ("'sinatra'",), None, None, None),
        ({"config.ru": "run App", "app.rb": "class App < Grape::API\nend"}, ("'grape'", "'rack'"), "grape", "service", "http"),
        ({"config.ru": "run Hanami.app", "config/app.rb": ""}, ("'hanami'",), "hanami", "service", "http"),
        (
            {"server.rb": "s = GRPC::RpcServer.new\ns.add_http2_port('0.0.0.0:50051', :this_port_is_insecure)\n"},
            ("'grpc'",),
            None,
            "service",
            "grpc",
        ),
    ],
)
def test_what_it_is(
    make_repo: MakeRepo, files: dict[str, str], gems: tuple[str, ...], framework: str | None, kind: str | None, protocol: str | None
) -> None:
    facts = look(make_repo(with_gems(files, *gems)))
    found = decided(facts, f.FRAMEWORK)
    assert (found and found.name, decided(facts, f.KIND), decided(facts, f.PROTOCOL)) == (framework, kind, protocol)


@pytest.mark.parametrize(
    "files",
    [
        {"app.rb": SINATRA + "# set :port, 8080\nset :port, ENV['PORT']\n"},
        {"app.rb": SINATRA + "set :port, ENV['PORT']\n"},
        {"app.rb": SINATRA, "Procfile": "web: bundle exec ruby app.rb -p $PORT\n"},
        {"app.rb": "redis = Redis.new(port: 6379)\n"},
    ],
)
def test_no_port(make_repo: MakeRepo, files: dict[str, str]) -> None:
    assert look(make_repo(with_gems(files, "'sinatra'"))).all(f.PORT) == ()


@pytest.mark.parametrize(
    ("files", "port", "confidence"),
    [
        ({"config/puma.rb": "port 8080\n"}, 8080, SURE),
        ({"config/puma.rb": "port ENV.fetch('PORT') { 3000 }\n"}, 3000, MAYBE),
        ({"config/puma.rb": "port(ENV['PORT'] || 3001)\n"}, 3001, MAYBE),
        ({"config/puma.rb": "port Integer(ENV.fetch('PORT', '3002'))\n"}, 3002, MAYBE),
        ({"config/puma.rb": "fixed = ENV.fetch('PORT', 3003).to_i\nport fixed\n"}, 3003, MAYBE),
        ({"config/puma.rb": "bind 'tcp://0.0.0.0:9292'\n"}, 9292, SURE),
        ({"config/puma.rb": "bind \"tcp://0.0.0.0:#{ENV.fetch('PORT', 9293)}\"\n"}, 9293, MAYBE),
        ({"config/unicorn.rb": "listen 8081, tcp_nopush: true\n"}, 8081, SURE),
        ({"app.rb": SINATRA + "set :port, 8082\n"}, 8082, SURE),
        ({"app.rb": "require 'sinatra/base'\nclass A < Sinatra::Base\n  run! port: 8083\nend\n"}, 8083, SURE),
        ({"app.rb": "require 'webrick'\nWEBrick::HTTPServer.new(:Port => 8084)\n"}, 8084, SURE),
        ({"app.rb": "Rack::Handler::WEBrick.run(app, Port: ENV['PORT'] || 8085)\n"}, 8085, MAYBE),
        ({"app.rb": "server.add_http2_port('0.0.0.0:50051', :this_port_is_insecure)\n"}, 50051, SURE),
        ({"app.rb": SINATRA, "Procfile": "web: ruby app.rb -p ${PORT:-8086}\n"}, 8086, MAYBE),
        ({"app.rb": SINATRA}, 4567, DEFAULT),
        ({"app.rb": SINATRA, "config.ru": "run Sinatra::Application"}, 9292, DEFAULT),
    ],
)
def test_a_port(make_repo: MakeRepo, files: dict[str, str], port: int, confidence: Confidence) -> None:
    facts = look(make_repo(with_gems(files, "'sinatra'", "'puma'", "'webrick'")))
    assert [(fact.value, fact.confidence) for fact in facts.all(f.PORT)] == [(port, confidence)]


@pytest.mark.parametrize(
    ("files", "gems", "kinds"),
    [
        ({"app.rb": "puts 1"}, ("'pg'", "'redis'", "'bunny'"), set()),
        ({"app.rb": "puts 1"}, ("'sqlite3'",), set()),
        ({"app.rb": "Redis.new"}, ("'redis', group: :test",), set()),
        ({"spec/x_spec.rb": "Redis.new"}, ("'redis'",), set()),
        ({"app.rb": "# Redis.new"}, ("'redis'",), set()),
        ({"app.rb": "Redis.new(url: ENV['REDIS_URL'])"}, ("'redis'",), {"redis"}),
        ({"app.rb": "DB = Sequel.connect(ENV['DATABASE_URL'])"}, ("'sequel'", "'pg'"), {"postgresql"}),
        ({**RAILS, "config/database.yml": YML.format("postgresql")}, ("'rails'", "'pg'"), {"postgresql"}),
        ({**RAILS, "config/database.yml": YML.format("sqlite3")}, ("'rails'", "'sqlite3'", "'pg'"), set()),
        ({**RAILS, "config/database.yml": YML.format("mysql2")}, ("'rails'", "'mysql2'"), {"mysql"}),
        ({**RAILS, "config/cable.yml": "production:\n  url: <%= ENV['REDIS_URL'] %>\n"}, ("'rails'", "'redis'"), set()),
        (
            {**RAILS, "config/environments/production.rb": "config.cache_store = :mem_cache_store\n"},
            ("'rails'", "'dalli'"),
            {"memcached"},
        ),
        ({"app.rb": "Aws::S3::Client.new"}, ("'aws-sdk-s3'",), {"s3"}),
        ({"app.rb": "Bunny.new.start\nMongo::Client.new"}, ("'bunny'", "'mongo'"), {"rabbitmq", "mongodb"}),
    ],
)
def test_what_it_needs(make_repo: MakeRepo, files: dict[str, str], gems: tuple[str, ...], kinds: set[str]) -> None:
    facts = look(make_repo(with_gems(files, *gems)))
    assert {fact.value.kind for fact in facts.all(f.BACKING) if fact.confidence > DEFAULT} == kinds


@pytest.mark.parametrize(
    ("code", "variables"),
    [
        ("x = 'ENV[\"A\"]'", []),
        ("ENV['A'] = '1'", []),
        ("ENV['RAILS_ENV']", []),
        ("ENV['A']", [("A", None, False)]),
        ("ENV.fetch('A')", [("A", None, True)]),
        ("ENV.fetch('A', 'b')", [("A", "b", False)]),
        ("ENV.fetch('A') { 3 }", [("A", "3", False)]),
        ("ENV['A'] || 'b'", [("A", "b", False)]),
        ("ENV.fetch('A_PASSWORD', 'b')", [("A_PASSWORD", None, False)]),
    ],
)
def test_environment(make_repo: MakeRepo, code: str, variables: list[tuple[str, str | None, bool]]) -> None:
    facts = look(make_repo(with_gems({"app.rb": code})))
    assert [fact.value[:3] for fact in facts.all(f.ENV)] == variables


@pytest.mark.parametrize(
    ("code", "calls"),
    [
        ("cache.get('http://stock/x')", []),
        ("Net::HTTP.get(URI('http://localhost:8080/x'))", []),
        ("Net::HTTP.get(URI('http://stock:8080/x'))", [("http", "stock:8080", None, None)]),
        ('HTTParty.get("http://stock/#{id}")', [("http", "stock", None, None)]),
        ('HTTParty.get("http://#{host}/x")', []),
        ("Faraday.new(url: ENV.fetch('STOCK_URL'))", [("http", None, "STOCK_URL", None)]),
        ("Faraday.new(url: ENV.fetch('STOCK_URL', 'http://stock'))", [("http", "stock", "STOCK_URL", None)]),
        ("URL = ENV['STOCK_URL']\nRestClient.get(\"#{URL}/x\")", [("http", None, "STOCK_URL", None)]),
        ("class C\n include HTTParty\n base_uri 'https://api.example.io'\nend", [("http", "api.example.io", None, None)]),
        ("Cart::Stub.new(ENV['CART_ADDR'], :this_channel_is_insecure)", [("grpc", None, "CART_ADDR", "Cart")]),
    ],
)
def test_calls(make_repo: MakeRepo, code: str, calls: list[tuple[str, str | None, str | None, str | None]]) -> None:
    assert [tuple(fact.value) for fact in look(make_repo(with_gems({"app.rb": code}))).all(f.CALL)] == calls


@pytest.mark.parametrize(
    ("files", "gems", "key", "value"),
    [
        ({}, (), f.TEST, None),
        ({"spec/x_spec.rb": ""}, (), f.TEST, None),
        ({}, (), f.LINT, None),
        ({".rubocop.yml": ""}, (), f.LINT, None),
        ({}, ("'rubocop'",), f.LINT, None),
        ({".rubocop.yml": ""}, ("'rubocop'",), f.LINT, "bundle exec rubocop"),
        ({".rubocop.yml": "", "bin/rubocop": ""}, ("'rubocop-rails-omakase'",), f.LINT, "bin/rubocop"),
        ({}, ("'standard'",), f.LINT, "bundle exec standardrb"),
        ({}, (), f.INSTALL, "bundle install"),
        ({"Gemfile.lock": ""}, (), f.INSTALL, "BUNDLE_FROZEN=true bundle install"),
        ({"spec/x_spec.rb": ""}, ("'rspec'",), f.TEST, "bundle exec rspec"),
        ({"spec/x_spec.rb": ""}, ("'rspec'",), f.TEST_RUNNER, "rspec"),
        ({"test/x_test.rb": "", "bin/rails": ""}, ("'rails'",), f.TEST, "bin/rails test"),
        ({"test/x_test.rb": ""}, ("'rails', '~> 4.2'",), f.TEST, "bundle exec rake test"),
        ({"test/x_test.rb": "", "Rakefile": "Rake::TestTask.new { |t| t.libs << 'test' }"}, (), f.TEST, "bundle exec rake test"),
        (
            {"spec/x_spec.rb": "", "Rakefile": "namespace :spec do\n RSpec::Core::RakeTask.new(:integration)\nend\ntask :unit\n"},
            ("'rspec'",),
            f.INTEGRATION,
            "bundle exec rake spec:integration",
        ),
        (RAILS, ("'rails'", "'puma'"), f.START, "bundle exec rails server -b 0.0.0.0 -p ${PORT:-3000}"),
        ({"config.ru": "run App"}, ("'rack'", "'puma'"), f.START, "bundle exec puma"),
        ({"config.ru": "run App"}, ("'rack'",), f.START, "bundle exec rackup config.ru -o 0.0.0.0 -p ${PORT:-9292}"),
        ({"app.rb": SINATRA}, ("'sinatra'",), f.START, "bundle exec ruby app.rb"),
        ({"x.rb": "include Sidekiq::Job"}, ("'sidekiq'",), f.START, "bundle exec sidekiq"),
        ({"db/migrate/1_x.rb": ""}, ("'rails'",), f.MIGRATIONS, "rails: db/migrate"),
        ({"config/puma.rb": "workers ENV.fetch('WEB_CONCURRENCY', 2)\n"}, ("'puma'",), f.RESOURCE, ("workers", "2")),
    ],
)
def test_commands(make_repo: MakeRepo, files: dict[str, str], gems: tuple[str, ...], key: Key[Any], value: Any) -> None:
    assert decided(look(make_repo(with_gems(files, *gems))), key) == value
