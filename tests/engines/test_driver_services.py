"""Backing services of our own: they answer, on loopback alone, and are gone afterwards."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.engines.drivers import servers, services
from tests.engines.drivers.program import clean_environment
from tests.engines.lock import NotProven, find


def sql(service: services.Service, password: str) -> subprocess.CompletedProcess[str]:
    argv = [
        str(find("psql")),
        "-h",
        service.host,
        "-p",
        str(service.port),
        "-U",
        service.user,
        service.database,
        "-Atc",
        "select 6 * 7",
    ]
    return subprocess.run(argv, env={**clean_environment(), "PGPASSWORD": password}, capture_output=True, text=True, check=False)


def test_postgres_answers_its_own_password_alone() -> None:
    with services.postgres(user="shop", password="open sesame", database="orders") as running:
        assert sql(running, "open sesame").stdout == "42\n"
        assert "password authentication failed" in sql(running, "open barley").stderr
    assert not servers.answers(running.port)


def test_redis_answers() -> None:
    with services.redis() as running, socket.create_connection((running.host, running.port)) as connection:
        connection.sendall(b"PING\r\n")
        assert connection.recv(16) == b"+PONG\r\n"
    assert not servers.answers(running.port)


def test_rabbitmq_speaks_its_protocol() -> None:
    with services.rabbitmq() as running, socket.create_connection((running.host, running.port)) as connection:
        connection.sendall(b"AMQP\x00\x00\x09\x01")
        start_method = b"\x01\x00\x00"
        assert connection.recv(3) == start_method
    assert not servers.answers(running.port)


@pytest.mark.parametrize("start", [services.postgres, services.redis, services.rabbitmq])
def test_a_taken_port_is_never_shared(start: Callable[[int], AbstractContextManager[services.Service]]) -> None:
    with (
        socket.create_server((servers.LOOPBACK, 0)) as other,
        pytest.raises(NotProven, match="somebody else"),
        start(other.getsockname()[1]),
    ):
        pass


def test_servers_end_when_the_test_fails() -> None:
    with pytest.raises(RuntimeError), services.redis() as running:
        raise RuntimeError
    assert not servers.answers(running.port)


def test_a_server_that_dies_says_why(tmp_path: Path) -> None:
    argv = [str(find("redis-server")), "--port", "no-number"]
    start = servers.running(argv, log=tmp_path / "log", env=clean_environment(), is_ready=lambda: False)
    with pytest.raises(servers.ServerError, match="no-number"), start:
        pass
