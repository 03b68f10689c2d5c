"""The verify job: cdgen by version and digest from where the road says, then the check.

A road that does not say leaves a warning and a line in the summary, and the job ends well: nobody in this repository can repair the
road, and a gate that is always red is switched off.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cdgen.emitters.ci.github.base import Context, action, script
from cdgen.emitters.ci.github.view import Step
from cdgen.model.road import Road


def verify(context: Context) -> Iterator[Step]:
    road = context.road
    lacks = _lacks(road)
    if lacks:
        reason = f"the road {road.name} does not say {lacks} (tool, in road.yaml)"
        yield Step("Say that the road is not verified", env={"REASON": reason}, run=script("not-installed"))
        return
    version = ".".join(context.pins.versions("python")[0].split(".")[:2])
    yield action("actions/setup-python", "Set up Python", context.pins, {"python-version": version})
    env = {"PIP_INDEX_URL": road.indexes["pypi"]} if "pypi" in road.indexes else {}
    yield _from_git(road, env) if is_git(road) else _by_digest(road, env)
    yield Step("Check the road", run="cdgen check --full")


def is_git(road: Road) -> bool:
    return road.tool_source.startswith(("git+", "git@", "ssh://")) or road.tool_source.endswith(".git")


def _lacks(road: Road) -> str:
    if not road.tool_source:
        return "where cdgen comes from"
    if not road.tool_version:
        return "which version of cdgen to use"
    return "" if is_git(road) or road.tool_sha256 else "which digest the wheel of cdgen has"


def _from_git(road: Road, env: Mapping[str, str]) -> Step:
    """`version` is a tag or, better, a commit: git proves a commit, nothing proves a tag."""
    requirement = f"cdgen @ git+{road.tool_source.removeprefix('git+')}@{road.tool_version}"
    return Step("Install cdgen", env={**env, "REQUIREMENT": requirement}, run='python -m pip install "${REQUIREMENT}"')


def _by_digest(road: Road, env: Mapping[str, str]) -> Step:
    """From a package index, or one wheel by its address."""
    is_wheel = road.tool_source.endswith(".whl")
    more = {
        "SOURCE": road.tool_source,
        "REQUIREMENT": f"cdgen @ {road.tool_source}" if is_wheel else f"cdgen=={road.tool_version}",
        "SHA256": road.tool_sha256 or "",
    }
    return Step("Install cdgen", env={**env, **more}, run=script("install"))
