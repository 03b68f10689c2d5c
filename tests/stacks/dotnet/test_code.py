"""What C# says: routes, health, ports, gRPC, clients, environment, drivers. Silent cases stand first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from cdgen.model import facts as f
from cdgen.model.facts import Call, Confidence, Key, Route
from tests.stacks.dotnet.conftest import Seen, told, web

START = "var builder = WebApplication.CreateBuilder(args);\nvar app = builder.Build();\n"
CONTROLLER = '[ApiController]\n[Route("api/[controller]")]\npublic class OrdersController : ControllerBase {{\n{}\n}}\n'


def files(program: str, *packages: str, **more: str) -> dict[str, str]:
    return {
        "shop.csproj": web(*packages),
        "Program.cs": START + program,
        **{key.replace("__", "."): text for key, text in more.items()},
    }


@pytest.mark.parametrize(
    ("given", "routes"),
    [
        pytest.param(files('// app.MapGet("/a", () => 1);'), [], id="comment"),
        pytest.param(files('var s = "app.MapGet(\\"/a\\", () => 1)";'), [], id="string"),
        pytest.param({**files(""), "tests/T.cs": 'app.MapGet("/a", () => 1);'}, [], id="test"),
        pytest.param({**files(""), "obj/T.cs": 'app.MapGet("/a", () => 1);'}, [], id="generated"),
        pytest.param(files("app.MapGet(path, () => 1);"), [], id="a path that is computed"),
        pytest.param(files('if (app.Environment.IsDevelopment()) { app.MapGet("/a", () => 1); }'), [], id="in development"),
        pytest.param(files('map.Map("a");'), [], id="another method of that name"),
        pytest.param(files('app.MapGet("/a", () => 1); app.MapPost("b", () => 2);'), [("GET", "/a"), ("POST", "/b")], id="minimal"),
        pytest.param(files('var g = app.MapGroup("/v1").WithTags("x"); g.MapGet("/a", () => 1);'), [("GET", "/v1/a")], id="group"),
        pytest.param(files('app.MapGroup("/v1").MapGroup("/w").MapDelete("/", () => 1);'), [("DELETE", "/v1/w")], id="groups"),
        pytest.param(
            {
                **files('app.MapGroup("/v1").MapOrders();'),
                "Orders.cs": 'static class O { public static void MapOrders(this RouteGroupBuilder group) { group.MapPut("/{id}", () => 1); } }',
            },
            [("PUT", "/v1/{id}")], id="an extension method",
        ),
        pytest.param({**files(""), "C.cs": CONTROLLER.format('[HttpGet("{id}")] public int Get() => 1;')}, [("GET", "/api/Orders/{id}")], id="controller"),
        pytest.param({**files(""), "C.cs": CONTROLLER.format('[HttpPost, Authorize] public int Add() => 1;')}, [("POST", "/api/Orders")], id="no template"),
        pytest.param({**files(""), "C.cs": CONTROLLER.format('[HttpGet("/up")] public int Up() => 1;')}, [("GET", "/up")], id="absolute"),
        pytest.param(
            {**files(""), "C.cs": CONTROLLER.format('[HttpGet(Name = "x"), Route("[action]")] public int ListAsync() => 1;')}, [("GET", "/api/Orders/List")], id="named"
        ),
        pytest.param({**files(""), "C.cs": 'interface IPrices { [Get("/prices")] Task<int> Get(); }'}, [], id="a client's interface"),
    ],
)  # fmt: skip
def test_routes(seen: Seen, given: Mapping[str, str], routes: list[tuple[str, str]]) -> None:
    assert told(seen(given), f.ROUTE) == [Route(*each) for each in routes]


@pytest.mark.parametrize(
    ("program", "key", "values"),
    [
        pytest.param('// app.MapHealthChecks("/h");', f.HEALTH_PATH, [], id="comment"),
        pytest.param('if (app.Environment.IsDevelopment()) { app.MapHealthChecks("/h"); }', f.HEALTH_PATH, [], id="in development"),
        pytest.param('if (!app.Environment.IsDevelopment()) { app.MapHealthChecks("/h"); }', f.HEALTH_PATH, ["/h"], id="not in it"),
        pytest.param('app.MapHealthChecks("/hc");', f.HEALTH_PATH, ["/hc"], id="mapped"),
        pytest.param('app.UseHealthChecks("/hc", new HealthCheckOptions());', f.HEALTH_PATH, ["/hc"], id="used"),
        pytest.param('app.MapGet("/healthz", () => "ok");', f.HEALTH_PATH, ["/healthz"], id="a route"),
        pytest.param(
            'app.MapHealthChecks("db", new() { Predicate = c => c.Name == "db" }); app.MapHealthChecks("/health");',
            f.HEALTH_PATH,
            ["/health", "/db"],
            id="the whole before a part",
        ),
        pytest.param(
            'app.MapHealthChecks("/a", new() { Predicate = c => c.Tags.Contains("ready") });', f.READINESS_PATH, ["/a"], id="tagged"
        ),
        pytest.param('app.MapHealthChecks("/readyz");', f.HEALTH_PATH, [], id="readiness is not health"),
        pytest.param("app.MapMetrics();", f.METRICS_PATH, ["/metrics"], id="metrics"),
        pytest.param('app.UseMetricServer(9102, "/m");', f.METRICS_PORT, [9102], id="metrics port"),
        pytest.param("new KestrelMetricServer(port: 9103).Start();", f.METRICS_PORT, [9103], id="a server of its own"),
    ],
)
def test_endpoints(seen: Seen, program: str, key: Key[Any], values: list[Any]) -> None:
    assert told(seen(files(program)), key) == values


@pytest.mark.parametrize(
    ("given", "ports"),
    [
        pytest.param(files('// builder.WebHost.UseUrls("http://*:5000");'), [], id="comment"),
        pytest.param(files('list.Add("http://*:5000");'), [], id="another list"),
        pytest.param(files('builder.WebHost.UseUrls("http://localhost:5000");'), [], id="this machine alone"),
        pytest.param(files("app.Run();"), [], id="no address"),
        pytest.param(files('builder.WebHost.UseUrls("http://*:5000");'), [(5000, "declared")], id="UseUrls"),
        pytest.param(files('builder.WebHost.UseUrls("https://*:5001;http://*:5000");'), [(5000, "declared")], id="plain before TLS"),
        pytest.param(files('app.Urls.Add("http://+:5000");'), [(5000, "declared")], id="Urls"),
        pytest.param(files('app.Run("http://0.0.0.0:5000");'), [(5000, "declared")], id="Run"),
        pytest.param(
            files('var p = Environment.GetEnvironmentVariable("PORT") ?? "5000"; app.Run($"http://*:{p}");'), [(5000, "inferred")], id="variable"
        ),
        pytest.param(files('app.Run($"http://*:{Environment.GetEnvironmentVariable("PORT")}");'), [], id="no default"),
        pytest.param(
            files("builder.WebHost.ConfigureKestrel(o => o.ListenAnyIP(5000));"), [(5000, "declared")], id="Kestrel"
        ),
        pytest.param(
            files('builder.WebHost.ConfigureKestrel(o => o.ListenAnyIP(builder.Configuration.GetValue<int>("Port", 5000)));'), [(5000, "inferred")], id="setting"
        ),
        pytest.param(
            files("", appsettings__json='{"Kestrel": {"Endpoints": {"Http": {"Url": "http://*:5000"}}}, /* x */}'), [(5000, "declared")], id="settings"
        ),
        pytest.param(files("", appsettings__Development__json='{"Urls": "http://*:5000"}'), [], id="settings of a developer"),
        pytest.param(
            files("", Dockerfile="FROM mcr.microsoft.com/dotnet/aspnet:8.0\nENV ASPNETCORE_URLS=http://+:5000\n"), [(5000, "declared")], id="image"
        ),
        pytest.param(
            files("", Dockerfile="FROM mcr.microsoft.com/dotnet/aspnet:8.0\nENV ASPNETCORE_HTTP_PORTS=5000\n"), [(5000, "declared")], id="image's port"
        ),
    ],
)  # fmt: skip
def test_ports(seen: Seen, given: Mapping[str, str], ports: list[tuple[int, str]]) -> None:
    found = [fact for fact in seen(given).all(f.PORT) if fact.confidence >= Confidence.INFERRED]
    assert list(dict.fromkeys((fact.value, fact.confidence.name.lower()) for fact in found)) == ports


@pytest.mark.parametrize(
    ("image", "port"), [("aspnet:7.0", 80), ("aspnet:8.0", 8080), ("aspnet:10.0-alpine@sha256:00", 8080), ("runtime:8.0", None)]
)
def test_port_of_the_base_image(seen: Seen, image: str, port: int | None) -> None:
    facts = seen(files("", Dockerfile=f"FROM mcr.microsoft.com/dotnet/{image}\n")).all(f.PORT)
    assert [(fact.value, fact.confidence) for fact in facts] == ([(port, Confidence.DEFAULT)] if port else [])


GRPC = "class CartService : Cart.CartBase { }"


@pytest.mark.parametrize(
    ("program", "protocol", "services"),
    [
        pytest.param("app.MapControllers();", "http", [], id="no gRPC"),
        pytest.param("// app.MapGrpcService<CartService>();", "http", [], id="comment"),
        pytest.param(f'app.MapGrpcService<CartService>(); app.MapGet("/", () => "x"); {GRPC}', "grpc", ["Cart"], id="gRPC"),
        pytest.param(f"app.MapGrpcService<CartService>(); app.MapControllers(); {GRPC}", "http", ["Cart"], id="both"),
    ],
)
def test_protocol(seen: Seen, program: str, protocol: str, services: list[str]) -> None:
    facts = seen(files(program, "Grpc.AspNetCore"))
    assert (told(facts, f.PROTOCOL), told(facts, f.GRPC_SERVICE)) == ([protocol], services)


@pytest.mark.parametrize(
    ("given", "calls"),
    [
        pytest.param(files('// client.BaseAddress = new Uri("http://prices");'), [], id="comment"),
        pytest.param(files('client.BaseAddress = new Uri("http://localhost:5000");'), [], id="this machine"),
        pytest.param(files('var s = "http://www.w3.org/2001/XMLSchema";'), [], id="a name"),
        pytest.param(files('client.BaseAddress = new Uri("http://prices:81/v1");'), [Call("http", "prices:81")], id="address"),
        pytest.param(files('s.AddHttpClient<P>(c => c.BaseAddress = new("https+http://prices"));'), [Call("http", "prices")], id="discovery"),
        pytest.param(
            files('client.BaseAddress = new Uri(builder.Configuration["Prices:Url"]!);', appsettings__json='{"Prices": {"Url": "http://prices"}}'),
            [Call("http", "prices", "Prices__Url")], id="setting",
        ),
        pytest.param(
            files('s.AddGrpcClient<Cart.CartClient>(o => { o.Address = new Uri("http://cart"); });'), [Call("grpc", "cart", None, "Cart")], id="gRPC"
        ),
        pytest.param(
            files('var channel = GrpcChannel.ForAddress(Environment.GetEnvironmentVariable("CART")); new Cart.CartClient(channel);'),
            [Call("grpc", None, "CART", "Cart")], id="channel",
        ),
        pytest.param(files('await http.GetAsync($"http://stock/items/{id}");'), [Call("http", "stock")], id="whole address"),
        pytest.param(
            files("", ocelot__json='{"Routes": [{"DownstreamHostAndPorts": [{"Host": "prices", "Port": 80}]}]}'), [Call("http", "prices:80")], id="Ocelot"
        ),
        pytest.param(
            files("", appsettings__json='{"ReverseProxy": {"Clusters": {"a": {"Destinations": {"b": {"Address": "http://prices/"}}}}}}'),
            [Call("http", "prices")], id="YARP",
        ),
    ],
)  # fmt: skip
def test_calls(seen: Seen, given: Mapping[str, str], calls: list[Call]) -> None:
    assert told(seen(given), f.CALL) == calls


@pytest.mark.parametrize(
    ("program", "names"),
    [
        pytest.param('// Environment.GetEnvironmentVariable("A")', [], id="comment"),
        pytest.param('Environment.GetEnvironmentVariable(name); cache["A"] = 1;', [], id="no literal, no configuration"),
        pytest.param('var a = Environment.GetEnvironmentVariable("A_B");', [("A_B", None, False, False)], id="read"),
        pytest.param('var a = Environment.GetEnvironmentVariable("A_B") ?? "c";', [("A_B", "c", False, False)], id="default"),
        pytest.param(
            'var a = Environment.GetEnvironmentVariable("A_B") ?? throw new X();', [("A_B", None, True, False)], id="required"
        ),
        pytest.param('var a = builder.Configuration["A:B"];', [("A__B", "from file", False, False)], id="setting"),
        pytest.param('var a = builder.Configuration.GetValue<int>("N", 3);', [("N", "3", False, False)], id="typed"),
        pytest.param(
            'var a = builder.Configuration.GetConnectionString("Db");',
            [("ConnectionStrings__Db", None, False, True)],
            id="connection",
        ),
    ],
)
def test_environment(seen: Seen, program: str, names: list[tuple[str, str | None, bool, bool]]) -> None:
    given = files(program, appsettings__json='{"A": {"B": "from file"}}')
    assert [tuple(value) for value in told(seen(given), f.ENV)] == names


@pytest.mark.parametrize(
    ("package", "program", "kinds"),
    [
        pytest.param("Npgsql", "", [], id="not used"),
        pytest.param("Npgsql", "// new NpgsqlConnection()", [], id="comment"),
        pytest.param("Npgsql", 'var s = "NpgsqlConnection";', [], id="string"),
        pytest.param("Dapper", "new NpgsqlConnection();", [], id="no driver"),
        pytest.param("Microsoft.EntityFrameworkCore.Sqlite", "o.UseSqlite();", [], id="embedded"),
        pytest.param("Npgsql", "new NpgsqlConnection(a);", ["postgresql"], id="used"),
        pytest.param("Npgsql.EntityFrameworkCore.PostgreSQL", "o.UseNpgsql(a);", ["postgresql"], id="EF Core"),
        pytest.param("Microsoft.EntityFrameworkCore.SqlServer", "o.UseSqlServer(a);", ["sqlserver"], id="SQL Server"),
        pytest.param("Pomelo.EntityFrameworkCore.MySql", "o.UseMySql(a);", ["mysql"], id="MySQL"),
        pytest.param("MongoDB.Driver", "new MongoClient(a);", ["mongodb"], id="MongoDB"),
        pytest.param("StackExchange.Redis", "ConnectionMultiplexer.Connect(a);", ["redis"], id="Redis"),
        pytest.param("MassTransit.RabbitMQ", "x.UsingRabbitMq(a);", ["rabbitmq"], id="RabbitMQ"),
        pytest.param("Confluent.Kafka", "new ConsumerBuilder<A, B>(a);", ["kafka"], id="Kafka"),
        pytest.param("NEST", "new ElasticClient(a);", ["elasticsearch"], id="Elasticsearch"),
        pytest.param("AWSSDK.S3", "new AmazonS3Client();", ["s3"], id="S3"),
    ],
)
def test_drivers(seen: Seen, package: str, program: str, kinds: list[str]) -> None:
    assert list(dict.fromkeys(value.kind for value in told(seen(files(program, package)), f.BACKING))) == kinds


CHOICE = "if (a != null) {{ {} }} else if (b != null) {{ {} }}"
REDIS, SQL = "s.AddStackExchangeRedisCache(o => {});", "s.AddDbContext<C>(o => o.UseNpgsql(b));"
STORE = "public class SqlStore : IStore { NpgsqlDataSource source; }"


@pytest.mark.parametrize(
    ("program", "kinds"),
    [
        pytest.param(REDIS + SQL, {"redis", "postgresql"}, id="both"),
        pytest.param(CHOICE.format("s.UseInMemory();", SQL) + REDIS, {"redis", "postgresql"}, id="first is no store"),
        pytest.param(CHOICE.format(REDIS, SQL), {"redis"}, id="one of two"),
        pytest.param(CHOICE.format(REDIS, SQL) + SQL, {"redis", "postgresql"}, id="used elsewhere too"),
        pytest.param(CHOICE.format(REDIS, "s.AddSingleton<IStore, SqlStore>();") + STORE, {"redis"}, id="by its class"),
        pytest.param(
            "s.AddSingleton<IStore, SqlStore>();" + REDIS + STORE, {"redis", "postgresql"}, id="a class that is always there"
        ),
    ],
)
def test_stores_to_choose_from(seen: Seen, program: str, kinds: set[str]) -> None:
    packages = ("Npgsql", "Npgsql.EntityFrameworkCore.PostgreSQL", "Microsoft.Extensions.Caching.StackExchangeRedis")
    assert {value.kind for value in told(seen(files(program, *packages)), f.BACKING)} == kinds
