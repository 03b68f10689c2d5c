"""Whose address a call goes to, and which folders a service builds with."""

from __future__ import annotations

import pytest

from cdgen.model.facts import CALL, Call, Fact, FactSet, Origin, Source
from cdgen.model.road import Road
from cdgen.model.service import BackingService, Details, Service
from cdgen.policies.base.example import example_plan
from cdgen.road.load import built_in_text, parse_road
from cdgen.spec.call_map import draw


@pytest.fixture(scope="module")
def road() -> Road:
    return parse_road(built_in_text(), "road.yaml", "built in")


def service(road: Road, name: str, directory: str, **details: tuple[str, ...]) -> Service:
    plan = example_plan({"service": {"name": name, "directory": directory, "backing": (BackingService("redis"),)}}, road)
    return plan.services[0]._replace(details=Details(**details))  # type: ignore[arg-type]


def called(road: Road, *calls: Call) -> list[tuple[str, str]]:
    """(target, kind) of each edge of a service `web` that stands beside four others."""
    services = (
        service(road, "web", "src/web"),
        service(road, "cartservice", "src/cart", grpc_services=("hipstershop.CartService",)),
        service(road, "product-catalog", "src/productcatalogservice"),
        service(road, "ads-api", "ads/api", grpc_services=("Health",)),
        service(road, "shop-api", "shop/api", grpc_services=("Health",)),
    )
    facts = [Fact(CALL, call, Source("src/web/main.go", line), Origin.CODE) for line, call in enumerate(calls, 1)]
    drawn = draw(services, (FactSet(facts), *(FactSet() for _ in services[1:])))
    return [(edge.target, edge.kind) for edge in drawn[0].details.calls]


ROWS = [
    ("none", Call("http"), []),
    ("loopback", Call("http", address="http://localhost:8080"), []),
    ("itself", Call("http", address="web"), []),
    ("what nobody can call", Call("http", address="https://api.example.com"), []),
    ("its own backing service", Call("http", address="redis:6379"), []),
    ("a template, not a host", Call("http", address="${host}"), []),
    ("by stub", Call("grpc", variable="X_ADDR", stub="CartService"), [("cartservice", "service")]),
    ("a stub that two serve", Call("grpc", stub="Health"), [("Health", "unknown")]),
    ("a stub by its name", Call("grpc", stub="ProductCatalogService"), [("product-catalog", "service")]),
    ("by host", Call("http", address="http://cart/items"), [("cartservice", "service")]),
    ("by host in another namespace", Call("http", address="cartservice.shop.svc.cluster.local:80"), [("cartservice", "service")]),
    ("by folder", Call("grpc", address="productcatalogservice:3550"), [("product-catalog", "service")]),
    ("by setting", Call("grpc", variable="PRODUCT_CATALOG_SERVICE_ADDR"), [("product-catalog", "service")]),
    ("by setting in camel case", Call("http", variable="productCatalogUrl"), [("product-catalog", "service")]),
    ("a local default and a setting", Call("http", address="localhost:1", variable="CART_URL"), [("cartservice", "service")]),
    ("a folder name that two share", Call("http", variable="API_URL"), [("API_URL", "unknown")]),
    ("a setting that names nobody", Call("http", variable="base_url"), []),
    ("nobody's setting", Call("http", variable="PAYMENT_URL"), [("PAYMENT_URL", "unknown")]),
    ("a name of the cluster", Call("http", address="http://payment:8080"), [("payment", "cluster")]),
    ("where traces go", Call("grpc", variable="COLLECTOR_SERVICE_ADDR"), [("COLLECTOR_SERVICE_ADDR", "telemetry")]),
    ("where spans go", Call("http", address="http://zipkin:9411/api"), [("zipkin", "telemetry")]),
    ("a public host", Call("http", address="https://api.stripe.com/v1"), [("api.stripe.com", "external")]),
    ("a public host that begins like a service", Call("http", address="https://cart.stripe.com/v1"), [("cart.stripe.com", "external")]),
]  # fmt: skip


@pytest.mark.parametrize(("call", "edges"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_target(road: Road, call: Call, edges: list[tuple[str, str]]) -> None:
    assert called(road, call) == edges


def test_one_edge_per_target_with_all_its_places(road: Road) -> None:
    services = (service(road, "web", "web"), service(road, "cart", "cart"))
    facts = [Fact(CALL, Call("http", address="cart"), Source("web/a.go", line), Origin.CODE) for line in (3, 9, 3)]
    edges = draw(services, (FactSet(facts), FactSet()))[0].details.calls
    assert [(edge.target, [str(source) for source in edge.sources]) for edge in edges] == [("cart", ["web/a.go:3", "web/a.go:9"])]


def test_dependencies_go_through_libraries_and_end_in_a_circle(road: Road) -> None:
    services = (
        service(road, "web", "apps/web", depends_on=("libs/ui",)),
        service(road, "ui", "libs/ui", depends_on=("libs/base", "apps/web")),
        service(road, "base", "libs/base"),
    )
    drawn = draw(services, tuple(FactSet() for _ in services))
    assert [each.details.depends_on for each in drawn] == [("libs/base", "libs/ui"), ("apps/web", "libs/base"), ()]
