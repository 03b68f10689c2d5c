"""Every command on a good repository: what it prints, what it changes, its exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from cdgen.cli.schema import NAMES, schema_of
from tests.cli.conftest import GO, MakeRepository, Repository

MAIN = ".github/workflows/cdgen-main.yml"
PULL_REQUEST = ".github/workflows/cdgen-pull-request.yml"


@pytest.fixture
def made(repository: MakeRepository) -> Repository:
    """The Go service with its road, all of it staged."""
    repo = repository()
    assert repo.run("init", "--yes").code == 0
    repo.git("add", "--all")
    return repo


def test_a_second_init_changes_nothing(made: Repository) -> None:
    before = {path: path.stat().st_mtime_ns for path in made.root.rglob("*")}
    result = made.run("init", "--yes")
    assert result.code == 0
    assert "nothing to do" in result.err
    assert {path: path.stat().st_mtime_ns for path in made.root.rglob("*")} == before


def test_a_dry_run_writes_nothing(repository: MakeRepository) -> None:
    repo = repository()
    before = repo.tree()
    result = repo.run("init", "--dry-run")
    assert (result.code, repo.tree()) == (0, before)
    assert MAIN in result.err


def test_a_report_is_the_only_file(repository: MakeRepository, tmp_path: Path) -> None:
    repo = repository()
    before = repo.tree()
    assert repo.run("init", "--report", str(tmp_path / "report.md")).code == 0
    text = (tmp_path / "report.md").read_text()
    assert repo.tree() == before
    assert "`8080`" in text
    assert "main.go:7" in text
    assert "```mermaid\nflowchart" in text


def test_answers_come_from_the_command_line(repository: MakeRepository) -> None:
    repo = repository()
    assert (
        repo.run("init", "--yes", "--set", "service=cart", "--set", "owner=team-a", "--set", "tier=gold", "--set", "port=9000").code
        == 0
    )
    assert (repo.root / "cdgen.yaml").read_text() == "road: default@2026.11\nservice: cart\nowner: team-a\ntier: gold\nport: 9000\n"
    assert "containerPort: 9000" in (repo.root / "deploy/base/deployment.yaml").read_text()


def test_inspect_as_json_follows_its_schema(made: Repository) -> None:
    answer = json.loads(made.run("inspect", "--output-format", "json").out)
    jsonschema.validate(answer, json.loads(json.dumps(schema_of("inspect"))))
    assert (answer["language"], answer["port"], answer["health_path"]) == ("go", 8080, "/healthz")
    assert answer["evidence"]["port"]["sources"] == ["main.go:7"]


@pytest.mark.parametrize("name", NAMES)
def test_schemas_are_schemas(made: Repository, name: str) -> None:
    jsonschema.Draft7Validator.check_schema(json.loads(made.run("schema", name).out))


def test_check_names_the_gate_that_an_edit_weakened(made: Repository) -> None:
    path = made.root / PULL_REQUEST
    path.write_text(path.read_text().replace("  unit:\n", "  unit:\n    continue-on-error: true\n"))
    result = made.run("check")
    assert result.code == 1
    assert "edited-file" in result.out
    assert "gate-not-blocking" in result.out
    assert f"cdgen generate --force {PULL_REQUEST}" in result.out
    found = json.loads(made.run("check", "--output-format", "json").out)["findings"]
    assert {finding["rule"] for finding in found} == {"edited-file", "gate-not-blocking"}
    assert all(finding["fix"] for finding in found)


def test_generate_refuses_an_edit_and_force_keeps_a_copy(made: Repository) -> None:
    path = made.root / MAIN
    good = path.read_text()
    path.write_text(good + "# mine\n")
    assert made.run("generate").code == 1
    assert path.read_text() == good + "# mine\n"
    result = made.run("generate", "--force", MAIN)
    assert (result.code, path.read_text()) == (0, good)
    assert (made.root / f".cdgen/backup/{MAIN}.1").read_text() == good + "# mine\n"
    assert made.run("check").code == 0


def test_check_staged_looks_at_what_will_be_committed(made: Repository) -> None:
    path = made.root / MAIN
    good = path.read_text()
    path.write_text(good + "# mine\n")
    made.git("add", MAIN)
    path.write_text(good)
    assert made.run("check").code == 0
    assert made.run("check", "--staged").code == 1
    made.git("add", MAIN)
    path.write_text(good + "# mine\n")
    assert made.run("check").code == 1
    assert made.run("check", "--staged").code == 0


def test_a_changed_port_is_a_diff_to_review(made: Repository) -> None:
    made.write({"main.go": GO["main.go"].replace(":8080", ":9090")})
    assert made.run("check").code == 0  # quick looks at owned files only
    full = made.run("check", "--full")
    assert full.code == 1
    assert "stale-file" in full.out
    assert "edited" not in full.out
    shown = made.run("diff")
    assert shown.code == 1
    assert "+              containerPort: 9090" in shown.out
    assert made.run("generate").code == 0
    assert made.run("check", "--full").code == 0


def test_an_ordinary_code_change_touches_nothing(made: Repository) -> None:
    made.write(
        {"main.go": GO["main.go"].replace("func main() {\n", "func main() {\n\t// a line more\n"), "more.go": "package main\n"}
    )
    assert made.run("check", "--full").code == 0
    assert made.run("diff").code == 0


def test_the_folder_one_stands_in_does_not_matter(repository: MakeRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = repository({f"services/{name}/{path}": text for name in ("cart", "web") for path, text in GO.items()})
    assert repo.run("-C", "services/cart", "init", "--yes", "--set", "port=7000").code == 0
    assert "path: services/cart" in (repo.root / "cdgen.yaml").read_text()
    assert "services/web" not in (repo.root / "cdgen.yaml").read_text()
    assert "containerPort: 7000" in (repo.root / "services/cart/deploy/base/deployment.yaml").read_text()
    for folder in (".", "services", "services/cart", "services/web"):
        assert repo.run("-C", folder, "check", "--full").code == 0
        assert repo.run("-C", folder, "diff").code == 0


def test_a_service_that_is_not_settled_is_listed_with_its_reason(repository: MakeRepository) -> None:
    files = {f"services/cart/{path}": text for path, text in GO.items()}
    repo = repository(
        {**files, "services/lost/go.mod": "module lost\n\ngo 1.26\n", "services/lost/main.go": "package main\n\nfunc main() {}\n"}
    )
    result = repo.run("init", "--yes")
    assert result.code == 0
    assert "skipped services/lost (go):" in result.err
    assert "services/lost" in (repo.root / "docs/path-to-production.md").read_text()
    assert repo.run("check", "--full").code == 0


def test_nobody_listening_is_no_reason_to_stop(repository: MakeRepository) -> None:
    repo = repository()
    command = (sys.executable, "-c", "import sys; from cdgen.cli.main import run; sys.exit(run(['init', '--yes']))")
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run(command, cwd=repo.root, stderr=writing, stdout=subprocess.DEVNULL, check=False)
    os.close(writing)
    assert ended.returncode == 0
    assert repo.run("check", "--full").code == 0


def test_attributes_reach_files_in_a_folder_with_a_space(repository: MakeRepository) -> None:
    repo = repository({f"my services/cart/{path}": text for path, text in GO.items()})
    assert repo.run("init", "--yes").code == 0
    found = repo.git("check-attr", "eol", "--", "my services/cart/deploy/base/service.yaml")
    assert found.endswith("eol: lf\n")


def test_a_dockerfile_of_ones_own_takes_the_place_of_cdgens(made: Repository) -> None:
    assert "docker/Dockerfile, takes its place" in (made.root / "Dockerfile").read_text()
    made.write({"docker/Dockerfile": 'FROM golang:1.26\nEXPOSE 8080\nENTRYPOINT ["/app"]\n'})
    assert made.run("generate").code == 0
    assert not (made.root / "Dockerfile").exists()
    assert "file: docker/Dockerfile" in (made.root / PULL_REQUEST).read_text()
    assert made.run("check", "--full").code == 0


def test_an_exception_ends(made: Repository) -> None:
    entry = "exceptions:\n  - {rule: image-runs-as-root, path: Dockerfile, reason: base image, owner: shop, until: 2026-12-01}\n"
    with (made.root / "cdgen.yaml").open("a") as config:
        config.write(entry)
    assert made.run("generate").code == 0
    assert made.run("check", "--today", "2026-12-01").code == 0
    for extra in ((), ("--full",)):
        result = made.run("check", "--today", "2026-12-02", *extra)
        assert (result.code, "expired-exception" in result.out) == (1, True)
    assert "long-exception" in made.run("check", "--full", "--today", "2026-06-01").out


def test_another_version_is_refused(made: Repository) -> None:
    with (made.root / "cdgen.yaml").open("a") as config:
        config.write("required-version: 99.0\n")
    for command in ("check", "check --full", "generate"):
        result = made.run(*command.split())
        assert (result.code, "uses cdgen 99.0" in result.err) == (3, True)


EXPLAINED = [
    ("port", ("8080", "main.go:7", "cdgen.yaml  port: <number>")),
    ("health", ("/healthz", "main.go")),
    ("unit", ("gate unit", "blocks", "go test")),
    ("integration", ("no such job", "integration")),
    ("unpinned-image", ("rule unpinned-image", "digest")),
    ("deploy/base/deployment.yaml:5", ("owned by", "change")),
    (f"{PULL_REQUEST}:25", ("owned by", "jobs")),
    (f"{PULL_REQUEST}:9999", ("has", "lines")),
]


@pytest.mark.parametrize(("subject", "says"), EXPLAINED, ids=[subject for subject, _ in EXPLAINED])
def test_explain(made: Repository, subject: str, says: tuple[str, ...]) -> None:
    result = made.run("explain", subject)
    assert (result.code, [text for text in says if text not in result.out]) == (0, [])


def test_eject_leaves_the_files_and_no_word_of_the_lock(made: Repository) -> None:
    result = made.run("eject", "--yes")
    assert result.code == 0
    for gone in ("cdgen.yaml", ".cdgen/lock", ".cdgen/answers.yaml", ".pre-commit-config.yaml", ".gitattributes"):
        assert not (made.root / gone).exists()
    text = (made.root / PULL_REQUEST).read_text()
    assert "generated by cdgen" not in text
    assert "verify" not in text
    assert "ready-to-merge" in text
    assert (made.root / "Dockerfile").read_text().startswith("# syntax=")
    assert made.run("init", "--dry-run").code == 0


def test_eject_gives_the_teams_files_back(repository: MakeRepository) -> None:
    mine = {
        ".pre-commit-config.yaml": "# ours\nrepos:\n  - repo: local # here\n    hooks:\n      - {id: a, name: a, entry: a, language: system}\n"
    }
    mine |= {"AGENTS.md": "# Rules\n\nBe kind.\n", ".gitattributes": "*.png binary\n"}
    repo = repository({**GO, **mine})
    assert repo.run("init", "--yes").code == 0
    assert all((repo.root / name).read_text() != text for name, text in mine.items())
    assert repo.run("eject", "--yes").code == 0
    assert {name: (repo.root / name).read_text() for name in mine} == mine


def test_a_taken_path_stays_the_teams(repository: MakeRepository) -> None:
    mine = {"deploy/run.sh": "mine", "docs/path-to-production.md": "mine", ".dockerignore": "mine"}
    repo = repository({**GO, **mine})
    assert repo.run("init", "--yes").code == 0
    assert {name: (repo.root / name).read_text() for name in mine} == mine
    config = (repo.root / "cdgen.yaml").read_text()
    assert "deploy: cdgen-deploy" in config
    assert (repo.root / "docs/cdgen-path-to-production.md").exists()
    assert (repo.root / "Dockerfile.dockerignore").exists()
    assert repo.run("check", "--full").code == 0


@pytest.mark.parametrize(
    ("plain", "parsed"),
    [
        (("check",), ("--color", "auto", "check")),
        (("check", "--full"), ("--color", "auto", "check", "--full")),
        (("generate",), ("--color", "auto", "generate")),
        (("init", "--yes"), ("--color", "auto", "init", "--yes")),
    ],
    ids=lambda form: " ".join(form),
)
def test_the_plain_forms_mean_what_the_parser_says(made: Repository, plain: tuple[str, ...], parsed: tuple[str, ...]) -> None:
    for change in ("", "# mine\n"):
        path = made.root / MAIN
        path.write_text(path.read_text() + change)
        assert made.run(*plain) == made.run(*parsed)
