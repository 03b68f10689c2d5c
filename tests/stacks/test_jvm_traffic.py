"""What JVM programs answer and ask, read from their syntax trees: routes, calls, gRPC, variables. Comments and texts never count."""

from __future__ import annotations

import pytest

from cdgen.model import facts as f
from cdgen.model.facts import Call, FactSet, Route
from cdgen.repo import Scope
from cdgen.stacks.jvm import gradle
from tests.conftest import MakeRepo

JAVA = "src/main/java/org/acme/Code.java"
KOTLIN = "src/main/kotlin/org/acme/Code.kt"
SCALA = "src/main/scala/org/acme/Code.scala"
YAML = "src/main/resources/application.yml"
PROPERTIES = "src/main/resources/application.properties"
MAIN = {"src/main/java/org/acme/Main.java": "package org.acme;\nclass Main { public static void main(String[] a) {} }\n"}
WEB = "import org.springframework.web.bind.annotation.*;\n"
JAXRS = "import jakarta.ws.rs.*;\n"
KTOR = "import io.ktor.server.routing.*\n"
WEBFLUX = "import org.springframework.web.reactive.function.server.*;\n"


def seen(make_repo: MakeRepo, files: dict[str, str]) -> FactSet:
    script = "plugins { id 'application' }\n"
    return FactSet(gradle.facts(Scope(make_repo({"build.gradle": script, **MAIN, **files}), ".")))


ROUTES: dict[str, tuple[dict[str, str], list[tuple[str, str]]]] = {
    "no code": ({}, []),
    "in a comment": ({JAVA: WEB + '@RestController class C { // @GetMapping("/x")\n /* @GetMapping("/y") int y() {} */ }'}, []),
    "in a text": ({JAVA: WEB + '@RestController class C { String s = "@GetMapping(\\"/x\\")"; }'}, []),
    "in a test": ({"src/test/java/CTest.java": WEB + '@RestController class C { @GetMapping("/x") int x() { return 1; } }'}, []),
    "generated": ({"build/generated/C.java": WEB + '@RestController class C { @GetMapping("/x") int x() { return 1; } }'}, []),
    "a client of Feign": (
        {JAVA: WEB + '@FeignClient("cart") interface Cart { @GetMapping("/x") int x(); }'},
        [],
    ),
    "a client of Feign that something stands in for": (
        {JAVA: WEB + '@FeignClient("cart") interface Cart { @GetMapping("/x") int x(); }\nclass None implements Cart { }'},
        [],
    ),
    "a client of Retrofit": (
        {JAVA: 'import retrofit2.http.*;\ninterface Cart { @GET("/x") Call<X> x(); @Path("/y") int y(); }'},
        [],
    ),
    "an interface that nobody implements": ({JAVA: WEB + 'interface Api { @GetMapping("/x") int x(); }'}, []),
    "an unknown prefix": ({JAVA: WEB + '@RequestMapping(Other.BASE) @RestController class C { @GetMapping("/x") int x() {} }'}, []),
    "a map": (
        {JAVA: 'import io.javalin.Javalin;\nclass C { void r(Map<String, String> m) { m.get("/x"); headers.put("/x", "y"); } }'},
        [],
    ),
    "Spring": (
        {
            JAVA: WEB
            + '@RestController @RequestMapping("/v1") class C {\n'
            + '@GetMapping("/a") int a() { return 1; }\n@PostMapping(path = {"/b", "/c"}) int b() { return 1; }\n'
            + '@RequestMapping(value = "/d", method = {RequestMethod.PUT, RequestMethod.DELETE}) int d() { return 1; }\n'
            + '@RequestMapping("/e") int e() { return 1; }\n@GetMapping int f() { return 1; } }'
        },
        [
            ("GET", "/v1/a"),
            ("POST", "/v1/b"),
            ("POST", "/v1/c"),
            ("PUT", "/v1/d"),
            ("DELETE", "/v1/d"),
            ("*", "/v1/e"),
            ("GET", "/v1"),
        ],
    ),
    "constants": (
        {
            JAVA: WEB + '@RestController @RequestMapping(Paths.BASE + "/users") class C { static final String ONE = "/{id}";\n'
            "@GetMapping(ONE) int a() { return 1; } }",
            "src/main/java/org/acme/Paths.java": 'package org.acme; class Paths { static final String BASE = "/api"; }',
        },
        [("GET", "/api/users/{id}")],
    ),
    "a context path": (
        {PROPERTIES: "server.servlet.context-path=/shop\n", JAVA: WEB + '@RestController class C { @GetMapping("/a") int a() {} }'},
        [("GET", "/shop/a")],
    ),
    "a placeholder": (
        {PROPERTIES: "api.base=/v2\n", JAVA: WEB + '@RestController class C { @GetMapping("${api.base}/a") int a() {} }'},
        [("GET", "/v2/a")],
    ),
    "a placeholder that nobody fills": ({JAVA: WEB + '@RestController class C { @GetMapping("${api.base}/a") int a() {} }'}, []),
    "an interface and its class": (
        {
            JAVA: WEB
            + 'interface Api { @GetMapping("/x") int x(); }\n@RestController @RequestMapping("/v1") class C implements Api { }'
        },
        [("GET", "/v1/x")],
    ),
    "Spring in Kotlin": (
        {
            KOTLIN: WEB.replace(";", "")
            + 'const val BASE = "/v1"\n@RestController\n@RequestMapping("$BASE/users")\nclass C {\n'
            + '  @GetMapping(value = ["/{id}"]) fun a(@PathVariable id: Long) = 1\n  @DeleteMapping fun b() {}\n}\n'
        },
        [("GET", "/v1/users/{id}"), ("DELETE", "/v1/users")],
    ),
    "Spring's functions": (
        {
            JAVA: WEBFLUX + 'class C { RouterFunction<?> r(H h) { return RouterFunctions.route(GET("/a"), h::a)'
            '.andRoute(POST("/b"), h::b); }\n RouterFunction<?> s(H h) { return nest(path("/v1"), route(PUT("/c"), h::c)); }\n'
            ' RouterFunction<?> t(H h) { return route().path("/v2", b -> b.GET("/d", h::d)).build(); } }'
        },
        [("POST", "/b"), ("GET", "/a"), ("PUT", "/v1/c"), ("GET", "/v2/d")],
    ),
    "Spring's functions in Kotlin": (
        {KOTLIN: WEBFLUX.replace(";", "") + 'fun r(h: H) = coRouter { GET("/a", h::a)\n "/v1".nest { POST("/b", h::b) } }'},
        [("GET", "/a"), ("POST", "/v1/b")],
    ),
    "JAX-RS": (
        {
            JAVA: JAXRS + '@Path("/users") class C { @GET int a() { return 1; } @GET @Path("{id}") int b() { return 1; }\n'
            '@POST @Consumes("application/json") int c() { return 1; } int d() { return 1; } }',
            "src/main/java/App.java": JAXRS + '@ApplicationPath("/api") class App extends Application {}',
        },
        [("GET", "/api/users"), ("GET", "/api/users/{id}"), ("POST", "/api/users")],
    ),
    "Micronaut": (
        {
            JAVA: 'import io.micronaut.http.annotation.*;\n@Controller("/users") class C { @Get("/{id}") int a() {} @Post int b() {} }'
        },
        [("GET", "/users/{id}"), ("POST", "/users")],
    ),
    "a servlet": (
        {JAVA: '@WebServlet(urlPatterns = {"/a", "/b"}) class C extends HttpServlet { protected void doGet(Q q, R r) {} }'},
        [("GET", "/a"), ("GET", "/b")],
    ),
    "Ktor": (
        {
            KOTLIN: KTOR + "fun Application.module() {\n  routing {\n"
            '    get("/a") { call.respond("x") }\n    route("/v1") { authenticate("jwt") { post("/b") { client.get("/no") } }\n'
            "      delete { } }\n    users()\n  }\n}\n"
            'fun Route.users() { route("/users") { get("{id}") { } } }\n'
        },
        [("GET", "/a"), ("POST", "/v1/b"), ("DELETE", "/v1"), ("GET", "/users/{id}")],
    ),
    "Ktor's routes where they are called": (
        {
            KOTLIN: KTOR + 'fun Application.module() { routing { route("/api") { users() } } }\n',
            "src/main/kotlin/Users.kt": KTOR + 'fun Route.users() { get("/users") { } }\n',
        },
        [("GET", "/api/users")],
    ),
    "Javalin": (
        {
            JAVA: 'import io.javalin.Javalin;\nclass C { void r() { Javalin app = Javalin.create(); app.get("/a", c -> {})'
            '.post("/b", c -> {}); app.routes(() -> { path("users", () -> { get(C::all); path("{id}", () -> { delete(C::one); }); }); }); } }'
        },
        [("POST", "/b"), ("GET", "/a"), ("GET", "/users"), ("DELETE", "/users/{id}")],
    ),
    "Spark": (
        {
            JAVA: 'import static spark.Spark.*;\nclass C { void r() { get("/a", (q, s) -> "x"); path("/v1", () -> { put("/b", H::x); }); } }'
        },
        [("GET", "/a"), ("PUT", "/v1/b")],
    ),
    "Vert.x": (
        {
            JAVA: 'import io.vertx.ext.web.Router;\nclass C { void r() { router.get("/a").handler(this::a); '
            'router.route("/b").handler(this::b); router.route(HttpMethod.POST, "/c").handler(this::c); map.get("/no"); } }'
        },
        [("GET", "/a"), ("*", "/b"), ("POST", "/c")],
    ),
    "http4k": (
        {
            KOTLIN: 'import org.http4k.routing.bind\nval app = routes("/a" bind GET to { Response(OK) },\n'
            '  "/v1" bind routes("/b" bind Method.POST to ::b))\n'
        },
        [("GET", "/a"), ("POST", "/v1/b")],
    ),
    "the JDK": (
        {JAVA: 'import com.sun.net.httpserver.HttpServer;\nclass C { void r() { server.createContext("/a", x -> {}); } }'},
        [("*", "/a")],
    ),
    "Akka HTTP": (
        {
            SCALA: 'import akka.http.scaladsl.server.Directives._\nobject R { val r = pathPrefix("api") {\n'
            '  path("users" / LongNumber) { id => get { complete("x") } ~ delete { complete("y") } } ~ path("ping") { complete("z") } } }'
        },
        [("GET", "/api/users/{LongNumber}"), ("DELETE", "/api/users/{LongNumber}"), ("*", "/api/ping")],
    ),
    "http4s": (
        {
            SCALA: 'import org.http4s._\nobject R { val r = HttpRoutes.of[IO] { case GET -> Root / "users" / LongVar(id) => Ok("x")\n'
            '  case req @ POST -> Root => Ok("y") } }'
        },
        [("GET", "/users/{id}"), ("POST", "/")],
    ),
    "ZIO HTTP": (
        {SCALA: 'import zio.http._\nobject R { val r = Routes(Method.GET / "users" / string("id") -> handler(Response.ok)) }'},
        [("GET", "/users/{id}")],
    ),
}


@pytest.mark.parametrize("name", ROUTES)
def test_routes(make_repo: MakeRepo, name: str) -> None:
    files, expected = ROUTES[name]
    assert sorted(seen(make_repo, files).values(f.ROUTE)) == sorted(Route(*each) for each in expected)


def test_a_route_has_its_line(make_repo: MakeRepo) -> None:
    facts = seen(make_repo, {JAVA: WEB + '@RestController\nclass C {\n\n  @GetMapping("/a")\n  int a() { return 1; }\n}\n'})
    assert [str(fact.source) for fact in facts.all(f.ROUTE)] == [f"{JAVA}:5"]


TEMPLATE = "import org.springframework.web.client.RestTemplate;\n"
CALLS: dict[str, tuple[dict[str, str], list[Call]]] = {
    "no code": ({}, []),
    "in a comment": ({JAVA: TEMPLATE + 'class C { // rest.getForObject("http://cart/x", X.class);\n }'}, []),
    "a schema": ({JAVA: TEMPLATE + 'class C { void r() { f.create("http://www.w3.org/2001/XMLSchema"); } }'}, []),
    "a text without a client": ({JAVA: 'class C { String HELP_URL = "http://docs.acme.org/help"; }'}, []),
    "the address of a store": ({JAVA: TEMPLATE + 'class C { String url = System.getenv("DATABASE_URL"); }'}, []),
    "the name of its own host": ({JAVA: TEMPLATE + 'class C { String name = System.getenv("HOSTNAME"); }'}, []),
    "in a test": (
        {"src/test/java/CTest.java": TEMPLATE + 'class C { void r() { rest.getForObject("http://cart/x", X.class); } }'},
        [],
    ),
    "an address": (
        {JAVA: TEMPLATE + 'class C { void r() { rest.getForObject("http://cart:8080/x?y=1", X.class); } }'},
        [Call("http", "cart:8080")],
    ),
    "an address that begins a text": (
        {JAVA: TEMPLATE + 'class C { void r(long id) { rest.getForObject("http://cart/items/" + id, X.class); } }'},
        [Call("http", "cart")],
    ),
    "a constant": (
        {
            JAVA: TEMPLATE
            + 'class C { static final String CART_URL = "http://cart/"; void r() { rest.getForObject(CART_URL, X.class); } }'
        },
        [Call("http", "cart")],
    ),
    "a variable": (
        {
            JAVA: TEMPLATE
            + 'class C { String cart = System.getenv("CART_URL"); void r() { rest.getForObject(cart + "/x", X.class); } }'
        },
        [Call("http", None, "CART_URL")],
    ),
    "a variable with a default": (
        {
            JAVA: TEMPLATE + 'class C { String host = System.getenv("CART_HOST") == null ? "cart" : System.getenv("CART_HOST");\n'
            'String CART_URL = "http://" + host + "/x"; }'
        },
        [Call("http", "cart", "CART_HOST")],
    ),
    "a format": (
        {JAVA: TEMPLATE + 'class C { String CART_URL = String.format("http://%s/x", getenv("CART_ENDPOINT", "cart")); }'},
        [Call("http", "cart", "CART_ENDPOINT")],
    ),
    "a setting": (
        {JAVA: TEMPLATE + 'class C { @Value("${cart.url}") String url; }', PROPERTIES: "cart.url=http://cart:80\n"},
        [Call("http", "cart:80"), Call("http", "cart:80", "cart.url")],
    ),
    "a setting on this machine": (
        {YAML: "clients:\n  cart:\n    url: http://localhost:8081\n"},
        [Call("http", "localhost:8081", "cart")],
    ),
    "a setting for development": ({PROPERTIES: "%dev.cart.url=http://cart\n"}, []),
    "Feign by name": ({JAVA: '@FeignClient(name = "cart") interface Cart {}'}, [Call("http", "cart")]),
    "Feign by address": (
        {JAVA: '@FeignClient(name = "x", url = "${CART_URL}") interface Cart {}'},
        [Call("http", None, "CART_URL")],
    ),
    "a reactive client": (
        {
            JAVA: "import org.springframework.web.reactive.function.client.WebClient;\n"
            'class C { WebClient c = WebClient.builder().baseUrl("http://cart").build(); }'
        },
        [Call("http", "cart")],
    ),
    "the JDK's client": (
        {JAVA: 'class C { void r() { HttpRequest.newBuilder(URI.create("https://api.acme.io/v1")).build(); } }'},
        [Call("http", "api.acme.io")],
    ),
    "Retrofit": (
        {JAVA: 'class C { Retrofit r = new Retrofit.Builder().baseUrl("http://cart/").build(); }'},
        [Call("http", "cart")],
    ),
    "Ktor's client": (
        {KOTLIN: 'import io.ktor.client.*\nsuspend fun r(id: Int) { client.get("http://cart/$id") }\n'},
        [Call("http", "cart")],
    ),
    "MicroProfile": (
        {
            JAVA: '@RegisterRestClient(configKey = "cart-client") interface Cart {}',
            PROPERTIES: "quarkus.rest-client.cart-client.url=http://localhost:8083\n",
        },
        [Call("http", "localhost:8083", "cart-client")],
    ),
    "a gateway": (
        {YAML: "spring:\n  cloud:\n    gateway:\n      routes:\n        - id: a\n          uri: lb://cart-service\n"},
        [Call("http", "cart-service")],
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_calls(make_repo: MakeRepo, name: str) -> None:
    files, expected = CALLS[name]
    assert set(seen(make_repo, files).values(f.CALL)) == set(expected)


SERVER = "import io.grpc.*;\n"
GRPC: dict[str, tuple[str, str, tuple[str, ...], list[Call]]] = {
    "a base class alone": (JAVA, "class Cart extends CartServiceGrpc.CartServiceImplBase {}", (), []),
    "registered": (
        JAVA,
        "class Cart extends CartServiceGrpc.CartServiceImplBase { void r() { b.addService(new Cart()); } }",
        ("CartService",),
        [],
    ),
    "marked": (JAVA, "@GrpcService class Cart extends CartServiceGrpc.CartServiceImplBase {}", ("CartService",), []),
    "the health service": (JAVA, "@GrpcService class Health extends HealthGrpc.HealthImplBase {}", (), []),
    "in Kotlin": (
        KOTLIN,
        "class Cart : CartServiceGrpcKt.CartServiceCoroutineImplBase()\nfun r() { b.addService(Cart()) }",
        ("CartService",),
        [],
    ),
    "a stub": (
        JAVA,
        'class C { void r() { ch = ManagedChannelBuilder.forAddress("cart", 7070).build(); s = CartServiceGrpc.newBlockingStub(ch); } }',
        (),
        [Call("grpc", "cart", None, "CartService")],
    ),
    "a stub at a variable": (
        JAVA,
        'class C { String t = System.getenv("CART_ADDR"); void r() { ch = ManagedChannelBuilder.forTarget(t).build();'
        " s = CartServiceGrpc.newStub(ch); } }",
        (),
        [Call("grpc", None, "CART_ADDR", "CartService")],
    ),
    "a stub in Kotlin": (
        KOTLIN,
        "fun r(ch: Channel) { val s = CartServiceGrpcKt.CartServiceCoroutineStub(ch) }",
        (),
        [Call("grpc", None, None, "CartService")],
    ),
    "injected": (
        JAVA,
        'class C { @GrpcClient("cart") CartServiceGrpc.CartServiceBlockingStub cart; }',
        (),
        [Call("grpc", None, None, "CartService")],
    ),
}


@pytest.mark.parametrize("name", GRPC)
def test_grpc(make_repo: MakeRepo, name: str) -> None:
    path, text, services, calls = GRPC[name]
    facts = seen(make_repo, {path: (SERVER if path == JAVA else "") + text})
    assert facts.values(f.GRPC_SERVICE) == services
    assert list(facts.values(f.CALL)) == calls


VARIABLES: dict[str, tuple[str, str, list[tuple[str, str | None]]]] = {
    "in a comment": (JAVA, 'class C { /* System.getenv("A_B") */ }', []),
    "in a text": (JAVA, 'class C { String s = "System.getenv(\\"A_B\\")"; }', []),
    "Java": (JAVA, 'class C { String s = System.getenv("A_B"); }', [("A_B", None)]),
    "a default of a map": (JAVA, 'class C { String s = System.getenv().getOrDefault("A_B", "x"); }', [("A_B", "x")]),
    "a default of an option": (
        JAVA,
        'class C { String s = Optional.ofNullable(System.getenv("A_B")).orElse("x"); }',
        [("A_B", "x")],
    ),
    "a conditional": (JAVA, 'class C { String s = System.getenv("A_B") != null ? System.getenv("A_B") : "x"; }', [("A_B", "x")]),
    "a constant": (JAVA, 'class C { static final String N = "A_B"; String s = System.getenv(N); }', [("A_B", None)]),
    "an annotation": (JAVA, 'class C { @Value("${A_B:x}") String s; }', [("A_B", "x")]),
    "Kotlin": (KOTLIN, 'val s = System.getenv("A_B") ?: "x"\n', [("A_B", "x")]),
    "Kotlin, indexed": (KOTLIN, 'val s = System.getenv()["A_B"] ?: "x"\n', [("A_B", "x")]),
    "Kotlin, a number": (KOTLIN, 'val s = System.getenv("A_B")?.toInt() ?: 80\n', [("A_B", "80")]),
    "Kotlin, an annotation": (KOTLIN, 'class C(@Value("\\${A_B:x}") val s: String)\n', [("A_B", "x")]),
    "Scala": (SCALA, 'object C { val s = sys.env.getOrElse("A_B", "x"); val t = sys.env("C_D") }', [("A_B", "x"), ("C_D", None)]),
}


@pytest.mark.parametrize("name", VARIABLES)
def test_variables(make_repo: MakeRepo, name: str) -> None:
    path, text, expected = VARIABLES[name]
    found = {(each.name, each.default) for each in seen(make_repo, {path: text}).values(f.ENV)}
    assert found == set(expected)
