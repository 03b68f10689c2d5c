"""The machine's own compilers and package managers: their settings and caches, and nothing else of the environment.

Commands of a service (install, test, build) run with this: they need the registries, certificates and caches that the
machine is set up for, and must not see the tokens or the shell settings of the person who runs the tests.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Mapping

from tests.engines.drivers.program import SYSTEM_PATH, path_with

NETWORK = {"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"}
CERTIFICATES = {"CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "SSL_CERT_DIR", "SSL_CERT_FILE"}
GO = {"GOCACHE", "GOFLAGS", "GOMODCACHE", "GONOPROXY", "GONOSUMDB", "GOPATH", "GOPRIVATE", "GOPROXY", "GOSUMDB", "GOTOOLCHAIN"}
JAVA = {"JAVA_HOME", "MAVEN_OPTS", "MAVEN_ARGS", "GRADLE_USER_HOME"}
HOMES = {"HOME", "PYENV_ROOT", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"}
SETTINGS = NETWORK | CERTIFICATES | GO | JAVA | HOMES
FAMILIES = ("PIP_", "UV_", "NPM_CONFIG_", "npm_config_")


def environment(programs: Iterable[str] = (), more: Mapping[str, str] | None = None) -> dict[str, str]:
    """`programs` of the tool lock come first on PATH, then what the machine has."""
    own = {name: value for name, value in os.environ.items() if name in SETTINGS or name.startswith(FAMILIES)}
    path = path_with(programs, os.environ.get("PATH", SYSTEM_PATH))
    return {**own, "PATH": path, "LANG": "C.UTF-8", "TZ": "UTC", "TMPDIR": tempfile.gettempdir(), **(more or {})}
