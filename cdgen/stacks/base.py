"""What every stack offers, and what several of them share.

A stack is one module: one build tool of one language family. It knows everything about its own files and its language's code, and
nothing about CI systems or clusters.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import islice
from re import Match
from typing import NamedTuple, Protocol

from cdgen.model.facts import Fact, Source
from cdgen.model.road import Road
from cdgen.model.service import ImageRecipe, Service, Toolchain
from cdgen.repo import Repo, Scope
from cdgen.repo.patterns import compiled
from cdgen.road.pins import Pins

# last elements of paths that answer for the process, the most usual first; what is ready stands apart
HEALTH_WORDS = ("healthz", "health", "livez", "healthy", "liveness", "live", "health[_-]?check", "alive", "ping")
READY_WORDS = ("readyz", "ready", "readiness")
MOST_NESTED = 150  # brackets in brackets in one file
MOST_MATCHES = 1_000  # of one pattern in one file
SYNTAX_IMAGE = "docker/dockerfile"  # the front end that reads a Dockerfile; its pin is the first line of ours


class Candidate(NamedTuple):
    """A folder that a stack claims. `strength` ranks claims on the same folder: 3 lockfile or wrapper, 2 manifest, 1 sources only.

    `root_only` marks a folder that only joins others (a Maven parent, a workspace root): no service of its own.
    """

    stack: str
    directory: str
    source: Source
    strength: int
    root_only: bool = False


class Stack(Protocol):
    """A module with these members. `id` is the file name with hyphens; `family` the language family (go, jvm, node, python).

    A stack that is not `paved` is recognised: it tells every fact and gets no road. It takes `no_toolchain` and `no_image` from
    here.
    """

    id: str
    family: str
    title: str  # for people: "Go modules"
    paved: bool

    def detect(self, repo: Repo) -> Iterator[Candidate]:
        """Every folder this stack claims, by its build files. Opens as few files as it can."""
        ...

    def facts(self, scope: Scope) -> Iterator[Fact]:
        """All that this language family can see in one service: version, framework, commands, port, endpoints, drivers, ..."""
        ...

    def toolchain(self, service: Service, pins: Pins) -> Toolchain:
        """What must be installed to run the commands; the version resolved to what the pins offer."""
        ...

    def image(self, service: Service, scope: Scope, road: Road, pins: Pins) -> ImageRecipe | None:
        """How to build its image when the repository does not; None when it cannot be known (a Fact NO_IMAGE says why)."""
        ...


def no_toolchain(service: Service, pins: Pins) -> Toolchain:  # noqa: ARG001  (the contract of `Stack.toolchain`)
    """Of a stack that is recognised and not paved."""
    return Toolchain(service.language, None)


def no_image(service: Service, scope: Scope, road: Road, pins: Pins) -> ImageRecipe | None:  # noqa: ARG001
    """Of a stack that is recognised and not paved."""
    return None


def matches(pattern: str, text: str, start: int = 0, end: int = sys.maxsize) -> Iterator[Match[str]]:
    """Matches of a regular expression in order, but no more than a file that somebody wrote can hold.

    A file that is made of nothing else is no evidence; without the bound it would keep us busy for hours.
    """
    return islice(compiled(pattern).finditer(text, start, end), MOST_MATCHES)


def is_too_deep(text: str) -> bool:
    """Whether code nests deeper than anybody writes: each question about such a tree costs as much as it is deep."""
    depth = 0
    for match in compiled(r"[({\[]|[)}\]]").finditer(text):
        depth += 1 if match.group() in "({[" else -1
        if depth > MOST_NESTED:
            return True
    return False
