"""One service on a road -> how it runs: what it listens on, what it gets, how it stops, what each environment changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from cdgen.model.facts import ExistingImage
from cdgen.model.road import Environment, Road
from cdgen.model.service import Service
from cdgen.model.workload import Deployment, Shutdown, Workload
from cdgen.plan.probes import ports, probes
from cdgen.plan.settings import settings_of
from cdgen.plan.sizing import progress_deadline, resources, runtime_settings, scaling, start_of

DRAIN_SECONDS = 25  # longest request, below the 30 s after which most gateways give up
# How long a pod that is going away still gets new requests, because the news of it spreads
SPREAD_IN_CLUSTER = 5
SPREAD_AT_GATEWAY = 15
NON_ROOT = 65532  # `nonroot` of distroless images
# Accounts of well-known base images, as their Dockerfiles make them: distroless and Chainguard, node, Debian and Alpine
ACCOUNTS = {"nonroot": 65532, "node": 1000, "nobody": 65534}
# What a server writes besides /tmp (https://hub.docker.com/_/nginx, "running nginx in read-only mode")
WRITES: Mapping[str, tuple[str, ...]] = {"nginx": ("/var/cache/nginx", "/var/run")}
PORTS: Mapping[str, int] = {
    "postgresql": 5432, "mysql": 3306, "mariadb": 3306, "sqlserver": 1433, "mongodb": 27017, "cassandra": 9042,
    "redis": 6379, "memcached": 11211, "rabbitmq": 5672, "kafka": 9092, "nats": 4222, "elasticsearch": 9200, "opensearch": 9200,
    "etcd": 2379, "consul": 8500, "vault": 8200, "dynamodb": 443, "s3": 443, "sqs": 443, "pubsub": 443,
}  # fmt: skip


def plan_workload(service: Service, road: Road, has: Callable[[str], bool] = lambda _path: False) -> Workload:
    """The workload of a service. `has` says whether a path of the repository exists: what a team adds is picked up by its name."""
    settings, start = settings_of(service), start_of(service)
    asked = probes(service, start.seconds)
    environments = tuple(_environments(service, road, has))
    is_exposed = any(each.hostname for each in environments)
    return Workload(
        service=service.name,
        directory=service.deploy_directory,
        component="worker" if service.kind == "worker" else "web" if service.kind == "static-site" else "api",
        language=service.language,
        image=service.name,
        ports=ports(service),
        startup=asked.startup,
        readiness=asked.readiness,
        liveness=asked.liveness,
        resources=resources(service, road),
        shutdown=_shutdown(service, is_exposed),
        progress_deadline_seconds=progress_deadline(start.seconds),
        uid=user_of(service),
        writable_paths=("/tmp", *_writes(service.dockerfile)),  # noqa: S108  (a path in the container)
        env=runtime_settings(service, road),
        config_keys=settings.config,
        secret_keys=settings.secrets,
        callers=service.callers,
        backing_ports=tuple((each.kind, PORTS[each.kind]) for each in service.backing if each.kind in PORTS),
        environments=environments,
        owner=service.owner,
        exposed=is_exposed,
        required_secrets=settings.required_secrets,
        unset=settings.unset,
        metrics_path=service.metrics_path,
    )


def _environments(service: Service, road: Road, has: Callable[[str], bool]) -> Iterator[Deployment]:
    for environment in road.environments:
        yield Deployment(
            environment=environment.name,
            namespace=environment.namespace.replace("{service}", service.name),
            hostname=_hostname(service, environment),
            scaling=scaling(service, environment, road),
            config=(("OTEL_RESOURCE_ATTRIBUTES", f"deployment.environment.name={environment.name}"),),
            local=has(f"{service.deploy_directory}/overlays/{environment.name}/local/kustomization.yaml"),
        )


def _hostname(service: Service, environment: Environment) -> str | None:
    """The service's own wish, else the road's. Only what speaks HTTP or gRPC can stand behind a gateway."""
    wanted = service.hostname or environment.hostname
    served = ports(service)
    if not wanted or not served or served[0].protocol not in ("http", "grpc"):
        return None
    return wanted.replace("{service}", service.name).replace("{environment}", environment.name)


def _shutdown(service: Service, is_exposed: bool) -> Shutdown:
    if not ports(service):
        return Shutdown(0, DRAIN_SECONDS)
    return Shutdown(SPREAD_AT_GATEWAY if is_exposed else SPREAD_IN_CLUSTER, DRAIN_SECONDS)


def user_of(service: Service) -> int:
    """The numeric user: the recipe's, or that of the repository's Dockerfile; never 0, whatever the image says."""
    if service.dockerfile is None:
        return service.recipe.uid if service.recipe else NON_ROOT
    name = (service.dockerfile.user or "").partition(":")[0].strip()
    number = int(name) if name.isascii() and name.isdigit() else ACCOUNTS.get(name, NON_ROOT)
    return number if 0 < number < 2**31 else NON_ROOT


def _writes(image: ExistingImage | None) -> tuple[str, ...]:
    base = (image.base or "").rpartition("/")[2] if image else ""
    return next((paths for name, paths in WRITES.items() if base.startswith(name)), ())
