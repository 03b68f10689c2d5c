"""The rollout script against a real API server: what it puts live, what it takes back, and what it says about it."""

from __future__ import annotations

import subprocess
import threading
import urllib.parse
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from cdgen.render.environment import render
from tests.engines.drivers import apiserver, private, shellcheck
from tests.engines.drivers.apiserver import Cluster
from tests.engines.kubernetes.stages import OTHER_IMAGE, digest

PODS = "10.0.0.0/24"  # where kwok takes the addresses of its pods from
A, B, C = (f"sha256:{letter * 64}" for letter in "abc")
SCRIPT = "deploy/rollout.sh"
OVERLAY = "deploy/overlays/staging"
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app.kubernetes.io/name: shop, app.kubernetes.io/instance: shop}}
  template:
    metadata: {labels: {app.kubernetes.io/name: shop, app.kubernetes.io/instance: shop}}
    spec:
      containers:
        - name: shop
          image: shop
          envFrom: [{configMapRef: {name: shop}}]
          livenessProbe: {httpGet: {path: /healthz, port: 8080}}
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: shop}
spec: {selector: {app.kubernetes.io/name: shop}, ports: [{name: http, port: 80, targetPort: 8080}]}
"""


class Answers(BaseHTTPRequestHandler):
    """Every pod: `failures` answers with an error first, then all is well but the answers whose numbers are `bad`."""

    failures = 0
    bad: frozenset[int] = frozenset()
    seen: list[str] = []

    def do_GET(self) -> None:
        type(self).seen.append(self.path)
        is_well = self.path == "/healthz" and type(self).failures <= 0 and len(type(self).seen) not in type(self).bad
        type(self).failures -= 1
        self.send_response(200 if is_well else 503)
        self.end_headers()

    def log_message(self, *arguments: Any) -> None:
        pass


class Ran:
    def __init__(self, code: int, said: str, summary: str, outputs: str) -> None:
        self.code, self.said, self.summary, self.outputs = code, said, summary, outputs


class Shop:
    """A service's repository, and its environment in the cluster."""

    def __init__(self, root: Path, cluster: Cluster, namespace: str) -> None:
        self.root, self.cluster, self.namespace = root, cluster, namespace
        self.write("deploy/base/deployment.yaml", DEPLOYMENT)
        self.write("deploy/base/service.yaml", SERVICE)
        self.write("deploy/base/kustomization.yaml", "resources: [deployment.yaml, service.yaml]\n")
        self.write(SCRIPT, render("deploy/rollout.sh.j2"))
        self.git("init", "-q", "-b", "main")

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)

    def git(self, *arguments: str) -> str:
        return subprocess.run(["git", *arguments], cwd=self.root, check=True, capture_output=True, text=True).stdout.strip()

    def commit(self, mode: str) -> str:
        """A commit whose configuration says `mode`, checked out."""
        config = {"name": "shop", "literals": [f"MODE={mode}"]}
        overlay = {"namespace": self.namespace, "resources": ["../../base"], "configMapGenerator": [config]}
        self.write(f"{OVERLAY}/kustomization.yaml", yaml.safe_dump(overlay))
        self.git("add", "-A")
        self.git("-c", "user.name=a", "-c", "user.email=a@b.test", "commit", "-qm", mode)
        return self.git("rev-parse", "HEAD")

    def run(self, what: str, image_digest: str, **env: str) -> Ran:
        files = {name: self.root.parent / f"{name}.txt" for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT")}
        for file in files.values():
            file.write_text("")
        settings = {
            **self.cluster.environment(),
            **{name: str(file) for name, file in files.items()},
            "SERVICE": "shop",
            "ENVIRONMENT": "staging",
            "NAMESPACE": self.namespace,
            "OVERLAY": OVERLAY,
            "IMAGE": "registry.example/Acme/shop",
            "IMAGE_NAME": "shop",
            "DIGEST": image_digest,
            "COMMIT": self.git("rev-parse", "HEAD"),
            "ROLLOUT_TIMEOUT": "4",
            "SMOKE_ATTEMPTS": "4",
            "SMOKE_PAUSE": "0",
            **env,
        }
        done = subprocess.run(
            ["bash", SCRIPT, what], cwd=self.root, env={k: v for k, v in settings.items() if v != "-"}, capture_output=True,
            text=True, timeout=120, check=False,
        )  # fmt: skip
        summary, outputs = (file.read_text() for file in files.values())
        return Ran(done.returncode, done.stdout + done.stderr, summary, outputs)

    def deploy(self, mode: str, image_digest: str, **env: str) -> Ran:
        self.commit(mode)
        return self.run("deploy", image_digest, **env)

    @property
    def live(self) -> tuple[str, str, str]:
        """Digest and configuration that run, and the digest that is recorded."""
        deployment = yaml.safe_load(self.cluster.ask("-n", self.namespace, "get", "deployment/shop", "-o", "yaml"))
        container = deployment["spec"]["template"]["spec"]["containers"][0]
        name = container["envFrom"][0]["configMapRef"]["name"]
        mode = self.cluster.ask("-n", self.namespace, "get", f"configmap/{name}", "-o", "jsonpath={.data.MODE}")
        recorded = (deployment["metadata"].get("annotations") or {}).get("cdgen/digest", "")
        return container["image"].partition("@")[2], mode, recorded

    @property
    def worktrees(self) -> int:
        return len(self.git("worktree", "list").splitlines())


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A cluster in a network of its own, in which one server answers for every pretended pod."""
    with private.network(), ThreadingHTTPServer(("0.0.0.0", 8080), Answers) as pods, apiserver.start() as started:
        subprocess.run(["ip", "route", "add", "local", PODS, "dev", "lo"], check=True)
        threading.Thread(target=pods.serve_forever, daemon=True).start()
        yield started
        pods.shutdown()


@pytest.fixture
def shop(tmp_path: Path, cluster: Cluster, request: pytest.FixtureRequest) -> Iterator[Shop]:
    Answers.failures, Answers.seen, Answers.bad = 0, [], frozenset()
    namespace = f"shop-{abs(hash(request.node.name)) % 10**8}"
    cluster.ask("create", "namespace", namespace)
    cluster.ask("-n", namespace, "wait", "--for=create", "serviceaccount/default", "--timeout=30s")
    (tmp_path / "repo").mkdir()
    yield Shop(tmp_path / "repo", cluster, namespace)
    cluster.ask("delete", "namespace", namespace, "--wait=false")


def test_it_passes_the_strictest_shell_lint(tmp_path: Path) -> None:
    script = tmp_path / "rollout.sh"
    script.write_text(render("deploy/rollout.sh.j2"))
    assert shellcheck.lint([script]) == ()


def test_a_good_release_goes_live_is_smoked_and_recorded(shop: Shop) -> None:
    ran = shop.deploy("one", A)
    assert (ran.code, ran.outputs) == (0, "result=deployed\n"), ran.said
    assert shop.live == (A, "one", A)
    assert Answers.seen == ["/healthz"] * 3
    assert f"{A} of commit {shop.git('rev-parse', 'HEAD')} is live" in ran.summary
    assert shop.worktrees == 1


@pytest.mark.parametrize(
    ("bad", "failures", "words"),
    [
        pytest.param(digest("image-pull"), 0, "failed and was taken back", id="image cannot be pulled"),
        pytest.param(digest("not-ready"), 0, "failed and was taken back", id="never ready"),
        pytest.param(B, 4, "/healthz did not answer 3 times in a row", id="does not answer"),
        pytest.param(OTHER_IMAGE, 0, "not every pod of deployment.apps/shop runs", id="another image runs"),
    ],
)
def test_a_bad_release_is_taken_back_with_its_configuration(shop: Shop, bad: str, failures: int, words: str) -> None:
    assert shop.deploy("one", A).code == 0
    Answers.failures = failures
    ran = shop.deploy("two", bad)
    assert ran.code == 1 and words in ran.summary and f"{A} of commit" in ran.summary, ran.said
    assert shop.live == (A, "one", A)
    assert ran.outputs == "" and shop.worktrees == 1


def test_the_readiness_path_is_smoked_where_liveness_asks_for_the_open_port(shop: Shop) -> None:
    probes = "livenessProbe: {tcpSocket: {port: 8080}}\n          readinessProbe: {httpGet: {path: /healthz, port: 8080}}"
    shop.write("deploy/base/deployment.yaml", DEPLOYMENT.replace("livenessProbe: {httpGet: {path: /healthz, port: 8080}}", probes))
    assert shop.deploy("one", A).code == 0
    assert Answers.seen == ["/healthz"] * 3


def test_answers_must_come_in_a_row(shop: Shop) -> None:
    Answers.bad = frozenset({3})
    assert shop.deploy("one", A, SMOKE_ATTEMPTS="6").code == 0
    assert len(Answers.seen) == 6


def test_a_bad_first_release_has_nothing_before_it(shop: Shop) -> None:
    ran = shop.deploy("one", digest("crash"))
    assert ran.code == 1 and "no release before it" in ran.summary
    assert shop.live[2] == ""


def test_restoring_is_tried_once(shop: Shop) -> None:
    assert shop.deploy("one", A).code == 0
    Answers.failures, Answers.seen = 1000, []
    ran = shop.deploy("two", B)
    assert ran.code == 1 and ran.summary.count("needs a person now") == 1
    assert len(Answers.seen) == 8 and shop.live == (A, "one", A)


def test_an_older_commit_does_not_overtake_a_newer_one(shop: Shop) -> None:
    old = shop.commit("one")
    assert shop.deploy("two", B).code == 0
    shop.git("checkout", "-q", old)
    ran = shop.run("deploy", A)
    assert (ran.code, ran.outputs) == (0, "result=superseded\n")
    assert shop.live == (B, "two", B) and "does not overtake" in ran.summary


def test_the_same_commit_can_be_deployed_again(shop: Shop) -> None:
    assert shop.deploy("one", A).code == 0
    assert shop.run("deploy", A).outputs == "result=deployed\n"


def test_one_click_goes_back_step_by_step(shop: Shop) -> None:
    for mode, image in (("one", A), ("two", B), ("three", C)):
        assert shop.deploy(mode, image).code == 0
    ran = shop.run("rollback", "", REASON="prices are wrong")
    assert ran.code == 0 and "prices are wrong" in ran.summary, ran.said
    assert shop.live == (B, "two", B)
    assert shop.run("rollback", "").code == 0
    assert shop.live == (A, "one", A)
    ran = shop.run("rollback", "")
    assert ran.code == 1 and "no release before" in ran.summary, "C and B were left: going back to them would go forward"
    assert shop.live == (A, "one", A)


def test_a_failed_release_is_never_a_way_back(shop: Shop) -> None:
    assert shop.deploy("one", A).code == 0
    assert shop.deploy("two", digest("not-ready")).code == 1
    ran = shop.run("rollback", "")
    assert ran.code == 1 and "no release before" in ran.summary
    assert shop.live == (A, "one", A)


def test_a_given_digest_gets_the_manifests_of_its_commit(shop: Shop) -> None:
    for mode, image in (("one", A), ("two", B), ("three", C)):
        assert shop.deploy(mode, image).code == 0
    assert shop.run("rollback", A).code == 0
    assert shop.live == (A, "one", A)


def test_a_digest_that_the_cluster_does_not_remember_gets_the_checked_out_manifests(shop: Shop) -> None:
    assert shop.deploy("one", A).code == 0
    ran = shop.run("rollback", B)
    assert ran.code == 0 and "(unknown)" in ran.summary
    assert shop.live == (B, "one", B)


def test_a_deploy_after_a_rollback_goes_forward_again(shop: Shop) -> None:
    assert (shop.deploy("one", A).code, shop.deploy("two", B).code, shop.run("rollback", "").code) == (0, 0, 0)
    assert shop.deploy("three", C).outputs == "result=deployed\n"
    assert shop.live == (C, "three", C)


@pytest.mark.parametrize(
    ("path", "old", "new", "words"),
    [
        ("deploy/base/deployment.yaml", "replicas: 2", "replica: 2", "so nothing was changed"),
        ("deploy/base/deployment.yaml", "image: shop", "image: other", "do not use the image shop"),
        ("deploy/base/kustomization.yaml", "deployment.yaml, ", "", "do not use the image shop"),
    ],
)
def test_what_the_server_refuses_changes_nothing(shop: Shop, path: str, old: str, new: str, words: str) -> None:
    assert shop.deploy("one", A).code == 0
    names = ("-n", shop.namespace, "get", "configmaps", "-o", "name")
    before = shop.cluster.ask(*names)
    shop.write(path, (shop.root / path).read_text().replace(old, new))
    ran = shop.deploy("two", B)
    assert ran.code != 0 and words in ran.said
    assert shop.cluster.ask(*names) == before, "not even what the server would have taken"
    assert shop.live == (A, "one", A)


@pytest.mark.parametrize("image_digest", ["latest", "sha256:abc", "", f"{A} --all"])
def test_only_a_digest_is_deployed(shop: Shop, image_digest: str) -> None:
    ran = shop.deploy("one", image_digest)
    assert ran.code == 1 and "is not a digest" in ran.summary


def test_a_worker_says_that_it_was_not_smoked(shop: Shop) -> None:
    shop.write(
        "deploy/base/deployment.yaml", DEPLOYMENT.replace("httpGet: {path: /healthz, port: 8080}", "exec: {command: ['true']}")
    )
    ran = shop.deploy("one", A)
    assert ran.code == 0 and "not smoked" in ran.summary and Answers.seen == []


@pytest.mark.parametrize(
    ("env", "words"),
    [
        ({"CLUSTER_SERVER": "", "CLUSTER_CA": ""}, ("CLUSTER_SERVER", "CLUSTER_CA")),
        ({"CLUSTER_SERVER": "https://k.example", "CLUSTER_CA": ""}, ("CLUSTER_CA",)),
        ({"CLUSTER_SERVER": "https://k.example", "CLUSTER_CA": "x", "DIGEST": "not-pushed"}, ("an image",)),
        ({"CLUSTER_SERVER": "https://k.example", "CLUSTER_CA": "x", "AFTER": "not-set-up"}, ("the environment before it",)),
    ],
)
def test_what_is_not_set_up_is_named_and_not_red(shop: Shop, env: dict[str, str], words: tuple[str, ...]) -> None:
    ran = shop.deploy("one", A, KUBECONFIG="-", GITHUB_REPOSITORY="acme/shop", **env)
    assert (ran.code, ran.outputs) == (0, "result=not-set-up\n"), ran.said
    named = ("CLUSTER_SERVER", "CLUSTER_CA", "an image", "the environment before it")
    assert [name for name in named if f"- {name}" in ran.summary or f"`{name}`" in ran.summary] == list(words)
    assert "repo:acme/shop:environment:staging" in ran.summary


def test_going_back_without_a_cluster_is_red(shop: Shop) -> None:
    shop.commit("one")
    assert shop.run("rollback", A, KUBECONFIG="-", CLUSTER_SERVER="-").code != 0


def test_the_job_identity_opens_the_cluster(shop: Shop) -> None:
    """The forge gives a token for an audience; kubectl asks the script for it, and asks again with every call."""
    kubeconfig = yaml.safe_load(shop.cluster.kubeconfig.read_text())
    place, token = kubeconfig["clusters"][0]["cluster"], kubeconfig["users"][0]["user"]["token"]
    asked: list[tuple[str, str | None]] = []

    class Forge(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, self.headers["Authorization"]))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(f'{{"count":1, "value":"{token}"}}'.encode())

        def log_message(self, *arguments: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Forge) as forge:
        threading.Thread(target=forge.serve_forever, daemon=True).start()
        env = {
            "CLUSTER_SERVER": place["server"],
            "CLUSTER_CA": Path(place["certificate-authority"]).read_text(),
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"http://127.0.0.1:{forge.server_port}/token?api=2",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "of this job",
        }
        ran = shop.deploy("one", A, KUBECONFIG="-", **env)
        forge.shutdown()
    assert ran.code == 0, ran.said
    audience = urllib.parse.quote(place["server"], safe="")
    assert {(path.lower(), token) for path, token in asked} == {(f"/token?api=2&audience={audience}".lower(), "bearer of this job")}
    assert token not in ran.said
