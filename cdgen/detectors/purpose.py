"""Projects that are built like a service and are none: documentation, an action for pipelines, a template of projects."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin
from cdgen.repo import Scope
from cdgen.repo.patterns import compiled

NAMES = r"(?i)^(?:docs?|documentation|docs?[-_](?:site|website)|(?:site|website)[-_]docs?)$"
PAGES = (".md", ".mdx", ".rst", ".adoc", ".mdoc")
LEAST_PAGES = 3  # a README and a change log do not make a folder one of documentation
GENERATORS = (  # settings of programs that make documentation and nothing else
    "{mkdocs.yml,mkdocs.yaml,conf.py,source/conf.py,book.toml,antora.yml,antora-playbook.yml,docusaurus.config.js,docusaurus.config.ts"
    ",.vitepress/config.*,.vuepress/config.*,docs.json,mint.json,theme.config.tsx}"
)
TEMPLATES = ("cookiecutter.json", "copier.yml", "copier.yaml", ".template.config/template.json")
IMAGE_OF_ACTION = r"(?m)^\s+using:\s*[\"']?docker\b"
CODE_OF_ACTION = r"(?m)^\s+using:\s*[\"']?node\d+"


def detect(scope: Scope) -> Iterator[Fact]:
    """What the whole folder is for, where its name and its files say it together."""
    name = scope.directory.rpartition("/")[2] if scope.directory != "." else scope.repo.name
    pages = [path for path in scope.files if path.endswith(PAGES)]
    made = scope.glob(GENERATORS)
    if compiled(NAMES).match(name) and (made or len(pages) >= LEAST_PAGES):
        place = scope.source((made or tuple(pages))[0])
        yield Fact(f.KIND, "docs", place, Origin.CODE, Confidence.DECLARED, "documentation, by the folder's name and its pages")
    for path in ("action.yml", "action.yaml"):
        text = scope.text(path) or ""
        if compiled(CODE_OF_ACTION).search(text) or compiled(IMAGE_OF_ACTION).search(text):
            place = scope.source(path, r"^\s+using:")
            yield Fact(f.KIND, "action", place, Origin.CODE, Confidence.DECLARED, "an action for pipelines")
    for path in (path for path in TEMPLATES if scope.has(path)):
        yield Fact(f.KIND, "template", scope.source(path), Origin.CODE, Confidence.DECLARED, "projects are made from it")
