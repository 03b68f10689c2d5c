"""Where a job's packages come from: the organisation's indexes and private registries, as settings, secrets and preparing steps."""

from __future__ import annotations

from collections.abc import Mapping

from cdgen.model.facts import PrivateRegistry
from cdgen.model.pipeline import Run, Secret
from cdgen.model.road import Road
from cdgen.model.service import Service

# Variables that make the package managers of an ecosystem use one index (their own documentation, "environment variables")
INDEX_VARIABLES: Mapping[str, tuple[str, ...]] = {
    "go": ("GOPROXY",),
    "npm": ("NPM_CONFIG_REGISTRY", "COREPACK_NPM_REGISTRY", "YARN_NPM_REGISTRY_SERVER"),
    "pypi": ("PIP_INDEX_URL", "UV_DEFAULT_INDEX", "PDM_PYPI_URL"),
    "maven": ("MAVEN_INDEX",),
    "hex": ("HEX_MIRROR",),
}
ECOSYSTEM: Mapping[str, str] = {
    "elixir": "hex",
    "go": "go",
    "node": "npm",
    "python": "pypi",
    "java": "maven",
    "kotlin": "maven",
    "jvm": "maven",
}
# Ecosystems that fetch in whichever step first needs a package; the others fetch in the install step alone
LAZY = frozenset({"go", "maven", "gradle"})
GO_LOGIN = """\
# without the secret (a fork) public modules must still be read without a log-in
if [[ -n "${TOKEN}" ]]; then
  umask 077
  printf 'machine %s login token password %s\\n' "${REGISTRY_HOST%%/*}" "${TOKEN}" >> ~/.netrc
fi"""
MAVEN_MIRROR = """\
mkdir -p ~/.m2
printf '<settings><mirrors><mirror><id>road</id><mirrorOf>*</mirrorOf><url>%s</url></mirror></mirrors></settings>\\n' \\
  "${MAVEN_INDEX}" > ~/.m2/settings.xml"""
GRADLE_MIRROR = """\
mkdir -p ~/.gradle/init.d
cat > ~/.gradle/init.d/road.gradle <<'GROOVY'
def only = { it.clear(); it.maven { url = uri(System.getenv('MAVEN_INDEX')) } }
beforeSettings { only(it.pluginManagement.repositories) }
allprojects { only(buildscript.repositories); afterEvaluate { only(repositories) } }
GROOVY"""


def index_settings(service: Service, road: Road) -> tuple[tuple[str, str], ...]:
    """Variables for every step of a job; empty when the road names no index of its own for the service's packages."""
    ecosystem = ECOSYSTEM.get(service.language, "")
    url = road.indexes.get(ecosystem)
    own = tuple((name, url) for name in INDEX_VARIABLES[ecosystem]) if url else ()
    private = ",".join(registry.host for registry in service.registries if registry.ecosystem == "go")
    return (*own, ("GOPRIVATE", private)) if private else own


def preparing_steps(service: Service, road: Road) -> tuple[Run, ...]:
    """What the variables alone cannot say: a log-in for Go's private modules, a mirror for Maven and Gradle."""
    logins = tuple(_go_login(registry) for registry in service.registries if registry.ecosystem == "go" and registry.secret)
    return (*logins, *_mirror(service, road))


def secrets(service: Service, *, is_install: bool) -> tuple[Secret, ...]:
    """The credentials that a step needs to fetch packages."""
    return tuple(
        Secret(registry.secret, f"{registry.ecosystem} packages of {registry.host}")
        for registry in service.registries
        if registry.secret and registry.ecosystem != "go" and (is_install or registry.ecosystem in LAZY)
    )


def all_secrets(service: Service) -> tuple[Secret, ...]:
    """Every credential, each name once: what the image build gets."""
    named = {
        registry.secret: Secret(registry.secret, f"{registry.ecosystem} packages of {registry.host}")
        for registry in service.registries
        if registry.secret
    }
    return tuple(named.values())


def _go_login(registry: PrivateRegistry) -> Run:
    return Run(
        f"Let Go read {registry.host}",
        GO_LOGIN.replace("TOKEN", registry.secret),
        env=(("REGISTRY_HOST", registry.host),),
        secrets=(Secret(registry.secret, f"go modules of {registry.host}"),),
    )


def _mirror(service: Service, road: Road) -> tuple[Run, ...]:
    if ECOSYSTEM.get(service.language) != "maven" or not road.indexes.get("maven"):
        return ()
    is_gradle = service.toolchain.package_manager == "gradle"
    return (Run("Use the organisation's package index", GRADLE_MIRROR if is_gradle else MAVEN_MIRROR),)
