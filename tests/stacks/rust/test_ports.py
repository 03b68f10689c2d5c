"""Where Rust programs listen."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from cdgen.model import facts as f
from tests.conftest import MakeRepo
from tests.stacks.rust.look import program, seen, values

BIND = "async fn main() {{ let l = tokio::net::TcpListener::bind({}).await.unwrap(); axum::serve(l, app()).await.unwrap(); }}"


@pytest.mark.parametrize(
    "files",
    [
        pytest.param(program('fn main() { /* HttpServer::new(f).bind(("0.0.0.0", 9000)) */ }', "actix-web"), id="comment"),
        pytest.param(program('fn main() { println!("axum::serve TcpListener::bind 0.0.0.0:9000"); }', "axum"), id="text"),
        pytest.param(program('fn main() { sqlx::query("x").bind(9000); }', "sqlx"), id="a value of a query"),
        pytest.param(
            program('fn main() {}\n#[cfg(test)]\nmod tests { fn x() { TcpListener::bind("0.0.0.0:9000"); } }', "tokio"), id="tests"
        ),
        pytest.param(program('fn main() { TcpListener::bind("127.0.0.1:0"); }', "tokio"), id="any free port"),
        pytest.param(
            program("fn main() {}", "axum", beside={"tests/api.rs": 'fn x() { TcpListener::bind("0.0.0.0:9000"); }'}), id="tests/"
        ),
        pytest.param(
            program("fn main() {}", "axum", beside={"src/g.rs": '// @generated\nfn x() { TcpListener::bind("0.0.0.0:9000"); }'}),
            id="generated",
        ),
    ],
)
def test_no_port(make_repo: MakeRepo, files: Mapping[str, str]) -> None:
    assert values(seen(make_repo(files)), f.PORT) == []


@pytest.mark.parametrize(
    ("code", "crates", "port", "sure"),
    [
        (BIND.format('"0.0.0.0:3000"'), ["axum"], 3000, "DECLARED"),
        (BIND.format('"127.0.0.1:3000"'), ["axum"], 3000, "INFERRED"),
        (BIND.format('("0.0.0.0", 3000)'), ["axum"], 3000, "DECLARED"),
        (BIND.format("SocketAddr::from(([0, 0, 0, 0], 3000))"), ["axum"], 3000, "DECLARED"),
        (BIND.format("SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 3_000)"), ["axum"], 3000, "DECLARED"),
        (BIND.format('format!("0.0.0.0:{}", PORT)') + "\nconst PORT: u16 = 3000;", ["axum"], 3000, "DECLARED"),
        (BIND.format('format!("0.0.0.0:{}", env::var("PORT").unwrap_or("1".into()))'), ["axum"], None, ""),
        (
            'async fn main() { let port = env::var("PORT").unwrap_or_else(|_| "3000".to_string()); '
            'let l = TcpListener::bind(format!("0.0.0.0:{port}")).await; axum::serve(l, app()); }',
            ["axum"],
            3000,
            "INFERRED",
        ),
        (
            'fn main() { let port = match env::var("PORT") { Ok(p) => p.parse().unwrap(), Err(_) => 3000 }; '
            'HttpServer::new(|| App::new()).bind(("0.0.0.0", port)).unwrap().run(); }',
            ["actix-web"],
            3000,
            "INFERRED",
        ),
        (
            '#[derive(Parser)] struct Args { #[arg(long, env = "PORT", default_value_t = 3000)] port: u16 }\n'
            'fn main() { let args = Args::parse(); HttpServer::new(f).bind(("0.0.0.0", args.port)).unwrap().run(); }',
            ["actix-web", "clap"],
            3000,
            "INFERRED",
        ),
        (
            '#[derive(Deserialize)] struct Config { #[serde(default = "usual")] port: u16 }\nfn usual() -> u16 { 3000 }\n'
            'fn main() { let config = envy::from_env::<Config>().unwrap(); HttpServer::new(f).bind(("0.0.0.0", config.port)); }',
            ["actix-web", "envy"],
            3000,
            "INFERRED",
        ),
        (
            "struct Config { port: u16 }\nimpl Default for Config { fn default() -> Self { Self { port: 3000 } } }\n"
            'fn main() { let config = Config::default(); HttpServer::new(f).bind(("0.0.0.0", config.port)); }',
            ["actix-web"],
            3000,
            "INFERRED",
        ),
        (
            'fn main() { serve("0.0.0.0:3000"); }\nfn serve(address: &str) { let l = TcpListener::bind(address); axum::serve(l, x); }',
            ["axum"],
            3000,
            "DECLARED",
        ),
        (
            'fn main() { Other::run("0.0.0.0:9000"); Api::run("0.0.0.0:3000"); }\n'
            "impl Api { fn run(address: &str) { let l = TcpListener::bind(address); axum::serve(l, x); } }",
            ["axum"],
            3000,
            "DECLARED",
        ),
        ("async fn main() { warp::serve(routes).run(([0, 0, 0, 0], 3000)).await; }", ["warp"], 3000, "DECLARED"),
        ('async fn main() { let mut app = tide::new(); app.listen("0.0.0.0:3000").await; }', ["tide"], 3000, "DECLARED"),
        ('async fn main() { let a = salvo::conn::TcpListener::new("0.0.0.0:3000").bind().await; }', ["salvo"], 3000, "DECLARED"),
        ('async fn main() { poem::Server::new(TcpListener::bind("0.0.0.0:3000")).run(app).await; }', ["poem"], 3000, "DECLARED"),
        ('fn main() { rouille::start_server("0.0.0.0:3000", move |r| x(r)); }', ["rouille"], 3000, "DECLARED"),
        ('fn main() { let s = tiny_http::Server::http("0.0.0.0:3000").unwrap(); }', ["tiny_http"], 3000, "DECLARED"),
        ("#[launch] fn rocket() -> _ { rocket::build() }", ["rocket"], 8000, "DEFAULT"),
        (
            'async fn main() { let addr = "[::]:3000".parse().unwrap(); '
            "tonic::transport::Server::builder().add_service(CartServer::new(x)).serve(addr).await; }",
            ["tonic"],
            3000,
            "DECLARED",
        ),
    ],
)
def test_port(make_repo: MakeRepo, code: str, crates: list[str], port: int | None, sure: str) -> None:
    found = seen(make_repo(program(code, *crates))).all(f.PORT)
    assert [(fact.value, fact.confidence.name) for fact in found][:1] == ([(port, sure)] if port else [])


def test_port_of_configuration_file(make_repo: MakeRepo) -> None:
    code = (
        "struct Settings { application: Application, database: Database }\nstruct Application { port: u16 }\n"
        "struct Database { port: u16 }\nfn main() { let settings = read();\n"
        'let address = format!("{}:{}", settings.application.host, settings.application.port);\n'
        "HttpServer::new(f).listen(TcpListener::bind(address).unwrap()); }"
    )
    file = "database:\n  port: 5432\napplication:\n  port: 3000\n"
    found = seen(make_repo(program(code, "actix-web", "config", beside={"configuration/base.yaml": file}))).all(f.PORT)
    assert [(fact.value, str(fact.source)) for fact in found] == [(3000, "configuration/base.yaml:4")]


def test_port_of_rocket_file(make_repo: MakeRepo) -> None:
    code = "#[launch] fn rocket() -> _ { rocket::build() }"
    found = seen(make_repo(program(code, "rocket", beside={"Rocket.toml": "[default]\nport = 3000\n"}))).all(f.PORT)
    assert [(fact.value, str(fact.source)) for fact in found] == [(3000, "Rocket.toml:2")]


def test_metrics_stand_aside(make_repo: MakeRepo) -> None:
    code = (
        'async fn main() { let l = TcpListener::bind("0.0.0.0:3000").await; axum::serve(l, app()); metrics(); }\n'
        'async fn metrics() { let l = TcpListener::bind("0.0.0.0:9090").await; axum::serve(l, m()); }'
    )
    found = seen(make_repo(program(code, "axum")))
    assert (values(found, f.PORT), values(found, f.METRICS_PORT)) == ([3000], [9090])


@pytest.mark.parametrize(
    ("code", "crates", "protocol"),
    [
        (BIND.format('"0.0.0.0:3000"'), ["axum"], ["http"]),
        ("fn main() { Server::builder().add_service(CartServer::new(x)).serve(a); }", ["tonic"], ["grpc"]),
        ('fn main() { TcpListener::bind("0.0.0.0:3000"); }', ["tokio"], []),
    ],
)
def test_protocol(make_repo: MakeRepo, code: str, crates: list[str], protocol: list[str]) -> None:
    assert values(seen(make_repo(program(code, *crates))), f.PROTOCOL) == protocol
