"""Which gems and which Ruby a project asks for."""

from __future__ import annotations

import pytest

from cdgen.model import facts as f
from cdgen.model.facts import Confidence
from cdgen.repo import Scope
from cdgen.road.pins import Pins
from cdgen.stacks.ruby import bundler, gemfile
from cdgen.stacks.ruby.versions import release, satisfies
from tests.conftest import MakeRepo
from tests.stacks.ruby.look import decided, look, with_gems

LOCK = """GEM
  remote: https://rubygems.org/
  specs:
    nokogiri (1.16.2-x86_64-linux)
      racc (~> 1.4)
    rack (2.2.8)
    sinatra (3.0.5)
      rack (~> 2.2)

PLATFORMS
  ruby

DEPENDENCIES
  sinatra (~> 3.0)

RUBY VERSION
   ruby 3.2.1p31

BUNDLED WITH
   2.4.1
"""


@pytest.mark.parametrize(
    "text",
    ["", "# gem 'rack'\n", "puts %q(gem 'rack')\n", "=begin\ngem 'rack'\n=end\n", "gem\n", "gem name\n", "spec.gem 'rack'\n"],
)
def test_no_gem(make_repo: MakeRepo, text: str) -> None:
    read = gemfile.read(Scope(make_repo({"Gemfile": text}), "."))
    assert read is not None and read.gems == {}


@pytest.mark.parametrize(
    ("text", "name", "runs"),
    [
        ("gem 'rack'", "rack", True),
        ('gem "rack", "~> 2.2", ">= 2.2.4"', "rack", True),
        ("gem 'rspec', group: :test", "rspec", False),
        ("gem 'rspec', groups: %i[development test]", "rspec", False),
        ("group :development, :test do\n  gem 'rspec'\nend", "rspec", False),
        ("group :production do\n  gem 'pg'\nend", "pg", True),
        ("source 'https://x.example' do\n  gem 'own'\nend", "own", True),
        ("if ENV['X']\n  gem 'maybe'\nend", "maybe", True),
        ("gem 'tzinfo-data', platforms: %i[windows jruby]", "tzinfo-data", True),
    ],
)
def test_gems(make_repo: MakeRepo, text: str, name: str, runs: bool) -> None:
    read = gemfile.read(Scope(make_repo({"Gemfile": text}), "."))
    assert read is not None and set(read.gems) == {name}
    assert read.gems[name].runs is runs


def test_the_lockfile(make_repo: MakeRepo) -> None:
    read = gemfile.read(Scope(make_repo({**with_gems({}, '"sinatra", "~> 3.0"'), "Gemfile.lock": LOCK}), "."))
    assert read is not None and read.lock is not None
    assert read.lock.versions == {"nokogiri": "1.16.2", "rack": "2.2.8", "sinatra": "3.0.5"}
    assert (read.lock.platforms, read.lock.ruby, read.lock.bundler) == (("ruby",), ("3.2.1", 17), "2.4.1")
    assert read.version("sinatra") == "3.0.5"


@pytest.mark.parametrize(
    ("files", "version"),
    [
        ({"Gemfile": "# ruby '3.1.0'\n"}, None),
        ({"Gemfile": "ruby '<%= version %>'\n"}, None),
        ({"Gemfile": "ruby '3.1.2'\n"}, "3.1.2"),
        ({"Gemfile": "ruby '>= 3.2', '< 4'\n"}, ">= 3.2, < 4"),
        ({"Gemfile": "ruby file: '.ruby-version'\n", ".ruby-version": "3.3.5\n"}, "3.3.5"),
        ({"Gemfile": "ruby File.read('.ruby-version').strip\n", ".ruby-version": "ruby-3.3.5\n"}, "3.3.5"),
        ({"Gemfile": "", ".tool-versions": "nodejs 20.1.0\nruby 3.2.9\n"}, "3.2.9"),
        ({"Gemfile": "", "mise.toml": '[tools]\nruby = "3.4"\n'}, "3.4"),
        ({"Gemfile": "", "Gemfile.lock": LOCK}, "3.2.1"),
        ({"Gemfile": "gemspec\n", "x.gemspec": "Gem::Specification.new { |s| s.required_ruby_version = '>= 3.0' }\n"}, ">= 3.0"),
        ({"Gemfile": "ruby '3.1.2'\n", "Gemfile.lock": LOCK}, "3.1.2"),
    ],
)
def test_the_version(make_repo: MakeRepo, files: dict[str, str], version: str | None) -> None:
    found = decided(look(make_repo(files)), f.LANGUAGE_VERSION)
    assert (found and found.text) == version


@pytest.mark.parametrize(
    ("version", "requirement", "met"),
    [
        ("3.4.8", "3.4.1", True),
        ("3.4.8", "3.3.1", False),
        ("3.4.8", "~> 3.3", True),
        ("3.4.8", "~> 3.3.0", False),
        ("4.0.5", "~> 3.3", False),
        ("4.0.5", ">= 3.1", True),
        ("4.0.5", ">= 3.1, < 4", False),
        ("3.4.8", ">= 3.1, < 4", True),
        ("3.4.8", "!= 3.4.8", False),
        ("3.4.8", "nonsense", False),
    ],
)
def test_a_requirement(version: str, requirement: str, met: bool) -> None:
    assert satisfies(version, requirement) is met


def test_only_a_pinned_release_is_chosen() -> None:
    pins = Pins()
    assert release("2.7.8", pins) is None
    assert release(None, pins) == pins.versions("ruby")[0]


@pytest.mark.parametrize(
    ("files", "strengths"),
    [
        ({"app.rb": "puts 1"}, []),
        ({"Gemfile": "gem 'fastlane'\n", "package.json": "{}", "fastlane/Fastfile.rb": "lane"}, []),
        ({"Gemfile": "gem 'danger'\n"}, [1]),
        ({"Gemfile": "", "app.rb": "puts 1"}, [2]),
        ({"Gemfile": "", "Gemfile.lock": LOCK, "config.ru": "run 1"}, [3]),
        ({"app.rb": "puts 1", "Dockerfile": "FROM python:3.12\n"}, []),
        ({"app.rb": "puts 1", "Dockerfile": "FROM ruby:3.3-slim\n"}, [1]),
        ({"app.rb": "puts 1", "Procfile": "web: ruby app.rb\n"}, [1]),
        ({"a/Gemfile": "", "a/x.rb": "1", "b/Gemfile": "", "b/x.rb": "1"}, [2, 2]),
    ],
)
def test_claims(make_repo: MakeRepo, files: dict[str, str], strengths: list[int]) -> None:
    assert [claim.strength for claim in bundler.detect(make_repo(files))] == strengths


def test_a_gem_of_the_repository(make_repo: MakeRepo) -> None:
    repo = make_repo({"api/Gemfile": "gem 'shared', path: '../shared'\ngem 'out', path: '../../x'\n", "shared/shared.rb": "1"})
    facts = look(repo, "api").all(f.DEPENDS_ON)
    assert [(fact.value, str(fact.source), fact.confidence) for fact in facts] == [("shared", "api/Gemfile:1", Confidence.DECLARED)]
