"""When an answer of `inspect` is what a label says: names by alias, versions to two numbers, commands without their options."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from operator import eq
from typing import Any

ALIASES: Mapping[str, str] = {
    "postgres": "postgresql",
    "mariadb": "mysql",
    "valkey": "redis",
    "mssql": "sqlserver",
    "opensearch": "elasticsearch",
    "next": "nextjs",
    "nest": "nestjs",
    "actix": "actixweb",
    "spring": "springboot",
    "svelte": "sveltekit",
    "https": "http",
    "c++": "cpp",
    "c#": "csharp",
    "f#": "fsharp",
    "typescript": "javascript",  # a project is often both
}
NOT_COUNTED = frozenset({"sqlite", "h2", "zipkin", "jaeger", "consul", "eureka", "opentelemetry", "otel"})
LEADS = (
    ("bundle", "exec"),
    ("uv", "run"),
    ("poetry", "run"),
    ("pipenv", "run"),
    ("pdm", "run"),
    ("npx",),
    ("exec",),
    ("tini", "--"),
)
PROGRAMS = {"python3": "python", "mvnw": "mvn", "gradlew": "gradle", "nodejs": "node"}
# of programs that do several things in one run, the words that mean: tests are run
TESTING: Mapping[str, frozenset[str]] = {
    "mvn": frozenset({"test", "package", "verify", "install", "deploy"}),
    "gradle": frozenset({"test", "check", "build"}),
    "go": frozenset({"test"}),
    "cargo": frozenset({"test", "nextest"}),
    "dotnet": frozenset({"test"}),
    "mix": frozenset({"test"}),
    "pytest": frozenset({"pytest"}),
    "phpunit": frozenset({"phpunit"}),
    "tox": frozenset({"tox"}),
    "make": frozenset({"test"}),
}


def is_right(field: str, wanted: Any, answer: Any) -> bool:
    """Whether an answer is the wanted one, by the kind of its field."""
    return wanted == answer or COMPARE.get(field, _same_name)(wanted, answer)


def name(value: Any) -> str:
    bare = str(value).strip().lower()
    bare = bare if bare in ALIASES else re.sub(r"[^a-z0-9]", "", bare)
    return ALIASES.get(bare, bare)


def members(value: Any) -> set[str]:
    return {name(each) for each in value or ()} - NOT_COUNTED


def words(command: str) -> list[str]:
    """A command as words, without settings before it and without the program that only starts another."""
    try:
        parts = shlex.split(command)
    except ValueError:
        parts = command.split()
    while parts and re.fullmatch(r"\w+=\S*", parts[0]):
        parts = parts[1:]
    if parts[:2] in (["sh", "-c"], ["bash", "-c"]) and len(parts) > 2:
        return words(" ".join(parts[2:]))
    if parts and parts[0].rpartition("/")[2] in ("tini", "dumb-init"):
        parts = parts[2:] if parts[1:2] == ["--"] else parts[1:]
    for lead in LEADS:
        if tuple(parts[: len(lead)]) == lead and len(parts) > len(lead):
            parts = parts[len(lead) :]
    if not parts:
        return parts
    program = parts[0].rpartition("/")[2]
    parts = [PROGRAMS.get(program, program), *parts[1:]]
    if parts[:2] == ["python", "-m"]:
        parts = parts[2:]
    if parts[0] in ("npm", "yarn", "pnpm", "bun") and parts[1:2] in (["run"], ["run-script"]):
        parts = [parts[0], *parts[2:]]
    return parts


def _core(command: str) -> list[str]:
    """Program and operands: no options, no numbers that belong to one, nothing that holds a variable."""
    parts = words(command)
    kept: list[str] = []
    for before, part in zip(["", *parts], parts, strict=False):
        is_value = before.startswith("-") and "=" not in before and re.fullmatch(r"[\d.:\[\]]+", part)
        if not before or not (part.startswith("-") or is_value or "$" in part or part in ("&&", "||", ";")):
            kept.append(part.removeprefix("./"))
    return kept


def _same_name(wanted: Any, answer: Any) -> bool:
    return name(wanted) == name(answer)


def _same_version(wanted: Any, answer: Any) -> bool:
    first, second = (re.findall(r"\d+", str(value))[:2] for value in (wanted, answer))
    first, second = (parts[1:] if parts[:1] == ["1"] and parts[1:2] in (["7"], ["8"]) else parts for parts in (first, second))
    depth = min(len(first), len(second))
    return depth > 0 and first[:depth] == second[:depth]


def _same_path(wanted: Any, answer: Any) -> bool:
    first, second = ("/" + str(value).strip("/") for value in (wanted, answer))
    return first == second


def _same_command(wanted: Any, answer: Any) -> bool:
    return words(str(wanted)) == words(str(answer)) or _core(str(wanted)) == _core(str(answer))


def _same_test(wanted: Any, answer: Any) -> bool:
    if _same_command(wanted, answer):
        return True
    first, second = _core(str(wanted)), _core(str(answer))
    goals = TESTING.get(first[0] if first[:1] == second[:1] and first else "", frozenset())
    return all(goals & {part.rpartition(":")[2] for part in parts} for parts in (first, second))


def _same_members(wanted: Any, answer: Any) -> bool:
    return members(wanted) == members(answer)


COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "language_version": _same_version,
    "health_path": _same_path,
    "start_command": _same_command,
    "test_command": _same_test,
    "port": eq,
    "has_dockerfile": eq,
    "is_service": eq,
    "backing_services": _same_members,
}
