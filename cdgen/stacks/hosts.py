"""Hosts that are written down in code, whatever its language."""

from __future__ import annotations

from typing import NamedTuple

from cdgen.repo.patterns import compiled

VARIABLE = r"[A-Z][A-Z0-9_]{2,60}"  # the name of an environment variable, by convention
HOST = r"(?:[a-z][a-z0-9+.-]*:/{2,3})?(?:[^/@\s]*@)?(?P<host>(?:[A-Za-z0-9_][\w.-]*|\[[0-9a-f:]+\]))(?P<port>:\d+)?(?:[/?#].*)?"
LOOPBACK = r"(?i)localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[[0-9a-f:]*\]|host\.docker\.internal"
SCHEME = r"[a-z][a-z0-9+.-]*:/{2,3}"
SCHEMES = frozenset({"http", "https", "ws", "wss", "tcp", "udp", "unix", "file", "dns"})
# words in the name of a setting that holds an address
ADDRESSED = r"(?i)ur[li]s?$|addr(?:ess)?(?:es)?$|host|endpoint|server|target|service|base|backend|upstream|api|svc|domain"


class Address(NamedTuple):
    """`host` is a name, with its port where that is known; None for one that only this machine knows.

    `bare` marks a name that stands alone: it is a target of gRPC, and no URL.
    """

    host: str | None
    variable: str | None = None
    bare: bool = False


def host_of(value: str | None) -> str | None:
    """The host of an address that is written down; None for this machine's own."""
    found = compiled(HOST).fullmatch(value or "")
    if found is None or compiled(LOOPBACK).fullmatch(found["host"]) or found["host"].isdigit() or found["host"] in SCHEMES:
        return None
    return found["host"] + (found["port"] or "")


def written(value: str | None) -> list[Address]:
    host = host_of(value)
    alone = host is not None and "://" not in (value or "") and "." not in host and ":" not in host
    return [Address(host, bare=alone)] if host else []


def as_url(found: list[Address]) -> list[Address]:
    """Names that a scheme stands before."""
    return [address._replace(bare=False) for address in found]
