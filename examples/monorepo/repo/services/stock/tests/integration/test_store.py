import os
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from psycopg_pool import ConnectionPool

from stock.migrate import migrate
from stock.store import OutOfStock, PostgresStock

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def stock() -> Iterator[PostgresStock]:
    """Skips on a laptop without a database, and fails in CI."""
    database_url = os.environ.get("DATABASE_URL")
    if not database_url:
        if os.environ.get("CI"):
            pytest.fail("DATABASE_URL is not set")
        pytest.skip("DATABASE_URL is not set")
    migrate(database_url)
    with ConnectionPool(database_url, open=False, max_size=4, timeout=5) as pool:
        yield PostgresStock(pool)


@pytest.fixture
def sku() -> str:
    return f"sku-{uuid.uuid4()}"


def test_unknown_is_none_left(stock: PostgresStock, sku: str) -> None:
    stock.ping()
    assert stock.count(sku) == 0


def test_never_below_zero(stock: PostgresStock, sku: str) -> None:
    assert stock.change(sku, 3) == 3
    with pytest.raises(OutOfStock):
        stock.change(sku, -4)
    assert stock.change(sku, -3) == 0
    assert stock.count(sku) == 0


def test_concurrent_buyers(stock: PostgresStock, sku: str) -> None:
    stock.change(sku, 10)

    def buy(_: int) -> bool:
        try:
            stock.change(sku, -1)
        except OutOfStock:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(buy, range(20))) == 10
    assert stock.count(sku) == 0
