"""The commands of the repository, and the proof of what they did, which is read from their output."""

from __future__ import annotations

from collections.abc import Mapping

from cdgen.emitters.ci.github.base import script, secret_env
from cdgen.emitters.ci.github.view import Step
from cdgen.errors import UnsupportedError
from cdgen.model import pipeline as p

LIKE = {"bun": "node"}  # what speaks as another runtime does
# Runtimes whose tests and coverage tell of themselves in what they print; the others leave reports that are read
TOLD = frozenset({"dotnet", "elixir", "go", "node", "php", "ruby", "rust"})
LOG = "${{ runner.temp }}/output.log"
# What makes a test framework tell what it ran, whatever command starts it (go help environment; pytest's documentation)
TELLING: Mapping[str, Mapping[str, str]] = {
    "dotnet": {"DOTNET_CLI_UI_LANGUAGE": "en"},
    "go": {"GOFLAGS": "-v"},
    "python": {"PYTEST_ADDOPTS": "-o junit_family=xunit1 --junitxml=${{ runner.temp }}/tests.xml"},
}


def run(step: p.Run, following: p.Step | None) -> Step:
    """A command of the repository. Where the next step reads its output, it is kept."""
    command, env = step.command, {**dict(step.env), **secret_env(step.secrets)}
    if "${{" in command:
        raise UnsupportedError(
            f"a command holds `${{{{`, which GitHub would replace before the shell sees it: {command:.80}",
            hint="write the command into cdgen.yaml, under `commands`",
        )
    if isinstance(following, p.RequireTests | p.RequireCoverage):
        env |= {**(TELLING.get(following.language, {}) if isinstance(following, p.RequireTests) else {}), "LOG": LOG}
        indent = "" if "\n" in command else "  "  # white space means something inside a here-document
        command = f'{{\n{indent}{command}\n}} 2>&1 | tee "${{LOG}}"'
    return Step(step.name, env=env, directory=directory(step.directory), run=command)


def require_tests(step: p.RequireTests) -> Step:
    language = LIKE.get(step.language, step.language)
    reader = f"tests-{language}" if language in TOLD else "tests-junit"
    prefix = "" if step.directory == "." else f"{step.directory}/"
    env = {
        "LOG": LOG,
        "FILES": "\n".join(path.removeprefix(prefix) for path in step.files),
        "AT_LEAST": str(step.at_least),
    }
    return Step("Require that integration tests ran", env=env, directory=directory(step.directory), run=script(reader, "tests"))


def require_coverage(step: p.RequireCoverage) -> Step:
    language = LIKE.get(step.language, step.language)
    reader = f"coverage-{language}" if language in TOLD or language == "python" else "coverage-java"
    env = {"LOG": LOG, "AT_LEAST": "" if step.at_least is None else str(step.at_least)}
    return Step("Report coverage", env=env, directory=directory(step.directory), run=script(reader, "coverage"))


def directory(path: str) -> str:
    """The top of the repository is where every step starts anyway."""
    return "" if path == "." else path
