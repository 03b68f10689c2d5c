"""Load `cdgen.yaml` and check it: all problems in one go, each with its line and column, what is allowed, and a near miss."""

from __future__ import annotations

from typing import Any

from cdgen.errors import InputError
from cdgen.model.config import Config, ExceptionEntry, ServiceConfig
from cdgen.model.digest import digest
from cdgen.repo import Repo
from cdgen.repo.checked import Reader
from cdgen.spec.schema import COMMANDS, ROOT

FILE = "cdgen.yaml"
DEFAULT_ROAD = "default@2026.11"


def load_config(repo: Repo) -> Config:
    """What the repository's `cdgen.yaml` says; an empty Config when there is none. Raises ConfigError with every problem."""
    data = repo.data(FILE)
    if data is None:
        if FILE in repo.unread:
            raise InputError(f"{FILE} cannot be read: {repo.unread[FILE]}", where=FILE, hint=f"make {FILE} a regular file")
        return Config(path=None, road=DEFAULT_ROAD, required_version=None, services=(), exceptions=(), digest="")
    return parse_config(data)


def parse_config(data: bytes) -> Config:
    """A Config from the bytes of the file; its digest is that of the bytes."""
    reader = Reader(FILE, ROOT)
    values = reader.read(data)
    entries = values.get("services") or ([values] if _names_a_service(values) else [])
    return Config(
        path=FILE,
        road=values.get("road", DEFAULT_ROAD),
        required_version=values.get("required-version"),
        services=tuple(_service(entry, reader) for entry in entries),
        exceptions=tuple(
            ExceptionEntry(entry["rule"], entry["path"], entry["reason"], entry["owner"], entry["until"], entry["__line__"])
            for entry in values.get("exceptions", [])
        ),
        digest=digest(data.replace(b"\r\n", b"\n")),
        ci=values.get("ci"),
        deploy=values.get("deploy"),
        places=values.get("places", {}),
    )


def _names_a_service(values: dict[str, Any]) -> bool:
    return any(
        field.name in values for field in ROOT if field.name not in ("road", "required-version", "ci", "services", "exceptions")
    )


def _service(entry: dict[str, Any], reader: Reader) -> ServiceConfig:
    overrides: dict[str, Any] = {}
    lines: dict[str, int] = {}
    for table, fields in ((entry, ROOT), (entry.get("commands", {}), COMMANDS)):
        for field in fields:
            if field.fact and field.name in table:
                overrides[field.fact], lines[field.fact] = table[field.name], reader.line(table, field.name)
    return ServiceConfig(
        path=entry.get("path", ".").strip("/").removeprefix("./") or ".",
        name=entry.get("service"),
        owner=entry.get("owner"),
        tier=entry.get("tier"),
        description=entry.get("description", ""),
        callers=tuple(entry.get("callers", ())),
        coverage=entry.get("coverage"),
        deploy=entry.get("deploy"),
        hostname=entry.get("hostname"),
        overrides=overrides,
        lines=lines,
    )
