"""A network of its own for one thread and the processes that it starts: addresses of pods can be answered in it."""

from __future__ import annotations

import ctypes
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from tests.engines.lock import NotProven

CLONE_NEWNET = 0x40000000  # linux/sched.h
PODS = "10.0.0.0/24"  # where kwok takes the addresses of its pods from
OWN = "/proc/thread-self/ns/net"


@contextmanager
def pod_network() -> Iterator[None]:
    """Inside, whatever listens on all addresses answers for every pretended pod, and nothing can reach the outside."""
    libc = ctypes.CDLL(None, use_errno=True)
    before = os.open(OWN, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if libc.unshare(CLONE_NEWNET):
            raise NotProven("network namespace", os.strerror(ctypes.get_errno()))
        for arguments in ("link set lo up", f"route add local {PODS} dev lo"):
            subprocess.run(["ip", *arguments.split()], check=True, capture_output=True)
        yield
    finally:
        libc.setns(before, CLONE_NEWNET)
        os.close(before)
