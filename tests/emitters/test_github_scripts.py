"""The scripts inside the workflows, run by bash as a runner runs them, on what real programs print."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from cdgen.emitters.ci.github.base import script
from tests.emitters import outputs as o

pytestmark = pytest.mark.skipif(os.name == "nt", reason="runners have bash")


class Ran(NamedTuple):
    code: int
    said: str
    summary: str
    outputs: str


def run(folder: Path, text: str, **env: str) -> Ran:
    """`shell: bash` of a runner is `bash --noprofile --norc -eo pipefail`."""
    files = {name: folder / f".{name}" for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT")}
    for file in files.values():
        file.write_text("")
    temporary = folder.parent / "temp"
    temporary.mkdir(exist_ok=True)
    settings = {"PATH": os.environ["PATH"], "RUNNER_TEMP": str(temporary), **{k: str(v) for k, v in files.items()}, **env}
    argv = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", text]
    done = subprocess.run(argv, cwd=folder, env=settings, capture_output=True, text=True, check=False)
    return Ran(done.returncode, done.stdout + done.stderr, *(file.read_text() for file in files.values()))


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """The checkout; the runner's temporary folder lies beside it."""
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


def write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def counted(folder: Path, reader: str, log: str, files: str = "", written: Mapping[str, str] | None = None) -> Ran:
    write(folder, {"output.log": log, **(written or {})})
    return run(folder, script(f"tests-{reader}", "tests"), LOG=str(folder / "output.log"), FILES=files, AT_LEAST="1")


GO = {"a_test.go": o.GO_TEST}
CODE_TEST = {"target/surefire-reports/TEST-org.example.CodeTest.xml": o.SUREFIRE.format("CodeTest")}
STORE_IT = {"target/failsafe-reports/TEST-org.example.StoreIT.xml": o.SUREFIRE.format("StoreIT")}
GRADLE = {"build/test-results/test/TEST-StoreTest.xml": o.SUREFIRE.format("StoreTest")}
SKIPPED_IT = {"target/failsafe-reports/TEST-org.example.StoreIT.xml": o.ALL_SKIPPED.format("StoreIT")}
PYTEST, PYTEST_SKIPPED = ({"../temp/tests.xml": o.PYTEST.format(inside)} for inside in ("", o.SKIP))
Written = Mapping[str, str]


@pytest.mark.parametrize(
    ("reader", "log", "files", "written", "counts"),
    [
        pytest.param("go", o.GO.format("PASS", ""), "a_test.go", GO, "1 ran, 0", id="go: the named test ran"),
        pytest.param("go", o.GO.format("PASS", ""), "", {}, "2 ran, 0", id="go: any test counts"),
        pytest.param("go", o.GO.format("PASS", "--- SKIP: TestSave (0s)"), "a_test.go", GO, "1 ran, 1", id="go: one of two"),
        pytest.param("node", o.JEST.format("PASS test/a.test.js", 1, 5), "test/a.test.js", {}, "5 ran, 1", id="jest"),
        pytest.param("node", o.VITEST.format("✓", 4, 0), "test/store.test.ts", {}, "4 ran, 0", id="vitest"),
        pytest.param("node", o.MOCHA.format(1, 1), "m/db.js", {}, "1 ran, 1", id="mocha"),
        pytest.param("node", o.TAP, "", {}, "1 ran, 1", id="node tap"),
        pytest.param("node", o.SPEC, "", {}, "1 ran, 1", id="node spec"),
        pytest.param("node", o.AVA, "", {}, "1 ran, 1", id="ava"),
        pytest.param("node", o.BUN.format(3, 1), "test/unit/a.test.ts", {}, "3 ran, 1", id="bun"),
        pytest.param("junit", "", "src/test/java/org/example/StoreIT.java", CODE_TEST | STORE_IT, "1 ran, 1", id="maven"),
        pytest.param("junit", "", "src/test/kotlin/StoreTest.kt", GRADLE, "1 ran, 1", id="gradle"),
        pytest.param("junit", "", "tests/integration/test_store.py", PYTEST, "1 ran, 0", id="pytest"),
        pytest.param("junit", "", "", PYTEST_SKIPPED, "1 ran, 1", id="pytest: any test counts"),
        pytest.param("junit", "== 3 passed, 1 skipped in 0.12s ==\n", "t.py", {}, "3 ran, 1", id="pytest without a file"),
        pytest.param("junit", o.UNITTEST.format(5), "tests/t.py", {}, "3 ran, 2", id="unittest"),
    ],
)
def test_tests_that_ran_are_counted(workspace: Path, reader: str, log: str, files: str, written: Written, counts: str) -> None:
    ran = counted(workspace, reader, log, files, written)
    assert ran.code == 0 and f"integration tests: {counts} were skipped" in ran.summary, ran.said


@pytest.mark.parametrize(
    ("reader", "log", "files", "written"),
    [
        pytest.param("go", o.GO.format("SKIP", ""), "a_test.go", GO, id="go: the named one skipped, others ran"),
        pytest.param("go", "?   \texample.org/shop\t[no test files]\n", "", {}, id="go: no test files"),
        pytest.param("go", o.NO_GO_TEST, "", {}, id="go: none selected"),
        pytest.param("node", o.JEST.format("", 5, 1), "test/a.test.js", {}, id="jest: its file is not among those that passed"),
        pytest.param("node", o.VITEST.format("↓", 2, 2), "test/store.test.ts", {}, id="vitest: its file was skipped"),
        pytest.param("node", o.MOCHA.format(0, 4), "", {}, id="mocha: all pending"),
        pytest.param("node", "No tests found, exiting with code 0\n", "", {}, id="jest: none found"),
        pytest.param("node", o.BUN.format(0, 4), "test/unit/a.test.ts", {}, id="bun: all skipped"),
        pytest.param("node", o.BUN.format(3, 0), "test/integration/b.test.ts", {}, id="bun: its file did not run"),
        pytest.param("junit", "", "StoreIT.java", SKIPPED_IT, id="maven: skipped"),
        pytest.param("junit", "", "StoreIT.java", CODE_TEST, id="maven: others"),
        pytest.param("junit", "", "tests/integration/test_store.py", PYTEST_SKIPPED, id="pytest: skipped"),
        pytest.param("junit", "== no tests ran in 0.01s ==\n", "", {}, id="pytest: none ran"),
        pytest.param("junit", "== 3 skipped in 0.01s ==\n", "", {}, id="pytest: all skipped"),
        pytest.param("junit", o.UNITTEST.format(2), "", {}, id="unittest: all skipped"),
    ],
)
def test_when_none_ran_the_job_is_red(workspace: Path, reader: str, log: str, files: str, written: Written) -> None:
    ran = counted(workspace, reader, log, files, written)
    assert ran.code == 1 and "::error title=Integration tests::none ran" in ran.said, ran.said


@pytest.mark.parametrize("reader", ["go", "node", "junit"])
def test_output_that_nobody_knows_is_a_warning_that_says_so(workspace: Path, reader: str) -> None:
    ran = counted(workspace, reader, "all good, trust me\n")
    assert ran.code == 0 and "::warning title=Integration tests::" in ran.said and "is not known" in ran.summary


def covered(folder: Path, language: str, log: str, least: str = "", written: Mapping[str, str] | None = None) -> Ran:
    write(folder, {"output.log": log, **(written or {})})
    return run(folder, script(f"coverage-{language}", "coverage"), LOG=str(folder / "output.log"), AT_LEAST=least)


@pytest.mark.parametrize(
    ("language", "log", "written", "percent"),
    [
        ("go", o.GO_COVER, {}, "75.5"),
        ("python", "Name    Stmts   Miss  Cover\n-----\nTOTAL      20      3    85%\n", {}, "85"),
        ("python", "TOTAL      20      3      4      1    82.35%\n", {}, "82.35"),
        ("node", o.ISTANBUL.format("85.71"), {}, "85.71"),
        ("node", o.COLOURED, {}, "90.1"),
        ("node", "# all files    | 97.00 |   100.00 |   50.00 |\n", {}, "97.00"),
        ("node", "Lines        : 66.66% ( 2/3 )\n", {}, "66.66"),
        ("node", o.BUN_COVER, {}, "81.25"),
        ("java", "", {"target/site/jacoco/jacoco.xml": o.JACOCO.format(1, 3)}, "75.0"),
        ("java", "", {"a/jacoco.xml": o.JACOCO.format(0, 5), "b/jacocoTestReport.xml": o.JACOCO.format(5, 0)}, "50.0"),
    ],
)
def test_coverage_is_read(workspace: Path, language: str, log: str, written: dict[str, str], percent: str) -> None:
    ran = covered(workspace, language, log, written=written)
    assert ran.code == 0 and f"line coverage: {percent} %" in ran.summary, ran.said


@pytest.mark.parametrize(
    ("least", "code", "words"),
    [
        ("", 0, "line coverage: 85.71 %"),
        ("85", 0, "85.71 %"),
        ("86", 1, "below the 86 %"),
        ("70", 0, "write `coverage: 85` into cdgen.yaml"),
    ],
)
def test_coverage_has_a_floor_that_can_only_rise(workspace: Path, least: str, code: int, words: str) -> None:
    ran = covered(workspace, "node", o.ISTANBUL.format("85.71"), least)
    assert ran.code == code and words in ran.said
    assert ("write `coverage:" in ran.said) == (least == "70")


@pytest.mark.parametrize(("least", "code"), [("", 0), ("50", 1)])
@pytest.mark.parametrize("language", ["go", "python", "node", "java"])
def test_a_missing_figure_is_red_only_where_one_is_asked_for(workspace: Path, language: str, least: str, code: int) -> None:
    assert covered(workspace, language, "no figures\n", least).code == code


@pytest.mark.parametrize(
    ("results", "selected", "code"),
    [
        ("lint success\nunit success", "", 0),
        ("lint success\nunit failure", "", 1),
        ("lint success\nunit cancelled", "", 1),
        ("lint success\nunit skipped", "", 1),
        ("changes success\ncart success service\nweb skipped service", '["cart"]', 0),
        ("changes success\ncart skipped service\nweb skipped service", "[]", 0),
        ("changes success\ncart skipped service\nweb success service", '["cart","web"]', 1),
        ("changes failure\ncart skipped service", "", 1),
        ("changes skipped\ncart skipped service", "", 1),
        ("changes success\ncart failure service", '["cart"]', 1),
        ("changes success\ncart skipped service", '["cart-api"]', 0),
    ],
)
def test_ready_to_merge(workspace: Path, results: str, selected: str, code: int) -> None:
    ran = run(workspace, script("ready"), RESULTS=results, SELECTED=selected)
    assert ran.code == code and ran.summary.count("\n") == results.count("\n") + 1


@pytest.mark.parametrize(
    ("services", "changed", "selected"),
    [
        ("cart|src/cart\nweb|src/web|ops/web", ["src/cart/main.go"], '["cart"]'),
        ("cart|src/cart\nweb|src/web|ops/web", ["ops/web/base/x.yaml"], '["web"]'),
        ("cart|src/cart\nweb|src/web|ops/web", ["src/cart-api/main.go"], '["cart","web"]'),
        ("cart|src/cart\nweb|src/web|ops/web", ["go.mod"], '["cart","web"]'),
        ("cart|src/cart\nweb|src/web|ops/web", ["src/cart/a b ä.go", "src/web/x"], '["cart","web"]'),
        ("cart|src/cart\nroot|.", ["src/cart/main.go"], '["cart","root"]'),
        ("cart|src/cart\nweb|src/web", [], "[]"),
    ],
)
def test_changes_select_their_services(workspace: Path, services: str, changed: list[str], selected: str) -> None:
    def git(*arguments: str) -> str:
        argv = ["git", "-c", "user.name=a", "-c", "user.email=a@b.test", *arguments]
        return subprocess.run(argv, cwd=workspace, check=True, capture_output=True, text=True).stdout.strip()

    git("init", "-q")
    git("commit", "-qm", "base", "--allow-empty")
    base = git("rev-parse", "HEAD")
    write(workspace, dict.fromkeys(changed, "x"))
    git("add", "--", *changed) if changed else None
    git("commit", "-qm", "change", "--allow-empty")
    assert run(workspace, script("changes"), BASE=base, SERVICES=services).outputs == f"services={selected}\n"
    assert run(workspace, script("changes"), BASE="HEAD^1", SERVICES=services).outputs == f"services={selected}\n"
    everything = ",".join(f'"{line.split("|")[0]}"' for line in services.splitlines())
    assert run(workspace, script("changes"), BASE="0" * 40, SERVICES=services).outputs == f"services=[{everything}]\n"


def test_the_rollback_finds_its_line(workspace: Path) -> None:
    targets = "cart|staging|cart-staging|src/cart/deploy/overlays/staging|cart|ghcr.io/acme/cart|420\nweb|staging|w|o|web|i|9"
    write(workspace, {"rollout.sh": 'echo "$1 ${NAMESPACE} ${OVERLAY} ${IMAGE_NAME} ${IMAGE} ${ROLLOUT_TIMEOUT} ${DIGEST}"\n'})
    env = {"TARGETS": targets, "SCRIPT": "rollout.sh", "DIGEST": ""}
    ran = run(workspace, script("rollback"), SERVICE="cart", ENVIRONMENT="staging", **env)
    assert ran.said == "rollback cart-staging src/cart/deploy/overlays/staging cart ghcr.io/acme/cart 420 \n"


def test_an_image_is_named_in_lower_case(workspace: Path) -> None:
    assert run(workspace, script("image"), REPOSITORY="ghcr.io/Acme/Shop").outputs == "name=ghcr.io/acme/shop\n"


def test_without_credentials_nothing_is_pushed_and_the_summary_says_why(workspace: Path) -> None:
    env = {"REGISTRY": "registry.corp.example", "REGISTRY_USERNAME": "u"}
    missing = run(workspace, script("registry"), **env, REGISTRY_PASSWORD="")
    assert (missing.code, missing.outputs) == (0, "digest=not-pushed\n") and "REGISTRY_PASSWORD" in missing.summary
    assert run(workspace, script("registry"), **env, REGISTRY_PASSWORD="p").outputs == "ready=true\n"


def test_a_road_without_a_source_is_a_warning(workspace: Path) -> None:
    ran = run(workspace, script("not-installed"), REASON="the road x does not say")
    assert ran.code == 0 and "::warning" in ran.said and "the road x does not say" in ran.summary
