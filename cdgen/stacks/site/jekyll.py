"""Jekyll without a Gemfile, as GitHub Pages builds it: recognised, not paved."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Framework, Origin
from cdgen.repo import Repo, Scope
from cdgen.stacks.base import Candidate, no_image, no_toolchain
from cdgen.stacks.site.base import FAMILY, first_of, inside, served

id = "jekyll"
family = FAMILY
title = "Jekyll"
paved = False
toolchain = no_toolchain
image = no_image

CONFIG = "_config.yml"
PAGES = ("index.md", "index.markdown", "index.html", "README.md")


def detect(repo: Repo) -> Iterator[Candidate]:
    """With a Gemfile the site is a Ruby project, and the family of that language speaks for it."""
    for path in repo.glob(f"**/{CONFIG}"):
        directory = path.rpartition("/")[0] or "."
        laid_out = any(repo.under(inside(directory, name)) for name in ("_layouts", "_posts", "_includes", "_data"))
        if not repo.has(inside(directory, "Gemfile")) and (laid_out or first_of(repo, directory, PAGES)):
            yield Candidate(id, directory, repo.source(path), 1)


def facts(scope: Scope) -> Iterator[Fact]:
    place = scope.source(CONFIG)
    yield from served(place, "pages that Jekyll makes")
    yield Fact(f.FRAMEWORK, Framework("jekyll", None), place, Origin.CONFIG, Confidence.DECLARED, CONFIG)
    yield Fact(f.BUILD_TOOL, "jekyll", place, Origin.MANIFEST, Confidence.INFERRED, CONFIG)
