"""Variables that a schema of the environment lists, with their defaults and whether the program stops without them."""

from __future__ import annotations

import pytest

from cdgen.model import facts as f
from tests.conftest import MakeRepo
from tests.stacks.node.look import look, with_package

ZOD = "import { z } from 'zod';\n"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (ZOD + "const Body = z.object({ NAME: z.string() });", []),
        (ZOD + "// z.object({ NAME: z.string() }).parse(process.env)", []),
        (ZOD + "z.object({ name: z.string() }).parse(process.env)", []),
        (ZOD + "z.object({ URL: z.string() }).parse(process.env)", [("URL", None, True)]),
        (ZOD + "z.object({ URL: z.string().optional() }).parse(process.env)", [("URL", None, False)]),
        (ZOD + "z.object({ PORT: z.coerce.number().default(3000) }).parse(process.env)", [("PORT", "3000", False)]),
        ("cleanEnv(process.env, { PORT: port({ default: 8080 }), NAME: str() })", [("PORT", "8080", False), ("NAME", None, True)]),
        ("createEnv({ server: { NAME: z.string() }, runtimeEnv: process.env })", [("NAME", None, True)]),
        ("Joi.object({ NAME: Joi.string().default('x') }).validate(process.env)", [("NAME", "x", False)]),
        ("convict({ port: { format: 'port', default: 80, env: 'PORT' } }); process.env", [("PORT", "80", False)]),
        ("const env = require('env-var');\nenv.get('NAME').required().asString()", [("NAME", None, True)]),
        ("const env = require('env-var');\nenv.get('NAME').default('x').asString()", [("NAME", "x", False)]),
        ("Deno.env.get('NAME') ?? 'x'", [("NAME", "x", False)]),
        ("const a = Bun.env.NAME", [("NAME", None, False)]),
    ],
)
def test_variables(make_repo: MakeRepo, code: str, expected: list[tuple[str, str | None, bool]]) -> None:
    found = look(make_repo(with_package({"a.ts": code}))).values(f.ENV)
    assert [(each.name, each.default, each.required) for each in found] == expected
