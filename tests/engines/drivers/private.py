"""A network of one's own: standard ports are free in it, nobody else can reach it, and it ends with the block.

A service may listen on 0.0.0.0:8080 and its database on 5432, as their configuration says, whatever runs on the machine.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from tests.engines.drivers.proxy import Proxy
from tests.engines.lock import NotProven

CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)


class Network(NamedTuple):
    """`environment` lets package managers inside reach the registries outside."""

    environment: dict[str, str]


@contextmanager
def network() -> Iterator[Network]:
    """Moves this thread, and every process that it starts in the block, into an empty network with only loopback."""
    proxy = Proxy()
    outside = threading.Thread(target=proxy.serve, daemon=True)
    outside.start()  # threads keep the network in which they were started
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    try:
        _unshare()
        try:
            subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
            yield Network(_through(proxy.listen()))
        finally:
            libc.setns(home, CLONE_NEWNET)
    finally:
        os.close(home)
        proxy.close()
        outside.join()


def _unshare() -> None:
    if libc.unshare(CLONE_NEWNET):
        raise NotProven("a private network", os.strerror(ctypes.get_errno()))


def _through(port: int) -> dict[str, str]:
    address, local = f"http://127.0.0.1:{port}", "localhost,127.0.0.1"
    java = f"-Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort={port} -Dhttp.nonProxyHosts=localhost|127.*"
    java += " -Daether.connector.http.useSystemProperties=true"  # what Maven 3.9 fetches with looks at them only then
    names = {"HTTPS_PROXY": address, "https_proxy": address, "NO_PROXY": local, "no_proxy": local}
    return {**names, "MAVEN_OPTS": java}
