"""Which test runner runs the tests, and what code is generated."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin
from cdgen.repo.patterns import compiled
from cdgen.stacks.node.package import Package
from cdgen.stacks.node.sources import TESTS

# command word -> runner; browsers are driven by others, which are no runner of unit tests
RUNNERS = (
    (r"\bvitest\b", "vitest"),
    (r"\b(?:jest|react-scripts test|craco test|vue-cli-service test:unit|ts-jest)\b", "jest"),
    (r"\b(?:mocha|mochapack|electron-mocha)\b", "mocha"),
    (r"\bava\b", "ava"),
    (r"(?:^|\s|/)tap\b", "tap"),
    (r"\bjasmine\b", "jasmine"),
    (r"\bng test\b", "karma"),
    (r"\bbun test\b", "bun test"),
    (r"\bdeno test\b", "deno test"),
    (r"\b(?:node|tsx)\b[^&|;]*\s--test\b", "node:test"),
    (r"\btape\b", "tape"),
    (r"\buvu\b", "uvu"),
)
BROWSERS = ((r"\bplaywright\b", "playwright"), (r"\bcypress\b", "cypress"))
PACKAGES = ("vitest", "jest", "mocha", "ava", "tap", "jasmine", "tape", "uvu")
IMPORTED = r"""["'](?:node:test|bun:test|vitest|@jest/globals|ava|tap|tape|uvu)["']"""
NAMES = {"@jest/globals": "jest", "bun:test": "bun test"}
SCRIPTS = ("test", "test:unit", "unit-test", "test-unit", "unit", "test:ci", "test:run", "tests", "test:integration")
GENERATORS = (
    ("prisma", ("@prisma/client", "prisma"), r"(?:^|/)schema\.prisma$"),
    ("graphql", ("@graphql-codegen/cli", "graphql-code-generator"), r"(?:^|/)codegen\.(?:ya?ml|ts|js|json)$"),
    (
        "openapi",
        ("openapi-typescript", "openapi-typescript-codegen", "@openapitools/openapi-generator-cli", "orval", "@hey-api/openapi-ts")
        + ("swagger-typescript-api", "@kubb/cli"),
        "",
    ),
    (
        "protobuf",
        ("ts-proto", "grpc-tools", "grpc_tools_node_protoc_ts", "@bufbuild/protoc-gen-es", "protobufjs-cli", "@protobuf-ts/plugin")
        + ("protoc-gen-ts",),
        "",
    ),
)


def runner_facts(package: Package) -> Iterator[Fact]:
    """The runner that a script starts; else the one that is installed beside tests or that tests import."""
    found = _in_scripts(package)
    if found is None and package.own:
        found = _in_tests(package)
    if found:
        yield found


def _in_scripts(package: Package) -> Fact | None:
    scripts = package.scripts
    for table in (RUNNERS, BROWSERS):
        for name in (each for each in SCRIPTS if each in scripts):
            body = _followed(scripts[name], dict(scripts))
            for pattern, runner in table:
                if compiled(pattern).search(body):
                    return Fact(f.TEST_RUNNER, runner, package.source(name), Origin.SCRIPT, Confidence.DECLARED, f"script {name}")
    return None


def _followed(body: str, scripts: dict[str, str]) -> str:
    """The text of a script with those that it runs."""
    named = compiled(r"(?:npm|pnpm|yarn|bun)\s+(?:run\s+|-s\s+)*([\w:.-]+)").findall(body)
    return " ".join((body, *(scripts.get(name, "") for name in named)))


def _in_tests(package: Package) -> Fact | None:
    is_test = compiled(TESTS).search
    tests = [path for path in package.scope.files if is_test(path) and compiled(r"\.[cm]?[jt]sx?$").search(path)]
    for path in tests[:20]:
        named = compiled(IMPORTED).search((package.scope.text(path) or "")[:4000])
        if named:
            name = named.group(0).strip("\"'")
            source = package.scope.source(path, compiled(r"([.*+?^$()|])").sub(r"\\\1", named.group(0)))
            return Fact(f.TEST_RUNNER, NAMES.get(name, name), source, Origin.CODE, Confidence.INFERRED, "imported by the tests")
    installed = next((name for name in PACKAGES if name in package.every_dependency), None) if tests else None
    if installed:
        return Fact(
            f.TEST_RUNNER, installed, package.source(installed), Origin.MANIFEST, Confidence.INFERRED, "installed beside tests"
        )
    return None


def generator_facts(package: Package) -> Iterator[Fact]:
    """Generators that the package installs; a schema that stands here says so where the workspace installs them."""
    every = package.every_dependency
    for kind, names, pattern in GENERATORS:
        name = next((each for each in names if each in every), None)
        file = next((path for path in package.scope.files if pattern and compiled(pattern).search(path)), None)
        if name and package.own:
            yield Fact(f.GENERATOR, kind, package.source(name), Origin.MANIFEST, Confidence.INFERRED, f"depends on {name}")
        elif file:
            yield Fact(f.GENERATOR, kind, package.scope.source(file), Origin.LAYOUT, Confidence.INFERRED, file)
