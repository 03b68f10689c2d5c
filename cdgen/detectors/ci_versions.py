"""Versions of languages that existing pipelines set up: their steps, keys and images."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from cdgen.detectors.ci_commands import below, checkout_folder
from cdgen.detectors.ci_files import pipelines
from cdgen.errors import InputError
from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source, Version
from cdgen.repo import Repo, Scope
from cdgen.repo.patterns import compiled
from cdgen.stacks import base_image

# set-up step -> (family, input that holds the version)
ACTIONS: Mapping[str, tuple[str, str]] = {
    "actions/setup-go": ("go", "go-version"),
    "actions/setup-java": ("jvm", "java-version"),
    "actions/setup-node": ("node", "node-version"),
    "actions/setup-python": ("python", "python-version"),
    "actions/setup-dotnet": ("dotnet", "dotnet-version"),
    "ruby/setup-ruby": ("ruby", "ruby-version"),
    "shivammathur/setup-php": ("php", "php-version"),
    "erlef/setup-beam": ("beam", "elixir-version"),
    "erlef/setup-elixir": ("beam", "elixir-version"),
    "oven-sh/setup-bun": ("node", ""),
    "subosito/flutter-action": ("dart", ""),
    "dart-lang/setup-dart": ("dart", "sdk"),
    "swift-actions/setup-swift": ("swift", "swift-version"),
    "coursier/setup-action": ("jvm", ""),
}
# https://learn.microsoft.com/azure/devops/pipelines/tasks/reference/
TASKS: Mapping[str, tuple[str, str]] = {
    "NodeTool": ("node", "versionSpec"),
    "UseNode": ("node", "version"),
    "UsePythonVersion": ("python", "versionSpec"),
    "GoTool": ("go", "version"),
    "JavaToolInstaller": ("jvm", "versionSpec"),
    "UseDotNet": ("dotnet", "version"),
    "UseRubyVersion": ("ruby", "versionSpec"),
}
# keys of a Travis file: https://docs.travis-ci.com/user/language-specific/
TRAVIS: Mapping[str, str] = {
    "go": "go",
    "node_js": "node",
    "python": "python",
    "jdk": "jvm",
    "rvm": "ruby",
    "php": "php",
    "dotnet": "dotnet",
    "elixir": "beam",
}
CIRCLE = r"^(?:cimg|circleci)/"  # convenience images: cimg/node:20.1, cimg/openjdk:17.0
NAMED = r"^\$\{\{\s*(matrix|env)\.([\w-]+)\s*\}\}$"
NUMBER = r"^(?:v|openjdk|oraclejdk|adopt@1?\.?)?(\d+(?:\.\d+){0,2})(?:\.x|\.\*|-.*)?$"


class Seen(NamedTuple):
    family: str
    version: str
    directories: frozenset[str]  # folders that commands of the same job run in; empty: the job says nothing about one


def detect(scope: Scope) -> Iterator[Fact]:
    """One fact per version and file, of jobs that run in the service's folder, or in the only one there is."""
    told: dict[str, dict[str, None]] = {}
    for path, seen in _all(scope.repo):
        if seen.family == scope.family and scope.directory in (seen.directories or {"."}):
            told.setdefault(path, {})[seen.version] = None
    for path, versions in told.items():
        for version in versions:
            yield _fact(scope, path, version, Confidence.INFERRED if len(versions) == 1 else Confidence.DEFAULT)


@lru_cache(maxsize=1)
def _all(repo: Repo) -> tuple[tuple[str, Seen], ...]:
    """What all pipelines set up, read once for all services."""
    return tuple((path, seen) for system, path in pipelines(repo) if system != "jenkins" for seen in _of_file(repo, system, path))


def _of_file(repo: Repo, system: str, path: str) -> Iterator[Seen]:
    try:
        documents = repo.yaml_documents(path)
    except InputError:
        return
    for data in documents:
        yield from _seen(system, data)


def _fact(scope: Scope, path: str, version: str, sure: Confidence) -> Fact:
    """YAML reads a bare 1.20 as the number 1.2: what stands in the file counts."""
    line = scope.repo.find_line(path, _pattern(version))
    if not line and (longer := scope.repo.find_line(path, _pattern(f"{version}0"))):
        line, version = longer, f"{version}0"
    return Fact(f.LANGUAGE_VERSION, Version(version), Source(path, line), Origin.CI, sure, "set-up of your pipeline")


def _pattern(version: str) -> str:
    return rf"(?<![\d.]){compiled(r'[.]').sub('[.]', version)}(?![\d])"


def _seen(system: str, data: Any) -> Iterator[Seen]:
    if not isinstance(data, dict):
        return
    if system == "github":
        yield from _github(data)
    elif system == "travis":
        for key, family in TRAVIS.items():
            yield from _each(family, data.get(key), frozenset())
    elif system == "azure":
        yield from _azure(data)
    else:
        yield from _images(data)


def _github(data: dict[str, Any]) -> Iterator[Seen]:
    base = _folder(data)
    jobs = data.get("jobs")
    for job in jobs.values() if isinstance(jobs, dict) else ():
        if not isinstance(job, dict):
            continue
        steps = [step for step in job.get("steps") or [] if isinstance(step, dict)]
        home = _folder(job) or base or "."
        top = checkout_folder(job)
        places = [str(step.get("working-directory") or home) for step in steps if "run" in step] or [home]
        folders = frozenset(below(place, top) for place in places)
        strategy = job.get("strategy")
        matrix = strategy.get("matrix") if isinstance(strategy, dict) else None
        known = {"matrix": _table(matrix), "env": {**_table(data.get("env")), **_table(job.get("env"))}}
        for step in steps:
            family, key = ACTIONS.get(str(step.get("uses") or "").partition("@")[0], ("", ""))
            inputs = step.get("with")
            if key and isinstance(inputs, dict):
                yield from _each(family, _filled_in(inputs.get(key), known), folders)


def _filled_in(value: Any, known: Mapping[str, Mapping[str, Any]]) -> Any:
    """The values of a matrix, or of the environment, in the place of their name."""
    named = compiled(NAMED).match(str(value))
    return known[named.group(1)].get(named.group(2)) if named else value


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _folder(level: dict[str, Any]) -> str:
    defaults = level.get("defaults")
    run = defaults.get("run") if isinstance(defaults, dict) else None
    return _plain(str(run.get("working-directory") or "")) if isinstance(run, dict) else ""


def _plain(folder: str) -> str:
    return folder.removeprefix("./").strip("/") or "."


def _azure(data: Any) -> Iterator[Seen]:
    if isinstance(data, list):
        for item in data:
            yield from _azure(item)
    if isinstance(data, dict):
        family, key = TASKS.get(str(data.get("task") or "").partition("@")[0], ("", ""))
        inputs = data.get("inputs")
        if family and isinstance(inputs, dict):
            yield from _each(family, inputs.get(key), frozenset())
        for value in data.values():
            yield from _azure(value)


def _images(data: Any) -> Iterator[Seen]:
    """Images that jobs run in: what they are called says the language, their tag the version."""
    if isinstance(data, list):
        for item in data:
            yield from _images(item)
    if not isinstance(data, dict):
        return
    for key, value in data.items():
        text = value.get("name") if isinstance(value, dict) and key == "image" else value
        if key in ("image", "name") and isinstance(text, str):
            yield from _of_image(text)
        if key not in ("services", "matrix"):
            yield from _images(value)


def _of_image(reference: str) -> Iterator[Seen]:
    name, _, tag = reference.partition("@")[0].rpartition("/")[2].partition(":")
    known = base_image("openjdk" if name == "openjdk" else "golang" if compiled(CIRCLE).match(reference) and name == "go" else name)
    if known and known[1].tagged:
        yield from _each(known[0].name, tag, frozenset())


def _each(family: str, value: Any, directories: frozenset[str]) -> Iterator[Seen]:
    """Every version of a value or a list; names that move (`latest`, `lts/*`, `stable`) are none."""
    for item in value if isinstance(value, list) else str(value).splitlines() if isinstance(value, str) else [value]:
        match = (
            compiled(NUMBER).match(str(item).strip())
            if isinstance(item, (str, int, float)) and not isinstance(item, bool)
            else None
        )
        if match:
            yield Seen(family, match.group(1), directories)
