from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from app.api import build_app
from app.store import Task


class MemoryStore:
    def __init__(self) -> None:
        self.tasks: dict[int, Task] = {}
        self.up = True

    def ping(self) -> None:
        if not self.up:
            raise ConnectionError

    def add(self, team: str, title: str) -> Task:
        task = Task(len(self.tasks) + 1, team, title, False)
        self.tasks[task.id] = task
        return task

    def open_tasks(self, team: str) -> list[Task]:
        return [task for task in self.tasks.values() if task.team == team and not task.done]

    def finish(self, task_id: int) -> Task | None:
        if task_id not in self.tasks:
            return None
        self.tasks[task_id] = self.tasks[task_id]._replace(done=True)
        return self.tasks[task_id]


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def client(store: MemoryStore) -> Iterator[TestClient]:
    with TestClient(build_app(store)) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "up", "status"),
    [
        ("/healthz", True, 200),
        ("/healthz", False, 200),
        ("/readyz", True, 200),
        ("/readyz", False, 503),
    ],
)
def test_probes(client: TestClient, store: MemoryStore, path: str, up: bool, status: int) -> None:
    store.up = up
    assert client.get(path).status_code == status


@pytest.mark.parametrize("body", [{}, {"title": ""}, {"title": "x" * 201}, {"title": 1}])
def test_refuses(client: TestClient, store: MemoryStore, body: dict[str, object]) -> None:
    assert client.post("/teams/red/tasks", json=body).status_code == 422
    assert store.tasks == {}


def test_finished_tasks_leave_the_list(client: TestClient) -> None:
    created = client.post("/teams/red/tasks", json={"title": "write"})
    assert created.status_code == 201
    assert client.get("/teams/red/tasks").json() == [created.json()]
    assert client.get("/teams/blue/tasks").json() == []
    assert client.put(f"/tasks/{created.json()['id']}/done").json()["done"] is True
    assert client.get("/teams/red/tasks").json() == []


def test_finish_unknown(client: TestClient) -> None:
    assert client.put("/tasks/7/done").status_code == 404
