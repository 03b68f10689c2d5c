"""Stand-ins for base images, made from this machine's toolchains: a Dockerfile is built as it is, on another base.

Which stand-in an image gets follows from its name. Like the real one it has a shell or has none, the program where the
image has it, and the same entry point; its version is the machine's.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from tests.engines.drivers import rootfs
from tests.engines.drivers.toolchains import CERTIFICATES
from tests.engines.lock import NotProven

HERE = Path(__file__).parent
Fill = Callable[[Path], None]
PATH = "/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Kind(NamedTuple):
    """What a stand-in is filled with, in this order; `entrypoint` and `user` only where the real image has one."""

    parts: tuple[Fill, ...]
    entrypoint: tuple[str, ...] = ()
    env: Mapping[str, str] = {}
    user: str = ""


KINDS = {
    "static": Kind(()),
    "c-library": Kind((rootfs.c_library,)),
    "c-library-and-runtime": Kind((rootfs.c_library, rootfs.compiler_runtime)),
    "shell": Kind((rootfs.shell, rootfs.c_library)),
    "go": Kind((rootfs.shell, rootfs.go), env={"GOPATH": "/go", "GOTOOLCHAIN": "local"}),
    "node": Kind((rootfs.shell, rootfs.node)),
    "node-without-shell": Kind((rootfs.node,), ("/nodejs/bin/node",)),
    "bun": Kind((rootfs.shell, rootfs.bun)),
    "java": Kind((rootfs.shell, rootfs.java), env={"JAVA_HOME": "/opt/java/openjdk"}),
    "java-without-shell": Kind((rootfs.java,), ("/usr/bin/java", "-jar"), {"JAVA_HOME": "/opt/java/openjdk"}),
    "maven": Kind((rootfs.shell, rootfs.maven), env={"JAVA_HOME": "/opt/java/openjdk", "MAVEN_HOME": "/usr/share/maven"}),
    "nginx": Kind((rootfs.shell, rootfs.nginx), user="101"),
    "python": Kind((rootfs.shell, rootfs.python)),
    "python-without-shell": Kind((rootfs.python,), ("/usr/bin/python3",)),
    "rust": Kind((rootfs.shell, rootfs.rust), env={"CARGO_HOME": "/usr/local/cargo"}),
    "uv": Kind((rootfs.uv,), ("/uv",)),
}
# the first pattern that fits the repository (without registry, tag and digest) wins
BY_NAME = (
    (r"distroless/static|chainguard/static", "static"),
    (r"distroless/base", "c-library"),
    (r"distroless/cc", "c-library-and-runtime"),
    (r"distroless/nodejs|chainguard/node", "node-without-shell"),
    (r"distroless/java|chainguard/jre", "java-without-shell"),
    (r"distroless/python|chainguard/python", "python-without-shell"),
    (r"astral-sh/uv$", "uv"),
    (r"(^|/)golang$", "go"),
    (r"(^|/)node$", "node"),
    (r"oven/bun$", "bun"),
    (r"nginx-unprivileged$", "nginx"),
    (r"(^|/)python$", "python"),
    (r"(^|/)rust$", "rust"),
    (r"(^|/)maven$", "maven"),
    (r"eclipse-temurin$", "java"),
    (r"(^|/)(debian|ubuntu|alpine|busybox)$", "shell"),
)
STAGE = re.compile(r"^\s*FROM(?:\s+--\S+)*\s+(\S+)(?:\s+AS\s+(\S+))?", re.I | re.M)
COPIED_FROM = re.compile(r"^\s*(?:COPY|ADD)\s.*?--from=(\S+)", re.I | re.M)
MOUNTED_FROM = re.compile(r"--mount=\S*?\bfrom=([^\s,]+)")
ARGUMENT = re.compile(r"^\s*ARG\s+(\w+)=[\"']?([^\s\"']*)", re.I | re.M)
CONTINUED = re.compile(r"\\\s*\n")


def bases(dockerfile: str) -> tuple[str, ...]:
    """Every image from outside that a Dockerfile names: not its own stages, not `scratch`."""
    text = CONTINUED.sub(" ", dockerfile)
    values = dict(ARGUMENT.findall(text))
    stages = STAGE.findall(text)
    named = [*(name for name, _ in stages), *COPIED_FROM.findall(text), *MOUNTED_FROM.findall(text)]
    names = dict.fromkeys(_filled_in(name.strip("\"'"), values) for name in named)
    own = {"scratch", *(stage.lower() for _, stage in stages)}
    return tuple(name for name in names if name.lower() not in own and not name.isdigit())


def _filled_in(name: str, values: Mapping[str, str]) -> str:
    return re.sub(r"\$\{?(\w+)\}?", lambda match: values.get(match[1], match[0]), name)


def kind_of(image: str) -> str:
    """NotProven for an image that nothing here can stand for."""
    repository = re.sub(r"(:[\w.-]+)?(@sha256:[0-9a-f]+)?$", "", image)
    for pattern, kind in BY_NAME:
        if re.search(pattern, repository):
            return kind
    raise NotProven(f"image {image}", "no stand-in for it can be made here")


def key(kind: str) -> str:
    """Changes when this code or the machine's toolchain does."""
    parts = [(HERE / name).read_text() for name in ("images.py", "rootfs.py")]
    for name in ("go", "node", "java", "mvn", "nginx", "python3", "rustc"):
        try:
            binary = rootfs.on_path(name).resolve()
            parts.append(f"{binary} {binary.stat().st_size} {binary.stat().st_mtime_ns}")
        except NotProven:
            parts.append(f"no {name}")
    return hashlib.sha256("\n".join([kind, *parts]).encode()).hexdigest()[:12]


def fill(kind: str, root: Path) -> None:
    rootfs.base(root)
    for part in KINDS[kind].parts:
        part(root)


def environment(kind: str) -> dict[str, str]:
    """With the machine's certificate settings: a package manager inside has to reach the same registries."""
    certificates = {name: os.environ[name] for name in (*CERTIFICATES, "PIP_CERT") if name in os.environ}
    known = {name: value for name, value in certificates.items() if value == str(rootfs.CERTIFICATES)}
    return {"PATH": PATH, **known, **KINDS[kind].env}
