"""Deno: its own package manager, tools and runtime. Recognised: every fact, no road yet."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source, Version
from cdgen.repo import Repo, Scope
from cdgen.repo.patterns import compiled
from cdgen.stacks.base import Candidate, no_image, no_toolchain
from cdgen.stacks.node import base
from cdgen.stacks.node.detection import has_sources
from cdgen.stacks.node.package import Package, join, parent, readable_manifest, relaxed, strings
from cdgen.stacks.node.sources import Sources
from cdgen.stacks.node.workspace import claims_on

id = "deno"  # noqa: A001
family = base.FAMILY
title = "Deno"
paved = False
toolchain = no_toolchain
image = no_image

CONFIGS = ("deno.json", "deno.jsonc")
LOCK = "deno.lock"
# `npm:hono@4.6`, `jsr:@oak/oak@^17`, `https://deno.land/x/fresh@1.6.8/`, `https://esm.sh/express@4`
SPECIFIER = (
    r"^(?:(?:npm|jsr):/?|https?://(?:deno\.land/x|esm\.sh|cdn\.skypack\.dev)/)(?P<name>(?:@[\w.-]+/)?[\w.$-]+)"
    r"(?:@(?P<version>[\w.^~*><=-]+))?"
)
# one library under its names in the registries
CANONICAL = {"fresh": "@fresh/core", "$fresh": "@fresh/core", "oak": "@oak/oak", "@hono/hono": "hono"}
TASKS = (
    (f.LINT, ("lint", "check", "ok")),
    (f.TEST, ("test", "test:unit")),
    (f.COVERAGE, ("coverage", "test:coverage", "cov")),
    (f.INTEGRATION, ("test:integration", "integration")),
    (f.BUILD, ("build", "compile", "bundle")),
    (f.START, ("start", "start:prod", "serve", "prod", "preview")),
)
LISTENS = r"\bDeno\.(?:serve|listen)\b|\.listen\s*\(|\bstart\s*\(\s*manifest|\bserve\s*\("


def detect(repo: Repo) -> Iterator[Candidate]:
    for path in repo.files:
        if path.rpartition("/")[2] not in (*CONFIGS, LOCK) or _is_second(repo, path):
            continue
        directory = parent(path)
        if repo.has(join(directory, "package.json")) and any(
            claim.lockfile or claim.declared for claim in claims_on(repo, directory)
        ):
            continue
        joins = bool(_config(repo, directory).get("workspace"))
        if joins or has_sources(repo, directory):
            strength = 3 if repo.has(join(directory, LOCK)) else 2
            yield Candidate(
                id, directory, repo.source(path), strength, root_only=joins and not _tasks(repo, directory).get("start")
            )


def _is_second(repo: Repo, path: str) -> bool:
    """Whether another of Deno's files speaks for the folder already."""
    name, directory = path.rpartition("/")[2], parent(path)
    return any(other < name and repo.has(join(directory, other)) for other in CONFIGS)


def _config(repo: Repo, directory: str) -> dict[str, object]:
    for name in CONFIGS:
        path = join(directory, name)
        if repo.has(path):
            data = relaxed(repo, path)
            return data if isinstance(data, dict) else {}
    return {}


def _tasks(repo: Repo, directory: str) -> dict[str, str]:
    """A task is text, or an object with its `command`: https://docs.deno.com/runtime/reference/cli/task/."""
    tasks = _config(repo, directory).get("tasks")
    entries = tasks.items() if isinstance(tasks, dict) else ()
    found = {str(name): body.get("command") if isinstance(body, dict) else body for name, body in entries}
    return strings(found)


def facts(scope: Scope) -> Iterator[Fact]:
    """All that can be seen in one project. Raises InputError when its configuration is broken."""
    package = read_project(scope)
    sources = Sources(scope)
    yield from _language(package, sources)
    yield from _tool(package)
    yield from _commands(package)
    yield from base.shared_facts(package, sources)


def read_project(scope: Scope) -> Package:
    """deno.json with what package.json, the import map and the code add, in the words of a package.json."""
    directory = scope.directory
    path = next((join(directory, name) for name in (*CONFIGS, "package.json", LOCK) if scope.has(name)), join(directory, LOCK))
    config = _config(scope.repo, directory)
    manifest = readable_manifest(scope.repo, directory) or {}
    data = {
        "name": config.get("name") or manifest.get("name"),
        "scripts": {**strings(manifest.get("scripts")), **_tasks(scope.repo, directory)},
        "dependencies": {**strings(manifest.get("dependencies")), **dict(_needs(scope, config))},
        "exports": config.get("exports"),
    }
    return Package(scope, path, data, directory)


def _needs(scope: Scope, config: dict[str, object]) -> Iterator[tuple[str, str]]:
    """Libraries by name, of the import map and of imports that name a registry in the code."""
    named = config.get("importMap")
    mapped = relaxed(scope.repo, scope.path(named.removeprefix("./"))) if isinstance(named, str) else None
    imports = {**strings(mapped.get("imports") if isinstance(mapped, dict) else None), **strings(config.get("imports"))}
    for text in (*imports.values(), *_named_in_code(scope)):
        found = compiled(SPECIFIER).match(text)
        if found:
            yield CANONICAL.get(found.group("name"), found.group("name")), found.group("version") or "*"


def _named_in_code(scope: Scope) -> Iterator[str]:
    sources = Sources(scope)
    for match in sources.search(
        r"""\b(?:from|import)\s*\(?\s*["']((?:npm:|jsr:|https://)[^"']+)["']""", "npm:", "jsr:", "https://"
    ):
        yield match.found.group(1)


def _language(package: Package, sources: Sources) -> Iterator[Fact]:
    language = "typescript" if sources.typed or not sources.files else "javascript"
    yield Fact(f.LANGUAGE, language, package.source(), Origin.MANIFEST, Confidence.DECLARED, package.path.rpartition("/")[2])
    scope = package.scope
    for name, pattern in (
        (".dvmrc", r"^\s*v?(\d[\w.]*)"),
        (".tool-versions", r"^\s*deno\s+(\S+)"),
        (".deno-version", r"^\s*v?(\d\S*)"),
    ):
        for number, text in enumerate(scope.lines(name), 1):
            if found := re.match(pattern, text):
                source = scope.line(name, number)
                yield Fact(f.LANGUAGE_VERSION, Version(found.group(1)), source, Origin.VERSION_FILE, Confidence.DECLARED, name)
                break


def _tool(package: Package) -> Iterator[Fact]:
    locked = package.scope.has(LOCK)
    source = package.scope.source(LOCK) if locked else package.source()
    origin = Origin.LOCKFILE if locked else Origin.MANIFEST
    yield Fact(f.BUILD_TOOL, "deno", source, origin, Confidence.DECLARED, source.path.rpartition("/")[2])
    command = "deno install --frozen" if locked else "deno install"
    yield Fact(f.INSTALL, command, source, origin, Confidence.INFERRED, "Deno 2 installs what its configuration names")


def _commands(package: Package) -> Iterator[Fact]:
    """Tasks first; then Deno's own tools where the project is set up for them."""
    for key, names in TASKS:
        name = next((each for each in names if each in package.scripts), None)
        if name:
            yield Fact(key, f"deno task {name}", package.source(name), Origin.SCRIPT, Confidence.INFERRED, f"task {name}")
    tests = package.scope.glob("**/*{_test,.test}.{ts,tsx,js,jsx,mjs}")
    if tests and "test" not in package.scripts:
        yield Fact(f.TEST, "deno test -A", package.scope.source(tests[0]), Origin.DEFAULT, Confidence.DEFAULT, "tests, and no task")
    if not any(name in package.scripts for name in TASKS[-1][1]):
        yield from _main(package)


def _main(package: Package) -> Iterator[Fact]:
    for name in ("main.ts", "main.tsx", "server.ts", "mod.ts", "src/main.ts", "src/server.ts", "main.js"):
        if compiled(LISTENS).search(package.scope.text(name) or ""):
            source: Source = package.scope.source(name)
            yield Fact(f.START, f"deno run -A {name}", source, Origin.LAYOUT, Confidence.INFERRED, "the file that serves")
            return
