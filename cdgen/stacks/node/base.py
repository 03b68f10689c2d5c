"""What the package managers share: the order in which the subjects are asked."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin
from cdgen.repo import Repo, Scope
from cdgen.road.pins import Pins
from cdgen.stacks.base import Candidate
from cdgen.stacks.node.backing import backing_facts, integration_facts, migration_facts
from cdgen.stacks.node.clients import call_facts, service_facts
from cdgen.stacks.node.commands import command_facts
from cdgen.stacks.node.detection import survey
from cdgen.stacks.node.environment import env_facts, registry_facts
from cdgen.stacks.node.frameworks import framework_facts, frameworks, is_static, kind_facts, language_facts, protocol_facts
from cdgen.stacks.node.graph import graph_facts
from cdgen.stacks.node.image import image_problem
from cdgen.stacks.node.package import Package
from cdgen.stacks.node.ports import exported, port_facts, sockets
from cdgen.stacks.node.routes import route_facts
from cdgen.stacks.node.sources import Sources
from cdgen.stacks.node.tooling import generator_facts, runner_facts
from cdgen.stacks.node.trees import Trees
from cdgen.stacks.node.versions import runtime_facts, tool_version_facts, version_facts
from cdgen.stacks.node.workspace import claims_on, read_package, tool_of

FAMILY = "node"


def detect(repo: Repo, stack: str) -> Iterator[Candidate]:
    """The folders that one package manager claims."""
    return (candidate for candidate in survey(repo) if candidate.stack == stack)


def facts(scope: Scope, stack: str) -> Iterator[Fact]:
    """All that can be seen in one package. Raises InputError when its package.json is broken."""
    package = read_package(scope)
    sources = Sources(scope)
    yield from language_facts(package, sources)
    tools = tuple(tool_version_facts(package, stack))
    stated = tuple(version_facts(package))
    yield from stated or (runtime_facts(package, tools) if stack == "bun" else ())
    yield from tool_facts(package, stack)
    yield from tools
    yield from shared_facts(package, sources)
    commands = tuple(command_facts(package, stack))
    yield from commands
    yield from _unsupported(package, sources, commands, stack)
    yield from registry_facts(package)


def shared_facts(package: Package, sources: Sources) -> Iterator[Fact]:
    """What the code and the manifest say, whichever runtime and package manager there is."""
    used = frameworks(package, sources)
    opened = (*sockets(sources), *exported(package, sources))
    trees = Trees(sources)
    yield from framework_facts(package, used)
    yield from _name(package)
    yield from kind_facts(package, sources, used, bool(opened))
    yield from protocol_facts(package, sources, used, bool(opened))
    yield from port_facts(package, sources, used, opened)
    yield from route_facts(package, sources, trees, used)
    yield from call_facts(package, trees)
    yield from service_facts(package, trees)
    yield from backing_facts(package, sources, trees)
    yield from migration_facts(package)
    yield from runner_facts(package)
    yield from generator_facts(package)
    yield from graph_facts(package, trees)
    yield from integration_facts(package)
    yield from env_facts(package, sources, trees)


def tool_facts(package: Package, stack: str) -> Iterator[Fact]:
    """The tool of the stack that reads the folder, and what speaks for another one."""
    for claim in claims_on(package.scope.repo, package.scope.directory):
        own = claim.stack == stack
        origin = Origin.LOCKFILE if claim.lockfile else Origin.MANIFEST
        source = package.scope.repo.source(claim.lockfile) if claim.lockfile else package.source()
        note = claim.lockfile.rpartition("/")[2] if claim.lockfile else "packageManager" if claim.declared else "package.json"
        sure = Confidence.DECLARED if own and (claim.lockfile or claim.declared) else Confidence.INFERRED
        yield Fact(f.BUILD_TOOL, tool_of(claim.stack), source, origin, sure, note)


def _unsupported(package: Package, sources: Sources, commands: tuple[Fact, ...], stack: str) -> Iterator[Fact]:
    """Why cdgen could build no image for a service that has none of its own."""
    used = frameworks(package, sources)
    static = is_static(package, used, any((*sockets(sources), *exported(package, sources))))
    start = next((fact.value for fact in commands if fact.key is f.START), None)
    if package.scope.glob("**/{Dockerfile,Dockerfile.*,*.Dockerfile,Containerfile}") or not (static or start):
        return
    stated = next((fact.value.text for fact in version_facts(package)), None)
    reason = image_problem(package, used, stated, start, Pins(), stack, static=static)
    if reason:
        yield Fact(f.NO_IMAGE, reason, package.source("start" if start else None), Origin.MANIFEST, Confidence.INFERRED, "image")


def _name(package: Package) -> Iterator[Fact]:
    name = package.text("name")
    if name and package.own:
        yield Fact(
            f.SERVICE_NAME, name.rpartition("/")[2], package.source("name"), Origin.MANIFEST, Confidence.DECLARED, "package.json"
        )
