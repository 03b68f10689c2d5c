"""How a mix project is installed, checked, tested and built, from its folder."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source
from cdgen.repo.patterns import compiled
from cdgen.repo.syntax import line
from cdgen.stacks.beam.code import Code, members
from cdgen.stacks.beam.libraries import dependencies, kinds
from cdgen.stacks.beam.listen import Listener
from cdgen.stacks.beam.terms import words

TESTS = r"(?:^|/)test/(?:.*/)?\w+_test\.exs$"
LINT_ALIASES = ("lint", "check", "quality", "ci.lint")
# what the case templates of Phoenix and Ecto are called, and what opens a database for a test
NEEDS_SERVICE = (
    r"\buse\s+[\w.]*(?:DataCase|ConnCase|RepoCase|ChannelCase|FeatureCase|EctoCase)\b|\bSandbox\.(?:checkout|start_owner!|mode)\b"
)
EXCLUDED = r"\bExUnit\.(?:configure|start)\([^)]*exclude:\s*\[?\s*:?(?P<tag>integration(?:_tests?)?|external|e2e)\b"
DATABASES = ("ecto_sql", "mongodb_driver", "mongodb_ecto")
CHECK_LOCKED = (1, 15)  # first Elixir with `mix deps.get --check-locked` (its changelog)


def facts(code: Code, found: tuple[Listener, ...]) -> Iterator[Fact]:
    yield from _install(code)
    yield from _lint(code)
    yield from _tests(code)
    yield from _build(code)
    yield from _start(code, found)


def _install(code: Code) -> Iterator[Fact]:
    fetched = [each for project in (code.project, *members(code)) for each in project.dependencies if each.kind in ("hex", "git")]
    if not fetched:
        return
    lock = code.lock()
    if lock:
        command = "mix deps.get --check-locked" if _is_recent(code) else "mix deps.get"
        yield Fact(f.INSTALL, command, Source(lock), Origin.LOCKFILE, Confidence.INFERRED, "mix.lock")
    else:
        yield Fact(f.INSTALL, "mix deps.get", code.project.source("deps"), Origin.MANIFEST, Confidence.INFERRED, "mix.exs")


def _is_recent(code: Code) -> bool:
    """Whether nothing fixes an Elixir that is too old for `--check-locked`: a version file, or a requirement of one series."""
    from cdgen.stacks.beam.versions import facts as versions

    stated = [(str(fact.value), fact.origin) for fact in versions(code)]
    fixed = [text for text, origin in stated if origin is Origin.VERSION_FILE or compiled(r"~> \d+\.\d+\.\d+$").match(text)]
    return all(tuple(int(part) for part in compiled(r"\d+").findall(text)[:2]) >= CHECK_LOCKED for text in fixed)


def _lint(code: Code) -> Iterator[Fact]:
    """An alias that is called like a check, else the formatter and the linter that the project configures."""
    for name in LINT_ALIASES:
        steps = words(code.project.aliases.get(name))
        if steps and not any(step.startswith(("test", "deps.get", "coveralls")) for step in steps):
            place = Source(code.project.path, _alias_line(code, name))
            yield Fact(f.LINT, f"mix {name}", place, Origin.SCRIPT, Confidence.DECLARED, f"alias {name} of mix.exs")
            return
    formatter = next((name for name in (".formatter.exs",) if code.scope.has(name)), None)
    parts = ["mix format --check-formatted"] if formatter else []
    if code.project.dependency("credo"):
        parts.append("mix credo --strict" if _is_strict(code) else "mix credo")
    if parts:
        place = code.scope.source(formatter) if formatter else Source(code.project.path)
        yield Fact(f.LINT, " && ".join(parts), place, Origin.CONFIG, Confidence.INFERRED, "formatter and linter of the project")


def _is_strict(code: Code) -> bool:
    return bool(compiled(r"(?m)^\s*strict:\s*true").search(code.scope.text(".credo.exs") or ""))


def _alias_line(code: Code, name: str) -> int:
    return line(code.project.aliases[name])


def _tests(code: Code) -> Iterator[Fact]:
    tests = [path for path in code.all if compiled(TESTS).search(path)]
    if not tests:
        return
    note = f"{len(tests)} test files"
    yield Fact(f.TEST_RUNNER, "exunit", Source(tests[0]), Origin.LAYOUT, Confidence.INFERRED, note)
    yield Fact(f.TEST, "mix test", Source(tests[0]), Origin.LAYOUT, Confidence.INFERRED, note)
    yield from _coverage(code)
    for path in tests:
        if compiled(NEEDS_SERVICE).search(code.repo.text(path) or "") and _has_database(code):
            yield Fact(f.INTEGRATION_TESTS, path, Source(path), Origin.CODE, Confidence.INFERRED, "needs a backing service")
    for path in code.all:
        tag = compiled(EXCLUDED).search(code.repo.text(path) or "") if path.endswith("test_helper.exs") else None
        if tag:
            yield from _integration(code, tests, tag["tag"])
            return


def _integration(code: Code, tests: list[str], tag: str) -> Iterator[Fact]:
    """Tests with a tag that a plain run leaves out."""
    tagged = [path for path in tests if compiled(rf"@(?:module)?tag\s+:?{tag}\b").search(code.repo.text(path) or "")]
    if tagged:
        command = f"mix test --only {tag}"
        yield Fact(f.INTEGRATION, command, Source(tagged[0]), Origin.CODE, Confidence.INFERRED, f"tag {tag}")
        for path in tagged:
            yield Fact(f.INTEGRATION_TESTS, path, Source(path), Origin.CODE, Confidence.INFERRED, f"tag {tag}")


def _has_database(code: Code) -> bool:
    """Whether the tests of the project open one: a Phoenix project without Ecto has a ConnCase, too."""
    return any(each.name in DATABASES for each in dependencies(code)) or (code.umbrella is not None and bool(kinds(code)))


def _coverage(code: Code) -> Iterator[Fact]:
    """Only where the project measures: a plain `mix test --cover` fails below 90 percent by default."""
    excoveralls = code.project.dependency("excoveralls")
    if excoveralls:
        yield Fact(f.COVERAGE, "mix coveralls", excoveralls.source, Origin.MANIFEST, Confidence.INFERRED, "excoveralls")
    elif "test_coverage" in code.project.options:
        place = code.project.source("test_coverage")
        yield Fact(f.COVERAGE, "mix test --cover", place, Origin.MANIFEST, Confidence.INFERRED, "test_coverage of mix.exs")


def release(code: Code) -> str | None:
    """The release that `mix release` makes without being told which; None when there are several."""
    names = code.project.releases
    if names:
        return names[0] if len(names) == 1 else None
    return code.project.app if not code.project.apps_path else None


def has_release(code: Code) -> bool:
    return bool(code.project.releases) or any(path.startswith("rel/") for path in code.scope.files)


def _build(code: Code) -> Iterator[Fact]:
    command, why = "mix compile", "mix.exs"
    if release(code) and has_release(code):
        command, why = "MIX_ENV=prod mix release", "releases of mix.exs"
    elif "escript" in code.project.options:
        command, why = "mix escript.build", "escript of mix.exs"
    yield Fact(f.BUILD, command, Source(code.project.path), Origin.MANIFEST, Confidence.INFERRED, why)


def _start(code: Code, found: tuple[Listener, ...]) -> Iterator[Fact]:
    """The release where the project makes one, else how a developer starts it."""
    name = release(code)
    if name and has_release(code):
        place = code.project.source("releases") if code.project.releases else Source(code.scope.path("rel"))
        command = f"_build/prod/rel/{name}/bin/{name} start"
        yield Fact(f.START, command, place, Origin.MANIFEST, Confidence.INFERRED, "what mix release makes")
    elif any(each.origin is Origin.CONFIG or "endpoint" in each.source.path for each in found):
        yield Fact(f.START, "mix phx.server", found[0].source, Origin.CODE, Confidence.INFERRED, "Phoenix")
    elif code.project.module and "escript" not in code.project.options:
        sure = Confidence.INFERRED if found else Confidence.DEFAULT
        place = Source(code.project.path)
        yield Fact(f.START, "mix run --no-halt", place, Origin.MANIFEST, sure, "runs the application until it is told to stop")
