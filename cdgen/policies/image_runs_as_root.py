"""The repository's Dockerfile makes an image that runs as root, or that needs root to open its port.

Why: a process that breaks out of the application as root has the whole container, and often more; the manifests ask for another
user, so an image that relies on root fails when it is deployed.

Instead: a numeric `USER` other than 0 in the last stage, and a port above 1023.
"""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model.finding import Severity
from cdgen.model.plan import DeliveryPlan
from cdgen.model.service import Service
from cdgen.policies.base import Hit, PlanPolicy

ROOT = ("root", "0")
FIRST_FREE_PORT = 1024  # https://www.kernel.org/doc/html/latest/networking/ip-sysctl.html, ip_unprivileged_port_start


def check(plan: DeliveryPlan) -> Iterator[Hit]:
    for service in plan.services:
        if service.dockerfile is not None and service.is_service:
            yield from _judge(service)


def _judge(service: Service) -> Iterator[Hit]:
    image = service.dockerfile
    assert image is not None  # noqa: S101  (asked by the caller)
    user = (image.user or "").partition(":")[0].strip()
    fix = f"{image.path}: end with `USER 65532:65532`"
    if user in ROOT:
        yield Hit(f"the image of {service.name} runs as root", path=image.path, line=image.user_line, fix=fix)
    elif not user and not _is_non_root_base(image.base):
        yield Hit(
            f"the image of {service.name} has no USER: it runs as root unless its base says otherwise", path=image.path, fix=fix
        )
    if service.port is not None and service.port < FIRST_FREE_PORT:
        words = f"the image of {service.name} opens port {service.port}, which only root may on many nodes"
        yield Hit(words, path=image.path, fix="listen on a port above 1023, and say `port: NUMBER` in cdgen.yaml")


def _is_non_root_base(base: str | None) -> bool:
    """Base images that name a user themselves: `nonroot` and `rootless` variants, nginx-unprivileged, Chainguard's."""
    words = ("nonroot", "non-root", "rootless", "unprivileged", "cgr.dev/")
    return any(word in (base or "") for word in words)


POLICY = PlanPolicy(
    check=check,
    severity=Severity.ERROR,
    passes=(
        {},
        {"image": {"user": "node"}},
        {"image": {"user": None, "base": "gcr.io/distroless/static-debian13:nonroot"}},
        {"image": {"user": "root"}, "service": {"kind": "library"}},
        {"service": {"dockerfile": None}},
    ),
    fails=(
        {"image": {"user": None}},
        {"image": {"user": "root"}},
        {"image": {"user": "0:0"}},
        {"service": {"port": 80}},
    ),
    covers=("DK-04", "CKV_DOCKER_3", "DL3002"),
)
