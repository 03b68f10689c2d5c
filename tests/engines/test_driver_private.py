"""A private network: standard ports are free, the outside is reached through the door alone, and all is as before."""

from __future__ import annotations

import socket
import subprocess

from tests.engines.drivers import private, servers, services, toolchains


def test_standard_ports_are_free_and_nobody_outside_sees_them() -> None:
    outside = socket.create_server((servers.LOOPBACK, 0))
    port = outside.getsockname()[1]
    with outside, private.network():
        assert not servers.answers(port)
        with services.postgres(5432) as database, services.redis(6379) as store:
            assert (database.port, store.port) == (5432, 6379)
            assert servers.answers(5432) and servers.answers(6379)
    with socket.create_server((servers.LOOPBACK, 0)) as again:
        assert servers.answers(again.getsockname()[1])


def test_package_managers_inside_reach_their_registries() -> None:
    command = ["go", "list", "-m", "-versions", "github.com/google/uuid"]
    with private.network() as inside:
        through = subprocess.run(command, env=toolchains.environment((), inside.environment), capture_output=True, text=True)
        without = subprocess.run(command, env={**toolchains.environment(), "GOPROXY": "https://127.0.0.1:1"}, capture_output=True)
    assert ("v1.6.0" in through.stdout, without.returncode == 0) == (True, False), through.stderr
