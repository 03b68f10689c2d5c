"""Folders that hold nothing but a Dockerfile over published software: a database with its seed, a broker, a proxy, a monitor."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin
from cdgen.repo import Repo, Scope
from cdgen.stacks.base import Candidate, no_image, no_toolchain
from cdgen.stacks.published import published, server_facts
from cdgen.stacks.site.base import is_pages

id = "published-image"
family = "image"
title = "An image of published software"
paved = False
toolchain = no_toolchain
image = no_image


def detect(repo: Repo) -> Iterator[Candidate]:
    """Folders with such a Dockerfile and no build file; plain pages behind a web server are a site."""
    from cdgen.stacks import build_files

    for path in repo.glob("**/Dockerfile"):
        directory = path.rpartition("/")[0] or "."
        if any("/" not in name and name.endswith(build_files()) for name in Scope(repo, directory).files):
            continue
        what = published(repo, directory)
        if what and not (what.kind == "static-site" and is_pages(repo, directory)):
            yield Candidate(id, directory, what.source, 2)


def facts(scope: Scope) -> Iterator[Fact]:
    """What runs in the image: its kind; of a web server its name and its usual port."""
    what = published(scope.repo, scope.directory)
    if what is None:
        return
    yield Fact(f.KIND, what.kind, what.source, Origin.DOCKERFILE, Confidence.DECLARED, what.note)
    yield from server_facts(what)
    if what.kind == "static-site" and any(f"/{path}".endswith("/index.html") for path in scope.files):
        yield Fact(f.HEALTH_PATH, "/", what.source, Origin.LAYOUT, Confidence.INFERRED, "index.html answers it")
