"""How much a workload gets and how long it may take: starting values per kind of language, to be replaced by measured ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from cdgen.model.road import Environment, Road
from cdgen.model.service import Service
from cdgen.model.workload import MIN_READY_SECONDS, Resources, Scaling

COMPILED = frozenset(
    {"html", "go", "rust", "c", "c++", "zig", "crystal", "swift", "haskell"}
)  # pages: by the web server in front of them
MANAGED = frozenset({"java", "kotlin", "scala", "groovy", "clojure", "jvm", "c#", "f#", "dotnet"})
GUARANTEED = "platinum"  # the tier whose pods are the last to be evicted: every request equals its limit
LEAST_LIMIT = 1000  # thousandths of a core
BURST = 4  # limit / request
GROWTH = 3  # most replicas / least replicas
TARGET_UTILIZATION = 60  # percent: room for a spike while a new pod starts, which takes one to three minutes
LEAST_DEADLINE = 120
SCRATCH_MIB = 64  # size of /tmp
# /tmp, and the logs of one container that a node keeps: 5 files of 10 MiB
# (https://kubernetes.io/docs/concepts/cluster-administration/logging/#log-rotation)
EPHEMERAL_STORAGE = "256Mi"


class Start(NamedTuple):
    """What nobody has measured yet. `seconds` is the longest time from start to the first good answer."""

    title: str
    cpu: int  # thousandths of a core
    memory: int  # MiB
    seconds: int


START: Mapping[str, Start] = {
    "compiled": Start("compiled languages", 100, 128, 20),
    "interpreted": Start("interpreted languages", 100, 256, 30),
    "managed": Start("languages on a virtual machine", 250, 512, 90),
}


def start_of(service: Service) -> Start:
    names = {service.language.lower(), service.toolchain.language}
    kind = "compiled" if names & COMPILED else "managed" if names & MANAGED else "interpreted"
    return START[kind]


def resources(service: Service, road: Road) -> Resources:
    start = start_of(service)
    limit = max(BURST * start.cpu, LEAST_LIMIT) if road.cpu_limit else None
    request = limit if limit and service.tier == GUARANTEED else start.cpu
    return Resources(
        cpu_request=_cores(request),
        cpu_limit=_cores(limit) if limit else None,
        memory=f"{start.memory}Mi",
        ephemeral_storage=EPHEMERAL_STORAGE,
        why=f"unmeasured starting values for {start.title}",
    )


def runtime_settings(service: Service, road: Road) -> tuple[tuple[str, str], ...]:
    """What a runtime does not find out in a container by itself: its memory, and its cores where there is no limit to read.

    https://go.dev/doc/gc-guide#Memory_limit, https://docs.oracle.com/en/java/javase/21/docs/specs/man/java.html,
    https://nodejs.org/api/cli.html#--max-old-space-sizesize-in-mib. What the code sets from the environment itself is left alone.
    """
    start, cores = start_of(service), _processors(service, road)
    settings: Mapping[str, tuple[tuple[str, str], ...]] = {
        "go": (("GOMEMLIMIT", f"{start.memory * 9 // 10}MiB"), ("GOMAXPROCS", str(cores))),
        "java": (("JAVA_TOOL_OPTIONS", f"-XX:MaxRAMPercentage=75.0 -XX:ActiveProcessorCount={cores}"),),
        # its collector keeps to three quarters of the container's memory by itself
        # (https://learn.microsoft.com/dotnet/core/runtime-config/garbage-collector#heap-limit)
        "dotnet": (("DOTNET_PROCESSOR_COUNT", str(cores)),),
        "node": (("NODE_OPTIONS", f"--max-old-space-size={start.memory * 3 // 4}"),),
    }
    own = {variable.name for variable in service.env}
    language = service.toolchain.language
    runtime = "java" if language in MANAGED and language != "dotnet" else language
    return tuple((name, value) for name, value in settings.get(runtime, ()) if name not in own)


def scaling(service: Service, environment: Environment, road: Road) -> Scaling:
    """Least replicas of an environment, raised to the tier's in the last one. A worker keeps them: its load is not its CPU time."""
    tier = road.tiers.get(service.tier)
    is_last = environment == road.environments[-1]
    least = max(environment.replicas, tier.replicas if tier and is_last else 0)
    return Scaling(least, least if service.kind == "worker" else GROWTH * least, TARGET_UTILIZATION)


def progress_deadline(startup_seconds: int) -> int:
    """When a rollout counts as stuck: the longest start, the time until it counts, and two minutes to be scheduled and pulled."""
    return max(LEAST_DEADLINE, startup_seconds + MIN_READY_SECONDS + 120)


def _processors(service: Service, road: Road) -> int:
    """Whole cores a runtime may plan with: the limit, or twice the request where there is none."""
    start = start_of(service)
    thousandths = max(BURST * start.cpu, LEAST_LIMIT) if road.cpu_limit else 2 * start.cpu
    return max(1, -(-thousandths // 1000))


def _cores(thousandths: int) -> str:
    return str(thousandths // 1000) if thousandths % 1000 == 0 else f"{thousandths}m"
