"""What a Ruby project is: its framework, what kind of program it makes, which protocol it speaks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Framework, Origin
from cdgen.repo.patterns import compiled
from cdgen.repo.syntax import line, text
from cdgen.stacks.ruby.gemfile import Gemfile
from cdgen.stacks.ruby.sources import Sources
from cdgen.stacks.ruby.tree import calls

# framework -> gems that speak for it, the widest first: a Rails application may mount Sinatra and Grape
WEB: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("rails", ("rails", "railties")),
    ("hanami", ("hanami",)),
    ("padrino", ("padrino", "padrino-core")),
    ("grape", ("grape",)),
    ("roda", ("roda",)),
    ("sinatra", ("sinatra",)),
    ("cuba", ("cuba",)),
    ("syro", ("syro",)),
    ("camping", ("camping",)),
    ("bridgetown", ("bridgetown",)),
    ("jekyll", ("jekyll", "github-pages")),
    ("middleman", ("middleman",)),
    ("nanoc", ("nanoc",)),
    ("webrick", ("webrick",)),
    ("rack", ("rack", "rackup")),
)
SITES = ("jekyll", "middleman", "nanoc", "bridgetown")
SERVERS = ("puma", "unicorn", "thin", "falcon", "passenger", "iodine", "pitchfork", "agoo", "webrick", "reel")
CONSTANTS = {"webrick": ("WEBrick",), "sinatra": ("Sinatra",), "grape": ("Grape",), "roda": ("Roda",)}
# gem -> the constant that its consumers inherit or include
WORKERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("sidekiq", ("Sidekiq",)),
    ("resque", ("Resque",)),
    ("karafka", ("Karafka", "KarafkaApp", "ApplicationConsumer")),
    ("racecar", ("Racecar",)),
    ("sneakers", ("Sneakers",)),
    ("kicks", ("Sneakers",)),
    ("hutch", ("Hutch",)),
    ("shoryuken", ("Shoryuken",)),
    ("good_job", ("GoodJob",)),
    ("delayed_job", ("Delayed",)),
    ("phobos", ("Phobos",)),
    ("faktory_worker_ruby", ("Faktory",)),
)


class Known(NamedTuple):
    """What is known of a project before its subjects are asked."""

    framework: str | None
    grpc: tuple[str, int] | None  # where the gRPC server is made
    rack: bool  # a server starts it from config.ru
    worker: str | None  # gem whose consumers the code holds
    script: str | None  # the one program in the folder that listens by itself


def know(gemfile: Gemfile | None, sources: Sources) -> Known:
    framework = _framework(gemfile, sources)
    grpc = sources.naming("GRPC::RpcServer") if gemfile is None or gemfile.has("grpc", "gruf") else None
    worker = next((gem for gem, names in WORKERS if gemfile and gemfile.has(gem) and sources.naming(*names)), None)
    return Known(framework, grpc, sources.scope.has("config.ru"), worker, _script(sources, framework))


def _framework(gemfile: Gemfile | None, sources: Sources) -> str | None:
    for name, gems in WEB:
        if gemfile is not None and gemfile.has(*gems):
            needs_use = name in ("webrick", "rack", "sinatra")
            if needs_use and not _is_used(name, sources):
                continue
            return name
    if gemfile is None:
        return next((name for name, constants in CONSTANTS.items() if sources.naming(*constants)), None)
    return "webrick" if sources.naming("WEBrick::HTTPServer") else None


def _is_used(name: str, sources: Sources) -> bool:
    """Whether more than the Gemfile speaks for it: gems of this name are there for others as well (Sidekiq's page, a server)."""
    if name == "rack":
        return sources.scope.has("config.ru")
    if name == "webrick":
        return sources.naming("WEBrick") is not None
    return sources.naming("Sinatra") is not None or sources.requiring("sinatra", "sinatra/base", "sinatra/reloader") is not None


def _script(sources: Sources, framework: str | None) -> str | None:
    """A file at the top that makes the server itself."""
    wanted = {"sinatra": "sinatra", "webrick": "webrick"}.get(framework or "")
    top = [path for path in sources.files if "/" not in path and path.endswith(".rb")]
    if wanted:
        found = [path for path in top if _requires(sources, path, wanted)]
        return found[0] if len(found) == 1 else None
    return top[0] if len(top) == 1 and framework is None else None


def _requires(sources: Sources, path: str, library: str) -> bool:
    syntax = sources.scope.syntax(path, "ruby")
    if syntax is None or library not in (sources.scope.text(path) or "").lower():
        return False
    return any(call.name == "require" and library in text(call.node).lower() for call in calls(syntax.root))


def framework_facts(gemfile: Gemfile | None, known: Known, sources: Sources) -> Iterator[Fact]:
    if known.framework is None:
        return
    gems = dict(WEB).get(known.framework, ())
    gem = next((name for name in gems if gemfile and name in gemfile.gems), None)
    if gemfile is not None and gem is not None:
        value = Framework(known.framework, gemfile.version(gem))
        yield Fact(f.FRAMEWORK, value, gemfile.source(gem), Origin.MANIFEST, Confidence.DECLARED, f"gem {gem}")
        return
    found = sources.naming(*CONSTANTS.get(known.framework, ()))
    if found:
        place = sources.scope.line(*found)
        yield Fact(f.FRAMEWORK, Framework(known.framework, None), place, Origin.CODE, Confidence.INFERRED, "used in the code")


def kind_facts(gemfile: Gemfile | None, known: Known, sources: Sources) -> Iterator[Fact]:
    scope = sources.scope
    place = gemfile.source() if gemfile else scope.source(sources.files[0]) if sources.files else None
    shipped = scope.has("Procfile") or known.rack or bool(scope.glob("{Dockerfile,docker/Dockerfile}"))
    gemspec = next(iter(scope.glob("*.gemspec")), None)
    if known.framework in SITES:
        yield Fact(f.KIND, "static-site", place, Origin.MANIFEST, Confidence.INFERRED, f"{known.framework} writes a site")
    elif gemspec and not shipped:
        cli = bool(scope.glob("{exe,bin}/*")) and "executables" in (scope.text(gemspec) or "") and bool(scope.glob("exe/*"))
        kind = "cli" if cli else "library"
        yield Fact(f.KIND, kind, scope.source(gemspec), Origin.MANIFEST, Confidence.INFERRED, "a gem, and nothing starts it")
    elif _serves(known, sources):
        yield Fact(f.KIND, "service", place, Origin.MANIFEST, Confidence.INFERRED, "it listens")
    elif known.worker:
        yield Fact(f.KIND, "worker", place, Origin.MANIFEST, Confidence.INFERRED, f"consumers of {known.worker}")


def _serves(known: Known, sources: Sources) -> bool:
    if known.grpc:
        return True
    if known.framework == "rails":
        return known.rack or sources.scope.has("config/application.rb")
    if known.framework is None or known.framework in SITES:
        return False
    return known.rack or known.script is not None or known.framework not in ("rack", "webrick", "sinatra")


def protocol_facts(gemfile: Gemfile | None, known: Known, sources: Sources) -> Iterator[Fact]:
    scope = sources.scope
    if known.grpc:
        place = scope.line(*known.grpc)
        yield Fact(f.PROTOCOL, "grpc", place, Origin.CODE, Confidence.DECLARED, "it makes a gRPC server")
        yield from _grpc_services(sources)
    elif _serves(known, sources):
        place = gemfile.source(_gem(known, gemfile)) if gemfile else scope.source(sources.files[0])
        yield Fact(f.PROTOCOL, "http", place, Origin.MANIFEST, Confidence.INFERRED, known.framework or "")


def _gem(known: Known, gemfile: Gemfile) -> str:
    return next((name for name in dict(WEB).get(known.framework or "", ()) if name in gemfile.gems), "")


def _grpc_services(sources: Sources) -> Iterator[Fact]:
    """`server.handle(Greeter)` where the class inherits `Helloworld::Greeter::Service`: the service is `Greeter`."""
    for path, syntax in sources.having("::Service"):
        for match in syntax.matches("(superclass (scope_resolution) @parent)"):
            shown = (match["parent"].text or b"").decode()
            found = compiled(r"(\w+)::Service$").search(shown)
            if found:
                place = sources.scope.line(path, line(match["parent"]))
                yield Fact(f.GRPC_SERVICE, found.group(1), place, Origin.CODE, Confidence.DECLARED, shown)
