"""The commands that cdgen puts into a pipeline are run on the living examples: they pass, and fail when the code is broken."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from cdgen import app
from cdgen.model.pipeline import Job, Run, Trigger
from cdgen.model.plan import DeliveryPlan
from cdgen.model.service import Service
from tests import examples
from tests.engines.drivers import private, servers, set_up
from tests.engines.drivers.servers import LOOPBACK

PATIENCE = 900


class Break(NamedTuple):
    """One mistake in the code of a service, and the gate that has to see it."""

    path: str
    old: str
    new: str
    gate: str


# every service of every example that has commands; nothing planned where nothing can be run
BREAKS: Mapping[tuple[str, str], tuple[Break, ...]] = {
    ("brownfield-express-npm", "brownfield-express-npm"): (
        Break("src/store.js", "counters.last + 1", "counters.last + 2", "integration"),
        Break("src/app.js", "status(201)", "status(200)", "unit"),
        Break("src/app.js", "function problem(", "const unused = 1;\nfunction problem(", "lint"),
    ),
    ("csharp-aspnetcore-postgres", "tickets"): (
        Break("src/Tickets/TicketStore.cs", " ORDER BY id", " ORDER BY id DESC", "integration"),
        Break("src/Tickets/TicketRoutes.cs", 'Results.Created($"/tickets/{added.Id}", added)', "Results.Ok(added)", "unit"),
        Break("src/Tickets/Schema.cs", "    {", "  {", "lint"),
    ),
    ("elixir-plug", "elixir-plug"): (
        Break("lib/workdays/router.ex", "/v1/workdays/after/:day", "/v1/workdays/behind/:day", "integration"),
        Break("lib/workdays/calendar.ex", "< 6", "< 7", "unit"),
        Break("lib/workdays/calendar.ex", "defmodule Workdays.Calendar do\n", "defmodule Workdays.Calendar do\n\n\n", "lint"),
    ),
    ("go-postgres", "go-postgres"): (
        Break("internal/store/store.go", "hits + 1", "hits + 2", "integration"),
        Break("internal/httpapi/api.go", "http.StatusCreated", "http.StatusOK", "unit"),
        Break("internal/httpapi/api.go", "package httpapi\n", "package httpapi\n\n\n\n", "lint"),
    ),
    ("java-gradle", "java-gradle"): (
        Break("src/main/java/org/example/quotas/RedisCallCounter.java", "increment", "decrement", "integration"),
    ),
    ("java-maven-postgres", "java-maven-postgres"): (
        Break("src/main/java/org/example/bookings/BookingRepository.java", " ORDER BY starts_at", "", "integration"),
        Break("src/main/java/org/example/bookings/BookingController.java", "HttpStatus.CREATED", "HttpStatus.OK", "unit"),
    ),
    ("kotlin-ktor-maven-redis", "kotlin-ktor-maven-redis"): (
        Break("src/main/kotlin/Links.kt", ".nx()", "", "integration"),
        Break("src/main/kotlin/Routes.kt", "HttpStatusCode.Created", "HttpStatusCode.OK", "unit"),
        Break("src/main/kotlin/Main.kt", "fun main() {", "fun main()  {", "lint"),
    ),
    ("monorepo", "prices"): (Break("services/prices/main.go", '{"cents": cents}', '{"cent": cents}', "unit"),),
    ("monorepo", "stock"): (
        Break("services/stock/stock/store.py", "count + %s", "count - %s", "integration"),
        Break("services/stock/stock/web.py", "import", "import os, sys\nimport", "lint"),
    ),
    ("monorepo", "web"): (Break("services/web/src/app.js", "(stock?.count ?? 0) > 0", "true", "unit"),),
    ("python-fastapi-uv-postgres", "python-fastapi-uv-postgres"): (
        Break("app/store.py", " AND NOT done", "", "integration"),
        Break("app/api.py", "status_code=201", "status_code=200", "unit"),
        Break("app/api.py", "import", "import os\nimport", "lint"),
    ),
    ("php-composer-postgres", "php-composer-postgres"): (),  # packages come from packagist.org, which the machine does not reach
    ("ruby-sinatra-redis", "ruby-sinatra-redis"): (
        Break("lib/flags/store.rb", "sadd?", "sismember", "integration"),
        Break("lib/flags/app.rb", "? 201 : 200", "? 200 : 200", "unit"),
        Break("lib/flags/app.rb", "  class App", "\n\n\n  class App", "lint"),
    ),
    ("rust-axum-postgres", "rust-axum-postgres"): (
        Break("src/store.rs", "WHERE id = $1", "WHERE id = -$1", "integration"),
        Break("src/weight.rs", "390 +", "391 +", "unit"),
        Break("src/weight.rs", "pub fn price", "pub  fn price", "lint"),
    ),
    ("typescript-bun-redis", "typescript-bun-redis"): (
        Break("src/links.ts", "String(seconds)", '"1"', "integration"),
        Break("src/app.ts", "}, 201)", "}, 200)", "unit"),
        Break("src/app.ts", "const LONGEST", "const unused = 1;\nconst LONGEST", "lint"),
    ),
    ("typescript-pnpm-redis", "typescript-pnpm-redis"): (
        Break("src/carts.ts", "sku, quantity)", "sku, 1)", "integration"),
        Break("src/app.ts", "code(201)", "code(200)", "unit"),
        Break("src/app.ts", "\n\n", "\nconst unused = 1;\n\n", "lint"),
    ),
}


class Living:
    """A copy of an example, one service of it, and its jobs."""

    def __init__(self, root: Path, plan: DeliveryPlan, service: Service) -> None:
        self.root, self.plan, self.service = root, plan, service
        pull_request = next(each for each in plan.pipelines if each.trigger is Trigger.PULL_REQUEST)
        self.jobs = {job.gate: job for job in pull_request.jobs if job.service == service.name}
        self.environment = set_up.environment(service.toolchain, root.parent)
        self.done: set[str] = set()
        self.passed: set[str] = set()

    def require(self, gate: str, found: Mapping[str, str]) -> None:
        """That the job ends well on the code as it is; once is enough."""
        if gate not in self.passed:
            assert self.run(self.jobs[gate], found) == ""
            self.passed.add(gate)

    def run(self, job: Job, more: Mapping[str, str]) -> str:
        """The job's commands in order, what only prepares not again; what the first failing one said."""
        prepares = {self.service.commands.install, *self.service.commands.codegen}
        for step in (step for step in job.steps if isinstance(step, Run)):
            if step.command in self.done & prepares:
                continue
            said = self.command(step.command, {**dict(job.env), **dict(step.env), **more}, step.directory)
            if said:
                return said
            self.done.add(step.command)
        return ""

    def command(self, command: str, more: Mapping[str, str], directory: str) -> str:
        """Nothing, or how it failed. In the shell and with the variables of a CI machine."""
        argv = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", command]
        env = {**self.environment, "CI": "true", **more}
        done = subprocess.run(
            argv, cwd=self.root / directory, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
        return f"{command} ended with {done.returncode}:\n{done.stdout[-3000:]}" if done.returncode else ""


@pytest.fixture(scope="module", params=sorted(BREAKS), ids=lambda key: "/".join(dict.fromkeys(key)))
def living(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Living:
    example, name = request.param
    root = examples.checkout(example, tmp_path_factory.mktemp("run"))
    plan = app.generate(app.inspect(root)).plan
    found = {service.name: service for service in plan.services}
    assert {key[1] for key in BREAKS if key[0] == example} == set(found), "every service has its row in BREAKS"
    return Living(root, plan, found[name])


def test_commands_pass(living: Living) -> None:
    for gate, job in living.jobs.items():
        with set_up.beside(job.containers) as found:
            living.require(gate, found)
    if build := living.service.commands.build:
        with set_up.beside(()) as found:
            assert living.command(build, found, living.service.directory) == ""


def test_broken_code_fails(living: Living) -> None:
    planned = BREAKS[living.root.name, living.service.name]
    assert planned
    for gate in dict.fromkeys(each.gate for each in planned):
        with set_up.beside(living.jobs[gate].containers) as found:
            living.require(gate, found)
            for mistake in (each for each in planned if each.gate == gate):
                path = living.root / mistake.path
                text = path.read_text()
                assert mistake.old in text
                path.write_text(text.replace(mistake.old, mistake.new, 1))
                assert living.run(living.jobs[gate], found) != "", mistake
                path.write_text(text)


def test_tests_need_their_backing_service(living: Living) -> None:
    """What a pipeline exports is what makes its integration tests pass: without it they fail."""
    job = living.jobs.get("integration")
    if job is None or not job.containers:
        pytest.skip("no integration tests that need one")
    with set_up.beside(job.containers) as found:
        living.require("integration", found)
    with private.network() as inside:
        assert living.run(job, inside.environment) != ""


def test_start_command_serves_health(living: Living) -> None:
    service, job = living.service, living.jobs.get("integration")
    assert service.commands.start and service.port and service.health_path
    place = living.root / service.directory
    with set_up.beside(job.containers if job else ()) as found:
        for command in filter(None, (service.commands.install, *service.commands.codegen, service.commands.build)):
            assert living.command(command, found, service.directory) == ""
        # like in an image: what was installed comes first
        path = f"{place}/.venv/bin:{living.environment['PATH']}"
        env = {**living.environment, **set_up.required(service), **found, "PATH": path}
        url = f"http://{LOOPBACK}:{service.port}{service.health_path}"
        argv = ["bash", "-ec", f"cd {place} && exec {service.commands.start}"]
        with servers.running(argv, log=living.root.parent / "log", env=env, is_ready=lambda: servers.is_well(url)):
            assert not servers.is_well(url + "/nowhere")
