"""From a repository to the facts of each service in it: who claims which folder, and what is seen there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cdgen.detectors import DETECTORS
from cdgen.errors import InputError
from cdgen.model.config import Config
from cdgen.model.facts import BUILD_TOOL, DOCKERFILE, FRAMEWORK, LANGUAGE, PORT, Confidence, Fact, FactSet, Origin, Source
from cdgen.model.service import Skipped
from cdgen.repo import Repo, Scope
from cdgen.stacks import STACKS
from cdgen.stacks.base import Candidate, Stack
from cdgen.stacks.recognised import PREFIX
from cdgen.stacks.recognised import detect as detect_recognised

# folders that hold inputs of tests and documentation, not services, when seen from above
NOT_SERVICES = frozenset(
    {"test", "tests", "testdata", "fixtures", "__tests__", "e2e", "docs", "examples", "example", "samples", "spec"}
)

SAME_BASE = {"typescript": "javascript", "kotlin": "java"}  # language -> the one whose base image it uses


class Found(NamedTuple):
    """One service: the stack that reads it, its files, its facts.

    `rivals` are claims of equal strength by other stacks; `contested` when one of them is of another language family.
    """

    candidate: Candidate
    stack: Stack
    scope: Scope
    facts: FactSet
    rivals: tuple[Candidate, ...] = ()
    contested: bool = False


class Collected(NamedTuple):
    found: tuple[Found, ...]
    skipped: tuple[Skipped, ...]


def collect(repo: Repo, directory: str, config: Config) -> Collected:
    """Facts of every service at or below `directory`. A folder whose build file cannot be parsed is skipped, with the line."""
    candidates = [*_candidates(repo, directory), *_configured(repo, config)]
    places = sorted({candidate.directory for candidate in candidates})
    found: list[Found] = []
    skipped: list[Skipped] = []
    for place in places:
        claims = [candidate for candidate in candidates if candidate.directory == place]
        if all(claim.root_only for claim in claims):
            continue
        if place != directory and not NOT_SERVICES.isdisjoint(_below(place, directory).split("/")):
            skipped.append(Skipped(place, claims[0].stack, "a folder of tests, examples or documentation", claims[0].source))
            continue
        nested = tuple(other for other in places if other != place and _is_below(other, place))
        own = [claim for claim in claims if not claim.root_only]
        try:
            _choose(repo, place, own, nested, found, skipped)
        except InputError as problem:  # one broken build file must not hide the other services
            skipped.append(Skipped(place, own[0].stack, problem.message, _place(problem, own[0].source)))
    return Collected(tuple(found), tuple(skipped))


def _candidates(repo: Repo, directory: str) -> Iterator[Candidate]:
    for stack in STACKS:
        yield from (claim for claim in stack.detect(repo) if _is_below(claim.directory, directory))
    yield from (claim for claim in detect_recognised(repo) if _is_below(claim.directory, directory))


def _configured(repo: Repo, config: Config) -> Iterator[Candidate]:
    """A `stack:` line in cdgen.yaml is a claim that nothing beats."""
    for service in config.services:
        stack = service.overrides.get("stack")
        if stack:
            yield Candidate(str(stack), service.path, repo.source(config.path or "cdgen.yaml", r"stack:"), 9)


def _choose(
    repo: Repo,
    place: str,
    claims: list[Candidate],
    nested: tuple[str, ...],
    found: list[Found],
    skipped: list[Skipped],
) -> None:
    """Read the folder with its strongest claim; another family's equal claim makes it ambiguous, a weaker one is dropped."""
    by_family: dict[str, Found] = {}
    for claim in sorted(claims, key=lambda claim: -claim.strength):
        stack = next((stack for stack in STACKS if stack.id == claim.stack), None)
        family = stack.family if stack else claim.stack
        if family in by_family:
            known = by_family[family]
            if claim.strength == known.candidate.strength and claim.stack != known.candidate.stack:
                by_family[family] = known._replace(rivals=(*known.rivals, claim))
        elif stack:
            scope = Scope(repo, place, nested, stack.family)
            by_family[family] = Found(claim, stack, scope, FactSet(_look(stack, scope)))
        else:
            by_family[family] = Found(claim, STACKS[0], Scope(repo, place, nested), FactSet())
    ranked = sorted(by_family.values(), key=_evidence, reverse=True)
    best = ranked[0]
    tied = tuple(other.candidate for other in ranked[1:] if _evidence(other) == _evidence(best))
    if best.candidate.stack.startswith(PREFIX):
        what = best.candidate.stack.removeprefix(PREFIX)
        skipped.append(Skipped(place, what, f"{what} is recognised, not paved yet", best.candidate.source))
        return
    settled = _settle_tool(best)
    found.append(settled._replace(rivals=(*settled.rivals, *tied), contested=bool(tied)))


def _settle_tool(found: Found) -> Found:
    """Two tools of one family claim a folder equally: what the repository's own pipeline or image runs decides, if that is one."""
    if not found.rivals:
        return found
    names = {found.candidate.stack, *(rival.stack for rival in found.rivals)}
    used = {
        stack.id
        for fact in found.facts.all(BUILD_TOOL)
        if fact.origin in (Origin.CI, Origin.DOCKERFILE)
        for stack in STACKS
        if stack.id in names and (stack.id == fact.value or stack.id.startswith(f"{fact.value}-"))
    }
    if len(used) != 1:
        return found
    winner = next(stack for stack in STACKS if stack.id in used)
    if winner.id == found.candidate.stack:
        return found._replace(rivals=())
    claim = next(rival for rival in found.rivals if rival.stack == winner.id)
    return Found(claim, winner, found.scope, FactSet(_look(winner, found.scope)))


def _evidence(found: Found) -> tuple[int, int, int]:
    """What speaks for a family: an explicit line, then the image's base language, then a server, then the strength of the claim."""
    facts = found.facts
    languages = {SAME_BASE.get(fact.value, fact.value) for fact in facts.all(LANGUAGE) if fact.origin is not Origin.DOCKERFILE}
    imaged = {fact.value for fact in facts.all(LANGUAGE) if fact.origin is Origin.DOCKERFILE}
    serves = any(fact.confidence >= Confidence.INFERRED and fact.origin in (Origin.CODE, Origin.CONFIG) for fact in facts.all(PORT))
    framed = bool(facts.all(FRAMEWORK))
    built = bool(facts.all(DOCKERFILE)) and bool(languages & imaged)
    return (int(found.candidate.strength == 9), 2 * int(built) + int(serves or framed), min(found.candidate.strength, 2))


def _look(stack: Stack, scope: Scope) -> Iterator[Fact]:
    """Everything the stack and the language-neutral detectors see. A build file that cannot be parsed is an error with its line."""
    for fact in stack.facts(scope):
        yield fact._replace(detector=stack.id)
    for name, detect in DETECTORS:
        try:
            for fact in detect(scope):
                yield fact._replace(detector=name)
        except InputError:
            # a foreign file that is not ours to judge must not stop the inspection of the service
            continue


def _place(problem: InputError, otherwise: Source) -> Source:
    path, _, line = (problem.where or "").rpartition(":")
    return Source(path, int(line)) if path and line.isdigit() else otherwise


def _is_below(path: str, directory: str) -> bool:
    return directory == "." or path == directory or path.startswith(directory + "/")


def _below(path: str, directory: str) -> str:
    return path if directory == "." else path.removeprefix(directory).lstrip("/")
