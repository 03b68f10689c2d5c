"""A change of a shared folder concerns every service that builds with it, through others too, and no other service."""

from __future__ import annotations

from pathlib import Path

import pytest

from cdgen import app

FILES = {
    "package.json": '{"name": "shop", "private": true, "workspaces": ["apps/*", "libs/*"]}',
    "package-lock.json": '{"lockfileVersion": 3, "packages": {}}',
    "apps/web/package.json": '{"name": "web", "scripts": {"start": "node a.js"}, "dependencies": {"express": "5.1.0", "@shop/ui": "*"}}',
    "apps/web/a.js": 'const app = require("express")();\napp.listen(3000);\n',
    "apps/api/package.json": '{"name": "api", "scripts": {"start": "node a.js"}, "dependencies": {"express": "5.1.0"}}',
    "apps/api/a.js": 'const app = require("express")();\napp.listen(3001);\n',
    "libs/ui/package.json": '{"name": "@shop/ui", "main": "index.js", "dependencies": {"@shop/base": "*"}}',
    "libs/ui/index.js": "module.exports = {};\n",
    "libs/base/package.json": '{"name": "@shop/base", "main": "index.js"}',
    "libs/base/index.js": "module.exports = {};\n",
}


@pytest.fixture
def paths(tmp_path: Path) -> dict[str, set[str]]:
    """Per service, the paths of its jobs."""
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    plan = app.generate(app.inspect(tmp_path, whole=True)).plan
    return {job.service: set(job.paths) for pipeline in plan.pipelines for job in pipeline.jobs if job.service}


def test_a_service_is_concerned_by_what_it_builds_with(paths: dict[str, set[str]]) -> None:
    assert paths["web"] >= {"apps/web", "libs/ui", "libs/base"}


def test_and_by_nothing_else(paths: dict[str, set[str]]) -> None:
    assert not {path for path in paths["api"] if path.startswith(("libs", "apps/web"))}
