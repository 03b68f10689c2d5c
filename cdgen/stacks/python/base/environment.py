"""Environment variables that code reads, required or with a default."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin
from cdgen.repo.patterns import compiled
from cdgen.repo.variables import variable
from cdgen.stacks.python.base.expressions import arguments, keyword, positional
from cdgen.stacks.python.base.project import Project
from cdgen.stacks.python.base.sources import Module, search, search_each

NAME = r"[\"']([A-Z][A-Z0-9_]*)[\"']"
GET = {"environ.get": rf"environ\.get(\()\s*{NAME}", "getenv": rf"getenv(\()\s*{NAME}"}
INDEX = rf"environ\s*\[\s*{NAME}\s*\](?!\s*=(?!=))"
# python-decouple, environs, django-environ, starlette: a call without a default fails when the variable is absent
CALLED = rf"\b(?:config|env(?:\.\w+)?|decouple\.config)(\()\s*{NAME}"
SETTINGS = r"(?m)^class\s+(\w+)\((?:[\w.,\s]*\b)?(?:BaseSettings|\w*Settings)\b[^)]*\):\n((?:[ \t]+.*\n|\s*\n)*)"
FIELD = r"(?m)^    ([A-Za-z]\w*)\s*:\s*([^=\n#]+?)\s*(?:=\s*([^\n]+))?$"
NEARBY = 4000  # characters before a place in which its `try` is looked for
# set by the interpreter, the shell or the platform: nothing that somebody has to configure
GIVEN = frozenset(
    [
        "PATH",
        "HOME",
        "PWD",
        "USER",
        "SHELL",
        "LANG",
        "TERM",
        "TMPDIR",
        "HOSTNAME",
        "PYTHONPATH",
        "CI",
        "DJANGO_SETTINGS_MODULE",
        "VIRTUAL_ENV",
    ]
)


def environment_facts(project: Project) -> Iterator[Fact]:
    for module, match in search(project.modules, INDEX, "environ"):
        if _is_process(module, match.start()):
            needed = not _is_caught(module, match.start())
            yield from _fact(project, module, match.start(), match.group(1), None, required=needed)
    for module, match in search_each(project.modules, GET):
        if not _is_process(module, match.start()):
            continue
        parts = arguments(module.text, match.start(1))
        default = keyword(parts, "default") or positional(parts, 1)
        yield from _fact(project, module, match.start(), match.group(2), default, required=False)
    for module, match in search(project.modules, CALLED, "environs", "decouple", "environ", "starlette"):
        if _reads_environment(module):
            parts = arguments(module.text, match.start(1))
            default = keyword(parts, "default") or positional(parts, 1)
            yield from _fact(project, module, match.start(), match.group(2), default, required=default is None)
    yield from _settings(project)


def _is_process(module: Module, at: int) -> bool:
    """Whether `environ` is the process's: a WSGI application calls its request so, too."""
    before = module.text[max(0, at - 3) : at]
    if before.endswith(("os.", "_os.")):
        return True
    imported = "from os import" in module.text
    return imported and not before[-1:].isidentifier() and before[-1:] != "."


def _is_caught(module: Module, at: int) -> bool:
    """Whether a `try` around the place catches the missing key."""
    lines = module.text[max(0, at - NEARBY) : at].split("\n")
    depth = _indent(lines[-1])
    for line in reversed(lines[:-1]):
        if line.strip() and _indent(line) < depth:
            depth = _indent(line)
            if line.strip() == "try:":
                caught = compiled(rf"(?m)^ {{{depth}}}except\b(.*):\s*(.*)").search(module.text, at)
                ends = caught is not None and compiled(r"raise\b|(?:sys\.)?exit\(").match(caught.group(2)) is not None
                return caught is not None and not ends and compiled(r"^\s*$|KeyError|Exception").search(caught.group(1)) is not None
        if depth == 0:
            break
    return False


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _reads_environment(module: Module) -> bool:
    return (
        compiled(r"(?m)^[ \t]*(?:from|import)\s+(?:environs|decouple|environ|starlette\.config)\b").search(module.text) is not None
    )


def _settings(project: Project) -> Iterator[Fact]:
    """Fields of pydantic settings classes; the prefix of their configuration stands before each name."""
    for module, match in search(project.modules, SETTINGS, "BaseSettings"):
        body = match.group(2)
        prefix = compiled(r"env_prefix\s*=\s*[\"'](\w+)[\"']").search(body)
        for field in compiled(FIELD).finditer(body):
            name, annotation, default = field.groups()
            if name in ("model_config", "class") or "ClassVar" in annotation:
                continue
            alias = compiled(r"(?:validation_alias|alias|env)\s*=\s*[\"'](\w+)[\"']").search(default or "")
            named = alias.group(1) if alias else f"{prefix.group(1) if prefix else ''}{name}"
            given = _field_default(default)
            optional = (
                given is not None
                or compiled(r"\bOptional\b|\|\s*None|\bNone\s*\|").search(annotation) is not None
                and default is not None
            )
            yield from _fact(project, module, match.start(2) + field.start(), named.upper(), given, required=not optional)


def _field_default(text: str | None) -> str | None:
    """The default of a field; `Field(...)` and an absent one are none."""
    if text is None or text.strip() == "...":
        return None
    call = compiled(r"(?:pydantic\.)?Field(\()").match(text)
    if not call:
        return text.split("  #")[0].strip()
    parts = arguments(text, call.start(1))
    given = keyword(parts, "default", "default_factory") or positional(parts, 0)
    return None if given in (None, "...") else given


def _fact(project: Project, module: Module, at: int, name: str, default: str | None, *, required: bool) -> Iterator[Fact]:
    if name in GIVEN or not name.isidentifier():
        return
    literal = compiled(r"[rbu]?[\"']([^\"'\n{}]*)[\"']|(-?\d+(?:\.\d+)?|True|False)").fullmatch((default or "").strip())
    value = next((part for part in literal.groups() if part is not None), None) if literal else None
    found = variable(name, value, required=required)
    if value and compiled(r"://[^/\s:@]*:[^/\s@]+@").search(value):  # an address with a password in it
        found = found._replace(default=None, secret=True)
    place = project.scope.line(module.path, module.line(at))
    yield Fact(f.ENV, found, place, Origin.CODE, Confidence.DECLARED, "read from the environment")
