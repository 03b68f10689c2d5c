"""A real Kubernetes API server with its controllers on loopback; nodes and running containers are pretended by kwok.

An older version is emulated by the newest components (`--emulated-version`): its API and feature gates, not its bugs.
"""

from __future__ import annotations

import secrets
import shutil
import ssl
import subprocess
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import yaml

from tests.engines.drivers import servers
from tests.engines.drivers.manifests import objects
from tests.engines.drivers.program import CheckerError, Ran, clean_environment, path_with, run
from tests.engines.drivers.servers import LOOPBACK
from tests.engines.kubernetes.stages import stages
from tests.engines.lock import NotProven, find

VERSIONS = ("1.34", "1.35", "1.36", "1.37")
NEWEST = VERSIONS[-1]
CRDS = Path(__file__).parents[2] / "data" / "schemas" / "crds"
# kwok's own default has no room for ephemeral storage: a pod that asks for some would wait for ever
ROOM = {"cpu": "1k", "memory": "1Ti", "pods": "1M", "ephemeral-storage": "1Ti"}
NODE = {
    "apiVersion": "v1",
    "kind": "Node",
    "metadata": {
        "name": "pretended",
        "labels": {"kubernetes.io/hostname": "pretended", "kubernetes.io/os": "linux", "topology.kubernetes.io/zone": "a"},
        "annotations": {"kwok.x-k8s.io/node": "fake"},
    },
    "status": {"allocatable": ROOM, "capacity": ROOM},
}


class Cluster(NamedTuple):
    """A running control plane; `version` is the minor that it speaks, `path` a PATH that has its kubectl first."""

    kubeconfig: Path
    version: str
    path: str

    def kubectl(self, *arguments: str | Path, text: str | None = None, timeout: float = 120) -> Ran:
        """Any kubectl command, whatever its end."""
        return run("kubectl", *arguments, text=text, timeout=timeout, offline=False, env=self.environment())

    def ask(self, *arguments: str | Path, text: str | None = None) -> str:
        """What kubectl prints; CheckerError when it ends with an error."""
        ran = self.kubectl(*arguments, text=text)
        if ran.code:
            raise CheckerError(ran.last_words)
        return ran.out

    def refusals(self, rendered: str) -> tuple[str, ...]:
        """What the server has against these manifests: a dry run with warnings as errors and unknown fields refused."""
        objects(rendered)
        flags = ("--server-side", "--dry-run=server", "--warnings-as-errors", "--validate=strict", "-f", "-")
        ran = self.kubectl("apply", *flags, text=rendered)
        lines = tuple(line for line in ran.err.splitlines() if line.strip())
        if bool(lines) != bool(ran.code):
            raise CheckerError(ran.last_words)
        return lines

    def environment(self) -> dict[str, str]:
        """For a script under test that calls kubectl by name."""
        return {**clean_environment(), "PATH": self.path, "KUBECONFIG": str(self.kubeconfig)}


@contextmanager
def start(version: str = NEWEST, *, controllers: bool = True) -> Iterator[Cluster]:
    """A control plane of its own with HTTPRoute installed; without `controllers` it only judges manifests (a second faster)."""
    find("kube")
    with tempfile.TemporaryDirectory(prefix="cdgen-kube-") as temporary, ExitStack() as stack:
        folder = Path(temporary)
        _start_server(stack, folder, version)
        cluster = Cluster(folder / "kubeconfig", version, path_with(["kubectl"]))
        for definition in sorted(CRDS.rglob("*.yaml")):
            cluster.ask("apply", "--server-side", "-f", definition)
        if controllers:
            _start_controllers(stack, folder, cluster)
        cluster.ask("wait", "--for=condition=Established", "crd", "--all", "--timeout=30s")
        yield cluster


def _start_server(stack: ExitStack, folder: Path, version: str) -> None:
    client, peer, port = (servers.free_port() for _ in range(3))
    token = _write_secrets(folder, port)
    store, peers = f"http://{LOOPBACK}:{client}", f"http://{LOOPBACK}:{peer}"
    argv: list[str | Path] = ["--data-dir", folder / "etcd", "--unsafe-no-fsync", "--log-level=warn", "--listen-client-urls", store,
            "--advertise-client-urls", store, "--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers,
            "--initial-cluster", f"default={peers}"]  # fmt: skip
    _run(stack, folder, "etcd", argv, is_ready=lambda: servers.answers(client))
    argv = ["--etcd-servers", store, "--bind-address", LOOPBACK, "--advertise-address", LOOPBACK,
            "--secure-port", str(port), "--endpoint-reconciler-type=none", "--cert-dir", folder / "certs",
            "--token-auth-file", folder / "tokens.csv", "--authorization-mode=RBAC", "--anonymous-auth=false",
            "--service-account-issuer=https://kubernetes.default.svc", "--service-account-key-file", folder / "sa.key",
            "--service-account-signing-key-file", folder / "sa.key", "--service-cluster-ip-range=10.96.0.0/16",
            "--profiling=false", *_emulate(version)]  # fmt: skip
    _run(stack, folder, "kube-apiserver", argv, is_ready=lambda: _is_ready(folder, port, token))


def _start_controllers(stack: ExitStack, folder: Path, cluster: Cluster) -> None:
    common: list[str | Path] = [
        "--kubeconfig",
        cluster.kubeconfig,
        "--leader-elect=false",
        "--secure-port=0",
        *_emulate(cluster.version),
    ]
    argv: list[str | Path] = [*common, "--use-service-account-credentials=false"]
    argv += ["--service-account-private-key-file", folder / "sa.key", "--root-ca-file", folder / "certs" / "apiserver.crt"]
    _run(stack, folder, "kube-controller-manager", argv)
    _run(stack, folder, "kube-scheduler", common)
    cluster.ask("apply", "-f", "-", text=yaml.safe_dump(NODE))
    (folder / "stages.yaml").write_text(stages(find("kwok").parents[1] / "stages"))
    # a lease shorter than 40 s and the controllers take the node for lost
    argv = ["--kubeconfig", cluster.kubeconfig, "--manage-all-nodes", "--node-lease-duration-seconds=40",
            "--config", folder / "stages.yaml", "--node-ip", LOOPBACK,
            "--server-address", f"{LOOPBACK}:{servers.free_port()}"]  # fmt: skip
    _run(stack, folder, "kwok", argv)
    cluster.ask("wait", "--for=condition=Ready", "node", "--all", "--timeout=60s")
    cluster.ask("wait", "--for=create", "serviceaccount/default", "--timeout=60s")


def _emulate(version: str) -> tuple[str, ...]:
    if version not in VERSIONS:
        raise NotProven(f"Kubernetes {version}", f"only {', '.join(VERSIONS)} can be had")
    return () if version == NEWEST else (f"--emulated-version=kube={version}",)


def _run(stack: ExitStack, folder: Path, program: str, argv: Sequence[str | Path], is_ready: servers.Ready = lambda: True) -> None:
    log = folder / f"{program}.log"
    stack.enter_context(servers.running([find(program), *argv], log=log, env=clean_environment(), is_ready=is_ready))


def _is_ready(folder: Path, port: int, token: str) -> bool:
    certificate = folder / "certs" / "apiserver.crt"
    if not certificate.is_file():
        return False
    request = urllib.request.Request(f"https://{LOOPBACK}:{port}/readyz", headers={"Authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(request, context=ssl.create_default_context(cafile=certificate), timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _write_secrets(folder: Path, port: int) -> str:
    """The key that signs service account tokens, the administrator's token, and a kubeconfig that uses it."""
    token = secrets.token_hex(16)
    openssl = shutil.which("openssl")
    if openssl is None:
        raise NotProven("openssl", "not on PATH")
    subprocess.run([openssl, "genrsa", "-out", folder / "sa.key", "2048"], check=True, capture_output=True)
    (folder / "tokens.csv").write_text(f"{token},admin,admin,system:masters\n")
    cluster = {"server": f"https://{LOOPBACK}:{port}", "certificate-authority": str(folder / "certs" / "apiserver.crt")}
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "test",
        "clusters": [{"name": "test", "cluster": cluster}],
        "users": [{"name": "admin", "user": {"token": token}}],
        "contexts": [{"name": "test", "context": {"cluster": "test", "user": "admin"}}],
    }
    (folder / "kubeconfig").write_text(yaml.safe_dump(config))
    (folder / "kubeconfig").chmod(0o600)
    return token
