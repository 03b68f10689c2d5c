"""When two lines about one toolchain contradict each other, and when they only say it differently."""

from __future__ import annotations

import pytest

from cdgen.model.facts import LANGUAGE_VERSION, Fact, Origin, Source, Version
from cdgen.spec.skew import skews

FILE = {
    Origin.MANIFEST: "manifest",
    Origin.VERSION_FILE: "version-file",
    Origin.DOCKERFILE: "Dockerfile",
    Origin.CI: ".github/workflows/ci.yml",
    Origin.LOCKFILE: "lock",
}
M, V, D, C, L = Origin.MANIFEST, Origin.VERSION_FILE, Origin.DOCKERFILE, Origin.CI, Origin.LOCKFILE


def seen(*sightings: tuple[Origin, str]) -> list[Fact]:
    return [
        Fact(LANGUAGE_VERSION, Version(text), Source(FILE[origin], line), origin)
        for line, (origin, text) in enumerate(sightings, 1)
    ]


AGREE = [
    ("nothing said", "go", []),
    ("said once", "go", [(M, "1.26")]),
    ("a newer compiler than the go line", "go", [(M, "1.25.0"), (D, "1.26.5")]),
    ("a tag without patch", "go", [(M, "1.25.8"), (D, "1.25")]),
    ("Java's old name", "java", [(M, "1.8"), (D, "8")]),
    ("a newer JDK than the release", "java", [(M, "17"), (D, "21"), (C, "21")]),
    ("stages of a compiled language", "java", [(M, "21"), (D, "24.0.2"), (D, "25.0.3")]),
    ("an open range", "python", [(M, ">=3.11"), (D, "3.13")]),
    ("a caret", "python", [(M, "^3.10"), (V, "3.12.3")]),
    ("compatible release", "python", [(M, "~=3.11"), (D, "3.12")]),
    ("an npm range", "javascript", [(M, "^24"), (V, "24")]),
    ("an npm range of alternatives", "javascript", [(M, "18 || >=20"), (D, "22")]),
    ("an x-range", "javascript", [(M, "20.x"), (D, "20.11.1")]),
    ("a matrix that has it", "javascript", [(V, "20"), (C, "18"), (C, "20"), (C, "22")]),
    ("a name instead of a number", "javascript", [(V, "lts/*"), (D, "20")]),
    ("two ranges", "python", [(M, ">=3.9"), (C, ">=3.12")]),
    ("a lockfile's remark", "python", [(L, "3.8"), (D, "3.12")]),
    ("pessimistic", "ruby", [(M, "~> 3.3"), (D, "3.4")]),
    ("composer's caret", "php", [(M, "^8.2"), (D, "8.4")]),
    ("composer's tilde", "php", [(M, "~8.2"), (D, "8.4")]),
    ("composer's single bar", "php", [(M, "^7.4|^8.0"), (D, "8.4")]),
    ("the oldest Rust that will do", "rust", [(M, "1.70"), (D, "1.97.1")]),
    ("a range nobody reads", "python", [(M, ">=three, 3"), (D, "3.12")]),
    ("target framework", "csharp", [(M, "8.0"), (D, "8.0")]),
]
CONTRADICT = [
    ("an image older than the go line", "go", [(M, "1.26"), (D, "1.24")], ("1.26", "manifest:1", "1.24", "Dockerfile:2")),
    (
        "CI older than the go line",
        "go",
        [(M, "1.26.1"), (C, "1.25")],
        ("1.26.1", "manifest:1", "1.25", ".github/workflows/ci.yml:2"),
    ),
    ("a patch too old", "go", [(M, "1.26.5"), (D, "1.26.3")], ("1.26.5", "manifest:1", "1.26.3", "Dockerfile:2")),
    (
        "tested with another than shipped",
        "go",
        [(M, "1.24"), (D, "1.26"), (C, "1.25")],
        ("1.26", "Dockerfile:2", "1.25", ".github/workflows/ci.yml:3"),
    ),
    ("a JDK older than the release", "java", [(M, "21"), (D, "17")], ("21", "manifest:1", "17", "Dockerfile:2")),
    (".nvmrc and image", "javascript", [(V, "20"), (D, "18")], ("20", "version-file:1", "18", "Dockerfile:2")),
    ("engines and image", "javascript", [(M, ">=20"), (D, "18.20.1")], (">=20", "manifest:1", "18.20.1", "Dockerfile:2")),
    ("engines and version file", "typescript", [(V, "18"), (M, "^20")], ("18", "version-file:1", "^20", "manifest:2")),
    ("requires-python and image", "python", [(M, ">=3.12"), (D, "3.11")], (">=3.12", "manifest:1", "3.11", "Dockerfile:2")),
    (
        ".python-version and CI",
        "python",
        [(V, "3.12"), (C, "3.11")],
        ("3.12", "version-file:1", "3.11", ".github/workflows/ci.yml:2"),
    ),
    (
        "a matrix without it",
        "python",
        [(V, "3.13"), (C, "3.11"), (C, "3.12")],
        ("3.13", "version-file:1", "3.11", ".github/workflows/ci.yml:2"),
    ),
    ("pessimistic and image", "ruby", [(M, "~> 3.3.0"), (D, "3.4")], ("~> 3.3.0", "manifest:1", "3.4", "Dockerfile:2")),
    ("composer and image", "php", [(M, "^8.3"), (D, "8.2")], ("^8.3", "manifest:1", "8.2", "Dockerfile:2")),
    ("composer's exact tilde", "php", [(M, "~8.2.1"), (D, "8.4")], ("~8.2.1", "manifest:1", "8.4", "Dockerfile:2")),
    ("target framework and SDK", "csharp", [(M, "9.0"), (D, "8.0")], ("9.0", "manifest:1", "8.0", "Dockerfile:2")),
    ("a pinned manifest", "python", [(M, "3.11"), (D, "3.12")], ("3.11", "manifest:1", "3.12", "Dockerfile:2")),
]


@pytest.mark.parametrize(("language", "sightings"), [row[1:] for row in AGREE], ids=[row[0] for row in AGREE])
def test_no_skew(language: str, sightings: list[tuple[Origin, str]]) -> None:
    assert skews(seen(*sightings), language) == ()


@pytest.mark.parametrize(("language", "sightings", "expected"), [row[1:] for row in CONTRADICT], ids=[row[0] for row in CONTRADICT])
def test_skew_names_both_lines(language: str, sightings: list[tuple[Origin, str]], expected: tuple[str, ...]) -> None:
    found = [tuple(str(part) for part in skew) for skew in skews(seen(*sightings), language)]
    assert expected in found
    assert len(found) == 1 or language == "go"
