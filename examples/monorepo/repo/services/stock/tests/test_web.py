import pytest
from flask.testing import FlaskClient

from stock.store import OutOfStock
from stock.web import create_app


class MemoryStock:
    def __init__(self) -> None:
        self.counts = {"tea": 3}
        self.up = True

    def ping(self) -> None:
        if not self.up:
            raise ConnectionError

    def count(self, sku: str) -> int:
        return self.counts.get(sku, 0)

    def change(self, sku: str, by: int) -> int:
        if self.count(sku) + by < 0:
            raise OutOfStock
        self.counts[sku] = self.count(sku) + by
        return self.counts[sku]


@pytest.fixture
def stock() -> MemoryStock:
    return MemoryStock()


@pytest.fixture
def client(stock: MemoryStock) -> FlaskClient:
    return create_app(stock).test_client()


@pytest.mark.parametrize(
    ("path", "up", "status"),
    [
        ("/healthz", True, 200),
        ("/healthz", False, 200),
        ("/readyz", True, 200),
        ("/readyz", False, 503),
    ],
)
def test_probes(client: FlaskClient, stock: MemoryStock, path: str, up: bool, status: int) -> None:
    stock.up = up
    assert client.get(path).status_code == status


@pytest.mark.parametrize(("sku", "count"), [("tea", 3), ("gold", 0)])
def test_count(client: FlaskClient, sku: str, count: int) -> None:
    assert client.get(f"/stock/{sku}").json == {"sku": sku, "count": count}


@pytest.mark.parametrize(
    ("body", "status", "left"),
    [
        ({"by": 2}, 200, 5),
        ({"by": -3}, 200, 0),
        ({"by": -4}, 409, 3),
        ({"by": 0}, 422, 3),
        ({"by": True}, 422, 3),
        ({"by": "2"}, 422, 3),
        ({}, 422, 3),
    ],
)
def test_change(
    client: FlaskClient, stock: MemoryStock, body: dict[str, object], status: int, left: int
) -> None:
    assert client.post("/stock/tea", json=body).status_code == status
    assert stock.counts == {"tea": left}
