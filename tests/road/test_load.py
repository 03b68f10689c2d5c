"""Roads: built in, from a folder, from a git URL at a tag, offline ever after."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from cdgen.errors import RoadError
from cdgen.model.digest import digest
from cdgen.road.load import BUILT_IN, built_in_text, load_road
from tests.conftest import MakeRepo

OWN = built_in_text().replace(b"name: default", b"name: acme").replace(b"ghcr.io/{owner}", b"registry.acme.example/{owner}")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CDGEN_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """A git repository with a road at its top, tagged v1."""
    root = tmp_path / "road"
    root.mkdir()
    (root / "road.yaml").write_bytes(OWN)
    names = {f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    for command in ("init --quiet", "add --all", "commit --quiet -m road", "tag v1"):
        environment = os.environ | names | {"GIT_CONFIG_GLOBAL": os.devnull}
        subprocess.run(("git", *command.split()), cwd=root, check=True, env=environment)
    return root


def test_the_built_in_road_is_there_without_anything(make_repo: MakeRepo) -> None:
    road = load_road(BUILT_IN, make_repo({"a": ""}))
    assert (road.name, road.edition, road.source) == ("default", "2026.11", "built in")
    assert road.digest == digest(built_in_text())


def test_a_folder_is_read_from_the_repository(make_repo: MakeRepo) -> None:
    road = load_road("./road", make_repo({"road/road.yaml": OWN.decode()}))
    assert (road.name, road.registry, road.digest) == ("acme", "registry.acme.example/{owner}", digest(OWN))


def test_a_git_url_is_fetched_once(make_repo: MakeRepo, published: Path, cache: Path) -> None:
    repo = make_repo({"a": ""})
    reference = f"file://{published}@v1"
    assert load_road(reference, repo).name == "acme"
    (published / "road.yaml").unlink()
    (published / ".git").rename(published / "gone")
    again = load_road(reference, repo)
    assert (again.name, again.source, again.digest) == ("acme", reference, digest(OWN))
    assert [path.name for path in (cache / "cdgen" / "roads").iterdir() if path.name.startswith("tmp")] == []


REFUSED = [
    ("fast@1", "is not a road"),
    ("default@1999.1", "no edition 1999.1"),
    ("./nowhere", "cannot be read"),
    ("https://example.org/road.git", "names no tag"),
    ("https://example.org/road.git@--upload-pack=x", "names no tag"),
    ("https://example.org/road.git@../x", "names no tag"),
    ("ext::sh -c 'touch x'@v1", "is not a road"),
]


@pytest.mark.parametrize(("reference", "says"), REFUSED, ids=[reference for reference, _ in REFUSED])
def test_is_refused(make_repo: MakeRepo, cache: Path, reference: str, says: str) -> None:
    with pytest.raises(RoadError) as caught:
        load_road(reference, make_repo({"a": ""}))
    assert says in caught.value.message
    assert not cache.exists()


def test_a_tag_that_is_not_there_is_said(make_repo: MakeRepo, published: Path, cache: Path) -> None:
    with pytest.raises(RoadError) as caught:
        load_road(f"file://{published}@v2", make_repo({"a": ""}))
    assert "at v2 cannot be fetched" in caught.value.message
    assert caught.value.hint
