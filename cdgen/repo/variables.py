"""Environment variables that a repository reads or sets, and which of them are credentials."""

from __future__ import annotations

from cdgen.model.facts import EnvVar
from cdgen.repo.patterns import compiled

CREDENTIAL = r"(?i)passw|secret|token|api_?key|private_?key|credential|(?:^|_)pass$|_dsn$|database_url$|connection_?string"


def variable(name: str, default: str | None = None, *, required: bool = False) -> EnvVar:
    """An environment variable that code reads. The default of a secret is never repeated: it may be one."""
    secret = bool(compiled(CREDENTIAL).search(name))
    return EnvVar(name, None if secret else default, required and default is None, secret)
