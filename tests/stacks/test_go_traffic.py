"""The routes that Go programs register, and whom they call."""

from __future__ import annotations

import pytest

from cdgen.model import facts as f
from cdgen.model.facts import Call, FactSet
from cdgen.repo import Scope
from cdgen.stacks import go
from tests.conftest import MakeRepo

GRPC = "google.golang.org/grpc"


def source(body: str, *imports: str, package: str = "main") -> str:
    names = "\n".join(f'\t"{name}"' for name in ("fmt", "net/http", "os", *imports))
    return f"package {package}\n\nimport (\n{names}\n)\n\n{body}\n"


def seen(make_repo: MakeRepo, files: dict[str, str]) -> FactSet:
    return FactSet(go.facts(Scope(make_repo({"go.mod": "module example.org/shop\n\ngo 1.26\n", **files}), ".")))


def main(body: str, *imports: str) -> str:
    return source(f"func main() {{\n{body}\n}}", *imports)


ROUTES: dict[str, tuple[str, list[str]]] = {
    "none": ('\tfmt.Println("GET /x")', []),
    "a client": ('\thttp.Get("/x")\n\tclient.Get("/x", nil)\n\tc.http.Post("/x", body)\n\tr.Header.Get("/x")', []),
    "a comment": ('\t// http.HandleFunc("/x", h)\n\t/* http.HandleFunc("/y", h) */', []),
    "a raw string": ('\tfmt.Println(`\n\thttp.HandleFunc("/x", h)\n`)', []),
    "standard library": (
        '\thttp.HandleFunc("/a", h)\n\tmux.Handle("GET /b/{id}", h)\n\tmux.Handle("POST example.org/c", h)\n\tmux.Handle("GET /{$}", h)',
        ["* /a", "GET /b/{id}", "POST /c", "GET /"],
    ),
    "stripped prefix": (
        '\tapi := http.NewServeMux()\n\tapi.HandleFunc("GET /x", h)\n\tmux.Handle("/v1/", http.StripPrefix("/v1", api))',
        ["GET /v1/x"],
    ),
    "gorilla": (
        '\tr := mux.NewRouter()\n\tr.HandleFunc("/a", h).Methods("GET", http.MethodPost)\n\tr.Methods("PUT").Path("/b").Handler(h)\n'
        '\tv1 := r.PathPrefix("/v1").Subrouter()\n\tv1.HandleFunc("/c", h)',
        ["GET /a", "POST /a", "PUT /b", "* /v1/c"],
    ),
    "chi": (
        '\tr := chi.NewRouter()\n\tr.Get("/a", h)\n\tr.Route("/v1", func(r chi.Router) {\n\t\tr.Group(func(r chi.Router) {\n'
        '\t\t\tr.Post("/b", h)\n\t\t})\n\t})\n\tr.Method("PUT", "/c", h)',
        ["GET /a", "POST /v1/b", "PUT /c"],
    ),
    "gin": (
        '\tr := gin.Default()\n\tv1 := r.Group("/v1")\n\t{\n\t\tv1.GET("/a/:id", h)\n\t\tv1.DELETE("", h)\n\t\tv1.Group("/b").POST("/c", m, h)\n\t}',
        ["GET /v1/a/:id", "DELETE /v1", "POST /v1/b/c"],
    ),
    "fiber": ('\tapp := fiber.New()\n\tapi := app.Group("/api")\n\tapi.Get("/a", h)\n\tapp.All("/b", h)', ["GET /api/a", "* /b"]),
    "httprouter": ('\trouter.GET("/a/*path", h)\n\trouter.Handler("POST", "/b", h)', ["GET /a/*path", "POST /b"]),
    "a table": (
        '\tserver.AddRoutes([]rest.Route{{Method: http.MethodGet, Path: "/a", Handler: h}})\n\t_ = Routes{Route{"List", "POST", "/b", h}}',
        ["GET /a", "POST /b"],
    ),
    "a constant": ('\thttp.HandleFunc(healthPath, h)\n}\n\nconst healthPath = "/healthz"\n\nfunc x() {', ["* /healthz"]),
    "a name that is not known": ("\thttp.HandleFunc(path, h)", []),
}


@pytest.mark.parametrize("name", ROUTES)
def test_routes(make_repo: MakeRepo, name: str) -> None:
    body, expected = ROUTES[name]
    facts = seen(make_repo, {"main.go": main(body)})
    assert [f"{fact.value.method} {fact.value.path}" for fact in facts.all(f.ROUTE)] == expected


def test_a_router_that_is_handed_on(make_repo: MakeRepo) -> None:
    """Through parameters, methods and mounts of other packages."""
    users = 'func Register(g *gin.RouterGroup) {\n\tg.GET("/users", h)\n}'
    admin = 'func Routes() chi.Router {\n\tr := chi.NewRouter()\n\tr.Get("/stats", h)\n\treturn r\n}'
    body = '\tr := gin.New()\n\tusers.Register(r.Group("/api"))\n\troot := chi.NewRouter()\n\troot.Mount("/admin", admin.Routes())'
    files = {
        "main.go": main(body, "example.org/shop/users", "example.org/shop/admin"),
        "users/users.go": source(users, package="users"),
        "admin/admin.go": source(admin, package="admin"),
    }
    routes = {fact.value.path: str(fact.source) for fact in seen(make_repo, files).all(f.ROUTE)}
    assert routes == {"/api/users": "users/users.go:10", "/admin/stats": "admin/admin.go:11"}


CALLS: dict[str, tuple[str, list[Call]]] = {
    "none": ('\tfmt.Println("http://cart/x")', []),
    "this machine": ('\thttp.Get("http://localhost:8080/x")', []),
    "nothing known": ("\thttp.Get(url)", []),
    "a comment": ('\t// http.Get("http://cart/x")', []),
    "an address": ('\thttp.Get("http://cart:80/items")', [Call("http", "cart:80")]),
    "a sum": (
        '\thost := os.Getenv("CART_ADDR")\n\thttp.Post("http://"+host+"/items", "text/plain", nil)',
        [Call("http", None, "CART_ADDR")],
    ),
    "a host and a domain": ('\thttp.Get("http://cart" + domain + "/items")', [Call("http", "cart")]),
    "a format": (
        '\thttp.NewRequest("GET", fmt.Sprintf("%s/items/%d", os.Getenv("CART_URL"), 1), nil)',
        [Call("http", None, "CART_URL")],
    ),
    "a host in a format": ('\thttp.Get(fmt.Sprintf("https://api.example.org/v1/%d", 1))', [Call("http", "api.example.org")]),
    "a default": ('\thttp.Get(getEnv("CART_URL", "http://cart:8080") + "/x")', [Call("http", "cart:8080", "CART_URL")]),
    "a flag": ('\tcart := flag.String("cart-url", "http://cart", "where")\n\thttp.Get(*cart)', [Call("http", "cart", "cart-url")]),
    "a setting": ('\thttp.Get(viper.GetString("cart.url"))', [Call("http", None, "cart.url")]),
    "resty": ('\tresty.New().SetBaseURL("http://cart:8080")', [Call("http", "cart:8080")]),
    "a proxy": (
        '\tu, _ := url.Parse(os.Getenv("CART_URL"))\n\thttputil.NewSingleHostReverseProxy(u)',
        [Call("http", None, "CART_URL")],
    ),
    "a connection": (
        '\tconn, _ := grpc.NewClient("cart:7070")\n\tpb.NewCartClient(conn).Get(nil)',
        [Call("grpc", "cart:7070", None, "Cart")],
    ),
    "one name, two connections": (
        '\tc, _ := grpc.Dial("cart:1")\n\tpb.NewCartClient(c)\n\tc, _ = grpc.Dial("ads:2")\n\tpb.NewAdsClient(c)',
        [Call("grpc", "cart:1", None, "Cart"), Call("grpc", "ads:2", None, "Ads")],
    ),
    "a connection without a stub": ('\tgrpc.Dial(os.Getenv("CART_ADDR"))', [Call("grpc", None, "CART_ADDR")]),
    "a stub of a connection that is not known": ("\tpb.NewCartClient(conn)", [Call("grpc", None, None, "Cart")]),
    "the health of others": ("\thealthpb.NewHealthClient(conn)", []),
    "a client of one's own": ("\tcart.NewStoreClient(options)", []),
    "a gateway": (
        '\tgen.RegisterCartHandlerFromEndpoint(ctx, mux, os.Getenv("CART"), opts)',
        [Call("grpc", None, "CART", "Cart")],
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_calls(make_repo: MakeRepo, name: str) -> None:
    body, expected = CALLS[name]
    assert [fact.value for fact in seen(make_repo, {"main.go": main(body, GRPC)}).all(f.CALL)] == expected


HELPERS = """\
type server struct{ cartAddr string; cartConn *grpc.ClientConn }

func (s *server) items() { pb.NewCartServiceClient(s.cartConn).Items(nil) }

func mustMapEnv(target *string, key string) { *target = os.Getenv(key) }

func mustConn(conn **grpc.ClientConn, addr string) { *conn, _ = grpc.NewClient(addr) }

func main() {
	s := new(server)
	mustMapEnv(&s.cartAddr, "CART_SERVICE_ADDR")
	mustConn(&s.cartConn, s.cartAddr)
}"""
NAMED = """\
func (s *server) connect(name string) (*grpc.ClientConn, error) { return dialer.Dial(fmt.Sprintf("consul://%s/%s", s.consul, name)) }

func (s *server) cart() { conn, _ := s.connect("srv-cart"); s.c = pb.NewCartClient(conn) }

func (s *server) ads() { conn, _ := s.connect("srv-ads"); s.a = pb.NewAdsClient(conn) }

func main() {}"""
TAGGED = """\
type config struct { CartURL string `env:"CART_URL" envDefault:"http://cart:80"` }

type client struct { base string }

func newClient(base string) *client { return &client{base: base} }

func (c *client) get() { http.Get(c.base + "/items") }

func main() { newClient(cfg.CartURL).get() }"""
FOLLOWED = {
    "helpers that fill": (HELPERS, [Call("grpc", None, "CART_SERVICE_ADDR", "CartService")]),
    "names of a registry": (NAMED, [Call("grpc", "srv-cart", None, "Cart"), Call("grpc", "srv-ads", None, "Ads")]),
    "a field of the configuration": (TAGGED, [Call("http", "cart:80", "CART_URL")]),
}


@pytest.mark.parametrize("name", FOLLOWED)
def test_addresses_are_followed(make_repo: MakeRepo, name: str) -> None:
    body, expected = FOLLOWED[name]
    assert [fact.value for fact in seen(make_repo, {"main.go": source(body, GRPC)}).all(f.CALL)] == expected


def test_a_shared_offer_that_nobody_takes_is_no_call(make_repo: MakeRepo) -> None:
    shared = 'func Cart() pb.CartClient {\n\tc, _ := grpc.Dial("cart:1")\n\treturn pb.NewCartClient(c)\n}'
    shared += '\n\nfunc Ads() pb.AdsClient {\n\tc, _ := grpc.Dial("ads:1")\n\treturn pb.NewAdsClient(c)\n}'
    files = {
        "main.go": main("\tclients.Ads()", "example.org/shop/clients"),
        "clients/clients.go": source(shared, GRPC, package="clients"),
    }
    assert [fact.value for fact in seen(make_repo, files).all(f.CALL)] == [Call("grpc", "ads:1", None, "Ads")]


def test_registered_services(make_repo: MakeRepo) -> None:
    body = "\tpb.RegisterCartServer(s, impl)\n\thealthpb.RegisterHealthServer(s, h)\n\t// pb.RegisterAdsServer(s, impl)"
    assert seen(make_repo, {"main.go": main(body, GRPC)}).values(f.GRPC_SERVICE) == ("Cart",)
