"""Real backing services, private to one test: on loopback, on a port of their own, with their state in a temporary folder."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.engines.drivers import servers
from tests.engines.drivers.program import clean_environment
from tests.engines.drivers.servers import LOOPBACK
from tests.engines.lock import NotProven, find


class Service(NamedTuple):
    """How to reach a running service; `user` and `password` are empty where it asks for none."""

    scheme: str
    host: str
    port: int
    user: str
    password: str
    database: str

    @property
    def url(self) -> str:
        credentials = f"{self.user}:{self.password}@" if self.user else ""
        return f"{self.scheme}://{credentials}{self.host}:{self.port}/{self.database}"


@contextmanager
def postgres(
    port: int | None = None, *, user: str = "postgres", password: str = "postgres", database: str = "postgres"
) -> Iterator[Service]:
    """PostgreSQL of the distribution, without fsync. A given `port` that is taken is an error, never shared."""
    chosen = _free(port)
    initdb, server, psql = find("initdb"), find("postgres"), find("psql")
    owner = _server_user("postgres")
    with _folder(owner) as folder:
        data, secret = folder / "data", folder / "password"
        secret.write_text(password)
        _own(secret, owner)
        arguments = ("-U", user, f"--pwfile={secret}", "-A", "scram-sha-256", "-N", "-E", "UTF8", "--locale=C.UTF-8")
        _run([initdb, "-D", data, *arguments], owner)
        flags = [f"-clisten_addresses={LOOPBACK}", f"-cport={chosen}", f"-cunix_socket_directories={folder}", "-cfsync=off"]
        login = {**clean_environment(), "PGPASSWORD": password}
        service = Service("postgres", LOOPBACK, chosen, user, password, database)

        def query(text: str) -> bool:
            argv = [str(psql), "-h", LOOPBACK, "-p", str(chosen), "-U", user, "-d", "postgres", "-qtc", text]
            return subprocess.run(argv, env=login, capture_output=True, check=False).returncode == 0

        argv: list[str | Path] = [server, "-D", data, *flags]
        with servers.running(argv, log=folder / "log", env=clean_environment(), is_ready=lambda: query("select 1"), user=owner):
            if database != "postgres" and not query(f'create database "{database}"'):
                raise servers.ServerError(f"cannot create the database {database}")
            yield service


@contextmanager
def redis(port: int | None = None) -> Iterator[Service]:
    """Redis of the distribution, nothing saved to disk."""
    chosen, server = _free(port), find("redis-server")
    with _folder(None) as folder:
        argv: list[str | Path] = [
            server,
            "--bind",
            LOOPBACK,
            "--port",
            str(chosen),
            "--dir",
            folder,
            "--save",
            "",
            "--appendonly",
            "no",
        ]
        with servers.running(argv, log=folder / "log", env=clean_environment(), is_ready=lambda: servers.answers(chosen)):
            yield Service("redis", LOOPBACK, chosen, "", "", "0")


@contextmanager
def rabbitmq(port: int | None = None, *, user: str = "guest", password: str = "guest") -> Iterator[Service]:
    """RabbitMQ of the distribution with its own port mapper: the machine's, if any, is left alone."""
    chosen, server = _free(port), find("rabbitmq-server")
    mapper, cluster = servers.free_port(), servers.free_port()
    with _folder(None) as folder, ExitStack() as stack:
        (folder / "plugins").write_text("[].\n")
        (folder / "rabbitmq.conf").write_text(f"default_user = {user}\ndefault_pass = {password}\n")
        env = {
            **clean_environment(), "HOME": str(folder), "ERL_EPMD_PORT": str(mapper), "ERL_EPMD_ADDRESS": LOOPBACK,
            "RABBITMQ_NODENAME": f"test{chosen}@localhost", "RABBITMQ_NODE_IP_ADDRESS": LOOPBACK,
            "RABBITMQ_NODE_PORT": str(chosen), "RABBITMQ_DIST_PORT": str(cluster), "RABBITMQ_LOGS": "-",
            "RABBITMQ_MNESIA_BASE": str(folder / "data"), "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"), "RABBITMQ_CONF_ENV_FILE": str(folder / "none"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} +S 1",
        }  # fmt: skip
        argv: list[str | Path] = [find("epmd"), "-port", str(mapper), "-address", LOOPBACK]
        ready = servers.running(argv, log=folder / "epmd.log", env=env, is_ready=lambda: servers.answers(mapper))
        stack.enter_context(ready)
        stack.enter_context(servers.running([server], log=folder / "log", env=env, is_ready=lambda: servers.answers(chosen)))
        yield Service("amqp", LOOPBACK, chosen, user, password, "")


def _free(port: int | None) -> int:
    if port is not None and servers.answers(port):
        raise NotProven(f"port {port}", "somebody else listens on it")
    return port or servers.free_port()


def _server_user(name: str) -> int | None:
    """Some servers refuse to run as root: the user that their package made, or nobody in particular."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(name).pw_uid
    except KeyError:
        return pwd.getpwnam("nobody").pw_uid


@contextmanager
def _folder(owner: int | None) -> Iterator[Path]:
    """A short path: a Unix socket's name may have 107 bytes."""
    folder = Path(tempfile.mkdtemp(prefix="cdgen-", dir="/tmp"))
    _own(folder, owner)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _own(path: Path, owner: int | None) -> None:
    if owner is not None:
        os.chown(path, owner, owner)


def _run(argv: Sequence[str | Path], owner: int | None) -> None:
    done = subprocess.run(
        [str(part) for part in argv], user=owner, group=owner, extra_groups=[] if owner is not None else None,
        env=clean_environment(), cwd="/", capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise servers.ServerError(f"{argv[0]} ended with {done.returncode}: {done.stderr[-500:]}")
