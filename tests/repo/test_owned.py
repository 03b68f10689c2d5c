"""Files that cdgen wrote are read, and are no evidence."""

from __future__ import annotations

import pytest

from cdgen.repo import Scope, open_repo
from cdgen.repo.owned import owned
from tests.conftest import MakeRepo

DIGEST = "0f" * 16


@pytest.mark.parametrize(
    ("lock", "expected"),
    [
        ("", ()),
        ("# edition 2026.11\n# folder deploy/base\n", ()),
        (f"{DIGEST}  Dockerfile\n", ("Dockerfile",)),
        (f"{DIGEST} *Dockerfile\n", ("Dockerfile",)),
        (f"<<<<<<< ours\n{DIGEST}  a b/c\n=======\n{DIGEST}  Dockerfile\n>>>>>>> theirs\n", ("Dockerfile", "a b/c")),
    ],
    ids=["empty", "inputs only", "one", "binary mark", "merge conflict"],
)
def test_owned(make_repo: MakeRepo, lock: str, expected: tuple[str, ...]) -> None:
    assert owned(make_repo({".cdgen/lock": lock}).root) == frozenset(expected)


def test_an_interrupted_run_owns_what_it_was_about_to_write(make_repo: MakeRepo) -> None:
    assert owned(make_repo({".cdgen/.cdgen-lock.tmp": f"{DIGEST}  Dockerfile\n"}).root) == {"Dockerfile"}


def test_what_cdgen_wrote_is_no_evidence(make_repo: MakeRepo) -> None:
    files = {"Dockerfile": "FROM a\n", "deploy/own.yaml": "a: 1\n", ".cdgen/lock": f"{DIGEST}  Dockerfile\n{DIGEST}  gone\n"}
    repo, _ = open_repo(make_repo(files).root)
    scope = Scope(repo, ".")
    assert not repo.has("Dockerfile") and not scope.has("Dockerfile") and "Dockerfile" not in (*repo.files, *scope.files)
    assert repo.glob("deploy/*") == ("deploy/own.yaml",)
    assert (repo.text("Dockerfile"), repo.text("gone")) == ("FROM a\n", None)
