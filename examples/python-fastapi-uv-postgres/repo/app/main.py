from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from psycopg_pool import ConnectionPool

from app.api import build_app
from app.config import Settings
from app.store import PostgresStore

settings = Settings.from_environment()
pool = ConnectionPool(settings.database_url, open=False, max_size=10, timeout=5)


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    pool.open()  # does not wait: until the database is there we are alive, but not ready
    yield
    pool.close()


app = build_app(PostgresStore(pool), lifespan)
