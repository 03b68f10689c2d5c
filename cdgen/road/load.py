"""Load a road and check it: from the embedded default, from a folder, or from a git URL at a tag."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from cdgen.errors import RoadError
from cdgen.model.digest import digest
from cdgen.model.road import Environment, Gate, Gateway, Road, Tier
from cdgen.repo import Repo
from cdgen.repo.checked import Reader
from cdgen.road.schema import ROOT

EDITION = "2026.11"
BUILT_IN = f"default@{EDITION}"
FORMS = f"`{BUILT_IN}`, `./folder` with a road.yaml, or `https://host/owner/road.git@tag`"


def load_road(reference: str, repo: Repo) -> Road:
    """The road that `cdgen.yaml` names. Raises RoadError or ConfigError, with the line, when it cannot be used."""
    if reference == BUILT_IN:
        return parse_road(built_in_text(), "cdgen/data/roads/default/road.yaml", "built in")
    if reference.startswith(("./", "../", "/")):
        return _from_folder(reference, repo)
    if re.match(r"^(https://|ssh://|git@|file://)", reference):
        return _from_git(reference)
    name, _, edition = reference.partition("@")
    if name == "default":
        raise RoadError(
            f"this cdgen has no edition {edition or '(none)'} of the road default", hint=f"write `road: {BUILT_IN}` in cdgen.yaml"
        )
    raise RoadError(f"`road: {reference}` is not a road", where="cdgen.yaml", hint=f"a road is {FORMS}")


def built_in_text() -> bytes:
    return (Path(__file__).parent.parent / "data" / "roads" / "default" / "road.yaml").read_bytes()


def _from_folder(reference: str, repo: Repo) -> Road:
    path = (repo.root / reference / "road.yaml").resolve()
    try:
        return parse_road(path.read_bytes(), f"{reference.rstrip('/')}/road.yaml", reference)
    except OSError as problem:
        raise RoadError(
            f"the road {reference} cannot be read: {problem.strerror}", where=f"{reference}/road.yaml", hint=f"a road is {FORMS}"
        ) from problem


def _from_git(reference: str) -> Road:
    """A shallow clone of one tag into the user's cache; read from there ever after. The tag is untrusted input to git."""
    url, at, tag = reference.rpartition("@")
    if not at or not re.fullmatch(r"[A-Za-z0-9][\w./-]*", tag) or ".." in tag:
        raise RoadError(
            f"`road: {reference}` names no tag", where="cdgen.yaml", hint="write `road: URL@tag`: a branch would change under you"
        )
    folder = cached(url, tag)
    if not (folder / "road.yaml").is_file():
        _clone(url, tag, folder)
    try:
        return parse_road((folder / "road.yaml").read_bytes(), f"{reference} road.yaml", reference)
    except OSError as problem:
        raise RoadError(f"{reference} holds no road.yaml at its top", hint=f"a road is {FORMS}") from problem


def cached(url: str, tag: str) -> Path:
    """Where the clone of a road is kept on this machine."""
    import os

    home = os.environ.get("CDGEN_CACHE") or os.environ.get("XDG_CACHE_HOME")
    base = Path(home) if home else Path.home() / ".cache"
    return base / "cdgen" / "roads" / digest(f"{url}@{tag}".encode())


def _clone(url: str, tag: str, folder: Path) -> None:
    import shutil
    import tempfile

    import git

    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        try:
            clone = git.Repo.clone_from(
                url, Path(scratch) / "road", branch=tag, depth=1, single_branch=True, env={"GIT_TERMINAL_PROMPT": "0"}
            )
            clone.close()
        except git.exc.GitCommandError as problem:
            last = (problem.stderr or "").strip().strip("'").splitlines()[-1:] or ["git refused"]
            raise RoadError(
                f"the road {url} at {tag} cannot be fetched: {last[0].strip()}", hint="check the URL, the tag and your access"
            ) from problem
        if not folder.exists():
            shutil.move(str(Path(scratch) / "road"), folder)


def parse_road(data: bytes, path: str, source: str) -> Road:
    """A Road from the bytes of its file; `path` is what messages call it. Raises ConfigError with every problem."""
    values = Reader(path, ROOT).read(data)
    environments = values["environments"]
    tool = values.get("tool", {})
    return Road(
        name=values["name"],
        edition=values["edition"],
        source=source,
        digest=digest(data),
        ci=values["ci"],
        registry=values["registry"],
        main_branch=values["main_branch"],
        environments=tuple(
            _environment(each, environments[number - 1] if number else None) for number, each in enumerate(environments)
        ),
        cluster_access=values["cluster_access"],
        kubernetes_version=values["kubernetes_version"],
        gateway=Gateway(values["gateway"]["name"], values["gateway"]["namespace"], values["gateway"].get("section")),
        monitoring_namespace=values["monitoring_namespace"],
        tiers={name: _tier(name, each) for name, each in values["tiers"].items() if name != "__line__"},
        default_tier=values["default_tier"],
        gates={name: Gate(name, each["blocking"], each["minutes"]) for name, each in values["gates"].items() if name != "__line__"},
        runner=values["runner"],
        runners=values.get("runners", {}),
        images=values.get("images", {}),
        actions=values.get("actions", {}),
        indexes=values.get("indexes", {}),
        tool_source=tool.get("source", ""),
        tool_version=tool.get("version"),
        tool_sha256=tool.get("sha256"),
        network_policy_stage=values["network_policy_stage"],
        cpu_limit=values.get("cpu_limit", True),
    )


def _environment(values: dict[str, Any], before: dict[str, Any] | None) -> Environment:
    return Environment(
        values["name"], values["namespace"], values.get("hostname"), values["replicas"], before["name"] if before else None
    )


def _tier(name: str, values: dict[str, Any]) -> Tier:
    floor = values.get("coverage_floor")
    return Tier(name, values["strategy"], values["approvals"], values["replicas"], floor, tuple(values["blocks_on"]))
