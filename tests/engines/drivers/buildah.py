"""buildah: builds a Dockerfile as it is, without a daemon and without a registry, and runs what came out.

Every base image is replaced by its stand-in (`images`) through a build context of the same name, so pins stay in the file.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from tests.engines.drivers import images, servers
from tests.engines.drivers.program import CheckerError, clean_environment
from tests.engines.lock import NotProven, cache, find

# every build leaves its layers for the next one; beyond so many the store is made anew
MANY_IMAGES = 400
OWN = "own-"


class Image(NamedTuple):
    """A built image: its digest, what its configuration says, and the words of the build."""

    name: str
    digest: str
    config: Mapping[str, Any]
    log: str

    @property
    def user(self) -> str:
        return str(self.config.get("User", ""))

    @property
    def command(self) -> tuple[str, ...]:
        return (*self.config.get("Entrypoint", ()), *self.config.get("Cmd", ()))


def build(context: Path, dockerfile: str | Path = "Dockerfile", *, flags: Sequence[str] = (), timeout: float = 900) -> Image:
    """Builds `dockerfile` (seen from `context`). A base without a stand-in is NotProven, a failing build an error."""
    path = context / dockerfile
    replaced = images.bases(path.read_text())
    with _store():
        stand_ins = {image: _stand_in(images.kind_of(image)) for image in replaced}
        name = f"localhost/built/{context.name.lower()}"
        contexts = [
            flag for image, place in stand_ins.items() for flag in ("--build-context", f"{image}=container-image://{place}")
        ]
        fixed = ["--isolation", "chroot", "--layers", "--timestamp", "0", "--pull-never", "--format", "docker"]
        done = _buildah("bud", *fixed, *contexts, *flags, "-t", name, "-f", str(path), str(context), timeout=timeout)
        found = json.loads(_buildah("inspect", "--type", "image", name).stdout)
    return Image(name, found["FromImageDigest"], found["Docker"]["config"], done.stdout + done.stderr)


def files(image: Image) -> dict[str, int]:
    """Every file of the image, as a path without the leading slash, and its mode."""
    with _mounted(image) as root:
        return {str(path.relative_to(root)): path.lstat().st_mode for path in sorted(root.rglob("*")) if not path.is_dir()}


def run(image: Image, *command: str, env: Mapping[str, str] | None = None, timeout: float = 60) -> subprocess.CompletedProcess[str]:
    """Runs `command`, or what the image starts, as its user, on a read-only root, without new privileges."""
    with _mounted(image) as root:
        argv = _inside(image, root, command or image.command)
        return subprocess.run(argv, env=_environment(image, env), capture_output=True, text=True, timeout=timeout, check=False)


class Container(NamedTuple):
    """A running image: where its words go, and the number of its first process on this machine."""

    log: Path
    pid: int

    def status(self, name: str) -> str:
        """A line of the process's status as the kernel has it: `Uid`, `CapEff`, `NoNewPrivs`."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith(f"{name}:"))

    def stop(self, patience: float) -> float:
        """Asks it to end as a cluster does; the seconds that it took. CheckerError when it is still there after `patience`."""
        started = time.monotonic()
        os.kill(self.pid, signal.SIGTERM)
        while Path(f"/proc/{self.pid}").exists():
            if time.monotonic() - started > patience:
                raise CheckerError(f"did not end within {patience} s of SIGTERM: {self.log.read_text(errors='replace')[-500:]}")
            time.sleep(0.02)
        return time.monotonic() - started


@contextmanager
def serving(image: Image, port: int, env: Mapping[str, str] | None = None) -> Iterator[Container]:
    """The image's own command, once it listens on `port`: to be used inside `private.network()`."""
    with _mounted(image) as root, tempfile.TemporaryDirectory(prefix="cdgen-serving-") as temporary:
        log = Path(temporary, "log")
        argv = _inside(image, root, image.command)
        ready = servers.running(argv, log=log, env=_environment(image, env), is_ready=lambda: servers.answers(port))
        with ready as outer:
            yield Container(log, int(Path(f"/proc/{outer}/task/{outer}/children").read_text().split()[0]))


def _inside(image: Image, root: Path, command: tuple[str, ...]) -> list[str]:
    """Like the manifests promise: numeric user, read-only root, a writable /tmp, no way to more privileges."""
    user, group = _user(image, root)
    place = image.config.get("WorkingDir") or "/"
    script = (
        'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" '
        '&& mount -t tmpfs tmpfs "$0/tmp" && chmod 1777 "$0/tmp" '
        '&& exec setpriv --no-new-privs unshare --root="$0" "$@"'
    )
    become = ["--setgid", group, "--setuid", user, "--wd", str(place), "--"]
    return ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", script, str(root), *become, *command]


def _user(image: Image, root: Path) -> tuple[str, str]:
    """Number of the user and of the group: a name is looked up in the image, a missing group is root's, as in Docker."""
    user, _, group = (image.user or "0").partition(":")
    for line in (root / "etc/passwd").read_text().splitlines():
        name, _, number, own_group, *_ = line.split(":")
        if user in (name, number):
            return number, group or own_group
    return user, group or "0"


def _environment(image: Image, more: Mapping[str, str] | None) -> dict[str, str]:
    own = dict(entry.partition("=")[::2] for entry in image.config.get("Env") or ())
    return {"HOME": "/", **own, **(more or {})}


@contextmanager
def _mounted(image: Image) -> Iterator[Path]:
    container = _buildah("from", "--pull-never", "--name", _own_name(), image.name).stdout.strip()
    try:
        yield Path(_buildah("mount", container).stdout.strip())
    finally:
        _buildah("rm", container)


def _stand_in(kind: str) -> str:
    """The name of the stand-in of this kind, made if it is not there yet."""
    name = f"localhost/stand-in/{kind}:{images.key(kind)}"
    if _buildah("images", "--quiet", name, check=False).returncode == 0:
        return name
    container = _buildah("from", "--name", _own_name(), "scratch").stdout.strip()
    try:
        images.fill(kind, Path(_buildah("mount", container).stdout.strip()))
        settings = [flag for name_value in images.environment(kind).items() for flag in ("--env", "=".join(name_value))]
        entrypoint, user = images.KINDS[kind].entrypoint, images.KINDS[kind].user
        settings += ["--entrypoint", json.dumps(entrypoint)] if entrypoint else []
        settings += ["--user", user] if user else []
        _buildah("config", "--created-by", "stand-in", *settings, container)
        _buildah("commit", "--quiet", "--timestamp", "0", container, name)
    finally:
        _buildah("rm", container)
    return name


@contextmanager
def _store() -> Iterator[None]:
    """One build at a time in a store of our own, away from the images of the person who runs the tests."""
    if os.geteuid() != 0:
        raise NotProven("buildah", "needs root here")
    _place().mkdir(parents=True, exist_ok=True)
    with (_place() / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        try:
            yield
        finally:
            _tidy()


def _tidy() -> None:
    """A build that failed leaves its containers, and they keep their folders mounted; ours have names of their own."""
    containers = _buildah("containers", "--format", "{{.ContainerName}}").stdout.split()
    if left := [name for name in containers if not name.startswith(OWN)]:
        _buildah("rm", *left)
    if len(_buildah("images", "--all", "--quiet").stdout.split()) > MANY_IMAGES:
        _buildah("rmi", "--all", check=False)


def _own_name() -> str:
    return f"{OWN}{uuid.uuid4().hex[:12]}"


def _place() -> Path:
    return cache() / "images"


def _buildah(*arguments: str, timeout: float = 300, check: bool = True) -> subprocess.CompletedProcess[str]:
    place = _place()
    argv = [str(find("buildah")), "--root", str(place / "root"), "--runroot", str(place / "run"), "--storage-driver", "overlay"]
    argv += ["--storage-opt", "overlay.skip_mount_home=true"]
    done = subprocess.run(
        [*argv, *arguments], env=clean_environment(), capture_output=True, text=True, timeout=timeout, check=False
    )
    if check and done.returncode:
        raise CheckerError(f"buildah {arguments[0]} ended with {done.returncode}: {(done.stdout + done.stderr)[-1500:]}")
    return done
