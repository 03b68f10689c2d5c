"""Dockerfiles are built as they are, and what comes out runs as the manifests promise."""

from __future__ import annotations

import shutil
import urllib.request
from contextlib import nullcontext
from pathlib import Path

import pytest

from tests.engines.drivers import buildah, images, private
from tests.engines.drivers.program import CheckerError
from tests.engines.lock import NotProven

SAMPLES = Path(__file__).parent / "samples"
PIN = "@sha256:" + "0" * 64
GO_SERVER = """\
package main

import "net/http"

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("served")) })
	http.ListenAndServe(":8080", nil)
}
"""
GO_DOCKERFILE = f"""\
FROM golang:1.26{PIN} AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/root/.cache/go-build CGO_ENABLED=0 go build -o /out/server .
FROM gcr.io/distroless/static-debian13:nonroot{PIN}
COPY --from=build /out/server /server
USER 10001:10001
ENTRYPOINT ["/server"]
"""


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SAMPLES, tmp_path / "sample"))


def test_what_was_built_runs_as_its_user_on_a_read_only_root(sample: Path) -> None:
    image = buildah.build(sample)
    assert (image.user, image.command) == ("10001:10001", ("cat", "/loud.txt"))
    assert buildah.run(image).stdout == "HELLO\n"
    assert buildah.run(image, "id", "-u").stdout == "10001\n"
    script = "touch /loud.txt /usr/new; touch /tmp/new && echo only in tmp"
    assert buildah.run(image, "sh", "-c", script).stdout == "only in tmp\n"
    assert {"loud.txt"} <= set(buildah.files(image)) and "work/loud.txt" not in buildah.files(image)


def test_the_same_input_gives_the_same_digest(sample: Path) -> None:
    first = buildah.build(sample)
    assert buildah.build(sample).digest == first.digest
    (sample / "message.txt").write_text("goodbye\n")
    assert buildah.build(sample).digest != first.digest


def test_a_failing_step_is_an_error(sample: Path) -> None:
    (sample / "message.txt").unlink()
    with pytest.raises(CheckerError, match="message.txt"):
        buildah.build(sample)
    with buildah._store():
        left = buildah._buildah("containers", "--format", "{{.ContainerName}}").stdout.split()
    assert [name for name in left if not name.startswith(buildah.OWN)] == []


def test_a_server_serves_inside_a_private_network(tmp_path: Path) -> None:
    project = tmp_path / "go-server"
    project.mkdir()
    for name, text in (("go.mod", "module server\n\ngo 1.25\n"), ("main.go", GO_SERVER), ("Dockerfile", GO_DOCKERFILE)):
        (project / name).write_text(text)
    image = buildah.build(project)
    with private.network(), buildah.serving(image, 8080):
        assert urllib.request.urlopen("http://127.0.0.1:8080/").read() == b"served"
    with pytest.raises(OSError):
        urllib.request.urlopen("http://127.0.0.1:8080/")


@pytest.mark.parametrize(("entrypoint", "ends"), [('["/server"]', True), ('["httpd", "-f", "-p", "8080"]', False)])
def test_a_program_that_does_not_end_when_asked_is_an_error(tmp_path: Path, entrypoint: str, ends: bool) -> None:
    """The first process of a container is asked in vain unless it listens to the signal."""
    project = tmp_path / "stopping"
    project.mkdir()
    base = GO_DOCKERFILE if ends else f"FROM busybox:1{PIN}\nUSER 10001:10001\n"
    dockerfile = base.partition("ENTRYPOINT")[0] + f"ENTRYPOINT {entrypoint}\n"
    for name, text in (("go.mod", "module server\n\ngo 1.25\n"), ("main.go", GO_SERVER), ("Dockerfile", dockerfile)):
        (project / name).write_text(text)
    image = buildah.build(project)
    with private.network(), buildah.serving(image, 8080) as container:
        assert container.status("Uid").split() == ["10001"] * 4 and container.status("CapEff") == "0" * 16
        with nullcontext() if ends else pytest.raises(CheckerError, match="did not end"):
            container.stop(2)


@pytest.mark.parametrize(
    ("dockerfile", "expected"),
    [
        ("FROM scratch\nCOPY a /a\n", ()),
        ("FROM a AS one\nFROM one\nCOPY --from=one /x /x\nCOPY --from=0 /y /y\n", ("a",)),
        ("FROM --platform=$BUILDPLATFORM a:1@sha256:12 AS one\nFROM b\n", ("a:1@sha256:12", "b")),
        ("FROM a\nCOPY --chown=1:1 --from=tool:2 /t /t\n", ("a", "tool:2")),
        ("FROM a\nRUN --mount=type=cache,target=/c --mount=type=bind,from=tool,target=/t \\\n  true\n", ("a", "tool")),
        ("ARG VERSION=3\nFROM a:${VERSION}\n", ("a:3",)),
    ],
)
def test_bases(dockerfile: str, expected: tuple[str, ...]) -> None:
    assert images.bases(dockerfile) == expected


@pytest.mark.parametrize(
    ("image", "kind"),
    [
        ("golang:1.26-bookworm" + PIN, "go"),
        ("mirror.acme.test:5000/library/golang:1.26", "go"),
        ("node:24-slim", "node"),
        ("gcr.io/distroless/nodejs24-debian13:nonroot", "node-without-shell"),
        ("gcr.io/distroless/java21-debian13", "java-without-shell"),
        ("maven:3.9-eclipse-temurin-21", "maven"),
        ("eclipse-temurin:21-jre", "java"),
        ("ghcr.io/astral-sh/uv:0.9", "uv"),
        ("docker.io/library/debian:trixie-slim", "shell"),
    ],
)
def test_kind_of(image: str, kind: str) -> None:
    assert images.kind_of(image) == kind


def test_an_unknown_base_is_not_proven() -> None:
    with pytest.raises(NotProven, match="acme/base"):
        images.kind_of("acme/base:1")
