"""Health, readiness and metrics endpoints: a wrong one kills a healthy service, so what cannot be followed is not said."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from cdgen.model import facts as f
from tests.conftest import MakeRepo
from tests.stacks.node.look import decided, look, with_package


@pytest.mark.parametrize(
    "files",
    [
        {"a.js": "app.get('/users', list)"},
        {"a.js": "// app.get('/health', h)"},
        {"a.js": "axios.get('/health')"},
        {"a.js": "request(app).get('/health')"},
        {"a.js": "const url = { healthPath: '/health/ping', path: '/health' }"},
        {"a.js": "client.get('/health', { timeout: 1 })"},
        {"test/a.test.js": "app.get('/health', h)"},
        {"a.js": "app.get('/healthy-food', h); app.get('/pinging', h); app.get('/metrics/:id', h)"},
        # mounted below something that the code computes
        {"a.js": "app.use(prefix(), routes);", "routes.js": "router.get('/health', h)"},
        {"a.js": "const routes = require('./routes');\napp.use(base, routes);", "routes.js": "router.get('/health', h)"},
        {"a.js": "const other = require('./other');\napp.use('/api', other);", "routes.js": "healthRouter.get('/health', h)"},
        {"a.js": "const routes = require('./routes');\napp.use(`${base}/x`, routes);", "routes.js": "router.get('/health', h)"},
        {"a.js": "import r from './r';\napp.register(r, { prefix: base });", "r.js": "server.get('/health', h)"},
    ],
)
def test_nothing(make_repo: MakeRepo, files: Mapping[str, str]) -> None:
    facts = look(make_repo(with_package(files)))
    assert [facts.all(key) for key in (f.HEALTH_PATH, f.READINESS_PATH, f.METRICS_PATH)] == [(), (), ()]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"a.js": "app.get('/healthz', (q, s) => s.end())"}, "/healthz"),
        ({"a.js": "router.get('/ping', ping)"}, "/ping"),
        ({"a.ts": "app.get<Reply>('/health', handler)"}, "/health"),
        ({"a.js": "app.use('/health', health)"}, "/health"),
        ({"a.js": "app.route('/health').get(h)"}, "/health"),
        ({"a.js": "fastify.route({ method: 'GET', url: '/health', handler: h })"}, "/health"),
        ({"a.js": "server.route({ path: '/health', method: ['GET'], handler: h })"}, "/health"),
        ({"a.js": "createTerminus(server, { healthChecks: { '/healthcheck': check } })"}, "/healthcheck"),
        ({"a.js": "http.createServer((q, s) => { if (q.url === '/healthz') s.end() }).listen(80)"}, "/healthz"),
        ({"a.js": "dispatcher.onGet('/health', h)"}, "/health"),
        ({"a.js": "const api = express.Router();\napi2.get('/health', h);\napp.use('/api', api2);"}, "/api/health"),
        ({"a.js": "const r = require('./routes');\napp.use('/v1', r);", "routes.js": "router.get('/health', h)"}, "/v1/health"),
        ({"a.js": "const r = require('./routes');\napp.use(cors(), r);", "routes.js": "router.get('/health', h)"}, "/health"),
        ({"a.js": "import r from './r';\napp.register(r, { prefix: '/v1' });", "r.js": "server.get('/health', h)"}, "/v1/health"),
        ({"a.js": "import r from './r';\napp.register(r, { logger });", "r.js": "server.get('/health', h)"}, "/health"),
        ({"a.js": "app.use('/v1', require('./routes'));", "routes/index.js": "router.get('/health', h)"}, "/v1/health"),
        (
            {
                "src/app.ts": "import api from './api';\napp.use('/api', api);",
                "src/api/index.ts": "import health from './health.js';\nrouter.use('/internal', health);",
                "src/api/health.ts": "router.get('/live', h)",
            },
            "/api/internal/live",
        ),
        ({"a.ts": "@Controller('health')\nexport class A {\n  @Get()\n  check() {}\n}"}, "/health"),
        ({"a.ts": "@Controller('health')\nexport class A {\n  @Get('live')\n  check() {}\n}"}, "/health/live"),
        ({"a.ts": "@Controller()\nexport class A {\n  @Get('/healthz')\n  check() {}\n}"}, "/healthz"),
        (
            {
                "main.ts": "app.setGlobalPrefix('api');",
                "a.ts": "@Controller('health')\nexport class A {\n  @Get()\n  check() {}\n}",
            },
            "/api/health",
        ),
        (
            {
                "main.ts": "app.setGlobalPrefix('api', { exclude: ['health'] });",
                "a.ts": "@Controller('health')\nexport class A {\n  @Get()\n  check() {}\n}",
            },
            "/health",
        ),
    ],
)
def test_health(make_repo: MakeRepo, files: Mapping[str, str], expected: str) -> None:
    assert decided(look(make_repo(with_package(files))), f.HEALTH_PATH) == expected


@pytest.mark.parametrize(
    ("framework", "path", "expected"),
    [
        ("next", "app/api/health/route.ts", "/api/health"),
        ("next", "src/app/(internal)/api/healthz/route.js", "/api/healthz"),
        ("next", "pages/api/health.ts", "/api/health"),
        ("next", "src/pages/api/health/index.ts", "/api/health"),
        ("nuxt", "server/api/health.get.ts", "/api/health"),
        ("nuxt", "server/routes/healthz.ts", "/healthz"),
        ("@sveltejs/kit", "src/routes/health/+server.ts", "/health"),
        ("@remix-run/node", "app/routes/healthcheck.tsx", "/healthcheck"),
        ("express", "app/api/health/route.ts", None),
    ],
)
def test_a_file_that_is_a_route(make_repo: MakeRepo, framework: str, path: str, expected: str | None) -> None:
    facts = look(make_repo(with_package({path: "export const GET = 1\nexport const loader = 1"}, dependencies={framework: "1"})))
    assert decided(facts, f.HEALTH_PATH) == expected


def test_each_kind_has_its_own_words(make_repo: MakeRepo) -> None:
    code = "app.get('/health', a);\napp.get('/readyz', b);\napp.get('/metrics', c);\napp.get('/health/ready', d);"
    facts = look(make_repo(with_package({"a.js": code})))
    found = tuple(decided(facts, key) for key in (f.HEALTH_PATH, f.READINESS_PATH, f.METRICS_PATH))
    assert found == ("/health", "/readyz", "/metrics")


def test_a_plug_in_with_a_documented_endpoint(make_repo: MakeRepo) -> None:
    files = {"a.js": "app.use(require('express-prom-bundle')())"}
    facts = look(make_repo(with_package(files, dependencies={"express-prom-bundle": "7"})))
    assert decided(facts, f.METRICS_PATH) == "/metrics"
