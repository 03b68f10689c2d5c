"""Templates as code: compiled by Jinja once, then kept beside Python's own compiled modules and by the same rules: never required,
never written where it must not be, made again when its source has changed.
"""

from __future__ import annotations

import marshal
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cdgen.errors import DefectError
from cdgen.render.guards import Kind

if TYPE_CHECKING:
    from jinja2 import Environment, nodes

KEPT = Path(__file__).resolve().parent / "__pycache__"
FORM = b"1"  # to be changed with the runtime: older code is compiled again
DELIMITERS = {
    "block_start_string": "<%",
    "block_end_string": "%>",
    "variable_start_string": "<%=",
    "variable_end_string": "%>",
    "comment_start_string": "<%#",
    "comment_end_string": "%>",
}  # nothing that we emit uses them: ${{ }}, $[[ ]], {{ }}, ${#a[@]}, [[ ]], << all pass untouched
DIGEST = 16


def code_of(name: str, folder: Path, kind: Kind) -> Any:
    """The code of a template that lies in a folder. Raises FileNotFoundError, or DefectError with the line of a syntax error."""
    source = (folder / name).read_bytes()
    kept = KEPT / f"{_digest(str(folder).encode()).hex()[:8]}-{name.replace('/', '-')}.{sys.implementation.cache_tag}.pyc"
    wanted = _digest(FORM, kind.name.encode(), source)
    code = _load(kept, wanted)
    if code is None:
        code = _compile(source.decode(), name, str(folder / name), kind)
        if not sys.dont_write_bytecode:
            _keep(kept, wanted, marshal.dumps(code))
    return code


def _digest(*parts: bytes) -> bytes:
    try:
        from _blake2 import blake2b
    except ImportError:
        from hashlib import blake2b
    return blake2b(b"\0".join(parts), digest_size=DIGEST).digest()


def _load(kept: Path, wanted: bytes) -> Any:
    """The code when the file holds exactly what was kept for this source, else None."""
    try:
        data = kept.read_bytes()
    except OSError:
        return None
    source, body, code = data[:DIGEST], data[DIGEST : 2 * DIGEST], data[2 * DIGEST :]
    return marshal.loads(code) if source == wanted and body == _digest(code) else None  # noqa: S302  (as trusted as a .pyc)


def _keep(kept: Path, wanted: bytes, code: bytes) -> None:
    """Best effort: a read-only installation compiles again next time."""
    temporary = kept.with_name(f"{kept.name}.{os.getpid()}")
    with suppress(OSError):
        temporary.write_bytes(wanted + _digest(code) + code)
        temporary.replace(kept)


def _compile(source: str, name: str, path: str, kind: Kind) -> Any:
    from jinja2 import TemplateAssertionError, TemplateSyntaxError

    environment = compiler(kind)
    try:
        tree = environment.parse(source, name)
        _require_known(tree, name)
        text: str = environment.compile(tree, name, path, raw=True)
    except (TemplateSyntaxError, TemplateAssertionError) as problem:
        raise DefectError(f"{problem.message}", where=f"templates/{name}:{problem.lineno}") from problem
    _, _, rest = text.partition("\n")  # the import of Jinja's runtime; an empty line keeps the numbering
    return compile("\n" + rest, path, "exec")


def _require_known(tree: nodes.Template, name: str) -> None:
    """Raise DefectError for a statement that the runtime does not have."""
    from jinja2 import nodes

    known = (nodes.Output, nodes.For, nodes.If, nodes.Include, nodes.Macro)
    for statement in tree.find_all(nodes.Stmt):
        if not isinstance(statement, known) or (isinstance(statement, nodes.For) and statement.recursive):
            kind = type(statement).__name__.lower()
            raise DefectError(f"a template has no {kind}", where=f"templates/{name}:{statement.lineno or 1}")


def compiler(kind: Kind) -> Environment:
    """Jinja, with the guard of one kind and nothing built in: what is not there cannot be used to get round the guard."""
    from jinja2 import Environment

    environment = Environment(
        **DELIMITERS,  # type: ignore[arg-type]
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=True,
        finalize=kind.guard,
    )
    environment.filters, environment.tests, environment.globals = dict(kind.filters), {}, {}
    return environment
