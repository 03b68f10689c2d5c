"""Pipelines the repository already has: which gates they run, and with which commands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from cdgen.detectors.ci_commands import Step, gate_of, github_steps, gitlab_steps, shell_lines
from cdgen.detectors.ci_scripts import script_steps
from cdgen.errors import InputError
from cdgen.model import facts as f
from cdgen.model.facts import Confidence, ExistingPipeline, Fact, Key, Origin, Source
from cdgen.repo import Repo, Scope
from cdgen.repo.patterns import compiled, matcher
from cdgen.stacks.base import matches

# gate -> the command fact that the same line is evidence of
COMMANDS: dict[str, Key[str]] = {
    "unit": f.TEST,
    "lint": f.LINT,
    "integration": f.INTEGRATION,
    "coverage": f.COVERAGE,
    "build": f.BUILD,
}
Reader: TypeAlias = Callable[[dict[str, Any]], Iterator[Step]]
READERS: dict[str, Reader] = {"github": github_steps, "gitlab": gitlab_steps}
# a whole system's end-to-end script needs more than a job has: only a test runner's own line is an integration command
RUNNERS = (
    r"^(?:make|go|npm|yarn|pnpm|pytest|python|tox|nox|poetry|uv|pipenv|pdm|mvn|\./mvnw|gradle|\./gradlew"
    r"|bun|deno|sbt|lein|clojure|clj|just|task|hugo|dotnet|mix|rebar3|gleam|dart|stack|cabal|cargo|ctest|cmake|meson|ninja|swift|zig|crystal|shards"
    r"|bundle|rake|bin/(?:rails|rspec|rake)|composer|phpunit|vendor/bin/(?:phpunit|pest|codecept))\b"
)
# a line that merely mentions a tool (a report's text, a script of the team's) is no command to repeat
OWN = r"npx|pnpx|pip|black|flake8|pylint|ruff|mypy|isort|nosetests|golangci-lint|gofmt|staticcheck|eslint|tsc|jest|vitest"
SCRIPTING = r"rails|rspec|rubocop|standardrb|bin/rubocop|php|phpcs|phpstan|vendor/bin/[\w-]+|bin/phpunit"
STARTS = rf"{RUNNERS}|^(?:{OWN}|{SCRIPTING})\b|^\./"
# runners of one language family, and the family: in another family's folder they check something else
FAMILY_OF = (
    (r"npm|yarn|pnpm|npx|pnpx|eslint|tsc|jest|vitest|bun|deno", "node"),
    (r"go|golangci-lint|gofmt|staticcheck", "go"),
    (r"pytest|python|tox|nox|poetry|uv|pipenv|pdm|pip|black|flake8|pylint|ruff|mypy|isort|nosetests", "python"),
    (r"mvn|\./mvnw|gradle|\./gradlew|sbt|lein|clojure|clj", "jvm"),
    (r"dotnet", "dotnet"),
    (r"bundle|rake|rails|rspec|rubocop|standardrb|bin/(?:rails|rspec|rake|rubocop)", "ruby"),
    (r"composer|php|phpunit|phpcs|phpstan|(?:\./)?vendor/bin/[\w-]+|bin/phpunit", "php"),
    (r"mix|rebar3|gleam", "beam"),
    (r"cargo", "rust"),
    (r"ctest|cmake|meson|ninja", "native"),
    (r"swift", "swift"),
    (r"zig", "zig"),
    (r"crystal|shards", "crystal"),
    (r"dart", "dart"),
    (r"stack|cabal|hlint", "haskell"),
)
ANY_FAMILY = ("", "site", "image")  # what is built with any language's tools
# programs that Python's tools install into an environment of their own; and these tools: (files, table of pyproject.toml, runner)
INSTALLED = r"(?:pytest|py\.test|coverage|nosetests|black|flake8|pylint|ruff|mypy|isort|python3? (?:-m )?(?!pip|venv|-m venv))\b"
ENVIRONMENTS = (
    (("uv.lock",), "", "uv run"),
    (("poetry.lock",), "[tool.poetry]", "poetry run"),
    (("pdm.lock",), "[tool.pdm]", "pdm run"),
    (("Pipfile.lock", "Pipfile"), "", "pipenv run"),
)
TOOLS = ("npm", "pnpm", "yarn", "bun", "pipenv", "poetry", "uv", "pdm")


class System(NamedTuple):
    name: str
    pattern: str


SYSTEMS = (
    System("github", ".github/workflows/*.{yml,yaml}"),
    System("github", "{.gitea,.forgejo}/workflows/*.{yml,yaml}"),
    System("gitlab", "{.gitlab-ci.yml,.gitlab-ci.yaml,.gitlab/ci/*.yml,.gitlab-ci/*.yml}"),
    System("travis", ".travis.yml"),
    System("circleci", ".circleci/config.yml"),
    System("azure", "{azure-pipelines*.yml,azure-pipelines*.yaml,.azure-pipelines/*.yml,.azuredevops/*.yml,.pipelines/*.yml}"),
    System("bitbucket", "bitbucket-pipelines.yml"),
    System("cloudbuild", "cloudbuild*.{yaml,yml}"),
    System("drone", ".drone.{yml,yaml}"),
    System("woodpecker", "{.woodpecker.yml,.woodpecker.yaml,.woodpecker/*.yml,.woodpecker/*.yaml}"),
    System("buildkite", ".buildkite/{pipeline,pipeline.*,*.pipeline}.{yml,yaml}"),
    System("buildkite", "buildkite.yml"),
    System("appveyor", "{appveyor.yml,.appveyor.yml}"),
    System("semaphore", ".semaphore/*.yml"),
    System("cirrus", ".cirrus.yml"),
    System("tekton", ".tekton/*.{yml,yaml}"),
    System("jenkins", "{Jenkinsfile,Jenkinsfile.*,.jenkins/Jenkinsfile,jenkins/Jenkinsfile}"),
)
# `sh 'x'`, `sh "x"`, `sh """x"""`, `sh(script: 'x')`, in a declarative or a scripted pipeline
JENKINS = r"""\bsh\s*\(?\s*(?:script\s*:\s*)?(?P<quote>\'\'\'|\"\"\"|\'|\")(?P<text>[\s\S]{0,4000}?)(?P=quote)"""
MOST_GROOVY = 100_000  # characters of a pipeline that is a program
JENKINS_FOLDER = r"""\bdir\s*\(?\s*[\'"]([\w./-]+)[\'"]\s*\)?\s*\{"""


class Read(NamedTuple):
    """A pipeline with its shell lines, read once for all services of a repository."""

    pipeline: ExistingPipeline
    steps: tuple[Step, ...]


def detect(scope: Scope) -> Iterator[Fact]:
    """Every pipeline with its gates; and the commands it runs in this service's folder."""
    for read in _all(scope.repo):
        path = read.pipeline.path
        yield Fact(f.PIPELINE, read.pipeline, Source(path), Origin.CI, Confidence.DECLARED, "your pipeline")
        sure = Confidence.INFERRED if _is_left_over(read.pipeline.system, scope.repo) else Confidence.DECLARED
        yield from (fact._replace(confidence=min(fact.confidence, sure)) for fact in _commands(scope, path, read.steps))


def _is_left_over(system: str, repo: Repo) -> bool:
    """Whether a Travis file stands beside a pipeline that came after it: what moved away left it behind."""
    return system == "travis" and any(other in ("github", "gitlab", "circleci") for other, _ in pipelines(repo))


@lru_cache(maxsize=1)
def pipelines(repo: Repo) -> tuple[tuple[str, str], ...]:
    """System and path of every pipeline that cdgen did not write. They stand at the top, or in a folder of their system."""
    near = [path for path in repo.files if path.startswith((".", "jenkins/")) or "/" not in path]
    found = ((system.name, path) for system in SYSTEMS for path in near if matcher(system.pattern)(path))
    return tuple(each for each in found if not each[1].rpartition("/")[2].startswith("cdgen-"))


@lru_cache(maxsize=1)
def _all(repo: Repo) -> tuple[Read, ...]:
    return tuple(_read(repo, system, path) for system, path in pipelines(repo))


def _read(repo: Repo, system: str, path: str) -> Read:
    """One that cannot be parsed is there all the same."""
    try:
        steps = tuple(_steps(repo, system, path))
    except InputError:
        steps = ()
    gates: dict[str, int] = {}
    for step in steps:
        gate = gate_of(step.command)
        if gate:
            gates.setdefault(gate, step.line)
    return Read(ExistingPipeline(system, path, tuple(gates.items())), steps)


def _steps(repo: Repo, system: str, path: str) -> Iterator[Step]:
    if system == "jenkins":
        yield from _jenkins_steps(repo.text(path) or "")
        return
    lines = repo.lines(path)
    reader: Reader = READERS.get(system, script_steps)
    for data in repo.yaml_documents(path):
        if isinstance(data, dict):
            for step in reader(data):
                yield step._replace(line=_find(lines, step.command))


def _jenkins_steps(text: str) -> Iterator[Step]:
    """A pipeline in Groovy: a `dir` block holds until its bracket closes."""
    code = compiled(r"(?m)^\s*//.*$").sub("", text[:MOST_GROOVY])
    for match in matches(JENKINS, code):
        before = code[: match.start()]
        folder = "."
        for block in matches(JENKINS_FOLDER, before):
            inside = before[block.end() :]
            folder = block.group(1) if inside.count("}") <= inside.count("{") else "."
        number = code.count("\n", 0, match.start("text")) + 1
        yield from (step._replace(line=number) for step in shell_lines(match.group("text"), folder))


def _find(lines: list[str], command: str) -> int:
    return next((number for number, line in enumerate(lines, 1) if command in line), 0)


def _commands(scope: Scope, path: str, steps: tuple[Step, ...]) -> Iterator[Fact]:
    """The first command per gate that runs in this service's folder. Variables of the CI system are no use elsewhere."""
    seen: set[str] = set()
    for step in steps:
        if step.directory != scope.directory or step.is_action:
            continue
        step = step._replace(command=_whole_module(step.command))  # noqa: PLW2901
        place = Source(path, step.line)
        for tool in TOOLS:
            if compiled(rf"^(?:npx |corepack )?{tool} (?:ci|install|sync|i)\b").match(step.command):
                yield Fact(f.BUILD_TOOL, tool, place, Origin.CI, Confidence.DEFAULT, "your pipeline installs with it")
        gate = gate_of(step.command)
        if not gate or gate in seen or gate not in COMMANDS or not _portable(step.command):
            continue
        if not compiled(RUNNERS if gate == "integration" else STARTS).match(step.command) or _is_foreign(scope, step.command):
            continue
        seen.add(gate)
        command = _in_environment(scope, step.command)
        yield Fact(COMMANDS[gate], command, place, Origin.CI, Confidence.DECLARED, "your pipeline")


def _in_environment(scope: Scope, command: str) -> str:
    """The command as it runs in a fresh checkout: the pipeline may have activated the environment that the tool keeps."""
    if scope.family != "python" or not compiled(INSTALLED).match(command):
        return command
    manifest = scope.text("pyproject.toml") or ""
    kept = [
        runner
        for files, mark, runner in ENVIRONMENTS
        if any(scope.has(name) for name in files) or (mark and mark in manifest) or (runner == "uv run" and scope.above(files[0]))
    ]
    return f"{kept[0]} {command}" if len(kept) == 1 else command


def _whole_module(command: str) -> str:
    """`go test` over a list of packages without vendor/: since Go 1.9 that is `./...` (https://go.dev/doc/go1.9#vendor-dotdotdot)."""
    piped = compiled(r"^[^|]*\b(?:go list|glide novendor|glide nv)\b.*\|\s*xargs\s+(?:-\S+\s+)*(go test\b[^|&;<>]*)$").match(
        command
    )
    listed = compiled(r"^(go test\b[^|&;<>$`]*)(?:\$\(|`)\s*(?:go list|glide novendor|glide nv)\b[^)`]*[)`]$").match(command)
    found = piped or listed
    return f"{found.group(1).strip()} ./..." if found else command


def _is_foreign(scope: Scope, command: str) -> bool:
    """Whether the command belongs to another language than the service: the JavaScript of a Phoenix application."""
    if scope.family in ANY_FAMILY:
        return False
    family = next((family for words, family in FAMILY_OF if compiled(rf"^(?:{words})(?=\s|$)").match(command)), scope.family)
    return family != scope.family


def _portable(command: str) -> bool:
    """Whether it runs on its own, anywhere: no variables of the system, nothing that an earlier step must have built."""
    system = r"\.exe\b|\$\{\{|\$\(|\$[A-Z_{]|\bdocker\b|\bsudo\b|[|&;><]"
    return not compiled(rf"{system}|--(?:partitions|shard|no-build)\b").search(command)
