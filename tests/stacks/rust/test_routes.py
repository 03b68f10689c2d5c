"""The requests that Rust services answer, and those that they make."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from cdgen.model import facts as f
from tests.conftest import MakeRepo
from tests.stacks.rust.look import program, seen, values

LISTENS = '\nasync fn serve() { let l = TcpListener::bind("0.0.0.0:3000").await; axum::serve(l, x).await; }\n'


@pytest.mark.parametrize(
    "code",
    [
        pytest.param('fn main() { /* Router::new().route("/x", get(h)) */ }', id="comment"),
        pytest.param('fn main() { let text = r#".route("/x", get(h))"#; }', id="text"),
        pytest.param('fn main() {}\n#[cfg(test)]\nmod tests { fn x() { Router::new().route("/x", get(h)); } }', id="tests"),
        pytest.param('fn main() { map.get("/x"); client.get("/x"); settings.add("/x", 1); }', id="others"),
    ],
)
def test_no_route(make_repo: MakeRepo, code: str) -> None:
    assert values(seen(make_repo(program(code + LISTENS, "axum"))), f.ROUTE) == []


@pytest.mark.parametrize(
    ("code", "crate", "routes"),
    [
        ('fn main() { Router::new().route("/x", get(a).post(b)); }', "axum", ["GET /x", "POST /x"]),
        ('fn main() { Router::new().nest("/v1", Router::new().route("/x", get(a))); }', "axum", ["GET /v1/x"]),
        (
            'fn main() { ApiRouter::new().nest_api_service("/v1", x()).finish_api(&mut api); }\n'
            'fn x() -> ApiRouter { ApiRouter::new().api_route("/x", get(a)).api_route_with("/y", post_with(b, c), tag).api_route("/z") }',
            "axum",
            ["GET /v1/x", "POST /v1/y"],
        ),
        (
            'fn main() { app() }\nfn app() -> Router { Router::new().nest("/v1", users()) }\n'
            'fn users() -> Router { Router::new().route("/", get(a)).route("/{id}", get(b)) }',
            "axum",
            ["GET /v1", "GET /v1/{id}"],
        ),
        (
            'fn main() { let api = Router::new().route("/x", get(a)); let app = Router::new().nest("/api", api); }',
            "axum",
            ["GET /api/x"],
        ),
        (
            '#[get("/x")] async fn a() {}\nfn main() { App::new().service(web::scope("/v1").service(a)); }',
            "actix-web",
            ["GET /v1/x"],
        ),
        (
            'fn main() { App::new().service(web::resource("/x").route(web::get().to(a)).route(web::post().to(b))); }',
            "actix-web",
            ["GET /x", "POST /x"],
        ),
        (
            "fn main() { App::new().configure(routes); }\n"
            'fn routes(c: &mut web::ServiceConfig) { c.service(web::scope("/v1").route("/x", web::put().to(a))); }',
            "actix-web",
            ["PUT /v1/x"],
        ),
        (
            '#[get("/x")] fn a() {}\n#[post("/y", data = "<d>")] fn b() {}\n'
            '#[launch] fn rocket() -> _ { rocket::build().mount("/api", routes![a, b]) }',
            "rocket",
            ["GET /api/x", "POST /api/y"],
        ),
        ('fn main() { let r = warp::path!("x" / u32).and(warp::get()); }', "warp", ["GET /x/{}"]),
        ('fn main() { let app = tide::new(); app.at("/x").get(a).post(b); }', "tide", ["GET /x", "POST /x"]),
        (
            'fn main() { Route::new().at("/x", get(a)).nest("/v1", Route::new().at("/y", post(b))); }',
            "poem",
            ["GET /x", "POST /v1/y"],
        ),
        (
            'fn main() { Router::new().push(Router::with_path("v1").push(Router::with_path("x").get(a))); }',
            "salvo",
            ["GET /v1/x"],
        ),
        (
            'fn h() { match (r.method(), r.uri().path()) { (&Method::GET, "/x") => a(), _ => b() } }\nfn main() {}',
            "hyper",
            ["GET /x"],
        ),
    ],
)
def test_routes(make_repo: MakeRepo, code: str, crate: str, routes: list[str]) -> None:
    found = seen(make_repo(program(code + LISTENS, crate)))
    assert [f"{each.value.method} {each.value.path}" for each in found.all(f.ROUTE)] == routes


@pytest.mark.parametrize(
    ("routes", "health"),
    [
        ('.route("/health", get(a))', ["/health"]),
        ('.route("/api/v1/health_check", get(a))', ["/api/v1/health_check"]),
        ('.route("/health", post(a))', []),
        ('.route("/image/health", get(a)).route("/a", get(a)).route("/b", get(a))', []),
        ('.route("/users/health", get(a)).route("/users/{id}", get(a))', ["/users/health"]),
    ],
)
def test_health(make_repo: MakeRepo, routes: str, health: list[str]) -> None:
    found = seen(make_repo(program(f"fn main() {{ Router::new(){routes}; }}{LISTENS}", "axum")))
    assert values(found, f.HEALTH_PATH) == health


@pytest.mark.parametrize(
    ("code", "crates", "calls"),
    [
        ('fn main() { /* reqwest::get("http://cart:80/x") */ }', ["reqwest"], []),
        ('fn main() { reqwest::get("http://localhost:80/x"); }', ["reqwest"], []),
        ('fn main() { map.get("http://cart/x"); }', [], []),
        ('async fn main() { reqwest::get("http://cart:80/x").await; }', ["reqwest"], [("http", "cart:80", None, None)]),
        (
            'fn main() { let base = env::var("CART_URL").unwrap_or("http://cart:80".into()); client.get(format!("{base}/x")); }',
            ["reqwest"],
            [("http", "cart:80", "CART_URL", None)],
        ),
        (
            'fn main() { let at = std::env::var("CART_ADDR").unwrap(); let c = CartServiceClient::connect(at).await; }',
            ["tonic"],
            [("grpc", None, "CART_ADDR", "CartService")],
        ),
        (
            'fn main() { CartServiceClient::connect("http://cart:7070").await; }',
            ["tonic"],
            [("grpc", "cart:7070", None, "CartService")],
        ),
    ],
)
def test_calls(make_repo: MakeRepo, code: str, crates: list[str], calls: list[tuple[str | None, ...]]) -> None:
    assert [tuple(value) for value in seen(make_repo(program(code, *crates))).values(f.CALL)] == calls


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("fn main() { Server::builder().add_service(health_server).serve(a); }", []),
        ("fn main() { Server::builder().add_service(HealthServer::new(x)).serve(a); }", []),
        (
            "fn main() { Server::builder().add_service(CartServiceServer::new(x)).add_service(cart::OrderServer::with_interceptor(y, z)); }",
            ["CartService", "Order"],
        ),
    ],
)
def test_grpc_services(make_repo: MakeRepo, code: str, names: list[str]) -> None:
    assert values(seen(make_repo(program(code, "tonic"))), f.GRPC_SERVICE) == names


@pytest.mark.parametrize(
    ("code", "crates", "variables"),
    [
        ('fn main() { /* env::var("X_URL") */ let t = "env::var(\\"Y\\")"; }', [], []),
        ('fn main() { env!("CARGO_PKG_NAME"); std::env::var("CARGO_HOME").unwrap(); }', [], []),
        ('fn main() { std::env::var("AB").unwrap(); }', [], [("AB", None, True)]),
        ('fn f() { env::var("AB")?; }', [], [("AB", None, True)]),
        ('fn main() { env::var("AB").ok(); }', [], [("AB", None, False)]),
        ('fn main() { env::var("AB").unwrap_or_else(|_| "b".into()); }', [], [("AB", "b", False)]),
        ('fn main() { let a = match env::var("AB") { Ok(a) => a, Err(_) => "b".to_string() }; }', [], [("AB", "b", False)]),
        (
            '#[derive(Parser)] struct Args { #[arg(long, env = "AB", default_value = "b")] a: String }',
            ["clap"],
            [("AB", "b", False)],
        ),
        ("#[derive(Parser)] struct Args { #[clap(env)] ab: String }", ["clap"], [("AB", None, True)]),
        (
            '#[derive(Envconfig)] struct C { #[envconfig(from = "AB", default = "b")] a: String }',
            ["envconfig"],
            [("AB", "b", False)],
        ),
    ],
)
def test_environment(make_repo: MakeRepo, code: str, crates: list[str], variables: list[tuple[str, str | None, bool]]) -> None:
    found = seen(make_repo(program(code, *crates)))
    assert [(each.value.name, each.value.default, each.value.required) for each in found.all(f.ENV)] == variables


def test_files(make_repo: MakeRepo) -> None:
    """A route of another crate that the program is built with counts; one of a crate beside it does not."""
    files: Mapping[str, str] = {
        "Cargo.toml": '[workspace]\nmembers = ["crates/*"]\n',
        "crates/app/Cargo.toml": '[package]\nname = "app"\n[dependencies]\naxum = "0.8"\nweb = { path = "../web" }\n',
        "crates/app/src/main.rs": "fn main() {}" + LISTENS,
        "crates/web/Cargo.toml": '[package]\nname = "web"\n[dependencies]\naxum = "0.8"\n',
        "crates/web/src/lib.rs": 'pub fn app() { axum::Router::new().route("/web", get(a)); }',
        "crates/other/Cargo.toml": '[package]\nname = "other"\n[dependencies]\naxum = "0.8"\n',
        "crates/other/src/lib.rs": 'pub fn app() { axum::Router::new().route("/other", get(a)); }',
    }
    found = seen(make_repo(files), "crates/app")
    assert [each.value.path for each in found.all(f.ROUTE)] == ["/web"]
    assert values(found, f.DEPENDS_ON) == ["crates/web"]
