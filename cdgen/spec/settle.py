"""Which services get a road: those that cdgen.yaml lists, all of them settled; before it exists, those that can be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from cdgen.errors import AmbiguousError, InputError, UnsupportedError
from cdgen.model import facts as f
from cdgen.model.config import Config
from cdgen.model.facts import Source
from cdgen.model.service import Decision, Service, Skipped
from cdgen.spec.collect import ROOT
from cdgen.spec.folder import Folder

KINDS = ("service", "worker", "static-site")


class Problem(NamedTuple):
    """What stands between a service and its road, where that was seen, and the line of cdgen.yaml that settles it ("" for none)."""

    reason: str
    settle: str = ""
    sources: tuple[Source, ...] = ()


def paved(
    services: tuple[Service, ...],
    skipped: tuple[Skipped, ...],
    config: Config,
    otherwise: Callable[[], Folder | None] = lambda: None,
) -> tuple[tuple[Service, ...], tuple[Skipped, ...]]:
    """The services to pave and everything that is left out, with the reason. `otherwise` says what the folder is instead.

    Raises InputError when cdgen.yaml lists a folder without a service, AmbiguousError when a listed one is not settled,
    UnsupportedError when nothing is left.
    """
    if config.services:
        chosen = tuple(_listed(entry.path, services, config) for entry in config.services)
        for service in chosen:
            for problem in problems(service):
                raise _refusal(service, problem)
    else:
        chosen = tuple(service for service in services if not any(problems(service)))
        if not chosen:
            raise _nothing(tuple(each for each in services if each.kind != ROOT) or services, skipped, otherwise)
    left = tuple(Skipped(each.directory, each.stack, _reason(each), None) for each in services if each not in chosen)
    return _distinct(chosen), (*skipped, *left)


def problems(service: Service) -> Iterator[Problem]:
    made = service.provenance
    if service.kind and service.kind not in KINDS and not service.language:  # an image of published software has none
        yield Problem(f"it is a {service.kind}", "", made[f.KIND.name].sources)
        return
    for key in (f.LANGUAGE, f.BUILD_TOOL):
        decided = made[key.name]
        if decided.value is None and (decided.candidates or key is f.LANGUAGE or service.kind != "static-site"):
            yield _unknown(f"the {key.title} is not known", decided)
            return
    for reason in service.unsupported:
        yield Problem(reason, "", made[f.BUILD_TOOL.name].sources)
    if service.kind not in KINDS:
        kind = made[f.KIND.name]
        yield (
            Problem(f"it is a {service.kind}", kind.settle, kind.sources)
            if service.kind
            else _unknown("what it is cannot be seen", kind)
        )
    elif service.kind != "worker" and service.port is None:
        yield _unknown("the port is not known", made[f.PORT.name])


def _unknown(what: str, decision: Decision) -> Problem:
    return Problem(f"{what}: {decision.why}", decision.settle, decision.sources)


def _reason(service: Service) -> str:
    problem = next(problems(service), None)
    if problem is None:
        return "not listed in cdgen.yaml"
    return f"{problem.reason}; say `{problem.settle}`" if problem.settle else problem.reason


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


def _refusal(service: Service, problem: Problem) -> InputError:
    message = f"{service.name} ({service.directory}): {problem.reason}"
    where = str(problem.sources[0]) if problem.sources else None
    if not problem.settle:
        return UnsupportedError(message, where=where, hint="cdgen inspect shows what was found")
    return AmbiguousError(message, where=where, hint=f"say `{problem.settle}` in cdgen.yaml")


def _nothing(bad: tuple[Service, ...], skipped: tuple[Skipped, ...], otherwise: Callable[[], Folder | None]) -> InputError:
    if bad:
        return _refusal(bad[0], next(problems(bad[0])))
    if skipped:
        first = skipped[0]
        return UnsupportedError(
            f"nothing here can be paved: {first.reason}", where=str(first.source or ""), hint="cdgen inspect shows what was found"
        )
    folder = otherwise()
    if folder and folder.kind:
        where = str(folder.sources[0]) if folder.sources else None
        return UnsupportedError(f"no service found ({folder.kind}): {folder.reason}", where=where, hint=folder.advice)
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
