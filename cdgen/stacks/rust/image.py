"""The image of a Rust service: one program on an image with a C library and without a shell."""

from __future__ import annotations

import re
from typing import Any

from cdgen.model.service import ImageRecipe, Service
from cdgen.repo import Repo
from cdgen.repo.patterns import compiled
from cdgen.road.pins import Pins
from cdgen.stacks.base import SYNTAX_IMAGE
from cdgen.stacks.rust.libraries import needs_protoc
from cdgen.stacks.rust.manifest import Package, Target, manifest_of, members
from cdgen.stacks.rust.sources import Program
from cdgen.stacks.rust.toolchain import IMAGE, release
from cdgen.stacks.rust.versions import toolchain_file

UID = 65532  # `nonroot` of the runtime images
TEMPLATE = "image/rust.Dockerfile.j2"
RUNTIME = ("gcr.io/distroless/cc-debian13", "gcr.io/distroless/cc-debian12", "gcr.io/distroless/cc")
# crates that link a library of the machine which the runtime image does not have, unless a feature builds it in
LINKED: tuple[tuple[str, frozenset[str], str, str], ...] = (
    ("diesel", frozenset({"postgres"}), "pq-sys", "libpq"),
    ("diesel", frozenset({"mysql"}), "mysqlclient-sys", "libmysqlclient"),
    ("pq-sys", frozenset(), "pq-sys", "libpq"),
    ("odbc-api", frozenset(), "", "unixODBC"),
    ("magick_rust", frozenset(), "", "ImageMagick"),
)
# files beside the code that a build reads: queries checked without a database, migrations and schemas that are built in
BUILD_INPUTS = (
    ".sqlx",
    "sqlx-data.json",
    "migrations",
    "proto",
    "protos",
    "queries",
    "graphql",
    "templates",
    "askama.toml",
    "diesel.toml",
)
NOT_COPIED = frozenset(
    {"target", "tests", "benches", "examples", "deploy", "charts", "helm", "docs", "k8s", "scripts", "node_modules"}
)
OPENED = r'"(?:\./)?([A-Za-z0-9_][\w.-]*)(?:/[\w./*-]*)?"'
INCLUDED = (
    r'(?:include_str|include_bytes|include|include_dir|embed_migrations|migrate|query_file(?:_as)?)!\s*\(\s*(?:\w+,\s*)?"([^"]+)"'
)


def why_none(repo: Repo, package: Package, main: Target | None, program: Program) -> str | None:
    """Why no image can be written; None when one can."""
    if main is None:
        return "several programs of the package have an equal claim: say which with `default-run` in Cargo.toml"
    if not repo.has(package.lockfile):
        return "there is no Cargo.lock, so a build is not the same twice: run `cargo generate-lockfile` and commit it"
    pinned = toolchain_file(repo, package)
    if pinned and pinned[0].startswith(("nightly", "beta")):
        return f"it needs Rust {pinned[0]}, of which there is no image"
    if needs_protoc(program):
        return "its build calls protoc, which the image of Rust does not have: add `protoc-bin-vendored` to the build dependencies"
    if package.dependency("sqlx") and not _is_prepared(repo, package) and _checks_queries(program):
        return "sqlx checks its queries against a database while it builds: run `cargo sqlx prepare` and commit `.sqlx`"
    outside = next(
        (each for crate in program.crates for each in crate.dependencies if each.path and _leaves(each.path, package)), None
    )
    if outside:
        return f"{outside.crate} lies outside of the workspace"
    linked = next((name for crate in program.crates for name in _linked(crate)), None)
    return f"it links {linked}, which the runtime image does not have" if linked else None


def _checks_queries(program: Program) -> bool:
    named = '[(identifier) (scoped_identifier)] @name (#match? @name "(^|::)query(_as|_scalar|_file|_file_as)?$")'
    query = f"(macro_invocation macro: {named})"
    return any(next(file.matches(query), None) is not None for file in program.files if file.has("query"))


def _leaves(path: str, package: Package) -> bool:
    return path.startswith("..") or (package.root != "." and path != package.root and not path.startswith(f"{package.root}/"))


def _linked(package: Package) -> list[str]:
    found = []
    for crate, features, builder, library in LINKED:
        dependency = package.dependency(crate)
        if dependency is None or (features and not features & dependency.features):
            continue
        built = package.dependency(builder) if builder else None
        if built is None or "bundled" not in built.features:
            found.append(library)
    return found


def recipe(service: Service, repo: Repo, program: Program, main: Target, pins: Pins) -> ImageRecipe | None:
    """None when `why_none` has a reason, or no pinned base is new enough. The context is the workspace's folder."""
    package = program.package
    version = release(service.language_version, pins)
    build = pins.image(IMAGE, rf"{re.escape(version)}(?:-bookworm|-trixie)?\Z") if version else None
    runtime = next((pin for name in RUNTIME if (pin := pins.image(name, "nonroot"))), None)
    syntax = pins.image(SYNTAX_IMAGE)
    if build is None or runtime is None or syntax is None or why_none(repo, package, main, program):
        return None
    copies = _copies(repo, package, program)
    settings = {"CARGO_TERM_COLOR": "never", "RUSTUP_TOOLCHAIN": version, **_settings(repo, package)}
    values: dict[str, Any] = {
        "settings": tuple(settings.items()),
        "secrets": tuple(dict.fromkeys(registry.secret for registry in service.registries)),
        "manifests": ("Cargo.toml", "Cargo.lock", "./"),
        "copies": tuple((each, each) for each in copies),
        "build": f"cargo build --release --locked --package {package.name} --bin {main.name}"
        f" && cp target/release/{main.name} /usr/local/bin/",
        "output": f"/usr/local/bin/{main.name}",
        "program": f"/app/{main.name}",
        "assets": tuple((each, each.rpartition("/")[2] + ("/" if each.endswith("/") else "")) for each in _assets(repo, program)),
        "entrypoint": (f"/app/{main.name}",),
        "user": f"{UID}:{UID}",
        "port": service.port,
    }
    context = None if package.root == service.directory else package.root
    include = tuple(
        dict.fromkeys(("Cargo.toml", "Cargo.lock", *(each.rstrip("/") for each in (*copies, *(a for a, _ in values["assets"])))))
    )
    bases = {"syntax": syntax.reference, "build": build.reference, "runtime": runtime.reference}
    return ImageRecipe(TEMPLATE, values, bases, include, UID, context)


def _settings(repo: Repo, package: Package) -> dict[str, str]:
    """Queries that sqlx checked before need no database."""
    return {"SQLX_OFFLINE": "true"} if _is_prepared(repo, package) else {}


def _is_prepared(repo: Repo, package: Package) -> bool:
    """https://docs.rs/crate/sqlx-cli/latest: `cargo sqlx prepare` leaves what the macros need instead of a database."""
    homes = (package.at_root, package.inside)
    return any(repo.under(inside(".sqlx")) or repo.has(inside("sqlx-data.json")) for inside in homes)


def _copies(repo: Repo, package: Package, program: Program) -> list[str]:
    """First folders and files, below the workspace's, of every package of the workspace and of what their code builds in.

    cargo reads the manifests of all members, so all of them are there.
    """
    root = package.root
    cut = 0 if root == "." else len(root) + 1
    homes = [folder for folder in (root, *members(repo, root)) if manifest_of(repo, folder) is not None]
    wanted: dict[str, None] = {}
    for home in homes:
        if home != root:
            wanted[home[cut:].partition("/")[0] + "/"] = None
    for crate in program.crates:
        own = crate.directory[cut:] if crate.directory != root else ""
        if own:
            wanted[own.partition("/")[0] + "/"] = None
    if "package" in (manifest_of(repo, root) or {}):
        for name in _own(repo, root, cut, program):
            wanted[name] = None
    for name in (".cargo/", ".sqlx/"):
        if repo.under(package.at_root(name.rstrip("/"))):
            wanted[name] = None
    return sorted(wanted)


def _own(repo: Repo, root: str, cut: int, program: Program) -> list[str]:
    """Of a package in the context's own folder: its code, its build script, and what a build reads beside them."""
    files = [path[cut:] for path in repo.under(root)]
    folders = {path.partition("/")[0] for path in files if "/" in path}
    code = {path.partition("/")[0] for path in files if path.endswith(".rs") and "/" in path} - NOT_COPIED
    built = {name for name in BUILD_INPUTS if name in folders or name in files}
    for file in program.files:
        for match in compiled(INCLUDED).findall(file.text):
            first = match.lstrip("./").partition("/")[0]
            built |= {first} & (folders | set(files))
    names = code | built | ({"build.rs"} & set(files))
    return [f"{name}/" if name in folders else name for name in names]


def _assets(repo: Repo, program: Program) -> list[str]:
    """Folders without code that the program opens by a relative name: templates, static files, configuration."""
    package = program.package
    cut = 0 if package.directory == "." else len(package.directory) + 1
    files = [path[cut:] for path in repo.under(package.directory)]
    code = {path.partition("/")[0] for path in files if path.endswith(".rs")}
    plain = {path.partition("/")[0] for path in files if "/" in path} - code - NOT_COPIED
    named = {
        name for file in program.files for name in compiled(OPENED).findall(file.text) if name in plain and not name.startswith(".")
    }
    own = package.directory[len(package.root) + 1 :] if package.root != "." else package.directory
    prefix = "" if package.directory == package.root else f"{own}/"
    return [f"{prefix}{name}/" for name in sorted(named)]
