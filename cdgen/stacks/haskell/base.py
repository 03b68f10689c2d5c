"""What every Haskell build tool needs: the packages of a folder, their libraries, what their code does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cdgen.errors import InputError
from cdgen.model import facts as f
from cdgen.model.facts import BackingService, Confidence, Fact, Framework, Origin, Source, Version
from cdgen.repo import Repo, Scope
from cdgen.stacks.endpoints import endpoint_facts
from cdgen.stacks.haskell import code
from cdgen.stacks.haskell.package import HPACK, Package, read
from cdgen.stacks.version_managers import managed

# (package, name, module of which one is imported)
FRAMEWORKS = (
    ("ihp", "ihp", "IHP"),
    ("servant-server", "servant", "Servant"),
    ("yesod", "yesod", "Yesod"),
    ("yesod-core", "yesod", "Yesod"),
    ("scotty", "scotty", "Web.Scotty"),
    ("Spock", "spock", "Web.Spock"),
    ("snap", "snap", "Snap"),
    ("snap-core", "snap", "Snap"),
    ("happstack-server", "happstack", "Happstack"),
    ("warp", "warp", "Network.Wai"),
)
DRIVERS = (
    ("postgresql-simple", "postgresql", "Database.PostgreSQL.Simple"),
    ("hasql", "postgresql", "Hasql"),
    ("persistent-postgresql", "postgresql", "Database.Persist.Postgresql"),
    ("beam-postgres", "postgresql", "Database.Beam.Postgres"),
    ("mysql-simple", "mysql", "Database.MySQL.Simple"),
    ("persistent-mysql", "mysql", "Database.Persist.MySQL"),
    ("mongoDB", "mongodb", "Database.MongoDB"),
    ("hedis", "redis", "Database.Redis"),
    ("amqp", "rabbitmq", "Network.AMQP"),
    ("hw-kafka-client", "kafka", "Kafka"),
    ("amazonka-s3", "s3", "Amazonka.S3"),
    ("amazonka-sqs", "sqs", "Amazonka.SQS"),
    ("amazonka-dynamodb", "dynamodb", "Amazonka.DynamoDB"),
)
RUNNERS = ("hspec", "tasty", "HUnit", "hedgehog", "QuickCheck")


def folders(repo: Repo) -> dict[str, str]:
    """Folders of packages, with the file that makes each one."""
    found: dict[str, str] = {}
    for path in (*repo.glob(f"**/{HPACK}"), *repo.glob("**/*.cabal")):
        folder = path.rpartition("/")[0] or "."
        if not path.endswith("/.cabal") and (not path.endswith(HPACK) or _is_haskell(repo, path)):
            found.setdefault(folder, path)
    return found


def _is_haskell(repo: Repo, path: str) -> bool:
    """package.yaml is the name of other tools' files, too."""
    data = mapping(repo, path)
    parts = ("library", "executables", "executable", "tests", "ghc-options", "internal-libraries")
    return any(part in data for part in parts)


def mapping(repo: Repo, path: str) -> dict[str, Any]:
    """A file of settings; empty when it is broken: whoever needs it says so."""
    try:
        data = repo.yaml(path)
    except InputError:
        return {}
    return data if isinstance(data, dict) else {}


def facts(scope: Scope, tool: str) -> Iterator[Fact]:
    """Everything but how the tool is called."""
    package = read(scope.repo, scope.directory)
    if package is None:
        return
    place = Source(package.path)
    yield Fact(f.LANGUAGE, "haskell", place, Origin.MANIFEST, Confidence.DECLARED, package.path.rpartition("/")[2])
    yield Fact(f.BUILD_TOOL, tool, place, Origin.MANIFEST, Confidence.INFERRED, package.path.rpartition("/")[2])
    if package.name:
        yield Fact(f.SERVICE_NAME, package.name, place, Origin.MANIFEST, Confidence.INFERRED, "name of the package")
    for version, named in managed(scope, "ghc", "haskell"):
        yield Fact(f.LANGUAGE_VERSION, Version(version), named, Origin.VERSION_FILE, Confidence.DECLARED, named.path)
    yield Fact(f.DEPENDENCIES, len(package.depends), place, Origin.MANIFEST, Confidence.DECLARED, "dependencies of the package")
    files = code.files(scope, package)
    yield from _libraries(package, files, scope)
    served = tuple(code.listeners(scope, files))
    yield from served
    yield from code.environment(scope, files)
    routes = tuple(code.routes(scope, files))
    yield from (*routes, *endpoint_facts(routes))
    yield from _kind(package, served)
    suites = package.of("test-suite")
    runner = next((name for name in RUNNERS for suite in suites if name in suite.depends), None)
    if runner:
        yield Fact(f.TEST_RUNNER, runner.lower(), place, Origin.MANIFEST, Confidence.INFERRED, "dependency of the test suite")
    if scope.has(".hlint.yaml"):
        yield Fact(f.LINT, "hlint .", scope.source(".hlint.yaml"), Origin.CONFIG, Confidence.INFERRED, ".hlint.yaml")


def _libraries(package: Package, files: tuple[code.File, ...], scope: Scope) -> Iterator[Fact]:
    for name, framework, module in FRAMEWORKS:
        place = _import(files, module, scope) if name in package.depends else None
        if place:
            yield Fact(f.FRAMEWORK, Framework(framework, None), place, Origin.CODE, Confidence.DECLARED, f"depends on {name}")
            break
    for name, kind, module in DRIVERS:
        if name in package.depends:
            place = _import(files, module, scope)
            sure = Confidence.INFERRED if place else Confidence.DEFAULT
            yield Fact(f.BACKING, BackingService(kind), place or Source(package.path), Origin.CODE, sure, f"depends on {name}")


def _import(files: tuple[code.File, ...], module: str, scope: Scope) -> Source | None:
    for file in files:
        for name, line in file.imports.items():
            if name == module or name.startswith(f"{module}."):
                return scope.line(file.path, line)
    return None


def _kind(package: Package, served: tuple[Fact, ...]) -> Iterator[Fact]:
    place = Source(package.path)
    if served and package.of("executable"):
        yield Fact(f.KIND, "service", served[0].source, Origin.CODE, Confidence.INFERRED, "it listens")
    elif not package.of("executable"):
        yield Fact(f.KIND, "library", place, Origin.MANIFEST, Confidence.INFERRED, "no executable")
    elif "optparse-applicative" in package.depends:
        yield Fact(f.KIND, "cli", place, Origin.MANIFEST, Confidence.INFERRED, "reads its command line and does not listen")


def commands(scope: Scope, place: Source, install: str, build: str, test: str, start: str) -> Iterator[Fact]:
    """`start` is how the tool runs a program, before its name."""
    package = read(scope.repo, scope.directory)
    if package is None:
        return
    yield Fact(f.INSTALL, install, place, Origin.MANIFEST, Confidence.INFERRED, place.path)
    yield Fact(f.BUILD, build, place, Origin.MANIFEST, Confidence.INFERRED, place.path)
    suites = [
        each for each in package.of("test-suite") if any(scope.glob(f"{folder.strip('./')}/**/*.hs") for folder in each.folders)
    ]
    if suites:
        where = Source(package.path, suites[0].line)
        yield Fact(f.TEST, test, where, Origin.MANIFEST, Confidence.INFERRED, f"test suite {suites[0].name}")
    programs = package.of("executable")
    if len(programs) == 1:
        where = Source(package.path, programs[0].line)
        yield Fact(f.START, f"{start} {programs[0].name}", where, Origin.MANIFEST, Confidence.INFERRED, "its only executable")
