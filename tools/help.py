"""The text of `cdgen --help`, kept as data: the front door prints it without loading the parser."""

from __future__ import annotations

import io
import os
from contextlib import redirect_stdout
from unittest.mock import patch

PATH = "cdgen/data/help.txt"


def help_text() -> str:
    """What the command line prints on a terminal of 80 columns."""
    from cdgen.cli.main import run

    out = io.StringIO()
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("CDGEN_", "_TYPER"))}
    with patch.dict(os.environ, {**plain, "COLUMNS": "80"}, clear=True), redirect_stdout(out):
        code = run(["--help"])
    if code:
        raise RuntimeError(f"cdgen --help ended with {code}")
    return out.getvalue()
