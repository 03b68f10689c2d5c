"""What every detector is: one function that looks at one subject outside any language."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from cdgen.model.facts import Fact
from cdgen.repo import Scope

Detector: TypeAlias = Callable[[Scope], Iterator[Fact]]
