"""From a repository to the facts of each service in it: who claims which folder, and what is seen there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cdgen.detectors import DETECTORS
from cdgen.detectors.dockerfile import is_beside
from cdgen.errors import InputError
from cdgen.model import facts as f
from cdgen.model.config import Config
from cdgen.model.facts import Confidence, Fact, FactSet, Origin, Source
from cdgen.model.service import Skipped
from cdgen.repo import Repo, Scope
from cdgen.stacks import image_languages, stacks_for
from cdgen.stacks.base import Candidate, Stack
from cdgen.stacks.recognised import PREFIX
from cdgen.stacks.recognised import detect as detect_recognised

# folders that hold inputs of tests and documentation, not services, when seen from above
NOT_SERVICES = frozenset(
    {"test", "tests", "testdata", "fixtures", "__tests__", "e2e", "docs", "examples", "example", "samples", "spec"}
)

ROOT = "monorepo-root"  # the kind of a folder that only joins others
OF_ROOT = frozenset(
    {
        f.LANGUAGE,
        f.LANGUAGE_VERSION,
        f.BUILD_TOOL,
        f.BUILD_TOOL_VERSION,
        f.INSTALL,
        f.LINT,
        f.TEST,
        f.BUILD,
        f.REGISTRY,
        f.PIPELINE,
        f.OWNER,
        f.PRE_COMMIT,
        f.SERVICE_NAME,
        f.LICENCE,
        f.COMPOSE_FILE,
        f.CHART,
    }
)

OF_IMAGE = frozenset({f.DOCKERFILE, f.PORT, f.START})  # what the folder's own Dockerfile says of the image that is made there


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


class _Reading(NamedTuple):
    """A family's strongest claim on a folder while it is weighed. A language that is only recognised has no stack and no facts."""

    candidate: Candidate
    stack: Stack | None
    scope: Scope
    facts: FactSet
    rivals: tuple[Candidate, ...] = ()


class Collected(NamedTuple):
    found: tuple[Found, ...]
    skipped: tuple[Skipped, ...]


def collect(repo: Repo, directory: str, config: Config) -> Collected:
    """Facts of every service at or below `directory`. A folder whose build file cannot be parsed is skipped, with the line."""
    stacks = stacks_for(repo, directory)
    candidates = [claim for claim in _candidates(repo, stacks, config) if _is_below(claim.directory, directory)]
    places = sorted({candidate.directory for candidate in candidates})
    found: list[Found] = []
    skipped: list[Skipped] = []
    for place in places:
        claims = [candidate for candidate in candidates if candidate.directory == place]
        if place != directory and not NOT_SERVICES.isdisjoint(_below(place, directory).split("/")):
            what = claims[0].stack.removeprefix(PREFIX)
            skipped.append(Skipped(place, what, "a folder of tests, examples or documentation", claims[0].source))
            continue
        nested = tuple(other for other in places if other != place and _is_below(other, place))
        own = [claim for claim in claims if not claim.root_only] or claims
        try:
            _choose(Scope(repo, place, nested), own, stacks, found, skipped)
        except InputError as problem:  # one broken build file must not hide the other services
            skipped.append(Skipped(place, own[0].stack, problem.message, _place(problem, own[0].source)))
        repo.let_go()
    return Collected(tuple(found), tuple(skipped))


def _candidates(repo: Repo, stacks: Iterable[Stack], config: Config) -> Iterator[Candidate]:
    for stack in stacks:
        yield from stack.detect(repo)
    yield from detect_recognised(repo)
    yield from _configured(repo, config)


def _configured(repo: Repo, config: Config) -> Iterator[Candidate]:
    """A `stack:` line in cdgen.yaml is a claim that nothing beats."""
    for service in config.services:
        stack = service.overrides.get("stack")
        if stack:
            yield Candidate(str(stack), service.path, repo.source(config.path or "cdgen.yaml", r"stack:"), 9)


def _choose(scope: Scope, claims: list[Candidate], stacks: tuple[Stack, ...], found: list[Found], skipped: list[Skipped]) -> None:
    """Read the folder with its strongest claim; another family's equal claim makes it ambiguous, a weaker one is dropped."""
    by_family: dict[str, _Reading] = {}
    for claim in sorted(claims, key=lambda claim: -claim.strength):
        stack = next((stack for stack in stacks if stack.id == claim.stack), None)
        family = stack.family if stack else claim.stack
        if family in by_family:
            known = by_family[family]
            if claim.strength == known.candidate.strength and claim.stack != known.candidate.stack:
                by_family[family] = known._replace(rivals=(*known.rivals, claim))
        else:
            by_family[family] = _read(claim, stack, Scope(scope.repo, scope.directory, scope.nested, family))
    ranked = sorted(by_family.values(), key=_evidence, reverse=True)
    tied = tuple(other.candidate for other in ranked[1:] if _evidence(other) == _evidence(ranked[0]))
    best = _settle_tool(ranked[0], stacks)
    if best.stack is None:
        what = best.candidate.stack.removeprefix(PREFIX)
        skipped.append(Skipped(scope.directory, what, f"{what} is recognised, not paved yet", best.candidate.source))
    else:
        rivals = (*best.rivals, *tied)
        found.append(Found(best.candidate, best.stack, best.scope, best.facts, rivals, contested=bool(tied)))


def _read(claim: Candidate, stack: Stack | None, scope: Scope) -> _Reading:
    facts = _look(stack, scope) if stack else iter(())
    return _Reading(claim, stack, scope, FactSet(_of_root(facts, claim) if claim.root_only else facts))


def _of_root(facts: Iterator[Fact], claim: Candidate) -> Iterator[Fact]:
    """What is true of a folder that only joins others: how it is built and looked after, what image it makes of them, nothing of a
    program of its own."""
    yield Fact(f.KIND, ROOT, claim.source, Origin.MANIFEST, Confidence.DECLARED, "it joins the projects below it", claim.stack)
    image = ""
    for fact in facts:
        if fact.key is f.DOCKERFILE and is_beside(fact.value.path, claim.directory):
            image = fact.value.path
        if fact.key in OF_ROOT or (fact.key in OF_IMAGE and fact.source is not None and fact.source.path == image):
            yield fact


def _settle_tool(reading: _Reading, stacks: tuple[Stack, ...]) -> _Reading:
    """Two tools of one family claim a folder equally: what the repository's own pipeline or image runs decides, if that is one."""
    if not reading.rivals:
        return reading
    names = {reading.candidate.stack, *(rival.stack for rival in reading.rivals)}
    used = {
        stack.id
        for fact in reading.facts.all(f.BUILD_TOOL)
        if fact.origin in (Origin.CI, Origin.DOCKERFILE)
        for stack in stacks
        if stack.id in names and (stack.id == fact.value or stack.id.startswith(f"{fact.value}-"))
    }
    if len(used) != 1:
        return reading
    winner = next(stack for stack in stacks if stack.id in used)
    if winner.id == reading.candidate.stack:
        return reading._replace(rivals=())
    claim = next(rival for rival in reading.rivals if rival.stack == winner.id)
    return _read(claim, winner, reading.scope)


def _evidence(reading: _Reading) -> tuple[int, int, int]:
    """What speaks for a family: an explicit line, then the image's base language, then a server, then the strength of the claim."""
    facts = reading.facts
    imaged = {fact.value for fact in facts.all(f.LANGUAGE) if fact.origin is Origin.DOCKERFILE}
    ports = (fact for fact in facts.all(f.PORT) if fact.confidence >= Confidence.INFERRED)
    serves = any(fact.origin in (Origin.CODE, Origin.CONFIG) for fact in ports)
    framed = bool(facts.all(f.FRAMEWORK))
    family = reading.stack.family if reading.stack else ""
    built = bool(facts.all(f.DOCKERFILE)) and not imaged.isdisjoint(image_languages(family))
    return (int(reading.candidate.strength == 9), 2 * int(built) + int(serves or framed), min(reading.candidate.strength, 2))


def _look(stack: Stack, scope: Scope) -> Iterator[Fact]:
    """Everything the stack and the language-neutral detectors see. A build file that cannot be parsed is an error with its line."""
    for fact in stack.facts(scope):
        yield fact._replace(detector=stack.id)
    if not stack.paved:
        reason = f"{stack.title} is recognised, not paved yet"
        yield Fact(f.UNSUPPORTED, reason, None, Origin.LAYOUT, Confidence.DECLARED, stack.title, stack.id)
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
