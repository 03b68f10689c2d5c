"""The program on one screen: the chain from a repository to its files."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from cdgen.model.config import Config
from cdgen.model.finding import Finding
from cdgen.model.output import PatchedFile, RenderedFile
from cdgen.model.plan import DeliveryPlan
from cdgen.model.road import Road
from cdgen.model.service import Service, Skipped
from cdgen.repo import Repo, open_repo


class Inspection(NamedTuple):
    """What a repository is. `directory` is the folder that was asked for, relative to the repository root."""

    repo: Repo
    directory: str
    config: Config
    road: Road
    services: tuple[Service, ...]
    skipped: tuple[Skipped, ...]


class Generation(NamedTuple):
    """What it should hold: `files` are owned by cdgen, `patches` edit files that people own."""

    inspection: Inspection
    plan: DeliveryPlan
    files: tuple[RenderedFile, ...]
    patches: tuple[PatchedFile, ...]
    findings: tuple[Finding, ...]


def inspect(path: Path) -> Inspection:
    """Read, collect facts and decide. Ambiguity is a value here, never an error."""
    from cdgen.repo import git
    from cdgen.road.load import load_road
    from cdgen.spec.collect import collect
    from cdgen.spec.config import load_config
    from cdgen.spec.decide import decide

    repo, directory = open_repo(path)
    config = load_config(repo)
    road = load_road(config.road, repo)
    remote = git.remote_url(repo.root) if repo.is_git else None
    services, skipped = decide(collect(repo, directory, config), config, road, remote)
    return Inspection(repo, directory, config, road, services, skipped)


def generate(inspection: Inspection) -> Generation:
    """Plan, render and check, all in memory."""
    from cdgen.emitters import emit
    from cdgen.plan import make_plan
    from cdgen.policies import apply_policies
    from cdgen.render.verify import verify

    plan = make_plan(inspection)
    files, patches = emit(plan, inspection.repo)
    verify(files)
    return Generation(inspection, plan, files, patches, apply_policies(plan, files))
