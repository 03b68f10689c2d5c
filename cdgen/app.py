"""The program on one screen: the chain from a repository to its files."""

from __future__ import annotations

from pathlib import Path

from cdgen.errors import InputError
from cdgen.model.config import Config
from cdgen.plan.generation import Generation
from cdgen.repo import open_repo
from cdgen.spec.inspection import Inspection

__all__ = ["Generation", "Inspection", "generate", "inspect", "reconsider"]


def inspect(path: Path, *, whole: bool = False) -> Inspection:
    """Read, collect facts and decide. Ambiguity is a value here, never an error.

    Below `path` only, unless `whole`: what is generated must not depend on the folder that somebody stands in.
    """
    from cdgen.repo import git
    from cdgen.road.load import load_road
    from cdgen.spec.collect import collect
    from cdgen.spec.config import load_config
    from cdgen.spec.decide import decide

    repo, directory = open_repo(path)
    config = load_config(repo)
    _require_version(config)
    road = load_road(config.road, repo)
    is_named = config.services and all(each.name and each.owner for each in config.services)
    remote = git.remote_url(repo.root) if repo.is_git and not is_named else None  # it only proposes names
    read = "." if whole else directory
    collected = collect(repo, read, config)
    services, skipped = decide(collected, config, road, remote)
    return Inspection(repo, directory, remote, config, road, collected, services, skipped, read)


def reconsider(inspection: Inspection, config_text: bytes) -> Inspection:
    """The same repository as if its cdgen.yaml said this: decided again, not read again."""
    from cdgen.road.load import load_road
    from cdgen.spec.config import parse_config
    from cdgen.spec.decide import decide

    config = parse_config(config_text)
    road = load_road(config.road, inspection.repo)
    services, skipped = decide(inspection.collected, config, road, inspection.remote)
    return inspection._replace(config=config, road=road, services=services, skipped=skipped)


def generate(inspection: Inspection) -> Generation:
    """Plan, render and check, all in memory. Raises InputError when a service is not settled enough for a road."""
    from cdgen.emitters import emit
    from cdgen.plan import make_plan
    from cdgen.policies import apply_policies
    from cdgen.render.verify import verify
    from cdgen.spec.settle import paved

    services, skipped = paved(inspection.services, inspection.skipped, inspection.config, inspection.folder)
    plan = make_plan(inspection._replace(services=services, skipped=skipped))
    files, patches = emit(plan, inspection.repo)
    verify(files)
    return Generation(inspection, plan, files, patches, apply_policies(plan, files))


def _require_version(config: Config) -> None:
    """Raise InputError when cdgen.yaml asks for another version of cdgen: two versions would write two roads."""
    from cdgen import __version__

    wanted = config.required_version
    if wanted and wanted != __version__:
        raise InputError(
            f"this repository uses cdgen {wanted}, this is {__version__}",
            where=config.path,
            hint=f"install cdgen {wanted}, or change `required-version` and run cdgen generate",
        )
