"""How a Rust package is fetched, checked, tested, built and started, from its folder."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import relpath

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Key, Origin, Source
from cdgen.repo import Repo
from cdgen.repo.patterns import compiled
from cdgen.stacks.rust.manifest import Package, Target
from cdgen.stacks.rust.sources import tests
from cdgen.stacks.rust.versions import components

CLIPPY_FILES = ("clippy.toml", ".clippy.toml")
FORMAT_FILES = ("rustfmt.toml", ".rustfmt.toml")
NEXTEST = ".config/nextest.toml"
# what shows that a test talks to a service: containers, macros that make a database, the address of one
NEEDS_SERVICE = (
    r"\btestcontainers\b|#\[sqlx::test|#\[(?:\w+::)?database_test|\btest_context\b.*(?:Db|Database)|"
    r'env::var\(\s*"\w*(?:DATABASE|POSTGRES|PG|MYSQL|MONGO|REDIS|RABBIT|AMQP|KAFKA|NATS|DB)\w*"'
)
USES_DATABASE = r"\b(?:PgPool|PgConnection|MySqlPool|MySqlConnection|PgConnectOptions|tokio_postgres|mongodb|redis)\b"


def facts(repo: Repo, package: Package, main: Target | None, member: str | None) -> Iterator[Fact]:
    """`member` is the package's name where its commands run in the workspace's folder above it."""
    manifest = Source(package.file)
    locked = " --locked" if repo.has(package.lockfile) else ""
    chosen = f" -p {member}" if member else ""
    lock = Source(package.lockfile) if locked else manifest
    origin = Origin.LOCKFILE if locked else Origin.MANIFEST
    yield Fact(f.INSTALL, f"cargo fetch{locked}", lock, origin, Confidence.INFERRED, "cargo")
    yield from _lint(repo, package, locked + chosen, member)
    yield from _tests(repo, package, locked + chosen)
    several = f" --bin {main.name}" if main and len(package.programs) > 1 else ""
    build = f"cargo build --release{locked}{chosen}{several}"
    yield Fact(f.BUILD, build, manifest, Origin.MANIFEST, Confidence.INFERRED, "cargo")
    if main:
        home = package.root if member else package.directory
        target = relpath(package.at_root("target"), home)
        start = f"{target}/release/{main.name}" if target.startswith("..") else f"./{target}/release/{main.name}"
        yield Fact(f.START, start, Source(main.path), Origin.LAYOUT, Confidence.INFERRED, "what cargo builds")


def _lint(repo: Repo, package: Package, options: str, member: str | None) -> Iterator[Fact]:
    """Formatting and clippy, each where the repository configures it."""
    asked = components(repo, package)
    checked = _configured(repo, package, CLIPPY_FILES) or package.lints or ("clippy" in asked and package.file)
    formatted = _configured(repo, package, FORMAT_FILES) or ("rustfmt" in asked and package.file)
    form = f"cargo fmt{f' -p {member}' if member else ''} --check" if formatted else ""
    clippy = f"cargo clippy --all-targets{options} -- -D warnings" if checked else ""
    command = " && ".join(each for each in (form, clippy) if each)
    if command:
        place = Source(str(checked or formatted))
        yield Fact(f.LINT, command, place, Origin.CONFIG, Confidence.INFERRED, "clippy or rustfmt is configured")


def _configured(repo: Repo, package: Package, names: tuple[str, ...]) -> str | None:
    homes = dict.fromkeys((package.directory, package.root))
    paths = (name if home == "." else f"{home}/{name}" for home in homes for name in names)
    return next((path for path in paths if repo.has(path)), None)


def _tests(repo: Repo, package: Package, options: str) -> Iterator[Fact]:
    """All tests in one run; where some programs of `tests/` need a service, those apart from the others."""
    unit, programs = tests(repo, package)
    heavy = {path for path in programs if _needs_service(repo, path)}
    for path in sorted(heavy):
        yield Fact(f.INTEGRATION_TESTS, path, Source(path), Origin.CODE, Confidence.INFERRED, "needs a backing service")
    light = [path for path in programs if path not in heavy]
    if not unit and not programs:
        return
    nextest = package.at_root(NEXTEST)
    runner = "cargo nextest run" if repo.has(nextest) else "cargo test"
    seen = Source(nextest) if repo.has(nextest) else Source((*unit, *programs)[0])
    yield _fact(f.TEST_RUNNER, runner.removesuffix(" run"), seen, "")
    if unit or light:
        apart = "".join(f" --test {_name(path)}" for path in light) if heavy else ""
        inside = _inside(package) if heavy else ""
        yield _fact(f.TEST, f"{runner}{options}{inside}{apart}", seen, f"{len(unit) + len(light)} files with tests")
    if heavy:
        named = "".join(f" --test {_name(path)}" for path in sorted(heavy))
        yield _fact(f.INTEGRATION, f"{runner}{options}{named}", Source(min(heavy)), "tests that need a backing service")


def _inside(package: Package) -> str:
    """The tests that stand in the code itself."""
    return (" --lib" if package.library else "") + (" --bins" if package.programs else "")


def _fact(key: Key[str], value: str, source: Source, note: str) -> Fact:
    return Fact(key, value, source, Origin.LAYOUT, Confidence.INFERRED, note)


def _name(path: str) -> str:
    parts = path.split("/")
    return parts[-2] if parts[-1] == "main.rs" else parts[-1].removesuffix(".rs")


def _needs_service(repo: Repo, path: str) -> bool:
    """Whether a program of `tests/`, with the modules beside it, needs something that runs elsewhere."""
    folder = path.rpartition("/")[0]
    own = [path] if not path.endswith("/main.rs") else [each for each in repo.under(folder) if each.endswith(".rs")]
    text = "\n".join(repo.text(each) or "" for each in own)
    for name in compiled(r"(?m)^\s*(?:pub )?mod (\w+);").findall(text) if len(own) == 1 else ():
        text += "\n".join(repo.text(each) or "" for each in (f"{folder}/{name}.rs", f"{folder}/{name}/mod.rs"))
    return bool(compiled(NEEDS_SERVICE).search(text) or compiled(USES_DATABASE).search(text))
