"""Makefile, Taskfile and justfile targets that are a step of the road."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Key, Origin, Source
from cdgen.repo import Scope
from cdgen.repo.patterns import compiled

# target names of each step, the first that exists wins
TARGETS: tuple[tuple[Key[Any], tuple[str, ...]], ...] = (
    (f.INSTALL, ("deps", "install-deps", "dependencies", "setup", "bootstrap", "install-dev")),
    (f.LINT, ("lint", "vet", "check-style", "fmt-check", "format-check", "checkstyle")),
    (f.TEST, ("test-unit", "unit-test", "unit-tests", "test", "tests", "unittest", "check")),
    (f.COVERAGE, ("coverage", "test-coverage", "cover", "cov", "test-cover")),
    (f.INTEGRATION, ("test-integration", "integration-test", "integration-tests", "integration", "it", "test-it")),
    (f.BUILD, ("build", "compile", "package", "dist")),
)
FILES = (
    ("Makefile", "make"),
    ("makefile", "make"),
    ("GNUmakefile", "make"),
    ("Taskfile.yml", "task"),
    ("Taskfile.yaml", "task"),
    ("justfile", "just"),
)


def detect(scope: Scope) -> Iterator[Fact]:
    """`make <target>` for every step that has a target, in the service's own Makefile."""
    for name, program in FILES:
        if not scope.has(name):
            continue
        targets = _targets(scope, name)
        for key, names in TARGETS:
            found = next((target for target in names if target in targets), None)
            if found:
                line, body = targets[found]
                if _only_installs_globally(key, body) or _builds_image(body):
                    continue
                yield Fact(
                    key,
                    f"{program} {found}",
                    Source(scope.path(name), line),
                    Origin.MAKEFILE,
                    Confidence.DECLARED,
                    f"{name} target",
                )
        return


def _targets(scope: Scope, name: str) -> dict[str, tuple[int, str]]:
    """Target -> (line, recipe). Pattern rules and variables are not targets."""
    found: dict[str, tuple[int, str]] = {}
    current = ""
    pattern = compiled(r"^  ([\w-]+):\s*(?:#.*)?$" if name.startswith("Task") else r"^([\w./-]+(?: [\w./-]+)*)\s*::?(?!=)(.*)$")
    for number, line in enumerate(scope.lines(name), 1):
        match = pattern.match(line)
        if match:
            for target in match.group(1).split():
                current = target
                found.setdefault(target, (number, ""))
        elif current and (line.startswith(("\t", " ")) and line.strip()):
            start, body = found[current]
            found[current] = (start, body + line.strip() + "\n")
    return found


def _only_installs_globally(key: Any, body: str) -> bool:
    return key is f.INSTALL and bool(compiled(r"\b(?:sudo|brew|apt-get|yum)\b").search(body))


def _builds_image(body: str) -> bool:
    """A target whose recipe starts containers is not a step that can run inside a job's plain toolchain."""
    steps = [line for line in body.splitlines() if line and not line.startswith(("@echo", "#"))]
    return bool(steps) and all(compiled(r"\b(?:docker|podman|docker-compose)\b").search(line) for line in steps)
