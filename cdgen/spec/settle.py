"""Which services get a road: those that cdgen.yaml lists, all of them settled; before it exists, those that can be."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.errors import AmbiguousError, InputError, UnsupportedError
from cdgen.model import facts as f
from cdgen.model.config import Config
from cdgen.model.service import Service, Skipped

KINDS = ("service", "worker")


def paved(
    services: tuple[Service, ...], skipped: tuple[Skipped, ...], config: Config
) -> tuple[tuple[Service, ...], tuple[Skipped, ...]]:
    """The services to pave and everything that is left out, with the reason.

    Raises InputError when cdgen.yaml lists a folder without a service, AmbiguousError when a listed one is not settled,
    UnsupportedError when nothing is left.
    """
    if config.services:
        chosen = tuple(_listed(entry.path, services, config) for entry in config.services)
        for service in chosen:
            for reason, settle in problems(service):
                raise _refusal(service, reason, settle)
        left = tuple(service for service in services if service not in chosen and not any(problems(service)))
        return _distinct(chosen), (
            *skipped,
            *(Skipped(each.directory, each.stack, "not listed in cdgen.yaml", None) for each in left),
        )
    good = tuple(service for service in services if not any(problems(service)))
    bad = tuple(service for service in services if service not in good)
    if not good:
        raise _nothing(bad, skipped)
    return _distinct(good), (*skipped, *(Skipped(each.directory, each.stack, _reason(each), None) for each in bad))


def problems(service: Service) -> Iterator[tuple[str, str]]:
    """(what is missing for a road, the line of cdgen.yaml that settles it)."""
    made = service.provenance
    for key in (f.LANGUAGE, f.BUILD_TOOL):
        if made[key.name].value is None:
            yield f"the {key.title} is not known: {made[key.name].why}", made[key.name].settle
            return
    for reason in service.unsupported:
        yield reason, ""
    if service.kind not in KINDS:
        kind = made[f.KIND.name]
        yield (f"it is a {service.kind}" if service.kind else f"what it is cannot be seen: {kind.why}"), kind.settle
    elif service.kind == "service" and service.port is None:
        port = made[f.PORT.name]
        yield f"the port is not known: {port.why}", port.settle


def _reason(service: Service) -> str:
    reason, settle = next(iter(problems(service)))
    return f"{reason}; say `{settle}`" if settle else reason


def _listed(path: str, services: tuple[Service, ...], config: Config) -> Service:
    for service in services:
        if service.directory == path:
            return service
    known = ", ".join(service.directory for service in services) or "none"
    raise InputError(
        f"cdgen.yaml lists a service in `{path}`, but none is found there; found: {known}",
        where=config.path,
        hint="correct the path, or drop the entry",
    )


def _refusal(service: Service, reason: str, settle: str) -> InputError:
    decision = service.provenance[f.PORT.name] if "port" in reason else service.provenance[f.BUILD_TOOL.name]
    where = next((str(source) for source in decision.sources), None)
    if not settle:
        return UnsupportedError(
            f"{service.name} ({service.directory}): {reason}", where=where, hint="cdgen inspect shows what was found"
        )
    return AmbiguousError(f"{service.name} ({service.directory}): {reason}", where=where, hint=f"say `{settle}` in cdgen.yaml")


def _nothing(bad: tuple[Service, ...], skipped: tuple[Skipped, ...]) -> InputError:
    if bad:
        reason, settle = next(iter(problems(bad[0])))
        return _refusal(bad[0], reason, settle)
    if skipped:
        first = skipped[0]
        return UnsupportedError(
            f"nothing here can be paved: {first.reason}", where=str(first.source or ""), hint="cdgen inspect shows what was found"
        )
    return UnsupportedError(
        "no service found: there is no go.mod, pom.xml, build.gradle, package.json, pyproject.toml or requirements.txt",
        hint="run it in the folder of a service, or name it: cdgen -C path/to/service init",
    )


def _distinct(services: tuple[Service, ...]) -> tuple[Service, ...]:
    """Names are unique in a repository: of two equal ones the later is called after its whole path."""
    taken: set[str] = set()
    named = []
    for service in services:
        name = service.name if service.name not in taken else service.directory.replace("/", "-").lower()[:41]
        taken.add(name)
        named.append(service._replace(name=name))
    return tuple(named)
