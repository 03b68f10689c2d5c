"""Building an image, and pushing it: the digest is the only thing that later jobs take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cdgen.emitters.ci.github.base import Context, action, script, secret_env
from cdgen.emitters.ci.github.view import Step
from cdgen.model import pipeline as p
from cdgen.model.road import Road

FORGE_REGISTRY = "ghcr.io"
READY = "steps.registry.outputs.ready == 'true'"
LABELS = """\
org.opencontainers.image.revision=${{ github.sha }}
org.opencontainers.image.source=${{ github.server_url }}/${{ github.repository }}"""


def registry(road: Road) -> str:
    return road.registry.split("/")[0]


def credentials(road: Road) -> tuple[str, ...]:
    """Secrets that open a registry which is not the forge's own: user and password."""
    return () if registry(road) == FORGE_REGISTRY else ("REGISTRY_USERNAME", "REGISTRY_PASSWORD")


def outputs(road: Road) -> Mapping[str, str]:
    """The digest, or the word `not-pushed`: an empty one is never right."""
    instead = " || steps.registry.outputs.digest" if credentials(road) else ""
    return {"digest": f"${{{{ steps.push.outputs.digest{instead} }}}}"}


def repository(name: str) -> str:
    """Registry and name, with owner and repository as the forge knows them."""
    owned = name.replace("{owner}", "${{ github.repository_owner }}")
    return owned.replace("{repository}", "${{ github.event.repository.name }}")


def build(step: p.BuildImage, context: Context) -> Iterator[Step]:
    """Where the credentials of an own registry are not set up yet, nothing is pushed and the summary says so."""
    named = {name: f"${{{{ secrets.{name} }}}}" for name in credentials(context.road)}
    if not step.push:
        yield from _build(step, context)
        return
    if named:
        yield Step("Check the settings", id="registry", env={**named, "REGISTRY": registry(context.road)}, run=script("registry"))
    for each in (*_before_push(step, context, named), *_build(step, context)):
        yield each._replace(condition=READY if named else "")


def _before_push(step: p.BuildImage, context: Context, named: Mapping[str, str]) -> Iterator[Step]:
    login = {
        "registry": registry(context.road),
        "username": named.get("REGISTRY_USERNAME", "${{ github.actor }}"),
        "password": named.get("REGISTRY_PASSWORD", "${{ github.token }}"),
    }
    yield Step("Name the image", id="name", env={"REPOSITORY": repository(step.repository)}, run=script("image"))
    yield action("docker/login-action", "Log in to the registry", context.pins, login)


def _build(step: p.BuildImage, context: Context) -> Iterator[Step]:
    """No provenance here: with it the digest names an index, and what runs in the cluster could not be compared with it."""
    buildkit = context.pins.image("moby/buildkit", r"v[\d.]+$")
    driver = {"driver-opts": f"image={buildkit.reference}"} if buildkit else {}
    yield action("docker/setup-buildx-action", "Set up BuildKit", context.pins, driver)
    inputs: dict[str, object] = {"context": step.context, "file": step.dockerfile, "push": step.push, "provenance": False}
    if step.push:
        inputs |= {"tags": "${{ steps.name.outputs.name }}:${{ github.sha }}", "labels": LABELS}
    if step.secrets:
        inputs["secret-envs"] = "\n".join(f"{each.name}={each.name}" for each in step.secrets)
    built = action("docker/build-push-action", "Build and push" if step.push else "Build", context.pins, inputs)
    yield built._replace(id="push" if step.push else "", env=secret_env(step.secrets))
