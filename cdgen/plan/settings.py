"""Which environment variables of the code go where: into the configuration, to the secret store, or to the team."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from cdgen.model.facts import EnvVar
from cdgen.model.service import Service

# Said by the platform or the image, never by a configuration: a value from the code's own default would undo theirs.
PLATFORM = (
    r"CI|DEBUG|GOPATH|HOME|HOSTNAME|HTTPS?_PROXY|NO_PROXY|JAVA_HOME|JAVA_OPTS|LANG|LC_ALL|LD_LIBRARY_PATH|LOGNAME|PATH|PWD|PYTHONPATH"
    r"|SHELL|TE?MP|TERM|TMPDIR|TZ|USER|VIRTUAL_ENV|NODE_NAME|POD_(?:IP|NAME|NAMESPACE)"
    r"|GOMAXPROCS|GOMEMLIMIT|JAVA_TOOL_OPTIONS|NODE_OPTIONS"
)
# Switch a whole program between development and production: the image or the team says which
MODES = r"(?:\w+_)?ENV(?:IRONMENTS?)?|DJANGO_SETTINGS_MODULE|FLASK_DEBUG|GIN_MODE|QUARKUS_PROFILE|SPRING_PROFILES_ACTIVE"
OTHERS = r"(?:KUBERNETES|GITHUB|GITLAB|CI|RUNNER|npm|TEST)_.*|.*_TEST(?:_.*)?"
NAME = r"[A-Za-z_][A-Za-z0-9_]*"
# true on the developer's machine alone
LOCAL = r"(?i)\blocalhost\b|\b127\.\d+\.\d+\.\d+\b|\[?::1\]?(?![0-9a-f:])|\bhost\.docker\.internal\b"
CREDENTIALS = r"://[^/\s@]*:[^/\s@]*@"


class Settings(NamedTuple):
    """`config` has values, `secrets` and `required_secrets` only names, `unset` are names that no known value fits."""

    config: tuple[tuple[str, str], ...]
    secrets: tuple[str, ...]
    required_secrets: tuple[str, ...]
    unset: tuple[str, ...]


def settings_of(service: Service) -> Settings:
    variables = tuple(variable for variable in service.env if _is_ours(variable.name))
    secret = tuple(variable for variable in variables if variable.secret)
    return Settings(
        config=tuple(_config(service, variables)),
        secrets=tuple(variable.name for variable in secret),
        required_secrets=tuple(variable.name for variable in secret if variable.required),
        unset=tuple(variable.name for variable in variables if _is_unset(variable, service)),
    )


def _is_ours(name: str) -> bool:
    return bool(re.fullmatch(NAME, name)) and not re.fullmatch(rf"{PLATFORM}|{MODES}|{OTHERS}", name)


def _config(service: Service, variables: tuple[EnvVar, ...]) -> Iterator[tuple[str, str]]:
    for variable in variables:
        value = _value(variable, service)
        if value is not None and not variable.secret:
            yield variable.name, value


def _value(variable: EnvVar, service: Service) -> str | None:
    """What the code takes by itself, made visible. An empty default is left out: set and empty is not the same as not set."""
    if variable.name == "PORT":
        return str(service.port) if service.port else None
    default = variable.default
    if not default or not default.isprintable() or re.search(LOCAL, default) or re.search(CREDENTIALS, default):
        return None
    return default


def _is_unset(variable: EnvVar, service: Service) -> bool:
    if variable.secret or _value(variable, service) is not None:
        return False
    default = variable.default or ""
    return variable.required or bool(re.search(LOCAL, default) or re.search(CREDENTIALS, default))
