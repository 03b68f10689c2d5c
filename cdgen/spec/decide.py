"""The one place that chooses. Every field of a service gets its value, the reason, and what would settle it when nothing does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cdgen.model import facts as f
from cdgen.model.config import Config, ServiceConfig
from cdgen.model.facts import Confidence, Fact, FactSet, Key, Origin, Source
from cdgen.model.road import Road
from cdgen.model.service import Commands, Decision, Service, Skipped, Toolchain
from cdgen.road.pins import Pins
from cdgen.spec import derived
from cdgen.spec.call_map import draw
from cdgen.spec.collect import Collected, Found
from cdgen.spec.details import details
from cdgen.spec.names import default_owner, service_name

O = Origin  # noqa: E741  (the table below is read often)

# Strongest origin first, per key; used only between facts of equal confidence. Keys that are not listed use DEFAULT_RANK.
RANK: Mapping[str, tuple[Origin, ...]] = {
    # the file that the toolchain itself reads comes before files that merely agree with it
    f.LANGUAGE_VERSION.name: (O.VERSION_FILE, O.MANIFEST, O.CONFIG, O.LOCKFILE, O.DOCKERFILE, O.CI),
    f.BUILD_TOOL.name: (O.LOCKFILE, O.SCRIPT, O.MANIFEST, O.CI, O.DOCKERFILE, O.LAYOUT),
    # what the process does; then what its image says; then what others expect of it
    f.PORT.name: (O.COMMAND, O.CODE, O.CONFIG, O.SCRIPT, O.DOCKERFILE, O.COMPOSE, O.KUBERNETES, O.CI, O.DOCS),
    f.HEALTH_PATH.name: (O.CODE, O.CONFIG, O.KUBERNETES, O.DOCKERFILE, O.COMPOSE, O.CI, O.DOCS),
    # the image's own entry point is what runs in production; then the platform's Procfile; then the script
    f.START.name: (O.DOCKERFILE, O.SCRIPT, O.MAKEFILE, O.COMPOSE, O.KUBERNETES, O.MANIFEST, O.CODE, O.LAYOUT),
    # what the team's pipeline runs is what it trusts
    f.TEST.name: (O.CI, O.MAKEFILE, O.SCRIPT, O.CONFIG, O.MANIFEST, O.LAYOUT, O.DOCS),
    f.LINT.name: (O.MAKEFILE, O.SCRIPT, O.CI, O.CONFIG, O.MANIFEST, O.LAYOUT),
    f.BUILD.name: (O.MAKEFILE, O.SCRIPT, O.CI, O.MANIFEST, O.CONFIG, O.LAYOUT),
    f.INSTALL.name: (O.LOCKFILE, O.MAKEFILE, O.SCRIPT, O.MANIFEST, O.CI, O.LAYOUT),
}
DEFAULT_RANK = (
    O.CODE,
    O.CONFIG,
    O.MANIFEST,
    O.LOCKFILE,
    O.SCRIPT,
    O.MAKEFILE,
    O.CI,
    O.DOCKERFILE,
    O.COMPOSE,
    O.KUBERNETES,
    O.LAYOUT,
)
# what a person writes into cdgen.yaml to settle a key
SETTLE: Mapping[str, str] = {
    f.LANGUAGE_VERSION.name: "language_version: <version>",
    f.BUILD_TOOL.name: "stack: <stack>",
    f.PROTOCOL.name: "protocol: http | grpc",
    f.KIND.name: "kind: service | worker | library | cli | job | static-site",
    f.PORT.name: "port: <number>",
    f.HEALTH_PATH.name: "health: /path",
    f.READINESS_PATH.name: "readiness: /path",
    f.METRICS_PATH.name: "metrics: /path",
    f.METRICS_PORT.name: "metrics_port: <number>",
    f.INSTALL.name: "commands: {install: ...}",
    f.LINT.name: "commands: {lint: ...}",
    f.TEST.name: "commands: {test: ...}",
    f.COVERAGE.name: "commands: {coverage: ...}",
    f.INTEGRATION.name: "commands: {integration: ...}",
    f.BUILD.name: "commands: {build: ...}",
    f.START.name: "commands: {start: ...}",
    f.MIGRATIONS.name: "",
    f.FRAMEWORK.name: "",
}
SINGLE: tuple[Key[Any], ...] = (
    f.LANGUAGE,
    f.LANGUAGE_VERSION,
    f.FRAMEWORK,
    f.BUILD_TOOL,
    f.BUILD_TOOL_VERSION,
    f.KIND,
    f.PROTOCOL,
    f.PORT,
    f.METRICS_PORT,
    f.ADMIN_PORT,
    f.HEALTH_PATH,
    f.READINESS_PATH,
    f.METRICS_PATH,
    f.INSTALL,
    f.LINT,
    f.TEST,
    f.COVERAGE,
    f.INTEGRATION,
    f.BUILD,
    f.START,
    f.DOCKERFILE,
    f.OWNER,
    f.MIGRATIONS,
    f.SERVICE_NAME,
)
# keys where a second, different sighting of equal strength is another instance and not a contradiction: the first one counts
FIRST_COUNTS = frozenset(
    key.name for key in (f.HEALTH_PATH, f.READINESS_PATH, f.METRICS_PATH, f.DOCKERFILE, f.FRAMEWORK, f.MIGRATIONS)
)


def decide(collected: Collected, config: Config, road: Road, remote: str | None) -> tuple[tuple[Service, ...], tuple[Skipped, ...]]:
    """Services in directory order, and the folders that get none. An unsettled field is a Decision without value."""
    pins = Pins(road.images, road.actions)
    services = tuple(_service(found, config, road, pins, remote, alone=len(collected.found) == 1) for found in collected.found)
    return draw(services, tuple(found.facts for found in collected.found)), collected.skipped


def choose(key: Key[Any], facts: FactSet, override: tuple[Any, Source] | None = None) -> Decision:
    """The value of one key: cdgen.yaml, highest confidence, strongest origin, in this order; equal and different is no answer."""
    seen = facts.all(key)
    settle = SETTLE.get(key.name, "")
    candidates = tuple(dict.fromkeys((fact.value, fact.source) for fact in seen))
    if override is not None:
        value, source = override
        return Decision(value, Confidence.DECLARED, "said in cdgen.yaml", (source,), candidates)
    if not seen:
        return Decision(None, None, "not found", (), (), settle)
    strength = _strength(key)
    best = max(seen, key=strength)
    top = [fact for fact in seen if strength(fact) == strength(best)]
    if len({repr(fact.value) for fact in top}) > 1 and key.name not in FIRST_COUNTS:
        places = " and ".join(str(fact.source) for fact in top[:2] if fact.source)
        return Decision(None, None, f"equal evidence for different answers: {places}", _sources(top), candidates, settle)
    agreeing = [fact for fact in seen if fact.value == best.value]
    why = best.note or f"{best.origin.value}"
    return Decision(best.value, best.confidence, why, _sources([best, *agreeing]), candidates, settle, best.detector)


def _strength(key: Key[Any]) -> Callable[[Fact], tuple[int, int]]:
    rank = RANK.get(key.name, DEFAULT_RANK)
    return lambda fact: (fact.confidence, -(rank.index(fact.origin) if fact.origin in rank else len(rank)))


def _sources(facts: list[Fact]) -> tuple[Source, ...]:
    return tuple(dict.fromkeys(fact.source for fact in facts if fact.source))[:4]


def _service(found: Found, config: Config, road: Road, pins: Pins, remote: str | None, *, alone: bool) -> Service:
    own = next((each for each in config.services if each.path == found.scope.directory), None)
    made = {key.name: choose(key, found.facts, _override(key, own, config)) for key in SINGLE}
    if found.rivals:
        made[f.BUILD_TOOL.name] = _rivalry(found)
        if found.contested:
            made[f.LANGUAGE.name] = _rivalry(found)
    made[f.PORT.name] = derived.port(made)
    made[f.KIND.name] = derived.kind(made, found.facts)
    value = {name: decision.value for name, decision in made.items()}
    framework = value[f.FRAMEWORK.name]
    version = value[f.LANGUAGE_VERSION.name]
    service = Service(
        name=(own and own.name) or service_name(found, remote, alone=alone),
        directory=found.scope.directory,
        stack=found.stack.id,
        language=value[f.LANGUAGE.name] or "",
        language_version=str(version) if version else None,
        framework=framework.name if framework else None,
        framework_version=framework.version if framework else None,
        build_tool=value[f.BUILD_TOOL.name],
        kind=value[f.KIND.name] or "",
        protocol=value[f.PROTOCOL.name] if value[f.PROTOCOL.name] != "worker" else None,
        port=value[f.PORT.name],
        health_path=value[f.HEALTH_PATH.name],
        readiness_path=value[f.READINESS_PATH.name],
        metrics_path=value[f.METRICS_PATH.name],
        metrics_port=value[f.METRICS_PORT.name],
        commands=_commands(value, found.facts),
        toolchain=Toolchain(found.stack.family, None),
        dockerfile=value[f.DOCKERFILE.name],
        recipe=None,
        backing=backing_services(found.facts, value[f.KIND.name] or ""),
        env=_env(found.facts),
        registries=found.facts.values(f.REGISTRY),
        integration_tests=found.facts.values(f.INTEGRATION_TESTS),
        migrations=value[f.MIGRATIONS.name],
        owner=(own and own.owner) or value[f.OWNER.name] or default_owner(remote),
        tier=(own and own.tier) or road.default_tier,
        description=own.description if own else "",
        callers=own.callers if own else (),
        coverage=own.coverage if own else None,
        deploy_directory=(own and own.deploy) or found.scope.path("deploy"),
        hostname=own.hostname if own else None,
        grpc_health=bool(found.facts.all(f.GRPC_HEALTH)),
        provenance=made,
        backing_sources=_backing_sources(found.facts),
        pipelines=found.facts.values(f.PIPELINE),
        existing_manifests=found.facts.values(f.KUBERNETES),
        unsupported=found.facts.values(f.UNSUPPORTED),
        no_image=found.facts.values(f.NO_IMAGE),
        details=details(found.facts, made, value[f.LANGUAGE.name] or ""),
    )
    service = service._replace(toolchain=found.stack.toolchain(service, pins))
    if service.dockerfile is None and service.is_service:
        service = service._replace(recipe=found.stack.image(service, found.scope, road, pins))
    return service


def _override(key: Key[Any], own: ServiceConfig | None, config: Config) -> tuple[Any, Source] | None:
    if own is None or key.name not in own.overrides:
        return None
    return own.overrides[key.name], Source(config.path or "cdgen.yaml", own.lines.get(key.name, 0))


def _rivalry(found: Found) -> Decision:
    claims = (found.candidate, *found.rivals)
    places = " and ".join(str(claim.source) for claim in claims)
    names = " | ".join(claim.stack for claim in claims)
    candidates = tuple((claim.stack, claim.source) for claim in claims)
    sources = tuple(claim.source for claim in claims)
    return Decision(None, None, f"two build tools with equal evidence: {places}", sources, candidates, f"stack: {names}")


def _commands(value: Mapping[str, Any], facts: FactSet) -> Commands:
    return Commands(
        install=value[f.INSTALL.name],
        codegen=facts.values(f.CODEGEN),
        lint=value[f.LINT.name],
        test=value[f.TEST.name],
        coverage=value[f.COVERAGE.name],
        integration=value[f.INTEGRATION.name],
        build=value[f.BUILD.name],
        start=value[f.START.name],
    )


def backing_services(facts: FactSet, kind: str) -> tuple[f.BackingService, ...]:
    """One entry per kind: a driver in the code makes it real; the version comes from whoever states one.

    What only stands beside the service counts when no driver was seen at all: with drivers, it is another service's neighbour. A
    driver that is only required counts together with what stands there. Pages in a browser speak to no database.
    """
    found: dict[str, f.BackingService] = {}
    drivers = [fact for fact in facts.all(f.BACKING) if fact.origin not in (O.COMPOSE, O.KUBERNETES)]
    driven = {fact.value.kind for fact in drivers if fact.confidence >= Confidence.INFERRED}
    beside = {fact.value.kind for fact in facts.all(f.BACKING) if fact not in drivers}
    both = beside & {fact.value.kind for fact in drivers}
    if not driven | both and kind == "static-site":
        return ()
    driven |= both
    seen = [fact for fact in facts.all(f.BACKING) if fact.confidence >= Confidence.INFERRED or fact.value.kind in both]
    for fact in sorted(seen, key=lambda fact: -fact.confidence):
        if driven and fact.value.kind not in driven:
            continue
        old = found.get(fact.value.kind)
        new = fact.value
        found[new.kind] = new if old is None else old._replace(version=old.version or new.version, image=old.image or new.image)
    return tuple(found[kind] for kind in sorted(found))


def _backing_sources(facts: FactSet) -> dict[str, tuple[Source, ...]]:
    places: dict[str, dict[Source, None]] = {}
    for fact in facts.all(f.BACKING):
        if fact.source:
            places.setdefault(fact.value.kind, {})[fact.source] = None
    return {kind: tuple(found) for kind, found in places.items()}


def _env(facts: FactSet) -> tuple[f.EnvVar, ...]:
    """One entry per name; required only if no sighting gives a default."""
    found: dict[str, f.EnvVar] = {}
    for fact in facts.all(f.ENV):
        old = found.get(fact.value.name)
        new = fact.value
        found[new.name] = (
            new
            if old is None
            else old._replace(
                default=old.default if old.default is not None else new.default, required=old.required and new.required
            )
        )
    return tuple(found[name] for name in sorted(found))
