"""What is written about cdgen is true: generated pages are current, examples are valid, commands and links exist."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from cdgen.cli.commands import click_command
from cdgen.road.load import parse_road
from cdgen.spec.config import parse_config
from tools import docs

ROOT = Path(__file__).parent.parent
PAGES = [
    *(path for path in (ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / ".github" / "CONTRIBUTING.md") if path.is_file()),
    *sorted((ROOT / "docs").rglob("*.md")),
]
EACH = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
FENCE = re.compile(r"^( *)(`{3,})(\w*)\n(.*?)^\1\2$", re.M | re.S)


@pytest.fixture(scope="module")
def wanted() -> dict[str, str]:
    return docs.wanted()


def test_everything_generated_is_current(wanted: dict[str, str]) -> None:
    assert docs.stale_files(ROOT, wanted) == [], "next: make docs"


def test_what_is_stale_is_named(wanted: dict[str, str], tmp_path: Path) -> None:
    for path, text in wanted.items():
        docs.put(tmp_path / path, text)
    assert docs.stale_files(tmp_path, wanted) == []
    (tmp_path / "docs/reference/cli.md").write_text("old")
    (tmp_path / "docs/reference/road.schema.json").unlink()
    (tmp_path / "docs/reference/left-over.md").write_text("nobody makes it")
    names = ["cli.md", "left-over.md", "road.schema.json"]
    assert docs.stale_files(tmp_path, wanted) == [f"docs/reference/{name}" for name in names]


def blocks(page: Path, *languages: str) -> Iterator[str]:
    for indent, _, language, body in FENCE.findall(page.read_text("utf-8")):
        if language in languages:
            yield "".join(line.removeprefix(indent) for line in body.splitlines(keepends=True))


@EACH
def test_yaml_is_valid(page: Path) -> None:
    for block in blocks(page, "yaml", "yml"):
        data = list(yaml.safe_load_all(block))
        if block.startswith("# cdgen.yaml"):
            parse_config(block.encode() if "road:" in block else b"road: default@2026.11\n" + block.encode())
        elif block.startswith("# road.yaml"):
            parse_road(block.encode(), "road.yaml", "docs")
        else:
            assert not (isinstance(data[0], dict) and {"road", "service", "services"} & set(data[0]) - {"services"}), (
                f"{block} looks like a cdgen.yaml: its first line says `# cdgen.yaml`"
            )


def spoken(page: Path) -> Iterator[str]:
    """Every cdgen command line of a page: after a prompt in a block, or as a whole code span."""
    text = page.read_text("utf-8")
    for block in blocks(page, "console", "sh", "bash"):
        yield from re.findall(r"^\$ (cdgen.*)$", block, re.M)
    yield from re.findall(r"(?<!`)`(cdgen [^`\n]+)`(?!`)", FENCE.sub("", text))


def problem(line: str) -> str:
    """Why a command line is not one of cdgen's; empty when it is."""
    root: Any = click_command()
    words = shlex.split(line.partition(" # ")[0])[1:]
    command = next((word for word in words if not word.startswith("-") and word in root.commands), None)
    if command is None:
        return "" if words and all(word in options(root) for word in words) else f"`{line}` has no command of cdgen"
    known = options(root) | options(root.commands[command])
    unknown = [word for word in words if word.startswith("-") and word.partition("=")[0] not in known]
    return f"`{line}`: no option {unknown[0]}" if unknown else ""


def options(command: Any) -> set[str]:
    return {"-h", "--help"} | {name for each in command.params if each.param_type_name == "option" for name in each.opts}


@EACH
def test_commands_exist(page: Path) -> None:
    assert [found for line in spoken(page) if (found := problem(line))] == []


@pytest.mark.parametrize("line", ["cdgen check --full", "cdgen -C path init --yes", "cdgen --version", "cdgen explain FILE:LINE"])
def test_a_command_that_exists(line: str) -> None:
    assert problem(line) == ""


@pytest.mark.parametrize("line", ["cdgen verify", "cdgen check --fast", "cdgen init --force", "cdgen --quick"])
def test_a_command_that_does_not(line: str) -> None:
    assert problem(line)


# the reference and the changelog also speak of the make targets of services
@pytest.mark.parametrize("page", [page for page in PAGES if page.parent.name != "reference" and page.name != "CHANGELOG.md"])
def test_make_targets_exist(page: Path) -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.M))
    assert set(re.findall(r"(?<=`)make ([\w-]+)(?=`)", page.read_text("utf-8"))) - targets == set()


@EACH
def test_links_lead_somewhere(page: Path) -> None:
    text = FENCE.sub("", page.read_text("utf-8"))
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    assert [link for link in links if link and not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", sorted((ROOT / "docs" / "adding").glob("*.md")), ids=lambda page: page.stem)
def test_a_recipe_fits_on_a_screen_and_ends_with_a_checklist(page: Path) -> None:
    text = page.read_text("utf-8")
    assert text.count("\n") <= 60
    assert "## Done when\n\n- [ ] " in text


@pytest.mark.parametrize("page", sorted((ROOT / "docs" / "decisions").glob("*.md")), ids=lambda page: page.stem)
def test_a_decision_says_why_and_what_was_rejected(page: Path) -> None:
    text = page.read_text("utf-8")
    assert re.match(rf"# {page.name[:4]}[:.] \S", text)
    for part in ("Context", "Decision", "Consequence", "Rejected"):
        assert part in text
    assert text.count("\n") <= 60
