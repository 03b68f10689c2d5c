"""Packages, workspaces, versions, commands, kinds and needs of Rust projects."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from cdgen import app
from cdgen.model import facts as f
from cdgen.stacks.rust import cargo
from tests.conftest import MakeRepo
from tests.stacks.rust.look import package, program, seen, values

WORKSPACE = {
    "Cargo.toml": '[workspace]\nmembers = ["crates/*"]\n[workspace.package]\nrust-version = "1.85"\n[workspace.dependencies]\n'
    'sqlx = { version = "0.8", features = ["postgres"] }\nstore = { path = "crates/store" }\n',
    "Cargo.lock": "",
    "crates/api/Cargo.toml": '[package]\nname = "api"\nrust-version.workspace = true\n[dependencies]\nstore.workspace = true\n'
    "sqlx.workspace = true\n",
    "crates/api/src/main.rs": "fn main() { sqlx::query(x); }",
    "crates/store/Cargo.toml": '[package]\nname = "store"\n',
    "crates/store/src/lib.rs": "",
}


def test_workspace(make_repo: MakeRepo) -> None:
    repo = make_repo(WORKSPACE)
    assert [(each.directory, each.root_only) for each in cargo.detect(repo)] == [
        (".", True),
        ("crates/api", False),
        ("crates/store", False),
    ]
    found = seen(repo, "crates/api")
    assert [(str(each.value), str(each.source)) for each in found.all(f.LANGUAGE_VERSION)] == [("1.85", "Cargo.toml:4")]
    assert values(found, f.DEPENDS_ON) == ["crates/store"]
    assert values(found, f.START) == ["../../target/release/api"]
    assert [each.value.kind for each in found.all(f.BACKING)] == ["postgresql"]
    assert values(seen(repo, "crates/store"), f.KIND) == ["library"]


def test_workspace_with_one_image_is_that_service(make_repo: MakeRepo) -> None:
    repo = make_repo({**WORKSPACE, "Dockerfile": 'FROM debian\nENTRYPOINT ["/usr/local/bin/api"]\n'})
    assert [(each.directory, each.root_only) for each in cargo.detect(repo)] == [(".", False), ("crates/store", False)]
    assert values(seen(repo), f.BUILD) == ["cargo build --release --locked -p api"]


SCRIPTED = 'FROM rust:1.90 AS build\nRUN cargo build --release\nFROM debian\n{0}\nCOPY run.sh /\nCMD ["/run.sh"]\n'


@pytest.mark.parametrize(
    ("copied", "folders"),
    [
        ("COPY --chmod=755 --from=build /app/target/release/api /usr/bin/api", [".", "crates/store"]),
        ("COPY --from=build /app/target/release/other /usr/bin/other", [".", "crates/api", "crates/store"]),
        ("COPY target/release/api /usr/bin/api", [".", "crates/api", "crates/store"]),
    ],
)
def test_a_script_that_an_image_starts_runs_what_was_built_for_it(make_repo: MakeRepo, copied: str, folders: list[str]) -> None:
    claims = list(cargo.detect(make_repo({**WORKSPACE, "Dockerfile": SCRIPTED.format(copied)})))
    assert [each.directory for each in claims] == folders
    assert [each.directory for each in claims if each.root_only] == ([] if len(folders) == 2 else ["."])


@pytest.mark.parametrize(
    ("files", "program_name"),
    [
        pytest.param({"src/main.rs": "fn main() {}"}, "shop", id="main.rs"),
        pytest.param({"src/bin/api.rs": "fn main() {}"}, "api", id="src/bin"),
        pytest.param({"src/bin/api/main.rs": "fn main() {}"}, "api", id="folder of src/bin"),
        pytest.param({"src/main.rs": "", "src/bin/seed.rs": ""}, "shop", id="the one called as the package"),
        pytest.param({"src/bin/a.rs": "", "src/bin/b.rs": ""}, None, id="an equal claim"),
        pytest.param(
            {"src/bin/a.rs": "", "src/bin/b.rs": 'fn main() { axum::serve(TcpListener::bind("0.0.0.0:80"), x); }'}, "b", id="serves"
        ),
        pytest.param(
            {"src/bin/a.rs": "", "src/bin/b.rs": "", "Dockerfile": 'FROM debian\nCMD ["/b"]\n'}, "b", id="what the image starts"
        ),
    ],
)
def test_program(make_repo: MakeRepo, files: Mapping[str, str], program_name: str | None) -> None:
    found = values(seen(make_repo({"Cargo.toml": package("axum"), **files})), f.START)
    assert found == ([f"./target/release/{program_name}"] if program_name else [])


def test_default_run(make_repo: MakeRepo) -> None:
    files = {"Cargo.toml": package(more='default-run = "b"'), "src/main.rs": "", "src/bin/b.rs": ""}
    assert values(seen(make_repo(files)), f.START) == ["./target/release/b"]


@pytest.mark.parametrize(
    ("files", "versions"),
    [
        pytest.param({}, [], id="none"),
        pytest.param({"rust-toolchain": "stable\n"}, [], id="a channel without a number"),
        pytest.param({"rust-toolchain": "1.80.1\n"}, ["1.80.1"], id="plain file"),
        pytest.param({"rust-toolchain.toml": '[toolchain]\nchannel = "1.80.1"\n'}, ["1.80.1"], id="toolchain file"),
        pytest.param({".tool-versions": "rust 1.80.1\n"}, ["1.80.1"], id="asdf"),
        pytest.param({".github/workflows/a.yml": "      - uses: dtolnay/rust-toolchain@1.80.1\n"}, ["1.80.1"], id="action"),
        pytest.param(
            {".github/workflows/a.yml": "      - uses: actions-rs/toolchain@v1\n        with:\n          toolchain: 1.80\n"},
            ["1.80"],
            id="input of an action",
        ),
        pytest.param({".github/workflows/a.yml": "      # - uses: dtolnay/rust-toolchain@1.80.1\n"}, [], id="comment"),
    ],
)
def test_versions(make_repo: MakeRepo, files: Mapping[str, str], versions: list[str]) -> None:
    found = seen(make_repo(program("fn main() {}", beside=files)))
    assert [str(each) for each in values(found, f.LANGUAGE_VERSION)] == versions


@pytest.mark.parametrize(
    ("code", "crates", "kind"),
    [
        ("fn main() {}", [], []),
        ("fn main() { let a = std::env::args(); }", [], ["cli"]),
        ("fn main() { Args::parse(); }", ["clap"], ["cli"]),
        ("fn main() { Args::parse(); tokio::time::interval(d); }", ["clap"], []),
        ("fn main() { channel.basic_consume(q); lapin::Connection::connect(a); }", ["lapin"], ["worker"]),
        ("fn main() { channel.basic_publish(q); lapin::Connection::connect(a); }", ["lapin"], []),
        ("fn main() { tokio::signal::ctrl_c(); }", ["tokio"], ["worker"]),
        ('fn main() { HttpServer::new(f).bind(("0.0.0.0", 80)); actix_web::rt::x(); }', ["actix-web"], ["service"]),
    ],
)
def test_kind(make_repo: MakeRepo, code: str, crates: list[str], kind: list[str]) -> None:
    assert values(seen(make_repo(program(code, *crates))), f.KIND) == kind


@pytest.mark.parametrize(
    ("code", "crates", "more", "needs"),
    [
        ("fn main() { // sqlx\n}", ['sqlx = { version = "0.8", features = ["postgres"] }'], "", [("postgresql", "DEFAULT")]),
        ("fn main() { let p: PgPool; }", ['sqlx = { version = "0.8", features = ["postgres"] }'], "", [("postgresql", "INFERRED")]),
        (
            "fn main() { let p: MySqlPool; }",
            ['sqlx = { version = "0.8", features = ["postgres", "mysql"] }'],
            "",
            [("postgresql", "DEFAULT"), ("mysql", "INFERRED")],
        ),
        ("fn main() { sqlx::query(a); }", ['sqlx = { version = "0.8", features = ["sqlite"] }'], "", []),
        ("fn main() { redis::Client::open(a); }", ["redis"], "", [("redis", "INFERRED")]),
        ("fn main() { redis::Client::open(a); }", ['redis = { version = "1", optional = true }'], "", [("redis", "DEFAULT")]),
        (
            "fn main() { redis::Client::open(a); }",
            ['redis = { version = "1", optional = true }'],
            '[features]\ndefault = ["dep:redis"]\n',
            [("redis", "INFERRED")],
        ),
        ("fn main() { aws_sdk_s3::Client::new(c); }", ["aws-sdk-s3"], "", [("s3", "INFERRED")]),
    ],
)
def test_backing(make_repo: MakeRepo, code: str, crates: list[str], more: str, needs: list[tuple[str, str]]) -> None:
    found = seen(make_repo(program(code, *crates, more=more))).all(f.BACKING)
    assert [(each.value.kind, each.confidence.name) for each in found] == needs


UNIT = "#[cfg(test)]\nmod tests {\n    #[test]\n    fn x() {}\n}\n"


@pytest.mark.parametrize(
    ("files", "test", "integration", "runner"),
    [
        pytest.param({}, [], [], [], id="none"),
        pytest.param({"src/a.rs": UNIT}, ["cargo test --locked"], [], ["cargo test"], id="in the code"),
        pytest.param({"tests/api.rs": "#[test] fn x() {}"}, ["cargo test --locked"], [], ["cargo test"], id="beside it"),
        pytest.param(
            {"src/a.rs": UNIT, "tests/api.rs": "use testcontainers::x;", "tests/text.rs": ""},
            ["cargo test --locked --bins --test text"],
            ["cargo test --locked --test api"],
            ["cargo test"],
            id="one needs a service",
        ),
        pytest.param(
            {"src/a.rs": UNIT, ".config/nextest.toml": ""}, ["cargo nextest run --locked"], [], ["cargo nextest"], id="nextest"
        ),
    ],
)
def test_tests(make_repo: MakeRepo, files: Mapping[str, str], test: list[str], integration: list[str], runner: list[str]) -> None:
    found = seen(make_repo(program("fn main() {}", beside=files)))
    assert (values(found, f.TEST), values(found, f.INTEGRATION), values(found, f.TEST_RUNNER)) == (test, integration, runner)


@pytest.mark.parametrize(
    ("files", "lint"),
    [
        pytest.param({}, [], id="nothing is configured"),
        pytest.param({"clippy.toml": ""}, ["cargo clippy --all-targets --locked -- -D warnings"], id="clippy"),
        pytest.param({"rustfmt.toml": ""}, ["cargo fmt --check"], id="rustfmt"),
    ],
)
def test_lint(make_repo: MakeRepo, files: Mapping[str, str], lint: list[str]) -> None:
    assert values(seen(make_repo(program("fn main() {}", beside=files))), f.LINT) == lint


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        pytest.param({}, "", id="none"),
        pytest.param({"rust-toolchain": "nightly-2026-01-01\n"}, "nightly-2026-01-01", id="nightly"),
        pytest.param({"Cargo.toml": package("axum", 'diesel = { version = "2", features = ["postgres"] }')}, "libpq", id="libpq"),
        pytest.param(
            {"Cargo.toml": package("axum", "sqlx"), "src/a.rs": 'fn x() { sqlx::query!("SELECT 1"); }'}, "prepare", id="unprepared"
        ),
        pytest.param(
            {"Cargo.toml": package("axum", "sqlx"), "src/a.rs": 'fn x() { sqlx::query!("SELECT 1"); }', ".sqlx/query-1.json": "{}"},
            "",
            id="prepared",
        ),
        pytest.param({"Cargo.toml": package("axum") + '[build-dependencies]\ntonic-build = "1"\n'}, "protoc", id="protoc"),
    ],
)
def test_image(make_repo: MakeRepo, files: Mapping[str, str], reason: str) -> None:
    code = 'async fn main() { let l = TcpListener::bind("0.0.0.0:3000").await; axum::serve(l, x).await; }'
    repo = make_repo({**program(code, "axum"), **files})
    service = app.inspect(repo.root).services[0]
    assert (service.recipe is None) == bool(reason)
    assert reason in " ".join(service.no_image)


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("fn main() { bind(" + "(" * 3_000 + "1" + ")" * 3_000 + "); }", id="brackets"),
        pytest.param("fn main() { TcpListener::bind(x" + ".clone()" * 3_000 + "); }", id="methods"),
        pytest.param("fn main() { TcpListener::bind(a" + ".b" * 3_000 + "); }", id="fields"),
        pytest.param("fn main() { TcpListener::bind(" + "String::from(" * 1_000 + "x" + ")" * 1_000 + "); }", id="calls"),
        pytest.param(
            "fn main() { Router::new()" + '.nest("/a", Router::new()' * 500 + ")" * 500 + '.route("/x", get(a)); }', id="groups"
        ),
        pytest.param("fn a() { TcpListener::bind(b()) } fn b() -> u16 { c() } fn c() -> u16 { b() } fn main() {}", id="a circle"),
    ],
)
def test_hostile_code_is_read_to_its_end(make_repo: MakeRepo, code: str) -> None:
    assert values(seen(make_repo(program(code, "axum"))), f.LANGUAGE) == ["rust"]


def test_registry(make_repo: MakeRepo) -> None:
    config = '[registries]\nour-crates = { index = "sparse+https://crates.example.com/index/" }\n'
    found = seen(make_repo(program("fn main() {}", beside={".cargo/config.toml": config})))
    assert [tuple(each) for each in values(found, f.REGISTRY)] == [
        ("cargo", "crates.example.com", "CARGO_REGISTRIES_OUR_CRATES_TOKEN")
    ]


def test_resources(make_repo: MakeRepo) -> None:
    code = "#[tokio::main(worker_threads = 2)]\nasync fn main() { HttpServer::new(f).workers(4); pool.size(8); }"
    found = seen(make_repo(program(code, "actix-web")))
    assert [tuple(each) for each in values(found, f.RESOURCE)] == [("workers", "4"), ("threads", "2")]


def test_names_are_no_expressions(make_repo: MakeRepo) -> None:
    """Of crates, registries and settings: what stands in quotes may hold anything."""
    files = {
        "Cargo.toml": package('"a\\")(b" = "1"', "axum", "config"),
        ".cargo/config.toml": '[registries]\n"a(b" = { index = "https://x.example/" }\n',
        "src/main.rs": 'fn main() { let p = settings.get("a(b.po)rt["); let l = TcpListener::bind(p); axum::serve(l, x); }',
        "config/default.toml": '["a(b"]\n"po)rt[" = 80\n',
    }
    assert values(seen(make_repo(files)), f.PORT) == [80]
