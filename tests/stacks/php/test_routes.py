"""Routes and endpoints of PHP services."""

from __future__ import annotations

import pytest

from cdgen.model import facts as f
from tests.conftest import MakeRepo
from tests.stacks.php.look import PAGE, decided, look, project

LARAVEL = {"artisan": "", "public/index.php": PAGE}


def shown(files: dict[str, str], make_repo: MakeRepo) -> list[str]:
    return [f"{fact.value.method} {fact.value.path}" for fact in look(make_repo(files)).all(f.ROUTE)]


@pytest.mark.parametrize(
    "code",
    [
        "// $app->get('/x', f);",
        "$x = \"$app->get('/x', f)\";",
        "$client->get('/x', []);",
        "$container->get('/x', 1);",
        "$app->get('settings');",
        "$request->get('x', 'y');",
    ],
)
def test_no_route(make_repo: MakeRepo, code: str) -> None:
    assert shown(project({"public/index.php": f"<?php\n{code}\n"}, "slim/slim"), make_repo) == []


@pytest.mark.parametrize(
    ("code", "routes"),
    [
        ("$app->get('/x/{id}', function () {});", ["GET /x/{id}"]),
        ("$app->any('/x', X::class);", ["* /x"]),
        ("$app->map(['GET', 'POST'], '/x', X::class);", ["GET /x", "POST /x"]),
        ("$app->group('/a', function ($g) { $g->get('', X::class); $g->post('/b', X::class); });", ["GET /a", "POST /a/b"]),
        ("$this->router->get('/x', [X::class, 'y']);", ["GET /x"]),
        ("$r->addRoute('GET', '/x', 'y');", ["GET /x"]),
        ("$r->addGroup('/a', function ($r) { $r->addRoute(['GET', 'POST'], '/b', 'y'); });", ["GET /a/b", "POST /a/b"]),
        ("$router->group(['prefix' => 'api'], function () use ($router) { $router->get('x', 'C@m'); });", ["GET /api/x"]),
        ("$routes->get('x', 'C::m');", ["GET /x"]),
        ("$f3->route('GET|POST /x', 'f');", ["GET /x", "POST /x"]),
        ("Flight::route('/x', function () {});", ["* /x"]),
        ("if ($_SERVER['REQUEST_URI'] === '/health') { exit; }", ["* /health"]),
        ("$uri = $_SERVER['REQUEST_URI'];\nswitch ($uri) { case '/x': break; }", ["* /x"]),
        ("$uri = $_SERVER['REQUEST_URI'];\necho match ($uri) { '/x' => 1, default => 2 };", ["* /x"]),
    ],
)
def test_routes_of_routers(make_repo: MakeRepo, code: str, routes: list[str]) -> None:
    assert shown(project({"public/index.php": f"<?php\n{code}\n"}, "slim/slim"), make_repo) == routes


@pytest.mark.parametrize(
    ("file", "code", "routes"),
    [
        ("app/X.php", "Route::get('/x', f);", []),
        ("routes/console.php", "Route::get('/x', f);", []),
        ("routes/web.php", "Route::get('/x', [X::class, 'y'])->name('x');", ["GET /x"]),
        ("routes/api.php", "Route::post('x', [X::class, 'y']);", ["POST /api/x"]),
        ("routes/web.php", "Route::match(['get', 'post'], '/x', f);", ["GET /x", "POST /x"]),
        ("routes/web.php", "Route::view('/x', 'y');", ["GET /x"]),
        ("routes/web.php", "Route::prefix('a')->middleware('m')->group(function () { Route::get('x', f); });", ["GET /a/x"]),
        ("routes/web.php", "Route::group(['prefix' => 'a'], function () { Route::get('x', f); });", ["GET /a/x"]),
        ("routes/web.php", "Route::resource('posts', P::class)->only(['index', 'show']);", ["GET /posts", "GET /posts/{id}"]),
        ("routes/web.php", "Route::resource('posts', P::class, ['only' => 'index']);", ["GET /posts"]),
        (
            "routes/api.php",
            "Route::apiResource('posts', P::class)->except('destroy');",
            ["GET /api/posts", "POST /api/posts", "GET /api/posts/{id}", "PUT /api/posts/{id}"],
        ),
        ("bootstrap/app.php", "return Application::configure()->withRouting(web: 'x', health: '/up')->create();", ["GET /up"]),
    ],
)
def test_routes_of_laravel(make_repo: MakeRepo, file: str, code: str, routes: list[str]) -> None:
    assert shown(project({**LARAVEL, file: f"<?php\n{code}\n"}, "laravel/framework"), make_repo) == routes


@pytest.mark.parametrize(
    ("code", "routes"),
    [
        ("class A { /* @Route('/x') */ function f() {} }", []),
        ("class A { #[Other('/x')] function f() {} }", []),
        ("class A { #[Route('/x', methods: ['GET', 'POST'])] function f() {} }", ["GET /x", "POST /x"]),
        ("#[Route('/a')] class A { #[Route(path: '/x')] function f() {} }", ["* /a/x"]),
        ("#[Route('/a', methods: 'GET')] class A { function __invoke() {} }", ["GET /a"]),
        ('/** @Route("/a") */ class A { /** @Route(path="/x", methods={"PUT"}) */ function f() {} }', ["PUT /a/x"]),
    ],
)
def test_routes_of_symfony(make_repo: MakeRepo, code: str, routes: list[str]) -> None:
    assert shown(project({"src/Controller/A.php": f"<?php\n{code}\n"}, "symfony/framework-bundle"), make_repo) == routes


def test_routes_in_yaml(make_repo: MakeRepo) -> None:
    text = "home:\n  path: /home\n  methods: GET\nall:\n  resource: ../src\n"
    assert shown(project({"config/routes.yaml": text}, "symfony/framework-bundle"), make_repo) == ["GET /home"]


@pytest.mark.parametrize(
    ("files", "health", "ready"),
    [
        ({"public/index.php": "<?php\n$app->post('/health', f());\n"}, None, None),
        ({"public/index.php": "<?php\n$app->get('/health', X::class);\n$app->get('/ready', X::class);\n"}, "/health", "/ready"),
        ({"public/index.php": PAGE, "public/healthcheck.php": PAGE}, "/healthcheck.php", None),
        ({"public/index.php": PAGE, "src/health.php": PAGE}, None, None),
    ],
)
def test_endpoints(make_repo: MakeRepo, files: dict[str, str], health: str | None, ready: str | None) -> None:
    facts = look(make_repo(project(files, "slim/slim")))
    assert (decided(facts, f.HEALTH_PATH), decided(facts, f.READINESS_PATH)) == (health, ready)
