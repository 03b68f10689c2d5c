import os

from psycopg_pool import ConnectionPool

from stock.store import PostgresStock
from stock.web import create_app

# Opens in the background: until the database is there we are alive, but not ready.
pool = ConnectionPool(os.environ["DATABASE_URL"], open=True, max_size=8, timeout=5)
app = create_app(PostgresStock(pool))
