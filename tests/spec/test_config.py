"""`cdgen.yaml` and `road.yaml`: what is accepted, and every problem at its place."""

from __future__ import annotations

import json

import jsonschema
import pytest

from cdgen.cli.schema import schema_of
from cdgen.errors import ConfigError
from cdgen.repo.yaml import load_documents
from cdgen.road.load import built_in_text, parse_road
from cdgen.spec.config import parse_config

GOOD = [
    ("one service", "road: default@2026.11\nservice: payments\nowner: team-a\ntier: gold\nport: 8080\n"),
    ("a byte-order mark", "\ufeffroad: default@2026.11\n"),
    ("windows line ends", "road: default@2026.11\r\nservice: cart\r\n"),
    ("commands", "road: ./road\ncommands: {test: make x, start: './server --port 1'}\n"),
    ("several services", "road: default@2026.11\nservices:\n  - {path: services/cart, service: cart}\n  - path: web\n"),
    ("an exception", "road: a@1\nexceptions:\n  - {rule: a-b, path: x, reason: y, owner: z, until: 2026-12-01}\n"),
    ("a version that looks like a number", "road: a@1\nlanguage_version: 3.10\n"),
    ("objectives", "road: a@1\nslo: {availability: 99.9, latency: {quantile: 0.99, ms: 300}}\n"),
]


@pytest.mark.parametrize(("what", "text"), GOOD, ids=[what for what, _ in GOOD])
def test_is_accepted_by_the_reader_and_by_the_schema(what: str, text: str) -> None:
    parse_config(text.encode())
    jsonschema.validate(load_documents(_typed(text))[0], json.loads(json.dumps(schema_of("cdgen.yaml"))))


def _typed(text: str) -> str:
    """The schema sees a parsed document: a version must be quoted for it, and the mark is the file's, not the document's."""
    return text.replace("3.10", "'3.10'").removeprefix("\ufeff")


BAD = [
    ("an unknown key", "road: a@1\nportt: 80\n", [(2, 1, "unknown key `portt`", "did you mean `port`?")]),
    ("text for a number", "road: a@1\nport: '80'\n", [(2, 7, "`port` is a number", "this is `80`")]),
    ("a number out of range", "road: a@1\nport: 99999\n", [(2, 7, "between 1 and 65535", "this is 99999")]),
    ("a list for a text", "road: a@1\nowner: [a]\n", [(2, 8, "`owner` is one value", "owner: team-payments")]),
    ("a near miss of a value", "road: a@1\ntier: gould\n", [(2, 7, "one of platinum, gold", "did you mean `gold`?")]),
    ("a key twice", "road: a@1\nport: 1\nport: 2\n", [(3, 1, "`port` stands here a second time", "first at line 2")]),
    ("a tab", "road: a@1\n\tport: 1\n", [(2, 1, "a tab", "indented with spaces")]),
    ("an empty file", "", [(1, 1, "is empty", "")]),
    ("a list", "- a\n", [(1, 1, "cdgen.yaml is a table", "")]),
    ("broken YAML", "road: {a\n", [(2, 1, "not valid YAML", "")]),
    ("no road", "port: 1\n", [(1, 1, "`road` is missing", "default@2026.11")]),
    ("a bad name", "road: a@1\nservice: Pay_ments\n", [(2, 10, "lower-case letters", "Pay_ments")]),
    ("a path that leaves", "road: a@1\ndeploy: ../x\n", [(2, 9, "a folder inside the repository", "../x")]),
    (
        "a day that is none",
        "road: a@1\nexceptions:\n- {rule: a, path: b, reason: c, owner: d, until: 2026-02-30}\n",
        [(3, 50, "is a day", "2026-02-30")],
    ),
    (
        "several at once",
        "raod: x\nport: x\n",
        [(1, 1, "unknown key `raod`", "did you mean `road`?"), (1, 1, "`road` is missing", ""), (2, 7, "is a number", "")],
    ),
    ("a nested key", "road: a@1\ncommands: {tests: x}\n", [(2, 12, "unknown key `tests` in `commands`", "did you mean `test`?")]),
]  # fmt: skip


@pytest.mark.parametrize(("what", "text", "expected"), BAD, ids=[what for what, *_ in BAD])
def test_says_every_problem_with_its_place(what: str, text: str, expected: list[tuple[int, int, str, str]]) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config(text.encode())
    found = caught.value.findings
    assert [(finding.line, finding.column) for finding in found] == [(line, column) for line, column, *_ in expected]
    for finding, (_, _, says, also) in zip(found, expected, strict=True):
        assert says in finding.message
        assert also in finding.message


def test_bytes_that_are_no_text_are_refused_with_their_line() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config(b"road: a@1\nowner: \xff\n")
    assert caught.value.findings[0].line == 2


def test_what_is_settled_knows_its_line() -> None:
    config = parse_config(b"road: a@1\nservices:\n  - path: ./web/\n    port: 80\n    commands:\n      test: make t\n")
    service = config.services[0]
    assert service.path == "web"
    assert dict(service.overrides) == {"port": 80, "command.test": "make t"}
    assert dict(service.lines) == {"port": 4, "command.test": 6}


def test_the_built_in_road_is_valid_and_matches_its_schema() -> None:
    road = parse_road(built_in_text(), "road.yaml", "built in")
    assert [each.name for each in road.environments] == ["staging", "production"]
    assert road.environments[1].previous == "staging"
    assert road.tiers["bronze"].coverage_floor is None
    schema = json.loads(json.dumps(schema_of("road.yaml")))
    document = load_documents(built_in_text().decode())[0]
    jsonschema.validate(document, schema)


def test_a_road_says_every_problem_too() -> None:
    text = built_in_text().replace(b"ci: github", b"ci: gitub").replace(b'kubernetes_version: "1.36"', b"kubernetes_version: 1.12")
    with pytest.raises(ConfigError) as caught:
        parse_road(text, "road.yaml", "./road")
    assert [finding.path for finding in caught.value.findings] == ["road.yaml", "road.yaml"]
    assert "did you mean `github`?" in caught.value.findings[0].message
