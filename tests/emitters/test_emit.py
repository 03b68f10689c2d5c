"""All emitters together: one file per path, in one order, and the files of the team's beside them."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from cdgen.emitters import emit
from cdgen.errors import UnsupportedError
from cdgen.render.verify import verify
from tests.plan.sample import CONFIG, plan, road, service


class Team:
    """A repository of texts."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = texts

    def text(self, path: str) -> str | None:
        return self.texts.get(path)


def test_every_path_is_written_once_and_in_order() -> None:
    files, _ = emit(plan(service()), Team({}))
    paths = [file.path for file in files]
    assert paths == sorted(set(paths)) and not any(path.startswith("/") or ".." in path for path in paths)
    verify(files)


def test_every_family_has_its_say() -> None:
    files, patches = emit(plan(service()), Team({"AGENTS.md": "# Ours\n"}))
    emitters = {file.emitter for file in files}
    assert {"github", "kustomize", "answers", "path-to-production"} <= emitters
    assert {patch.path for patch in patches} == {".pre-commit-config.yaml", ".gitattributes", "AGENTS.md"}
    assert next(patch for patch in patches if patch.path == "AGENTS.md").text.startswith("# Ours\n")


@pytest.mark.parametrize(("of_road", "of_config"), [("gitlab", None), ("github", "gitlab")])
def test_the_ci_system_is_that_of_the_config_before_that_of_the_road(of_road: str, of_config: str | None) -> None:
    with pytest.raises(UnsupportedError, match="gitlab"):
        emit(plan(service(), in_road=road(ci=of_road), config=CONFIG._replace(ci=of_config)), Team({}))
    assert emit(plan(service(), in_road=road(ci="gitlab"), config=CONFIG._replace(ci="github")), Team({}))
