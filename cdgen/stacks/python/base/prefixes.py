"""The path under which a router, blueprint, API object or URLconf is mounted: its own prefix and those of whoever includes it."""

from __future__ import annotations

from functools import lru_cache

from cdgen.repo import Scope
from cdgen.repo.patterns import compiled
from cdgen.stacks.python.base.expressions import arguments, keyword, positional
from cdgen.stacks.python.base.project import Project, read_project
from cdgen.stacks.python.base.sources import Module, is_commented, search

ROUTER = r"(?:APIRouter|Blueprint|APIBlueprint|Router|SmorestBlueprint|Namespace|RouteTableDef|InferringRouter)\("
API = r"(?:Api|RestApi|NinjaAPI|NinjaExtraAPI)\("  # Flask-RESTful, Flask-RESTX, Django Ninja
INCLUDES = r"(\w[\w.]*)\.(?:include_router|register_blueprint|add_namespace|add_routes|blueprint|add_router)\("
MAX_DEPTH = 4


def joined(prefix: str, path: str) -> str:
    plain = path.removesuffix("$").removeprefix("^").removesuffix("/?").removesuffix("?")
    return (
        "/"
        + "/".join(part.strip("/") for part in (prefix, plain) if part.strip("/"))
        + ("/" if plain.endswith("/") and len(plain) > 1 else "")
    )


def prefix_of(project: Project, module: Module, receiver: str, depth: int = 0) -> str | None:
    """What stands before the paths of a router: its own prefix and those of whoever mounts it; None when that cannot be known."""
    if depth > MAX_DEPTH:
        return None
    if not receiver:
        return _django_prefix(project, module)
    if "." in receiver:
        return ""
    home = _definition(project, module, receiver, ROUTER)
    if home is None:
        return _application_prefix(project, module, receiver, depth)
    owner, call = home
    given = keyword(call, "prefix", "url_prefix", "path")
    own = text_of(project, owner, given) if given else ""
    mounted = _mounted(project, owner, receiver, depth)
    return None if own is None or mounted is None else _both(mounted, own)


def _application_prefix(project: Project, module: Module, receiver: str, depth: int) -> str | None:
    """For what is no router: an API object with a prefix of its own, an application that another one mounts, or the root."""
    api = _definition(project, module, receiver, API)
    if api:
        owner, call = api
        given, on = keyword(call, "prefix"), positional(call, 0)
        own = text_of(project, owner, given) if given else ""
        outer = prefix_of(project, owner, on, depth + 1) if on and on.isidentifier() else ""
        return None if own is None or outer is None else _both(outer, own)
    mounted = rf"\.mount\(\s*[\"']([^\"']*)[\"']\s*,\s*(?:app\s*=\s*)?{receiver}\b"
    return next((match.group(1) for _, match in search(project.modules, mounted, ".mount(")), "")


def _both(first: str, second: str) -> str:
    return "/".join(part.strip("/") for part in (first, second) if part.strip("/"))


def _definition(project: Project, module: Module, name: str, kind: str) -> tuple[Module, tuple[str, ...]] | None:
    """The file and arguments of `name = APIRouter(...)`; None when it is the application itself, or something unknown."""
    pattern = rf"(?m)^[ \t]*{name}\s*(?::\s*[\w.]+\s*)?=\s*(?:[\w.]+\.)?{kind}"
    imported = compiled(rf"(?m)^[ \t]*from[ \t]+[\w.]+[ \t]+import\b[^#]{{0,1000}}?\b{name}\b").search(module.text)
    for where in (module, *(project.modules if imported else ())):
        match = compiled(pattern).search(where.text) if name in where.text and "(" in where.text else None
        if match:
            return where, arguments(where.text, match.end() - 1)
    return None


def _mounted(project: Project, owner: Module, name: str, depth: int) -> str | None:
    """The prefix under which a router is mounted; None when nobody is seen to mount it."""
    for module, receiver, router, given in _includes(project.scope, project.tool):
        if router.strip().rpartition(".")[2] != name and name not in module.text or not _means(module, router, owner, name):
            continue
        prefix = text_of(project, module, given) if given else ""
        outer = prefix_of(project, module, receiver, depth + 1)
        return None if prefix is None or outer is None else _both(outer, prefix)
    return "" if _is_looped(project, owner, name) else None


@lru_cache(maxsize=4)
def _includes(scope: Scope, tool: str) -> tuple[tuple[Module, str, str, str | None], ...]:
    """(file, who includes, what is included, prefix) of every router that another one or the application includes."""
    found: list[tuple[Module, str, str, str | None]] = []
    project = read_project(scope, tool)
    for module, match in search(project.modules, INCLUDES, "include_router", "blueprint", "add_namespace", "add_route"):
        parts = arguments(module.text, match.end() - 1)
        router = keyword(parts, "router", "blueprint") or positional(parts, 0)
        if router is not None:
            found.append((module, match.group(1).removesuffix(".router"), router, keyword(parts, "prefix", "url_prefix")))
    return tuple(found)


@lru_cache(maxsize=4)
def _loops(scope: Scope, tool: str) -> bool:
    """Whether routers are included one after another in a loop."""
    loop = r"for\s+(\w+)\s+in\s+[^\n]+:\s+[\w.]+\.(?:include_router|register_blueprint)\(\s*\1\b"
    return next(search(read_project(scope, tool).modules, loop, "include_router", "register_blueprint"), None) is not None


def _is_looped(project: Project, owner: Module, name: str) -> bool:
    """Whether a list names the router and something includes all of the list: `for each in (users.router, items.router): ...`."""
    if not _loops(project.scope, project.tool):
        return False
    listed = rf"[\[(,]\s*(?:{owner.stem}|{_folder(owner) or owner.stem})\.{name}\b|[\[(,]\s*{name}\s*[,\])]"
    return next(search(project.modules, listed, name), None) is not None


def _means(module: Module, expression: str, owner: Module, name: str) -> bool:
    """Whether an expression in a file is the router `name` that another file defines."""
    expression = expression.strip()
    if module is owner:
        return expression == name
    if "." in expression:
        head, _, last = expression.rpartition(".")
        return last == name and head.rpartition(".")[2] in (owner.stem, _folder(owner))
    if name not in module.text:
        return False
    imported = compiled(rf"(?m)^[ \t]*from[ \t]+([\w.]+)[ \t]+import[ \t]+\(?[^)\n]*?\b{name}(?:\s+as\s+(\w+))?").finditer(
        module.text
    )
    for match in imported:
        source = match.group(1).rpartition(".")[2]
        if expression == (match.group(2) or name) and source in (owner.stem, _folder(owner), ""):
            return True
    return False


def _folder(module: Module) -> str:
    return module.path.rpartition("/")[0].rpartition("/")[2]


def _django_prefix(project: Project, module: Module) -> str | None:
    """For a URLconf that others include: the path it is included under."""
    if "urlpatterns" not in module.text:
        return ""
    dotted = module.path.removesuffix(".py").replace("/", ".")
    tail = ".".join(dotted.split(".")[-2:])
    included = rf"\b(?:path|url)\(\s*r?[\"']\^?([\w/-]*)[\"']\s*,\s*include\(\s*\(?[\"'](?:[\w.]*\.)?{tail}[\"']"
    for other, match in search(project.modules, included, "include("):
        if other is not module:
            outer = _django_prefix(project, other)
            return None if outer is None else _both(outer, match.group(1))
    return ""


def text_of(project: Project, module: Module, expression: str | None) -> str | None:
    """The text that an expression stands for: a literal, a constant of this project, or an f-string of these."""
    if expression is None:
        return None
    literal = compiled(r"[rf]?[\"']([^\"']*)[\"']").fullmatch(expression.strip())
    if literal and "{" not in literal.group(1):
        return literal.group(1)
    if literal:
        parts = [text_of(project, module, name) for name in compiled(r"\{([^}]+)\}").findall(literal.group(1))]
        found = iter(part or "" for part in parts)
        return None if None in parts else compiled(r"\{[^}]+\}").sub(lambda _: next(found), literal.group(1))
    name = compiled(r"(?:[\w.]+\.)?(\w+)").fullmatch(expression.strip())
    if not name:
        return None
    pattern = compiled(rf"(?m)^[ \t]*{name.group(1)}\s*(?::\s*[\w.\[\]]+\s*)?=\s*[\"']([^\"']*)[\"']")
    for where in (module, *project.modules):
        match = pattern.search(where.text)
        if match and not is_commented(where.text, match.start(1)):
            return match.group(1)
    return None
