"""What a policy is. One rule is one file: its name is the id, its docstring the page, its examples the tests.

A policy sees the plan or a parsed file, generated or written by hand, and says what it minds and where. It never repairs: secure
defaults are the plan's affair, so everything that cdgen writes passes every policy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple, TypeAlias

from cdgen.model.finding import Severity
from cdgen.model.plan import DeliveryPlan

KeyPath: TypeAlias = tuple[str | int, ...]
Place: TypeAlias = tuple[int, int]


class Kind(StrEnum):
    """What a file is for the program that reads it."""

    WORKFLOW = "workflow"  # GitHub Actions
    MANIFESTS = "manifests"  # Kubernetes objects, with the kustomizations that put them together
    DOCKERFILE = "Dockerfile"


class Document(NamedTuple):
    """One parsed document. `places` has the 1-based (line, column) of every path in it."""

    path: str
    data: Any
    places: Mapping[KeyPath, Place] = {}


class File(NamedTuple):
    """What a file policy sees: one workflow, one Dockerfile, or all objects that are applied together."""

    kind: Kind
    documents: tuple[Document, ...]
    plan: DeliveryPlan | None = None  # None for files that no plan made


class Hit(NamedTuple):
    """One thing a policy minds. `document` and `at` say where in a file; without a document `path` and `line` do."""

    message: str
    document: Document | None = None
    at: KeyPath = ()
    path: str = ""
    line: int = 0
    fix: str = "needs a person"


class FilePolicy(NamedTuple):
    """A rule over files of some kinds. An example is the text of a file, of the first kind unless a word says otherwise."""

    sees: tuple[Kind, ...]
    check: Callable[[File], Iterable[Hit]]
    severity: Severity
    passes: tuple[str, ...]
    fails: tuple[str, ...]
    covers: tuple[str, ...] = ()  # ids of public rules that ask for the same


class PlanPolicy(NamedTuple):
    """A rule over the plan. An example says what differs from the plan of one good service (`base/example.py`)."""

    check: Callable[[DeliveryPlan], Iterable[Hit]]
    severity: Severity
    passes: tuple[Mapping[str, Any], ...]
    fails: tuple[Mapping[str, Any], ...]
    covers: tuple[str, ...] = ()


Policy: TypeAlias = FilePolicy | PlanPolicy
