"""What a folder is that no stack claims: the answer about the folder that was asked for, never about what lies beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

from cdgen.detectors.dockerfile import detect, is_beside
from cdgen.model import facts as f
from cdgen.model.facts import FactSet, Source
from cdgen.model.service import Service, Skipped
from cdgen.repo import Scope
from cdgen.repo.patterns import compiled, matcher
from cdgen.spec.decide import choose

MOST = 5_000  # files that are sorted: a folder with more is told by its first ones
MOST_READ = 300  # YAML files that are opened to see what they are
SHARE = 3  # a class of files decides when it is this many times as large as all code beside it
DOCS_SHARE = 5  # a README explains code, and does not make it documentation
PICTURES = frozenset({"pictures"})  # many a page of code comes with more icons than files
ABOUT = matcher(
    "**/{LICENSE,LICENSE.*,LICENCE,NOTICE,CODEOWNERS,OWNERS,AUTHORS,MAINTAINERS,Makefile,VERSION,CNAME,.gitignore,.gitattributes,"
    ".gitkeep,.editorconfig,.dockerignore,.helmignore,.pre-commit-config.yaml,renovate.json,.markdownlint.json,.yamllint}"
)
HIDDEN = r"(?:^|/)\.(?:github|gitlab|circleci|vscode|idea|devcontainer|husky|cdgen|buildkite)/|(?:^|/)\.[\w.-]+(?:rc|ignore)$"
COMPOSE = matcher("**/{compose,docker-compose}{,.*,-*}.{yml,yaml}")
# endings -> class; a class is what a folder of such files is for
ENDINGS: tuple[tuple[str, str], ...] = (
    ("documents", r"(?i)\.(?:md|mdx|markdown|rst|adoc|asciidoc|txt|pdf|tex|org|docx?|pptx?|drawio|puml|plantuml|mmd)$"),
    ("pictures", r"(?i)\.(?:png|jpe?g|gif|svg|webp|ico|mp4|webm)$"),
    ("Terraform", r"\.(?:tf|tfvars|tf\.json|hcl)$|(?:^|/)\.terraform\.lock\.hcl$"),
    ("Bicep", r"\.bicep$"),
    ("templates", r"\.(?:tmpl|tpl|j2|jinja2?|gotmpl|mustache|hbs|ejs|erb|njk)$"),
    ("API definitions", r"\.(?:proto|graphqls?|avsc|thrift|wsdl|xsd|raml|smithy)$"),
    ("SQL", r"\.(?:sql|ddl)$"),
    ("load tests", r"\.jmx$"),
    (
        "code",
        r"\.(?:go|py|ipynb|rb|php|java|kts?|scala|groovy|cs|fs|vb|rs|exs?|erl|hs|clj|swift|dart|zig|cr|nim|lua|pl|pm|r|R|jl|ml|c|cc|cpp|cxx"
        r"|h|hpp|m|mm|js|jsx|mjs|cjs|ts|tsx|vue|svelte|sol|html?|css|scss)$",
    ),
    ("scripts", r"\.(?:sh|bash|zsh|ps1|bat|cmd|fish)$"),
)
NAMED: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("Helm charts", matcher("**/{Chart.yaml,helmfile.yaml,helmfile.yaml.gotmpl}")),
    ("Kubernetes manifests", matcher("**/{kustomization.yaml,kustomization.yml,skaffold.yaml,devspace.yaml,okteto.yml}")),
    ("Ansible", matcher("**/{ansible.cfg,playbook.yml,site.yml,galaxy.yml,requirements.galaxy.yml}")),
    ("Pulumi", matcher("**/Pulumi.yaml")),
    ("virtual machines", matcher("**/{Vagrantfile,cloud-init.yaml,*.pkr.hcl}")),
)
INFRASTRUCTURE = frozenset(
    {"compose files", "Kubernetes manifests", "Helm charts", "Terraform", "Bicep", "Ansible", "Pulumi", "CloudFormation"}
    | {"virtual machines", "monitoring"}
)
# class -> kind, in the order in which they are asked
KINDS: tuple[tuple[str, frozenset[str]], ...] = (
    ("infrastructure", INFRASTRUCTURE),
    ("template", frozenset({"templates"})),
    ("api-definition", frozenset({"API definitions"})),
    ("database-schema", frozenset({"SQL"})),
    ("load-generator", frozenset({"load tests"})),
    ("docs", frozenset({"documents", "pictures"})),
)
YAML_KINDS: tuple[tuple[str, str], ...] = (
    ("Kubernetes manifests", r"(?m)^apiVersion:\s*[\w./-]+[\s\S]*^kind:\s*\w|^kind:\s*\w+[\s\S]*^apiVersion:"),
    ("CloudFormation", r"(?m)^AWSTemplateFormatVersion:|^Transform:\s*[\"']?AWS::Serverless"),
    ("API definitions", r"(?m)^(?:openapi|swagger|asyncapi):\s*[\"']?\d"),
    ("Ansible", r"(?m)^-\s+(?:hosts|import_playbook):"),
    ("monitoring", r"(?m)^(?:scrape_configs|receivers|groups|route):"),
)
NOTHING = "there is nothing for `cdgen init` to pave in this folder"
OF_KIND = {
    "infrastructure": f"{NOTHING}: it belongs to the services that it deploys",
    "action": f"{NOTHING}: an action is released by a tag, not deployed",
    "template": f"{NOTHING}: what is made from it is inspected where it is made",
}


class Folder(NamedTuple):
    """`kind` None and `is_service` None: it cannot be seen what it is. `advice` says what `init` can do there."""

    kind: str | None
    is_service: bool | None
    has_dockerfile: bool
    reason: str
    sources: tuple[Source, ...]
    advice: str
    image: str | None = None  # its own Dockerfile, and what that says of the image of what lies below
    port: int | None = None
    start: str | None = None


def folder(scope: Scope, services: tuple[Service, ...], skipped: tuple[Skipped, ...]) -> Folder:
    """The answer about the folder of `scope`, which is none of `services`. Nothing that can be seen is `null`, not "no"."""
    answer = _answer(scope, services, skipped)
    if answer.kind not in (None, "monorepo-root"):  # a template's Dockerfile, or one for documentation, makes no image of programs
        return answer
    seen = FactSet(detect(scope))
    made = choose(f.DOCKERFILE, seen).value
    others = tuple(f"{service.directory}/" for service in services)
    if made is None or not is_beside(made.path, scope.directory) or made.path.startswith(others):
        return answer
    return answer._replace(image=made.path, port=choose(f.PORT, seen).value, start=choose(f.START, seen).value)


def _answer(scope: Scope, services: tuple[Service, ...], skipped: tuple[Skipped, ...]) -> Folder:
    docker = any(compiled(r"^(?:Dockerfile|Containerfile)(?:\.[\w-]+)?$|^[\w-]+\.Dockerfile$").match(path) for path in scope.files)
    broken = next((each for each in skipped if each.directory == scope.directory), None)
    if broken:
        return Folder(None, None, docker, broken.reason, (broken.source,) if broken.source else (), NOTHING)
    kind, reason, sources = _kind(scope)
    if services and kind not in ("action", "template"):
        names = ", ".join(service.directory for service in services[:5]) + (", …" if len(services) > 5 else "")
        why = f"it holds projects and is none itself: {names}"
        served = sum(service.is_service for service in services)
        advice = f"`cdgen init` looks at the services below it ({served})" if served else NOTHING
        own = None if docker else "monorepo-root"
        found = sources if docker else tuple(Source(service.directory) for service in services[:4])
        return Folder(own, None if docker else False, docker, why, found, advice)
    if kind is None:
        return Folder(None, None, docker, reason, sources, NOTHING)
    return Folder(kind, False, docker, reason, sources, OF_KIND.get(kind, NOTHING))


def _kind(scope: Scope) -> tuple[str | None, str, tuple[Source, ...]]:
    for name in ("action.yml", "action.yaml"):
        if scope.has(name) and compiled(r"(?m)^runs:").search(scope.text(name) or ""):
            return "action", f"{name}: an action for pipelines", (scope.source(name, r"^runs:"),)
    for name in ("cookiecutter.json", "copier.yml", "copier.yaml", ".template.config/template.json"):
        if scope.has(name):
            return "template", f"{name}: projects are made from it", (scope.source(name),)
    if scope.has("Dockerfile") and (line := scope.repo.find_line(scope.path("Dockerfile"), r"\{\{|\{%|<%")):
        return "template", "its Dockerfile is a template", (scope.line("Dockerfile", line),)
    classes, first = _sorted(scope)
    return _of_files(classes, first, scope)


def _of_files(classes: Counter[str], first: dict[str, Source], scope: Scope) -> tuple[str | None, str, tuple[Source, ...]]:
    """By what most files are: what has no code worth the name is no program."""
    code = classes["code"]
    for kind, names in KINDS:
        count = sum(classes[name] for name in names - PICTURES) or (0 if code else sum(classes[name] for name in names))
        if not count or count < (DOCS_SHARE if kind == "docs" else SHARE) * code:
            continue
        if kind != "infrastructure" and scope.has("Dockerfile"):
            continue
        found = [name for name in sorted(names, key=lambda name: -classes[name]) if classes[name]]
        listed = ", ".join(f"{name} ({classes[name]})" for name in found)
        return kind, f"nothing but {listed}" if not code else f"mostly {listed}", tuple(first[name] for name in found[:4])
    if code:
        return None, "it holds code, but no build file that cdgen knows", (first["code"],)
    if scope.has("Dockerfile"):
        return None, "it holds a Dockerfile, and nothing that says what runs in it", (scope.source("Dockerfile"),)
    return None, "it holds nothing that cdgen knows", ()


def _sorted(scope: Scope) -> tuple[Counter[str], dict[str, Source]]:
    classes: Counter[str] = Counter()
    first: dict[str, Source] = {}
    for path, name in _named(scope):
        classes[name] += 1
        first.setdefault(name, scope.line(path, 0))
    return classes, first


def _named(scope: Scope) -> Iterator[tuple[str, str]]:
    """Every file with its class; files about the repository itself count for nothing."""
    read = 0
    for path in scope.files[:MOST]:
        if ABOUT(path) or compiled(HIDDEN).search(path):
            continue
        name = next((name for name, match in NAMED if match(path)), None)
        name = "compose files" if name is None and COMPOSE(path) else name
        if name is None and path.endswith((".yml", ".yaml")) and read < MOST_READ:
            read += 1
            name = _of_yaml(path, scope)
        name = name or next((name for name, pattern in ENDINGS if compiled(pattern).search(path)), None)
        if name:
            yield path, name


def _of_yaml(path: str, scope: Scope) -> str | None:
    if "/templates/" in f"/{path}" and any(scope.has(f"{folder}Chart.yaml") for folder in _above_templates(path)):
        return "Helm charts"
    if compiled(r"(?:^|/)roles/[\w.-]+/(?:tasks|handlers|defaults|vars|meta)/").search(path):
        return "Ansible"
    text = (scope.text(path) or "")[:20_000]
    return next((name for name, pattern in YAML_KINDS if compiled(pattern).search(text)), None)


def _above_templates(path: str) -> tuple[str, ...]:
    before = path[: f"/{path}".index("/templates/")]
    return (f"{before.rstrip('/')}/" if before else "",)
