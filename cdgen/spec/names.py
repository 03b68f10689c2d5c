"""Default names: what `init` proposes before a person says otherwise."""

from __future__ import annotations

import re

from cdgen.model.facts import SERVICE_NAME
from cdgen.spec.collect import Found

NAMELESS = frozenset({"src", "source", "sources", "code"})  # folders that every service has
LONGEST = 41  # `^[a-z][a-z0-9-]{1,40}$`: fits a DNS label with an environment suffix


def service_name(found: Found, remote: str | None, *, alone: bool) -> str:
    """From the remote for a repository with one service at its root, else the folder, else what the build file calls it."""
    directory = found.scope.directory
    if directory != ".":
        folders = directory.split("/")
        return clean_name(next((folder for folder in reversed(folders) if folder.lower() not in NAMELESS), folders[-1]))
    if alone and remote:
        return clean_name(remote_parts(remote)[1])
    stated = found.facts.all(SERVICE_NAME)
    return clean_name(str(stated[0].value) if stated else found.scope.repo.name)


def default_owner(remote: str | None) -> str:
    """The organisation of the remote; empty when there is no remote."""
    return remote_parts(remote)[0] if remote else ""


def remote_parts(remote: str) -> tuple[str, str]:
    """(owner, repository) of a git URL: `git@host:owner/name.git`, `https://host/owner/name`, a path."""
    parts = re.split(r"[/:]", remote.rstrip("/").removesuffix(".git"))
    return (parts[-2] if len(parts) > 1 else "", parts[-1])


def clean_name(text: str) -> str:
    """A valid service name made of a text; `service` when nothing is left of it."""
    name = re.sub(r"[^a-z0-9]+", "-", text.lower().rsplit("/", 1)[-1]).strip("-")[:LONGEST].rstrip("-")
    if not name or not name[0].isalpha():
        name = f"service-{name}".strip("-")[:LONGEST]
    return name if len(name) > 1 else f"{name}-service"
