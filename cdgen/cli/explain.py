"""`cdgen explain`: value, why, evidence."""

from __future__ import annotations

from pathlib import Path

from cdgen import app
from cdgen.errors import InputError
from cdgen.report.console import Console


def explain(directory: Path, console: Console, subject: str, *, output_format: str = "text") -> int:
    """Print the explanation of a place, a field, a gate or a rule. Raises InputError for anything else."""
    from cdgen.report.explain import explain as ask
    from cdgen.report.explain import subjects

    generation = app.generate(app.inspect(directory, whole=True))
    answer = ask(subject, generation)
    if answer is None:
        from difflib import get_close_matches

        near = get_close_matches(subject, subjects(generation), 1)
        raise InputError(
            f"`{subject}` is no file cdgen owns, no field, no gate and no rule" + (f"; did you mean `{near[0]}`?" if near else ""),
            hint=f"cdgen explain {near[0]}" if near else "cdgen explain port, cdgen explain unit, cdgen explain FILE:LINE",
        )
    if output_format == "json":
        import json

        console.result(json.dumps({"format": 1, "title": answer.title, "rows": [list(row) for row in answer.rows]}, indent=2))
        return 0
    console.result(console.style(answer.title, "bold"))
    for label, text in answer.rows:
        console.result(f"{label:<10} {text}".rstrip() if label else text)
    return 0
