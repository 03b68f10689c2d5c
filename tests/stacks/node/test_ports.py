"""Where a program listens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from cdgen.model import facts as f
from cdgen.model.facts import Confidence
from tests.conftest import MakeRepo
from tests.stacks.node.look import decided, first, look, with_package

SURE, MAYBE = Confidence.DECLARED, Confidence.INFERRED


@pytest.mark.parametrize(
    "code",
    [
        "console.log('no server')",
        "// app.listen(3000)",
        "io.listen(4000)",
        "emitter.listen(8080)",
        "app.listen(process.env.PORT)",
        "app.listen(socketPath)",
        "const db = { port: 5432 };\nconnect(db);",
        "axios.get('http://localhost:3000')",
    ],
)
def test_no_port(make_repo: MakeRepo, code: str) -> None:
    assert look(make_repo(with_package({"server.js": code}))).all(f.PORT) == ()


@pytest.mark.parametrize(
    ("code", "port", "confidence"),
    [
        ("app.listen(8080, () => {})", 8080, SURE),
        ("app\n  .listen(8080)", 8080, SURE),
        ("app.listen(\n  8080,\n)", 8080, SURE),
        ("app.listen(process.env.PORT || 3000)", 3000, MAYBE),
        ("app.listen(process.env.PORT ?? '3000')", 3000, MAYBE),
        ("app.listen(+process.env.PORT || 3000)", 3000, MAYBE),
        ("app.listen(Number(process.env.PORT || 3000))", 3000, MAYBE),
        ("app.listen(parseInt(process.env.PORT || '3000', 10))", 3000, MAYBE),
        ("app.listen(process.env.PORT ? Number(process.env.PORT) : 3000)", 3000, MAYBE),
        ("const port = 4000;\nserver.listen(port)", 4000, SURE),
        ("const port: number = 4000;\nserver.listen(port)", 4000, SURE),
        ("const PORT = process.env.PORT || 4000;\nserver.listen(PORT)", 4000, MAYBE),
        ("const { PORT = 4000 } = process.env;\nserver.listen(PORT)", 4000, MAYBE),
        ("var port = normalizePort(process.env.PORT || '3000');\napp.set('port', port);\nserver.listen(port)", 3000, MAYBE),
        ("app.set('port', process.env.PORT || 5000);\napp.listen(app.get('port'))", 5000, MAYBE),
        ("fastify.listen({ port: 3001, host: '0.0.0.0' })", 3001, SURE),
        ("const port = 3001;\nfastify.listen({ host, port })", 3001, SURE),
        ("fastify.listen({ port: Number(process.env.PORT ?? 3001) })", 3001, MAYBE),
        ("const Hapi = require('@hapi/hapi');\nconst server = Hapi.server({ port: 3002 });", 3002, SURE),
        ("const server = new Hapi.Server({ port: process.env.PORT || 3002 });", 3002, MAYBE),
        ("import { serve } from '@hono/node-server';\nserve({ fetch: app.fetch, port: 8787 })", 8787, SURE),
        ("startStandaloneServer(server, { listen: { port: 4001 } })", 4001, SURE),
        ("server.bindAsync('0.0.0.0:50051', creds, start)", 50051, SURE),
        ("const PORT = process.env.PORT || 50051;\nserver.bindAsync(`[::]:${PORT}`, creds, start)", 50051, MAYBE),
        ("const port = 7000;\nserver.bindAsync('0.0.0.0:' + port, creds, start)", 7000, SURE),
        ("await app.listen(configService.get<number>('PORT', 3003))", 3003, MAYBE),
        ("const FALLBACK = 3100;\napp.listen(process.env.PORT || FALLBACK)", 3100, MAYBE),
        ("const redis = { port: 6379 };\nconst port = 3000;\napp.listen(port)", 3000, SURE),
    ],
)
def test_a_call_in_the_code(make_repo: MakeRepo, code: str, port: int, confidence: Confidence) -> None:
    facts = look(make_repo(with_package({"src/server.ts": code})))
    assert [(fact.value, fact.confidence) for fact in facts.all(f.PORT)] == [(port, confidence)]


@pytest.mark.parametrize(
    ("listen", "files", "port"),
    [
        ("import { PORT } from './config';\napp.listen(PORT)", {"src/config.ts": "export const PORT = 4100;"}, 4100),
        (
            "const config = require('./config');\napp.listen(config.port)",
            {"src/config/index.js": "module.exports = { port: 4100 }"},
            4100,
        ),
        (
            "import config from './config.js';\napp.listen(config.server.port)",
            {"src/config.ts": "export default { server: { port: process.env.PORT || 4100 } }"},
            4100,
        ),
        ("const c = require('./settings.json');\napp.listen(c.port)", {"src/settings.json": '{"port": 4100}'}, 4100),
        ("app.listen(env.PORT)", {"src/env.ts": "PORT: z.coerce.number().default(4100),"}, 4100),
        ("app.listen(env.PORT)", {"src/env.ts": "PORT: port({ default: 4100 }),"}, 4100),
        ("app.listen(config.get('server.port'))", {"config/default.json": '{"server": {"port": 4100}}'}, 4100),
        (
            "await app.listen(configService.getOrThrow('app.port', { infer: true }))",
            {
                "src/config/mail.config.ts": "export default { port: process.env.MAIL_PORT ? +process.env.MAIL_PORT : 1080 }",
                "src/config/app.config.ts": "export default { port: process.env.PORT\n ? parseInt(process.env.PORT, 10)\n : 4100 }",
            },
            4100,
        ),
        ("app.listen(process.env.PORT)", {".env.example": "DB_PORT=5432\nPORT=4100\n"}, 4100),
    ],
)
def test_a_value_in_another_file(make_repo: MakeRepo, listen: str, files: Mapping[str, str], port: int) -> None:
    assert decided(look(make_repo(with_package({"src/main.ts": listen, **files}))), f.PORT) == port


def test_a_second_socket_is_not_the_port(make_repo: MakeRepo) -> None:
    facts = look(make_repo(with_package({"server.js": "app.listen(8080);\nmetricsApp.listen(9464);\nadminServer.listen(8081);"})))
    assert (decided(facts, f.PORT), decided(facts, f.METRICS_PORT)) == (8080, 9464)


def test_two_ports_are_no_answer(make_repo: MakeRepo) -> None:
    facts = look(make_repo(with_package({"server.js": "app.listen(8080);\nother.listen(8081);"})))
    assert decided(facts, f.PORT) is None and facts.values(f.PORT) == (8080, 8081)


def test_the_line_of_the_call(make_repo: MakeRepo) -> None:
    fact = first(look(make_repo(with_package({"server.js": "\n\nconst port = 1234;\napp.listen(port)"}))), f.PORT)
    assert str(fact.source) == "server.js:3"


def test_a_name_that_means_itself_ends(make_repo: MakeRepo) -> None:
    assert (
        look(make_repo(with_package({"a.js": "const port = port;\nlet a = b, b = a;\nx.listen(port); y.listen(a)"}))).all(f.PORT)
        == ()
    )


@pytest.mark.parametrize(
    ("parts", "port", "confidence"),
    [
        ({"scripts": {"start": "PORT=8081 node a.js"}}, 8081, SURE),
        ({"scripts": {"start": "next start -p 8081"}, "dependencies": {"next": "14"}}, 8081, SURE),
        ({"scripts": {"dev": "next dev -p 8081", "start": "next start"}, "dependencies": {"next": "14"}}, 3000, Confidence.DEFAULT),
        ({"dependencies": {"nuxt": "3"}}, 3000, Confidence.DEFAULT),
        ({"scripts": {"build": "vite build"}, "dependencies": {"vue": "3", "vite": "5"}}, 8080, Confidence.DEFAULT),
        (
            {"scripts": {"start": "fastify start app.js"}, "dependencies": {"fastify": "5", "fastify-cli": "7"}},
            3000,
            Confidence.DEFAULT,
        ),
    ],
)
def test_scripts_and_defaults(make_repo: MakeRepo, parts: dict[str, Any], port: int, confidence: Confidence) -> None:
    facts = look(make_repo(with_package({}, **parts)))
    assert [(fact.value, fact.confidence) for fact in facts.all(f.PORT)] == [(port, confidence)]
