"""Routes with their methods and prefixes, framework by framework."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from cdgen.model import facts as f
from tests.conftest import MakeRepo
from tests.stacks.node.look import look, with_package

LIST = "const list = [{ path: '/auth', route: auth }];\nlist.forEach((each) => { router.use(each.path, each.route); });"


@pytest.mark.parametrize(
    ("dependencies", "files"),
    [
        ({}, {"a.js": "/* app.get('/x', h) */"}),
        ({}, {"a.js": "const help = \"app.get('/x', h)\";"}),
        ({}, {"a.js": "map.get('/x', h); cache.get('x')"}),
        ({"react": "18"}, {"a.jsx": "import api from './api';\nservice.post('/login', body)"}),
        ({}, {"a.jsx": "const A = () => <p>app.get('/x', h)</p>;"}),
        ({"axios": "1"}, {"a.js": "import axios from 'axios';\naxios.post('/login', body)"}),
        ({}, {"a.js": "app.use('/public', express.static('public'))"}),
        ({}, {"dist/a.js": "app.get('/x', h)", "a.test.js": "app.get('/y', h)"}),
    ],
)
def test_none(make_repo: MakeRepo, dependencies: dict[str, str], files: Mapping[str, str]) -> None:
    assert [tuple(route) for route in look(make_repo(with_package(files, dependencies=dependencies))).values(f.ROUTE)] == []


@pytest.mark.parametrize(
    ("dependencies", "files", "expected"),
    [
        ("express", {"a.js": "app.post('/users', m, create)"}, ["POST /users"]),
        ("express", {"a.js": "app.route('/users').get(a).post(b)"}, ["GET /users", "POST /users"]),
        ("express", {"a.js": "app.get(['/a', '/b'], h)"}, ["GET /a", "GET /b"]),
        ("express", {"a.js": "const P = '/v1';\napp.get(P + '/a', h); app.get(`${P}/b`, h)"}, ["GET /v1/a", "GET /v1/b"]),
        (
            "express",
            {"a.js": "const app = express();\napp.use('/api', require('./r'));", "r.js": "const r = express.Router();\nr.get('/x', h);\nmodule.exports = r;"},
            ["GET /api/x"],
        ),
        (
            "express",
            {"a.ts": "import { users } from './routes';\nconst app = express();\napp.use('/users', users);", "routes/index.ts": "export { default as users } from './users';", "routes/users.ts": "const router = Router();\nrouter.get('/:id', h);\nexport default router;"},
            ["GET /users/:id"],
        ),
        (
            "express",
            {"a.js": "const auth = require('./auth');\nconst app = express();\nconst router = express.Router();\n" + LIST + "\napp.use('/v1', router);", "auth.js": "const router = express.Router();\nrouter.post('/login', h);\nmodule.exports = router;"},
            ["POST /v1/auth/login"],
        ),
        ("express", {"a.js": "require('./r')(app);", "r.js": "module.exports = function (app) { app.get('/x', h); };"}, ["GET /x"]),
        ("fastify", {"a.ts": "const app = Fastify();\napp.get('/x', { schema }, async () => 1)"}, ["GET /x"]),
        (
            "fastify",
            {"a.ts": "import r from './r';\nconst app = fastify();\napp.register(r, { prefix: '/v1' });", "r.ts": "export default async function routes(app) { app.put('/x', h) }"},
            ["PUT /v1/x"],
        ),
        ("koa", {"a.js": "const r = new Router({ prefix: '/v1' });\nr.get('named', '/x', h);\napp.use(r.routes())"}, ["GET /v1/x"]),
        ("@hapi/hapi", {"a.js": "server.route([{ method: 'GET', path: '/x', handler: h }])"}, ["GET /x"]),
        ("hono", {"a.ts": "const app = new Hono().basePath('/api');\napp.get('/a', h).post('/b', h)"}, ["GET /api/a", "POST /api/b"]),
        ("hono", {"a.ts": "const app = new Hono();\nconst sub = new Hono();\nsub.get('/x', h);\napp.route('/s', sub)"}, ["GET /s/x"]),
        ("elysia", {"a.ts": "const app = new Elysia({ prefix: '/v1' }).get('/x', () => 1)"}, ["GET /v1/x"]),
        (
            "@nestjs/core",
            {"m.ts": "app.setGlobalPrefix('api');", "a.ts": "@Controller('users')\nexport class A {\n  @Get(':id')\n  one() {}\n  @Post()\n  add() {}\n}"},
            ["GET /api/users/:id", "POST /api/users"],
        ),
        (
            "@nestjs/core",
            {"m.ts": "app.enableVersioning({ type: VersioningType.URI });", "a.ts": "@Controller({ path: 'users', version: '2' })\nexport class A {\n  @Get()\n  all() {}\n}"},
            ["GET /v2/users"],
        ),
        ("next", {"app/api/users/[id]/route.ts": "export async function GET() {}\nexport async function DELETE() {}"}, ["DELETE /api/users/:id", "GET /api/users/:id"]),
        ("next", {"pages/api/users/index.ts": "export default h"}, ["* /api/users"]),
        ("nuxt", {"server/api/users/[id].put.ts": "export default h"}, ["PUT /api/users/:id"]),
        ("@sveltejs/kit", {"src/routes/api/x/+server.ts": "export const POST = h;"}, ["POST /api/x"]),
        ("@remix-run/node", {"app/routes/users.$id.tsx": "export const loader = h;"}, ["* /users/:id"]),
        ("", {"a.ts": "Bun.serve({ routes: { '/x': h, '/y/:id': { GET: a, PUT: b } } })"}, ["* /x", "GET /y/:id", "PUT /y/:id"]),
        ("", {"a.js": "http.createServer((req) => { switch (req.url) { case '/x': return 1; } }).listen(80)"}, ["* /x"]),
    ],
)  # fmt: skip
def test_routes(make_repo: MakeRepo, dependencies: str, files: Mapping[str, str], expected: list[str]) -> None:
    facts = look(make_repo(with_package(files, dependencies={dependencies: "1"} if dependencies else {})))
    assert sorted(f"{route.method} {route.path}" for route in facts.values(f.ROUTE)) == expected


def test_a_router_that_hangs_at_an_unknown_place_tells_nothing(make_repo: MakeRepo) -> None:
    files = {
        "a.js": "const app = express();\napp.use(prefix(), require('./r'));",
        "r.js": "const r = express.Router();\nr.get('/x', h);\nmodule.exports = r;",
    }
    assert look(make_repo(with_package(files))).all(f.ROUTE) == ()
