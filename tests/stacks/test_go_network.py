"""Where Go programs listen, what they speak there, and what they serve for probes."""

from __future__ import annotations

import pytest

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, FactSet, Key
from cdgen.repo import Scope
from cdgen.spec.decide import choose
from cdgen.stacks import go
from tests.conftest import MakeRepo

DECLARED, INFERRED, DEFAULT = Confidence.DECLARED, Confidence.INFERRED, Confidence.DEFAULT
GIN, ECHO, FIBER, CHI = (
    "github.com/gin-gonic/gin",
    "github.com/labstack/echo/v4",
    "github.com/gofiber/fiber/v2",
    "github.com/go-chi/chi/v5",
)


def program(body: str, *imports: str, before: str = "") -> str:
    names = "\n".join(f'\t"{name}"' for name in ("fmt", "net", "net/http", "os", *imports))
    return f"package main\n\nimport (\n{names}\n)\n\n{before}\n\nfunc main() {{\n{body}\n}}\n"


def seen(make_repo: MakeRepo, files: dict[str, str]) -> FactSet:
    return FactSet(go.facts(Scope(make_repo({"go.mod": "module example.org/shop\n\ngo 1.26\n", **files}), ".")))


def answer(facts: FactSet, key: Key[int]) -> tuple[object, Confidence | None]:
    made = choose(key, facts)
    return made.value, made.confidence


SILENT = {
    "no listener": program('\tfmt.Println("8080")'),
    "loopback only": program('\thttp.ListenAndServe("localhost:6060", nil)'),
    "loopback by address": program('\thttp.ListenAndServe("127.0.0.1:6060", nil)'),
    "loopback joined": program('\tport := "6060"\n\thttp.ListenAndServe("localhost:"+port, nil)'),
    "in a comment": program('\t// http.ListenAndServe(":8080", nil)'),
    "the environment alone": program('\thttp.ListenAndServe(":"+os.Getenv("PORT"), nil)'),
    "a client": program('\thttp.Get("http://api:8080/")'),
    "any free port": program('\tl, _ := net.Listen("tcp", ":0")\n\thttp.Serve(l, nil)'),
}


@pytest.mark.parametrize("name", SILENT)
def test_no_port_is_claimed(make_repo: MakeRepo, name: str) -> None:
    assert seen(make_repo, {"main.go": SILENT[name]}).all(f.PORT) == ()


PORTS: dict[str, tuple[str, int, Confidence]] = {
    "literal": (program('\thttp.ListenAndServe(":8081", nil)'), 8081, DECLARED),
    "every address": (program('\thttp.ListenAndServe("0.0.0.0:8081", nil)'), 8081, DECLARED),
    "constant": (program('\thttp.ListenAndServe(fmt.Sprintf(":%d", port), nil)', before="const port = 8081"), 8081, DECLARED),
    "format says it": (program('\thttp.ListenAndServe(fmt.Sprintf("%s:8081", os.Args[1]), nil)'), 8081, DECLARED),
    "server": (program('\ts := &http.Server{\n\t\tAddr: ":8081",\n\t}\n\ts.ListenAndServe()'), 8081, DECLARED),
    "server on one line": (program('\ts := http.Server{Addr: ":8081", Handler: nil}\n\ts.ListenAndServe()'), 8081, DECLARED),
    "listener": (program('\tl, _ := net.Listen("tcp", ":8081")\n\thttp.Serve(l, nil)'), 8081, DECLARED),
    "joined": (program('\thttp.ListenAndServe(net.JoinHostPort("", "8081"), nil)'), 8081, DECLARED),
    "through a parameter": (
        program('\tserve(":8081")', before="func serve(address string) {\n\thttp.ListenAndServe(address, nil)\n}"),
        8081,
        DECLARED,
    ),
    "environment, default after": (
        program('\tport := os.Getenv("PORT")\n\tif port == "" {\n\t\tport = "8081"\n\t}\n\thttp.ListenAndServe(":"+port, nil)'),
        8081,
        INFERRED,
    ),
    "environment, default before": (
        program(
            '\tport := "8081"\n\tif p, ok := os.LookupEnv("PORT"); ok {\n\t\tport = p\n\t}\n\thttp.ListenAndServe(":"+port, nil)'
        ),
        8081,
        INFERRED,
    ),
    "helper with a default": (program('\thttp.ListenAndServe(":"+getenv("PORT", "8081"), nil)'), 8081, INFERRED),
    "cmp.Or": (program('\thttp.ListenAndServe(":"+cmp.Or(os.Getenv("PORT"), "8081"), nil)'), 8081, INFERRED),
    "own function": (
        program(
            "\thttp.ListenAndServe(address(), nil)",
            before='func address() string {\n\tif a := os.Getenv("ADDR"); a != "" {\n\t\treturn a\n\t}\n\treturn ":8081"\n}',
        ),
        8081,
        INFERRED,
    ),
    "flag": (program('\tport := flag.String("port", "8081", "")\n\thttp.ListenAndServe(":"+*port, nil)', "flag"), 8081, INFERRED),
    "flag into a variable": (
        program(
            '\tflag.IntVar(&port, "port", 8081, "")\n\thttp.ListenAndServe(fmt.Sprintf(":%d", port), nil)',
            "flag",
            before="var port int",
        ),
        8081,
        INFERRED,
    ),
    "short flag": (
        program(
            '\tcmd.Flags().IntVarP(&port, "port", "p", 8081, "")\n\thttp.ListenAndServe(fmt.Sprintf(":%d", port), nil)',
            before="var port int",
        ),
        8081,
        INFERRED,
    ),
    "kingpin": (
        program('\taddr := kingpin.Flag("web.listen", "").Default(":8081").String()\n\thttp.ListenAndServe(*addr, nil)'),
        8081,
        INFERRED,
    ),
    "command line library": (
        program('\t_ = &cli.IntFlag{Name: "port", Value: 8081}\n\thttp.ListenAndServe(fmt.Sprintf(":%d", c.Int("port")), nil)'),
        8081,
        INFERRED,
    ),
    "viper": (
        program('\tviper.SetDefault("server.port", 8081)\n\thttp.ListenAndServe(":"+viper.GetString("server.port"), nil)'),
        8081,
        INFERRED,
    ),
    "struct tag": (
        program(
            '\tvar cfg Config\n\thttp.ListenAndServe(fmt.Sprintf(":%d", cfg.Port), nil)',
            before='type Config struct {\n\tPort int `env:"PORT" envDefault:"8081"`\n}',
        ),
        8081,
        INFERRED,
    ),
    "gin": (program('\tr := gin.Default()\n\tr.Run(":8081")', GIN), 8081, DECLARED),
    "gin, told nothing": (program("\tr := gin.Default()\n\tr.Run()", GIN), 8080, DEFAULT),
    "echo": (program('\te := echo.New()\n\te.Logger.Fatal(e.Start(":8081"))', ECHO), 8081, DECLARED),
    "fiber": (program('\tapp := fiber.New()\n\tapp.Listen(":8081")', FIBER), 8081, DECLARED),
    "plain beside TLS": (
        program('\tgo http.ListenAndServeTLS(":8443", "c", "k", nil)\n\thttp.ListenAndServe(":8081", nil)'),
        8081,
        DECLARED,
    ),
}


@pytest.mark.parametrize("name", PORTS)
def test_the_port(make_repo: MakeRepo, name: str) -> None:
    text, port, sure = PORTS[name]
    facts = seen(make_repo, {"main.go": text})
    assert answer(facts, f.PORT) == (port, sure)
    assert choose(f.PROTOCOL, facts).value == "http"
    assert choose(f.KIND, facts).value == "service"


def test_two_ports_of_equal_evidence_are_no_answer(make_repo: MakeRepo) -> None:
    text = program('\tgo http.ListenAndServe(":8081", nil)\n\thttp.ListenAndServe(":8082", nil)')
    assert answer(seen(make_repo, {"main.go": text}), f.PORT) == (None, None)


def test_a_port_in_another_package(make_repo: MakeRepo) -> None:
    main = program("\tcfg := config.Load()\n\thttp.ListenAndServe(cfg.Address, nil)", "example.org/shop/internal/config")
    config = (
        'package config\n\ntype Config struct{ Address string }\n\nfunc Load() Config {\n\treturn Config{Address: ":8081"}\n}\n'
    )
    other = 'package other\n\nvar Address = ":9999"\n'
    files = {"cmd/shop/main.go": main, "internal/config/config.go": config, "internal/other/other.go": other}
    assert answer(seen(make_repo, files), f.PORT) == (8081, DECLARED)


def test_a_port_in_a_configuration_file(make_repo: MakeRepo) -> None:
    body = '\tvar settings map[string]string\n\tos.Open("config.json")\n\thttp.ListenAndServe(":"+settings["ShopPort"], nil)'
    facts = seen(make_repo, {"main.go": program(body), "config.json": '{\n  "ShopPort": "8081"\n}\n'})
    assert [(fact.value, str(fact.source)) for fact in facts.all(f.PORT)] == [(8081, "config.json:2")]


METRICS = """\
func metrics() {
	http.Handle("/metrics", promhttp.Handler())
	http.ListenAndServe(":9102", nil)
}"""
GRPC = """\
	l, _ := net.Listen("tcp", ":9000")
	s := grpc.NewServer()
	pb.RegisterShopServer(s, nil)
	s.Serve(l)"""
GRPC_IMPORT = "google.golang.org/grpc"
PROTOCOLS: dict[str, tuple[str, str | None, int | None, int | None]] = {
    "nothing": (program(""), None, None, None),
    "gRPC": (program(GRPC, GRPC_IMPORT), "grpc", 9000, None),
    "gRPC with metrics over HTTP": (program(f"\tgo metrics()\n{GRPC}", GRPC_IMPORT, before=METRICS), "grpc", 9000, 9102),
    "HTTP with metrics apart": (
        program('\tgo metrics()\n\thttp.HandleFunc("/orders", nil)\n\thttp.ListenAndServe(":8081", nil)', before=METRICS),
        "http",
        8081,
        9102,
    ),
    "HTTP and gRPC": (
        program(f'\thttp.HandleFunc("/orders", nil)\n\tgo http.ListenAndServe(":8081", nil)\n{GRPC}', GRPC_IMPORT),
        "http",
        8081,
        None,
    ),
    "a listener that a helper opens": (program('\thttp.HandleFunc("/orders", nil)\n\tserver.Serve(listen())'), "http", None, None),
    "routes that nobody serves": (program('\thttp.HandleFunc("/orders", nil)'), None, None, None),
    "profiles beside it": (
        program(
            '\tgo func() { http.ListenAndServe(":6060", nil) }()\n\thttp.ListenAndServe(":8081", orders())',
            "net/http/pprof",
        ),
        "http",
        8081,
        None,
    ),
    "an exporter": (program("\tmetrics()", before=METRICS), "http", 9102, None),
}


@pytest.mark.parametrize("name", PROTOCOLS)
def test_the_protocol(make_repo: MakeRepo, name: str) -> None:
    text, protocol, port, metrics = PROTOCOLS[name]
    facts = seen(make_repo, {"main.go": text})
    assert choose(f.PROTOCOL, facts).value == protocol
    assert choose(f.PORT, facts).value == port
    assert choose(f.METRICS_PORT, facts).value == metrics


ROUTES: dict[str, tuple[str, tuple[str | None, str | None, str | None]]] = {
    "none": ('http.HandleFunc("/orders", nil)', (None, None, None)),
    "only named like it": ('http.HandleFunc("/healthy-food", nil)', (None, None, None)),
    "called, not served": ('http.Get("http://api/healthz")', (None, None, None)),
    "standard library": (
        'http.HandleFunc("/healthz", nil)\n\thttp.HandleFunc("/readyz", nil)\n\thttp.Handle("/metrics", promhttp.Handler())',
        ("/healthz", "/readyz", "/metrics"),
    ),
    "method patterns": ('mux.HandleFunc("GET /livez", nil)\n\tmux.HandleFunc("GET /readyz", nil)', ("/livez", "/readyz", None)),
    "chi": ('r.Get("/health", nil)', ("/health", None, None)),
    "chi, nested": ('r.Route("/internal", func(r chi.Router) {\n\t\tr.Get("/health", nil)\n\t})', ("/internal/health", None, None)),
    "after a nested block": (
        'r.Route("/api", func(r chi.Router) {\n\t\tr.Get("/x", nil)\n\t})\n\tr.Get("/health", nil)',
        ("/health", None, None),
    ),
    "heartbeat": ('r.Use(middleware.Heartbeat("/ping"))', ("/ping", None, None)),
    "group": ('v1 := r.Group("/v1")\n\tv1.GET("/health", nil)', ("/v1/health", None, None)),
    "gorilla": ('r.Methods("GET").Path("/health").Handler(nil)', ("/health", None, None)),
    "prefix that is not known": ('r.HandleFunc(baseURL+"/_healthz", nil)', ("/_healthz", None, None)),
    "joined path": ('http.HandleFunc(path.Join(*prefix, "/-/healthy"), nil)', ("/-/healthy", None, None)),
    "the usual name first": ('r.Get("/ping", nil)\n\tr.Get("/healthz", nil)', ("/healthz", None, None)),
    "in a comment": ('// r.Get("/healthz", nil)', (None, None, None)),
}


@pytest.mark.parametrize("name", ROUTES)
def test_endpoints(make_repo: MakeRepo, name: str) -> None:
    body, expected = ROUTES[name]
    facts = seen(make_repo, {"main.go": program(f'\t{body}\n\thttp.ListenAndServe(":8081", nil)', CHI)})
    assert tuple(choose(key, facts).value for key in (f.HEALTH_PATH, f.READINESS_PATH, f.METRICS_PATH)) == expected


REPEATED = {
    "closures in closures": program("\tfunc() { http.Get(a)\n" * 4_000 + "}()\n" * 4_000),
    "a chain": program("\tr" + '.Path("/x").Handler(h)' * 4_000 + "\n"),
    "quotes": program("`\"'\\" * 50_000),
    "listeners": program("\thttp.ListenAndServe(port, nil)\n" * 5_000),
    "listeners that are never closed": program("\thttp.ListenAndServe(x\n" * 5_000),
    "routes": program('\tr.Get("/health", nil)\n' * 5_000, CHI),
    "routes in routes": program('\tr.Route("/a", func(r chi.Router) { r.Get("/health", x)\n' * 5_000, CHI),
    "variables": program('\tos.Getenv("AAA_B")\n' * 10_000),
    "names of names": program(
        "\thttp.ListenAndServe(a, nil)\n" + "".join(f"\ta{'b' * (n % 9)} = a{'b' * ((n + 1) % 9)}\n" for n in range(5_000))
    ),
}


@pytest.mark.parametrize("name", REPEATED)
def test_a_file_of_nothing_else_is_left(make_repo: MakeRepo, name: str) -> None:
    assert len(seen(make_repo, {"main.go": REPEATED[name]})) < 1_100
