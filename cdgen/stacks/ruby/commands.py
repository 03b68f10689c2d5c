"""How a Ruby project is installed, checked, tested and started, from the service's folder."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin
from cdgen.repo.patterns import compiled
from cdgen.repo.syntax import line
from cdgen.stacks.ruby.frameworks import SITES, Known
from cdgen.stacks.ruby.gemfile import Gemfile
from cdgen.stacks.ruby.ports import PUMA, UNICORN
from cdgen.stacks.ruby.sources import Sources
from cdgen.stacks.ruby.tree import MOST_DEPTH, statements, word

if TYPE_CHECKING:
    from tree_sitter import Node

# program, files that configure it, gems that bring it
LINTERS = (
    (
        "rubocop",
        (".rubocop.yml", ".rubocop.yaml"),
        ("rubocop", "rubocop-rails-omakase", "rubocop-govuk", "rubocop-rails", "rubocop-shopify", "rubocop-rspec"),
    ),
    ("standardrb", (".standard.yml",), ("standard", "standardrb", "standard-rails")),
)
ASSETS = ("sprockets-rails", "propshaft", "vite_rails", "shakapacker", "webpacker")
WORKERS = {"sidekiq": "sidekiq", "karafka": "karafka server", "shoryuken": "shoryuken", "hutch": "hutch"}
# Rake tasks by their library: the name that each has unless it is given one
TASKS = {"Rake::TestTask": "test", "Minitest::TestTask": "test", "RSpec::Core::RakeTask": "spec"}
UNIT = ("spec:unit", "test:unit", "unit", "spec", "test")
RAILS_TEST = 5  # the first Rails with `rails test`
INTEGRATION = ("spec:integration", "test:integration", "integration", "integration_test")
LOCKED = "BUNDLE_FROZEN=true bundle install"


def command_facts(gemfile: Gemfile | None, known: Known, sources: Sources) -> Iterator[Fact]:
    if gemfile is not None:
        yield _install(gemfile)
        yield from _lint(gemfile, sources)
        yield from _tests(gemfile, sources)
        yield from _build(gemfile, known, sources)
    yield from _start(gemfile, known, sources)


def _install(gemfile: Gemfile) -> Fact:
    """Exactly the lockfile: https://bundler.io/man/bundle-config.1.html, `frozen`."""
    if gemfile.lock:
        place = gemfile.scope.source(gemfile.lock.path)
        return Fact(f.INSTALL, LOCKED, place, Origin.LOCKFILE, Confidence.DECLARED, gemfile.lock.path)
    note = "no lockfile: versions are not fixed"
    return Fact(f.INSTALL, "bundle install", gemfile.source(), Origin.MANIFEST, Confidence.INFERRED, note)


def _lint(gemfile: Gemfile, sources: Sources) -> Iterator[Fact]:
    for program, configs, gems in LINTERS:
        config = next((name for name in configs if sources.scope.has(name)), None)
        gem = next((name for name in gems if gemfile.any(name)), None)
        wrapped = sources.scope.has(f"bin/{program}")
        if (gem and (config or program == "standardrb")) or (config and wrapped):
            place = sources.scope.source(config) if config else gemfile.source(gem or "")
            command = f"bin/{program}" if wrapped else f"bundle exec {program}"
            yield Fact(f.LINT, command, place, Origin.CONFIG, Confidence.INFERRED, f"{program} is configured")
            return


def _tests(gemfile: Gemfile, sources: Sources) -> Iterator[Fact]:
    found = _runner(gemfile, sources)
    if found is None:
        return
    runner, command, place = found
    tasks = _rake_tasks(sources)
    apart = next((name for name in INTEGRATION if name in tasks), None)
    unit = next((name for name in UNIT if name in tasks), None) if apart else None
    if apart:
        seen = sources.scope.line("Rakefile", tasks[apart])
        yield Fact(f.INTEGRATION, f"bundle exec rake {apart}", seen, Origin.SCRIPT, Confidence.INFERRED, f"task {apart}")
    if unit:  # the bare runner would run both
        command, place = f"bundle exec rake {unit}", sources.scope.line("Rakefile", tasks[unit])
    yield Fact(f.TEST_RUNNER, runner, place, Origin.LAYOUT, Confidence.INFERRED, f"{len(sources.tests)} test files")
    yield Fact(f.TEST, command, place, Origin.LAYOUT, Confidence.INFERRED, f"{len(sources.tests)} test files")
    if gemfile.any("simplecov"):
        yield Fact(f.COVERAGE, command, gemfile.source("simplecov"), Origin.MANIFEST, Confidence.DEFAULT, "simplecov measures")


def _runner(gemfile: Gemfile, sources: Sources) -> tuple[str, str, f.Source] | None:
    """(runner, command, place). RSpec by its files; Minitest and test-unit by the Rails or Rake task that runs them."""
    scope = sources.scope
    specs = [path for path in sources.tests if path.startswith("spec/")]
    locked = gemfile.lock.versions if gemfile.lock else {}
    if specs and (gemfile.any("rspec", "rspec-rails", "rspec-core", "govuk_test") or "rspec-core" in locked):
        command = "bin/rspec" if scope.has("bin/rspec") else "bundle exec rspec"
        return "rspec", command, scope.source(specs[0])
    tests = [path for path in sources.tests if not path.startswith("spec/")]
    if not tests:
        return None
    runner = "test-unit" if gemfile.any("test-unit") and not gemfile.any("minitest") else "minitest"
    if gemfile.has("rails", "railties"):
        return runner, _rails_test(gemfile, sources), scope.source(tests[0])
    tasks = _rake_tasks(sources)
    task = next((name for name in UNIT if name in tasks), None)
    return (runner, f"bundle exec rake {task}", scope.line("Rakefile", tasks[task])) if task else None


def _rails_test(gemfile: Gemfile, sources: Sources) -> str:
    major = compiled(r"\d+").search(gemfile.version("rails") or "")
    if major and int(major.group()) < RAILS_TEST:
        return "bundle exec rake test"
    return "bin/rails test" if sources.scope.has("bin/rails") else "bundle exec rails test"


def _rake_tasks(sources: Sources) -> dict[str, int]:
    """Names of the Rake tasks of the project, with their lines."""
    syntax = sources.scope.syntax("Rakefile", "ruby") if sources.scope.has("Rakefile") else None
    return dict(_tasks(syntax.root, "", 0)) if syntax else {}


def _tasks(body: Node | None, prefix: str, depth: int) -> Iterator[tuple[str, int]]:
    if depth > MOST_DEPTH:
        return
    for call in statements(body):
        name = word(call.arguments[0]) if call.arguments else next(iter(call.pairs), None)
        if call.name == "namespace" and name:
            yield from _tasks(call.block, f"{prefix}{name}:", depth + 1)
        elif call.name == "task" and name and not call.receiver:
            yield f"{prefix}{name}", line(call.node)
        elif call.name in ("new", "create") and call.receiver in TASKS:
            yield f"{prefix}{name or TASKS[call.receiver]}", line(call.node)


def _build(gemfile: Gemfile, known: Known, sources: Sources) -> Iterator[Fact]:
    """Assets of a Rails application that shows pages."""
    gem = next((name for name in ASSETS if gemfile.has(name)), None)
    if known.framework == "rails" and gem:
        rails = "bin/rails" if sources.scope.has("bin/rails") else "bundle exec rails"
        command = f"RAILS_ENV=production SECRET_KEY_BASE_DUMMY=1 {rails} assets:precompile"
        yield Fact(f.BUILD, command, gemfile.source(gem), Origin.MANIFEST, Confidence.INFERRED, "assets of the pages")
    elif known.framework in ("jekyll", "middleman"):
        command = f"bundle exec {known.framework} build"
        yield Fact(f.BUILD, command, gemfile.source(), Origin.MANIFEST, Confidence.INFERRED, "a site")


def _start(gemfile: Gemfile | None, known: Known, sources: Sources) -> Iterator[Fact]:
    scope = sources.scope
    run = "bundle exec " if gemfile is not None else ""
    if known.framework in SITES:
        return
    if known.framework == "rails" and (known.rack or scope.has("config/application.rb")):
        file, command, note = "config.ru", "rails server -b 0.0.0.0 -p ${PORT:-3000}", "a Rails application"
    elif known.rack:
        file, command, note = "config.ru", _server(gemfile, sources), "config.ru"
    elif known.script and (known.framework or known.grpc):
        file, command, note = known.script, f"ruby {known.script}", "it makes the server"
    elif gemfile is not None and known.worker in WORKERS:
        file, command, note = gemfile.path, WORKERS[known.worker], f"consumers of {known.worker}"
    else:
        return
    yield Fact(f.START, run + command, scope.source(file), Origin.LAYOUT, Confidence.INFERRED, note)


def _server(gemfile: Gemfile | None, sources: Sources) -> str:
    """The Rack server that the Gemfile names, with its configuration where it does not find that by itself."""
    config = next((name for name in UNICORN if sources.scope.has(name)), None)
    if gemfile is not None and gemfile.has("puma"):
        fixed = next((name for name in PUMA if sources.scope.has(name)), None)
        return "puma" if fixed in (None, "config/puma.rb") else f"puma -C {fixed}"
    if gemfile is not None and gemfile.has("unicorn"):
        return f"unicorn -c {config}" if config else "unicorn -p ${PORT:-8080}"
    if gemfile is not None and gemfile.has("falcon"):
        return "falcon serve --bind http://0.0.0.0:${PORT:-9292}"
    if gemfile is not None and gemfile.has("thin"):
        return "thin start -R config.ru -p ${PORT:-3000}"
    return "rackup config.ru -o 0.0.0.0 -p ${PORT:-9292}"
