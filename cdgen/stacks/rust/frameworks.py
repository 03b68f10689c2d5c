"""The frameworks of Rust services, as the manifest asks for them and the code uses them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source
from cdgen.stacks.rust.manifest import Dependency, Package, place
from cdgen.stacks.rust.sources import Program


class Known(NamedTuple):
    """`serves` when the use of the crate alone makes a server; `port_keys` are paths of settings that hold its port."""

    crate: str
    name: str
    serves: bool = True
    default_port: int | None = None  # from its own documentation
    port_keys: tuple[tuple[str, str], ...] = ()  # (file, dotted path)


class Framework(NamedTuple):
    name: str
    version: str | None
    source: Source
    serves: bool
    default_port: int | None
    port_keys: tuple[tuple[str, str], ...]


# what gives a program its shape comes before the library that it may use inside
KNOWN = (
    # https://loco.rs/docs/the-app/your-project/#server
    Known("loco-rs", "loco", True, 5150, (("config/production.yaml", "server.port"), ("config/development.yaml", "server.port"))),
    Known("shuttle-runtime", "shuttle", False, 8000),
    Known("lambda_http", "lambda", False),
    Known("actix-web", "actix-web"),
    # https://rocket.rs/guide/v0.5/configuration/
    Known(
        "rocket",
        "rocket",
        True,
        8000,
        tuple(("Rocket.toml", f"{each}.port") for each in ("release", "production", "global", "default", "development", "debug")),
    ),
    Known("axum", "axum"),
    Known("warp", "warp"),
    Known("poem-openapi", "poem"),
    Known("poem", "poem"),
    Known("salvo", "salvo"),
    Known("tide", "tide"),
    Known("ntex", "ntex"),
    Known("gotham", "gotham"),
    Known("trillium", "trillium", True, 8080),
    Known("thruster", "thruster"),
    Known("viz", "viz"),
    Known("rouille", "rouille"),
    Known("nickel", "nickel"),
    Known("iron", "iron"),
    Known("dropshot", "dropshot"),
    Known("pingora", "pingora"),
    Known("tiny_http", "tiny-http"),
    Known("jsonrpsee", "jsonrpsee", False),
    Known("tonic", "tonic", False),
    Known("volo-grpc", "volo", False),
    Known("hyper", "hyper", False),
)
PARTS = {"actix-web": ("actix_web",), "axum": ("axum",), "poem": ("poem", "poem_openapi"), "pingora": ("pingora", "pingora_core")}


@lru_cache(maxsize=8)
def frameworks(program: Program) -> tuple[Framework, ...]:
    """Those that a crate of the program asks for and the code names, the ones that give it its shape first."""
    return tuple(_frameworks(program))


def _frameworks(program: Program) -> Iterator[Framework]:
    for known in KNOWN:
        found = next(_asked(program, known.crate), None)
        if found is None:
            continue
        package, dependency = found
        used = next((at for name in (dependency.module, *PARTS.get(known.name, ())) if (at := program.uses(name))), None)
        if used is not None:
            source = place(program.repo, package, dependency)
            yield Framework(known.name, dependency.version, source, known.serves, known.default_port, known.port_keys)


def _asked(program: Program, crate: str) -> Iterator[tuple[Package, Dependency]]:
    for package in program.crates:
        dependency = package.dependency(crate)
        if dependency is not None:
            yield package, dependency


def facts(program: Program) -> Iterator[Fact]:
    """FRAMEWORK. One that only carries others, and one whose client is all that is used, is none."""
    known = frameworks(program)
    for framework in known:
        if framework.name in CARRIERS and any(each.serves for each in known):
            continue
        if framework.name in ("hyper", "tonic", "jsonrpsee", "volo") and not _has_server(program, framework.name):
            continue
        value = f.Framework(framework.name, framework.version)
        yield Fact(f.FRAMEWORK, value, framework.source, Origin.MANIFEST, Confidence.DECLARED, f"uses {framework.name}")


CARRIERS = ("hyper", "jsonrpsee")  # what others are built on
SERVERS = {
    "hyper": ("service_fn", "http1", "make_service_fn", "Http", "auto"),
    "tonic": ("add_service", "add_optional_service", "NamedService"),
    "jsonrpsee": ("RpcModule", "ServerBuilder", "RpcServer"),
    "volo": ("Server",),
}


def _has_server(program: Program, name: str) -> bool:
    return any(file.has(*SERVERS[name]) for file in program.files)
