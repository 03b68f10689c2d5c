"""What `inspect` shows beside the decisions: lists are cut on a screen and say so; the picture has only what is known."""

from __future__ import annotations

from cdgen.model.facts import BackingService, EnvVar, ResourceHint, Source
from cdgen.model.service import Details, Edge, Endpoint, Listener, Service, Size, Skew
from cdgen.policies.base.example import example_plan
from cdgen.report.call_map import mermaid
from cdgen.report.details import rows
from cdgen.road.load import built_in_text, parse_road

PLACE = Source("main.go", 3)
FULL = Details(
    listeners=(Listener(8080, "http", "main"), Listener(9090, "http", "metrics")),
    endpoints=(Endpoint("GET", "/a", PLACE), Endpoint("*", "/b", None), Endpoint("POST", "/c", PLACE)),
    grpc_services=("Cart",),
    calls=(
        Edge("cart", "service", "grpc", "CART_ADDR", (PLACE,)),
        Edge("api.stripe.com", "external", "http", "https://api.stripe.com", (PLACE,)),
        Edge("X_URL", "unknown", "http", "X_URL", (PLACE,)),
    ),
    depends_on=("libs/ui",),
    test_runner="go test",
    generators=("protobuf",),
    resources=(ResourceHint("go.memory", "64MiB"),),
    licence="MIT",
    size=Size(2, 40, 3, 5),
    skews=(Skew("1.26", Source("go.mod", 3), "1.24", Source("Dockerfile", 1)),),
)


def service(details: Details, **changes: object) -> Service:
    road = parse_road(built_in_text(), "road.yaml", "built in")
    return example_plan({"service": changes}, road).services[0]._replace(details=details)


def shown(made: Service, most: int = 12) -> list[tuple[str, str, str]]:
    return [(row.title, row.value, " ".join(map(str, row.places))) for row in rows(made, most)]


def test_nothing_known_is_nothing_shown() -> None:
    assert shown(service(Details())) == []


def test_rows() -> None:
    env = (EnvVar("PORT", "8080", False, False), EnvVar("DB_PASSWORD", "hush", False, True), EnvVar("URL", None, True, False))
    assert shown(service(FULL, env=env)) == [
        ("ports", "9090 http, metrics", ""),
        ("routes", "GET /a", "main.go:3"),
        ("", "* /b", ""),
        ("", "POST /c", "main.go:3"),
        ("answers", "gRPC Cart", ""),
        ("asks", "cart (grpc)", "main.go:3"),
        ("", "api.stripe.com (http, external)", "main.go:3"),
        ("", "whoever X_URL names (http)", "main.go:3"),
        ("builds with", "libs/ui", ""),
        ("reads", "PORT (default 8080)", ""),
        ("", "DB_PASSWORD (secret, has a default)", ""),
        ("", "URL (required)", ""),
        ("tests with", "go test", ""),
        ("generates", "protobuf", ""),
        ("sized by", "go.memory 64MiB", ""),
        ("licence", "MIT", ""),
        ("size", "40 lines in 2 files, 3 endpoints, 5 direct dependencies", ""),
        ("disagree", "1.26 and 1.24", "go.mod:3 Dockerfile:1"),
    ]


def test_a_long_list_says_how_much_is_left_out() -> None:
    assert shown(service(FULL), most=2)[1:4] == [
        ("routes", "GET /a", "main.go:3"),
        ("", "* /b", ""),
        ("", "... 1 more: --output-format json", ""),
    ]


def test_the_picture_has_what_is_known() -> None:
    assert mermaid((service(Details()),)) == ""
    drawn = mermaid((service(FULL, backing=(BackingService("redis"),)),))
    assert drawn.splitlines() == [
        "flowchart LR",
        '  n0["shop"]',
        '  n1["cart"]',
        '  n2(("api.stripe.com"))',
        '  n3[("redis")]',
        "  n0 --> n1",
        "  n0 --> n2",
        "  n0 --> n3",
    ]
