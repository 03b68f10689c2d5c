"""Whether a gRPC server answers the standard health service, which a cluster can ask without any path.

https://github.com/grpc/grpc/blob/master/doc/health-checking.md
"""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin
from cdgen.repo import Scope
from cdgen.repo.patterns import compiled

MANIFESTS = (
    "go.mod", "package.json", "pyproject.toml", "requirements.txt", "requirements.in", "Pipfile", "setup.py", "setup.cfg",
    "pom.xml", "build.gradle", "build.gradle.kts", "gradle/libs.versions.toml",
)  # fmt: skip
CODE = "**/*.{go,py,js,mjs,cjs,ts,java,kt}"
TESTS = (
    r"(?:^|/)(?:tests?|testdata|mocks?|spec|__tests__|fixtures|src/test)/|_test\.go$|(?:^|/)test_[^/]*\.py$|\.(?:test|spec)\.\w+$"
)
# as the generated code and the health packages of Go, Python, Node and Java are called to serve it
REGISTERS = (
    r"\bRegisterHealthServer\(|\badd_HealthServicer_to_server\(|\bnew HealthImplementation\(|\baddService\(\s*\w*[Hh]ealth"
    r"|\bHealthStatusManager\("
)
WORDS = (b"RegisterHealthServer", b"add_HealthServicer", b"HealthImplementation", b"addService", b"HealthStatusManager")


def detect(scope: Scope) -> Iterator[Fact]:
    """The first place that registers it. Code is read only where a manifest of the service, or one above it, names gRPC."""
    if not _names_grpc(scope):
        return
    for path in scope.glob(CODE):
        if compiled(TESTS).search(path) or not any(word in (scope.repo.data(scope.path(path)) or b"") for word in WORDS):
            continue
        for _, line, _ in scope.search((path,), REGISTERS):
            yield Fact(
                f.GRPC_HEALTH, True, scope.line(path, line), Origin.CODE, Confidence.DECLARED, "serves grpc.health.v1.Health"
            )
            return


def _names_grpc(scope: Scope) -> bool:
    own = (scope.path(name) for name in MANIFESTS if scope.has(name))
    above = (path for name in MANIFESTS for path in scope.above(name))
    return any(b"grpc" in (scope.repo.data(path) or b"") for path in (*own, *above))
