"""How much of the labelled corpus cdgen reads right, per field: `python -m tools.measure_corpus MIRRORS [LABELS...]`.

MIRRORS holds one git directory per repository, `owner+name/repo`; their trees are unpacked at the labelled commits. The labels and
what they mean: `tests/data/README.md`. Ends 0 when all bars are met, 1 when one is missed, 5 ("not proven") without the mirrors.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from cdgen import app
from cdgen.report.inspection import to_json
from tools.corpus_answers import is_right, members

LABELS = Path(__file__).parent.parent / "tests" / "data" / "corpus"
FIELDS = (
    "language",
    "language_version",
    "framework",
    "build_tool",
    "port",
    "protocol",
    "health_path",
    "has_dockerfile",
    "start_command",
    "test_command",
    "backing_services",
    "is_service",
)
# lowest share of right answers, by field
BARS = dict.fromkeys(FIELDS, 0.97) | dict.fromkeys(("port", "start_command", "test_command"), 0.93)
BARS |= dict.fromkeys(("health_path", "backing_services"), 0.90)
MOST_FALSE_CLAIMS = 0.02  # of the rows where the right answer is "nothing"
NEVER_WRONG = ("language", "build_tool")
NOT_PROVEN = 5


class Verdict(NamedTuple):
    row: str
    field: str
    outcome: str  # right, missing, wrong, nothing, claim
    wanted: Any
    answer: Any


def main(arguments: list[str]) -> int:
    mirrors = Path(arguments[0]) if arguments else Path()
    files = [Path(name) for name in arguments[1:]] or sorted(LABELS.glob("*.jsonl"))
    missed = False
    for file in files:
        rows = [json.loads(line) for line in file.read_text("utf-8").splitlines() if line]
        absent = sorted({row["repo"] for row in rows if not mirror(mirrors, row["repo"]).is_dir()}) if arguments else ["all"]
        if absent:
            print(f"not proven: {file.stem}: no mirror of {', '.join(absent)}")
            return NOT_PROVEN
        verdicts, seconds = measure(rows, mirrors)
        missed |= report(file.stem, rows, verdicts, seconds)
    return int(missed)


def mirror(mirrors: Path, repository: str) -> Path:
    return mirrors / repository.replace("/", "+") / "repo"


def measure(rows: list[dict[str, Any]], mirrors: Path) -> tuple[list[Verdict], list[float]]:
    """Verdicts of all fields of all rows, and the seconds that each inspection took."""
    verdicts: list[Verdict] = []
    seconds: list[float] = []
    by_repository: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_repository[row["repo"], row["commit"]].append(row)
    for (repository, commit), own in sorted(by_repository.items()):
        with tempfile.TemporaryDirectory(prefix="cdgen-corpus-") as folder:
            root = Path(folder) / repository.replace("/", "+")
            unpack(mirror(mirrors, repository), commit, root)
            for row in own:
                start = time.perf_counter()
                answer = inspected(root / row["path"])
                seconds.append(time.perf_counter() - start)
                verdicts += judge(row, answer)
    return verdicts, seconds


def unpack(git: Path, commit: str, root: Path) -> None:
    """The whole tree of a commit; a file that the mirror lists and does not hold is left out."""
    listed = subprocess.run(("git", "-C", str(git), "ls-tree", "-r", "-z", commit), check=True, capture_output=True).stdout
    entries = [record.partition(b"\t") for record in listed.split(b"\0") if record]
    wanted = [
        (meta.split(b" ")[2], name.decode("utf-8", "surrogateescape")) for meta, _, name in entries if meta.startswith(b"100")
    ]
    asked = b"".join(identity + b"\n" for identity, _ in wanted)
    given = subprocess.run(("git", "-C", str(git), "cat-file", "--batch"), check=True, capture_output=True, input=asked).stdout
    stream = BytesIO(given)
    for _, name in wanted:
        header = stream.readline().split()
        if header[-1:] == [b"missing"]:
            continue
        content = stream.read(int(header[2]))
        stream.read(1)
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def inspected(path: Path) -> dict[str, Any]:
    return to_json(app.inspect(path))


def judge(row: dict[str, Any], answer: dict[str, Any]) -> Iterator[Verdict]:
    """One verdict per labelled field. A label of "nothing" is kept by an empty answer, everything else there is a false claim."""
    where = f"{row['repo']}:{row['path']}"
    for field in FIELDS:
        wanted, given = row.get(field), answer.get(field)
        is_nothing = field in row.get("absent", ()) or wanted == []
        if wanted is None and not is_nothing:
            continue
        accepted = [value for value in (wanted, *row.get("accept", {}).get(field, ())) if value is not None]
        is_empty = given is None or given == [] or (field == "backing_services" and not members(given))
        if not is_empty and any(is_right(field, value, given) for value in accepted if value != []):
            outcome = "nothing" if is_nothing else "right"
        elif is_nothing:
            outcome = "nothing" if is_empty else "claim"
        elif is_empty:
            outcome = "right" if None in row.get("accept", {}).get(field, ()) or [] in accepted else "missing"
        else:
            outcome = "wrong"
        yield Verdict(where, field, outcome, wanted, given)


def report(name: str, rows: list[dict[str, Any]], verdicts: list[Verdict], seconds: list[float]) -> bool:
    """Print the figures; whether a bar was missed."""
    print(f"\n{name}: {len(rows)} rows; {median(seconds) * 1000:.0f} ms per row (median), {max(seconds):.2f} s (most)")
    print(f"{'field':<18}{'labelled':>9}{'right':>9}{'missing':>9}{'wrong':>7}{'nothing':>9}{'claims':>8}")
    missed = [field for field in FIELDS if not is_met(field, Counter(each.outcome for each in verdicts if each.field == field))]
    bad = [verdict for verdict in verdicts if verdict.outcome not in ("right", "nothing")]
    print(f"fully right: {len(rows) - len({verdict.row for verdict in bad})} of {len(rows)}")
    for verdict in bad:
        print(f"  {verdict.outcome:<8}{verdict.row} {verdict.field}: {verdict.wanted!r}, not {verdict.answer!r}")
    if missed:
        print(f"bars missed: {', '.join(missed)}")
    return bool(missed)


def is_met(field: str, count: Counter[str]) -> bool:
    """Print the line of one field; whether its bars are met."""
    labelled = count["right"] + count["missing"] + count["wrong"]
    silent = count["nothing"] + count["claim"]
    share = count["right"] / labelled if labelled else 1.0
    print(f"{field:<18}{labelled:>9}{share:>9.1%}{count['missing']:>9}{count['wrong']:>7}{silent:>9}{count['claim']:>8}")
    is_wrong = field in NEVER_WRONG and count["wrong"] > 0
    return share >= BARS[field] and not is_wrong and count["claim"] <= MOST_FALSE_CLAIMS * silent


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
