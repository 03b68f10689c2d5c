"""The steps of the road as this repository runs them: its package scripts first, the bare tool only where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from shlex import quote
from typing import Any

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Key, Origin, Source
from cdgen.repo.patterns import compiled
from cdgen.stacks.node.backing import prisma_schema
from cdgen.stacks.node.package import Package, parent
from cdgen.stacks.node.sources import TESTS
from cdgen.stacks.node.starting import Runner, start_facts, up
from cdgen.stacks.node.workspace import LOCKFILES, tool_of

PLACEHOLDER = r"no test(?:s)? (?:specified|yet|found)|^\s*(?:echo\b[^&|;]*)?(?:(?:&&|;)?\s*exit \d+)?\s*$|^\s*true\s*$"
BROWSER = r"\b(?:cypress|playwright|protractor|nightwatch|wdio|testcafe|codeceptjs|ng e2e)\b"
WATCH = r"(?:^|\s)--watch(?:All)?(?:=true)?(?=\s|$)|(?:^|\s)-w(?=\s|$)|\bnodemon\b"
# script names of each step, the first that exists wins
NAMES: tuple[tuple[Key[Any], tuple[str, ...]], ...] = (
    (f.LINT, ("lint", "lint:check", "lint:ci", "lint:all", "eslint", "lint:js", "lint:ts", "check:lint", "lint:eslint")),
    (f.TEST, ("test", "test:unit", "unit-test", "test-unit", "unit", "test:ci", "test:run", "tests")),
    (f.COVERAGE, ("coverage", "test:coverage", "test:cov", "test-coverage", "cov", "test:cover", "cover", "unit:coverage")),
    (
        f.INTEGRATION,
        (
            "test:integration",
            "test:int",
            "integration",
            "test-integration",
            "integration-test",
            "int-test",
            "test:it",
            "test:e2e",
            "e2e",
        ),
    ),
    (f.BUILD, ("build", "compile", "build:prod", "build:production", "build:ts", "bundle")),
)
INSTALLS = {
    "npm": "npm ci",
    "pnpm": "pnpm install --frozen-lockfile",
    "yarn": "yarn install --frozen-lockfile",
    "yarn-berry": "yarn install --immutable",
    "bun": "bun install --frozen-lockfile",
}
UNLOCKED = {
    "npm": "npm install",
    "pnpm": "pnpm install",
    "yarn": "yarn install",
    "yarn-berry": "yarn install",
    "bun": "bun install",
}
GENERATES = (
    r"\b(?:graphql-codegen|gql-gen|protoc|grpc_tools_node_protoc|proto-loader-gen-types|buf generate|pbjs|openapi-typescript"
    r"|openapi-generator(?:-cli)?"
    r"|orval|kubb|prisma generate|typechain|swagger-typescript-api|nexus generate|relay-compiler)\b"
)


def command_facts(package: Package, stack: str) -> Iterator[Fact]:
    """Every step that the repository has."""
    runner = Runner(stack)
    yield _install(package, stack)
    for key, names in NAMES:
        yield from _step(package, runner, key, names)
    yield from _coverage_of_test(package, runner)
    yield from _bare_lint(package, runner)
    yield from _bare_test(package, runner)
    yield from _targets(package, runner)
    yield from start_facts(package, runner)
    yield from _codegen(package, runner)


def _install(package: Package, stack: str) -> Fact:
    """Exactly the lockfile where there is one. npm is told the workspace's folder: inside a member it would install that alone."""
    repo = package.scope.repo
    lock = next(
        (
            package.root_path(name)
            for name, tool in LOCKFILES.items()
            if tool == tool_of(stack) and repo.has(package.root_path(name))
        ),
        None,
    )
    command = INSTALLS[stack] if lock else UNLOCKED[stack]
    if stack == "npm" and package.is_member:
        command += " --prefix " + up(package)
    if lock:
        return Fact(f.INSTALL, command, Source(lock), Origin.LOCKFILE, Confidence.DECLARED, lock.rpartition("/")[2])
    return Fact(f.INSTALL, command, package.source(), Origin.MANIFEST, Confidence.INFERRED, "no lockfile: versions are not fixed")


def _step(package: Package, runner: Runner, key: Key[Any], names: tuple[str, ...]) -> Iterator[Fact]:
    for name in names:
        body = package.scripts.get(name)
        if body is None or not _is_step(key, body):
            continue
        command = runner.script(name)
        if key is f.TEST and compiled(r"\bng test\b").search(body) and "--watch=false" not in body:
            command = runner.script_with(name, "--watch=false")
        yield Fact(key, command, package.source(name), Origin.SCRIPT, Confidence.INFERRED, f"script {name}")
        return


def _is_step(key: Key[Any], body: str) -> bool:
    if compiled(PLACEHOLDER).search(body):
        return False
    if key is f.INTEGRATION:
        return not compiled(BROWSER).search(body)
    return not (key in (f.TEST, f.COVERAGE) and compiled(WATCH).search(body))


def _coverage_of_test(package: Package, runner: Runner) -> Iterator[Fact]:
    """Where no script measures coverage: a test script that does so already, or one whose runner has a documented flag for it."""
    body = package.scripts.get("test", "")
    if any(name in package.scripts for name in NAMES[2][1]) or compiled(PLACEHOLDER).search(body):
        return
    if compiled(r"\b(?:nyc|c8|istanbul cover)\b|--coverage\b").search(body):
        yield Fact(
            f.COVERAGE, runner.script("test"), package.source("test"), Origin.SCRIPT, Confidence.INFERRED, "the tests measure it"
        )
    elif compiled(r"(?:^|&&\s*|\s)(?:jest|react-scripts test)(?:\s[^&|;]*)?$").search(body):
        command = runner.script_with("test", "--coverage")
        yield Fact(f.COVERAGE, command, package.source("test"), Origin.DEFAULT, Confidence.DEFAULT, "a flag of jest")
    elif compiled(r"(?:^|&&\s*|\s)bun test(?:\s[^&|;]*)?$").search(body):
        command = runner.script_with("test", "--coverage")
        yield Fact(f.COVERAGE, command, package.source("test"), Origin.DEFAULT, Confidence.DEFAULT, "a flag of bun test")
    elif compiled(r"(?:^|\s)vitest(?:\s[^&|;]*)?$").search(body) and any(
        name.startswith("@vitest/coverage") for name in package.every_dependency
    ):
        command = runner.script_with("test", "--coverage")
        yield Fact(f.COVERAGE, command, package.source("test"), Origin.DEFAULT, Confidence.DEFAULT, "a flag of vitest")


def _bare_lint(package: Package, runner: Runner) -> Iterator[Fact]:
    """A linter that is installed and configured, but that no script runs."""
    if any(name in package.scripts for name in NAMES[0][1]) or package.project or not package.own:
        return
    for tool, configs in (("eslint", r"^(?:\.eslintrc(?:\.\w+)?|eslint\.config\.\w+)$"), ("biome", r"^biome\.jsonc?$")):
        wanted = {"eslint": "eslint", "biome": "@biomejs/biome"}[tool]
        config = next((path for path in package.scope.files if compiled(configs).match(path)), None)
        if config and wanted in package.every_dependency:
            command = runner.tool("eslint ." if tool == "eslint" else "biome lint .")
            yield Fact(
                f.LINT, command, package.scope.source(config), Origin.DEFAULT, Confidence.DEFAULT, f"{config}, and no script"
            )
            return


def _bare_test(package: Package, runner: Runner) -> Iterator[Fact]:
    """A test runner that is installed beside tests, but that no script runs."""
    if (
        any(name in package.scripts and _is_step(f.TEST, package.scripts[name]) for name in NAMES[1][1])
        or package.project
        or not package.own
    ):
        return
    tests = [path for path in package.scope.files if compiled(TESTS).search(path) and compiled(r"\.[cm]?[jt]sx?$").search(path)]
    if not tests:
        return
    every = package.every_dependency
    own = next((path for path in tests if "bun:test" in (package.scope.text(path) or "")), None) if runner.stack == "bun" else None
    if own:
        source = package.scope.source(own, "bun:test")
        yield Fact(f.TEST, "bun test", source, Origin.LAYOUT, Confidence.INFERRED, "tests of Bun's own runner, and no script")
        return
    tool = next(
        (command for name, command in (("vitest", "vitest run"), ("jest", "jest --ci"), ("mocha", "mocha")) if name in every), None
    )
    if tool:
        source = package.scope.source(tests[0])
        yield Fact(
            f.TEST, runner.tool(tool), source, Origin.DEFAULT, Confidence.DEFAULT, "a test runner beside tests, and no script"
        )


def _targets(package: Package, runner: Runner) -> Iterator[Fact]:
    """Targets of an Nx project where no script stands for them."""
    project = package.project or {}
    targets = project.get("targets") or {}
    name = project.get("name") or package.scope.directory.rpartition("/")[2]
    file = package.scope.path("project.json")
    for key, target in ((f.LINT, "lint"), (f.TEST, "test"), (f.BUILD, "build")):
        if target not in targets or (target in package.scripts and package.own):
            continue
        command = f"nx {target}" if package.own and not package.is_member else f"nx {target} {quote(str(name))}"
        source = package.scope.repo.source(file, rf'"{target}"\s*:')
        yield Fact(key, runner.tool(command), source, Origin.SCRIPT, Confidence.INFERRED, "target of project.json")


def _codegen(package: Package, runner: Runner) -> Iterator[Fact]:
    """Generators whose output build and tests need, unless installing runs them anyway."""
    scripts = package.scripts
    automatic = " ".join(scripts.get(name, "") for name in ("preinstall", "install", "postinstall", "prepare"))
    for name, body in scripts.items():
        if not compiled(GENERATES).search(body) or compiled(WATCH).search(body) or name in automatic.split():
            continue
        if name in (
            "build",
            "prebuild",
            "postinstall",
            "prepare",
            "test",
            "pretest",
            "start",
            "prestart",
            "dev",
            "preinstall",
            "install",
        ):
            continue
        if compiled(r"(?i)dev|watch|migrate|deploy|start").search(name) or (found := compiled(GENERATES).search(body)) is None:
            continue
        if found.group(0) not in automatic:
            yield Fact(f.CODEGEN, runner.script(name), package.source(name), Origin.SCRIPT, Confidence.INFERRED, f"script {name}")
            automatic += f" {found.group(0)}"
    schema = prisma_schema(package)
    if schema and "prisma generate" not in automatic and "@prisma/client" in package.every_dependency:
        usual = schema in ("prisma/schema.prisma", "schema.prisma")
        command = "prisma generate" if usual or parent(schema) == "prisma" else f"prisma generate --schema {quote(schema)}"
        yield Fact(
            f.CODEGEN, runner.tool(command), package.scope.source(schema), Origin.LAYOUT, Confidence.INFERRED, "a Prisma schema"
        )
