"""Images of Ruby services: from which base, started how, and why there is none."""

from __future__ import annotations

import pytest

from cdgen import app
from cdgen.model import facts as f
from cdgen.model.service import ImageRecipe
from tests.conftest import MakeRepo
from tests.stacks.ruby.look import RAILS, look, with_gems

LOCK = "GEM\n  remote: https://rubygems.org/\n  specs:\n{}\nPLATFORMS\n  ruby\n\nDEPENDENCIES\n"
APP = "require 'sinatra'\nset :port, 4567\nget('/up') { 1 }\n"


def locked(*gems: str) -> str:
    return LOCK.format("".join(f"    {gem} (1.0.0)\n" for gem in gems))


def recipe(make_repo: MakeRepo, files: dict[str, str], *gems: str) -> ImageRecipe | None:
    return app.inspect(make_repo(with_gems(files, *gems)).root).services[0].recipe


@pytest.mark.parametrize(
    ("files", "gems", "reason"),
    [
        ({"Gemfile.lock": locked("sinatra")}, ("'sinatra'",), ""),
        ({"Gemfile.lock": locked("rmagick"), "Dockerfile": "FROM ruby:3.4\n"}, ("'rmagick'",), ""),
        ({}, ("'sinatra'",), "no Gemfile.lock"),
        ({"Gemfile.lock": locked("sinatra").replace("  ruby\n", "  x86_64-linux\n")}, ("'sinatra'",), "Alpine"),
        ({"Gemfile.lock": locked("sinatra").replace("  ruby\n", "  x86_64-linux-musl\n")}, ("'sinatra'",), ""),
        ({"Gemfile.lock": locked("rmagick")}, ("'rmagick'",), "rmagick"),
        ({"Gemfile.lock": locked("vite_rails")}, ("'vite_rails'",), "Node.js"),
        ({"Gemfile.lock": locked("x")}, ("'x', path: '../x'",), "outside"),
        ({"Gemfile.lock": locked("x").replace("rubygems.org", "gems.example.org")}, ("'x'",), "another server"),
    ],
)
def test_why_there_is_none(make_repo: MakeRepo, files: dict[str, str], gems: tuple[str, ...], reason: str) -> None:
    said = look(make_repo(with_gems({"app.rb": APP, **files}, *gems))).values(f.NO_IMAGE)
    assert reason in said[0] if reason else said == ()


@pytest.mark.parametrize(
    ("files", "gems", "words"),
    [
        ({"app.rb": APP}, ("'sinatra'",), ("bundle", "exec", "ruby", "app.rb")),
        (
            {"app.rb": APP, "Procfile": "web: RACK_ENV=production bundle exec puma -p $PORT\n"},
            ("'sinatra'",),
            ("bundle", "exec", "puma", "-p", "4567"),
        ),
        ({"app.rb": APP, "Procfile": "web: rake db:migrate && bundle exec puma\n"}, ("'sinatra'",), ("bundle", "exec", "puma")),
        ({"app.rb": APP, "Procfile": "web: ./prepare | bundle exec puma\n"}, ("'sinatra'",), None),
        (RAILS, ("'rails'", "'puma'"), ("bundle", "exec", "puma", "--bind", "tcp://0.0.0.0:3000")),
        ({**RAILS, "config/puma.rb": "port 3000\n"}, ("'rails'", "'puma'"), ("bundle", "exec", "puma")),
    ],
)
def test_what_starts_it(make_repo: MakeRepo, files: dict[str, str], gems: tuple[str, ...], words: tuple[str, ...] | None) -> None:
    made = recipe(make_repo, {**files, "Gemfile.lock": locked("sinatra")}, *gems)
    assert (made and made.values["entrypoint"]) == words


@pytest.mark.parametrize(
    ("line", "tag"),
    [("ruby '~> 3.1'", "ruby:3.4."), ("ruby '>= 3.1'", "ruby:4.0."), ("ruby '2.7.8'", None), ("ruby '3.4.1'", "ruby:3.4.")],
)
def test_the_base_fits(make_repo: MakeRepo, line: str, tag: str | None) -> None:
    files = {"app.rb": APP, "Gemfile.lock": locked("sinatra", "pg"), ".env": "X=1", "spec/x_spec.rb": ""}
    repo_files = with_gems(files, "'sinatra'")
    repo_files["Gemfile"] += line + "\n"
    made = app.inspect(make_repo(repo_files).root).services[0].recipe
    if tag is None:
        assert made is None
        return
    assert made is not None
    assert made.bases["runtime"].startswith(tag) and "@sha256:" in made.bases["runtime"]
    assert (made.values["packages"], made.values["libraries"]) == (
        "apk add --no-cache build-base postgresql-dev",
        "apk add --no-cache libpq",
    )
    assert made.include == ("Gemfile", "Gemfile.lock", "app.rb")
