import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient

from app.api import build_app
from app.store import PostgresStore

pytestmark = pytest.mark.integration


@pytest.fixture
def team() -> str:
    return f"team-{uuid.uuid4()}"


def test_ping(store: PostgresStore) -> None:
    store.ping()


def test_open_tasks_are_in_order(store: PostgresStore, team: str) -> None:
    first, second = store.add(team, "first"), store.add(team, "second")
    assert store.open_tasks(team) == [first, second]
    assert store.open_tasks(f"not-{team}") == []


def test_finish(store: PostgresStore, team: str) -> None:
    task = store.add(team, "write")
    assert store.finish(task.id) == task._replace(done=True)
    assert store.finish(task.id) == task._replace(done=True)
    assert store.open_tasks(team) == []
    assert store.finish(-1) is None


def test_concurrent_additions(store: PostgresStore, team: str) -> None:
    with ThreadPoolExecutor(8) as threads:
        ids = {task.id for task in threads.map(lambda n: store.add(team, str(n)), range(20))}
    assert len(ids) == len(store.open_tasks(team)) == 20


def test_over_http(store: PostgresStore, team: str) -> None:
    with TestClient(build_app(store)) as client:
        assert client.get("/readyz").status_code == 200
        task = client.post(f"/teams/{team}/tasks", json={"title": "write"}).json()
        assert client.get(f"/teams/{team}/tasks").json() == [task]
