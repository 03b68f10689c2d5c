"""The hooks of this repository under the real pre-commit, installed from a clone as users install them.

pre-commit builds an environment per clone: that takes the packages of `pyproject.toml` from the package index.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "go-postgres" / "repo"
WORKFLOW = ".github/workflows/cdgen-pull-request.yml"
BIN = Path(sys.executable).parent
COMMIT = ("git", "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "--quiet")
HOOKS = ("cdgen-check", "cdgen-check-full", "cdgen-generate")


def run(folder: Path, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
    """One program with its output in one text; settings of git and of cdgen on this machine do not count."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "CDGEN_", "PYTEST_"))}
    settings = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(
        command,
        cwd=folder,
        env=kept | settings | more,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def done(folder: Path, *command: str, **more: str) -> str:
    ran = run(folder, *command, **more)
    assert ran.returncode == 0, ran.stdout
    return ran.stdout


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """cdgen as somebody else gets it: what is committed, and nothing else."""
    folder = tmp_path_factory.mktemp("hooks")
    done(folder, "git", "clone", "--quiet", str(ROOT), "cdgen")
    return folder / "cdgen"


@pytest.fixture
def service(tmp_path: Path, clone: Path) -> Path:
    """The Go example with the road that this clone writes, committed."""
    root = tmp_path / "shortener"
    shutil.copytree(EXAMPLE, root)
    done(root, "git", "init", "--quiet", "--initial-branch=main")
    done(root, "git", "remote", "add", "origin", "https://github.com/example/shortener.git")
    stage(root)
    done(root, sys.executable, "-m", "cdgen", "init", "--yes", PYTHONPATH=str(clone))
    stage(root)
    done(root, *COMMIT, "--no-verify", "--message=pave")
    return root


def stage(root: Path) -> None:
    """pre-commit sets aside what is not staged, so a hook sees exactly what would be committed."""
    done(root, "git", "add", "--all")


def replace(root: Path, path: str, old: str, new: str) -> None:
    text = (root / path).read_text()
    assert old in text
    (root / path).write_text(text.replace(old, new, 1))
    stage(root)


def tamper(root: Path) -> None:
    replace(root, WORKFLOW, "timeout-minutes: ", "timeout-minutes: 1")


def test_try_repo_on_a_good_and_on_a_tampered_service(service: Path, clone: Path) -> None:
    hook = ("pre-commit", "try-repo", str(clone), "cdgen-check", "--verbose")
    good = run(service, *hook)
    assert good.returncode == 0, good.stdout
    assert "Passed" in good.stdout
    tamper(service)
    bad = run(service, *hook)
    assert bad.returncode == 1, bad.stdout
    assert "Failed" in bad.stdout and f"{WORKFLOW} was changed by hand" in bad.stdout
    assert f"cdgen generate --force {WORKFLOW}" in bad.stdout


def test_every_hook_from_a_configuration(service: Path, clone: Path, tmp_path: Path) -> None:
    """The environment is made once, then each hook says yes or no as its name promises."""
    revision = done(clone, "git", "rev-parse", "HEAD").strip()
    entries = "\n".join(f"      - id: {name}" for name in HOOKS)
    config = tmp_path / "hooks.yaml"
    config.write_text(f"repos:\n  - repo: {clone}\n    rev: {revision}\n    hooks:\n{entries}\n")

    def hook(name: str) -> tuple[int, str]:
        ran = run(service, "pre-commit", "run", "--config", str(config), name, PRE_COMMIT_HOME=str(tmp_path / "cache"))
        return ran.returncode, ran.stdout

    for name in HOOKS:
        code, text = hook(name)
        assert code == 0, text
    replace(service, "cdgen.yaml", "tier: bronze", "tier: silver")
    for name in HOOKS[:2]:
        code, text = hook(name)
        assert code == 1 and f"{WORKFLOW} is out of date" in text, text
    code, text = hook("cdgen-generate")
    assert code == 1 and "files were modified by this hook" in text, text
    stage(service)
    for name in HOOKS:
        code, text = hook(name)
        assert code == 0, text
    replace(service, "Makefile", "\nlint:", "\ncheck-style:")
    assert hook("cdgen-check")[0] == 0, "no digest of a source file stands in the lock"
    code, text = hook("cdgen-check-full")
    assert code == 1 and f"{WORKFLOW} is out of date" in text, text


def test_a_commit_meets_the_hook_that_init_wrote(service: Path, clone: Path) -> None:
    done(service, "pre-commit", "install")
    (service / "NEWS.md").write_text("nothing of the road\n")
    stage(service)
    done(service, *COMMIT, "--message=news", PYTHONPATH=str(clone))
    tamper(service)
    refused = run(service, *COMMIT, "--message=faster", PYTHONPATH=str(clone))
    assert refused.returncode == 1, refused.stdout
    assert f"{WORKFLOW} was changed by hand" in refused.stdout
    assert done(service, "git", "log", "--format=%s").split() == ["news", "pave"]
