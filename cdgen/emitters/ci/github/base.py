"""What every part of this emitter needs: pins behind names, scripts behind names, secrets under GitHub's rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from cdgen.emitters.ci.github.view import Step
from cdgen.model.pipeline import Secret
from cdgen.model.road import Road
from cdgen.render.environment import render
from cdgen.road.pins import Pins


class Context(NamedTuple):
    """`publishes`: the job may write packages or has an identity, so it restores no cache."""

    road: Road
    pins: Pins
    publishes: bool = False


def script(*names: str) -> str:
    """The text of a step that is the same in every repository; its values come from the environment."""
    return "".join(render(f"ci/github/steps/{name}.sh.j2") for name in names)


def action(name: str, title: str, pins: Pins, inputs: Mapping[str, object]) -> Step:
    pin = pins.action(name)
    return Step(title, uses=pin.uses, version=pin.version, inputs=inputs)


def checkout(pins: Pins, *, full_history: bool = False) -> Step:
    depth = {"fetch-depth": 0} if full_history else {}
    return action("actions/checkout", "Check out", pins, {**depth, "persist-credentials": False})


def secret_env(secrets: tuple[Secret, ...]) -> dict[str, str]:
    return {each.name: secret(each.name) for each in secrets}


def secret(name: str) -> str:
    """The forge's own token goes by its own name."""
    return "${{ github.token }}" if name == "GITHUB_TOKEN" else f"${{{{ secrets.{secret_name(name)} }}}}"


def secret_name(name: str) -> str:
    """GitHub lets no secret begin with its own name."""
    return name.replace("GITHUB_", "GH_", 1) if name.startswith("GITHUB_") else name
