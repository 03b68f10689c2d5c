"""Where an Elixir service listens, what it answers, whom it asks."""

from __future__ import annotations

import pytest

from cdgen.model import facts as f
from cdgen.model.facts import Call, Confidence, Route
from tests.conftest import MakeRepo
from tests.stacks.beam.seen import APPLICATION, project, seen, values

SAID, LIKELY, USUAL = Confidence.DECLARED, Confidence.INFERRED, Confidence.DEFAULT
ENDPOINT = {"lib/web.ex": "defmodule Web.Endpoint do\n  use Phoenix.Endpoint, otp_app: :shop\nend\n"}
RUNTIME = (
    'import Config\nport = String.to_integer(System.get_env("PORT") || "4000")\nconfig :shop, Web.Endpoint, http: [port: %s]\n'
)

PORTS: dict[str, tuple[dict[str, str], list[tuple[int, Confidence]]]] = {
    "none": ({"lib/a.ex": APPLICATION % "Shop.Repo"}, []),
    "a comment": ({"lib/a.ex": APPLICATION % "\n      # {Bandit, plug: A, port: 4001}\n    "}, []),
    "a test": ({"test/a.ex": APPLICATION % "{Bandit, plug: A, port: 4001}"}, []),
    "a variable without a default": ({**ENDPOINT, "config/prod.exs": RUNTIME % '{:system, "PORT"}'}, []),
    "settings of tests": ({**ENDPOINT, "config/test.exs": RUNTIME % "4002"}, []),
    "another endpoint's settings": ({**ENDPOINT, "config/runtime.exs": RUNTIME.replace("Web.", "Admin.") % "4009"}, []),
    "a developer's machine": ({**ENDPOINT, "config/dev.exs": RUNTIME % "4005"}, [(4005, USUAL)]),
    "the environment first": ({**ENDPOINT, "config/runtime.exs": RUNTIME % "port"}, [(4000, LIKELY)]),
    "production before the developer": (
        {**ENDPOINT, "config/dev.exs": RUNTIME % "4005", "config/runtime.exs": RUNTIME % "port"},
        [(4000, LIKELY)],
    ),
    "a number": ({**ENDPOINT, "config/config.exs": RUNTIME % "8_080"}, [(8080, SAID)]),
    "bandit": ({"lib/a.ex": APPLICATION % "{Bandit, plug: A, port: 4001}"}, [(4001, SAID)]),
    "bandit by default": ({"lib/a.ex": APPLICATION % "{Bandit, plug: A}"}, [(4000, USUAL)]),
    "cowboy": ({"lib/a.ex": APPLICATION % "{Plug.Cowboy, scheme: :http, plug: A, options: [port: 4002]}"}, [(4002, SAID)]),
    "cowboy, called": (
        {"lib/a.ex": APPLICATION % "Plug.Cowboy.child_spec(scheme: :http, plug: A, options: [port: 4003])"},
        [(4003, SAID)],
    ),
    "cowboy of Erlang": ({"lib/a.ex": APPLICATION % ":cowboy.start_clear(:http, [{:port, 4004}], %{})"}, [(4004, SAID)]),
    "an attribute": (
        {"lib/a.ex": "defmodule A do\n  @port 4006\n  def s, do: {Bandit, plug: A, port: @port}\nend\n"},
        [(4006, SAID)],
    ),
    "a function": (
        {
            "lib/a.ex": 'defmodule A do\n  def s, do: {Bandit, plug: A, port: port()}\n  defp port, do: String.to_integer(System.get_env("P", "4007"))\nend\n'
        },
        [(4007, LIKELY)],
    ),
    "a setting": (
        {
            "lib/a.ex": APPLICATION % "{Bandit, plug: A, port: Application.fetch_env!(:shop, :port)}",
            "config/config.exs": "import Config\nconfig :shop, port: 4008\n",
        },
        [(4008, SAID)],
    ),
    "a setting's default": (
        {"lib/a.ex": APPLICATION % "{Bandit, plug: A, port: Application.get_env(:shop, :port, 4010)}"},
        [(4010, SAID)],
    ),
    "a pipe": (
        {"lib/a.ex": APPLICATION % '{Bandit, plug: A, port: System.get_env("P", "4011") |> String.to_integer()}'},
        [(4011, LIKELY)],
    ),
    "options by name": (
        {
            "lib/a.ex": "defmodule A do\n  def s do\n    options = [plug: A, port: 4012]\n    Bandit.start_link(options)\n  end\nend\n"
        },
        [(4012, SAID)],
    ),
}


@pytest.mark.parametrize("case", PORTS)
def test_ports(make_repo: MakeRepo, case: str) -> None:
    files, expected = PORTS[case]
    found = seen(make_repo, {"mix.exs": project(), **files}).all(f.PORT)
    assert [(fact.value, fact.confidence) for fact in found] == expected


def test_the_place_of_a_port_is_where_its_number_stands(make_repo: MakeRepo) -> None:
    found = seen(make_repo, {"mix.exs": project(), **ENDPOINT, "config/runtime.exs": RUNTIME % "port"})
    assert [str(fact.source) for fact in found.all(f.PORT)] == ["config/runtime.exs:2"]


@pytest.mark.parametrize("child", ["{GRPC.Server.Supervisor, endpoint: A, port: 50051}", "{GRPC.Server.Supervisor, {A, 50051}}"])
def test_grpc(make_repo: MakeRepo, child: str) -> None:
    stubs = 'defmodule Shop.Cart.Service do\n  use GRPC.Service, name: "shop.Cart", protoc_gen_elixir_version: "0.12.0"\nend\n'
    server = "defmodule Shop.CartServer do\n  use GRPC.Server, service: Shop.Cart.Service\nend\n"
    files = {"mix.exs": project(), "lib/a.ex": APPLICATION % child, "lib/cart.pb.ex": stubs, "lib/cart.ex": server}
    found = seen(make_repo, files)
    assert found.values(f.PORT) == (50051,) and found.values(f.PROTOCOL) == ("grpc",)
    assert found.values(f.GRPC_SERVICE) == ("shop.Cart",)


def phoenix(body: str) -> dict[str, str]:
    return {"lib/router.ex": f"defmodule Web.Router do\n  use Web, :router\n{body}\nend\n"}


def plug(body: str) -> dict[str, str]:
    return {"lib/router.ex": f"defmodule Shop.Router do\n  use Plug.Router\n  plug :match\n{body}\nend\n"}


ROUTES: dict[str, tuple[dict[str, str], list[tuple[str, str]]]] = {
    "a client's get": ({"lib/a.ex": 'defmodule A do\n  def a, do: get("/users", [])\nend\n'}, []),
    "a comment": (phoenix('  # get "/users", UserController, :index'), []),
    "a branch for developers": (phoenix('  if Mix.env() == :dev do\n    get "/mailbox", M, :index\n  end'), []),
    "a computed path": (phoenix('  get "/#{x}", UserController, :index'), []),
    "a verb": (
        phoenix('  get "/users", UserController, :index\n  post("/users", UserController, :create)'),
        [("GET", "/users"), ("POST", "/users")],
    ),
    "scopes": (
        phoenix('  scope "/api", Web do\n    scope "/v1" do\n      delete "/users/:id", U, :delete\n    end\n  end'),
        [("DELETE", "/api/v1/users/:id")],
    ),
    "a scope by its option": (phoenix('  scope path: "/api" do\n    get "/", U, :index\n  end'), [("GET", "/api")]),
    "resources": (
        phoenix('  resources "/users", UserController, only: [:index, :show]'),
        [("GET", "/users"), ("GET", "/users/:id")],
    ),
    "without": (phoenix('  resources "/u", U, except: [:new, :edit, :update, :delete, :create, :show]'), [("GET", "/u")]),
    "nested resources": (
        phoenix(
            '  resources "/users", UserController, only: [] do\n    resources "/posts", PostController, only: [:create]\n  end'
        ),
        [("POST", "/users/:user_id/posts")],
    ),
    "one thing": (phoenix('  resources "/me", U, only: [:show], singleton: true'), [("GET", "/me")]),
    "live views": (phoenix('  live_session :a do\n    live "/cart", CartLive\n  end'), [("GET", "/cart")]),
    "any method": (phoenix('  match :*, "/hook", H, :any'), [("*", "/hook")]),
    "another plug": (phoenix('  forward "/graphql", Absinthe.Plug, schema: S'), [("*", "/graphql")]),
    "plug": (
        plug('  get "/a" do\n    x\n  end\n  match "/b", via: [:put, :patch], to: B\n  match _, do: x'),
        [("GET", "/a"), ("PUT", "/b"), ("PATCH", "/b")],
    ),
    "plug routers in each other": (
        plug('  forward "/api", to: Shop.Api')
        | {"lib/api.ex": 'defmodule Shop.Api do\n  use Plug.Router\n  get "/a", to: A\nend\n'},
        [("GET", "/api/a")],
    ),
    "a plug that matches": (
        {
            "lib/h.ex": 'defmodule H do\n  def call(%{request_path: "/health"} = conn, _), do: conn\n  def call(conn, _), do: conn\nend\n'
        },
        [("*", "/health")],
    ),
    "path elements": (
        {"lib/h.ex": 'defmodule H do\n  def call(%Plug.Conn{method: "GET", path_info: ["a", "live"]} = conn, _), do: conn\nend\n'},
        [("GET", "/a/live")],
    ),
    "a plug that is known": (
        {"lib/e.ex": "defmodule E do\n  use Phoenix.Endpoint, otp_app: :a\n  plug Heartbeat\nend\n"},
        [("GET", "/healthz")],
    ),
}


@pytest.mark.parametrize("case", ROUTES)
def test_routes(make_repo: MakeRepo, case: str) -> None:
    files, expected = ROUTES[case]
    assert values(make_repo, files, f.ROUTE) == [Route(*each) for each in expected]


def test_health_and_metrics(make_repo: MakeRepo) -> None:
    found = seen(
        make_repo,
        {
            "mix.exs": project(),
            **plug('  get "/healthz", to: H\n  get "/ready", to: R\n  get "/users", to: U'),
            "lib/e.ex": "defmodule E do\n  plug PromEx.Plug, prom_ex_module: P\nend\n",
        },
    )
    assert found.values(f.HEALTH_PATH) == ("/healthz",)
    assert found.values(f.READINESS_PATH) == ("/ready",)
    assert found.values(f.METRICS_PATH) == ("/metrics",)


CALLS: dict[str, tuple[str, dict[str, str], list[Call]]] = {
    "no address": ("HTTPoison.get(url)", {}, []),
    "the machine itself": ('HTTPoison.get("http://localhost:4000/a")', {}, []),
    "a path alone": ('Tesla.get(client, "/users")', {}, []),
    "a literal": ('HTTPoison.get!("https://api.example.io/v1/users")', {}, [Call("http", "api.example.io")]),
    "the beginning is known": ('Req.get!("http://catalogue:8080/items/#{id}")', {}, [Call("http", "catalogue:8080")]),
    "a base": ('Req.new(base_url: System.fetch_env!("CART_URL"))', {}, [Call("http", None, "CART_URL")]),
    "a setting": (
        'Finch.build(:get, "#{Application.get_env(:shop, :cart_url)}/items")',
        {"config/runtime.exs": 'import Config\nconfig :shop, cart_url: System.get_env("CART_URL", "http://cart:80")\n'},
        [Call("http", "cart:80", "CART_URL")],
    ),
    "Tesla at run time": (
        'Tesla.client([{Tesla.Middleware.BaseUrl, "https://pay.example.io"}])',
        {},
        [Call("http", "pay.example.io")],
    ),
    "gRPC": ('GRPC.Stub.connect("cart:50051")', {}, [Call("grpc", "cart:50051")]),
}


@pytest.mark.parametrize("case", CALLS)
def test_calls(make_repo: MakeRepo, case: str) -> None:
    code, files, expected = CALLS[case]
    assert (
        values(make_repo, {"lib/a.ex": f"defmodule A do\n  def a(url, id, client), do: {code}\nend\n", **files}, f.CALL) == expected
    )
