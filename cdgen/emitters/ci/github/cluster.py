"""Ways into a cluster: code with its history, kubectl, and the rollout script, which says what is not set up yet."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.emitters.ci.github.base import Context, action, checkout, script
from cdgen.emitters.ci.github.images import repository
from cdgen.emitters.ci.github.view import Step
from cdgen.model import pipeline as p

OUTPUTS = {"result": "${{ steps.deploy.outputs.result }}"}
SETTINGS = {
    "CLUSTER_SERVER": "${{ vars.CLUSTER_SERVER }}",
    "CLUSTER_CA": "${{ vars.CLUSTER_CA }}",
    "CLUSTER_AUDIENCE": "${{ vars.CLUSTER_AUDIENCE }}",
    "COMMIT": "${{ github.sha }}",
    "RUN_URL": "${{ github.server_url }}/${{ github.repository }}/actions/runs/${{ github.run_id }}",
}


def deploy(step: p.Deploy, context: Context) -> Iterator[Step]:
    env = {
        "SERVICE": step.service,
        "ENVIRONMENT": step.environment,
        "NAMESPACE": step.namespace,
        "OVERLAY": step.overlay,
        "IMAGE": repository(step.repository),
        "IMAGE_NAME": step.image_name,
        "DIGEST": f"${{{{ needs.{step.digest_from}.outputs.digest }}}}",
        "ROLLOUT_TIMEOUT": str(step.timeout_seconds),
        **({"AFTER": f"${{{{ needs.{step.after}.outputs.result }}}}"} if step.after else {}),
        **SETTINGS,
    }
    yield _kubectl(context)
    yield Step(f"Deploy to {step.environment}", id="deploy", env=env, run=f"bash {step.script} deploy")


def roll_back(steps: tuple[p.Deploy, ...], context: Context) -> Iterator[Step]:
    """One job for every service and environment: a line of a table each, chosen by the person who starts it."""
    is_alone = len({step.service for step in steps}) == 1
    env = {
        "SERVICE": steps[0].service if is_alone else "${{ inputs.service }}",
        "ENVIRONMENT": "${{ inputs.environment }}",
        "DIGEST": "${{ inputs.digest }}",
        "REASON": "${{ inputs.reason }}",
        "TARGETS": "\n".join(map(_target, steps)),
        "SCRIPT": steps[0].script,
        **SETTINGS,
    }
    yield checkout(context.pins, full_history=True)
    yield _kubectl(context)
    yield Step("Roll back", env=env, run=script("rollback"))


def _kubectl(context: Context) -> Step:
    version = {"version": f"v{context.pins.tool('kubectl')['version']}"}
    return action("azure/setup-kubectl", "Set up kubectl", context.pins, version)


def _target(step: p.Deploy) -> str:
    parts = (step.service, step.environment, step.namespace, step.overlay, step.image_name, repository(step.repository))
    return "|".join((*parts, str(step.timeout_seconds)))
