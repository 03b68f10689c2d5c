"""How many commands of real repositories cdgen reads right: `python -m tools.measure_commands CLONES`.

CLONES holds one clone per repository, called `owner+name`. The expected answers and what "equal" means: `tests/data/README.md`.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any, NamedTuple

from cdgen import app
from cdgen.model.service import Service

TABLE = Path(__file__).parent.parent / "tests" / "data" / "expected_commands.jsonl"
STEPS = ("install", "lint", "test", "build", "start")
CHATTER = frozenset((
    "-B", "--batch-mode", "-q", "-ntp", "--no-transfer-progress", "--no-daemon", "--stacktrace", "--no-cache-dir", "--no-audit",
    "--no-fund", "--prefer-offline", "-v",
))  # fmt: skip
OUTPUT = {
    "go build": (
        r"-o \S+",
        r"-ldflags[= ](?:'[^']*'|\"[^\"]*\"|\S+)",
        r"-gcflags[= ]\S+",
        "-trimpath",
        r"-a\b",
        r"-installsuffix \S+",
    ),
    "go test": ("-race", r"-count=\S+", r"-coverprofile[= ]\S+", r"-covermode[= ]\S+"),
}
SAME = ((r"\bpip3\b", "pip"), (r"\bpython3\b", "python"), (r"\.\./mvnw", "./mvnw"), (r"\.\./gradlew", "./gradlew"))


class Answer(NamedTuple):
    repository: str
    path: str
    step: str
    expected: tuple[str | None, ...]
    got: str | None

    @property
    def is_right(self) -> bool:
        return normal(self.got) in {normal(each) for each in self.expected}


def normal(command: str | None) -> tuple[str, ...] | None:
    """A command without what does not count, as words; those of Maven and Gradle in alphabetical order."""
    if command is None:
        return None
    text = re.sub(r"^(?:cd \S+ && )", "", command.strip())
    text = re.sub(r"^(?:[A-Z_][A-Z0-9_]*=\S+ )+", "", text)
    for pattern, replacement in SAME:
        text = re.sub(pattern, replacement, text)
    text = re.sub(r"(?:--file|-f) (?:\.\./)?pom\.xml|-[fp] \.\.(?= |$)|--console=\S+", "", text)
    for start, patterns in OUTPUT.items():
        if text.startswith(start):
            for pattern in patterns:
                text = re.sub(rf"(?:^|\s){pattern}", "", text)
    words = [word for word in text.split() if word not in CHATTER]
    is_jvm = bool(re.match(r"(?:\./)?(?:mvnw?|gradlew?)\b", text))
    return (words[0], *sorted(words[1:])) if is_jvm and words else tuple(words)


def answers(row: dict[str, Any], clones: Path) -> list[Answer]:
    """One per step; one in all for a row whose stack has to be refused."""
    root = clones / row["repo"].replace("/", "+")
    inspection = app.inspect(root / row["path"])
    service = next((each for each in inspection.services if each.directory == row["path"]), None)
    if row["unsupported"]:
        refused = service is None or bool(service.unsupported)
        return [Answer(row["repo"], row["path"], "unsupported", (row["unsupported"],), row["unsupported"] if refused else "paved")]
    found = []
    for step in STEPS:
        expected = (row["commands"][step], *row["accept"].get(step, []))
        found.append(Answer(row["repo"], row["path"], step, expected, command(service, step)))
    return found


def command(service: Service | None, step: str) -> str | None:
    value: str | None = getattr(service.commands, step) if service else None
    return value


def main(arguments: list[str]) -> int:
    clones = Path(arguments[0])
    rows = [json.loads(line) for line in TABLE.read_text().splitlines()]
    found = [answer for row in rows for answer in answers(row, clones)]
    right = sum(answer.is_right for answer in found)
    for answer in found:
        if not answer.is_right:
            print(f"{answer.repository} {answer.path} {answer.step}: expected {answer.expected[0]!r}, got {answer.got!r}")
    print(f"{right} of {len(found)} right: {100 * right / len(found):.1f} %")
    return 0 if right >= 0.95 * len(found) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
