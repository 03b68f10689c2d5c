"""Comments, texts of pages and strings that look like code change no fact."""

from __future__ import annotations

import pytest

from cdgen.model import facts as f
from tests.conftest import MakeRepo
from tests.stacks.node.look import look, with_package

CODE = "app.listen(4321); const a = process.env.SECRET_TOKEN; app.get('/health', h); fetch('http://users/x');"
TELLING = (f.PORT, f.ENV, f.HEALTH_PATH, f.ROUTE, f.CALL, f.PROTOCOL, f.KIND)


def test_the_code_itself_tells(make_repo: MakeRepo) -> None:
    facts = look(make_repo(with_package({"a.jsx": CODE})))
    assert all(facts.all(key) for key in TELLING)


@pytest.mark.parametrize(
    "text",
    [
        "// {}",
        "/* {} */",
        "/*\n{}\n*/",
        "/**\n * {}\n */",
        "const help = `\n{}\n`;",
        'const help = "{}";',
        "const Page = () => <pre>{{/* none */}}{}</pre>;",
        "const Page = () => <pre>\n{}\n</pre>;",
    ],
)
def test_what_is_no_code(make_repo: MakeRepo, text: str) -> None:
    facts = look(make_repo(with_package({"a.jsx": text.format(CODE)})))
    assert [key for key in TELLING if facts.all(key)] == []
