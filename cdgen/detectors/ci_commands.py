"""Reading the shell lines out of pipeline files, and telling which gate a line runs."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import normpath
from typing import Any, NamedTuple

from cdgen.repo.patterns import compiled


class Step(NamedTuple):
    command: str
    directory: str  # relative to the repository root
    line: int = 0
    is_action: bool = False  # the name of an action: it tells the gate, and nobody can run it as a command


# gate -> alternatives; the first gate with a match wins, so the narrower gates stand first
GATES: dict[str, tuple[str, ...]] = {
    "secrets": (r"\b(?:gitleaks|trufflehog|detect-secrets)\b",),
    "image-scan": (r"\b(?:trivy|grype)\b.*\bimage\b", r"\bdocker scout\b"),
    "sast": (r"\b(?:semgrep|gosec|bandit|codeql|brakeman)\b",),
    "dependencies": (
        r"\b(?:npm audit|yarn audit|pip-audit|govulncheck|osv-scanner|safety check|snyk test|dependency-check)\b",
        r"\b(?:bundler?-audit|composer audit)\b",
    ),
    "image-build": (r"\bdocker(?:-compose| compose| buildx)?\s+(?:\S+\s+)*?build\b", r"\b(?:buildah bud|kaniko|jib)\b"),
    "deploy": (
        r"\bkubectl (?:apply|set image|rollout)\b",
        r"\b(?:helm upgrade|terraform apply)\b",
        r"\bgcloud (?:run|app) deploy\b",
    ),
    "integration": (
        r"(?:\b|[:_-])(?:integration|e2e)(?:[:_-]?tests?)?\b.*$(?<!install)",
        r"\bfailsafe\b",
        r"\b(?:cypress|newman) run\b",
        r"\bplaywright test\b",
    ),
    "lint": (
        r"\b(?:golangci-lint|eslint|pylint|flake8|ruff|checkstyle|ktlint|detekt|spotless\w*|prettier|black|mypy|isort|staticcheck)\b",
        r"\bgo (?:vet|fmt)\b",
        r"\bdotnet (?:format|csharpier)\b",
        r"\b(?:rubocop|standardrb|phpcs|php-cs-fixer|phpstan|psalm)\b|\bpint --test\b",
        r"\bcomposer (?:run(?:-script)? )?(?:lint|cs|cs:check|cs-check|check-style|analyse)(?=\s|$)",
        r"\bcargo (?:\+\S+ )?(?:clippy\b|fmt\b.*--check\b)|\b(?:swiftlint|ameba|clang-tidy|cppcheck)\b|\bzig fmt --check\b",
        r"\bgofmt\b",
        r"\b(?:npm|yarn|pnpm)(?: run)? (?:lint|format:check|check:format)\b",
        r"\bmake (?:lint|vet|fmt)\b",
        r"\bmix (?:format --check-formatted|credo|lint)\b",
        r"\bbun (?:run )?(?:lint|check)\b|\bdeno (?:lint|fmt --check|task lint)\b|\bbiome (?:check|ci|lint)\b",
        r"\bsbt [\"']?scalafmtCheck\w*",
        r"\b(?:just|task) (?:lint|fmt-check)\b",
        r"\bdart (?:analyze|format)\b|^hlint\b|\bgleam format --check\b",
    ),
    "coverage": (
        r"\b(?:codecov|coveralls)\b",
        r"\bcoverage (?:report|xml)\b",
        r"\bcargo (?:\+\S+ )?(?:llvm-cov|tarpaulin)\b",
        r"\b(?:npm|yarn|pnpm)(?: run)? (?:test:)?cov(?:erage)?\b",
        r"\bmake (?:test-)?cover(?:age)?\b",
    ),
    "unit": (
        r"\bgo test\b",
        r"\bdotnet test\b",
        r"\b(?:rspec|phpunit|paratest|pest)\b|\bcodecept run\b|\bartisan test\b|^(?:bundle exec )?rake$",
        r"\b(?:rails|rake) (?:db:\S+ )*(?:test|spec)\b",
        r"\bcomposer (?:run(?:-script)? )?(?:tests?|unit|test:unit|phpunit)(?=\s|$)",
        r"\bcargo (?:\+\S+ )?(?:test|nextest run)\b|\bctest\b|\b(?:swift|meson|ninja) test\b|\bcrystal spec\b|\bzig build test\b",
        r"\b(?:npm|yarn|pnpm)(?: run)?(?: --\S+)* (?:test|t|test:unit)\b",
        r"\b(?:pytest|py\.test|nosetests|tox|nox|unittest|jest|vitest|mocha|ava)\b",
        r"manage\.py test\b",
        r"\bmake (?:unit-?)?tests?\b",
        r"(?:\bmvn|mvnw)\b.*\b(?:test|verify|install)\b",
        r"(?:\bgradle|gradlew)\b.*[\s:](?:test|check|build)\b",
        r"\b(?:mix|dart|stack|cabal|gleam|deno|lein|sbt|just|task) (?:clean )?[\"']?(?:unit-?)?tests?\b|\brebar3 (?:eunit|ct)\b",
        r"\bbun (?:run )?test\b|\bdeno task test\b|\bclojure -[MX]:test\b|\bclj -[MX]:test\b",
    ),
    "build": (
        r"\bgo build\b",
        r"\bdotnet build\b",
        r"\bcargo (?:\+\S+ )?build\b|\b(?:swift|shards) build\b|\bcmake --build\b|\bmeson compile\b|\bzig build\b",
        r"\b(?:npm|yarn|pnpm)(?: run)? build\b",
        r"\bmake (?:build|all)?\s*$",
        r"(?:\bmvn|mvnw)\b.*\b(?:package|compile)\b",
        r"\b(?:assemble|tsc)\b",
        r"\bbun (?:run )?build\b|\bdeno task build\b|\bsbt [\"']?(?:compile|stage|assembly)\b",
        r"^hugo\b(?! (?:server|version|mod|new))",
        r"\bmix release\b|\b(?:stack|cabal|gleam) build\b(?!.*(?:only-dep|dependencies-only|--test))",
    ),
}
# lines that prepare or report, whatever words they hold
NO_GATE = (
    r"^\s*(?:echo|printf|#|cd|export|if|fi|then|else|for|done|pip3? install|(?:sudo )?apt(?:-get)?|npm (?:ci|i|install)"
    r"|bundle (?:install|config)|gem install|composer (?:install|update|validate|require|config)"
    r"|curl|wget|git|mkdir|cp|mv|chmod|go install|go get)\b"
)


def gate_of(command: str) -> str | None:
    """The gate a shell line runs; None for installs, echoes and everything else."""
    if compiled(NO_GATE).match(command):
        return None
    return next((gate for gate, patterns in GATES.items() if any(compiled(each).search(command) for each in patterns)), None)


def github_steps(data: dict[str, Any]) -> Iterator[Step]:
    """`run` lines of every job, with the working directory that applies; an action that is a gate counts by its name."""
    base = _directory(data, ".")
    for job in _mapping(data.get("jobs")).values():
        if not isinstance(job, dict):
            continue
        home = _directory(job, base)
        top = checkout_folder(job)
        for step in job.get("steps") or []:
            if not isinstance(step, dict):
                continue
            where = below(str(step.get("working-directory") or home), top)
            yield from shell_lines(str(step.get("run") or ""), where)
            action = str(step.get("uses") or "").split("@")[0]
            if "build-push" in action:
                yield Step("docker build", ".", is_action=True)
            elif action:
                yield Step(action.rpartition("/")[2].removesuffix("-action"), ".", is_action=True)


def checkout_folder(job: dict[str, Any]) -> str:
    """The folder that a job checks this repository out to, `.` for the usual one."""
    for step in job.get("steps") or []:
        if isinstance(step, dict) and str(step.get("uses") or "").startswith("actions/checkout@"):
            inputs = _mapping(step.get("with"))
            if inputs.get("path") and not inputs.get("repository"):
                return normpath(str(inputs["path"]))
    return "."


def below(folder: str, top: str) -> str:
    """A working directory seen from the top of the repository."""
    place = normpath(folder)
    return place if top == "." else "." if place == top else place.removeprefix(f"{top}/")


def _directory(level: dict[str, Any], default: str) -> str:
    return str(_mapping(_mapping(level.get("defaults")).get("run")).get("working-directory") or default)


def gitlab_steps(data: dict[str, Any]) -> Iterator[Step]:
    for name, job in data.items():
        if isinstance(job, dict) and not str(name).startswith("."):
            for key in ("before_script", "script"):
                script = job.get(key)
                for line in [script] if isinstance(script, str) else script if isinstance(script, list) else []:
                    yield from shell_lines(str(line), ".")


def shell_lines(text: str, directory: str) -> Iterator[Step]:
    """One step per shell line; a leading `cd x` moves the following ones, `cd x && y` only its own."""
    here = directory.removeprefix("./") or "."
    for raw in text.replace("\\\n", " ").splitlines():
        line = " ".join(raw.split()) if "  " in raw.strip() else raw.strip()
        line = compiled(r"^(?:travis_retry|travis_wait(?: \d+)?|time|env)\s+").sub("", line)
        moved = compiled(r"^(?:pushd|cd) ([\w./-]+)(?:\s*&&\s*(.+))?$").match(line)
        if moved:
            place = normpath(f"{here}/{moved.group(1)}")
            if moved.group(2):
                yield Step(moved.group(2), place)
            else:
                here = place
        elif line and not line.startswith("#"):
            yield Step(line, here)


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
