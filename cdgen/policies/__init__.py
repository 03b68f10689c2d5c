"""Rules over the plan and over parsed files. `POLICIES` holds every one; the id of a rule is its file name with hyphens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from cdgen.model.config import ExceptionEntry
from cdgen.model.finding import Finding, Severity
from cdgen.model.output import RenderedFile
from cdgen.model.plan import DeliveryPlan
from cdgen.policies import (
    blocked_rollout,
    blocking_disruption_budget,
    dangling_reference,
    dangling_target_port,
    gate_not_blocking,
    grpc_probe_by_name,
    image_runs_as_root,
    impossible_scaling_range,
    incomplete_network_policy,
    missing_time_limit,
    overcommitted_memory,
    probe_host,
    repeated_success_threshold,
    replicas_under_autoscaler,
    short_grace_period,
    short_progress_deadline,
    toolchain_skew,
    unknown_port,
    unknown_spread_key,
    unpinned_action,
    unpinned_image,
    unrestricted_container,
    unrestricted_namespace,
    unsafe_deploy_job,
    unstable_selector,
    write_all_permissions,
)
from cdgen.policies.base import FilePolicy, Hit, PlanPolicy, Policy


class Rule(Protocol):
    """A module with a docstring (what is wrong; why; instead) and its policy."""

    __name__: str
    __doc__: str | None

    @property
    def POLICY(self) -> Policy: ...  # noqa: N802


POLICIES: tuple[Rule, ...] = (
    blocked_rollout,
    blocking_disruption_budget,
    dangling_reference,
    dangling_target_port,
    gate_not_blocking,
    grpc_probe_by_name,
    image_runs_as_root,
    impossible_scaling_range,
    incomplete_network_policy,
    missing_time_limit,
    overcommitted_memory,
    probe_host,
    repeated_success_threshold,
    replicas_under_autoscaler,
    short_grace_period,
    short_progress_deadline,
    toolchain_skew,
    unknown_port,
    unknown_spread_key,
    unpinned_action,
    unpinned_image,
    unrestricted_container,
    unrestricted_namespace,
    unsafe_deploy_job,
    unstable_selector,
    write_all_permissions,
)


def apply_policies(plan: DeliveryPlan, files: Iterable[RenderedFile]) -> tuple[Finding, ...]:
    """All that the rules mind in a plan and its files. What cdgen does not write, and what is excepted, is only noted."""
    texts = {file.path: file.text for file in files}
    found = {
        finding: None
        for rule in POLICIES
        if isinstance(rule.POLICY, PlanPolicy)
        for finding in _findings(rule, rule.POLICY.check(plan))
    }
    found |= dict.fromkeys(check_files(texts, plan))
    graded = (_excuse(_grade(finding, texts), plan.config.exceptions) for finding in found)
    return tuple(sorted(graded, key=lambda finding: (finding.path, finding.line, finding.rule)))


def check_files(texts: Mapping[str, str], plan: DeliveryPlan | None = None) -> Iterator[Finding]:
    """What the file rules mind in texts by path, generated or written by hand. Raises YamlError for what cannot be read."""
    from cdgen.policies.base.parse import parse

    parsed = tuple(parse(texts, plan))
    for rule in POLICIES:
        policy = rule.POLICY
        if isinstance(policy, FilePolicy):
            for file in parsed:
                if file.kind in policy.sees:
                    yield from _findings(rule, policy.check(file))


def rule_id(rule: Rule) -> str:
    return rule.__name__.rpartition(".")[2].replace("_", "-")


def why(rule: Rule) -> str:
    """The reason, from the docstring's part `Why:`, on one line."""
    part = (rule.__doc__ or "").partition("Why: ")[2].partition("\n\n")[0]
    return " ".join(part.split())


def _findings(rule: Rule, hits: Iterable[Hit]) -> Iterator[Finding]:
    for hit in hits:
        line, column = _place(hit)
        path = hit.document.path if hit.document else hit.path
        yield Finding(rule_id(rule), rule.POLICY.severity, hit.message, path, line, column, why=why(rule), fix=hit.fix)


def _place(hit: Hit) -> tuple[int, int]:
    """Where the hit stands: its own place, or that of the nearest thing around it that has one."""
    if hit.document is None:
        return hit.line, 0
    places = hit.document.places
    around = (hit.at[:length] for length in range(len(hit.at), -1, -1))
    return next((places[at] for at in around if at in places), (1, 1))


def _grade(finding: Finding, owned: Mapping[str, str]) -> Finding:
    """The team's own files are theirs: `check` notes what it sees there, `lint` insists."""
    foreign = finding.path not in owned and finding.severity is Severity.ERROR
    return finding._replace(severity=Severity.NOTE) if foreign else finding


def _excuse(finding: Finding, exceptions: Iterable[ExceptionEntry]) -> Finding:
    for entry in exceptions:
        if entry.rule == finding.rule and (finding.path == entry.path or finding.path.startswith(entry.path.rstrip("/") + "/")):
            message = f"{finding.message} (excepted until {entry.until} by {entry.owner}: {entry.reason})"
            return finding._replace(severity=Severity.NOTE, message=message)
    return finding
