"""What PHP with and without Composer share: the order in which the subjects are asked."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model.facts import Fact
from cdgen.repo import Scope
from cdgen.stacks.php import backing, commands, environment, frameworks, image, routes, server, versions
from cdgen.stacks.php.project import Project
from cdgen.stacks.php.sources import Sources


def shared_facts(scope: Scope, project: Project | None) -> Iterator[Fact]:
    sources = Sources(scope, project.root if project else "")
    known = frameworks.know(project, sources)
    yield from versions.version_facts(scope, project)
    yield from frameworks.framework_facts(project, known, sources)
    yield from frameworks.kind_facts(project, known, sources)
    yield from frameworks.protocol_facts(project, known, sources)
    yield from server.port_facts(sources)
    yield from routes.route_facts(known, sources)
    yield from commands.command_facts(project, known, sources)
    yield from backing.backing_facts(project, known, sources)
    if project is not None:
        yield from backing.migration_facts(project, sources)
    yield from backing.integration_facts(sources)
    yield from environment.env_facts(sources)
    yield from environment.call_facts(sources)
    yield from image.image_facts(project, known, sources)
