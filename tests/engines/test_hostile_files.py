"""Files that make parsers loop, explode or fail in ways of their own, in the place of every kind of file that is read; and a
repository of more files than anybody has. Too slow for the fast suite."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cdgen import app
from cdgen.repo.listing import MAX_FILES
from tests.repo.test_hostile import SERVICE, assert_harmless, traced, write

NINES = "9" * 5_000
BOMB = "a: &a [x, x]\n" + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(20))
ENTITIES = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">' for n in range(12)
)
PAYLOADS = {
    "empty": "",
    "nothing but a mark": "\ufeff",
    "alias bomb": BOMB,
    "an anchor inside itself": "a: &a [*a]\nservices: *a\n",
    "a huge number": f"a: {NINES}\nport = {NINES}\n",
    "a huge number in JSON": f'{{"name": {NINES}, "version": {NINES}}}',
    "a date that is none": "a: 2024-99-99\nb: 99:99\n",
    "nested brackets": "[" * 20_000,
    "nested objects": '{"a":' * 100_000,
    "nested tables": "a = " + "[" * 5_000,
    "nested blocks": "".join(" " * n + "a:\n" for n in range(3_000)),
    "nested elements": "<project>" + "<a>" * 50_000,
    "entities": ENTITIES + "]><project>&m;</project>",
    "a file of the machine": '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><project><version>&a;</version></project>',
    "a key twice": '{"scripts": {"test": "a"}, "scripts": {"test": "b"}}\n',
    "unknown tags": "a: !Ref b\nservices: !reference [x]\n",
    "a lone surrogate": '{"name": "\\ud800", "scripts": {"test": "\\ud800"}}',
    "nothing but quotes": '"' * 30_001,
    "nothing but backslashes": "\\" * 30_000,
    "nothing but colons": "FROM a\n" + ":" * 30_000,
    "parentheses": "f(" * 20_000,
    "wrong types": '{"name": [], "scripts": 5, "dependencies": "x", "services": {"a": 3}, "engines": [1], "workspaces": {"a": {}}}',
    "wrong types in YAML": "services: [1, {a: b}]\njobs: 5\nimage: {name: 3}\nstages: x\non: [5]\ninclude: 3\n",
    "wrong types in TOML": 'project = 5\ntool = "x"\n[package]\nname = 3\ndependencies = []\n',
    "one long line": "x " * 200_000,
}
KINDS = (  # noqa: SIM905  (a list of names is read as a text)
    "package.json pnpm-lock.yaml pnpm-workspace.yaml yarn.lock tsconfig.json bun.lock deno.json nx.json turbo.json .nvmrc server.ts "
    "app.jsx go.mod go.work main.go pom.xml build.gradle build.gradle.kts settings.gradle gradle/libs.versions.toml build.sbt "
    "project.clj deps.edn src/main/java/A.java src/main/kotlin/A.kt src/main/resources/application.yml "
    "src/main/resources/application.properties pyproject.toml requirements.txt setup.cfg setup.py Pipfile poetry.lock uv.lock app.py "
    "Gemfile Gemfile.lock config.ru app.rb composer.json composer.lock index.php Cargo.toml Cargo.lock src/main.rs rust-toolchain.toml "
    "Web.csproj Web.sln global.json Directory.Packages.props appsettings.json Program.cs mix.exs config/runtime.exs rebar.config "
    "gleam.toml pubspec.yaml stack.yaml app.cabal package.yaml Package.swift build.zig shard.yml CMakeLists.txt meson.build Makefile "
    "hugo.toml index.html Dockerfile compose.yaml Procfile .gitlab-ci.yml .github/workflows/ci.yml .circleci/config.yml .travis.yml "
    "azure-pipelines.yml Jenkinsfile Chart.yaml k8s/deployment.yaml kustomization.yaml .pre-commit-config.yaml CODEOWNERS "
    ".tool-versions mise.toml action.yml"
).split()


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_every_reader_ends_with_an_answer(tmp_path: Path, payload: str) -> None:
    """No payload in any kind of file is an error of ours. Each kind stands in the folder of an honest service of its own."""
    data = payload.encode("utf-8", "surrogatepass")
    for number, kind in enumerate(KINDS):
        folder = tmp_path / f"service{number}"
        write(folder, {name: text for name, text in SERVICE.items() if name != kind})
        (folder / kind).parent.mkdir(parents=True, exist_ok=True)
        (folder / kind).write_bytes(data)
    inspection = app.inspect(tmp_path)
    answered = {each.directory for each in (*inspection.services, *inspection.skipped)}
    assert {f"service{number}" for number in range(len(KINDS))} <= answered


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_files_of_the_whole_repository(tmp_path: Path, payload: str) -> None:
    service = tmp_path / "repository"
    write(service, SERVICE)
    for kind in KINDS:
        if kind not in SERVICE:
            (service / kind).parent.mkdir(parents=True, exist_ok=True)
            (service / kind).write_bytes(payload.encode("utf-8", "surrogatepass"))
    app.inspect(service)


def test_a_million_files(tmp_path: Path) -> None:
    """What is first in order is read, and the walk stops where nobody's service is any more."""
    root = tmp_path / "repository"
    write(root, SERVICE)
    for folder in range(1_000):
        (root / "z" / str(folder)).mkdir(parents=True)
    descriptor = os.open(root / "z", os.O_RDONLY)
    for number in range(1_000_000):
        os.close(os.open(f"{number % 1_000}/{number}.js", os.O_CREAT | os.O_WRONLY, dir_fd=descriptor))
    os.close(descriptor)
    run = traced(tmp_path, root)
    assert_harmless(run)
    assert f"more than {MAX_FILES} files" in run.out
