"""Bad input: one clear message with the file and the next step, the documented exit code, the tree unchanged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import GO, MakeRepository, Repository

EXPRESS = {
    "package.json": '{"name": "web", "scripts": {"start": "node a.js"}, "dependencies": {"express": "5.1.0"}}',
    "a.js": "x.listen(3000)\n",
}
CONFIG = "road: default@2026.11\nservice: payments\nowner: shop\ntier: bronze\n"

# (what, files, command, exit code, what standard error must hold)
TABLE: list[tuple[str, dict[str, str | bytes], str, int, tuple[str, ...]]] = [
    ("an empty repository", {}, "init --yes", 3, ("no service found", "next:")),
    ("an unknown language", {"main.cob": "x"}, "init --yes", 3, ("no service found", "go.mod", "next:")),
    ("a language that is only recognised", {"pubspec.yaml": "name: shop\n", "bin/shop.dart": "void main() {}\n"}, "init --yes", 3, ("Dart (pub) is recognised, not paved yet", "pubspec.yaml")),
    ("two build tools", {**EXPRESS, "package-lock.json": "{}", "yarn.lock": ""}, "init --yes", 3, ("package-lock.json", "yarn.lock", "stack: ")),
    ("broken package.json", {"package.json": '{\n "name": }\n'}, "init --yes", 3, ("package.json:2", "next:")),
    ("broken pom.xml", {"pom.xml": "<project>\n<a>\n</project>\n"}, "init --yes", 3, ("pom.xml:3", "next:")),
    ("broken pyproject.toml", {"pyproject.toml": "[project]\nname = \n"}, "init --yes", 3, ("pyproject.toml:2", "next:")),
    ("broken pre-commit file", {**GO, ".pre-commit-config.yaml": "repos: [\n"}, "init --yes", 3, (".pre-commit-config.yaml:", "next:")),
    ("a typo in cdgen.yaml", {**GO, "cdgen.yaml": CONFIG + "portt: 1\n"}, "check", 3, ("cdgen.yaml:5:1", "did you mean `port`?", "^^^^^", "fix:")),
    ("a wrong type", {**GO, "cdgen.yaml": CONFIG + "port: many\n"}, "generate", 3, ("cdgen.yaml:5:7", "`port` is a number")),
    ("a key twice", {**GO, "cdgen.yaml": CONFIG + "tier: gold\n"}, "check --full", 3, ("cdgen.yaml:5:1", "a second time")),
    ("a tab", {**GO, "cdgen.yaml": "road: x\n\tservice: a\n"}, "check", 3, ("cdgen.yaml:2:1", "a tab")),
    ("an unknown road", {**GO, "cdgen.yaml": "road: fast@1\n"}, "generate", 3, ("`road: fast@1` is not a road", "default@2026.11")),
    ("a later edition", {**GO, "cdgen.yaml": "road: default@2031.1\n"}, "generate", 3, ("no edition 2031.1", "next:")),
    ("a road folder that is not there", {**GO, "cdgen.yaml": "road: ./road\n"}, "generate", 3, ("./road/road.yaml", "next:")),
    ("a service that is not there", {**GO, "cdgen.yaml": "road: default@2026.11\nservices: [{path: web}]\n"}, "generate", 3, ("`web`", "found: .")),
    ("no road yet", GO, "check", 3, ("no cdgen.yaml", "next: cdgen init")),
    ("no road yet, generate", GO, "generate", 3, ("no cdgen.yaml", "next: cdgen init")),
    ("a CI system without emitter", GO, "init --yes --ci gitlab", 3, ("gitlab",)),
    ("an unknown answer", GO, "init --yes --set color=red", 2, ("--set color=red", "service=")),
    ("an unknown command", GO, "chekc", 2, ("No such command",)),
    ("an unknown option", GO, "check --fast", 2, ("No such option",)),
    ("an unknown subject", {**GO, "cdgen.yaml": CONFIG}, "explain prot", 3, ("`prot`", "did you mean `port`?", "next: cdgen explain port")),
    ("an unknown schema", {}, "schema x", 2, ("no schema is called x", "road.yaml")),
    ("a folder that is none", {}, "inspect nowhere", 3, ("nowhere is not a folder", "next:")),
    ("eject without a terminal", {**GO, "cdgen.yaml": CONFIG}, "eject", 2, ("--yes",)),
]  # fmt: skip


@pytest.mark.parametrize(("what", "files", "command", "code", "says"), TABLE, ids=[what for what, *_ in TABLE])
def test_is_refused(
    repository: MakeRepository, what: str, files: dict[str, str | bytes], command: str, code: int, says: tuple[str, ...]
) -> None:
    made = repository(files)
    before = made.tree()
    result = made.run(*command.split())
    assert (result.code, [text for text in says if text not in result.err]) == (code, []), result.err
    assert "Traceback" not in result.err
    assert made.tree() == before


def test_a_folder_outside_git(repository: MakeRepository) -> None:
    made = repository(git=False)
    result = made.run("init", "--yes")
    assert result.code == 3
    assert "not inside a git repository" in result.err
    assert "git init" in result.err
    assert made.run("inspect").code == 0


def _detach(made: Repository) -> None:
    made.git("commit", "--quiet", "-m", "a")
    made.git("checkout", "--quiet", "--detach")


def _shallow(made: Repository) -> None:
    made.git("commit", "--quiet", "-m", "a")
    (made.root / ".git" / "shallow").write_text("")


@pytest.mark.parametrize(
    "change", [lambda made: None, _detach, _shallow], ids=["no commit yet", "a detached head", "a shallow clone"]
)
def test_states_of_git_that_do_not_matter(repository: MakeRepository, change: Callable[[Repository], None]) -> None:
    made = repository()
    change(made)
    assert made.run("init", "--yes").code == 0
    assert made.run("check").code == 0


@pytest.mark.parametrize("name", ["with space", "ümläut-日本", "-leading", "a'quote", 'a"quote', "$HOME", "a;b"])
def test_strange_folder_names(repository: MakeRepository, name: str) -> None:
    made = repository(name=name)
    assert made.run("init", "--yes").code == 0
    assert made.run("check", "--full").code == 0


@pytest.mark.parametrize("path", [".github", ".cdgen", "docs", ".github/workflows"])
def test_a_file_where_a_folder_must_go(repository: MakeRepository, path: str) -> None:
    made = repository({**GO, path: "mine"})
    before = made.tree()
    result = made.run("init", "--yes")
    assert (result.code, made.tree()) == (1, before) or (result.code, made.tree()) == (3, before), result.err
    assert path in result.err


@pytest.mark.parametrize("path", [".github", ".cdgen", "deploy", "docs"])
def test_a_link_that_leads_outside(repository: MakeRepository, tmp_path: Path, path: str) -> None:
    made = repository()
    outside = tmp_path / "outside"
    outside.mkdir()
    (made.root / path).symlink_to(outside)
    result = made.run("init", "--yes")
    assert list(outside.iterdir()) == []
    assert result.code in (0, 1, 3), result.err
    assert result.code == 0 or path in result.err


def test_a_linked_source_is_not_read(repository: MakeRepository, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("module x\n\ngo 9.99\n")
    made = repository({"main.go": GO["main.go"]})
    (made.root / "go.mod").symlink_to(tmp_path / "secret")
    made.git("add", "--all")
    result = made.run("inspect")
    assert "9.99" not in result.out
