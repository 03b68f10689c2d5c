import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from psycopg_pool import ConnectionPool

from app.config import Settings
from app.store import PostgresStore

ALEMBIC_INI = Path(__file__).parents[2] / "alembic.ini"


@pytest.fixture(scope="session")
def store() -> Iterator[PostgresStore]:
    """Skips on a laptop without a database, and fails in CI."""
    if "DATABASE_URL" not in os.environ:
        if os.environ.get("CI"):
            pytest.fail("DATABASE_URL is not set")
        pytest.skip("DATABASE_URL is not set")
    command.upgrade(Config(ALEMBIC_INI), "head")
    url = Settings.from_environment().database_url
    with ConnectionPool(url, open=False, max_size=4, timeout=5) as pool:
        yield PostgresStore(pool)
