"""act: runs a workflow's jobs on this machine (host mode), with stand-ins for the actions it uses.

Checked out is what `actions/checkout` checks out: a job without it sees an empty folder, as on a real runner. Not enforced
by act, so a matter for the parsed file: branch filters, time limits, concurrency, permissions, environments, fail-fast.
`services:` are ignored: start them with `services` on the ports that the workflow names.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

from tests.engines.drivers import toolchains
from tests.engines.drivers.program import CheckerError, Ran, run_in
from tests.engines.lock import NotProven
from tests.engines.standins.layout import lay_out

LABELS = frozenset({"ubuntu-latest", "ubuntu-24.04", "ubuntu-24.04-arm", "ubuntu-22.04", "self-hosted"})
RUNS_ON = re.compile(r"^\s*runs-on:\s*(.+?)\s*(?:#.*)?$", re.MULTILINE)
SKIPPED = "Skipping unsupported platform"


class Step(NamedTuple):
    """`result` is success, failure or skipped; `stage` is Pre, Main or Post."""

    name: str
    stage: str
    result: str


class Job(NamedTuple):
    """One run of a job; a matrix gives several with one `id`. `log` is what its steps printed."""

    id: str
    name: str
    result: str
    steps: tuple[Step, ...]
    log: str


class Call(NamedTuple):
    """One call of a stand-in; `error` is empty when it was content."""

    action: str
    job: str
    phase: str
    inputs: Mapping[str, str]
    did: str
    error: str


class ActRun(NamedTuple):
    """What happened. A job whose condition was false is absent: assert on the whole of `results`."""

    code: int
    jobs: tuple[Job, ...]
    calls: tuple[Call, ...]
    summary: str
    log: str

    @property
    def results(self) -> dict[str, str]:
        """Every job that ran, by id; a matrix succeeded when all of it did."""
        ids = dict.fromkeys(job.id for job in self.jobs)
        return {name: "failure" if "failure" in self._of(name) else "success" for name in ids}

    def _of(self, name: str) -> set[str]:
        return {job.result for job in self.jobs if job.id == name}


class Options(NamedTuple):
    """What a run may be given besides its event. `hooks` is a folder of executables named `owner__action`, which do an
    action's work and print `name=value` outputs. `state` keeps caches and artefacts from one run to the next."""

    job: str = ""
    payload: Mapping[str, Any] = {}
    inputs: Mapping[str, str] = {}
    variables: Mapping[str, str] = {}
    secrets: Mapping[str, str] = {}
    env: Mapping[str, str] = {}
    programs: Iterable[str] = ()
    hooks: Path | None = None
    state: Path | None = None
    timeout: float = 900


DEFAULTS = Options()


def run(repo: Path, workflow: str, event: str = "push", options: Options = DEFAULTS) -> ActRun:
    """Runs `workflow` (a path inside `repo`, which is a git repository with its files committed)."""
    _refuse_settings(repo)
    with ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cdgen-act-")))
        state = options.state or work / "state"
        state.mkdir(exist_ok=True)
        (state / "calls.jsonl").write_text("")
        flags = [*_fixed_flags(work), *_run_flags(repo, workflow, work, options)]
        more = {"STANDIN_STATE": str(state), "STANDIN_SOURCE": str(repo), "STANDIN_HOOKS": str(options.hooks or "")}
        passed_on = [flag for name, value in {**more, **options.env}.items() for flag in ("--env", f"{name}={value}")]
        # setup-uv's stand-in offers the uv of the tool lock
        env = toolchains.environment([*options.programs, "uv"])
        ran = run_in("act", event, *flags, *passed_on, cwd=repo, env=env, timeout=options.timeout)
        return _read(ran, state)


def _refuse_settings(repo: Path) -> None:
    config = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    for place in (repo / ".actrc", Path.home() / ".actrc", config / "act" / "actrc"):
        if place.exists():
            raise NotProven("act", f"{place} would change what it runs")


def _fixed_flags(work: Path) -> list[str]:
    """Nothing listens, nothing is downloaded, and no settings file of the repository is read."""
    files = [flag for kind in ("env", "secret", "var", "input") for flag in (f"--{kind}-file", os.devnull)]
    return ["--json", "--no-cache-server", "--pull=false", "--no-skip-checkout", "--use-new-action-cache", *files,
            "--action-cache-path", str(work / "actions")]  # fmt: skip


def _run_flags(repo: Path, workflow: str, work: Path, options: Options) -> list[str]:
    flags = ["-W", workflow, *(flag for label in _labels(repo) for flag in ("-P", f"{label}=-self-hosted"))]
    for reference, place in lay_out(repo, work / "standins").items():
        flags += ["--local-repository", f"{reference}={place}"]
    for flag, values in (("--var", options.variables), ("--secret", options.secrets)):
        flags += [part for name, value in values.items() for part in (flag, f"{name}={value}")]
    payload = {**options.payload, **({"inputs": options.inputs} if options.inputs else {})}
    if payload:
        (work / "event.json").write_text(json.dumps(payload))
        flags += ["--eventpath", str(work / "event.json")]
    return [*flags, *(("--job", options.job) if options.job else ())]


def _labels(repo: Path) -> list[str]:
    """Every label in any workflow: for one that it was not told of, act skips the job and ends well."""
    texts = [path.read_text() for path in (repo / ".github" / "workflows").glob("*.y*ml")]
    found = {label for text in texts for line in RUNS_ON.findall(text) for label in re.findall(r"[\w.-]+", line)}
    return sorted(LABELS | found)


def _read(ran: Ran, state: Path) -> ActRun:
    records = [json.loads(line) for line in (ran.out + ran.err).splitlines() if line.startswith("{")]
    jobs = tuple(_job(name, records) for name in dict.fromkeys(r["job"] for r in records if "jobResult" in r))
    if any(SKIPPED in record["msg"] for record in records) or not jobs:
        raise CheckerError(f"act left jobs out: {ran.last_words}")
    calls = tuple(_call(json.loads(line)) for line in (state / "calls.jsonl").read_text().splitlines())
    summary = "".join(record["content"] for record in records if record.get("command") == "summary")
    return ActRun(ran.code, jobs, calls, summary, ran.out + ran.err)


def _job(name: str, records: list[dict[str, Any]]) -> Job:
    ours = [record for record in records if record.get("job") == name]
    end = next(record for record in ours if "jobResult" in record)
    steps = tuple(_step(record) for record in ours if "stepResult" in record and "stage" in record)
    printed = "".join(record["msg"] for record in ours if record.get("raw_output"))
    return Job(end["jobID"], name.strip(), end["jobResult"], steps, printed)


def _step(record: dict[str, Any]) -> Step:
    return Step(record["step"], record["stage"], record["stepResult"])


def _call(record: dict[str, Any]) -> Call:
    return Call(record["action"], record["job"], record["phase"], record["inputs"], record["did"], record["error"])
