"""A version that is changed in one place is named with the place it disagrees with; an example as it stands has no such pair."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cdgen import app

EXAMPLES = Path(__file__).parent.parent / "examples"
WORKFLOW = """\
on: [push]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
      - uses: actions/setup-{action}@v6
        with:
          {action}-version: "{version}"
      - run: {command}
"""


def workflow(action: str, version: str, command: str) -> tuple[str, str]:
    return ".github/workflows/test.yml", WORKFLOW.format(action=action, version=version, command=command)


# example, files written over it, the two lines that have to be named
PLANTS: list[tuple[str, tuple[tuple[str, str], ...], tuple[str, str]]] = [
    ("go-postgres", (("Dockerfile", "FROM golang:1.24 AS build\nRUN go build ./...\n"),), ("go.mod:3", "Dockerfile:1")),
    ("go-postgres", (workflow("go", "1.25", "go test ./..."),), ("go.mod:3", ".github/workflows/test.yml:9")),
    ("go-postgres", (("mise.toml", '[tools]\ngo = "1.25.1"\n'),), ("mise.toml:2", "go.mod:3")),
    ("java-maven-postgres", (("Dockerfile", "FROM eclipse-temurin:11-jre\nCOPY target/a.jar a.jar\n"),), ("pom.xml:20", "Dockerfile:1")),
    ("java-maven-postgres", (workflow("java", "11", "./mvnw verify"),), ("pom.xml:20", ".github/workflows/test.yml:9")),
    ("java-gradle", (("Dockerfile", "FROM gradle:8-jdk11\nRUN gradle build\n"),), ("gradle/libs.versions.toml:2", "Dockerfile:1")),
    ("python-fastapi-uv-postgres", (("Dockerfile", "FROM python:3.11-slim\nCMD uvicorn app:app\n"),), (".python-version:1", "Dockerfile:1")),
    ("python-fastapi-uv-postgres", (workflow("python", "3.10", "uv run pytest"),), (".python-version:1", ".github/workflows/test.yml:9")),
    ("python-fastapi-uv-postgres", ((".python-version", "3.10\n"),), (".python-version:1", "pyproject.toml:5")),
    ("typescript-pnpm-redis", ((".nvmrc", "18\n"),), (".nvmrc:1", "package.json:10")),
    ("typescript-pnpm-redis", (("Dockerfile", "FROM node:22-alpine\nCMD node dist/main.js\n"),), (".nvmrc:1", "Dockerfile:1")),
    ("typescript-pnpm-redis", (workflow("node", "20", "pnpm test"),), (".nvmrc:1", ".github/workflows/test.yml:9")),
    ("elixir-plug", (("Dockerfile", "FROM elixir:1.12-alpine\nCMD mix run --no-halt\n"),), ("mix.exs:8", "Dockerfile:1")),
    ("elixir-plug", ((".tool-versions", "erlang 24.3\nelixir 1.13.4-otp-24\n"),), (".tool-versions:2", "mix.exs:8")),
    ("ruby-sinatra-redis", (("Dockerfile", "FROM ruby:4.0-slim\nCMD bundle exec puma\n"),), ("Gemfile:5", "Dockerfile:1")),
    ("rust-axum-postgres", (("Dockerfile", "FROM rust:1.70 AS build\nRUN cargo build --release\n"),), ("Cargo.toml:5", "Dockerfile:1")),
    ("php-composer-postgres", (("Dockerfile", "FROM php:8.1-fpm-alpine\n"),), ("composer.json:7", "Dockerfile:1")),
]  # fmt: skip


def skews(root: Path) -> list[tuple[str, str]]:
    services = app.inspect(root).services
    return [(str(skew.one_source), str(skew.other_source)) for service in services for skew in service.details.skews]


@pytest.mark.parametrize("example", sorted(path.name for path in EXAMPLES.iterdir() if (path / "repo").is_dir()))
def test_an_example_agrees_with_itself(tmp_path: Path, example: str) -> None:
    shutil.copytree(EXAMPLES / example / "repo", tmp_path / "repo")
    pipeline = ".github/workflows/ci.yml:12"  # of the one example that is as bad as real ones
    wanted = [("package.json:7", pipeline), ("Dockerfile:1", pipeline)] if example == "brownfield-express-npm" else []
    assert skews(tmp_path / "repo") == wanted


@pytest.mark.parametrize(("example", "files", "lines"), PLANTS, ids=[f"{name}-{files[0][0]}" for name, files, _ in PLANTS])
def test_a_planted_skew_is_named(tmp_path: Path, example: str, files: tuple[tuple[str, str], ...], lines: tuple[str, str]) -> None:
    root = tmp_path / "repo"
    shutil.copytree(EXAMPLES / example / "repo", root)
    for name, text in files:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    found = skews(root)
    assert any(one.startswith(lines[0]) and other.startswith(lines[1]) for one, other in found), found
