"""One set of services for every way in which a workflow can differ, and a road on which nothing is public."""

from __future__ import annotations

from cdgen.model.facts import BackingService, ExistingImage, PrivateRegistry
from cdgen.model.service import Service, Toolchain
from tests.plan.sample import COMMANDS, road, service

TWO = (service("cart", "src/cart"), service("web", "src/web"))
NPM = PrivateRegistry("npm", "npm.corp.example", "NPM_TOKEN")
FORGE = PrivateRegistry("npm", "npm.pkg.github.com", "GITHUB_TOKEN")
NODE = Toolchain("node", "24.18.0", package_manager="pnpm", package_manager_version="10.34.7", lockfiles=("pnpm-lock.yaml",))
JAVA = Toolchain("java", "21", package_manager="maven", lockfiles=("pom.xml",))
PYTHON = Toolchain("python", "3.13", package_manager="uv", package_manager_version="0.13.9", lockfiles=("uv.lock",))
OWN_ROAD = road(
    registry="registry.corp.example/team",
    runners={"ubuntu-24.04": "corp-linux"},
    images={"docker.elastic.co": "mirror.corp.example/elastic", "*": "mirror.corp.example"},
    actions={name: f"corp/{name.replace('/', '-')}" for name in (
        "actions/checkout", "actions/setup-go", "actions/setup-java", "actions/setup-node", "actions/setup-python",
        "astral-sh/setup-uv",
        "gradle/actions", "docker/setup-buildx-action", "docker/build-push-action", "docker/login-action", "azure/setup-kubectl",
    )},
    indexes={name: f"https://{name}.corp.example" for name in ("go", "npm", "pypi", "maven")},
    tool_source="https://pypi.corp.example/simple", tool_version="1.0.0", tool_sha256="0" * 64,
)  # fmt: skip


def services_of_each_kind() -> dict[str, tuple[Service, ...]]:
    kinds = (
        "postgresql",
        "mysql",
        "mariadb",
        "mongodb",
        "redis",
        "rabbitmq",
        "kafka",
        "nats",
        "elasticsearch",
        "opensearch",
        "cassandra",
    )
    return {
        "go": (service(),),
        "node": (service(language="node", toolchain=NODE, registries=(NPM,)),),
        "gradle": (
            service(toolchain=Toolchain("java", "21", package_manager="gradle"), commands=COMMANDS._replace(lint="gradle check")),
        ),
        "java": (service(language="java", framework="spring-boot", toolchain=JAVA),),
        "python": (service(language="python", toolchain=PYTHON),),
        "forge": (service(language="node", toolchain=NODE, registries=(FORGE,)),),
        "own build": (
            service(commands=COMMANDS._replace(build="make"), dockerfile=ExistingImage("Dockerfile", ".", copies_output=True)),
        ),
        "backings": (service(backing=tuple(BackingService(kind) for kind in kinds)),),
        "library": (service(kind="library", dockerfile=None),),
        "two": TWO,
        "mixed": (*TWO, service("lib", "lib", kind="library", dockerfile=None, registries=(NPM,))),
    }
