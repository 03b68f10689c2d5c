"""Projects that are built like a service and are none: documentation, an action, a template of projects, what makes load."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin
from cdgen.repo import Scope
from cdgen.repo.patterns import compiled

NAMES = r"(?i)^(?:docs?|documentation|docs?[-_](?:site|website)|(?:site|website)[-_]docs?)$"
ABOUT = r"(?:[-_.]|(?<=[a-z\d])(?=D))[Dd]oc(?:s|umentation)$"  # a repository that is called after what its pages are about
PAGES = (".md", ".mdx", ".rst", ".adoc", ".mdoc")
LEAST_PAGES = 3  # a README and a change log do not make a folder one of documentation
GENERATORS = (  # settings of programs that make documentation and nothing else
    "{mkdocs.yml,mkdocs.yaml,conf.py,source/conf.py,book.toml,antora.yml,antora-playbook.yml,docusaurus.config.js,docusaurus.config.ts"
    ",.vitepress/config.*,.vuepress/config.*,docs.json,mint.json,theme.config.tsx}"
)
SITES = "{hugo.toml,hugo.yaml,config.toml,_config.yml,config/_default/*.toml,eleventy.config.*,.eleventy.js,astro.config.*}"
TEMPLATES = ("cookiecutter.json", "copier.yml", "copier.yaml", ".template.config/template.json")
IMAGE_OF_ACTION = r"(?m)^\s+using:\s*[\"']?docker\b"
CODE_OF_ACTION = r"(?m)^\s+using:\s*[\"']?node\d+"
# how a README says of its program that it makes the requests of others
MAKES_LOAD = (
    r"(?i)\bsimulat(?:es?|ing)\b[^.]{0,60}\b(?:load|traffic|requests?|users?|customers?|visitors?|shoppers?|orders?|clients?)\b"
    r"|\bgenerat(?:es?|ing)\b[^.]{0,40}\b(?:load|traffic|requests)\b|\b(?:load|traffic)[- ]generator\b"
)
READ = 40  # lines of a README in which its first paragraph is looked for


def detect(scope: Scope) -> Iterator[Fact]:
    """What the whole folder is for, where its name and its files say it together."""
    name = scope.directory.rpartition("/")[2] if scope.directory != "." else scope.repo.name
    pages = [path for path in scope.files if path.endswith(PAGES)]
    made = scope.glob(GENERATORS)
    named = bool(compiled(NAMES).match(name)) and bool(made or len(pages) >= LEAST_PAGES)
    made = made or scope.glob(SITES)
    if named or (compiled(ABOUT).search(name) and made and len(pages) >= LEAST_PAGES and not scope.has("Dockerfile")):
        place = scope.source((made or tuple(pages))[0])
        yield Fact(f.KIND, "docs", place, Origin.CODE, Confidence.DECLARED, "documentation, by the folder's name and its pages")
    yield from _makes_load(scope)
    for path in ("action.yml", "action.yaml"):
        text = scope.text(path) or ""
        if compiled(CODE_OF_ACTION).search(text) or compiled(IMAGE_OF_ACTION).search(text):
            place = scope.source(path, r"^\s+using:")
            yield Fact(f.KIND, "action", place, Origin.CODE, Confidence.DECLARED, "an action for pipelines")
    for path in (path for path in TEMPLATES if scope.has(path)):
        yield Fact(f.KIND, "template", scope.source(path), Origin.CODE, Confidence.DECLARED, "projects are made from it")


def _makes_load(scope: Scope) -> Iterator[Fact]:
    """The first sentence of its README, for a program that listens nowhere: whether it does is not known here."""
    for number, line in enumerate(scope.lines("README.md")[:READ], 1):
        if not line[:1].isalpha():
            continue
        if compiled(MAKES_LOAD).search(line.partition(". ")[0]):
            place = scope.line("README.md", number)
            yield Fact(f.KIND, "load-generator", place, Origin.DOCS, Confidence.DEFAULT, "its README says that it makes load")
        return
