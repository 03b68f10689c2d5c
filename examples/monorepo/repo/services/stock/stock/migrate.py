"""Makes the table of DATABASE_URL, if it is not there yet: python -m stock.migrate"""

import os
from pathlib import Path

import psycopg

SCHEMA = Path(__file__).with_name("schema.sql")


def migrate(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(SCHEMA.read_text())


if __name__ == "__main__":
    migrate(os.environ["DATABASE_URL"])
