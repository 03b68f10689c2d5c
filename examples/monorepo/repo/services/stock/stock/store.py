import psycopg
from psycopg_pool import ConnectionPool


class OutOfStock(Exception):
    """There are fewer than asked for; nothing was taken."""


class PostgresStock:
    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    def ping(self) -> None:
        with self._pool.connection(timeout=2) as connection:
            connection.execute("SELECT 1")

    def count(self, sku: str) -> int:
        with self._pool.connection() as connection:
            row = connection.execute("SELECT count FROM stock WHERE sku = %s", (sku,)).fetchone()
        return row[0] if row else 0

    def change(self, sku: str, by: int) -> int:
        """Adds (or takes, if negative) and returns the new count."""
        try:
            with self._pool.connection() as connection:
                connection.execute(
                    "INSERT INTO stock (sku, count) VALUES (%s, 0) ON CONFLICT DO NOTHING", (sku,)
                )
                [count] = connection.execute(
                    "UPDATE stock SET count = count + %s WHERE sku = %s RETURNING count", (by, sku)
                ).fetchone()
        except psycopg.errors.CheckViolation:
            raise OutOfStock from None
        return count
