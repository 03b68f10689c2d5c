"""Words by which a repository says how large its process may be: flags and variables of runtimes and servers."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model.facts import ResourceHint
from cdgen.repo.patterns import compiled

VALUE = r"(\$\{?\w+(?::-\w+)?\}?|[\d.]+\w*)"
# name -> pattern whose last group is the value
WORDS: tuple[tuple[str, str], ...] = (
    ("jvm.heap", r"-Xmx(\d+[kKmMgG]?)\b"),
    ("jvm.heap", r"-XX:MaxRAMPercentage=([\d.]+)"),
    ("node.heap", r"--max[-_]old[-_]space[-_]size[= ](\d+)"),
    ("go.memory", r"\bGOMEMLIMIT[\"']?\s*[=:]\s*[\"']?(\d+\w*)"),
    ("go.threads", r"\bGOMAXPROCS[\"']?\s*[=:]\s*[\"']?(\d+)"),
    ("workers", rf"\b(?:gunicorn|uvicorn|hypercorn|granian)\b[^\n|;&]*?\s[\"',]*(?:--workers|-w)[\"',]*[= ]\s*[\"']?{VALUE}"),
    ("threads", rf"\bgunicorn\b[^\n|;&]*?\s[\"',]*--threads[\"',]*[= ]\s*[\"']?{VALUE}"),
    ("workers", rf"\b(?:puma|unicorn)\b[^\n|;&]*?\s[\"',]*(?:--workers|-w)[\"',]*[= ]\s*[\"']?{VALUE}"),
    ("workers", r"\bpm2(?:-runtime)?\b[^\n|;&]*?\s(?:-i|--instances)[= ](\d+|max)"),
    ("workers", rf"\buwsgi\b[^\n|;&]*?\s(?:-p|--processes|--workers)[= ]{VALUE}"),
    ("workers", r"\bWEB_CONCURRENCY[\"']?\s*[=:]\s*[\"']?(\d+)"),
    ("threads", r"\bRAILS_MAX_THREADS[\"']?\s*[=:]\s*[\"']?(\d+)"),
)
LONGEST = 4_000  # characters of a line that a person wrote


def hints(text: str) -> Iterator[tuple[ResourceHint, str]]:
    """What a line of a command, or of a setting, says; with the words that say it."""
    if len(text) > LONGEST:
        return
    for name, pattern in WORDS:
        for match in compiled(pattern).finditer(text):
            yield ResourceHint(name, match.group(match.lastindex or 1)), match.group(0)[-60:]
