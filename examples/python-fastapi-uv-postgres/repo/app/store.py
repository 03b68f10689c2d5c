from typing import NamedTuple, Protocol

from psycopg.rows import class_row
from psycopg_pool import ConnectionPool


class Task(NamedTuple):
    id: int
    team: str
    title: str
    done: bool


class Store(Protocol):
    def ping(self) -> None: ...
    def add(self, team: str, title: str) -> Task: ...
    def open_tasks(self, team: str) -> list[Task]: ...
    def finish(self, task_id: int) -> Task | None: ...


class PostgresStore:
    """Tasks in PostgreSQL. The caller opens and closes the pool."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    def _query(self, sql: str, *values: object) -> list[Task]:
        with self._pool.connection() as connection:
            cursor = connection.cursor(row_factory=class_row(Task))
            return cursor.execute(sql, values).fetchall()

    def ping(self) -> None:
        with self._pool.connection(timeout=2) as connection:
            connection.execute("SELECT 1")

    def add(self, team: str, title: str) -> Task:
        [task] = self._query(
            "INSERT INTO tasks (team, title) VALUES (%s, %s) RETURNING *", team, title
        )
        return task

    def open_tasks(self, team: str) -> list[Task]:
        return self._query("SELECT * FROM tasks WHERE team = %s AND NOT done ORDER BY id", team)

    def finish(self, task_id: int) -> Task | None:
        """None when there is no such task; finishing twice is fine."""
        found = self._query("UPDATE tasks SET done = true WHERE id = %s RETURNING *", task_id)
        return found[0] if found else None
