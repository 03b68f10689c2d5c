"""The first `cdgen.yaml` of a repository, and the files that follow from it: nothing foreign is overwritten, moved or deleted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from cdgen import app
from cdgen.model.service import Service
from cdgen.output.new_config import Entry, config_text
from cdgen.repo import Repo
from cdgen.road.load import BUILT_IN
from cdgen.spec.settle import paved

if TYPE_CHECKING:
    from cdgen.cli.init import Answers

TAKEN_INSTEAD = {".dockerignore": "Dockerfile.dockerignore"}  # the builder prefers the ignore file that bears the Dockerfile's name
OWN = (".cdgen/", "cdgen.yaml")


class Draft(NamedTuple):
    """A generation together with the text of the cdgen.yaml that it follows; the text is None when the file is there already."""

    generation: app.Generation
    config: str | None


def draft(inspection: app.Inspection, given: Answers, answered: Mapping[str, str]) -> Draft:
    """Files of a repository, with a new cdgen.yaml where it has none. Raises InputError when nothing can be paved."""
    if inspection.config.path is not None:
        return Draft(app.generate(inspection), None)
    start = inspection
    if given.road or given.lines:
        start = app.reconsider(inspection, _text(tuple(_probe(_near(inspection), given)), given, {}, None).encode())
    services, _ = paved(_near(start), start.skipped, start.config._replace(services=()), start.folder)
    said = {**dict(given.asked), **answered}
    deploy = free_folder(inspection.repo, "deploy") if len(services) > 1 or services[0].directory != "." else None
    entries = tuple(_entry(service, inspection.repo, said, given, alone=len(services) == 1) for service in services)
    text = _text(entries, given, {}, deploy)
    generation = app.generate(app.reconsider(inspection, text.encode()))
    places = taken(generation)
    if places:
        text = _text(entries, given, places, deploy)
        generation = app.generate(app.reconsider(inspection, text.encode()))
    return Draft(generation, text)


def _near(inspection: app.Inspection) -> tuple[Service, ...]:
    """The services at or below the folder that was asked for: `init` in a service's folder paves that service."""
    prefix = "" if inspection.directory == "." else f"{inspection.directory}/"
    return tuple(each for each in inspection.services if f"{each.directory}/".startswith(prefix))


def _probe(services: tuple[Service, ...], given: Answers) -> Iterator[Entry]:
    """What the command line settles, before anything else is decided. It speaks of one service."""
    for service in services:
        yield Entry(service.directory, service.name, "", service.tier, None, given.lines if len(services) == 1 else ())


def _text(entries: tuple[Entry, ...], given: Answers, places: Mapping[str, str], deploy: str | None) -> str:
    shared = deploy if deploy != "deploy" else None
    return config_text(given.road or BUILT_IN, given.ci, entries, shared, places)


def _entry(service: Service, repo: Repo, said: Mapping[str, str], given: Answers, *, alone: bool) -> Entry:
    folder = free_folder(repo, service.path("deploy"))
    return Entry(
        path=service.directory,
        service=(alone and said.get("service")) or service.name,
        owner=said.get("owner", service.owner),
        tier=said.get("tier", service.tier),
        deploy=folder if folder != service.path("deploy") else None,
        settled=given.lines if alone else (),
    )


def free_folder(repo: Repo, folder: str) -> str:
    """The folder itself, or the first of its substitutes in which nobody has a file."""
    parent, _, name = folder.rpartition("/")
    prefix = f"{parent}/" if parent else ""
    names = (name, f"cdgen-{name}", *(f"cdgen-{name}-{number}" for number in range(2, 100)))
    return next(prefix + each for each in names if not repo.under(prefix + each) and not repo.has(prefix + each))


def taken(generation: app.Generation) -> dict[str, str]:
    """Path -> another place, for every file to be written whose path is a file of somebody else's."""
    repo = generation.inspection.repo
    found = {}
    for file in generation.files:
        if repo.has(file.path) and not file.path.startswith(OWN):
            folder, _, name = file.path.rpartition("/")
            prefix = f"{folder}/" if folder else ""
            found[file.path] = prefix + TAKEN_INSTEAD.get(name, f"cdgen-{name}")
    return found
