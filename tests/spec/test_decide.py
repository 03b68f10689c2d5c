"""The precedence of evidence: cdgen.yaml, confidence, origin; equal and different is no answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cdgen import app
from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, FactSet, Key, Origin, Source
from cdgen.spec import derived
from cdgen.spec.decide import RANK, SETTLE, SINGLE, backing_services, choose
from cdgen.spec.names import clean_name, remote_parts

D, I, X = Confidence.DECLARED, Confidence.INFERRED, Confidence.DEFAULT  # noqa: E741


def fact(value: Any, origin: Origin, confidence: Confidence = D, line: int = 1, key: Key[Any] = f.PORT) -> Fact:
    return Fact(key, value, Source("a", line), origin, confidence)


PORTS = [
    ("nothing seen", [], None, None),
    ("the code before the image", [fact(1, Origin.DOCKERFILE), fact(2, Origin.CODE)], 2, D),
    ("the image before a default in the code", [fact(2, Origin.CODE, I), fact(1, Origin.DOCKERFILE)], 1, D),
    ("a framework's default last", [fact(8080, Origin.DEFAULT, X), fact(3, Origin.COMPOSE, I)], 3, I),
    ("the same in two places", [fact(1, Origin.CODE), fact(1, Origin.CODE, line=2)], 1, D),
    ("different in two places of equal weight", [fact(1, Origin.CODE), fact(2, Origin.CODE, line=2)], None, None),
]


@pytest.mark.parametrize(("what", "facts", "value", "confidence"), PORTS, ids=[what for what, *_ in PORTS])
def test_port(what: str, facts: list[Fact], value: int | None, confidence: Confidence | None) -> None:
    decision = choose(f.PORT, FactSet(facts))
    assert (decision.value, decision.confidence) == (value, confidence)


def test_a_tie_names_both_places_and_the_line_that_settles_it() -> None:
    decision = choose(f.PORT, FactSet([fact(1, Origin.CODE), fact(2, Origin.CODE, line=7)]))
    assert "a:1" in decision.why
    assert "a:7" in decision.why
    assert decision.settle == "port: <number>"
    assert decision.candidates == ((1, Source("a", 1)), (2, Source("a", 7)))


def test_a_second_health_path_is_another_endpoint() -> None:
    facts = [fact("/healthz", Origin.CODE, key=f.HEALTH_PATH), fact("/livez", Origin.CODE, line=2, key=f.HEALTH_PATH)]
    assert choose(f.HEALTH_PATH, FactSet(facts)).value == "/healthz"


def test_cdgen_yaml_beats_everything_and_says_so() -> None:
    decision = choose(f.PORT, FactSet([fact(1, Origin.CODE)]), (9, Source("cdgen.yaml", 4)))
    assert (decision.value, decision.sources) == (9, (Source("cdgen.yaml", 4),))
    assert decision.candidates == ((1, Source("a", 1)),)


def test_tables_speak_of_keys_that_are_decided() -> None:
    names = {key.name for key in SINGLE}
    assert set(RANK) <= names
    assert set(SETTLE) <= names


NAMES = [
    ("payments", "payments"),
    ("Pay_ments.v2", "pay-ments-v2"),
    ("@scope/name", "name"),
    ("9lives", "service-9lives"),
    ("---", "service"),
    ("x", "x-service"),
    ("a" * 60, "a" * 41),
]


@pytest.mark.parametrize(("text", "name"), NAMES)
def test_clean_name(text: str, name: str) -> None:
    assert clean_name(text) == name


@pytest.mark.parametrize(
    ("remote", "parts"),
    [
        ("git@github.com:shop/cart.git", ("shop", "cart")),
        ("https://github.com/shop/cart", ("shop", "cart")),
        ("https://gitlab.example.org/group/sub/cart.git/", ("sub", "cart")),
        ("cart", ("", "cart")),
    ],
)
def test_remote_parts(remote: str, parts: tuple[str, str]) -> None:
    assert remote_parts(remote) == parts


@pytest.mark.parametrize(
    ("directory", "name"),
    [("services/payments", "payments"), ("src/cartservice/src", "cartservice"), ("src", "src"), ("src/Web.Api", "web-api")],
)
def test_a_service_is_called_after_the_folder_that_is_its_own(tmp_path: Path, directory: str, name: str) -> None:
    folder = tmp_path / directory
    folder.mkdir(parents=True)
    (folder / "go.mod").write_text("module example.com/x\n\ngo 1.26\n")
    (folder / "main.go").write_text("package main\n\nfunc main() {}\n")
    assert [service.name for service in app.inspect(tmp_path).services] == [name]


BOUND = [
    ("no command", None, 5000),
    ("a number", "gunicorn -b :5000 a:b", 5000),
    ("a variable with a fallback", "gunicorn -b :${PORT:-5000} a:b", 5000),
    ("a variable of something else", "gunicorn --log-level=$LEVEL a:b", 5000),
    ("a variable that nothing sets", "gunicorn -b :$PORT a:b", None),
    ("a quoted one", 'serve --port "${PORT}"', None),
]


@pytest.mark.parametrize(("what", "command", "value"), BOUND, ids=[what for what, *_ in BOUND])
def test_a_default_port_gives_way_to_a_variable_of_the_command(what: str, command: str | None, value: int | None) -> None:
    facts = FactSet([fact(5000, Origin.DEFAULT, X), *([fact(command, Origin.DOCKERFILE, key=f.START)] if command else [])])
    assert derived.port({key.name: choose(key, facts) for key in (f.PORT, f.START)}).value == value


KINDS = [
    ("a listener is a service, whatever the README says", [fact(80, Origin.CODE)], "service"),
    ("a worker of that name", [fact("worker", Origin.CODE, I, key=f.KIND)], "load-generator"),
    ("nothing else known", [], "load-generator"),
    ("a library", [fact("library", Origin.CODE, I, key=f.KIND)], "library"),
]


@pytest.mark.parametrize(("what", "facts", "kind"), KINDS, ids=[what for what, *_ in KINDS])
def test_a_readme_tells_load_from_a_worker(what: str, facts: list[Fact], kind: str) -> None:
    seen = FactSet([*facts, fact("load-generator", Origin.DOCS, X, key=f.KIND)])
    made = {key.name: choose(key, seen) for key in (f.KIND, f.PROTOCOL, f.PORT, f.START)}
    assert derived.kind(made, seen).value == kind


COMPOSE = fact(f.BackingService("redis"), Origin.COMPOSE, I, key=f.BACKING)
USED = fact(f.BackingService("mongodb"), Origin.CODE, I, key=f.BACKING)
BESIDE = [
    ("alone", [COMPOSE], "service", ["redis"]),
    ("pages", [COMPOSE], "static-site", []),
    ("beside another driver", [COMPOSE, USED], "service", ["mongodb"]),
    (
        "beside its own driver, which is only required",
        [COMPOSE, USED, fact(f.BackingService("redis"), Origin.MANIFEST, X, key=f.BACKING)],
        "service",
        ["mongodb", "redis"],
    ),
    (
        "a driver that is only required",
        [USED, fact(f.BackingService("kafka"), Origin.CODE, X, key=f.BACKING)],
        "service",
        ["mongodb"],
    ),
]


@pytest.mark.parametrize(("what", "facts", "kind", "kinds"), BESIDE, ids=[what for what, *_ in BESIDE])
def test_what_stands_beside(what: str, facts: list[Fact], kind: str, kinds: list[str]) -> None:
    assert [each.kind for each in backing_services(FactSet(facts), kind)] == kinds
