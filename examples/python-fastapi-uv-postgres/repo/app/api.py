import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Request
from pydantic import BaseModel, Field

from app.store import Store

log = logging.getLogger("uvicorn.error")

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


class NewTask(BaseModel):
    title: Annotated[str, Field(min_length=1, max_length=200)]


class TaskView(BaseModel):
    id: int
    team: str
    title: str
    done: bool


def _store(request: Request) -> Store:
    return request.app.state.store


StoreDependency = Annotated[Store, Depends(_store)]


def build_app(store: Store, lifespan: Lifespan | None = None) -> FastAPI:
    app = FastAPI(title="tasks", lifespan=lifespan)
    app.state.store = store

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz")
    def readyz(store: StoreDependency) -> dict[str, str]:
        try:
            store.ping()
        except Exception as error:
            log.warning("not ready: %s", error)
            raise HTTPException(503, "database does not answer") from error
        return {"status": "ok"}

    @app.post("/teams/{team}/tasks", status_code=201, response_model=TaskView)
    def add(team: str, task: NewTask, store: StoreDependency) -> object:
        return store.add(team, task.title)._asdict()

    @app.get("/teams/{team}/tasks", response_model=list[TaskView])
    def open_tasks(team: str, store: StoreDependency) -> object:
        return [task._asdict() for task in store.open_tasks(team)]

    @app.put("/tasks/{task_id}/done", response_model=TaskView)
    def finish(task_id: int, store: StoreDependency) -> object:
        if (task := store.finish(task_id)) is None:
            raise HTTPException(404, "no such task")
        return task._asdict()

    return app
